"""Two readings of one clock: whatever happened in a case, the database and the pure function agree on every field."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cases.clocks import recompute
from cases.facts import explain, explain_step, steps_of, with_facts
from cases.models import Case, Clock, Doubt, Exclusion, Extension, Party, ProcedureEvent, Restart
from catalogues import library
from catalogues.selectors import law_in_use

pytestmark = pytest.mark.django_db
EXAMPLES = yaml.safe_load((Path(__file__).parent / "data" / "worked_examples.yaml").read_text())
EXAMPLES = [
    example for example in EXAMPLES if example["limit"] in library.time_limits()
]  # the others are steps
TODAY = date(2026, 6, 30)


def statutory_row(case, law):
    """What the pure function says the stored statutory clock must be."""
    said = explain(case, law, TODAY)
    deadline = said.deadline
    if deadline is None:
        return {
            "state": "unknown",
            "rule": said.limit or "",
            "problem": said.problem,
            "due_on": None,
            "nominal_on": None,
        }
    is_closed = case.closed_on is not None and deadline.state != "no_limit"
    hours = isinstance(deadline.due or deadline.nominal, datetime)
    return {
        "state": "met" if is_closed else deadline.state,
        "rule": deadline.limit,
        "problem": "",
        "start_on": day(deadline.start) if deadline.state != "no_limit" else None,
        "start_at": deadline.start if isinstance(deadline.start, datetime) else None,
        "nominal_on": day(deadline.nominal),
        "excluded_days": deadline.excluded_days,
        "before_roll_on": day(deadline.before_roll),
        "due_on": day(deadline.due),
        "due_at": deadline.due if hours else None,
        "paused_on": deadline.paused_on,
        "remaining_at_pause": deadline.left_when_paused,
        "provisional": deadline.provisional,
        "met_on": case.closed_on,
        "calendar": law.calendar_id(case.court_id),
    }


def day(moment):
    return moment.date() if isinstance(moment, datetime) else moment


def agree(cases):
    """Recompute these cases and compare every statutory and every step clock with the pure function."""
    law = law_in_use()
    recompute([case.pk for case in cases], timezone.now())
    for case in with_facts(Case.objects.filter(pk__in=[case.pk for case in cases])):
        clock = case.clocks.get(kind="statutory")
        expected = statutory_row(case, law)
        assert {name: getattr(clock, name) for name in expected} == expected, case.number
        stored = {
            (step.rule, step.turn, step.start_on, step.met_on, step.due_on, step.provisional)
            for step in case.clocks.filter(kind="node")
        }
        deadlines = {step: explain_step(case, step, law) for step in steps_of(case)}
        assert stored == {
            (step.node, step.turn, step.start_on, step.met_on, deadline.due, deadline.provisional)
            for step, deadline in deadlines.items()
        }


days = st.dates(date(2003, 6, 1), date(2028, 1, 31))
KINDS = [
    ("刑初", "刑事"), ("刑终", "刑事"), ("民初", "民事"), ("民终", "民事"), ("民特", "民事"), ("民再", "民事"), ("行初", "行政"),
    ("行再", "行政"), ("执", "执行"), ("司救民", "司法救助"), ("破", "破产"), ("民保令", "民事"), ("民他", "民事"), ("行赔终", "国家赔偿"),
]  # fmt: skip
ODD = ["nonsense", "supp_investigation", "psychiatric", "appraisal", "exec_auction"]
HARMLESS = ["committee_discussion", "extension_pending", "entrusted_service"]
GROUNDS = {
    "刑事": [
        "psychiatric",
        "new_counsel",
        "procurator_read",
        "new_witness",
        "stay",
        "confiscation_announcement",
        *HARMLESS,
    ],
    "民事": [
        "announcement",
        "appraisal",
        "stay",
        "new_witness",
        "mediation_ext",
        "settlement_out",
        *HARMLESS,
    ],
    "行政": ["announcement", "appraisal", "stay", "new_witness", "mediation_adm", *HARMLESS],
    "执行": ["announcement", "exec_auction", "stay", "exec_dispute", "extension_pending"],
    "国家赔偿": ["stay", "comp_self_appraisal", "extension_pending"],
}
RESTARTS = {
    "刑事": ["supp_investigation", "crim_conversion"],
    "民事": ["retrial_review_rejoin"],
    "行政": ["retrial_review_rejoin"],
}
EVENTS = [
    "移送审判庭", "送达副本", "开庭", "庭审结束", "合议", "文书完成", "宣判", "送达判决", "收到上诉状", "收到上诉答辩状", "移送上诉",
    "上诉期满", "生效", "上网", "归档", "交付执行", "立案", "受理", "选举日", "N51",
]  # fmt: skip


def near_day(filed):
    return filed or date(2024, 1, 31)


@st.composite
def histories(draw):
    """A case and everything that may have happened in it."""
    type_code, category = draw(st.sampled_from(KINDS))
    filed = (draw(st.sampled_from([True] * 9 + [False])) and draw(days)) or None
    grounds = st.sampled_from(GROUNDS.get(category, ["extension_pending"]) * 4 + ODD)
    restarts = st.sampled_from(RESTARTS.get(category, ["crim_conversion"]) * 6 + ["stay", "nonsense"])
    approved = (
        st.just(near_day(filed))
        | st.none()
        | st.integers(0, 400).map(lambda n: near_day(filed) + timedelta(days=n))
    )
    closed = draw(st.none() | st.integers(0, 900)) if filed else None
    near = near_day(filed)
    after = st.integers(-40, 500).map(lambda n: near + timedelta(days=n))
    return {
        "case": {
            "type_code": type_code,
            "category": category,
            "procedure": draw(st.sampled_from(["", "ordinary", "summary", "small", "fast", "second", "retrial"])),
            "cause": draw(st.sampled_from(["", "执行异议之诉", "选民资格", "故意伤害罪（自诉）"])),
            "limit": draw(st.sampled_from([""] * 8 + ["crim_summary_over3y", "civ_voter", "adm_retrial", "no_such_limit"])),
            "filed_on": filed,
            "accepted_on": draw(st.none() | after),
            "closed_on": filed + timedelta(days=closed) if closed is not None else None,
            "detained": draw(st.booleans()),
        },
        "party": draw(st.none() | st.booleans()),
        "extensions": draw(st.lists(st.tuples(
            st.integers(0, 7), st.integers(0, 40), st.sampled_from([0, 0, 0, 10]), st.none() | after, approved,
        ).filter(lambda x: x[0] or x[1] or x[2] or x[3]), max_size=3, unique_by=str)),
        "exclusions": draw(st.lists(st.tuples(
            grounds, after, st.integers(0, 120) | st.integers(0, 120) | st.none()), max_size=4, unique_by=lambda x: x[:2])),
        "restarts": draw(st.lists(st.tuples(
            restarts, after), max_size=2, unique_by=str)) if draw(st.booleans()) else [],
        "events": draw(st.lists(st.tuples(
            st.sampled_from(EVENTS), after, st.sampled_from(["", "当庭宣判"]), st.none() | st.integers(0, 86399)),
            max_size=8, unique_by=lambda x: x[:3])),
    }  # fmt: skip


def enter(history, file_case):
    case = file_case(**history["case"])
    if history["party"] is not None:
        Party.objects.create(case=case, name="甲", standing="被告人", detained=history["party"])
    for months, more, workdays, until, approved in history["extensions"]:
        Extension.objects.get_or_create(
            case=case, months=months, days=more, workdays=workdays, until_on=until, approved_on=approved
        )
    for ground, start, length in history["exclusions"]:
        end = None if length is None else start + timedelta(days=length)
        Exclusion.objects.create(case=case, ground=ground, starts_on=start, resumes_on=end)
    for ground, on in history["restarts"]:
        Restart.objects.create(case=case, ground=ground, on=on)
    for node, on, note, second in history["events"]:
        at = None
        if second is not None:
            at = timezone.make_aware(datetime.combine(on, datetime.min.time()) + timedelta(seconds=second))
        ProcedureEvent.objects.create(case=case, node=node, on=on, note=note, at=at)
    return case


@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(histories(), min_size=4, max_size=12))
def test_the_database_and_the_pure_function_agree_on_every_field(file_case, several):
    agree([enter(history, file_case) for history in several])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_every_worked_example_comes_out_of_the_database(file_case, example):
    limit = law_in_use().limit(example["limit"], TODAY)
    case = file_case(
        type_code=limit.case_codes[0],
        category=limit.category,
        limit=example["limit"],
        filed_on=example["start"],
        detained=example.get("detained", False),
    )
    for extension in example.get("extensions", []):
        Extension.objects.create(case=case, **extension)
    for exclusion in example.get("exclusions", []):
        Exclusion.objects.create(
            case=case, ground=exclusion["ground"], starts_on=exclusion["from"], resumes_on=exclusion["to"]
        )
    recompute([case.pk], timezone.now())
    clock = case.clocks.get(kind="statutory")
    stored = {
        "nominal": text(clock.nominal_on),
        "excluded_days": clock.excluded_days,
        "before_roll": text(clock.before_roll_on),
        "due": text(clock.due_on),
        "state": clock.state,
        "remaining_days": clock.remaining_at_pause,
        "calendar": "provisional" if clock.provisional else "published",
    }
    told = {name: value for name, value in example["gives"].items() if name in stored}
    assert told
    assert {name: stored[name] for name in told} == told


def text(day):
    return day and day.isoformat()


def test_a_step_in_working_days_skips_the_holiday_and_counts_the_make_up_days(file_case):
    case = file_case(filed_on=date(2025, 1, 6), closed_on=date(2025, 4, 20))
    ProcedureEvent.objects.create(case=case, node="生效", on=date(2025, 4, 28))
    recompute([case.pk], timezone.now())
    assert case.clocks.get(rule="N91").due_on == date(2025, 5, 12)


def test_the_days_to_ask_for_and_to_decide_an_extension_follow_the_limit(file_case):
    case = file_case(filed_on=date(2024, 1, 15))
    recompute([case.pk], timezone.now())
    assert dict(case.clocks.filter(kind="derived").values_list("rule", "due_on")) == {
        "N53": date(2024, 6, 30),
        "N54": date(2024, 7, 10),
    }


def test_what_has_not_changed_is_not_written(file_cases):
    cases = file_cases(3)
    ids = [case.pk for case in cases]
    assert recompute(ids, timezone.now())["created"] == 9
    before = list(Clock.objects.order_by("pk").values_list("pk", "computed_at"))
    assert recompute(ids, timezone.now()) == {"cases": 3, "created": 0, "updated": 0, "deleted": 0}
    assert list(Clock.objects.order_by("pk").values_list("pk", "computed_at")) == before


def test_a_closed_case_keeps_its_due_date_so_that_closing_in_time_can_be_told(file_case):
    case = file_case(filed_on=date(2026, 1, 5), closed_on=date(2026, 5, 1))
    recompute([case.pk], timezone.now())
    clock = case.clocks.get(kind="statutory")
    assert (clock.state, clock.met_on, clock.due_on) == ("met", date(2026, 5, 1), date(2026, 7, 6))


def test_another_procedure_takes_the_old_clock_away(file_case):
    case = file_case(procedure="summary")
    recompute([case.pk], timezone.now())
    case.procedure = "ordinary"
    case.save()
    recompute([case.pk], timezone.now())
    assert [clock.rule for clock in case.clocks.filter(kind="statutory")] == ["civ_first_ordinary"]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"filed_on": None}, "no_start"),
        ({"type_code": "民他"}, "no_limit_rule"),
        ({"filed_on": date(1026, 3, 2)}, "bad_fact"),
        ({"limit": "no_such_limit"}, "bad_fact"),
    ],
)
def test_a_clock_that_cannot_be_computed_says_why_and_raises_one_doubt(file_case, fields, kind):
    case = file_case(**fields)
    for _ in range(2):
        recompute([case.pk], timezone.now())
    clock = case.clocks.get(kind="statutory")
    assert clock.state == "unknown"
    doubt = Doubt.objects.get(case=case)
    assert (doubt.kind, doubt.sentence) == (kind, clock.problem)


def test_a_doubt_settles_itself_when_its_reason_is_gone_and_comes_back_with_it(file_case):
    case = file_case(filed_on=None)
    recompute([case.pk], timezone.now())
    Case.objects.filter(pk=case.pk).update(filed_on=date(2026, 3, 2))
    recompute([case.pk], timezone.now())
    assert Doubt.objects.get(case=case).settled_at
    Case.objects.filter(pk=case.pk).update(filed_on=None)
    recompute([case.pk], timezone.now())
    assert Doubt.objects.filter(case=case, settled_at=None).count() == 1


def test_what_a_person_settled_is_not_asked_again(file_case, trial_office):
    case = file_case(filed_on=None)
    recompute([case.pk], timezone.now())
    Doubt.objects.filter(case=case).update(settled_at=timezone.now(), settled_by=trial_office)
    recompute([case.pk], timezone.now())
    assert not Doubt.objects.filter(case=case, settled_at=None).exists()


def test_any_detained_defendant_makes_the_case_detained(file_case):
    case = file_case(
        type_code="刑初", category="刑事", filed_on=date(2024, 8, 5), accepted_on=date(2024, 8, 5)
    )
    recompute([case.pk], timezone.now())
    assert case.clocks.get(kind="statutory").due_on == date(2024, 10, 8)
    Party.objects.create(case=case, name="甲", standing="被告人", detained=False)
    Party.objects.create(case=case, name="乙", standing="被告人", detained=True)
    recompute([case.pk], timezone.now())
    assert case.clocks.get(kind="statutory").due_on == date(2024, 10, 5)


def test_a_withdrawn_fact_no_longer_counts(file_case):
    case = file_case()
    pause = Exclusion.objects.create(case=case, ground="stay", starts_on=date(2026, 4, 1))
    recompute([case.pk], timezone.now())
    assert case.clocks.get(kind="statutory").state == "paused"
    Exclusion.objects.filter(pk=pause.pk).update(withdrawn_at=timezone.now())
    recompute([case.pk], timezone.now())
    assert case.clocks.get(kind="statutory").state == "running"


def test_a_court_with_days_of_its_own_rolls_over_them(file_case, monkeypatch):
    case = file_case(filed_on=date(2026, 1, 7))  # 2026-07-07, a Tuesday
    law = law_in_use()
    local = law.national.with_overlay(extra_off=[date(2026, 7, 7)])
    monkeypatch.setitem(law.local, case.court_id, local)
    agree([case])
    assert case.clocks.get(kind="statutory").due_on == date(2026, 7, 8)


def test_one_case_is_recomputed_in_a_handful_of_statements(file_case, django_assert_max_num_queries):
    case = file_case()
    recompute([case.pk], timezone.now())
    with django_assert_max_num_queries(8):
        recompute([case.pk], timezone.now())
