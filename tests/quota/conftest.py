"""What tests of quota share: plans in force, quota judges, rounds of selection. The day is theirs to fix."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from courts.models import Court, User
from quota.models import Candidate, Plan, QuotaJudge, Scenario, Seat, Selection
from quota.people import enter_quota
from quota.selecting import add_candidate, open_selection, record_stage, review_candidate, start_scoring


@pytest.fixture
def politics(post) -> User:
    return post("politics", "政治部李")


@pytest.fixture
def other_politics(post) -> User:
    return post("politics", "政治部何")


@pytest.fixture
def seats_of(court, now):
    """``seats_of(3)``: a published plan gives the court that many seats; ``at=``, ``year=``, ``need=`` as needed."""

    def create(seats: int, *, at: Court = court, year: int = 2026, need: float = 3.0) -> Plan:
        known = {"court": at, "year": year}
        scenario = Scenario.objects.create(
            **known, name=f"测算{Scenario.objects.count()}", inputs="{}", inputs_digest="0", result="{}",
            result_digest="0", made_at=now,
        )  # fmt: skip
        plan = Plan.objects.create(
            **known, scenario=scenario, state="published", reason="年度核定", submitted_at=now, decided_at=now
        )
        Seat.objects.create(plan=plan, court=at, need=need, seats=seats)
        return plan

    return create


@pytest.fixture
def sit(court, post, division, now):
    """``sit("周某")``: a person who sits on a seat of the court since 2020, as the system took them over."""

    def enter(name: str, *, entered_on: date = date(2020, 1, 1)) -> QuotaJudge:
        person = post("judge", name, division=division)
        about = {"court": court, "entered_on": entered_on, "basis": "任免文件"}
        return enter_quota(person=person, by=None, at=now, **about)

    return enter


@pytest.fixture
def round_of(court, politics, now):
    """``round_of(2)``: an open round for that many seats; the plan in force must have them."""

    def create(seats: int, *, name: str = "2026年第一批遴选") -> Selection:
        about = {"court": court, "name": name, "category": "default", "seats": seats}
        return open_selection(by=politics, at=now, **about)

    return create


@pytest.fixture
def stand(post, division, politics, now):
    """``stand(selection, "甲")``: a qualified candidate; ``leader=``, ``admin=`` as needed."""

    def add(selection: Selection, name: str, *, leader: bool = False, admin: bool = False) -> Candidate:
        person = post("assistant", name, division=division)
        flags = {"is_leader": leader, "has_admin_post": admin}
        one = add_candidate(selection=selection, person=person, by=politics, at=now, **flags)
        review_candidate(candidate=one, qualified=True, why="", by=politics, at=now)
        return one

    return add


@pytest.fixture
def mark(politics, now):
    """``mark(candidate, 90, 80, 70, handling=60)``."""

    def give(one: Candidate, assessment, exam, interview, *, handling=80) -> Candidate:
        said = {"assessment": assessment, "exam": exam, "interview": interview, "handling": handling}
        marks = {code: Decimal(str(value)) for code, value in said.items()}
        return record_stage(candidate=one, marks=marks, by=politics, at=now)

    return give


@pytest.fixture
def scored(round_of, stand, mark, politics, now):
    """``scored(1, {"甲": (90, 90, 90), "乙": (80, 80, 80)})``: a round with everybody's marks, before the proposal."""

    def bring(
        seats: int, marks: dict[str, tuple[float, ...]], **flags
    ) -> tuple[Selection, dict[str, Candidate]]:
        selection = round_of(seats)
        people = {name: stand(selection, name, **flags.get(name, {})) for name in marks}
        start_scoring(selection=selection, by=politics, at=now)
        for name, (assessment, exam, interview, *rest) in marks.items():
            mark(people[name], assessment, exam, interview, handling=rest[0] if rest else 80)
        return selection, people

    return bring
