"""The rules that ship: in force from the start, once, and never over the head of a court."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from audit.models import Entry
from catalogues import library
from supervision.models import Rule, RuleVersion
from supervision.rule_content import content_hash
from supervision.rule_seed import publish_rule
from supervision.rulebook import versions_in_force

SINCE = date(2021, 11, 4)


@pytest.fixture
def changed():
    """B01 as a newer program might ship it."""
    shipped = library.shipped_rules()["B01"]
    return replace(shipped, rule=replace(shipped.rule, name="一方当事人人数众多（新）"))


def in_force(code: str) -> RuleVersion:
    return RuleVersion.objects.get(rule__code=code, rule__court=None, status="in_force")


def test_every_shipped_rule_is_in_force_with_its_examples_and_basis(db):
    shipped = library.shipped_rules()
    versions = {version.rule.code: version for version in versions_in_force()}
    assert set(versions) == set(shipped) and len(shipped) == 43
    for code, version in versions.items():
        assert version.condition == shipped[code].body
        assert version.secret == shipped[code].rule.secret
        assert version.basis and {example["hit"] for example in version.examples} == {True, False}
        assert version.content_hash == content_hash(version)


def test_putting_them_in_force_twice_is_the_same_as_once(db, capsys):
    before = RuleVersion.objects.count()
    call_command("publish_rules")
    assert RuleVersion.objects.count() == before
    assert {line.split()[0] for line in capsys.readouterr().out.splitlines()} == {"unchanged"}


def test_a_changed_shipped_rule_takes_the_place_of_the_old_one_and_leaves_a_trace(db, now, changed):
    old = in_force("B01")
    assert publish_rule(changed, effective_from=SINCE, at=now).outcome == "published"
    old.refresh_from_db()
    assert (old.status, in_force("B01").number, in_force("B01").name) == ("superseded", 2, changed.rule.name)
    assert [version.name for version in versions_in_force() if version.rule.code == "B01"] == [
        changed.rule.name
    ]
    assert Entry.objects.filter(act="supervision.seed_rule", about_id=in_force("B01").pk).exists()
    assert publish_rule(library.shipped_rules()["B01"], effective_from=SINCE, at=now).outcome == "unchanged"


@pytest.mark.parametrize("decision", ["published", "retired"])
def test_where_a_court_has_decided_itself_a_newer_program_leaves_a_draft(
    db, now, changed, trial_office, decision
):
    RuleVersion.objects.filter(pk=in_force("B01").pk).update(
        status="superseded" if decision == "published" else "retired"
    )
    if decision == "published":
        RuleVersion.objects.create(
            rule=Rule.objects.get(code="B01"), number=2, status="in_force", name="本院", stage="filing", mode="auto",
            severity="mid", condition=changed.body, basis="本院规定", content_hash="x", approved_hash="x",
            approved_by=trial_office, drafted_at=now,
        )  # fmt: skip
    assert publish_rule(changed, effective_from=SINCE, at=now).outcome == "drafted"
    assert RuleVersion.objects.filter(rule__code="B01", status="draft", origin="git").count() == 1
    assert not RuleVersion.objects.filter(rule__code="B01", status="in_force", origin="git").exists()


@pytest.mark.parametrize(
    "change",
    [{"name": "悄悄改"}, {"condition": {"f": "remanded", "op": "is_true"}}, {"examples": []}, {"basis": "另一依据"},
     {"status": "draft"}, {"effective_from": date(2020, 1, 1)}, {"secret": True}, {"content_hash": "y"}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_the_database_keeps_what_is_in_force_as_it_was_approved(db, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleVersion.objects.filter(pk=in_force("B01").pk).update(**change)


@pytest.mark.parametrize("status", ["superseded", "retired"])
def test_nor_is_what_was_in_force_once_changed_revived_or_deleted(db, status):
    version = in_force("B01")
    RuleVersion.objects.filter(pk=version.pk).update(status=status)
    for change in ({"name": "悄悄改"}, {"status": "in_force"}, {"status": "draft"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            RuleVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleVersion.objects.filter(pk=version.pk).delete()
