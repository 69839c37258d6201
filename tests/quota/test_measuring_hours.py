"""Hours measured from diaries in the background: by whole cases, by elements, by what cases left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from audit.models import Entry
from audit.trail import Refused
from cases.models import Element
from catalogues.selectors import law_in_use
from courts.models import Court
from quota.diaries import DiaryRow, receive_diary
from quota.hour_rules import hour_rules
from quota.kinds import Kinds
from quota.measured import betas_in_use, hours_by_kind, measurement_in_use
from quota.measuring_hours import ask_for_measurement, left_behind, run_measurement
from quota.models import CourtFigure, Measurement, TimeEntry
from quota.region_context import betas_of
from quota.studies import close_study, open_study
from quota.time_turns import MEASURING
from quota.timed_cases import traces_of_courts

START, END = date(2026, 3, 1), date(2026, 4, 30)


@pytest.fixture
def study(court, politics, now):
    return open_study(court=court, name="春季测算", starts_on=START, ends_on=END, by=politics, at=now)


@pytest.fixture
def timed(court, study):
    """``timed(40, minutes=360)``: that many civil summary cases described by the diary alone."""

    def write(
        many: int,
        *,
        minutes: int = 360,
        case_type="civil",
        procedure="summary",
        klass="simple",
        at=court,
        tag="",
    ):
        rows = [
            DiaryRow(
                f"{tag}{case_type}{procedure}{place}",
                "1001",
                element,
                START,
                share,
                case_type,
                procedure,
                klass,
            )
            for place in range(many)
            for element, share in (
                ("hearing", minutes // 2 + place % 3),
                ("drafting", minutes // 2 - place % 3),
            )
        ]
        return receive_diary(rows=rows, court=at, allowed=None, batch_id=None)

    return write


@pytest.fixture
def run(court, politics, study, now):
    def compute(method: str = "diary", *, of=study) -> Measurement:
        asked = ask_for_measurement(court=court, method=method, study=of, by=politics, at=now)
        run_measurement(asked.pk, lambda: now)
        return Measurement.objects.get(pk=asked.pk)

    return compute


def test_whole_cases_are_summed_and_measured_by_cell_and_kind(run, timed, court, now):
    timed(40)
    done = run()
    assert (done.state, done.progress, done.card["cases"], done.card["timed"]) == ("done", 100, 40, 40)
    cell = done.cells.get(case_type="civil", procedure="summary", klass="simple")
    assert (cell.level, cell.n, cell.hours) == ("cell", 40, pytest.approx(6.0))
    assert cell.low <= cell.hours <= cell.high
    assert done.card["kinds"]["civ_sum"] == {
        "hours": pytest.approx(6.0), "low": pytest.approx(6.0), "high": pytest.approx(6.0), "n": 40, "level": "cell", "of": 40,
        "said": 0,
    }  # fmt: skip


def test_what_was_not_measured_keeps_the_hours_of_the_catalogue(run, timed, court):
    timed(40, minutes=480)
    done = run()
    assert done.card["kinds"]["enf"]["level"] == "default"
    hours = hours_by_kind(court, END, done)
    assert (hours["civ_sum"], hours["enf"]) == (pytest.approx(8.0), 4)
    assert hours["cri_ord.second"] == pytest.approx(20 * 1.2)


def test_second_instances_take_a_multiple_of_what_was_measured(run, timed, court):
    timed(40, minutes=1200, procedure="ordinary")
    assert hours_by_kind(court, END, run())["civ_ord.second"] == pytest.approx(20 * 1.2)


def test_a_case_that_began_before_the_study_is_not_whole(run, timed, court, study, file_case, now):
    timed(30)
    begun_before = file_case(filed_on=START - timedelta(1), closed_on=END, procedure="summary")
    whole = file_case(filed_on=START, closed_on=END, procedure="summary")
    rows = [DiaryRow(case.number, "1001", "hearing", START, 60) for case in (begun_before, whole)]
    receive_diary(rows=rows, court=court, allowed=None, batch_id=None)
    done = run()
    assert (done.card["cases"], done.card["complete"], done.card["timed"]) == (32, 31, 31)
    assert done.card["lower_bound"] is False


def test_where_few_cases_are_whole_the_mean_is_called_a_lower_bound(run, timed, court, file_cases):
    timed(30)
    long = file_cases(10, filed_on=START - timedelta(1), closed_on=None, procedure="summary")
    rows = [DiaryRow(case.number, "1001", "hearing", START, 60) for case in long]
    receive_diary(rows=rows, court=court, allowed=None, batch_id=None)
    assert run().card["lower_bound"] is True
    assert run("elements").card["lower_bound"] is True


def test_by_elements_cases_that_are_not_whole_count_as_well(run, timed, court, file_case):
    timed(30)
    half = file_case(filed_on=START - timedelta(9), procedure="summary")
    receive_diary(
        rows=[DiaryRow(half.number, "1001", "hearing", START, 180)], court=court, allowed=None, batch_id=None
    )
    done = run("elements")
    assert done.card["timed"] == 31
    assert done.cells.get(case_type="civil", procedure="summary", klass="", group="").n == 31


def test_proxies_are_learned_from_timed_cases_and_say_how_wrong_they_are(run, court, study, file_case):
    cases = [
        file_case(filed_on=START, closed_on=START + timedelta(place % 50 + 1), procedure="summary")
        for place in range(60)
    ]
    for place, case in enumerate(cases):
        Element.objects.create(case=case, key="hearing_minutes", value=60 + place * 7 % 90)
    rows = [
        DiaryRow(case.number, "1001", "hearing", START, 100 + 2 * (60 + place * 7 % 90))
        for place, case in enumerate(cases[:40])
    ]
    receive_diary(rows=rows, court=court, allowed=None, batch_id=None)
    done = run("proxy")
    proxy = done.card["proxy"]
    assert proxy["used"] and proxy["error"] < proxy["plain"]
    assert done.card["timed"] == 40 + proxy["predicted"]
    assert proxy["predicted"] == 20
    cell = done.cells.get(case_type="civil", procedure="summary", klass="", group="")
    assert (cell.n, cell.said, cell.low, cell.high) == (60, 20, None, None)


def test_without_a_diary_kinds_are_only_compared(run, court, file_cases):
    file_cases(40, filed_on=date(2026, 5, 1), closed_on=date(2026, 5, 11), procedure="summary")
    file_cases(40, filed_on=date(2026, 5, 1), closed_on=date(2026, 5, 31), procedure="ordinary")
    done = run("proxy", of=None)
    hours = hours_by_kind(court, END, done)
    assert done.card["proxy"]["relative"]
    assert hours["civ_ord"] == pytest.approx(3 * hours["civ_sum"])
    levels = {cell.level for cell in done.cells.filter(case_type="civil", n__gt=0)}
    assert levels == {"relative"}
    assert not done.cells.exclude(low=None, high=None).exists()


def test_kinds_are_compared_by_the_weights_of_the_catalogue_of_the_traces_known(run, court, file_cases):
    short = file_cases(40, filed_on=date(2026, 5, 1), closed_on=date(2026, 5, 11), procedure="summary")
    long = file_cases(40, filed_on=date(2026, 5, 1), closed_on=date(2026, 5, 31), procedure="ordinary")
    for case, minutes in [*((case, 60) for case in short), *((case, 60) for case in long)]:
        Element.objects.create(case=case, key="hearing_minutes", value=minutes)
    done = run("proxy", of=None)
    assert done.card["proxy"]["weights"] == {
        "hearing_minutes": pytest.approx(0.7),
        "days": pytest.approx(0.3),
    }
    hours = hours_by_kind(court, END, done)
    assert hours["civ_ord"] / hours["civ_sum"] == pytest.approx((0.7 + 0.3 * 1.5) / (0.7 + 0.3 * 0.5))


def test_only_cases_closed_within_the_days_of_the_catalogue_are_traced(court, file_case):
    for closed in (date(2026, 1, 2), date(2026, 1, 1)):
        file_case(filed_on=START - timedelta(200), closed_on=closed, procedure="summary")
    rules = hour_rules(court.pk, END)
    assert rules.traced_days == 365
    found = traces_of_courts([court.pk], date(2026, 1, 2) + timedelta(100), 100)
    assert len(found) == 1


@pytest.mark.parametrize(("method", "said"), [("diary", "还没有工时记录"), ("elements", "还没有工时记录")])
def test_nothing_to_measure_is_said_in_a_sentence(run, method, said):
    failed = run(method)
    assert failed.state == "failed"
    assert said in failed.problem


def test_asked_twice_it_is_measured_once(court, politics, study, now):
    first, second = (
        ask_for_measurement(court=court, method="diary", study=study, by=politics, at=now) for _ in range(2)
    )
    assert first == second
    assert Entry.objects.filter(act="quota.ask_for_measurement").count() == 1


def test_whoever_takes_up_what_a_dead_worker_left_comes_to_the_same_hours(run, timed, now):
    timed(60)
    done = run()
    before = list(done.cells.order_by("pk").values_list("case_type", "procedure", "hours", "low", "high"))
    Measurement.objects.filter(pk=done.pk).update(
        state="running", attempts=1, asked_at=now - timedelta(minutes=5)
    )
    assert left_behind(now) == [done.pk]
    run_measurement(done.pk, lambda: now)
    assert (
        list(done.cells.order_by("pk").values_list("case_type", "procedure", "hours", "low", "high"))
        == before
    )


def test_it_is_not_tried_for_ever(run, timed, now):
    timed(40)
    done = run()
    Measurement.objects.filter(pk=done.pk).update(state="running", attempts=3)
    run_measurement(done.pk, lambda: now)
    done.refresh_from_db()
    assert (done.state, "不再重试" in done.problem) == ("failed", True)


def test_strangers_neither_open_studies_nor_measure(court, study, outsider, judge, president, post, now):
    other = post("politics", "外院政治部", at=outsider.postings.get().court)
    for person in (outsider, judge, president, other):
        with pytest.raises(Refused):
            open_study(court=court, name="另一次", starts_on=START, ends_on=END, by=person, at=now)
        with pytest.raises(Refused):
            close_study(study=study, by=person, at=now)
        with pytest.raises(Refused):
            ask_for_measurement(court=court, method="proxy", study=None, by=person, at=now)


def test_the_politics_department_above_may_measure_for_a_court_below(court, upper_court, post, now):
    above = post("politics", "中院政治部", at=upper_court)
    assert open_study(court=court, name="代办", starts_on=START, ends_on=END, by=above, at=now).court == court


def test_a_study_of_the_same_name_or_that_ends_before_it_starts_is_refused(court, study, politics, now):
    with pytest.raises(Refused, match="同名"):
        open_study(court=court, name=study.name, starts_on=START, ends_on=END, by=politics, at=now)
    with pytest.raises(Refused, match="不能早于"):
        open_study(court=court, name="倒着", starts_on=END, ends_on=START, by=politics, at=now)


def test_the_nearest_measurement_counts(court, upper_court, run, timed, post, now):
    assert measurement_in_use(court) is None
    above = Measurement.objects.create(court=upper_court, method="proxy", state="done", asked_at=now)
    assert measurement_in_use(court) == above
    timed(40)
    own = run()
    assert measurement_in_use(court) == own


def test_few_courts_keep_the_weights_of_the_catalogue(court, run, timed):
    CourtFigure.objects.create(
        court=court, year=2025, staffing=80, area=900, source="年鉴", entered_at="2026-01-01T00:00Z"
    )
    timed(40)
    done = run()
    assert (done.card["context"]["used"], done.card["context"]["n"]) == (False, 1)
    assert betas_in_use(court, END, done)["area"] == 0.05


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_measures_is_left_alone(court, politics, study, timed, now):
    timed(40)
    asked = ask_for_measurement(court=court, method="diary", study=study, by=politics, at=now)
    link = connection.copy()
    with link.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [MEASURING, asked.pk % 2**31])
        assert run_measurement(asked.pk, lambda: now) is False
    link.close()
    assert run_measurement(asked.pk, lambda: now) is True


def test_kinds_divide_cases_as_the_catalogue_does(court):
    kinds = Kinds(law_in_use().quotas.hours_of(court.pk, END))
    assert kinds.of("民事", "small").code == "civ_sum"
    assert kinds.of("民事", "ordinary").code == "civ_ord"
    assert kinds.of("民事", "", "民终").code == "civ_ord.second"
    assert kinds.of("刑事", "retrial").code == "cri_ord.retrial"
    assert kinds.of("行政", "second").hours == pytest.approx(18 * 1.2)
    assert kinds.of("执行", "").code == "enf"
    assert kinds.of("执行", "second").code == "enf"
    assert kinds.of("国家赔偿", "") is None


def test_how_many_courts_a_fit_needs_is_a_number_of_its_own(court):
    rules = replace(hour_rules(court.pk, END), cell_min=5, courts_min=30)
    few = list(Court.objects.order_by("pk")[:10])
    assert betas_of({each.pk: 1.0 for each in few}, rules, END).used is False
    assert rules.courts_min == 30


def test_from_thirty_courts_on_their_circumstances_are_fitted(court, study, run, now):
    """Where the ground is wide, like cases take longer: the courts say so more strongly than the catalogue."""
    courts = list(Court.objects.filter(recognised=True).exclude(code=None).order_by("pk")[:36])
    rows = []
    for place, each in enumerate(courts):
        area = 500 + 150 * place
        CourtFigure.objects.create(
            court=each, year=2025, staffing=50, area=area, source="年鉴", entered_at=now
        )
        minutes = round(300 * (1 + 0.2 * (area / (500 + 150 * 17.5) - 1)))
        rows += [
            TimeEntry(study=study, court=each, number=f"{place}-{n}", person_no="1", element="hearing", on=START,
                      minutes=minutes + n % 7, case_type="civil", procedure="summary")
            for n in range(32)
        ]  # fmt: skip
    TimeEntry.objects.bulk_create(rows)
    done = run()
    context = done.card["context"]
    assert (context["n"], context["used"]) == (36, True)
    assert context["loo_error"] < context["baseline_error"]
    assert context["values"]["area"] > 0.1
    assert betas_in_use(court, END, done)["area"] == context["values"]["area"]
