"""What waits for somebody in supervision is warned of like any limit, and what is secret never is."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from alerts.models import Notice
from alerts.selectors import described
from alerts.services import raise_alerts
from alerts.telling import tell
from supervision.models import Letter, LetterCase, Measure

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)


def warned(case, day=DAY):
    raise_alerts([case.pk], day, timezone.now())
    tell([case.pk], day, timezone.now())
    kinds = ("flag", "flag_up", "idle", "measure", "answer", "letter")
    return {(alert.kind, alert.stage) for alert in case.alerts.open().filter(kind__in=kinds)}


def told(case, kind):
    return {notice.person for notice in Notice.objects.filter(alert__case=case, alert__kind=kind)}


@pytest.fixture
def measure_on(confirmed_flag, division_head, now):
    def take(state="open", **fields):
        return Measure.objects.create(
            flag=confirmed_flag, case=confirmed_flag.case, code="M02", mode="process", capacity="庭长",
            basis="法发〔2021〕30号第十条", content="请报告进展", taken_at=now, state=state,
            **({"taken_by": division_head} | fields),
        )  # fmt: skip

    return take


def test_a_proposal_due_today_is_urgent_for_the_head_and_a_day_later_for_the_leader(
    make_flag, division_head, vice_president
):
    flag = make_flag(due_on=DAY)
    assert warned(flag.case) == {("flag", "urgent")}
    assert division_head in told(flag.case, "flag") and vice_president not in told(flag.case, "flag")
    assert warned(flag.case, DAY + timedelta(days=1)) == {("flag", "overdue")}
    assert vice_president in told(flag.case, "flag")


def test_an_expired_or_disputed_flag_warns_the_leaders(make_flag, president):
    expired = make_flag(state="EXPIRED", due_on=DAY)
    disputed = make_flag(state="DISPUTED", due_on=DAY)
    for flag in (expired, disputed):
        assert warned(flag.case) == {("flag_up", "urgent")}
        assert president in told(flag.case, "flag_up")


@pytest.mark.parametrize("state", ["PROPOSED", "EXPIRED"])
def test_a_secret_flag_warns_nobody(make_flag, state):
    flag = make_flag(code="D01", state=state, secret=True, due_on=DAY - timedelta(days=5))
    assert warned(flag.case) == set()


def test_a_decided_flag_closes_its_alert_and_says_why(make_flag):
    flag = make_flag(due_on=DAY)
    warned(flag.case)
    flag.state = "CONFIRMED"
    flag.save()
    assert warned(flag.case) == set()
    assert flag.case.alerts.get(kind="flag").closed_because == "已办理"


def test_a_confirmed_flag_without_a_measure_warns_the_head_until_one_is_taken(
    confirmed_flag, measure_on, division_head
):
    confirmed_flag.first_measure_due_on = DAY - timedelta(days=1)
    confirmed_flag.save()
    assert warned(confirmed_flag.case) == {("idle", "overdue")}
    assert division_head in told(confirmed_flag.case, "idle")
    for state in ("proposed", "declined", "withdrawn"):
        measure_on(state)
        assert warned(confirmed_flag.case) == {("idle", "overdue")}, state
    measure_on()
    assert warned(confirmed_flag.case) == set()


def test_the_panel_is_warned_of_what_it_must_answer_and_the_supervisor_of_what_they_must(
    confirmed_flag, measure_on, division_head, judge
):
    measure = measure_on(reply_due_on=DAY)
    assert warned(confirmed_flag.case) == {("measure", "urgent")}
    assert told(confirmed_flag.case, "measure") == {judge}
    measure.state, measure.replied_at, measure.answer_due_on = "replied", timezone.now(), DAY
    measure.save()
    assert warned(confirmed_flag.case) == {("answer", "urgent")}
    assert told(confirmed_flag.case, "answer") == {division_head}


def test_of_a_reply_the_supervisor_who_asked_is_told_and_no_other(
    confirmed_flag, measure_on, division_head, vice_president
):
    replied = {"state": "replied", "replied_at": timezone.now()}
    measure_on(**replied, answer_due_on=DAY)
    measure_on(**replied, answer_due_on=DAY + timedelta(days=90), ordinal=2, taken_by=vice_president)
    assert warned(confirmed_flag.case) == {("answer", "urgent")}
    assert told(confirmed_flag.case, "answer") == {division_head}


def test_of_a_reply_the_successor_is_told_once_the_supervisor_left(
    confirmed_flag, measure_on, division_head, post, division, judge
):
    measure_on("replied", replied_at=timezone.now(), answer_due_on=DAY)
    division_head.postings.update(ends_on=DAY)
    new = post("division_head", "新庭长", division=division)
    warned(confirmed_flag.case)
    assert told(confirmed_flag.case, "answer") == {new}


def test_a_letter_without_reply_warns_its_addressee(file_case, division_head, president, now):
    case = file_case()
    letter = Letter.objects.create(
        court=case.court, kind="urge", year=2026, serial=1, number="宜审管督〔2026〕1号", title="督办函", person=division_head,
        basis="b", body="b", required="r", reply_days=5, reply_due_on=DAY, state="SENT", drafted_at=now, sent_at=now,
        approved_by=president,
    )  # fmt: skip
    LetterCase.objects.create(letter=letter, case=case)
    assert warned(case) == {("letter", "urgent")}
    assert division_head in told(case, "letter")
    [alert] = described(list(case.alerts.open().filter(kind="letter")), DAY)
    assert alert.clock_name == "督办函待回复"
    letter.state = "REPLIED"
    letter.save()
    assert warned(case) == set()
