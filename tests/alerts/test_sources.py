"""What is watched, and from when on it is told."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import sources
from alerts.house import raise_house_alerts
from alerts.models import Alert, Movement, NodeWatch, UsualSpan
from alerts.services import raise_alerts
from alerts.sources import Select, Source
from cases.clocks import recompute
from cases.models import Clock, Exclusion, ProcedureEvent
from catalogues.ladders import ladder_for, stage_on
from catalogues.selectors import law_in_use

pytestmark = pytest.mark.django_db
FILED, DAY = date(2026, 1, 5), date(2026, 6, 30)


def tell(case, day):
    recompute([case.pk], timezone.now())
    return raise_alerts([case.pk], day, timezone.now())


def stages(case, kind):
    return list(case.alerts.open().filter(kind=kind).values_list("stage", flat=True))


def happens(case, node, on):
    return ProcedureEvent.objects.create(case=case, node=node, on=on)


def usually(days, *, node="移送审判庭", court=None):
    UsualSpan.objects.create(
        court=court, category="民事", node=node, days=days, cases=40, measured_on=date(2026, 1, 1)
    )


# --- clocks ------------------------------------------------------------------------------------------
CLOCKS = st.tuples(
    st.sampled_from(["statutory", "node", "node", "derived"]),
    st.sampled_from(["民事", "刑事", "行政", "执行"]),
    st.integers(-20, 250),  # how long it is
    st.integers(-20, 90),  # how much of it is left
    st.sampled_from([False, False, False, True]),  # whether it is counted back
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CLOCKS, min_size=10, max_size=25), st.booleans())
def test_the_database_and_the_pure_function_agree_on_the_stage_and_its_first_day(
    file_case, clocks, whole_house
):
    Alert.objects.all().delete()
    Clock.objects.all().delete()
    ladders, expected, cases = law_in_use().ladders_on(DAY), set(), []
    for kind, category, length, left, backwards in clocks:
        case, due = file_case(category=category), DAY + timedelta(days=left)
        start = due - timedelta(days=length)
        Clock.objects.create(
            case=case, kind=kind, rule="x", start_on=start, due_on=due, backwards=backwards, state="running"
        )
        ladder = ladder_for(ladders, kind, category, "ordinary")
        if reached := stage_on(DAY, None if backwards else start, due, ladder):
            expected.add((case.pk, kind, reached[0].stage, reached[1]))
        cases.append(case)
    raise_alerts(None if whole_house else [case.pk for case in cases], DAY, timezone.now())
    found = Alert.objects.values_list("case_id", "kind", "stage", "began_on")
    assert set(found) == expected


@pytest.mark.parametrize("whole_house", [True, False])
def test_no_length_and_no_day_escapes_the_sweep(file_case, whole_house):
    ladders, expected, clocks = law_in_use().ladders_on(DAY), set(), []
    lengths, lefts = (3, 10, 30, 45, 60, 183), (-1, 0, 2, 4, 7, 14, 16, 29, 31, 50)
    for category, kind in product(("民事", "刑事"), ("statutory", "node", "derived")):
        for length, left in product(lengths, lefts):
            case, due = file_case(category=category), DAY + timedelta(days=left)
            start = None if kind == "derived" else due - timedelta(days=length)
            clocks.append(Clock(case=case, kind=kind, rule=kind, start_on=start, due_on=due, state="running"))
            if reached := stage_on(DAY, start, due, ladder_for(ladders, kind, category, "ordinary")):
                expected.add((case.pk, kind, reached[0].stage, reached[1]))
    Clock.objects.bulk_create(clocks)
    raise_alerts(None if whole_house else [clock.case_id for clock in clocks], DAY, timezone.now())
    assert set(Alert.objects.values_list("case_id", "clock", "stage", "began_on")) == expected


def test_a_court_is_told_of_the_nodes_of_the_set_it_has_switched_on(file_case, court):
    case = file_case(filed_on=FILED)
    happens(case, "庭审结束", date(2026, 3, 2))
    tell(case, DAY)
    watched = set(case.alerts.open().filter(kind="node").values_list("clock", flat=True))
    assert {"N20", "N51"} <= watched
    NodeWatch.objects.create(court=court, profile="sz", at=timezone.now())
    in_set = {
        limit for node in law_in_use().monitored.values() if "sz" in node.profiles for limit in node.limits
    }
    tell(case, DAY)
    assert set(case.alerts.open().filter(kind="node").values_list("clock", flat=True)) == watched & in_set
    dropped = watched - in_set
    assert dropped
    assert set(
        Alert.objects.filter(case=case, clock__in=dropped).values_list("closed_because", flat=True)
    ) == {"不再监控"}
    assert stages(case, "statutory")


# --- stalled cases -----------------------------------------------------------------------------------
def test_a_case_is_stalled_once_it_stays_longer_than_usual_after_its_last_event(file_case):
    usually(60)
    case = file_case(filed_on=FILED)
    happens(case, "移送审判庭", date(2026, 3, 2))
    tell(case, date(2026, 4, 30))
    assert stages(case, "stalled") == []
    tell(case, date(2026, 5, 1))
    assert [(a.stage, a.due_on) for a in case.alerts.open().filter(kind="stalled")] == [
        ("early", date(2026, 5, 1))
    ]


def test_where_nobody_knows_what_is_usual_no_case_is_called_stalled(file_case):
    usually(60, node="开庭")
    case = file_case(filed_on=FILED)
    happens(case, "移送审判庭", date(2026, 1, 20))
    tell(case, DAY)
    assert stages(case, "stalled") == []


def test_the_courts_own_custom_counts_before_that_of_all_courts(file_case, court, upper_court):
    usually(300)
    usually(30, court=court)
    usually(10, court=upper_court)
    case = file_case(filed_on=FILED)
    happens(case, "移送审判庭", date(2026, 6, 1))
    tell(case, DAY)
    assert Movement.objects.get(case=case).due_on == date(2026, 7, 1)


def test_a_new_event_ends_the_standstill(file_case):
    usually(60)
    usually(60, node="开庭")
    case = file_case(filed_on=FILED)
    happens(case, "移送审判庭", date(2026, 3, 2))
    tell(case, DAY)
    happens(case, "开庭", date(2026, 6, 29))
    tell(case, DAY)
    assert stages(case, "stalled") == []
    assert Alert.objects.get(case=case, kind="stalled").closed_because == "案件已有新进展"


def test_a_hearing_to_come_keeps_a_case_from_being_stalled(file_case):
    usually(60)
    usually(60, node="开庭")
    case = file_case(filed_on=FILED)
    happens(case, "移送审判庭", date(2026, 3, 2))
    happens(case, "开庭", date(2026, 7, 20))
    tell(case, DAY)
    assert stages(case, "stalled") == []


def test_a_paused_case_is_not_stalled_and_its_silence_begins_anew_when_it_resumes(file_case):
    usually(60)
    case = file_case(filed_on=FILED)
    happens(case, "移送审判庭", date(2026, 2, 2))
    tell(case, DAY)
    assert stages(case, "stalled") == ["mid"]
    pause = Exclusion.objects.create(case=case, ground="stay", starts_on=date(2026, 2, 10))
    tell(case, DAY)
    assert stages(case, "stalled") == []
    assert Alert.objects.get(case=case, kind="stalled").closed_because == "案件已有新进展或已停表"
    pause.resumes_on = date(2026, 6, 1)
    pause.save()
    tell(case, DAY)
    assert Movement.objects.get(case=case).moved_on == date(2026, 6, 1)
    assert stages(case, "stalled") == []


def test_a_closed_case_is_not_stalled(file_case):
    usually(60)
    case = file_case(filed_on=FILED)
    happens(case, "移送审判庭", date(2026, 2, 2))
    tell(case, DAY)
    assert stages(case, "stalled") == ["mid"]
    case.closed_on = DAY
    case.save()
    tell(case, DAY)
    assert stages(case, "stalled") == []
    assert Alert.objects.get(case=case, kind="stalled").closed_because == "已结案"


# --- open pauses -------------------------------------------------------------------------------------
def test_an_open_pause_is_looked_at_again_on_its_review_day(file_case):
    case = file_case(filed_on=FILED)
    Exclusion.objects.create(
        case=case, ground="stay", starts_on=date(2026, 2, 10), review_on=date(2026, 6, 30)
    )
    tell(case, date(2026, 6, 24))
    assert stages(case, "pause") == []
    tell(case, date(2026, 6, 25))
    assert stages(case, "pause") == ["mid"]
    tell(case, date(2026, 6, 30))
    assert stages(case, "pause") == ["urgent"]
    tell(case, date(2026, 7, 1))
    assert [(a.clock, a.stage, a.due_on) for a in case.alerts.open().filter(kind="pause")] == [
        ("pause:stay", "overdue", date(2026, 6, 30))
    ]


def test_a_pause_without_a_review_day_gets_the_usual_one(file_case):
    case = file_case(filed_on=FILED)
    Exclusion.objects.create(case=case, ground="stay", starts_on=date(2026, 2, 10))
    tell(case, DAY)
    assert case.alerts.open().get(kind="pause").due_on == date(2026, 3, 12)


def test_the_end_of_a_pause_ends_its_alert_and_another_review_day_warns_anew(file_case):
    case = file_case(filed_on=FILED)
    pause = Exclusion.objects.create(case=case, ground="stay", starts_on=date(2026, 2, 10))
    tell(case, DAY)
    pause.review_on = date(2026, 7, 1)
    pause.save()
    tell(case, DAY)
    assert list(
        case.alerts.filter(kind="pause").order_by("pk").values_list("due_on", "stage", "closed_because")
    ) == [(date(2026, 3, 12), "overdue", "复核日已变更"), (date(2026, 7, 1), "mid", "")]
    pause.resumes_on = DAY
    pause.save()
    tell(case, DAY)
    assert case.alerts.filter(kind="pause").latest("pk").closed_because == "已恢复计时或撤销"


def test_days_on_a_ground_with_an_end_of_its_own_or_without_effect_are_no_open_pause(file_case):
    case = file_case(filed_on=FILED)
    grounds = law_in_use().grounds
    ended = next(g for g, versions in grounds.items() if versions[-1].max_n)
    idle = next(g for g, versions in grounds.items() if versions[-1].mode == "no_effect")
    for ground in (ended, idle):
        Exclusion.objects.create(case=case, ground=ground, starts_on=date(2026, 2, 10))
    tell(case, DAY)
    assert stages(case, "pause") == []


# --- what concerns no case ---------------------------------------------------------------------------
def test_a_missing_calendar_is_the_highest_courts_to_see_to(court, upper_court, post):
    post("president"), post("itadmin", at=upper_court)
    year = next(year for year in range(2020, 2100) if not law_in_use().national.is_published(year))
    for place in (court, upper_court):
        raise_house_alerts(place.pk, date(year - 1, 10, 31), timezone.now())
        assert not Alert.objects.exists()
    for place in (court, upper_court):
        raise_house_alerts(place.pk, date(year - 1, 11, 1), timezone.now())
    alert = Alert.objects.get()
    assert (alert.court, alert.case, alert.clock) == (upper_court, None, f"calendar:{year}")
    assert (alert.stage, alert.due_on) == ("mid", date(year - 1, 12, 31))
    raise_house_alerts(upper_court.pk, date(year, 1, 1), timezone.now())
    assert Alert.objects.open().get().stage == "overdue"


def test_a_published_calendar_closes_its_alert(upper_court, post, monkeypatch):
    post("itadmin", at=upper_court)
    year = next(year for year in range(2020, 2100) if not law_in_use().national.is_published(year))
    day = date(year - 1, 11, 5)
    raise_house_alerts(upper_court.pk, day, timezone.now())
    assert raise_house_alerts(upper_court.pk, day, timezone.now()) == {"raised": 0, "closed": 0, "late": 0}
    monkeypatch.setattr(type(law_in_use().national), "is_published", lambda calendar, year: True)
    assert raise_house_alerts(upper_court.pk, day, timezone.now())["closed"] == 1
    assert Alert.objects.get().closed_because == "已处理"
    monkeypatch.undo()
    at = timezone.now()
    assert raise_house_alerts(upper_court.pk, day, at)["raised"] == 1
    assert (Alert.objects.get().closed_at, Alert.objects.get().raised_at) == (None, at)


# --- the registry ------------------------------------------------------------------------------------
def test_a_new_source_is_one_function(file_case, monkeypatch):
    case = file_case(filed_on=FILED)

    def hearings(cases, day):
        text = f"""SELECT {sources.CASE}, 'stalled', 'hearing', 0, NULL::date, c.filed_on + %(days)s
                     FROM cases_case c WHERE {cases}"""
        return Select(text, {"days": 30})

    added = Source(("stalled",), hearings, "改期", "'已开庭'")
    monkeypatch.setattr("alerts.source_sql.SOURCES", [*sources.SOURCES, added])
    raise_alerts(None, FILED + timedelta(days=29), timezone.now())
    assert not case.alerts.exists()
    raise_alerts(None, FILED + timedelta(days=30), timezone.now())
    assert case.alerts.open().get().clock == "hearing"
    raise_alerts([case.pk], FILED + timedelta(days=60), timezone.now())
    assert case.alerts.open().get().stage == "mid"
