"""Scenarios and plans in the system: gathered, varied, never changed; put forward by one, decided by another."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from audit.models import Entry
from audit.trail import Refused
from courts.models import Court, FixedDay, User
from quota.gathering import NO_FIGURES, NO_FORECAST, OLD_FORECAST, gather_inputs, group_of, hours_of
from quota.models import FilingForecast, Measurement, Plan, QuotaJudge, Scenario, Seat
from quota.plans import publish_plan, refuse_plan, submit_plan, withdraw_plan
from quota.scenario import replay
from quota.scenarios import bundle_of, inputs_of, put_away_scenario, result_of, vary_scenario
from quota.vacancies import places_of, seats_in_force
from tests.quota.planned_courts import TODAY, describe, foresee, make, region


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def planner(post, upper_court):
    return post("politics", "中院政治部", at=upper_court)


@pytest.fixture
def chief(post, upper_court):
    return post("president", "中院院长", at=upper_court)


@pytest.fixture
def courts(upper_court):
    return region(upper_court)


@pytest.fixture
def base(courts, upper_court, planner):
    return make(upper_court, planner)


def submitted(scenario, planner, now, loosening="边远各院人少"):
    return submit_plan(scenario=scenario, reason="年度核定", loosening=loosening, by=planner, at=now)


# --- gathering -------------------------------------------------------------------------------------------------------
def test_courts_come_in_organisational_order_with_what_is_recorded_of_them(courts, upper_court, sit, court):
    inputs = gather_inputs(upper_court, 2026, TODAY).inputs
    assert [each["code"] for each in inputs["courts"]] == [each.code for each in courts]
    assert inputs["courts"][0]["staffing"] == 70
    assert inputs["settings"]["cap_ratio"] == 0.39
    assert inputs["hours"]["civ_ord"] == 16
    assert inputs["sources"]["figures"][upper_court.code] == [2026, "统计年鉴"]


def test_a_court_without_figures_or_forecast_is_left_out_and_named(upper_court):
    below = list(Court.objects.filter(parent=upper_court).exclude(code=None).order_by("position", "code"))
    describe(upper_court)
    foresee(upper_court)
    describe(below[0])
    gathered = gather_inputs(upper_court, 2026, TODAY)
    assert [each["code"] for each in gathered.inputs["courts"]] == [upper_court.code]
    why = dict(gathered.left_out)
    assert (why[below[0]], why[below[1]]) == (NO_FORECAST, NO_FIGURES)


def test_figures_of_a_later_year_and_older_forecasts_are_not_used(upper_court):
    describe(upper_court, staffing=50, year=2025)
    describe(upper_court, staffing=90, year=2027)
    foresee(upper_court, times=9, made_on=date(2026, 1, 1))
    foresee(upper_court, times=1)
    (row,) = gather_inputs(upper_court, 2026, TODAY).inputs["courts"]
    assert (row["staffing"], row["forecast"]["adm"]["total"]) == (50, 40)


def test_judges_in_post_and_seats_in_force_are_counted(court, sit, seats_of):
    describe(court)
    foresee(court)
    sit("甲")
    seats_of(20)
    (row,) = gather_inputs(court, 2026, TODAY).inputs["courts"]
    assert (row["sitting"], row["last_seats"]) == (1, 20)


def test_a_kind_not_forecast_any_more_is_not_reckoned_with(upper_court):
    describe(upper_court)
    foresee(upper_court, made_on=date(2026, 5, 1))
    foresee(upper_court)
    FilingForecast.objects.filter(kind="adm", made_on=date(2026, 6, 1)).delete()
    (row,) = gather_inputs(upper_court, 2026, TODAY).inputs["courts"]
    assert sorted(row["forecast"]) == ["civ_ord", "civ_sum", "cri_ord", "cri_sum", "enf"]


def test_a_court_whose_forecast_year_has_gone_by_is_left_out_and_named(upper_court):
    describe(upper_court)
    foresee(upper_court)
    assert gather_inputs(upper_court, 2027, date(2027, 6, 30)).left_out[0][0] != upper_court
    gathered = gather_inputs(upper_court, 2027, date(2027, 7, 1))
    assert dict(gathered.left_out)[upper_court] == OLD_FORECAST


def test_the_yearly_change_is_measured_by_the_year_before_however_often_a_plan_is_published(
    court, seats_of, now
):
    describe(court)
    foresee(court)
    last = seats_of(20, year=2025)
    Plan.objects.filter(pk=last.pk).update(decided_at=datetime(2025, 3, 1, tzinfo=UTC))
    seats_of(22)
    (row,) = gather_inputs(court, 2026, TODAY).inputs["courts"]
    assert row["last_seats"] == 20
    Plan.objects.filter(pk=last.pk).update(decided_at=datetime(2026, 3, 1, tzinfo=UTC))
    (row,) = gather_inputs(court, 2026, TODAY).inputs["courts"]
    assert row["last_seats"] == 20


def test_the_first_plan_of_all_is_what_a_second_one_in_the_same_year_moves_from(court, seats_of, now):
    describe(court)
    foresee(court)
    first = seats_of(20)
    Plan.objects.filter(pk=first.pk).update(
        state="superseded", ended_at=now, decided_at=now - timedelta(days=9)
    )
    seats_of(22)
    (row,) = gather_inputs(court, 2026, TODAY).inputs["courts"]
    assert row["last_seats"] == 20


def test_whoever_has_a_term_to_come_sits_for_the_plan_as_for_the_vacancies(court, sit):
    describe(court)
    foresee(court)
    sit("乙", entered_on=TODAY)
    QuotaJudge.objects.update(entered_on=TODAY + timedelta(days=9))
    (row,) = gather_inputs(court, 2026, TODAY).inputs["courts"]
    assert row["sitting"] == places_of(court, TODAY).sitting == 1


def test_basic_courts_are_grouped_under_their_intermediate_court(court, upper_court):
    assert group_of(court) == group_of(upper_court) == upper_court.code


def test_measured_hours_go_before_defaults_and_every_forecast_kind_has_hours(court, upper_court, now):
    kinds = {"civ_sum": {"hours": 4.0, "level": "cell"}, "civ_ord": {"hours": 10.0, "level": "default"}}
    done = Measurement.objects.create(
        court=upper_court, method="diary", state="done", asked_at=now, card={"kinds": kinds}
    )
    hours, source = hours_of(court, TODAY)
    assert (hours["civ_sum"], hours["civ_ord"], source) == (4.0, 16, done)
    assert hours["adm.second"] == pytest.approx(18 * 1.2)


# --- scenarios -------------------------------------------------------------------------------------------------------
def test_a_scenario_keeps_what_was_digested_and_replays(base):
    assert replay(json.loads(json.dumps(bundle_of(base)))).holds
    assert Entry.objects.get(act="quota.make_scenario").after["inputs"] == base.inputs_digest


def test_the_same_data_give_the_same_digest(base, upper_court, planner):
    assert make(upper_court, planner, name="再算一次").inputs_digest == base.inputs_digest


def test_making_it_twice_is_the_same_as_once(base, upper_court, planner):
    assert make(upper_court, planner) == base
    assert Scenario.objects.count() == 1


def test_moving_a_lever_makes_another_scenario_and_leaves_the_first(base, planner, now):
    surge = {"surge": [{"ratio": 0.2}]}
    varied = vary_scenario(base=base, levers=surge, name="收案增两成", by=planner, at=now)
    assert (varied.base, inputs_of(varied)["levers"]) == (base, surge)
    assert result_of(varied)["totals"]["need"] == pytest.approx(1.2 * result_of(base)["totals"]["need"])
    with pytest.raises(Refused, match="请换一个名称"):
        vary_scenario(base=base, levers={}, name="收案增两成", by=planner, at=now)


@pytest.mark.parametrize(
    ("levers", "sentence"),
    [({"leave": {"all": 3}}, "levers › leave › all：3 超出范围"), ({"seats": 5}, "下限合计 12 名，多于可分配的 5 名")],
)  # fmt: skip
def test_what_cannot_be_calculated_is_refused_in_one_sentence(base, planner, now, levers, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        vary_scenario(base=base, levers=levers, name="不可能", by=planner, at=now)
    assert refusal.value.status == 409


def test_where_nothing_is_known_nothing_is_calculated(upper_court, planner):
    with pytest.raises(Refused, match="请先登记概况"):
        make(upper_court, planner)


@pytest.mark.parametrize(
    "who", ["president", "division_head", "judge", "trial_office", "outsider", "politics"]
)
def test_only_the_political_department_of_the_region_calculates(request, courts, upper_court, who):
    with pytest.raises(Refused, match="没有这项权限"):
        make(upper_court, request.getfixturevalue(who))


def test_a_scenario_put_away_frees_its_name_and_one_put_forward_stays(base, upper_court, planner, now):
    put_away_scenario(scenario=base, by=planner, at=now)
    again = make(upper_court, planner)
    assert again != base
    submitted(again, planner, now)
    with pytest.raises(Refused, match="不能收起"):
        put_away_scenario(scenario=again, by=planner, at=now)


# --- plans -----------------------------------------------------------------------------------------------------------
def test_another_person_approves_and_the_seats_are_in_force(base, courts, planner, chief, now):
    plan = submitted(base, planner, now)
    publish_plan(plan=plan, decision="同意", by=chief, at=now)
    seats = seats_in_force([each.pk for each in courts], TODAY)
    assert {seat.court.code: seat.seats for seat in seats.values()} == {
        row["code"]: row["seats"] for row in result_of(base)["courts"]
    }
    assert Entry.objects.get(act="quota.publish_plan").after["courts"] == 4


def test_who_put_it_forward_does_not_approve_it(base, upper_court, planner, now):
    planner.postings.create(court=upper_court, role="president", starts_on=date(2020, 1, 1))
    both = User.objects.get(pk=planner.pk)
    with pytest.raises(Refused, match="应由另一人审批"):
        publish_plan(plan=submitted(base, planner, now), by=both, at=now)


def test_who_calculated_it_or_what_it_builds_on_does_not_decide_it(base, upper_court, planner, post, now):
    other = post("politics", "中院政治部王", at=upper_court)
    varied = vary_scenario(base=base, levers={"surge": [{"ratio": 0.2}]}, name="增两成", by=other, at=now)
    plan = submitted(varied, post("politics", "中院政治部赵", at=upper_court), now)
    for maker in (other, planner):
        maker.postings.create(court=upper_court, role="president", starts_on=date(2020, 1, 1))
        with pytest.raises(Refused, match="测算或者提请，应由另一人审批"):
            publish_plan(plan=plan, by=User.objects.get(pk=maker.pk), at=now)


def test_a_court_does_not_change_the_seats_it_was_given_from_above(
    base, planner, chief, court, politics, president, now
):
    loose = {"surge": [{"ratio": 1.5}], "change_limit": 1.0}
    early = submitted(
        vary_scenario(base=make(court, politics), levers=loose, name="增", by=politics, at=now), politics, now
    )
    publish_plan(plan=submitted(base, planner, now), by=chief, at=now)
    given = seats_in_force([court.pk], TODAY)[court.pk].seats
    with pytest.raises(Refused, match="的方案核定"):
        publish_plan(plan=early, by=president, at=now)
    withdraw_plan(plan=early, reason="由上级核定", by=politics, at=now)
    with pytest.raises(Refused, match="2026年度的方案核定，应由"):
        submitted(make(court, politics, name="再增", year=2027), politics, now)
    assert seats_in_force([court.pk], TODAY)[court.pk].seats == given


def test_seats_given_from_above_go_before_those_a_court_gave_itself_later(seats_of, court, upper_court):
    above = seats_of(20, at=upper_court)
    Seat.objects.filter(plan=above).update(court=court)
    seats_of(34)
    assert seats_in_force([court.pk], TODAY)[court.pk].seats == 20


def test_whoever_moves_bounds_of_the_catalogue_says_why_and_the_approver_reads_it(base, planner, now):
    levers = {"change_limit": 1.0, "floor": 5}
    varied = vary_scenario(base=base, levers=levers, name="放宽", by=planner, at=now)
    with pytest.raises(Refused, match="每年调整幅度由 10% 放宽为 100%"):
        submitted(varied, planner, now, loosening=" ")
    assert submitted(varied, planner, now, loosening="新区设立").reason.endswith("放宽界限的理由：新区设立")


def test_a_court_called_otherwise_since_the_calculation_stops_the_plan(base, planner, chief, court, now):
    plan = submitted(base, planner, now)
    Court.objects.filter(pk=court.pk).update(code="川9999")
    with pytest.raises(Refused, match="已经更改代字"):
        publish_plan(plan=plan, by=chief, at=now)


def test_a_president_below_does_not_approve_the_plan_above(base, planner, president, now):
    with pytest.raises(Refused, match="没有这项权限"):
        publish_plan(plan=submitted(base, planner, now), by=president, at=now)


def test_a_new_plan_supersedes_the_one_of_the_same_year(base, planner, chief, now):
    first = publish_plan(plan=submitted(base, planner, now), by=chief, at=now)
    varied = vary_scenario(base=base, levers={"floor": 5}, name="每院五名", by=planner, at=now)
    second = publish_plan(plan=submitted(varied, planner, now), by=chief, at=now)
    first.refresh_from_db()
    assert (first.state, first.ended_at, second.state) == ("superseded", now, "published")


def test_one_plan_of_a_year_waits_at_a_time_and_may_be_taken_back(base, planner, now):
    plan = submitted(base, planner, now)
    assert submitted(base, planner, now) == plan
    varied = vary_scenario(base=base, levers={"floor": 5}, name="每院五名", by=planner, at=now)
    with pytest.raises(Refused, match="已有一份方案待审批"):
        submitted(varied, planner, now)
    withdraw_plan(plan=plan, reason="数据有误", by=planner, at=now)
    assert submitted(varied, planner, now).state == "submitted"


def test_against_a_plan_one_must_say_why_and_it_stays_decided(base, planner, chief, now):
    plan = submitted(base, planner, now)
    with pytest.raises(Refused, match="请写明不予批准的理由"):
        refuse_plan(plan=plan, decision=" ", by=chief, at=now)
    assert refuse_plan(plan=plan, decision="总数过高", by=chief, at=now).state == "refused"
    with pytest.raises(Refused, match="不予批准，不能再公布"):
        publish_plan(plan=plan, by=chief, at=now)
    assert not Seat.objects.exists()


def test_a_result_touched_up_in_the_database_is_not_published(base, planner, chief, now):
    plan = submitted(base, planner, now)
    result = result_of(base)
    result["courts"][0]["seats"] += 1
    Scenario.objects.filter(pk=base.pk).update(result=json.dumps(result))
    with pytest.raises(Refused, match="不一致，不能公布"):
        publish_plan(plan=plan, by=chief, at=now)


def test_a_plan_never_has_fewer_seats_than_judges_in_post(base, planner, chief, court, sit, now):
    row = next((each for each in result_of(base)["courts"] if each["code"] == court.code), None)
    if row is None:
        row = result_of(base)["courts"][0]
        court = Court.objects.get(code=row["code"])
    Plan.objects.all().delete()
    plan = submitted(base, planner, now)
    from_post = [sit(f"法官{place}") for place in range(row["seats"] + 1)]
    for term in from_post:
        term.court = court
        term.save(update_fields=["court"])
    with pytest.raises(Refused, match="不得因方案减少在任法官"):
        publish_plan(plan=plan, by=chief, at=now)
