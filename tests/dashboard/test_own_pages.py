"""The pages of those who handle cases: the judge's clocks oldest first, the clerk's hearings, services and transfers."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from alerts.models import Alert, Notice, Prompt
from cases.models import Clock, Exclusion, ProcedureEvent

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)  # a Tuesday; five working days on is Tuesday the 7th


@pytest.fixture
def ticking():
    """``ticking(case, "N20", due_on=…, kind="node")``: a running clock."""

    def create(case, rule, due_on, kind="node", **fields):
        values = {"state": "running", "start_on": date(2026, 6, 1)} | fields
        return Clock.objects.create(case=case, rule=rule, kind=kind, due_on=due_on, **values)

    return create


@pytest.fixture
def hearing():
    return lambda case, on, **fields: ProcedureEvent.objects.create(case=case, node="开庭", on=on, **fields)


@pytest.fixture
def clerk(post, division):
    return post("clerk", "书记员丁", division=division)


def dues(page: str) -> str:
    return page.split('id="dues"')[1].split("</section>")[0]


# --- the judge -----------------------------------------------------------------------------------------
def test_clocks_of_every_kind_stand_together_the_oldest_due_day_first(read, file_case, judge, ticking, now):
    names = ["节点案", "停表案", "停滞案", "审限案", "派生案"]
    node, paused, still, limit, derived = (file_case(cause=name) for name in names)
    ticking(node, "N20", date(2026, 6, 20))
    Exclusion.objects.create(
        case=paused, ground="appraisal", starts_on=date(2026, 5, 1), review_on=date(2026, 6, 25)
    )
    Alert.objects.create(
        case=still,
        kind="stalled",
        clock="stalled",
        stage="mid",
        due_on=date(2026, 6, 28),
        began_on=TODAY,
        raised_at=now,
    )
    ticking(limit, "civ_first_ordinary", date(2026, 7, 3), kind="statutory")
    ticking(derived, "N53", date(2026, 7, 9), kind="derived", backwards=True)
    page = dues(read(judge, "/mine/"))
    assert [name for _, name in sorted((page.index(name), name) for name in names)] == names
    for said in ("节点期限", "暂停待复核", "停滞", "派生期限", "审限", "鉴定", "已超 10 天", "剩余 3 天"):
        assert said in page, said


@pytest.mark.parametrize("kind", ["statutory", "derived", "node", "pause", "stalled"])
def test_one_kind_can_be_picked(read, file_case, judge, ticking, now, kind):
    cases = {
        name: file_case(cause=f"{name}的案") for name in ("statutory", "derived", "node", "pause", "stalled")
    }
    for name, rule in (("statutory", "civ_first_ordinary"), ("derived", "N53"), ("node", "N20")):
        ticking(cases[name], rule, date(2026, 7, 3), kind=name)
    Exclusion.objects.create(
        case=cases["pause"], ground="appraisal", starts_on=date(2026, 6, 1), review_on=TODAY
    )
    Alert.objects.create(
        case=cases["stalled"],
        kind="stalled",
        clock="stalled",
        stage="mid",
        due_on=TODAY,
        began_on=TODAY,
        raised_at=now,
    )
    page = dues(read(judge, f"/mine/?kind={kind}"))
    assert [name for name in cases if f"{name}的案" in page] == [kind]


def test_a_pause_without_a_review_day_is_looked_at_after_the_catalogues_days(read, file_case, judge):
    Exclusion.objects.create(case=file_case(), ground="appraisal", starts_on=date(2026, 5, 21))
    assert "2026-06-20" in dues(read(judge, "/mine/"))


def test_a_pause_past_its_review_day_says_so_in_its_own_words(read, file_case, judge):
    Exclusion.objects.create(
        case=file_case(), ground="appraisal", starts_on=date(2026, 5, 1), review_on=TODAY - timedelta(days=3)
    )
    assert "复核日已过 3 天" in dues(read(judge, "/mine/"))


def test_a_pause_one_answers_for_is_ones_own_though_the_case_is_not(read, file_case, post, division):
    head = post("division_head", "负责庭长", division=division)
    case = file_case(cause="停表案")
    Exclusion.objects.create(
        case=case, ground="appraisal", starts_on=date(2026, 6, 1), review_on=TODAY, owner=head
    )
    assert "停表案" in dues(read(head, "/mine/"))


def test_a_day_counted_back_that_has_passed_falls_due_no_more(read, file_case, judge, ticking):
    ticking(file_case(cause="过时案"), "N53", TODAY - timedelta(days=1), kind="derived", backwards=True)
    assert "过时案" not in dues(read(judge, "/mine/"))


def test_stopped_and_met_clocks_and_ended_pauses_are_left_out(read, file_case, judge, ticking):
    ticking(file_case(cause="已办案"), "N20", TODAY, state="met", met_on=TODAY)
    Exclusion.objects.create(
        case=file_case(cause="恢复案"),
        ground="appraisal",
        starts_on=date(2026, 5, 1),
        review_on=TODAY,
        resumes_on=TODAY,
    )
    page = dues(read(judge, "/mine/"))
    assert "已办案" not in page and "恢复案" not in page
    assert "没有正在计算的期限" in page


def test_the_clocks_of_other_peoples_cases_are_not_ones_own(read, file_case, judge, post, division, ticking):
    ticking(file_case(cause="他人案", judge=post("judge", "另法官", division=division)), "N20", TODAY)
    head = post("division_head", "本庭庭长", division=division)
    assert "他人案" not in dues(read(judge, "/mine/"))
    assert "他人案" not in dues(read(head, "/mine/"))


def test_the_counts_are_those_of_the_list(read, file_case, judge, ticking):
    for days in (-2, -1, 3):
        ticking(
            file_case(),
            "civ_first_ordinary",
            TODAY + timedelta(days=days),
            kind="statutory",
            start_on=date(2026, 1, 5),
        )
    page = "".join(dues(read(judge, "/mine/")).split())
    assert "■已超</span><strong>2</strong>" in page and "▲紧急</span><strong>1</strong>" in page


def test_what_falls_due_today_is_not_overdue(read, file_case, judge, ticking):
    ticking(file_case(), "civ_first_ordinary", TODAY, kind="statutory", start_on=date(2026, 1, 5))
    page = dues(read(judge, "/mine/"))
    assert "今日到期" in page and "▲ 紧急" in page and "■ 已超" not in page


def test_prompts_that_wait_stand_on_the_page_and_acknowledged_ones_do_not(
    read, file_case, judge, division_head, court, now
):
    for words, done in (("请说明进展", None), ("已答提示", now)):
        prompt = Prompt.objects.create(by=division_head, court=court, words=words, answer_by=TODAY, at=now)
        Notice.objects.create(
            person=judge,
            kind="prompt",
            role="prompted",
            case=file_case(),
            prompt=prompt,
            told_at=now,
            acknowledged_at=done,
        )
    page = read(judge, "/mine/")
    assert "请说明进展" in page and "吴庭长" in page and "已答提示" not in page


def test_cases_probably_finished_are_counted_and_lead_to_their_confirmation(
    client, read, file_cases, judge, post, division
):
    for case in [*file_cases(2), *file_cases(1, judge=post("judge", "另法官", division=division))]:
        ProcedureEvent.objects.create(case=case, node="宣判", on=TODAY - timedelta(days=9))
    assert "您有 2 件案件疑似已结" in read(judge, "/mine/")
    answer = client.get("/alerts/day/?tab=finished").content.decode()
    assert answer.count("川1502民初") and "川1502民初3号" not in answer


def test_cases_of_the_division_are_not_counted_as_ones_own_finished_ones(read, file_case, post, division):
    ProcedureEvent.objects.create(case=file_case(), node="宣判", on=TODAY - timedelta(days=9))
    assert "疑似已结" not in read(post("division_head", division=division), "/mine/")


# --- the clerk -----------------------------------------------------------------------------------------------
def test_a_clerks_first_screen_is_the_days_work_and_a_judges_the_clocks(read, clerk, judge):
    assert "<h1>开庭与送达</h1>" in read(clerk)
    assert "我的期限" in read(judge)
    assert 'href="/desk/"' in read(judge) and 'href="/mine/"' in read(clerk)


def test_hearings_of_today_and_of_the_next_five_working_days_are_listed_by_day(
    read, file_case, clerk, hearing
):
    days = {"昨日": -1, "今日": 0, "第五日": 7, "第六日": 8}
    for name, ahead in days.items():
        hearing(file_case(cause=f"{name}的案", clerk=clerk), TODAY + timedelta(days=ahead), note="第三法庭")
    page = read(clerk, "/desk/")
    assert "今日的案" in page and "第五日的案" in page and "第三法庭" in page
    assert "昨日的案" not in page and "第六日的案" not in page
    assert page.index("今日的案") < page.index("第五日的案")


def test_a_hearing_stands_with_its_hour_and_a_withdrawn_one_not_at_all(read, file_case, clerk, hearing, now):
    at = timezone.make_aware(timezone.datetime(2026, 6, 30, 9, 30))
    hearing(file_case(cause="有时刻", clerk=clerk), TODAY, at=at)
    hearing(file_case(cause="已撤销", clerk=clerk), TODAY, withdrawn_at=now)
    page = read(clerk, "/desk/")
    assert "09:30" in page and "已撤销" not in page


@pytest.mark.parametrize(
    ("rule", "group", "event"),
    [
        ("N20", "services", "送达副本"),
        ("N58", "services", "送达判决"),
        ("N60", "services", "送达判决"),
        ("N17", "transfers", "移送审判庭"),
        ("N65", "transfers", "送达上诉状副本"),
        ("N67", "transfers", "移送上诉"),
        ("N68", "transfers", "移送上诉"),
        ("N90", "records", "归档"),
        ("N91", "records", "上网"),
    ],
)
def test_each_step_stands_in_its_group_with_a_link_that_records_it(
    client, read, file_case, clerk, ticking, rule, group, event
):
    case = file_case(clerk=clerk, closed_on=date(2026, 6, 1))
    ticking(case, rule, TODAY - timedelta(days=2))
    page = read(clerk, "/desk/")
    part = page.split(f'id="{group}"')[1].split("</section>")[0]
    assert case.number in part and f"登记{event}" in part and "已超 2 天" in part
    form = client.get(f"/cases/{case.pk}/event/", {"node": event, "on": "2026-06-30"}).content.decode()
    assert f'<option value="{event}" selected>' in form and 'value="2026-06-30"' in form


def test_steps_further_ahead_than_the_hearings_wait_their_turn(read, file_case, clerk, ticking):
    ticking(file_case(cause="甲", clerk=clerk), "N20", TODAY + timedelta(days=7))
    far = file_case(clerk=clerk)
    ticking(far, "N90", TODAY + timedelta(days=8))
    page = read(clerk, "/desk/")
    assert far.number not in page and "剩余 7 天" in page


def test_a_clerk_sees_the_work_of_other_benches_nowhere(
    read, file_case, clerk, post, division, hearing, ticking
):
    other = file_case(clerk=post("clerk", "另书记员", division=division))
    hearing(other, TODAY)
    ticking(other, "N20", TODAY)
    assert other.number not in read(clerk, "/desk/")


def test_an_assistant_has_both_pages(read, file_case, post, division, hearing):
    assistant = post("assistant", "助理丙", division=division)
    hearing(file_case(cause="开庭案", assistant=assistant), TODAY)
    assert "开庭案" in read(assistant, "/desk/") and "我的期限" in read(assistant)


def test_an_empty_day_says_what_is_good(read, clerk):
    page = read(clerk)
    assert "这几天没有已登记的开庭" in page and page.count("没有到期的事项") == 3


def test_a_form_opened_with_nonsense_in_its_address_is_just_empty(client, judge, file_case):
    client.force_login(judge)
    answer = client.get(
        f"/cases/{file_case().pk}/event/", {"node": "<b>x</b>", "on": "昨天", "csrfmiddlewaretoken": "y"}
    )
    assert answer.status_code == 200 and "<b>x</b>" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/mine/", "/desk/"])
def test_the_pages_cost_the_same_however_much_there_is(
    client, file_cases, judge, costs_the_same, ticking, hearing, address
):
    def grow(n):
        for case in file_cases(n):
            ticking(case, "civ_first_ordinary", TODAY, kind="statutory")
            ticking(case, "N20", TODAY)
            hearing(case, TODAY)
            Exclusion.objects.create(
                case=case, ground="appraisal", starts_on=date(2026, 6, 1), review_on=TODAY
            )

    client.force_login(judge, backend="courts.backends.PostedUserBackend")
    grow(2)
    costs_the_same(lambda: client.get(address), grow=lambda: grow(20))
