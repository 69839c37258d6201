"""Two readings of one clock: whatever happened in a case, the database and the pure function agree on every field."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cases.clocks import recompute, recount
from cases.deadlines import calculate
from cases.facts import clock_input, explain, explain_step, steps_of, with_facts
from cases.models import Case, Clock, Doubt, Exclusion, Extension, Party, ProcedureEvent, Restart
from catalogues.selectors import law_in_use
from catalogues.workdays import CalendarYear
from courts.models import Court

pytestmark = pytest.mark.django_db
EXAMPLES = yaml.safe_load((Path(__file__).parent / "data" / "worked_examples.yaml").read_text())
TODAY = date(2026, 6, 30)


def statutory_row(case, law):
    """What the pure function says the stored statutory clock must be."""
    said = explain(case, law, TODAY)
    deadline = said.deadline
    if deadline is None:
        return {"state": "unknown", "rule": said.limit or "", "problem": said.problem, "due_on": None, "nominal_on": None}
    is_closed = case.closed_on is not None and deadline.state != "no_limit"
    hours = isinstance(deadline.due or deadline.nominal, datetime)
    return {
        "state": "met" if is_closed else deadline.state,
        "rule": deadline.limit,
        "problem": "",
        "start_on": day(deadline.start),
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
    "刑事": ["psychiatric", "new_counsel", "procurator_read", "new_witness", "stay", "confiscation_announcement", *HARMLESS],
    "民事": ["announcement", "appraisal", "stay", "new_witness", "mediation_ext", "settlement_out", *HARMLESS],
    "行政": ["announcement", "appraisal", "stay", "new_witness", "mediation_adm", *HARMLESS],
    "执行": ["announcement", "exec_auction", "stay", "exec_dispute", "extension_pending"],
    "国家赔偿": ["stay", "comp_self_appraisal", "extension_pending"],
}
RESTARTS = {"刑事": ["supp_investigation", "crim_conversion"], "民事": ["retrial_review_rejoin"], "行政": ["retrial_review_rejoin"]}
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
    filed = draw(st.sampled_from([True] * 9 + [False])) and draw(days) or None
    grounds = st.sampled_from(GROUNDS.get(category, ["extension_pending"]) * 4 + ODD)
    restarts = st.sampled_from(RESTARTS.get(category, ["crim_conversion"]) * 6 + ["stay", "nonsense"])
    approved = st.just(near_day(filed)) | st.none() | st.integers(0, 400).map(lambda n: near_day(filed) + timedelta(days=n))
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


@settings(max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(histories(), min_size=4, max_size=12))
def test_the_database_and_the_pure_function_agree_on_every_field(file_case, several):
    agree([enter(history, file_case) for history in several])
