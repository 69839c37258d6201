"""Who may do what to a rule: national rules are made at the highest court here, a court's own rules at that court."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from audit import trail
from audit.models import Entry
from courts.models import User
from courts.reach import highest_courts
from courts.roles import Permission
from supervision.models import Rule, RuleVersion

#: Acts by which somebody has a hand in the content of a version.
WRITING = (
    "supervision.draft_rule", "supervision.restore_rule", "supervision.edit_rule", "supervision.add_rule_example",
    "supervision.drop_rule_example",
)  # fmt: skip
DRAFT, SUBMITTED, APPROVED, IN_FORCE = "draft", "submitted", "approved", "in_force"
ENDED = ("superseded", "retired")
OPEN = (DRAFT, SUBMITTED, APPROVED)


def answers_for(user: User, permission: Permission, court_id: int | None) -> bool:
    """Whether the power reaches rules of that court; without a court, rules of the whole country."""
    where = user.courts_where(permission)
    if not where:
        return False
    return bool(where & highest_courts()) if court_id is None else court_id in where


def may_edit(user: User, rule: Rule) -> bool:
    return answers_for(user, Permission.EDIT_RULES, rule.court_id)


def may_approve(user: User, rule: Rule) -> bool:
    """Whether the person's posts allow it, whoever wrote the version."""
    return answers_for(user, Permission.APPROVE_RULES, rule.court_id)


def preparing(user: User) -> Callable[[Rule], bool]:
    """Whether the person edits or approves a rule, for many rules at the cost of one."""
    where = user.courts_where(Permission.EDIT_RULES) | user.courts_where(Permission.APPROVE_RULES)
    national = bool(where and where & highest_courts())
    return lambda rule: national if rule.court_id is None else rule.court_id in where


def has_a_hand_in(version: RuleVersion, user: User) -> bool:
    """Whether the person drafted or changed it: two pairs of eyes means two people, not two buttons."""
    if version.drafted_by_id == user.pk:
        return True
    edits = Entry.objects.filter(act__in=WRITING, about="supervision.ruleversion", about_id=version.pk)
    return edits.filter(actor_id=user.pk, outcome="done").exists()


def refuse_unless_editor(by: User, rule: Rule, act: str, *, on: Any = None) -> None:
    if not may_edit(by, rule):
        raise trail.Refused(whose(rule, "起草、修改"), act=act, on=on or (rule if rule.pk else None), by=by)


def refuse_unless_approver(by: User, version: RuleVersion, act: str) -> None:
    if not may_approve(by, version.rule):
        raise trail.Refused(whose(version.rule, "批准、施行和停用"), act=act, on=version, by=by)


def whose(rule: Rule, what: str) -> str:
    if rule.court_id is None:
        return f"全国规则由本系统中级别最高的法院{what}，您的职务不能办理；本院需要的情形可以另立本院规则。"
    return f"{rule.court}的规则由该院有此职权的人员{what}，您的职务不能办理。"


def refuse(sentence: str, act: str, *, on: Any, by: User) -> None:
    """What is not possible now."""
    raise trail.Refused(sentence, act=act, on=on, by=by, status=409)


def locked(version: RuleVersion) -> RuleVersion:
    """The version as it is now; whoever else acts on it waits."""
    found = RuleVersion.objects.select_for_update(of=("self",)).select_related("rule__court")
    return found.get(pk=version.pk)
