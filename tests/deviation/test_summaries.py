"""What is told of groups is made once a quarter, of cases that are no secret any more, and of no single one of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from cases.models import Case, Element, Outcome, Party
from catalogues.selectors import law_in_use
from courts.models import Court, Division
from deviation import frames, group_cases, quarters, summaries
from deviation.models import Notice, Run, Score, Summary
from deviation.scoring import DeviationModel
from deviation.summaries import make_all_summaries, make_summaries
from deviation.tasks import make_summaries as task

TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 1, tzinfo=UTC)
QUARTERS = quarters.up_to("2026-Q1", 6)
EACH = 24  # cases a court and quarter
CODES = ["川1502", "川1503", "川1504", "川1523"]


@dataclass
class House:
    """Four courts with two divisions each and a year and a half of thefts; a model that has learned them."""

    courts: list[Court]
    divisions: dict[int, list[Division]]
    run: Run
    cases: list[Case]


@pytest.fixture
def house(upper_court, post, judge):
    courts = list(Court.objects.filter(code__in=CODES))
    divisions = {
        court.pk: [Division.objects.create(court=court, name=name, position=n) for n, name in enumerate(("刑一庭", "刑二庭"))]
        for court in courts
    }  # fmt: skip
    judges = [judge, post("judge", "沈法官"), post("judge", "韩法官")]
    cases = thefts(courts, divisions, judges)
    run = Run.objects.create(
        court=upper_court, code="months", state="in_use", asked_at=NOW, released_by=post("president", at=upper_court),
        released_at=datetime(2025, 12, 31, tzinfo=UTC), window_from=date(2024, 1, 1), window_to=date(2026, 6, 1), artefact=b"-",
    )  # fmt: skip
    whole = House(courts, divisions, run, cases)
    Learned.of_these = Learned.of_these or artefact_of(whole)
    return uses(whole, Learned.of_these)


class Learned:
    """The model of these cases, which are the same in every test: learned once."""

    of_these = b""


def thefts(courts, divisions, judges):
    draw = np.random.default_rng(1)
    cases, told = [], []
    for court in courts:
        for quarter in QUARTERS:
            for place in range(EACH):
                day = quarters.first_day(quarter) + timedelta(int(draw.integers(80)))
                surrender, amount, gender = (
                    bool(draw.integers(2)),
                    float(draw.integers(1000, 90_000)),
                    str(draw.integers(1, 3)),
                )
                months = float(np.exp(2.2 + 0.00001 * amount - 0.3 * surrender + draw.normal(0, 0.3)))
                serial = len(cases) + 1
                cases.append(
                    Case(
                        number=f"（2025）{court.code}刑初{serial}号", court=court, division=divisions[court.pk][place % 2],
                        judge=judges[place // 2 % 3], year=2025, type_code="刑初", category="刑事", serial=serial, cause="盗窃罪", cause_code="264",
                        procedure="ordinary", filed_on=day - timedelta(40), closed_on=day, defendants=1,
                    )
                )  # fmt: skip
                told.append(
                    (
                        months,
                        day,
                        {"surrender": surrender, "amount": amount, "gender": gender, "birth_year": 1990},
                    )
                )
    Case.objects.bulk_create(cases)
    for case, (months, day, said) in zip(cases, told, strict=True):
        case.said = months, day, said
    Outcome.objects.bulk_create(
        Outcome(case=case, measure="months", value=round(months, 2), decided_on=day)
        for case, (months, day, _) in zip(cases, told, strict=True)
    )
    Element.objects.bulk_create(
        Element(case=case, key=key, value=value)
        for case, (_, _, said) in zip(cases, told, strict=True)
        for key, value in said.items()
    )
    return cases


def artefact_of(house: House) -> bytes:
    window = frames.Window(date(2024, 1, 1), date(2026, 6, 1))
    history = frames.history(court=house.run.court, code="months", window=window)
    return DeviationModel(scale="log").fit(history).to_bytes()


def uses(house: House, artefact: bytes) -> House:
    house.run.artefact, house.run.digest = artefact, sha256(artefact).hexdigest()
    house.run.save()
    return house


def make(house, today=TODAY):
    return {
        each.kind: each for each in make_summaries(run=Run.objects.get(pk=house.run.pk), today=today, at=NOW)
    }


def sizes(body) -> dict[str, int]:
    return {each["unit"]: each["mean"]["n"] for each in body["courts"]["standings"]}


# --- once --------------------------------------------------------------------------------------------------------
def test_a_quarter_is_told_once_and_never_changed(house):
    made = make(house)
    assert set(made) == {"groups", "consistency", "fairness", "spread"}
    assert {each.period for each in made.values()} == {"2026-Q1"}
    Case.objects.filter(pk=house.cases[0].pk).update(cause="诈骗罪")
    assert make(house) == {}
    assert {each.period for each in make(house, TODAY + timedelta(20)).values()} == {"2026-Q2"}
    assert Summary.objects.filter(period="2026-Q1").count() == 4
    assert Summary.objects.get(kind="groups", period="2026-Q1").body == made["groups"].body
    assert Entry.objects.filter(act="deviation.make_summaries", after__period="2026-Q1").count() == 1


def test_every_run_in_use_is_brought_up_to_date_and_no_other(house):
    Run.objects.filter(pk=house.run.pk).update(state="superseded")
    assert make_all_summaries(today=TODAY, at=NOW) == 0
    Run.objects.filter(pk=house.run.pk).update(state="in_use")
    assert make_all_summaries(today=TODAY, at=NOW) == 4
    assert make_all_summaries(today=TODAY, at=NOW) == 0
    assert task() in (0, 4)


def test_a_run_that_must_not_score_tells_nothing(house):
    house.run.window_to = date(2020, 1, 1)
    house.run.save()
    assert make(house) == {}


# --- private -------------------------------------------------------------------------------------------------------
def test_a_quarter_is_not_told_before_its_last_private_day_is_over(house):
    law, court = law_in_use(), house.run.court
    last = law.calendar(court.pk).add_workdays(
        date(2026, 3, 31), int(law.deviation_setting("private_days", court.pk, TODAY))
    )
    assert {each.period for each in make(house, last).values()} == {"2025-Q4"}
    assert {each.period for each in make(house, last + timedelta(1)).values()} == {"2026-Q1"}


def score_of(case, at):
    return Score.objects.create(
        case=case, court=case.court, code="months", stratum="盗窃罪", stage="closing", at=at, batch="2026-06", outcome=90,
        state="abstained", reason_code="few_peers",
    )  # fmt: skip


def test_a_case_whose_judge_alone_knows_something_is_not_counted(house, judge):
    case = next(each for each in house.cases if quarters.quarter_of(each.closed_on) == "2026-Q1")
    score = score_of(case, datetime(2026, 4, 1, tzinfo=UTC))
    Notice.objects.create(
        case=case,
        court=case.court,
        judge=judge,
        score=score,
        code="months",
        told_at=NOW,
        private_until=date(2026, 7, 7),
    )
    found = sizes(make(house)["groups"].body)
    assert found[str(case.court_id)] == EACH - 1


def test_a_case_scored_so_lately_that_there_might_be_a_notice_is_not_counted(house):
    case, other = [each for each in house.cases if quarters.quarter_of(each.closed_on) == "2026-Q1"][:2]
    score_of(case, datetime(2026, 6, 29, tzinfo=UTC))
    score_of(other, datetime(2026, 6, 1, tzinfo=UTC))
    assert sizes(make(house)["groups"].body)[str(case.court_id)] == EACH - 1


def test_a_sealed_case_is_not_counted(house):
    case = next(each for each in house.cases if quarters.quarter_of(each.closed_on) == "2026-Q1")
    Case.objects.filter(pk=case.pk).update(sealed="juvenile")
    assert sizes(make(house)["groups"].body)[str(case.court_id)] == EACH - 1


def test_the_days_a_court_adds_to_the_private_ones_count(house):
    law = law_in_use()
    for court in house.courts:
        last = group_cases.settled_until(law, court.pk, TODAY)
        days = int(law.deviation_setting("private_days", court.pk, TODAY))
        assert law.calendar(court.pk).add_workdays(last, days) < TODAY
        assert law.calendar(court.pk).add_workdays(last + timedelta(1), days) >= TODAY


def test_only_cases_of_the_window_are_looked_through_for_what_is_private(house):
    law, court_ids = law_in_use(), [court.pk for court in house.courts]
    case = next(each for each in house.cases if quarters.quarter_of(each.closed_on) == "2026-Q1")
    score_of(case, datetime(2026, 6, 29, tzinfo=UTC))
    this, former = (frames.Window(quarters.first_day(each), quarters.last_day(each)) for each in ("2026-Q1", "2025-Q4"))  # fmt: skip
    assert group_cases.still_private(court_ids, this, law, TODAY) == {case.pk}
    assert group_cases.still_private(court_ids, former, law, TODAY) == set()
    score_of_old = Score.objects.get()
    score_of_old.pk, score_of_old.latest, score_of_old.at = None, False, datetime(2026, 4, 1, tzinfo=UTC)
    score_of_old.save()
    known_for_long = group_cases.still_private(court_ids, this, law, TODAY)
    assert known_for_long == set()


# --- few judges ------------------------------------------------------------------------------------------------------
def latest_quarter(court):
    return Case.objects.filter(court=court, closed_on__range=(date(2026, 1, 1), date(2026, 3, 31)))


def test_a_division_with_one_judge_is_hidden(house, judge):
    court = house.courts[0]
    latest_quarter(court).update(division=house.divisions[court.pk][0])

    def shown():
        Summary.objects.all().delete()
        within = make(house)["groups"].body["divisions"][str(court.pk)]["standings"]
        return [each["unit"] for each in within]

    assert shown() == [str(house.divisions[court.pk][0].pk)]
    latest_quarter(court).update(judge=judge)
    assert shown() == []


def test_a_court_with_one_judge_is_hidden_and_so_is_another_that_would_tell_of_it(house, judge):
    latest_quarter(house.courts[0]).update(judge=judge)
    found = sizes(make(house)["groups"].body)
    assert str(house.courts[0].pk) not in found and len(found) == 2


@pytest.mark.parametrize(("by_one", "is_shown"), [(14, True), (15, False)])
def test_a_court_most_of_whose_cases_one_judge_decided_is_hidden(house, judge, post, by_one, is_shown):
    cases = list(latest_quarter(house.courts[0]).values_list("pk", flat=True))
    others = [post("judge", "唐法官"), post("judge", "冯法官")]
    for place, pk in enumerate(cases):
        Case.objects.filter(pk=pk).update(judge=judge if place < by_one else others[place % 2])
    assert (str(house.courts[0].pk) in sizes(make(house)["groups"].body)) is is_shown


def test_cases_of_nobody_known_make_no_unit_wide(house, judge, post):
    cases = list(latest_quarter(house.courts[0]).values_list("pk", flat=True))
    Case.objects.filter(pk__in=cases).update(judge=None)
    Case.objects.filter(pk__in=cases[:8]).update(judge=judge)
    Case.objects.filter(pk__in=cases[8:16]).update(judge=post("judge", "唐法官"))
    assert str(house.courts[0].pk) not in sizes(make(house)["groups"].body)


def test_of_the_judges_of_a_unit_one_line_a_unit_is_read_and_no_judge(house):
    law, window = law_in_use(), summaries.window_of(house.run, "2026-Q1")
    told = group_cases.measured(house.run, scale="log", window=window, law=law, today=TODAY)
    with CaptureQueriesContext(connection) as asked:
        assert group_cases.narrow(told, by_court=True) == set()
    assert len(asked) == len(QUARTERS)
    for query in asked.captured_queries:
        columns, grouped = query["sql"].split(" AS ", 1)[0], query["sql"].rsplit("GROUP BY", 1)[1]
        assert "court_id" in columns and "judge" not in columns and grouped.strip() in ("1", columns[7:])
        assert query["sql"].count("judge_id") == 2  # counted, and the largest count


# --- what is in it ---------------------------------------------------------------------------------------------------
def test_units_come_in_organisational_order_with_both_levels(house):
    body = make(house)["groups"].body
    assert list(sizes(body)) == [str(court.pk) for court in house.courts]
    within = body["divisions"][str(house.courts[0].pk)]["standings"]
    assert within == []  # 12 cases each: hidden
    assert sizes(body) == {str(court.pk): EACH for court in house.courts}


def test_courts_that_do_not_differ_are_not_raised(house):
    body = make(house)["groups"].body
    assert [each["persistent"] for each in body["courts"]["standings"]] == [""] * 4


def test_a_court_that_decides_higher_is_not_excused_by_its_own_effect_in_the_model(house):
    high = house.courts[1]
    for outcome in Outcome.objects.filter(case__court=high):
        outcome.value = round(float(outcome.value) * 2, 2)
        outcome.save()
    body = make(uses(house, artefact_of(house)))["groups"].body
    found = {each["unit"]: each["persistent"] for each in body["courts"]["standings"]}
    assert found.pop(str(high.pk)) == "higher"
    assert set(found.values()) == {""}


def test_a_case_with_several_accused_counts_once(house):
    case = next(each for each in house.cases if quarters.quarter_of(each.closed_on) == "2026-Q1")
    for n in range(3):
        party = Party.objects.create(case=case, name=f"被告人{n}", standing="被告人")
        Outcome.objects.create(case=case, party=party, measure="months", value=12, decided_on=case.closed_on)
    assert sizes(make(house)["groups"].body)[str(case.court_id)] == EACH


def test_protected_attributes_are_looked_at_and_ages_banded(house):
    body = make(house)["fairness"].body
    assert {each["attribute"] for each in body["findings"]} == {"gender"}  # all of one age: no two groups
    assert all(0.8 < each["coverage"]["value"] <= 1 for each in body["findings"])
    assert [each["attribute"] for each in body["proxies"]] == ["gender"]


def test_consistency_is_measured_between_courts_divisions_and_groups(house):
    between = make(house)["consistency"].body["between"]
    assert set(between) == {"courts", "divisions", "gender"}
    assert all(each["groups"] >= 2 and each["draws"] > 100 for each in between.values())


def test_spread_is_measured_from_the_first_launch(house):
    body = make(house)["spread"].body
    assert body["launched_on"] == "2025-12-31"
    (change,) = body["changes"]
    assert change["stratum"] == "盗窃罪" and change["n_after"] == 4 * EACH and not change["narrowed"]


def test_no_body_names_a_case_or_a_person(house, judge):
    made = make(house)
    text = json.dumps([each.body for each in made.values()], ensure_ascii=False)
    assert judge.name not in text
    assert not any(case.number in text for case in house.cases)
    units = {str(court.pk) for court in house.courts} | {
        str(each.pk) for two in house.divisions.values() for each in two
    }
    named = {each["unit"] for each in made["groups"].body["courts"]["standings"]}
    assert named <= units


def test_it_takes_as_many_queries_for_many_cases_as_for_few(house, costs_the_same):
    def draw():
        law = law_in_use()
        window = summaries.window_of(house.run, "2026-Q1")
        return group_cases.measured(house.run, scale="log", window=window, law=law, today=TODAY)

    def grow():
        for case in Case.objects.filter(pk__in=[each.pk for each in house.cases[:20]]):
            case.pk, case.number = None, case.number + "之一"
            case.save()
            Outcome.objects.create(case=case, measure="months", value=9, decided_on=case.closed_on)

    costs_the_same(draw, grow=grow)
