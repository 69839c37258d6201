"""Entering facts on pages: with a preview, without scripts, keeping what was typed, refusing with a sentence."""

from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from cases import services
from cases.models import AccessGrant, Case, Change, Clock, Conversion, Exclusion, Extension, ProcedureEvent
from courts.models import FixedDay
from pipeline.services import drain

SHANGHAI = partial(datetime, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def day(db):
    FixedDay.objects.create(day=date(2026, 6, 30))


@pytest.fixture
def case(file_case):
    return file_case()


@pytest.fixture
def stopped(case, judge, now):
    given = {
        "starts_on": date(2026, 4, 1),
        "review_on": date(2026, 5, 1),
        "owner": judge,
        "reason": "委托鉴定",
    }
    return services.pause_clock(case=case, ground="appraisal", by=judge, at=now, **given)


@pytest.fixture
def at(client, judge):
    """``at("pause", case)``: the address of an entry, with the judge logged in."""
    client.force_login(judge)
    return lambda name, row: reverse(f"cases:{name}", args=[row.pk])


def pause_of(judge, **given):
    values = {
        "ground": "appraisal",
        "starts_on": "2026-06-01",
        "review_on": "2026-07-01",
        "owner": judge.pk,
        "reason": "委托鉴定",
    }
    return values | given


EXTENSION = {"months": "6", "approved_on": "2026-06-20", "approver": "郑院长", "reason": "案情复杂"}


def test_a_pause_entered_on_the_page_stands_on_the_case_page(client, case, judge, at):
    response = client.post(at("pause", case), pause_of(judge), follow=True)
    assert "已登记停表" in response.content.decode()
    assert "停表中" in response.content.decode()
    assert Exclusion.objects.get().owner == judge
    assert Change.objects.filter(case_id=case.pk).exists()


def test_grounds_are_those_of_the_category_with_their_basis(client, case, at):
    html = client.get(at("pause", case)).content.decode()
    assert "委托（移送）鉴定之日 → 收到鉴定意见之日〔民诉解释243" in html
    assert "精神病鉴定" not in html  # criminal cases only
    assert "重新鉴定" not in html  # has a statutory maximum, so it is never open


def test_an_open_pause_needs_an_owner_and_a_review_day(client, case, judge, at):
    response = client.post(at("pause", case), pause_of(judge, owner="", review_on=""))
    html = response.content.decode()
    assert response.status_code == 200
    errors = response.context["form"].errors
    assert errors == {"owner": ["请从列表中选择一项"], "review_on": ["请填写日期"]}
    assert "委托鉴定</textarea>" in html  # what was typed is kept
    assert not Exclusion.objects.exists()


def test_the_end_of_a_pause_is_previewed_before_it_is_saved(client, case, stopped, at):
    response = client.post(at("resume", stopped), {"resumes_on": "2026-05-12", "preview": "1"})
    html = response.content.decode()
    assert "恢复后到期日" in html
    assert "2026-10-13" in html
    assert 'value="2026-05-12"' in html
    stopped.refresh_from_db()
    assert stopped.resumes_on is None


def test_the_live_preview_is_the_same_part(client, case, stopped, at):
    answer = client.post(
        at("resume", stopped), {"resumes_on": "2026-05-12", "preview": "1"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in answer
    assert "2026-10-13" in answer


def test_what_was_previewed_is_what_the_page_shows_once_saved(client, case, stopped, at):
    html = client.post(at("resume", stopped), {"resumes_on": "2026-05-12"}, follow=True).content.decode()
    assert '<time datetime="2026-10-13">2026-10-13</time>' in html


def test_what_was_entered_reaches_the_stored_clock_and_empties_the_outbox(client, case, stopped, at, now):
    drain(at=now, today=date(2026, 6, 30))
    assert Clock.objects.get(case=case, kind="statutory").state == "paused"
    client.post(at("resume", stopped), {"resumes_on": "2026-05-12"})
    drain(at=now, today=date(2026, 6, 30))
    assert Clock.objects.get(case=case, kind="statutory").due_on == date(2026, 10, 13)
    assert not Change.objects.exists()
    (row,) = client.get("/cases/").context["rows"]
    assert (row.due_on, row.remaining, row.paused_days) == (date(2026, 10, 13), 105, 41)


def test_a_pause_that_ends_before_it_starts_is_said_at_the_field(client, stopped, at):
    html = client.post(at("resume", stopped), {"resumes_on": "2026-03-01"}).content.decode()
    assert "恢复日 2026-03-01 早于起日 2026-04-01，恢复日应不早于起日" in html


def test_excluded_days_have_both_dates_and_a_preview(client, case, at):
    given = {"ground": "appraisal", "starts_on": "2026-04-01", "resumes_on": "2026-04-08", "reason": "鉴定"}
    assert "2026-09-09" in client.post(at("exclude", case), given | {"preview": "1"}).content.decode()
    assert not Exclusion.objects.exists()
    assert client.post(at("exclude", case), given).status_code == 302


def test_a_lawful_extension_shows_its_rule_and_is_saved(client, case, at):
    html = client.get(at("extend", case)).content.decode()
    assert "6 个月</strong>，本院院长批准" in html
    assert "至迟应在" in html
    assert client.post(at("extend", case), EXTENSION).status_code == 302
    assert Extension.objects.get().months == 6


def test_an_unlawful_extension_is_pointed_out_and_recorded_when_insisted_on(client, case, at):
    given = EXTENSION | {"months": "9"}
    html = client.post(at("extend", case), given).content.decode()
    assert "超过单次延长的上限" in html
    assert not Extension.objects.exists()
    assert client.post(at("extend", case), given | {"despite": "on"}).status_code == 302
    assert Extension.objects.get().months == 9


def test_a_conversion_shows_the_new_due_date_first(client, file_case, at):
    case = file_case(procedure="summary")
    given = {"to_procedure": "ordinary", "decided_on": "2026-05-20", "reason": "案情复杂"}
    html = client.post(at("convert", case), given | {"preview": "1"}).content.decode()
    assert "2026-06-02" in html
    assert "2026-09-02" in html
    assert not Conversion.objects.exists()
    client.post(at("convert", case), given)
    case.refresh_from_db()
    assert case.procedure == "ordinary"


def test_a_criminal_conversion_previews_the_limit_counted_anew(client, file_case, at):
    case = file_case(category="刑事", type_code="刑初", procedure="summary")
    given = {"to_procedure": "ordinary", "decided_on": "2026-03-16", "reason": "不宜适用", "preview": "1"}
    assert "2026-05-18" in client.post(at("convert", case), given).content.decode()


def test_a_clerk_who_tries_to_extend_is_refused_and_that_is_recorded(client, file_case, post, division):
    clerk = post("clerk", "书记员陈", division=division)
    case = file_case(clerk=clerk)
    client.force_login(clerk)
    response = client.post(reverse("cases:extend", args=[case.pk]), EXTENSION)
    assert response.status_code == 403
    entry = Entry.objects.get(act="cases.extend_limit")
    assert (entry.outcome, entry.actor_id, entry.case_id) == ("refused", clerk.pk, case.pk)
    assert not Extension.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "event",
        "pause",
        "exclude",
        "extend",
        "restart",
        "convert",
        "reassign",
        "close",
        "number",
        "link",
        "seal",
    ],
)
def test_strangers_find_no_entry_page(client, case, outsider, name):
    client.force_login(outsider)
    assert client.get(reverse(f"cases:{name}", args=[case.pk])).status_code == 404


@pytest.mark.parametrize(
    ("name", "who"),
    [("event", "judge"), ("pause", "judge"), ("exclude", "judge"), ("extend", "judge"), ("restart", "judge"), ("convert", "judge"),
     ("close", "judge"), ("link", "judge"), ("reassign", "division_head"), ("number", "trial_office"), ("seal", "president")],
)  # fmt: skip
def test_every_entry_page_opens_for_those_who_may_and_says_what_is_missing(client, case, request, name, who):
    client.force_login(request.getfixturevalue(who))
    address = reverse(f"cases:{name}", args=[case.pk])
    assert client.get(address).status_code == 200
    answer = client.post(address, {"sealed": "no such thing"})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()


def test_whoever_assigns_a_case_away_is_led_to_what_they_still_see(client, file_case, post, judge):
    case = file_case(judge=None)
    client.force_login(post("filing"))
    typed = {"judge": judge.pk, "on": "2026-06-30", "reason": "随机分案"}
    answer = client.post(reverse("cases:reassign", args=[case.pk]), typed, follow=True)
    assert (answer.status_code, answer.redirect_chain) == (200, [(reverse("cases:list"), 302)])
    assert "已变更承办人" in answer.content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"starts_on": "1 April"},
        {"starts_on": "2026-07-09"},
        {"owner": "nobody"},
        {"ground": "lunch"},
        {"reason": "长" * 999},
    ],
)
def test_bad_input_gets_one_chinese_sentence_at_its_field(client, case, judge, at, bad):
    response = client.post(at("pause", case), pause_of(judge, **bad))
    (field,) = response.context["form"].errors
    assert field == next(iter(bad))
    (sentence,) = response.context["form"].errors[field]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in sentence)
    assert not Exclusion.objects.exists()


def test_a_fact_is_withdrawn_with_a_reason(client, stopped, at):
    address = at("withdraw-exclusion", stopped)
    assert "errorlist" in client.post(address, {"reason": ""}).content.decode()
    client.post(address, {"reason": "登记错误"})
    stopped.refresh_from_db()
    assert stopped.withdrawn_at is not None
    assert client.get(address).status_code == 404  # done is done


def test_an_event_of_tomorrow_can_only_be_a_hearing(client, case, at):
    assert "尚未到来" in client.post(at("event", case), {"node": "宣判", "on": "2026-07-01"}).content.decode()
    client.post(at("event", case), {"node": "开庭", "on": "2026-07-01"})
    assert ProcedureEvent.objects.get().node == "开庭"


def test_a_limit_in_hours_runs_from_the_moment_entered_on_the_page(client, file_case, at):
    case = file_case(type_code="民保令", procedure="")
    drain(at=timezone.now(), today=date(2026, 6, 30))
    page = reverse("cases:page", args=[case.pk])
    assert "缺少时刻" in client.get(page).content.decode()
    given = {"node": "受理", "on": "2026-06-29"}
    assert "须填写时刻" in client.post(at("event", case), given).content.decode()
    assert "时刻应写作" in client.post(at("event", case), given | {"time": "9点半"}).content.decode()
    assert client.post(at("event", case), given | {"time": "09:30"}).status_code == 302
    drain(at=timezone.now(), today=date(2026, 6, 30))
    assert Clock.objects.get(case=case, kind="statutory").due_at == SHANGHAI(2026, 7, 2, 9, 30)
    html = client.get(page).content.decode()
    assert "受理时刻" in html
    assert "2026-06-29 09:30 受理之时起算" in html


def test_a_number_already_taken_is_said_at_the_field(client, file_case, trial_office):
    one, other = file_case(), file_case()
    client.force_login(trial_office)
    answer = client.post(reverse("cases:number", args=[one.pk]), {"number": other.number, "reason": "笔误"})
    assert "已属于另一案件" in answer.content.decode()


def test_a_president_grants_access_by_number(client, file_case, president, trial_office):
    case = file_case(sealed="juvenile")
    client.force_login(president)
    given = {"number": case.number, "user": trial_office.pk, "reason": "核对审限"}
    assert client.post(reverse("cases:access"), given).status_code == 302
    assert AccessGrant.objects.get().user == trial_office
    assert Case.objects.visible_to(trial_office).filter(pk=case.pk).exists()
    unsealed = given | {"number": file_case().number}
    assert "本院没有这一案号的封存案件" in client.post(reverse("cases:access"), unsealed).content.decode()


def test_a_president_who_admits_himself_is_refused_and_recorded(client, file_case, president):
    client.force_login(president)
    given = {"number": file_case(sealed="state_secret").number, "user": president.pk, "reason": "了解案情"}
    assert client.post(reverse("cases:access"), given).status_code == 403
    assert not AccessGrant.objects.exists()
    assert Entry.objects.get(act="cases.grant_access").outcome == "refused"


def test_granting_access_is_the_presidents_alone(client, trial_office):
    client.force_login(trial_office)
    assert client.get(reverse("cases:access")).status_code == 403


def test_previews_do_not_care_how_many_other_cases_there_are(
    client, case, stopped, at, file_cases, costs_the_same
):
    given = {"resumes_on": "2026-05-12", "preview": "1"}
    costs_the_same(lambda: client.post(at("resume", stopped), given), grow=lambda: file_cases(10))
