"""Handling an alert, following a case, prompting and answering, standing in: who may, what is said, what survives."""

from datetime import date, timedelta

import pytest
import time_machine

from alerts.handling import snooze
from alerts.models import Alert, Handling, Notice, Watch
from alerts.prompts import send_prompt
from audit.models import Entry
from courts.models import Division, StandIn

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)  # a Tuesday


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-06-30T12:00:00+08:00", tick=False):
        yield TODAY


@pytest.fixture
def alert(file_case, judge, now):
    """``alert()``: an open alert of the judge's case, of which the judge was told."""

    def create(case=None, *, told=(), stage="urgent", **fields) -> Alert:
        case = case or file_case()
        values = {
            "kind": "statutory",
            "clock": "civ_first_ordinary",
            "due_on": TODAY + timedelta(days=3),
            "began_on": TODAY,
        }
        about = Alert.objects.create(case=case, stage=stage, raised_at=now, **(values | fields))
        for person, role in told or [(judge, "judge")]:
            Notice.objects.create(
                person=person, kind="alert", role=role, case=case, alert=about, told_at=now, told_on=TODAY
            )
        return about

    return create


@pytest.fixture
def visit(client):
    """``visit(user, address)``: the page; ``visit(user, address, {...})`` posts the form."""

    def go(user, address, posted=None):
        client.force_login(user)
        return client.get(address) if posted is None else client.post(address, posted)

    return go


def text(answer) -> str:
    return answer.content.decode()


# --- handling ------------------------------------------------------------------------------------------
def test_later_is_recorded_with_reason_and_end_and_the_line_is_read(visit, judge, alert):
    about = alert()
    answer = visit(
        judge,
        f"/alerts/{about.pk}/handle/",
        {"act": "snoozed", "reason": "等待鉴定", "until_on": "2026-07-02"},
    )
    assert answer.headers["Location"] == f"/cases/{about.case_id}/"
    handling = Handling.objects.get()
    assert (handling.act, handling.reason, handling.until_on) == ("snoozed", "等待鉴定", date(2026, 7, 2))
    assert Notice.objects.get().read_at is not None
    assert Entry.objects.filter(act="alerts.snooze", because="等待鉴定").exists()


def test_without_a_day_the_longest_allowed_is_taken(visit, judge, alert):
    about = alert()
    visit(judge, f"/alerts/{about.pk}/handle/", {"act": "snoozed", "reason": "等待鉴定", "until_on": ""})
    assert Handling.objects.get().until_on == date(2026, 7, 3)  # three working days


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"act": "snoozed", "until_on": "2026-08-01", "reason": "等待补充鉴定意见"}, "不晚于 2026-07-03"),
        ({"act": "snoozed", "until_on": "2026-06-30", "reason": "等待补充鉴定意见"}, "应晚于今天 2026-06-30"),
        (
            {"act": "snoozed", "until_on": "三天后", "reason": "等待补充鉴定意见"},
            "日期应写作 2026-03-02 这样的格式",
        ),
        ({"act": "nothing", "until_on": "", "reason": "等待补充鉴定意见"}, "没有这一选项"),
        ({"act": "done", "until_on": "2026-07-01", "reason": ""}, "请填写这一项"),
        ({"act": "done", "until_on": "2026-07-01", "reason": "字" * 301}, "最多 300 字"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(visit, judge, alert, given, says):
    about = alert()
    page = visit(judge, f"/alerts/{about.pk}/handle/", given)
    assert page.status_code == 200 and says in text(page)
    assert given["reason"] in text(page) and given["until_on"] in text(page)
    assert not Handling.objects.exists()


def test_the_superior_reads_what_was_put_off_and_why(visit, judge, division_head, president, alert, now):
    about = alert(told=[(judge, "judge"), (division_head, "division_head")])
    snooze(alert=about, by=judge, reason="等待鉴定", until_on=date(2026, 7, 2), at=now)
    for superior in (division_head, president):
        for address in (f"/alerts/{about.pk}/handle/", f"/alerts/case/{about.case_id}/"):
            page = " ".join(text(visit(superior, address)).split())
            assert "周法官 2026-06-30 登记，至 2026-07-02" in page and "等待鉴定" in page, (superior, address)


def test_a_colleague_on_the_case_does_not_read_it(visit, judge, post, division, alert, file_case, now):
    clerk = post("clerk", "书记员丁", division=division)
    about = alert(file_case(clerk=clerk))
    snooze(alert=about, by=judge, reason="等待鉴定", until_on=date(2026, 7, 2), at=now)
    assert "等待鉴定" not in text(visit(clerk, f"/alerts/case/{about.case_id}/"))
    assert "等待鉴定" in text(visit(judge, f"/alerts/case/{about.case_id}/"))


def test_who_was_told_is_named_in_their_capacity_but_not_who_follows_the_case(
    visit, judge, division_head, president, alert
):
    about = alert(told=[(judge, "judge"), (division_head, "division_head"), (president, "watch")])
    page = text(visit(judge, f"/alerts/{about.pk}/handle/"))
    assert "吴庭长" in page and "庭长" in page and "郑院长" not in page
    assert "已告知 2 人" in text(visit(judge, f"/alerts/case/{about.case_id}/"))
    assert "郑院长" in text(visit(president, f"/alerts/{about.pk}/handle/"))


def test_who_was_not_told_gets_no_form_and_no_way_around_it(visit, president, alert):
    about = alert()
    page = visit(president, f"/alerts/{about.pk}/handle/")
    assert "没有告知您" in text(page) and 'name="act"' not in text(page)
    given = {"act": "done", "reason": "我来处理", "until_on": "2026-07-01"}
    assert visit(president, f"/alerts/{about.pk}/handle/", given).status_code == 403
    assert not Handling.objects.exists()


def test_an_alert_that_was_closed_asks_for_nothing_more(visit, judge, alert, now):
    about = alert(closed_at=now, closed_because="已停表")
    page = text(visit(judge, f"/alerts/{about.pk}/handle/"))
    assert "本预警已解除" in page and "已停表" in page and 'name="act"' not in page
    given = {"act": "done", "reason": "已办", "until_on": "2026-07-01"}
    assert visit(judge, f"/alerts/{about.pk}/handle/", given).status_code == 409


def test_what_was_done_can_be_taken_back_by_who_did_it_alone(visit, judge, division_head, alert, now):
    about = alert(told=[(judge, "judge"), (division_head, "division_head")])
    handling = snooze(alert=about, by=judge, reason="等待鉴定", until_on=date(2026, 7, 2), at=now)
    assert "撤回我的处理" not in text(visit(division_head, f"/alerts/{about.pk}/handle/"))
    assert visit(division_head, f"/alerts/handlings/{handling.pk}/end/", {}).status_code == 404
    assert "撤回我的处理" in text(visit(judge, f"/alerts/{about.pk}/handle/"))
    visit(judge, f"/alerts/handlings/{handling.pk}/end/", {})
    handling.refresh_from_db()
    assert handling.ended_at is not None


def test_a_form_leads_back_to_our_own_pages_only(visit, judge, alert):
    given = {"act": "done", "reason": "已办", "until_on": "", "next": "https://elsewhere.example/"}
    about = alert()
    assert (
        visit(judge, f"/alerts/{about.pk}/handle/", given).headers["Location"] == f"/cases/{about.case_id}/"
    )
    given |= {"next": "/alerts/inbox/?tab=all"}
    about = alert()
    assert visit(judge, f"/alerts/{about.pk}/handle/", given).headers["Location"] == "/alerts/inbox/?tab=all"


def test_an_outsider_finds_none_of_the_pages(visit, outsider, alert):
    about = alert()
    pages = [
        f"/alerts/{about.pk}/handle/",
        *(f"/alerts/case/{about.case_id}/{name}" for name in ("", "watch/", "prompt/", "nodes/")),
    ]
    for address in pages:
        assert visit(outsider, address).status_code == 404, address
        assert visit(outsider, address, {"note": "看看", "act": "done"}).status_code in (404, 405), address


# --- following a case -----------------------------------------------------------------------------------
def test_a_case_is_followed_with_a_reason_and_no_longer(visit, president, file_case):
    case = file_case()
    visit(president, f"/alerts/case/{case.pk}/watch/", {"note": "代表委员关注"})
    assert Watch.objects.get(ended_at=None).note == "代表委员关注"
    assert "代表委员关注" in text(visit(president, f"/alerts/case/{case.pk}/"))
    assert "代表委员关注" in text(visit(president, f"/alerts/case/{case.pk}/watch/"))
    visit(president, f"/alerts/case/{case.pk}/unwatch/", {})
    assert not Watch.objects.filter(ended_at=None).exists()


def test_the_alerts_of_a_case_do_not_say_who_follows_it(visit, president, judge, file_case):
    case = file_case()
    visit(president, f"/alerts/case/{case.pk}/watch/", {"note": "代表委员关注"})
    assert "代表委员关注" not in text(visit(judge, f"/alerts/case/{case.pk}/"))


def test_a_reason_that_is_missing_or_too_long_is_said_and_kept(visit, president, file_case):
    case = file_case()
    assert "请填写这一项" in text(visit(president, f"/alerts/case/{case.pk}/watch/", {"note": " "}))
    page = text(visit(president, f"/alerts/case/{case.pk}/watch/", {"note": "长" * 201}))
    assert "最多 200 字" in page and "长" * 201 in page
    assert not Watch.objects.exists()


# --- prompts ------------------------------------------------------------------------------------------------
@pytest.fixture
def prompted(judge, division_head, file_case, now):
    def create(words="请说明进展", to=None, case=None):
        return send_prompt(
            cases=[case or file_case()], to=[to or judge], words=words, by=division_head, at=now
        )

    return create


def test_the_judge_stands_first_and_the_worst_alert_is_suggested(visit, division_head, post, division, alert):
    post("vice_president", "分管副院长", division=division)
    about = alert()
    page = text(visit(division_head, f"/alerts/case/{about.case_id}/prompt/"))
    assert page.index("周法官 · 承办法官") < page.index("分管副院长")
    assert "剩余 3 天" in page and "2026-07-03 到期" in page
    assert "吴庭长 ·" not in page  # nobody prompts themselves


def test_a_prompt_is_sent_to_those_chosen_and_seen_on_the_case(visit, division_head, judge, alert):
    about = alert()
    address = f"/alerts/case/{about.case_id}/prompt/"
    answer = visit(division_head, address, {"to": [judge.pk], "words": "请抓紧送达"})
    assert answer.headers["Location"] == f"/cases/{about.case_id}/"
    assert Notice.objects.get(kind="prompt").person == judge
    assert "请抓紧送达" in text(visit(judge, f"/alerts/case/{about.case_id}/"))


def test_words_typed_for_a_prompt_survive_an_error(visit, division_head, alert):
    about = alert()
    page = text(
        visit(division_head, f"/alerts/case/{about.case_id}/prompt/", {"words": "请抓紧送达本案副本"})
    )
    assert "请至少选择一人" in page and "请抓紧送达本案副本" in page
    page = text(
        visit(
            division_head,
            f"/alerts/case/{about.case_id}/prompt/",
            {"to": ["999999"], "words": "请抓紧送达本案副本"},
        )
    )
    assert "请重新选择" in page and "请抓紧送达本案副本" in page
    assert not Notice.objects.filter(kind="prompt").exists()


def test_who_may_not_prompt_is_refused_and_shown_no_link(visit, judge, alert):
    about = alert()
    assert visit(judge, f"/alerts/case/{about.case_id}/prompt/").status_code == 403
    assert "发提示" not in text(visit(judge, f"/alerts/case/{about.case_id}/"))


def test_a_prompt_about_a_sealed_case_is_offered_to_its_panel_alone(visit, post, division, judge, file_case):
    head_and_presiding = post("division_head", "坐案庭长", division=division)
    post("president", "不知情院长")
    case = file_case(sealed="juvenile", presiding=head_and_presiding)
    page = text(visit(head_and_presiding, f"/alerts/case/{case.pk}/prompt/"))
    assert "周法官" in page and "不知情院长" not in page


def test_the_sender_sees_who_answered_when_and_the_overdue_first(visit, judge, division_head, prompted, now):
    answered, _waiting, late = (prompted(words).notices.get() for words in ("已答的", "等待的", "逾期的"))
    visit(judge, f"/alerts/prompts/{answered.pk}/", {"answer": "已送达"})
    type(late.prompt).objects.filter(pk=late.prompt_id).update(answer_by=TODAY - timedelta(days=1))
    page = text(visit(division_head, "/alerts/prompts/"))
    assert page.index("逾期的") < page.index("等待的") < page.index("已答的")
    for said in ("逾期未确认", "待确认", "已确认", "2026-06-30 12:00", "已送达", "周法官"):
        assert said in page, said


def test_the_receiver_answers_and_the_prompt_waits_no_more(visit, judge, prompted):
    notice = prompted("请说明进展").notices.get()
    assert "请说明进展" in text(visit(judge, "/alerts/prompts/"))
    assert "请说明进展" in text(visit(judge, f"/alerts/prompts/{notice.pk}/"))
    visit(judge, f"/alerts/prompts/{notice.pk}/", {"answer": "下周开庭"})
    notice.refresh_from_db()
    assert (notice.answer, notice.acknowledged_at is not None) == ("下周开庭", True)
    assert "没有等待您确认的提示" in text(visit(judge, "/alerts/inbox/?tab=asked"))


def test_an_answer_that_is_too_long_is_kept_and_said(visit, judge, prompted):
    notice = prompted().notices.get()
    page = text(visit(judge, f"/alerts/prompts/{notice.pk}/", {"answer": "答" * 501}))
    assert "最多 500 字" in page and "答" * 501 in page


def test_nobody_answers_for_another(visit, judge, division_head, president, prompted):
    notice = prompted().notices.get()
    for other in (division_head, president):
        assert visit(other, f"/alerts/prompts/{notice.pk}/").status_code == 404
        assert visit(other, f"/alerts/prompts/{notice.pk}/", {"answer": "代答"}).status_code == 404


def test_a_sender_who_may_no_longer_see_the_case_sees_the_prompt_no_more(
    visit, division_head, court, prompted, file_case
):
    case = file_case()
    prompted("请说明进展", case=case)
    case.division = Division.objects.create(court=court, name="刑事审判庭", position=2)
    case.save(update_fields=["division"])
    page = text(visit(division_head, "/alerts/prompts/?tab=sent"))
    assert case.number not in page and "请说明进展" not in page


def test_the_pages_cost_the_same_however_much_there_is(
    client, division_head, judge, alert, prompted, costs_the_same, file_case, now
):
    client.force_login(division_head)
    case = file_case()

    def grow(n):
        for _ in range(n):
            about = alert(
                case, turn=Alert.objects.count(), told=[(judge, "judge"), (division_head, "division_head")]
            )
            snooze(alert=about, by=judge, reason="等待鉴定", until_on=date(2026, 7, 2), at=now)
            prompted(f"请说明进展{Alert.objects.count()}", case=case)

    grow(2)
    for address in (
        f"/alerts/case/{case.pk}/",
        "/alerts/prompts/?tab=sent",
        f"/alerts/{Alert.objects.first().pk}/handle/",
    ):
        costs_the_same(lambda address=address: client.get(address), grow=lambda: grow(6))


# --- standing in ---------------------------------------------------------------------------------------------
@pytest.fixture
def colleague(post, division):
    return post("judge", "孙法官", division=division)


def stand_in(person, who, **given):
    days = {"starts_on": "2026-07-01", "ends_on": "2026-07-10", "reason": "休假"}
    return {"person": person.pk, "stand_in": who.pk} | days | given


def test_a_judge_arranges_who_looks_after_the_cases_and_ends_it_early(visit, judge, colleague):
    visit(judge, "/alerts/stand-ins/", stand_in(judge, colleague))
    arranged = StandIn.objects.get()
    assert (arranged.stand_in, arranged.ends_on, arranged.reason) == (colleague, date(2026, 7, 10), "休假")
    assert "孙法官" in text(visit(judge, "/alerts/stand-ins/"))
    assert "周法官" in text(visit(colleague, "/alerts/stand-ins/"))
    visit(judge, f"/alerts/stand-ins/{arranged.pk}/end/", {})
    arranged.refresh_from_db()
    assert arranged.ended_at is not None


def test_the_part_of_the_account_page_is_no_whole_page(client, judge):
    client.force_login(judge)
    assert 'hx-get="/alerts/stand-ins/"' in text(client.get("/account/"))
    part = text(client.get("/alerts/stand-ins/", headers={"HX-Request": "true"}))
    assert "<html" not in part and "登记代办" in part


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"ends_on": "2026-06-01"}, "不早于起始日"),
        ({"ends_on": "下周"}, "日期应写作 2026-03-02 这样的格式"),
        ({"stand_in": ""}, "请从列表中选择一项"),
        ({"reason": ""}, "请填写这一项"),
    ],
)
def test_what_is_wrong_with_a_stand_in_is_said_and_the_rest_stays(visit, judge, colleague, given, says):
    page = text(
        visit(judge, "/alerts/stand-ins/", stand_in(judge, colleague, starts_on="2026-07-03") | given)
    )
    assert says in page and "2026-07-03" in page
    assert not StandIn.objects.exists()


def test_a_head_arranges_for_the_people_of_the_division_and_a_judge_for_nobody_else(
    visit, judge, colleague, division_head
):
    assert "离岗人" in text(visit(division_head, "/alerts/stand-ins/")).split("<form")[-1]
    visit(division_head, "/alerts/stand-ins/", stand_in(judge, colleague))
    assert StandIn.objects.get().person == judge
    page = visit(
        colleague,
        "/alerts/stand-ins/",
        stand_in(judge, division_head, starts_on="2026-08-01", ends_on="2026-08-02"),
    )
    assert page.status_code == 200 and StandIn.objects.count() == 1


def test_a_stranger_ends_nobodys_stand_in(visit, judge, colleague, outsider):
    visit(judge, "/alerts/stand-ins/", stand_in(judge, colleague))
    assert visit(outsider, f"/alerts/stand-ins/{StandIn.objects.get().pk}/end/", {}).status_code == 404
