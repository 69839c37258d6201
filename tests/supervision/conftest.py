"""What tests of supervision share: the people of one court, rules, flags in any state."""

from __future__ import annotations

from datetime import date

import pytest

from cases.models import Case
from courts.models import FixedDay, User
from supervision.models import Flag, Rule, RuleVersion
from supervision.rulebook import rules_changed

#: A Monday; no holiday lies within the next three weeks.
MONDAY = date(2026, 6, 1)
CLAIMANTS = {
    "all": [
        {"f": "case_type", "op": "in", "v": ["civil", "administrative", "enforcement"]},
        {"f": "same_side_max", "op": "gte", "v": {"p": "group_party_n"}},
    ]
}


@pytest.fixture
def monday(db) -> date:
    """The system's day is fixed to a Monday."""
    FixedDay.objects.create(day=MONDAY)
    return MONDAY


# --- the people: beside those of tests/conftest.py -------------------------------------------------------
@pytest.fixture
def vice_president(post, division) -> User:
    """In charge of the judge's division."""
    return post("vice_president", "钱副院长", division=division)


@pytest.fixture
def discipline(post) -> User:
    return post("discipline", "督察冯")


@pytest.fixture
def filing(post) -> User:
    return post("filing", "立案庭陈")


@pytest.fixture
def presiding(post, division) -> User:
    return post("presiding", "褚审判长", division=division)


# --- rules and flags ---------------------------------------------------------------------------------------
@pytest.fixture
def rule_of(db, now):
    """``rule_of("B01")``: the version in force of the rule by its code; a rule nobody knows is made as told."""

    def find(code: str = "B01", **fields) -> RuleVersion:
        known = RuleVersion.objects.filter(rule__code=code, rule__court=None, status="in_force")
        if not fields and (found := known.select_related("rule").first()):
            return found
        known.update(status="superseded")
        rule, _ = Rule.objects.get_or_create(code=code, court=None, defaults={"category": code[0]})
        values = {
            "status": "in_force", "name": f"情形{code}", "stage": "filing", "mode": "auto", "severity": "high", "origin": "git",
            "condition": CLAIMANTS, "basis": "法发〔2021〕30号第四条", "content_hash": f"{code}-{rule.versions.count() + 1}",
            "drafted_at": now, "effective_from": date(2021, 11, 4),
        }  # fmt: skip
        number = max([version.number for version in rule.versions.all()], default=0) + 1
        made = RuleVersion.objects.create(rule=rule, number=number, **(values | fields))
        rules_changed()
        return made

    return find


@pytest.fixture
def make_flag(file_case, rule_of, now):
    """``make_flag(case, "B01", "CONFIRMED", secret=False)``: a flag in that state; fields may be overridden."""

    def create(case: Case | None = None, code: str = "B01", state: str = "PROPOSED", **fields) -> Flag:
        case, version = case or file_case(), rule_of(code)
        values = {
            "case": case, "court": case.court, "rule": version.rule, "version": version, "edition": version.content_hash,
            "category": version.rule.category, "state": state, "proposed_at": now, "evidence_hash": "a" * 64,
            "evidence": {"case_type": "civil", "same_side_max": 12}, "params": {"group_party_n": 10},
            "born_secret": fields.get("secret", False),
        }  # fmt: skip
        if state in ("REJECTED", "REVOKED"):
            values["reason_code"] = "data_wrong"
        if state in ("CONFIRMED", "MEASURES_ON"):
            values["confirmed_at"] = now
        if state in ("EXPIRED",):
            values |= {"level": 1, "missed": True}
        return Flag.objects.create(**(values | fields))

    return create


@pytest.fixture
def confirmed_flag(make_flag) -> Flag:
    """A case is one of the four categories, confirmed, no measure taken yet."""
    return make_flag(state="CONFIRMED")


@pytest.fixture
def flagged_case(confirmed_flag) -> Case:
    """The case of ``confirmed_flag``."""
    return confirmed_flag.case
