"""The pages of lots (随机分案): who may see and do what, and that everything is said in a sentence."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from cases.services import reassign
from courts.models import FixedDay
from quota.drawing import replay
from quota.lot_names import name_on
from quota.lots import commit_seed, propose_draw, reveal_seeds
from quota.models import Draw, DrawDay, Recusal, StandingRecusal

TODAY = date(2026, 6, 29)
NOW = timezone.now()


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def filing(post):
    return post("filing", "立案庭李")


@pytest.fixture
def clerk(post):
    """Another of the filing office, who draws nothing."""
    return post("filing", "立案庭钱")


@pytest.fixture
def waiting(file_case, judge, post, division):
    post("judge", "法官乙", division=division)
    return file_case(judge=None)


@pytest.fixture
def lot(waiting, filing):
    return propose_draw(case=waiting, by=filing, at=NOW)


@pytest.fixture
def visit(client):
    """``visit(user, name, *args)``: the page, or with ``data`` what it answers to the form."""

    def ask(user, name, *args, data=None):
        client.force_login(user)
        address = reverse(f"quota:{name}", args=args)
        return client.get(address) if data is None else client.post(address, data)

    return ask


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def test_the_filing_office_draws_and_follows_the_lot(visit, filing, waiting):
    assert waiting.number in text_of(visit(filing, "lots"))
    drawn = visit(filing, "lot-propose", waiting.pk, data={})
    lot = Draw.objects.get()
    assert drawn["Location"] == reverse("quota:lot", args=[lot.pk])
    page = text_of(visit(filing, "lot", lot.pk))
    assert lot.receipt in page and "法官乙" in page
    assert visit(filing, "lot-accept", lot.pk, data={}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.judge == lot.picked
    assert "已按抽签分案" in text_of(visit(filing, "lots"))


def test_another_judge_needs_a_reason_and_what_was_typed_stays(visit, filing, lot):
    other = (
        Draw._meta.get_field("picked")
        .related_model.objects.exclude(pk=lot.picked_id)
        .get(name__in=["周法官", "法官乙"])
    )
    refused = visit(filing, "lot-depart", lot.pk, data={"person": other.pk, "reason": ""})
    assert refused.status_code == 422
    assert f'value="{other.pk}" selected' in refused.content.decode()
    assert (
        visit(filing, "lot-depart", lot.pk, data={"person": other.pk, "reason": "系列案件"}).status_code
        == 302
    )
    assert "系列案件" in text_of(visit(filing, "lot-exceptions"))


def test_a_lot_set_aside_is_drawn_again_with_a_reason_of_its_own(visit, filing, clerk, lot):
    assert visit(clerk, "lot-void", lot.pk, data={"reason": "抽中法官系被告之妻"}).status_code == 422
    assert visit(clerk, "lot-void", lot.pk, data={"reason": "data"}).status_code == 302
    assert visit(filing, "lot-propose", lot.case_id, data={"because": ""}).status_code == 422
    visit(filing, "lot-propose", lot.case_id, data={"because": "案由已更正"})
    assert Draw.objects.get(turn=2).because == "案由已更正"


def test_a_case_may_be_given_without_a_lot_with_a_reason(visit, filing, waiting, judge):
    assert visit(filing, "lot-assign", waiting.pk, data={"person": judge.pk}).status_code == 422
    visit(filing, "lot-assign", waiting.pk, data={"person": judge.pk, "reason": "系列案件"})
    assert "不经抽签" in text_of(visit(filing, "lot-exceptions"))


def test_everybody_who_sees_a_case_sees_how_it_came_to_its_judge(
    client, visit, filing, lot, president, outsider, post
):
    visit(filing, "lot-accept", lot.pk, data={})
    assert "第 1 签" in text_of(visit(lot.picked, "lots-of-case", lot.case_id))
    assert visit(lot.picked, "lot", lot.pk).status_code == 200
    client.force_login(president)
    part = client.get(reverse("quota:lots-of-case", args=[lot.case_id]), headers={"HX-Request": "true"})
    assert "第 1 签" in text_of(part) and "<html" not in part.content.decode()
    assert visit(outsider, "lots-of-case", lot.case_id).status_code == 404


def test_a_case_no_lot_was_drawn_for_has_no_such_part(client, file_case, president, visit):
    case = file_case()
    client.force_login(president)
    part = client.get(reverse("quota:lots-of-case", args=[case.pk]), headers={"HX-Request": "true"})
    assert text_of(part).strip() == ""
    assert "没有在本系统抽签" in text_of(visit(president, "lots-of-case", case.pk))


def test_the_exceptions_leave_as_a_file_without_sealed_cases(visit, clerk, waiting, judge, lot, trial_office):
    visit(clerk, "lot-void", lot.pk, data={"reason": "twice"})
    answer = visit(trial_office, "lot-exceptions-export")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert visit(judge, "lot-exceptions-export").status_code == 403


def test_a_case_given_past_the_lot_is_seen_with_its_reason(
    visit, court, filing, waiting, judge, trial_office
):
    commit_seed(court=court, on=TODAY, by=None, at=NOW)
    reassign(case=waiting, judge=judge, division=None, reason="院长口头指定", by=filing, at=NOW, on=TODAY)
    page = text_of(visit(trial_office, "lot-exceptions"))
    assert waiting.number in page and "院长口头指定" in page


def test_what_was_drawn_is_not_past_the_lot(visit, filing, lot, trial_office):
    visit(filing, "lot-accept", lot.pk, data={})
    assert lot.label not in text_of(visit(trial_office, "lot-exceptions"))


def test_a_recusal_is_recorded_and_withdrawn_on_the_page_of_the_case(
    visit, filing, waiting, judge, trial_office
):
    visit(filing, "lot-recuse", waiting.pk, data={"person": judge.pk, "ground": "与原告系同学"})
    recusal = Recusal.objects.get()
    assert "与原告系同学" in text_of(visit(filing, "lot-case", waiting.pk))
    assert "与原告系同学" not in text_of(visit(trial_office, "lot-case", waiting.pk))
    assert visit(filing, "lot-unrecuse", recusal.pk, data={"reason": ""}).status_code == 422
    visit(filing, "lot-unrecuse", recusal.pk, data={"reason": "登记有误"})
    assert Recusal.objects.get().withdrawn_at


@pytest.mark.parametrize(
    "role", ["judge", "assistant", "clerk", "politics", "discipline", "superior", "itadmin"]
)
def test_whoever_neither_draws_nor_assigns_is_refused(visit, post, division, lot, role):
    user = post(role, division=division)
    assert visit(user, "lots").status_code == 403
    assert visit(user, "lot-exceptions").status_code == 403
    for name in ("lot-case", "lot-propose", "lot-assign", "lot-recuse"):
        data = None if name == "lot-case" else {}
        assert visit(user, name, lot.case_id, data=data).status_code in (403, 404)
    assert visit(user, "lot-accept", lot.pk, data={}).status_code in (403, 404)
    lot.refresh_from_db()
    assert lot.state == "proposed"


def test_another_court_learns_nothing(visit, outsider, lot):
    assert lot.label not in text_of(visit(outsider, "lots"))
    assert visit(outsider, "lot", lot.pk).status_code == 404
    assert visit(outsider, "lot-case", lot.case_id).status_code == 404
    assert visit(outsider, "lot-record", lot.day_id).status_code == 404


def test_a_sealed_case_is_on_no_page_of_lots(visit, filing, trial_office, lot):
    type(lot.case).objects.filter(pk=lot.case_id).update(sealed="juvenile")
    for user in (filing, trial_office):
        assert lot.label not in text_of(visit(user, "lots"))
        assert visit(user, "lot", lot.pk).status_code == 404


def test_whoever_may_be_drawn_can_check_the_record_once_the_seed_is_told(visit, judge, lot, client):
    assert lot.day.commitment in text_of(visit(judge, "lot-days"))
    assert visit(judge, "lot-record", lot.day_id).status_code == 404
    reveal_seeds(today=TODAY + timedelta(days=1), at=NOW)
    answer = visit(judge, "lot-record", lot.day_id)
    assert answer["Content-Disposition"].startswith("attachment")
    assert replay(json.loads(answer.content)) == []
    own = name_on(lot.day, judge)
    assert own in text_of(visit(judge, "lot-days")) and own in answer.content.decode()
    assert f"id-{judge.pk}" not in answer.content.decode()


def test_no_page_tells_a_seed_before_its_day(visit, filing, lot):
    seed_like = re.compile(r"\b[0-9a-f]{64}\b")
    known = {lot.day.commitment, lot.receipt}
    for name, args in (("lots", ()), ("lot", (lot.pk,)), ("lot-days", ())):
        assert set(seed_like.findall(visit(filing, name, *args).content.decode())) <= known


def test_a_judge_records_their_own_standing_recusals_and_sees_no_name(visit, judge):
    visit(judge, "standing-record", data={"name": "张三", "ground": "夫妻关系"})
    page = text_of(visit(judge, "standing-recusals"))
    assert "夫妻关系" in page and "待确认" in page and "张三" not in page
    visit(judge, "standing-end", StandingRecusal.objects.get().pk, data={})
    assert StandingRecusal.objects.get().ended_on == TODAY


def test_the_political_department_confirms_what_a_judge_says_and_alone_ends_it(visit, judge, post):
    visit(judge, "standing-record", data={"name": "张三", "ground": "夫妻关系"})
    standing = StandingRecusal.objects.get()
    assert visit(judge, "standing-confirm", standing.pk, data={}).status_code == 403
    visit(post("politics"), "standing-confirm", standing.pk, data={})
    assert "待确认" not in text_of(visit(judge, "standing-recusals"))
    assert visit(judge, "standing-end", standing.pk, data={}).status_code == 403
    standing.refresh_from_db()
    assert standing.confirmed_at and standing.ended_on is None


def test_a_judge_stands_aside_on_the_page_of_the_case(visit, judge, file_case, post):
    case, ground = file_case(), "与原告系同学"
    assert "本人申请回避" in text_of(visit(judge, "lots-of-case", case.pk))
    assert visit(judge, "lot-recuse-self", case.pk, data={"ground": ""}).status_code == 422
    assert visit(judge, "lot-recuse-self", case.pk, data={"ground": ground}).status_code == 302
    assert Recusal.objects.get().person == judge
    assert "您已登记回避" in text_of(visit(judge, "lots-of-case", case.pk))
    assert visit(post("judge"), "lot-recuse-self", case.pk, data={"ground": ground}).status_code == 404


def test_tickets_and_who_was_left_out_are_for_those_who_draw_or_answer_for_the_load(
    visit, filing, trial_office, president, judge, lot, post, upper_court
):
    people = {ticket["person"] for ticket in lot.tickets}
    visit(filing, "lot-accept", lot.pk, data={})
    clerk = post("clerk")
    type(lot.case).objects.filter(pk=lot.case_id).update(clerk=clerk, members=[judge.pk])
    for user in (filing, trial_office, president):
        assert "签数" in text_of(visit(user, "lot", lot.pk)), user
    for user in (clerk, judge, post("superior", at=upper_court)):
        page = text_of(visit(user, "lot", lot.pk))
        assert lot.receipt in page and lot.picked.name in page
        assert "签数" not in page and "没有列入的法官" not in page, user
        assert not any(person in page for person in people)


def test_the_political_department_records_them_for_its_judges_alone(
    visit, post, judge, upper_court, outsider
):
    politics = post("politics")
    visit(politics, "standing-record", data={"person": judge.pk, "name": "张三", "ground": "夫妻关系"})
    assert "夫妻关系" in text_of(visit(politics, "standing-recusals"))
    away = {"person": outsider.pk, "name": "张三", "ground": "夫妻关系"}
    assert visit(politics, "standing-record", data=away).status_code == 422
    other = post("judge", "别的法官")
    assert "夫妻关系" not in text_of(visit(other, "standing-recusals"))
    assert visit(other, "standing-end", StandingRecusal.objects.get().pk, data={}).status_code == 404
    assert visit(post("clerk"), "standing-recusals").status_code == 403


def test_the_lists_cost_the_same_however_long(visit, filing, file_case, judge, court, costs_the_same):
    commit_seed(court=court, on=TODAY, by=None, at=NOW)

    def grow():
        for _ in range(6):
            file_case(judge=None)
            propose_draw(case=file_case(judge=None), by=filing, at=NOW)

    grow()
    costs_the_same(lambda: visit(filing, "lots"), grow=grow)
    costs_the_same(lambda: visit(filing, "lot-days"), grow=lambda: DrawDay.objects.count())


def test_empty_pages_say_so(visit, filing):
    for name, said in (
        ("lots", "没有等待分案的案件"), ("lot-exceptions", "没有未按抽签的分案"), ("lot-days", "还没有抽签的记录")
    ):  # fmt: skip
        assert said in text_of(visit(filing, name))
