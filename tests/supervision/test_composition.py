"""How a case under supervision must be tried, what its record lacks, and how a change is put on it."""

from datetime import date, timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from audit.trail import Refused
from cases.services import reassign
from courts.models import FixedDay
from supervision.composition import problems, record_adjustment
from supervision.measures import take_measure
from supervision.models import LogEntry, Measure, Step

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def on_a_monday(monday):
    return monday


@pytest.fixture
def panel(post, division, division_head):
    """Three judges, the division head presiding."""
    one, other = post("judge", "合议一", division=division), post("judge", "合议二", division=division)
    return {"presiding": division_head, "members": [one.pk, other.pk]}


@pytest.fixture
def supervised(make_flag, file_case):
    """``supervised(procedure="summary")``: a case with a confirmed flag."""
    return lambda **fields: make_flag(file_case(**fields), state="CONFIRMED")


def test_a_panel_with_a_leader_presiding_is_in_order(supervised, panel):
    assert problems(supervised(**panel).case) == []


def test_a_judge_alone_is_not_a_panel(supervised, panel):
    (problem,) = problems(supervised(procedure="summary", **panel).case)
    assert problem.startswith("本案登记为简易程序独任审理，四类案件应当由合议庭审理")


def test_too_few_members_are_counted(supervised, division_head):
    (problem,) = problems(supervised(presiding=division_head).case)
    assert "只有2人，应当由3人以上组成合议庭" in problem


def test_members_the_feed_names_are_believed(supervised, division_head):
    flag = supervised(presiding=division_head, named={"members": "合议一、合议二"})
    assert problems(flag.case) == []


def test_who_else_presides_needs_a_reason_on_the_record(supervised, panel, presiding, vice_president, now):
    flag = supervised(**panel | {"presiding": presiding})
    (problem,) = problems(flag.case)
    assert problem.startswith("审判长褚审判长不是院庭长")
    record_adjustment(
        flag=flag, kind="others_preside", reason="院庭长均参与本案调解", by=vice_president, at=now
    )
    assert problems(flag.case) == []


def test_nobody_presiding_is_pointed_out(supervised, panel):
    flag = supervised(**panel | {"presiding": None, "named": {"members": "三人"}})
    assert problems(flag.case) == ["还没有登记审判长：四类案件一般由院庭长担任审判长"]


def test_a_case_under_no_live_flag_is_left_alone(make_flag, file_case):
    for state in ("PROPOSED", "REJECTED", "CLOSED"):
        assert problems(make_flag(file_case(procedure="summary"), state=state).case) == []


def test_a_secret_flag_gives_itself_away_in_no_list(make_flag, file_case):
    assert problems(make_flag(file_case(procedure="summary"), "D01", "CONFIRMED", secret=True).case) == []


def test_a_change_of_judge_under_supervision_needs_a_reason_and_word_to_the_parties(
    supervised, panel, post, division, division_head, vice_president, now
):
    flag = supervised(**panel)
    new = post("judge", "新承办", division=division)
    reassign(case=flag.case, judge=new, division=None, reason="原承办人休假", by=division_head, at=now)
    flag.case.refresh_from_db()
    (problem,) = problems(flag.case)
    assert "变更承办人（周法官 → 新承办），没有理由和告知当事人的记录" in problem
    day = date.fromisoformat(problem[:10])
    record = {
        "flag": flag,
        "kind": "judge",
        "reason": "原承办人休假",
        "by": vice_president,
        "at": now,
        "changed_on": MONDAY,
    }
    with pytest.raises(Refused, match="应当告知当事人，请填写告知日期"):
        record_adjustment(**record)
    record_adjustment(**record | {"parties_told_on": MONDAY})
    assert bool(problems(flag.case)) is (day != MONDAY)  # told of the change of another day


def test_a_measure_that_told_the_parties_is_word_enough(
    supervised, panel, post, division, division_head, now
):
    flag = supervised(**panel)
    new = post("judge", "新承办", division=division)
    reassign(case=flag.case, judge=new, division=None, reason="调整", by=division_head, at=now)
    Measure.objects.create(
        flag=flag, case=flag.case, code="M01", mode="organisation", taken_by=division_head, capacity="庭长", basis="第十条",
        content="调整承办", taken_at=now, parties_told_on=MONDAY,
    )  # fmt: skip
    flag.case.refresh_from_db()
    assert problems(flag.case) == []


def test_a_demo_whose_day_stands_still_knows_its_measures_and_its_changes(
    supervised, panel, post, division, division_head, vice_president
):
    """The day of a change is the demo's, the time of the measure the clock's."""
    flag, at = supervised(**panel), timezone.now() + timedelta(days=400)
    flag.confirmed_at = at - timedelta(hours=1)
    flag.save()
    new = [post("judge", name, division=division) for name in ("新承办", "再承办")]
    take_measure(
        flag=flag, code="M01", content="调整承办", basis="第十条", reason="病假", parties_told_on=MONDAY, judge=new[0],
        by=vice_president, at=at,
    )  # fmt: skip
    flag.case.refresh_from_db()
    assert problems(flag.case) == []
    FixedDay.objects.update(day=MONDAY + timedelta(days=1))
    given = {"reason": "调整", "by": division_head, "at": timezone.now(), "on": MONDAY + timedelta(days=1)}
    reassign(case=flag.case, judge=new[1], division=None, **given)
    flag.case.refresh_from_db()
    (problem,) = problems(flag.case)
    assert problem.startswith("2026-06-02 变更承办人")


def test_an_adjustment_stands_on_the_record_with_its_day_and_reason(supervised, panel, division_head, now):
    flag = supervised(**panel)
    record_adjustment(
        flag=flag, kind="to_panel", reason="案情疑难", by=division_head, at=now, changed_on=MONDAY, parties_told_on=MONDAY
    )  # fmt: skip
    step = Step.objects.get(act="adjust")
    assert (step.reason_code, step.reason, step.by) == ("to_panel", "案情疑难", division_head)
    assert step.evidence == {"changed_on": "2026-06-01", "parties_told_on": "2026-06-01"}
    assert LogEntry.objects.get().content == "独任转合议（2026-06-01），2026-06-01 告知当事人；案情疑难"
    flag.refresh_from_db()
    assert (flag.state, flag.reason_code) == ("CONFIRMED", "")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "nonsense"}, "请选择调整的种类"),
        ({"reason": ""}, "请写明理由"),
        ({"parties_told_on": date(2026, 6, 2)}, "日期不应晚于今天"),
    ],
)
def test_what_cannot_be_recorded_is_said(supervised, panel, division_head, now, given, words):
    whole = {"kind": "members", "reason": "增加人数", "parties_told_on": MONDAY}
    with pytest.raises(Refused, match=words):
        record_adjustment(flag=supervised(**panel), by=division_head, at=now, **whole | given)


def test_the_panel_itself_adjusts_nothing(supervised, panel, judge, outsider, now):
    given = {
        "flag": supervised(**panel),
        "kind": "members",
        "reason": "增加",
        "parties_told_on": MONDAY,
        "at": now,
    }
    with pytest.raises(Refused, match="此项由庭长或者分管院领导办理"):
        record_adjustment(by=judge, **given)
    with pytest.raises(Http404):
        record_adjustment(by=outsider, **given)
