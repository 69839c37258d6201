"""The monthly circular: drawn from the month alone, reproducible, numbered at issue, then unchanged."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import docx
import pytest
from django.urls import reverse
from django.utils import timezone

from audit.trail import Refused
from cases.models import Clock
from courts.models import Court, Division, FixedDay, Posting
from supervision.circular_content import content_of, flow_of, month_of
from supervision.circulars import circulars_for, draft_circular, edit_remarks, issue_circular, months_over
from supervision.models import Circular, Letter, LetterStep, Measure, Step

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)


@pytest.fixture(autouse=True)
def on_a_day_in_june(db):
    FixedDay.objects.create(day=date(2026, 6, 10))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)  # noon in Beijing


def drawn(court) -> dict:
    return content_of(court, month_of(MAY))


def draft(court, by, month=MAY) -> Circular:
    return draft_circular(court=court, month=month, by=by, at=timezone.now())


# --- the month -------------------------------------------------------------------------------------------
def test_a_month_has_its_first_and_last_day():
    assert (month_of(date(2026, 2, 11)).first, month_of(date(2026, 2, 11)).last) == (
        date(2026, 2, 1),
        date(2026, 2, 28),
    )
    assert month_of(date(2026, 12, 31)).last == date(2026, 12, 31)


def test_only_months_that_are_over_are_offered():
    assert months_over(date(2026, 2, 10), 3) == [date(2026, 1, 1), date(2025, 12, 1), date(2025, 11, 1)]


def test_a_month_that_is_not_over_is_refused(court, trial_office):
    with pytest.raises(Refused, match="尚未结束，请在 2026-06-30 之后"):
        draft(court, trial_office, date(2026, 6, 1))


# --- what it counts ----------------------------------------------------------------------------------------
def test_the_flow_balances_by_division_in_organisational_order(file_case, court, division):
    second = Division.objects.create(court=court, name="刑事审判庭", position=0)
    file_case(filed_on=date(2026, 4, 30))
    file_case(filed_on=date(2026, 5, 1))
    file_case(filed_on=date(2026, 5, 31), division=second)
    file_case(filed_on=date(2026, 3, 1), closed_on=date(2026, 5, 31), division=second)
    file_case(filed_on=date(2026, 3, 1), closed_on=date(2026, 4, 30))
    file_case(filed_on=date(2026, 3, 1), closed_on=date(2026, 6, 1))
    file_case(filed_on=date(2026, 6, 1))
    rows = [
        (row["name"], row["old"], row["new"], row["closed"], row["pending"])
        for row in flow_of(court, month_of(MAY))
    ]
    assert rows == [("刑事审判庭", 1, 1, 1, 1), ("民事审判第一庭", 2, 1, 0, 3)]


def test_sealed_cases_and_those_of_other_courts_are_not_counted(file_case, court, upper_court):
    file_case(filed_on=date(2026, 5, 4), sealed="juvenile")
    file_case(filed_on=date(2026, 5, 4), court=upper_court)
    assert flow_of(court, month_of(MAY)) == []


def test_limits_are_those_passed_by_the_end_of_the_month(file_case, court):
    for closed_on, due_on in [
        (date(2026, 5, 20), date(2026, 5, 19)),  # closed late
        (date(2026, 5, 20), date(2026, 5, 20)),  # closed on the last day
        (None, date(2026, 5, 10)),  # pending past its limit
        (date(2026, 6, 3), date(2026, 5, 10)),  # was pending past its limit then
        (None, date(2026, 6, 5)),
    ]:
        case = file_case(closed_on=closed_on)
        state = "met" if closed_on else "running"
        Clock.objects.create(
            case=case, kind="statutory", rule="x", state=state, due_on=due_on, met_on=closed_on
        )
    assert drawn(court)["limits"] == {"closed_late": 1, "pending_late": 2}


def test_flags_are_counted_by_their_steps_in_the_month(make_flag, court):
    flag = make_flag(state="CONFIRMED", proposed_at=noon(date(2026, 4, 30)))
    Step.objects.create(
        flag=flag, act="confirm", from_state="PROPOSED", to_state="CONFIRMED", at=noon(date(2026, 5, 2))
    )
    Step.objects.create(
        flag=flag, act="settle", from_state="MEASURES_ON", to_state="CONFIRMED", at=noon(date(2026, 5, 9))
    )
    late = make_flag(state="EXPIRED", proposed_at=noon(date(2026, 5, 4)))
    Step.objects.create(
        flag=late, act="expire", from_state="PROPOSED", to_state="EXPIRED", at=noon(date(2026, 6, 1))
    )
    row = next(row for row in drawn(court)["flags"] if row["category"] == "B")
    assert row == {
        "category": "B", "name": "涉及群体性纠纷或者引发社会广泛关注", "proposed": 1, "confirmed": 1, "rejected": 0, "missed": 0,
    }  # fmt: skip


def test_what_is_or_was_secret_changes_no_number(file_case, make_flag, court):
    case = file_case()
    before = drawn(court)
    secret = make_flag(
        case, "D02", secret=True, proposed_at=noon(date(2026, 5, 4)), confirmed_at=noon(date(2026, 5, 5))
    )
    Step.objects.create(flag=secret, act="confirm", to_state="CONFIRMED", at=noon(date(2026, 5, 5)))
    assert drawn(court) == before
    secret.secret = False  # verified since
    secret.save()
    assert drawn(court) == before


@pytest.fixture
def measure(make_flag, president):
    """``measure(...)``: one taken on 6 May by the president, answered as told."""

    def create(**fields):
        flag = make_flag(state="MEASURES_ON", first_measure_due_on=date(2026, 5, 15))
        values = {
            "code": "M02", "mode": "process", "taken_by": president, "capacity": "院长", "basis": "第十条", "content": "报告进展",
            "taken_at": noon(date(2026, 5, 6)), "reply_due_on": date(2026, 5, 13),
        }  # fmt: skip
        return Measure.objects.create(flag=flag, case=flag.case, **values | fields)

    return create


def test_measures_taken_and_unanswered_at_the_end_of_the_month(measure, court):
    measure()
    measure(replied_at=noon(date(2026, 5, 12)), state="replied")
    measure(replied_at=noon(date(2026, 6, 2)), state="replied")  # answered too late for May
    row = next(row for row in drawn(court)["measures"] if row["code"] == "M02")
    assert (row["taken"], row["unanswered"]) == (3, 2)


def test_supervisors_who_do_not_answer_stand_in_organisational_order(
    measure, court, division_head, vice_president, president
):
    said = {"replied_at": noon(date(2026, 5, 8)), "state": "replied", "answer_due_on": date(2026, 5, 15)}
    for person in (division_head, division_head, vice_president, president):
        measure(taken_by=person, **said)
    assert [row["person"] for row in drawn(court)["unanswered"]] == ["郑院长", "钱副院长", "吴庭长"]
    assert drawn(court)["unanswered"][2] == {"person": "吴庭长", "post": "民事审判第一庭庭长", "count": 2}


def test_a_confirmed_flag_without_a_measure_is_idle(make_flag, measure, court, division):
    measure()
    make_flag(state="CONFIRMED", confirmed_at=noon(date(2026, 5, 1)), first_measure_due_on=date(2026, 5, 15))
    assert drawn(court)["idle"] == [{"division": division.pk, "name": division.name, "count": 1}]


@pytest.fixture
def letter(court, division, president, trial_office):
    """``letter("prompt", SENT=day, …)``: a letter with its steps on these days."""

    def create(kind="prompt", **steps):
        found = Letter.objects.create(
            court=court, kind=kind, title="函", division=division, basis="依据", body="正文", required="要求", reply_days=3,
            number=f"x{Letter.objects.count()}", approved_by=president, state=list(steps)[-1], drafted_at=timezone.now(),
        )  # fmt: skip
        for state, day in steps.items():
            LetterStep.objects.create(letter=found, to_state=state, at=noon(day))
        return found

    return create


def test_letters_are_counted_by_their_steps_and_by_how_they_stood(letter, court):
    letter(SENT=date(2026, 5, 4), REPLIED=date(2026, 6, 2))
    letter(SENT=date(2026, 4, 28), OVERDUE=date(2026, 5, 6))
    letter(SENT=date(2026, 5, 4), REPLIED=date(2026, 5, 5), CLOSED=date(2026, 5, 6))
    row = next(row for row in drawn(court)["letters"] if row["kind"] == "prompt")
    assert row == {
        "kind": "prompt",
        "name": "提示函",
        "sent": 2,
        "replied": 1,
        "overdue": 1,
        "closed": 1,
        "waiting": 2,
    }


def test_a_past_month_drawn_later_says_the_same(measure, letter, file_case, court):
    measure()
    letter(SENT=date(2026, 5, 4))
    case = file_case(filed_on=date(2026, 5, 4))
    before = drawn(court)
    Measure.objects.update(replied_at=noon(date(2026, 6, 8)), state="replied")
    case.closed_on = date(2026, 6, 9)
    case.save()
    LetterStep.objects.create(letter=Letter.objects.get(), to_state="REPLIED", at=noon(date(2026, 6, 8)))
    assert drawn(court) == before


# --- drawn, remarked, issued ---------------------------------------------------------------------------------
def test_a_draft_is_drawn_anew_and_an_issued_one_is_not(court, trial_office, president, file_case):
    found = draft(court, trial_office)
    file_case(filed_on=date(2026, 5, 4))
    assert draft(court, trial_office).content != found.content
    issue_circular(circular=found, by=president, at=timezone.now())
    file_case(filed_on=date(2026, 5, 5))
    again = draft(court, trial_office)
    assert (again.pk, again.content["flow"][0]["new"]) == (found.pk, 1)
    with pytest.raises(Refused, match="已经签发"):
        edit_remarks(circular=found, remarks="补充", by=trial_office, at=timezone.now())


def test_who_draws_it_does_not_sign_it(court, trial_office, president, vice_president, division_head):
    found = draft(court, trial_office)
    for by in (trial_office, division_head):
        with pytest.raises(Refused, match="院领导签发"):
            issue_circular(circular=found, by=by, at=timezone.now())
    with pytest.raises(Refused):
        draft(court, president, date(2026, 4, 1))
    issued = issue_circular(circular=found, by=vice_president, at=timezone.now())
    assert (issued.number, issued.issued_by) == ("翠审管通报〔2026〕1号", vice_president)


def test_who_wrote_any_of_it_does_not_sign_it(court, trial_office, president, post, client):
    found = draft(court, trial_office)
    both = post("trial_office", "兼任副院长")
    Posting.objects.create(user=both, court=court, role="vice_president", starts_on=date(2020, 1, 1))
    edit_remarks(circular=found, remarks="请抓紧清理。", by=both, at=timezone.now())
    client.force_login(both)
    page = reverse("supervision:circular", args=[found.pk])
    assert not client.get(page).context["may_issue"]
    with pytest.raises(Refused, match="院领导签发"):
        issue_circular(circular=found, by=both, at=timezone.now())
    assert issue_circular(circular=found, by=president, at=timezone.now()).state == "issued"


def test_numbers_run_by_the_year_of_issue(court, trial_office, president):
    numbers = [
        issue_circular(circular=draft(court, trial_office, month), by=president, at=timezone.now()).number
        for month in (date(2026, 4, 1), MAY)
    ]
    assert numbers == ["翠审管通报〔2026〕1号", "翠审管通报〔2026〕2号"]


def test_remarks_that_tell_a_panel_how_to_decide_are_refused(court, trial_office):
    found = draft(court, trial_office)
    with pytest.raises(Refused):
        edit_remarks(
            circular=found, remarks="此类案件应当判决驳回原告的诉讼请求。", by=trial_office, at=timezone.now()
        )


def test_drafts_are_for_those_who_keep_them_issued_ones_for_the_court(
    court, trial_office, president, judge, outsider
):
    found = draft(court, trial_office)
    assert [found in circulars_for(user) for user in (trial_office, president, judge, outsider)] == [
        True,
        True,
        False,
        False,
    ]
    issue_circular(circular=found, by=president, at=timezone.now())
    assert [found in circulars_for(user) for user in (judge, outsider)] == [True, False]


# --- pages -----------------------------------------------------------------------------------------------------
def test_the_pages_lead_from_the_month_to_the_file(
    client, court, trial_office, president, file_case, division
):
    file_case(filed_on=date(2026, 5, 4))
    client.force_login(trial_office)
    page = client.get(reverse("supervision:circulars")).content.decode()
    assert "2026-05" in page
    client.post(reverse("supervision:circulars"), {"court": court.pk, "month": "2026-05-01"})
    found = Circular.objects.get()
    act = reverse("supervision:circular-act", args=[found.pk, "remarks"])
    client.post(act, {"remarks": "请各部门抓紧清理长期未结案件。"})
    client.force_login(president)
    page = client.get(reverse("supervision:circular", args=[found.pk])).content.decode()
    assert "请各部门抓紧清理长期未结案件。" in page
    assert "本月旧存0件，新收1件，审结0件，月末未结1件" in page
    assert f"division={division.pk}&amp;filed_from=2026-05-01" in page
    client.post(reverse("supervision:circular-act", args=[found.pk, "issue"]))
    file = docx.Document(BytesIO(client.get(reverse("supervision:circular-docx", args=[found.pk])).content))
    texts = [paragraph.text for paragraph in file.paragraphs]
    assert "翠审管通报〔2026〕1号" in texts
    assert f"{court.name}2026年5月审判管理通报" in texts
    assert [cell.text for cell in file.tables[0].rows[1].cells] == ["民事审判第一庭", "0", "1", "0", "1"]


@pytest.mark.parametrize("who", ["judge", "outsider", "division_head"])
def test_a_draft_is_unknown_to_others(client, court, trial_office, request, who):
    found = draft(court, trial_office)
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("supervision:circular", args=[found.pk])).status_code == 404
    assert client.post(reverse("supervision:circular-act", args=[found.pk, "issue"])).status_code == 404
    assert (
        client.post(reverse("supervision:circulars"), {"court": court.pk, "month": "2026-05-01"}).status_code
        == 404
    )


def test_another_court_and_month_are_not_offered(client, trial_office):
    client.force_login(trial_office)
    other = Court.objects.get(code="川1503")
    for data in ({"court": other.pk, "month": "2026-05-01"}, {"month": "2026-06-01"}, {}):
        assert client.post(reverse("supervision:circulars"), data).status_code == 404
    assert not Circular.objects.exists()
