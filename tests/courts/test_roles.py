"""The role table: complete, readable, and the same in the code, the labels and the documents."""

import re
from pathlib import Path

import pytest

from courts.roles import ADMIN, MAY, ROLE_CHOICES, SPAN, Permission, Role, Span, admin_permission, may

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
LABELS = dict(ROLE_CHOICES)


def test_every_role_has_a_label_a_span_and_its_permissions():
    assert len(Role) == 16
    assert set(LABELS) == {role.value for role in Role}
    assert set(SPAN) == set(MAY) == set(Role)


def test_no_permission_lets_anyone_write_an_opinion_or_a_judgment():
    assert not [
        permission for permission in Permission if re.search("opinion|judg|sentence|panel", permission)
    ]


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        (Role.DISCIPLINE, Permission.RECORD_EVENT),
        (Role.DISCIPLINE, Permission.EXPORT_CASES),
        (Role.POLITICS, Permission.SEE_TRAIL),
        (Role.ITADMIN, Permission.PUBLISH_CATALOGUE),  # drafts; 审管办 publishes
        (Role.ITADMIN, Permission.SEE_TRAIL),
        (Role.JUDGE, Permission.REASSIGN),
        (Role.DIVISION_HEAD, Permission.RECORD_EVENT),
        (Role.PRESIDENT, Permission.CONVERT_PROCEDURE),
        (Role.SUPERIOR, Permission.RECORD_PAUSE),
    ],
)
def test_what_a_role_must_not_do(role, permission):
    assert not may(role, permission)


@pytest.mark.parametrize("role", [Role.DISCIPLINE, Role.POLITICS, Role.PETITION, Role.ITADMIN, Role.EXTERNAL])
def test_roles_without_case_content_see_no_case(role):
    assert SPAN[role] is Span.NONE


def test_nobody_touches_cases_in_the_admin():
    assert {room for room, _ in ADMIN} == {"catalogues", "courts"}
    assert admin_permission("cases.view_case") is None
    assert admin_permission("courts.delete_user") is None
    assert admin_permission("courts.change_user") is Permission.MANAGE_PEOPLE


def test_the_document_says_what_the_code_does():
    rows = re.findall(
        r"^\| (\w+) \| ([^|]+) \| (\w+) \| ([^|]*) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
    )
    told = {code: (label.strip(), span, set(permissions.split())) for code, label, span, permissions in rows}
    told.pop("role")
    assert told == {
        role.value: (LABELS[role.value], SPAN[role].value, {permission.value for permission in MAY[role]})
        for role in Role
    }
