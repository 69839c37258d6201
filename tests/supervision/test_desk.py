"""The desk: what waits for whom, both sides in one list when their day has passed."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.trail import Refused
from cases.access import grant_access
from cases.models import Case
from courts.models import FixedDay
from supervision import desk, waiting
from supervision.delegations import delegate_case, end_delegation
from supervision.flag_views import with_days
from supervision.measures import reply_to_measure, take_measure, withdraw_measure
from supervision.models import Delegation, Flag, Measure, Reply

pytestmark = pytest.mark.django_db
MONDAY, LATER = date(2026, 6, 1), date(2026, 6, 30)
BASIS = "法发〔2021〕30号第十条"


@pytest.fixture(autouse=True)
def on_a_monday(monday):
    """Every test begins on that day."""


def take(flag, by, code="M02", **said) -> Measure:
    flag = Flag.objects.select_related("case").get(pk=flag.pk)
    words = {"content": f"请报告{code}", "basis": BASIS, "reason": "案件重大"} | said
    return take_measure(flag=flag, code=code, by=by, at=timezone.now(), **words)


def reply(measure, by) -> Reply:
    return reply_to_measure(measure=measure, content="已评议", by=by, at=timezone.now())


# --- whose turn ------------------------------------------------------------------------------------------
def test_a_measure_waits_for_the_panel_then_for_the_supervisor(confirmed_flag, division_head, judge):
    measure = take(confirmed_flag, division_head)
    assert list(desk.to_reply(judge)) == [measure] and list(desk.asked_by(division_head)) == [measure]
    assert not desk.to_answer(division_head, MONDAY).exists()
    reply(measure, judge)
    assert list(desk.to_answer(division_head, MONDAY)) == [measure]
    assert not desk.to_reply(judge).exists() and not desk.asked_by(division_head).exists()


def test_every_member_of_the_panel_sees_it_and_those_who_assist_do_not_reply(
    confirmed_flag, division_head, post, division
):
    case, assistant, member = confirmed_flag.case, post("assistant"), post("judge", division=division)
    case.assistant, case.members = assistant, [member.pk]
    case.save()
    measure = take(confirmed_flag, division_head)
    assert list(desk.to_reply(member)) == [measure]
    assert not desk.to_reply(assistant).exists()


def test_a_meeting_waits_for_its_record_and_not_for_the_panel(confirmed_flag, division_head, judge):
    (line,) = desk.lines([take(confirmed_flag, division_head, "M07")], MONDAY)
    assert (line.waits_for, line.due_on) == ("supervisor", None)
    assert not desk.to_reply(judge).exists()


def test_a_proposal_waits_for_those_who_may_decide_it(
    confirmed_flag, division_head, vice_president, president, judge
):
    measure = take(confirmed_flag, division_head, "M08")
    assert desk.to_decide(vice_president) == desk.to_decide(president) == [measure]
    assert desk.to_decide(division_head) == desk.to_decide(judge) == []


def test_a_reply_waits_for_the_successor_of_who_asked(
    confirmed_flag, division_head, judge, president, post, division
):
    measure = take(confirmed_flag, division_head)
    reply(measure, judge)
    new = post("division_head", "新庭长", division=division)
    assert (
        list(desk.to_answer(division_head, MONDAY)) == [measure] and not desk.to_answer(new, MONDAY).exists()
    )
    division_head.postings.update(ends_on=MONDAY)
    assert list(desk.to_answer(new, MONDAY)) == [measure]
    assert not desk.to_answer(president, MONDAY).exists()
    Case.objects.update(presiding=new)
    assert not desk.to_answer(new, MONDAY).exists()


# --- overdue, on both sides ------------------------------------------------------------------------------
def test_both_sides_stand_in_one_list_when_their_day_has_passed(make_flag, division_head, judge, president):
    late_panel = take(make_flag(state="CONFIRMED"), division_head)
    late_head = take(make_flag(state="CONFIRMED"), division_head)
    reply(late_head, judge)
    for person in (judge, division_head, president):
        assert not desk.unanswered(person, date(2026, 6, 8)).exists()  # the last day itself is in time
        assert set(desk.unanswered(person, date(2026, 6, 9))) == {late_panel, late_head}
    told = {line.measure: line.waits_for for line in desk.lines(desk.unanswered(judge, LATER), LATER)}
    assert told == {late_panel: "panel", late_head: "supervisor"}
    assert all(line.overdue for line in desk.lines(desk.unanswered(judge, LATER), LATER))


def test_nobody_outside_sees_what_is_overdue(confirmed_flag, division_head, outsider, post, court):
    take(confirmed_flag, division_head)
    other = post("division_head", division=court.divisions.create(name="刑庭"))
    for person in (outsider, other, post("clerk"), post("discipline"), post("politics")):
        assert not desk.unanswered(person, LATER).exists()


# --- cases nobody looked after ---------------------------------------------------------------------------
def test_a_confirmed_case_without_a_measure_is_listed_until_the_first(
    make_flag, division_head, president, judge, post, court
):
    flag = make_flag(state="CONFIRMED", first_measure_due_on=date(2026, 6, 15))
    other = post("division_head", division=court.divisions.create(name="刑庭"))
    assert list(desk.not_looked_after(division_head)) == list(desk.not_looked_after(president)) == [flag]
    assert not desk.not_looked_after(other).exists() and not desk.not_looked_after(judge).exists()
    measure = take(flag, division_head)
    assert not desk.not_looked_after(division_head).exists()
    withdraw_measure(measure=measure, reason="误发", by=division_head, at=timezone.now())
    assert list(desk.not_looked_after(division_head)) == [flag]


def test_a_proposal_alone_or_a_measure_taken_back_is_no_supervision_on_any_list(
    make_flag, division_head, trial_office
):
    flag = make_flag(state="CONFIRMED", first_measure_due_on=date(2026, 5, 15), decided_by=division_head)
    take(flag, division_head, "M08")
    withdraw_measure(measure=take(flag, division_head), reason="误发", by=division_head, at=timezone.now())
    assert list(desk.not_looked_after(division_head)) == [flag]
    heaps = {heap.code: heap for heap in waiting.HEAPS}
    assert list(waiting.flags_in(heaps["supervise"], division_head, MONDAY)) == [flag]
    assert list(waiting.flags_in(heaps["late"], trial_office, MONDAY)) == [flag]
    (shown,) = with_days([flag], MONDAY)
    assert shown.runs_until == date(2026, 5, 15)


# --- pages -----------------------------------------------------------------------------------------------
def test_the_head_sees_the_four_lists(client, make_flag, division_head, judge):
    flags = [make_flag(state="CONFIRMED", first_measure_due_on=date(2026, 6, 15)) for _ in range(3)]
    asked, answered = take(flags[0], division_head), take(flags[1], division_head)
    reply(answered, judge)
    FixedDay.objects.update(day=LATER)
    client.force_login(division_head)
    page = client.get(reverse("supervision:desk"))
    found = page.context
    assert [line.measure for line in found["answers"]] == [answered]
    assert [line.measure for line in found["asked"]] == [asked]
    assert [flag for flag, _days in found["idle"]] == [flags[2]]
    assert {line.measure for line in found["late"]} == {asked, answered}
    for text in ("待我回应", "我提出、待答复", "逾期未办", "尚未采取措施的已确认案件", "逾期 22 天"):
        assert text in page.content.decode(), text


def test_the_judge_sees_what_to_reply_to_there_and_on_the_own_page(
    client, confirmed_flag, division_head, judge
):
    take(confirmed_flag, division_head)
    client.force_login(judge)
    page = client.get(reverse("supervision:desk")).content.decode()
    assert "待我答复" in page and "我提出、待答复" not in page
    part = client.get(reverse("supervision:mine"), headers={"HX-Request": "true"}).content.decode()
    assert "需要我答复的监督事项" in part and confirmed_flag.case.number in part and "<html" not in part
    assert reverse("supervision:mine") in client.get(reverse("dashboard:mine")).content.decode()


def test_nothing_is_shown_on_the_own_page_where_nothing_waits(client, judge):
    client.force_login(judge)
    assert client.get(reverse("supervision:mine"), headers={"HX-Request": "true"}).content.strip() == b""


def test_the_desk_costs_the_same_however_long(client, make_flag, division_head, judge, costs_the_same):
    def grow(n=2):
        for _ in range(n):
            first = take(make_flag(state="CONFIRMED", first_measure_due_on=LATER), division_head)
            reply(take(first.flag, division_head, "M03"), judge)
            make_flag(state="CONFIRMED", first_measure_due_on=LATER)

    grow()
    client.force_login(division_head)
    costs_the_same(lambda: client.get(reverse("supervision:desk")), grow=lambda: grow(4))


def test_everybody_may_open_the_desk_and_the_table_of_powers(client, post):
    for role in ("clerk", "discipline", "politics", "itadmin", "petition", "external"):
        client.force_login(post(role))
        assert client.get(reverse("supervision:desk")).status_code == 200
        page = client.get(reverse("supervision:powers")).content.decode()
        assert "要求合议庭复议并报告复议结果" in page and "一案最多 2 次" in page


# --- choosing and writing a measure ----------------------------------------------------------------------
def new(flag, code="") -> str:
    return reverse("supervision:measure-new", args=[flag.pk]) + (f"?code={code}" if code else "")


def test_what_one_may_not_take_is_listed_with_the_reason(client, confirmed_flag, division_head):
    client.force_login(division_head)
    page = client.get(new(confirmed_flag))
    choices = {choice.rule.code: choice for _way, group in page.context["groups"] for choice in group}
    assert [code for code, choice in sorted(choices.items()) if not choice.why] == [
        "M01", "M02", "M03", "M04", "M05", "M07", "M08",
    ]  # fmt: skip
    assert choices["M08"].proposes
    assert "没有评议记录" in choices["M06"].why and "由院长采取" in choices["M09"].why
    assert choices["M09"].why in page.content.decode()


def test_a_measure_is_taken_on_the_page(client, confirmed_flag, division_head):
    client.force_login(division_head)
    page = client.post(new(confirmed_flag, "M02"), {"content": "请报告进展", "basis": BASIS})
    measure = Measure.objects.get()
    assert page["Location"] == reverse("supervision:measure", args=[measure.pk])


def test_a_hint_asks_once_more_and_then_saves(client, confirmed_flag, division_head):
    client.force_login(division_head)
    words = {"content": "我认为事实不清，请报告", "basis": BASIS}
    first = client.post(new(confirmed_flag, "M02"), words).content.decode()
    assert "请再看一遍" in first and "仍要保存" in first and "我认为事实不清" in first
    assert not Measure.objects.exists()
    client.post(new(confirmed_flag, "M02"), words | {"sure": "on"})
    assert Measure.objects.exists()


def test_an_order_is_refused_on_the_page_however_sure(client, confirmed_flag, division_head):
    client.force_login(division_head)
    words = {"content": "必须支持原告", "basis": BASIS, "sure": "on"}
    page = client.post(new(confirmed_flag, "M02"), words).content.decode()
    assert "只能在专业法官会议" in page and "必须支持原告" in page
    assert not Measure.objects.exists()


def test_a_third_reconsideration_on_the_page_answers_409(client, confirmed_flag, division_head, now):
    confirmed_flag.case.procedureevent_rows.create(node="合议", on=MONDAY)
    for words in ("复议一", "复议二"):
        take(confirmed_flag, division_head, "M06", content=words)
    client.force_login(division_head)
    page = client.post(new(confirmed_flag, "M06"), {"content": "复议三", "basis": BASIS})
    assert page.status_code == 409
    assert "提交专业法官会议或审判委员会" in page.content.decode()
    assert Measure.objects.count() == 2


def test_a_measure_beyond_ones_power_on_the_page_answers_403(client, confirmed_flag, division_head):
    client.force_login(division_head)
    assert client.post(new(confirmed_flag, "M09"), {"content": "x", "basis": BASIS}).status_code == 403


# --- the thread ------------------------------------------------------------------------------------------
def test_the_thread_shows_both_sides_and_the_form_of_whoever_it_waits_for(
    client, confirmed_flag, division_head, judge, president, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path)
    measure = take(confirmed_flag, division_head, content="请报告评议结果")
    address = reverse("supervision:measure", args=[measure.pk])
    client.force_login(division_head)
    page = client.get(address)
    assert "reply_form" not in page.context and "withdraw_form" in page.context
    client.force_login(judge)
    assert "reply_form" in client.get(address).context
    file = SimpleUploadedFile("审理报告.pdf", b"%PDF-1.7")
    client.post(
        reverse("supervision:measure-reply", args=[measure.pk]), {"content": "已评议", "attachment": file}
    )
    client.force_login(president)
    page = client.get(address)
    assert "审理报告.pdf" in page.content.decode()
    client.force_login(division_head)
    assert client.get(address).context["line"].waits_for == "supervisor"
    client.post(
        reverse("supervision:measure-answer", args=[measure.pk]), {"outcome": "settle", "content": "已阅"}
    )
    page = client.get(address).content.decode()
    for text in ("请报告评议结果", "已评议", "已阅", "已办结"):
        assert text in page, text


def test_a_file_is_handed_out_to_those_who_see_the_thread_alone(
    client, confirmed_flag, division_head, judge, outsider, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path)
    given = reply_to_measure(
        measure=take(confirmed_flag, division_head), content="见附件", by=judge, at=timezone.now(),
        attachment=SimpleUploadedFile("报告.pdf", b"%PDF-1.7 text"),
    )  # fmt: skip
    address = reverse("supervision:attachment", args=[given.pk])
    client.force_login(division_head)
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 text"
    assert answer["Content-Disposition"].startswith("attachment")
    client.force_login(outsider)
    assert client.get(address).status_code == 404


def test_a_meeting_is_recorded_on_its_page(client, confirmed_flag, division_head):
    measure = take(confirmed_flag, division_head, "M07")
    address = reverse("supervision:meeting-new", args=[measure.pk])
    client.force_login(division_head)
    assert len(client.get(f"{address}?rows=12").context["form"].opinion_fields()) == 12
    given = {
        "held_on": "2026-06-01", "attendees": "张某、李某", "minutes": "讨论", "speaker_1": "张某", "text_1": "应予支持",
    }  # fmt: skip
    assert client.post(address, given).status_code == 302
    page = client.get(reverse("supervision:measure", args=[measure.pk])).content.decode()
    assert "应予支持" in page and "专业法官会议" in page


def test_a_proposal_is_decided_on_the_page(client, confirmed_flag, division_head, vice_president):
    measure = take(confirmed_flag, division_head, "M08")
    client.force_login(vice_president)
    assert "decide_form" in client.get(reverse("supervision:measure", args=[measure.pk])).context
    client.post(
        reverse("supervision:measure-decide", args=[measure.pk]), {"agree": "yes", "reason": "法定情形"}
    )
    measure.refresh_from_db()
    assert measure.state == "open"


# --- delegation ------------------------------------------------------------------------------------------
def test_the_president_delegates_and_the_member_reads_and_supervises(confirmed_flag, president, post, client):
    member, case = post("ac_member", "丁委员"), confirmed_flag.case
    made = delegate_case(case=case, person=member, reason="疑难", by=president, at=timezone.now())
    assert made == delegate_case(case=case, person=member, reason="疑难", by=president, at=timezone.now())
    client.force_login(member)
    assert client.get(reverse("supervision:measure-new", args=[confirmed_flag.pk])).status_code == 200
    assert take(confirmed_flag, member, "M03").state == "open"
    end_delegation(delegation=made, by=president, at=timezone.now())
    with pytest.raises(Refused, match="没有委托"):
        take(confirmed_flag, member)


@pytest.mark.parametrize("read_before", [False, True])
def test_the_end_of_a_delegation_ends_the_reading_it_brought_and_no_other(
    confirmed_flag, president, post, read_before
):
    member, case = post("ac_member", "丁委员"), confirmed_flag.case
    if read_before:
        grant_access(case=case, user=member, reason="专项检查", by=president, at=timezone.now())
    made = delegate_case(case=case, person=member, reason="疑难", by=president, at=timezone.now())
    for _twice in range(2):
        end_delegation(delegation=made, by=president, at=timezone.now())
        assert Case.objects.visible_to(member).filter(pk=case.pk).exists() is read_before


def test_a_delegation_holds_the_case_and_its_words_are_watched(confirmed_flag, president, post):
    given = {"case": confirmed_flag.case, "person": post("ac_member"), "by": president, "at": timezone.now()}
    with pytest.raises(Refused, match="只能在专业法官会议"):
        delegate_case(reason="应当判决驳回", **given)
    with CaptureQueriesContext(connection) as asked:
        delegate_case(reason="疑难", **given)
    statements = [query["sql"] for query in asked]
    held = next(place for place, sql in enumerate(statements) if '"cases_case"' in sql and " FOR " in sql)
    looked = next(place for place, sql in enumerate(statements) if 'FROM "supervision_delegation"' in sql)
    assert held < looked


def test_only_the_president_delegates_and_only_to_a_member_off_the_panel(
    confirmed_flag, file_case, president, vice_president, division_head, judge, post
):
    case, member = confirmed_flag.case, post("ac_member")
    for by in (vice_president, division_head, judge):
        with pytest.raises(Refused, match="只有院长"):
            delegate_case(case=case, person=member, reason="疑难", by=by, at=timezone.now())
    with pytest.raises(Refused, match="不是本院审委会专职委员"):
        delegate_case(case=case, person=judge, reason="疑难", by=president, at=timezone.now())
    with pytest.raises(Refused, match="没有生效的四类案件标识"):
        delegate_case(case=file_case(), person=member, reason="疑难", by=president, at=timezone.now())
    case.members = [member.pk]
    case.save()
    with pytest.raises(Refused, match="合议庭成员"):
        delegate_case(case=case, person=member, reason="疑难", by=president, at=timezone.now())
    assert not Delegation.objects.exists()


def test_the_delegation_page_is_the_presidents(client, confirmed_flag, president, division_head, post):
    member, address = post("ac_member"), reverse("supervision:delegate", args=[confirmed_flag.case_id])
    client.force_login(division_head)
    assert client.get(address).status_code == 404
    client.force_login(president)
    assert client.post(address, {"person": member.pk, "reason": "疑难"}).status_code == 302
    made = Delegation.objects.get()
    assert member.name in client.get(address).content.decode()
    client.post(reverse("supervision:undelegate", args=[made.pk]))
    assert not Delegation.objects.standing().exists()
