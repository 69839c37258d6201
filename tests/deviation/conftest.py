"""What tests of deviation share: criminal and civil cases, scores in any band, notices in any state."""

from __future__ import annotations

from datetime import date

import pytest

from cases.models import Case, Outcome, Party
from courts.models import FixedDay, User
from deviation.contests import contest as file_contest
from deviation.models import Contest, Draft, Notice, Score
from deviation.notices import disclose_due, tell_judge

#: A Monday; no holiday lies within the next two weeks.
MONDAY = date(2026, 6, 1)


@pytest.fixture
def monday(db) -> date:
    """The system's day is fixed to a Monday."""
    FixedDay.objects.create(day=MONDAY)
    return MONDAY


@pytest.fixture
def on_day(db):
    """``on_day(date(...))``: from now on the system's day is this one."""

    def fix(day: date) -> None:
        FixedDay.objects.all().delete()
        FixedDay.objects.create(day=day)

    return fix


# --- the people: beside those of tests/conftest.py -------------------------------------------------------
@pytest.fixture
def vice_president(post, division) -> User:
    return post("vice_president", "钱副院长", division=division)


@pytest.fixture
def presiding(post, division) -> User:
    return post("presiding", "褚审判长", division=division)


@pytest.fixture
def member(post, division) -> User:
    return post("judge", "卫法官", division=division)


@pytest.fixture
def assistant(post, division) -> User:
    return post("assistant", "助理蒋", division=division)


@pytest.fixture
def itadmin(post) -> User:
    return post("itadmin", "信息员许")


# --- cases, scores, notices ------------------------------------------------------------------------------
@pytest.fixture
def theft(file_case):
    """``theft(…)``: one criminal first-instance case of the judge, 盗窃罪."""

    def create(**fields) -> Case:
        serial = Case.objects.count() + 1
        values = {
            "number": f"（2026）川1502刑初{serial}号",
            "type_code": "刑初",
            "category": "刑事",
            "cause": "盗窃罪",
        }
        return file_case(**(values | fields))

    return create


@pytest.fixture
def accused():
    """``accused(case, "甲", "乙")``: those who stand accused in the case."""

    def create(case: Case, *names: str) -> list[Party]:
        return [Party.objects.create(case=case, name=name, standing="被告人") for name in names]

    return create


@pytest.fixture
def score(theft, now):
    """``score(case, "red", outcome=60)``: the latest score of the case; fields may be overridden."""

    def create(case: Case | None = None, band: str = "red", **fields) -> Score:
        case = case or theft()
        code, party = fields.get("code", "months"), fields.get("party")
        Score.objects.filter(case=case, party=party, code=code).update(latest=False)
        values = {
            "case": case, "court": case.court, "code": "months", "stratum": case.cause, "stage": "draft", "at": now,
            "batch": "2026-06", "outcome": 60.0, "state": "scored", "expected": 14.0, "low": 8.0, "high": 24.0, "low99": 5.0,
            "high99": 40.0, "baseline": 13.0, "baseline_n": 44, "peers": 210, "surprise": 4.2, "p": 0.004, "q": 0.03,
            "direction": "higher", "band": band, "elements": {"surrender": True, "case_defendants": 1.0},
            "factors": [["surrender", -3.2]],
        }  # fmt: skip
        if band == "":
            values |= {
                "state": "abstained",
                "reason_code": "few_peers",
                "expected": None,
                "p": None,
                "q": None,
            }
        return Score.objects.create(**(values | fields))

    return create


@pytest.fixture
def judgment(score):
    """``judgment(case, "red", outcome=60)``: the score of a judgment given, recorded as it was scored."""

    def create(case: Case, band: str = "red", *, stage: str = "closing", **fields) -> Score:
        found = score(case, band, stage=stage, **fields)
        about = {"case": case, "party": found.party, "measure": found.code}
        Outcome.objects.filter(**about).delete()
        values = {"value": found.outcome, "decided_on": MONDAY, "recorded_at": found.at}
        Outcome.objects.create(**about, **values)
        Case.objects.filter(pk=case.pk).update(closed_on=MONDAY)
        return found

    return create


@pytest.fixture
def told(score, monday, now):
    """``told(case, "red")``: the notice the judge was told on the Monday."""

    def tell(case: Case | None = None, band: str = "red", **fields) -> Notice:
        notice = tell_judge(score=score(case, band, **fields), at=now)
        assert notice is not None
        return notice

    return tell


@pytest.fixture
def disclosed(told, on_day, now):
    """``disclosed(case)``: a red notice after its private days, on the first day after them."""

    def show(case: Case | None = None, **fields) -> Notice:
        on_day(MONDAY)
        notice = told(case, "red", **fields)
        on_day(date(2026, 6, 9))
        disclose_due(today=date(2026, 6, 9), at=now)
        notice.refresh_from_db()
        return notice

    return show


@pytest.fixture
def contested(disclosed, judge, now):
    """``contested(case)``: a disclosed notice whose judge contests it."""

    def contest(case: Case | None = None, **fields) -> Contest:
        notice = disclosed(case, **fields)
        return file_contest(notice=notice, ground="wrong_data", text="数额录入有误", by=notice.judge, at=now)

    return contest


@pytest.fixture
def drafted(now):
    """``drafted(case, months=12)``: a draft as a row, without its scores."""

    def create(case: Case, **values: float) -> Draft:
        return Draft.objects.create(case=case, judge=case.judge, values=values, saved_at=now)

    return create
