"""Acts on several cases at once from the day page: each done or refused for itself, and nothing typed is lost."""

import re
from datetime import date
from html import unescape
from urllib.parse import urlencode

import pytest
import time_machine

from alerts.models import Handling, Notice, Prompt, Watch
from audit.models import Entry
from cases.models import Exclusion, ProcedureEvent
from courts.models import Division

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)  # a Tuesday
WORDS = "请抓紧办理、按期审结。"


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-06-30T12:00:00+08:00", tick=False):
        yield TODAY


@pytest.fixture
def do(client):
    """``do(user, "done", cases, reason=…)``: the answer to the act on these cases, from the tab 临近审限."""

    def post(user, act, cases, query="tab=near", **typed):
        client.force_login(user)
        fields = {f"{act}-{name}": value for name, value in typed.items() if not name.startswith("how")}
        fields |= {name.replace("_", "-"): value for name, value in typed.items() if name.startswith("how")}
        return client.post(
            f"/alerts/day/bulk/?{query}", {"act": act, "case": [case.pk for case in cases]} | fields
        )

    return post


def text(answer) -> str:
    return unescape(answer.content.decode())


def chosen(answer) -> set[int]:
    return {int(pk) for pk in re.findall(r'name="case" value="(\d+)" checked', text(answer))}


# --- one way through for all acts --------------------------------------------------------------------
def test_what_is_wholly_done_leads_back_to_the_same_list(do, trial_office, alert):
    first, second = alert(), alert()
    answer = do(trial_office, "done", [first.case, second.case], reason="已电话催办")
    assert (answer.status_code, answer.url) == (302, "/alerts/day/?tab=near")
    assert set(Handling.objects.values_list("alert", "act", "reason")) == {
        (first.pk, "done", "已电话催办"), (second.pk, "done", "已电话催办"),
    }  # fmt: skip


def test_the_refused_come_back_chosen_with_the_reason_and_the_rest_is_done(
    do, trial_office, alert, file_case
):
    good, idle = alert(), file_case()
    answer = do(trial_office, "done", [good.case, idle], reason="已催办")
    assert Handling.objects.get().alert == good
    assert answer.status_code == 200
    assert chosen(answer) == {idle.pk}
    assert f"{idle.number}：本案没有未解除的预警" in re.sub(r"<[^>]*>|\s", "", text(answer))
    assert "已催办" in text(answer)
    assert Entry.objects.filter(outcome="refused", case_id=idle.pk).count() == 1


def test_a_mistyped_field_keeps_the_choice_and_what_was_typed_in_every_form(do, trial_office, alert):
    about = alert()
    answer = do(trial_office, "snooze", [about.case], until_on="下周", reason="等待双方核对账目")
    assert "日期应写作" in text(answer) and "等待双方核对账目" in text(answer)
    assert chosen(answer) == {about.case_id}
    other = do(trial_office, "prompt", [about.case], to=["judges"], words="")
    assert "请填写这一项" in text(other)
    assert not Handling.objects.exists() and not Prompt.objects.exists()


def test_without_a_case_or_an_act_nothing_happens_and_it_is_said(client, do, trial_office, alert):
    about = alert()
    assert "请先在表中选择案件" in text(do(trial_office, "done", [], reason="已办"))
    client.force_login(trial_office)
    answer = client.post("/alerts/day/bulk/?tab=near", {"case": about.case_id, "done-reason": "打到一半的话"})
    assert "请先选择要办理的事项" in text(answer) and "打到一半的话" in text(answer)
    assert chosen(answer) == {about.case_id}


def test_a_chosen_case_that_is_not_on_the_page_stays_chosen(do, trial_office, alert, file_case):
    elsewhere = file_case()
    alert()
    assert chosen(do(trial_office, "done", [elsewhere], reason="已办")) == {elsewhere.pk}


def test_coming_to_the_address_by_itself_leads_to_the_list(client, trial_office):
    client.force_login(trial_office)
    assert client.get("/alerts/day/bulk/?tab=near&page=2").url == "/alerts/day/?tab=near&page=2"


def test_nobody_acts_on_a_case_they_may_not_see(do, outsider, alert):
    about = alert()
    for act, typed in (
        ("done", {"reason": "x"}),
        ("watch", {"note": "x"}),
        ("prompt", {"to": ["judges"], "words": WORDS}),
    ):
        answer = do(outsider, act, [about.case], **typed)
        assert about.case.number not in text(answer) and "请先在表中选择案件" in text(answer)
    assert not Handling.objects.exists() and not Watch.objects.exists() and not Prompt.objects.exists()


# --- each act ----------------------------------------------------------------------------------------
def test_each_judge_gets_one_prompt_about_their_own_cases_and_the_head_about_all(
    do, trial_office, judge, division_head, division, post, alert, file_case
):
    colleague = post("judge", "李法官", division=division)
    mine, other, theirs = alert().case, alert().case, alert(case=file_case(judge=colleague)).case
    do(trial_office, "prompt", [mine, other, theirs], to=["judges", "heads"], words=WORDS)
    told = {(notice.person, notice.case) for notice in Notice.objects.all()}
    assert told == {
        (judge, mine), (judge, other), (colleague, theirs),
        (division_head, mine), (division_head, other), (division_head, theirs),
    }  # fmt: skip
    assert Prompt.objects.count() == 3


def test_a_prompt_is_refused_where_there_is_nobody_or_nobody_who_may_see_the_case(
    do, trial_office, division_head, court, alert, file_case
):
    orphan = alert(
        case=file_case(judge=None, division=Division.objects.create(court=court, name="新庭"))
    ).case
    good = alert().case
    answer = do(trial_office, "prompt", [orphan, good], to=["judges", "heads"], words=WORDS)
    assert chosen(answer) == {orphan.pk}
    assert "没有登记所选的接收人" in text(answer)
    assert {notice.case_id for notice in Notice.objects.all()} == {good.pk}


def test_what_may_not_be_sent_holds_nothing_else_back(
    do, division_head, president, judge, court, alert, file_case
):
    """A case one sits on outside one's office, and a sealed one the receiver may not see."""
    elsewhere = Division.objects.create(court=court, name="民事审判第二庭")
    own = alert().case
    others = alert(case=file_case(division=elsewhere, members=[division_head.pk])).case
    answer = do(division_head, "prompt", [own, others], to=["judges"], words=WORDS)
    assert chosen(answer) == {others.pk} and "没有此项权限" in text(answer)
    sealed = alert(case=file_case(sealed="juvenile", presiding=president)).case
    answer = do(president, "prompt", [own, sealed], to=["heads"], words=WORDS)
    assert chosen(answer) == {sealed.pk} and f"{division_head.name}不能查看本案" in text(answer)
    assert {(notice.person, notice.case) for notice in Notice.objects.all()} == {
        (judge, own),
        (division_head, own),
    }


def test_who_may_not_prompt_is_not_offered_it_and_is_refused(do, client, judge, alert):
    about = alert()
    client.force_login(judge)
    assert 'value="prompt"' not in text(client.get("/alerts/day/?tab=near"))
    answer = do(judge, "prompt", [about.case], to=["judges"], words=WORDS)
    assert "没有此项权限" in text(answer) and not Prompt.objects.exists()


def test_words_and_receivers_are_filled_in_to_begin_with(client, trial_office, alert):
    about = alert()
    client.force_login(trial_office)
    assert "以下案件临近审限" in text(client.get("/alerts/day/?tab=near"))
    panel = text(client.get(f"/alerts/day/case/{about.case_id}/"))
    assert f"{about.case.number}：一审普通程序 2026-07-03 届满，剩余 3 日" in panel


PAUSE = {
    "ground": "appraisal",
    "starts_on": "2026-06-29",
    "review_on": "2026-07-20",
    "owner": "judge",
    "reason": "委托鉴定",
}


def test_a_pause_is_entered_on_each_case_whose_law_knows_the_ground(
    do, trial_office, judge, alert, file_case
):
    civil = alert().case
    criminal = alert(case=file_case(category="刑事", type_code="刑初")).case
    answer = do(trial_office, "pause", [civil, criminal], **PAUSE)
    pause = Exclusion.objects.get()
    assert (pause.case, pause.owner, pause.review_on) == (civil, judge, date(2026, 7, 20))
    assert chosen(answer) == {criminal.pk}
    assert "没有这一选项" in text(answer) or "只适用于" in text(answer)


def test_a_pause_is_refused_to_who_may_not_enter_one(do, president, alert):
    about = alert()
    answer = do(president, "pause", [about.case], **PAUSE)
    assert "没有此项权限" in text(answer) and not Exclusion.objects.exists()


def test_the_clock_is_resumed_where_one_pause_is_open_and_refused_elsewhere(do, judge, alert):
    paused, running = alert().case, alert().case
    pause = Exclusion.objects.create(case=paused, ground="appraisal", starts_on=date(2026, 6, 1), reason="")
    answer = do(judge, "resume", [paused, running], resumes_on="2026-06-30")
    pause.refresh_from_db()
    assert pause.resumes_on == TODAY
    assert chosen(answer) == {running.pk} and "没有尚未恢复的停表" in text(answer)


def test_later_has_an_end_that_is_near(do, trial_office, alert):
    about = alert()
    answer = do(trial_office, "snooze", [about.case], until_on="2026-08-30", reason="等待")
    assert "最晚可推迟到 2026-07-03" in text(answer) and not Handling.objects.exists()
    assert do(trial_office, "snooze", [about.case], until_on="2026-07-03", reason="等待").status_code == 302
    assert Handling.objects.get().act == "snoozed"


def test_the_act_reaches_every_open_alert_of_the_case_one_may_handle(do, trial_office, judge, alert, now):
    first = alert()
    second = alert(case=first.case, kind="node", clock="N20")
    Notice.objects.create(person=judge, kind="alert", role="judge", case=first.case, alert=first, told_at=now)
    assert do(judge, "done", [first.case], reason="已送达").status_code == 302
    assert {handling.alert for handling in Handling.objects.filter(person=judge)} == {first}
    do(trial_office, "done", [first.case], reason="已催办")
    assert {handling.alert for handling in Handling.objects.filter(person=trial_office)} == {first, second}


def test_following_and_not_following_any_more(do, president, alert):
    about = alert()
    do(president, "watch", [about.case], note="人大代表关注")
    assert Watch.objects.get(ended_at=None).note == "人大代表关注"
    do(president, "unwatch", [about.case], query="tab=watched")
    assert not Watch.objects.filter(ended_at=None).exists()


# --- 疑似已结未点 --------------------------------------------------------------------------------------
@pytest.fixture
def judged(file_case):
    case = file_case()
    ProcedureEvent.objects.create(case=case, node="送达判决", on=date(2026, 6, 25))
    ProcedureEvent.objects.create(case=case, node="宣判", on=date(2026, 6, 20))
    return case


def test_one_click_records_the_closing_on_the_day_of_the_first_event_of_the_end(client, judge, judged):
    client.force_login(judge)
    page = text(client.get("/alerts/day/?tab=finished"))
    assert "2026-06-20 宣判" in page and '<option value="判决" selected>' in page
    answer = client.post("/alerts/day/bulk/?tab=finished", {"close": judged.pk, f"how-{judged.pk}": "判决"})
    assert answer.status_code == 302
    judged.refresh_from_db()
    assert (judged.closed_on, judged.closed_how) == (date(2026, 6, 20), "判决")
    assert Entry.objects.filter(act="cases.close_case", case_id=judged.pk).count() == 1


def test_the_way_it_ended_must_be_chosen_and_only_who_may_records_it(client, judge, president, judged):
    client.force_login(judge)
    answer = client.post("/alerts/day/bulk/?tab=finished", {"close": judged.pk, f"how-{judged.pk}": ""})
    assert "请选择结案方式" in text(answer)
    client.force_login(president)
    assert 'name="close"' not in text(client.get("/alerts/day/?tab=finished"))
    answer = client.post("/alerts/day/bulk/?tab=finished", {"close": judged.pk, f"how-{judged.pk}": "判决"})
    assert "没有此项权限" in text(answer)
    judged.refresh_from_db()
    assert judged.closed_on is None


def test_a_case_that_was_closed_meanwhile_keeps_its_day(do, judge, judged):
    judged.closed_on, judged.closed_how = date(2026, 6, 28), "调解"
    judged.save()
    answer = do(judge, "close", [judged], query="tab=finished", **{f"how_{judged.pk}": "判决"})
    assert "本案已于 2026-06-28 登记结案" in text(answer)
    judged.refresh_from_db()
    assert judged.closed_how == "调解"


def test_a_number_no_case_can_have_is_passed_over(client, president, alert):
    case = alert().case
    client.force_login(president)
    typed = {"act": "close", "case": case.pk, "how-" + "9" * 5000: "判决", "how-²": "判决"}
    answer = client.post("/alerts/day/bulk/", urlencode(typed), "application/x-www-form-urlencoded")
    assert answer.status_code in (200, 302, 422)
