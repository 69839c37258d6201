"""The demo court's quota: what the weeks before its day left behind, lived through the services people use."""

from datetime import date
from random import Random

import pytest
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, ProcedureEvent
from courts.models import Court, Posting, User
from pipeline.demo.leaders import REVIEWED, Leading, Tried, hand_over, seat
from pipeline.demo.load import synthesize
from pipeline.demo.past_quota import live_the_quota
from pipeline.demo.people import COURTS, NEAREST, SHARES, UPPER
from quota.classes import agreed, decisions_in
from quota.drawing import replay
from quota.lot_records import record_of_day
from quota.models import (
    CaseWeight,
    ClassDecision,
    CourtFigure,
    Draw,
    DrawDay,
    DutyCircular,
    FilingForecast,
    Measurement,
    Plan,
    QuotaJudge,
    Recusal,
    Scenario,
    Seat,
    Selection,
    StandingRecusal,
    SubsidyPool,
    Team,
    TimeEntry,
)
from quota.scenario import replay as replayed
from quota.scenarios import bundle_of, result_of

DAY = date(2026, 6, 30)
PLANNED = date(2026, 5, 26)  # the day on which the plan is calculated
FILED = {"civ_sum": 44_000, "civ_ord": 8_000, "cri_sum": 5_200, "cri_ord": 2_900, "adm": 1_700, "enf": 22_000}


def foresee():
    """A court of 5,000 cases needs hardly a judge: what is forecast is that of the whole demo."""
    for court in Court.objects.filter(code__in=COURTS):
        share = SHARES.get(court.code, 0.16)
        for kind, count in FILED.items():
            months = [count * share / 12] * 12
            FilingForecast.objects.create(
                court=court, kind=kind, made_on=PLANNED, first_month=date(2026, 6, 1), values=months, low=months, high=months,
                total=count * share, total_low=count * share, total_high=count * share, method="演示",
            )  # fmt: skip


@pytest.fixture(scope="module")
def done(django_db_setup, django_db_blocker):
    """One small demo court that has lived its weeks, rolled back at the end; the answer says what was done how often."""
    with django_db_blocker.unblock(), transaction.atomic():
        synthesize(day=DAY, seed=0, cases=5_000, at=timezone.now(), tell=lambda said: None)
        foresee()
        yield live_the_quota()
        transaction.set_rollback(True)


@pytest.fixture
def lived(done):
    with transaction.atomic():
        yield done
        transaction.set_rollback(True)


# --- weights and classes -------------------------------------------------------------------------------------------
def test_every_case_with_a_procedure_is_weighed_in_one_statement(lived):
    assert lived["weights"] == CaseWeight.objects.count() > 4_500
    assert CaseWeight.objects.values("weighed_at").distinct().count() == 1


def test_people_mostly_agree_with_the_class_and_say_why_when_not(lived):
    together = [agreed(decisions_in(court.pk, None))[-1] for court in Court.objects.filter(code__in=COURTS)]
    decided, same = sum(line.n for line in together), sum(line.same for line in together)
    assert decided > 100
    assert 0.88 < same / decided < 0.99
    assert not ClassDecision.objects.exclude(proposed=F("klass")).filter(reason="").exists()


# --- people ----------------------------------------------------------------------------------------------------------
def test_leaders_who_hear_cases_sit_on_the_quota_and_nobody_sits_twice(lived):
    sitting = QuotaJudge.objects.filter(left_on=None)
    assert sitting.values("person").distinct().count() == sitting.count()
    for role in ("president", "vice_president", "division_head", "judge"):
        assert Posting.objects.filter(role=role, user__in=sitting.values("person")).exists()


def test_some_left_on_grounds_of_the_catalogue(lived):
    gone = QuotaJudge.objects.filter(left_on__gte=date(2026, 5, 1))
    assert set(gone.values_list("trigger", flat=True)) >= {"absent", "other_post", "own_wish"}
    assert not gone.filter(reason="").exists()


def test_there_are_teams_of_both_types_and_somebody_is_lacking(lived):
    kinds = dict(Team.objects.values_list("kind").annotate(n=Count("pk")).order_by())
    assert kinds["standard"] > 50 and kinds["fast"] == 2
    parts = {
        part: Team.objects.filter(kind="fast", members__part=part).count()
        for part in ("judge", "assistant", "clerk")
    }
    assert parts["assistant"] == 2 * parts["judge"] and parts["clerk"] < 2 * parts["judge"]


def test_one_round_has_appointed_and_another_is_under_way(lived):
    first, second = Selection.objects.order_by("opened_on")
    assert first.state == "closed" and second.state == "scoring"
    assert first.decided_by != first.opened_by
    assert QuotaJudge.objects.filter(candidate__selection=first).count() == first.seats


# --- plans -----------------------------------------------------------------------------------------------------------
def test_every_court_is_described_for_three_years_and_says_from_where(lived):
    assert CourtFigure.objects.count() == 3 * len(COURTS)
    assert set(CourtFigure.objects.values_list("source", flat=True)) == {"演示数据"}


def test_the_plan_in_force_is_anothers_and_keeps_to_the_cap(lived):
    plan = Plan.objects.get(state="published")
    assert plan.submitted_by.username == "yibin_politics" and plan.decided_by.username == "yibin_president"
    totals = result_of(plan.scenario)["totals"]
    assert totals["capped"] and totals["target"] == int(0.39 * totals["staffing"])
    for row in Seat.objects.filter(plan=plan):
        assert QuotaJudge.objects.filter(court=row.court, left_on=None).count() <= row.seats


def test_next_years_plan_waits_and_every_scenario_replays(lived):
    waits = Plan.objects.get(state="submitted")
    assert (waits.year, waits.scenario.base.year, waits.decided_by) == (2027, 2027, None)
    assert Scenario.objects.count() == 4
    assert all(replayed(bundle_of(scenario)).holds for scenario in Scenario.objects.all())


def test_hours_were_measured_from_the_diaries_of_six_weeks(lived):
    done = Measurement.objects.get()
    assert (done.state, done.study.closed_at is not None) == ("done", True)
    assert (done.study.ends_on - done.study.starts_on).days == 41
    assert TimeEntry.objects.filter(case=None).count() == 0
    assert lived["diary_rows"] == TimeEntry.objects.count() > 300


# --- lots ------------------------------------------------------------------------------------------------------------
def test_yesterdays_lots_can_be_drawn_again_by_anybody(lived):
    day = DrawDay.objects.get(court__code=NEAREST, on=date(2026, 6, 29))
    record = record_of_day(day)
    assert record["seed"] and record["draws"]
    assert replay(record) == []


def test_exceptions_have_their_reasons_and_todays_seed_is_still_secret(lived):
    assert not Draw.objects.filter(state__in=("departed", "void"), reason="").exists()
    assert Draw.objects.filter(state="departed").exists()
    assert DrawDay.objects.get(court__code=NEAREST, on=DAY).seed == ""
    assert Recusal.objects.count() <= 1 and StandingRecusal.objects.count() <= 1


def test_some_cases_still_wait_for_their_judge(lived):
    assert Case.objects.filter(court__code=NEAREST, judge=None, closed_on=None).exists()


# --- leaders and money -----------------------------------------------------------------------------------------------
def test_last_years_circular_is_published_with_a_note_and_the_next_waits_for_a_look(lived):
    published, draft = DutyCircular.objects.order_by("starts_on")
    assert (published.state, published.approved_by.username) == ("published", "cuiping_president")
    assert published.notes.exclude(note="").count() == 1
    assert draft.state == "draft" and draft.notes.filter(seen_at=None).exists()
    assert sum(row["done"] for row in published.rows) > 0


def test_one_subsidy_is_approved_after_its_objection_was_answered_and_one_is_a_draft(lived):
    paid, draft = SubsidyPool.objects.order_by("starts_on")
    assert (paid.state, draft.state) == ("approved", "draft")
    assert paid.shares.exclude(objection="").exclude(answer="").count() == 1
    assert sum(share.amount for share in paid.shares.all()) == paid.amount


def test_nothing_refused_stays_done_and_it_is_lived_once(lived):
    assert live_the_quota() == {}
    assert Entry.objects.filter(act="quota.publish_plan", outcome="done").count() == 1
    assert (
        User.objects.filter(username="yibin_politics").exists() and Court.objects.filter(code=UPPER).exists()
    )


# --- leaders' cases ---------------------------------------------------------------------------------------------------
def test_a_leader_takes_a_seat_that_somebody_leaves():
    case = Tried(1, 10, 20, 5, 6, [6, 5, 7])
    seat(9, case, Random(1))
    assert 9 in (case.judge, case.presiding) and 9 in case.members
    assert len(set(case.members)) == 3 and {5, 6} - set(case.members)


def test_a_case_is_handed_over_once_and_every_division_keeps_one():
    cases = {20: [Tried(number, 10, 20, 5, None, []) for number in range(6)]}
    leader = Leading(9, 10, "division_head", {20})
    found = hand_over(leader, cases, 50, Random(1))
    assert len({case.id for case in found}) == 5 and len(cases[20]) == 1
    assert all(case.judge == 9 for case in found)


def test_leaders_have_cases_of_their_own_and_some_cases_were_reviewed(lived):
    heads = Posting.objects.filter(role="division_head", court__code=NEAREST).values("user")
    assert Case.objects.filter(judge__in=heads).exists()
    assert ProcedureEvent.objects.filter(node=REVIEWED).exists()
