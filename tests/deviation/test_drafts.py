"""A drafted outcome is its judge's alone, is scored at once, and blocks nothing."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection
from django.http import Http404
from django.urls import reverse

from audit import trail
from audit.models import Entry
from cases.models import Change, Element
from deviation.drafts import save_draft
from deviation.models import Draft, Notice, Score
from deviation.scoring_cases import steps_of_drafts

#: 盗窃, the mildest band: three years at most.
MILD = "较大或两年三次或入户或携凶或扒窃"


@pytest.fixture
def save(now):
    """``save(case, months=12)``: the draft of its judge, or of ``by``."""

    def create(case, *, by=None, party=None, guideline=None, **values):
        return save_draft(
            case=case, party=party, values=values, guideline=guideline or {}, by=by or case.judge, at=now
        )

    return create


@pytest.fixture
def steps(theft):
    """The judge's own steps under the guideline, in the mildest band of theft."""

    def create(**more):
        return {"band": MILD, "start": None, "increments": 0.0, "base": None, "applied": {}} | more

    return create


# --- who -----------------------------------------------------------------------------------------------------------
def test_the_judge_of_the_case_sees_every_outcome_scored_at_once(theft, save, monday):
    draft, scores = save(theft(), months=12, fine=5000, probation=1)
    assert [score.code for score in scores] == ["months", "fine", "probation"]
    assert {score.draft_id for score in scores} == {draft.pk}
    assert all(score.latest and score.stage == "draft" for score in scores)


PANEL = ["presiding", "member", "assistant", "division_head", "president", "trial_office", "vice_president"]


@pytest.mark.parametrize("who", PANEL)
def test_nobody_else_drafts_however_near_the_case(theft, save, monday, request, who):
    person = request.getfixturevalue(who)
    seat = {
        "presiding": {"presiding": person},
        "member": {"members": [person.pk]},
        "assistant": {"assistant": person},
    }
    case = theft(**seat.get(who, {}))
    with pytest.raises(trail.Refused) as refused:
        save(case, by=person, months=12)
    assert refused.value.status == 403
    assert not Draft.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "itadmin"])
def test_who_does_not_see_the_case_is_told_of_none(theft, save, monday, request, who):
    case = theft()
    with pytest.raises(Http404):
        save(case, by=request.getfixturevalue(who), months=12)


def test_a_case_that_went_to_another_judge_is_drafted_by_the_other(theft, save, member, judge, monday):
    case = theft()
    draft, _scores = save(case, months=12)
    case.judge = member
    case.save()
    with pytest.raises((trail.Refused, Http404)):
        save(case, by=judge, months=12)
    save(case, months=14)
    assert list(Draft.objects.visible_to(member).values_list("judge", flat=True)) == [member.pk]
    assert draft not in Draft.objects.visible_to(judge)
    assert draft not in Draft.objects.visible_to(member)


def test_the_scores_of_a_former_judges_draft_are_not_the_new_judges(theft, save, member, monday):
    case = theft()
    _draft, scores = save(case, months=12)
    case.judge = member
    case.save()
    assert not Score.objects.visible_to(member).filter(pk__in=[one.pk for one in scores]).exists()


def test_a_former_judges_steps_are_not_held_against_the_new_judges_judgment(
    theft, save, steps, member, monday
):
    case = theft()
    save(case, months=12, guideline=steps())
    assert steps_of_drafts([case.pk]) == {(case.pk, None): steps()}
    case.judge = member
    case.save()
    assert steps_of_drafts([case.pk]) == {}
    save(case, months=12, guideline=steps(start=6.0))
    assert steps_of_drafts([case.pk])[case.pk, None]["start"] == 6.0


def test_a_draft_after_the_disclosure_is_scored_for_the_judge_and_shown_to_nobody(
    save, steps, disclosed, division_head
):
    notice = disclosed()
    before = notice.score
    _draft, (score,) = save(notice.case, months=40, guideline=steps())
    notice.refresh_from_db()
    assert (notice.score, notice.state, score.disclosed) == (before, "disclosed", False)
    assert Score.objects.visible_to(notice.judge).filter(pk=score.pk).exists()
    assert list(Score.objects.visible_to(division_head)) == [before]


# --- what ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "至少"),
        ({"months": -1}, "合理范围"),
        ({"months": float("nan")}, "合理范围"),
        ({"months": float("inf")}, "合理范围"),
        ({"months": 301}, "合理范围"),
        ({"probation": 2}, "合理范围"),
        ({"awarded_share": 0.5}, "不核对"),
        ({"life": 1}, "不核对"),
    ],
)
def test_what_cannot_be_drafted_is_refused_in_one_sentence(theft, save, monday, values, said):
    with pytest.raises(trail.Refused, match=said) as refused:
        save(theft(), **values)
    assert (refused.value.status, refused.value.secret) == (409, True)


def test_a_civil_judgment_is_drafted_by_the_share_awarded(file_case, save, monday):
    _draft, scores = save(file_case(), awarded_share=0.6)
    assert [score.code for score in scores] == ["awarded_share"]


def test_a_closed_case_is_drafted_no_more(theft, save, monday):
    with pytest.raises(trail.Refused, match="结案"):
        save(theft(closed_on=date(2026, 5, 20)), months=12)


def test_where_several_stand_accused_each_is_drafted_apart(theft, accused, save, monday):
    case = theft()
    first, second = accused(case, "甲", "乙")
    save(case, party=first, months=12)
    save(case, party=second, months=24)
    assert set(Score.objects.current().values_list("party__name", "outcome")) == {("甲", 12.0), ("乙", 24.0)}
    with pytest.raises(trail.Refused, match="哪一名"):
        save(case, months=12)
    other = accused(theft(), "丙", "丁")[0]
    with pytest.raises(trail.Refused):
        save(case, party=other, months=12)


def test_a_draft_may_be_changed_as_often_as_one_likes(theft, save, monday):
    case = theft()
    for months in (12, 14, 12):
        save(case, months=months)
    assert Draft.objects.count() == 3
    assert Score.objects.current().count() == 1


def test_what_is_drafted_no_more_ends_unseen(theft, save, score, told, now):
    case = theft()
    notice = told(case, "red")
    save(case, fine=2000)
    notice.refresh_from_db()
    assert (notice.state, notice.disclosed_at) == ("adjusted", None)


# --- the guideline, apart --------------------------------------------------------------------------------------------
def test_a_breach_of_the_guideline_is_red_even_where_the_statistics_abstain(theft, save, steps, monday):
    case = theft()
    _draft, (score,) = save(case, months=40, guideline=steps())
    assert (score.state, score.reason_code, score.band) == ("abstained", "no_run", "red")
    assert score.guideline["inside"] is False
    assert Notice.objects.get().score == score


def test_within_the_guideline_nothing_is_said(theft, save, steps, monday):
    _draft, (score,) = save(theft(), months=8, guideline=steps())
    assert (score.guideline["inside"], score.band) == (True, "")
    assert not Notice.objects.exists()


def test_the_judges_own_steps_are_computed_one_by_one(theft, save, steps, monday):
    """S5 of the worked examples: 累犯 adds three months at least."""
    typed = steps(start=6.0, base=6.0, applied={"累犯": 0.30})
    _draft, (score,) = save(theft(), months=9, guideline=typed)
    assert any("不少于3个月" in step for step in score.guideline["because"])
    assert not score.guideline["breaches"]


# --- traces ----------------------------------------------------------------------------------------------------------
def test_a_draft_leaves_a_secret_trace_and_nothing_in_the_outbox(theft, save, steps, monday):
    save(theft(), months=40, guideline=steps())
    assert set(Entry.objects.values_list("act", "secret")) == {
        ("deviation.save_draft", True),
        ("deviation.tell_judge", True),
    }
    assert not Entry.objects.filter(after__icontains="40").exists()
    assert not Change.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_drafts_saved_at_once_leave_one_notice_and_one_latest_score(theft, steps, monday, now):
    case = theft()
    problems: list[BaseException] = []

    def save(months: float) -> None:
        try:
            save_draft(
                case=case, party=None, values={"months": months}, guideline=steps(), by=case.judge, at=now
            )
        except BaseException as problem:  # told to the test, whatever it is
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[months]) for months in (40, 41, 42)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert Draft.objects.count() == 3
    assert Score.objects.current().count() == 1
    assert Notice.objects.get().score == Score.objects.current().get()


# --- the page --------------------------------------------------------------------------------------------------------
@pytest.fixture
def page(client, monday):
    def visit(case, *, by=None, data=None, party=""):
        client.force_login(by or case.judge)
        address = reverse("deviation:draft", args=[case.pk]) + (f"?party={party}" if party else "")
        return client.post(address, data) if data is not None else client.get(address)

    return visit


def test_the_page_saves_and_shows_at_once_how_the_draft_stands(theft, page):
    case = theft()
    assert page(case, data={"months": "40", "band": MILD}).status_code == 302
    shown = page(case).content.decode()
    assert "与可比案件差异较大，请说明" in shown
    assert "高于指导意见区间的上限" in shown
    assert "本院没有启用这一项的模型" in shown
    assert 'value="40"' in shown


def test_an_outcome_nothing_can_be_said_of_is_not_judged_and_says_what_it_takes(theft, page):
    case = theft()
    page(case, data={"months": "12"})
    shown = page(case).content.decode()
    assert "不评价" in shown
    assert "由审管办训练，另一人核对后启用" in shown
    assert "请说明" not in shown


def test_nothing_on_the_page_calls_an_outcome_wrong(theft, page):
    case = theft()
    page(case, data={"months": "40", "band": MILD})
    shown = page(case).content.decode()
    assert "异常" not in shown
    assert "错误" not in shown
    assert "排名" not in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"months": "三年"}, "请填写数字"),
        ({"months": "-3"}, "应不小于 0"),
        ({"months": "9e9999"}, "最多"),
        ({"months": "12\0"}, "请填写数字"),
        ({"months": "NaN"}, "请填写数字"),
        ({}, "至少填写一项"),
        ({"months": "12", "start": "6"}, "请选择量刑幅度"),
        ({"months": "12", "band": "没有这一幅度"}, "没有这一选项"),
        ({"months": "12", "band": MILD, "ratio-自首": "140"}, "最多 100"),
        ({"months": "12", "probation": "也许"}, "没有这一选项"),
    ],
)
def test_what_was_typed_survives_every_error(theft, page, typed, said):
    answer = page(theft(), data=typed)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown
    for value in (typed[name] for name in typed if name not in ("band", "probation")):
        assert value.replace("\0", "") in shown.replace("\0", "")
    assert not Draft.objects.exists()


def test_ratios_that_lessen_are_typed_as_positive_percents(theft, page):
    case = theft()
    page(
        case,
        data={
            "months": "9",
            "band": MILD,
            "start": "6",
            "increments": "1",
            "ratio-自首": "20",
            "ratio-累犯": "30",
        },
    )
    guideline = Draft.objects.get().guideline
    assert guideline["applied"] == {"自首": -0.2, "累犯": 0.3}
    assert guideline["base"] == 7.0


def test_a_circumstance_the_case_records_stands_first(theft, page):
    case = theft()
    Element.objects.create(case=case, key="surrender", value=True)
    shown = page(case).content.decode()
    assert shown.index('name="ratio-自首"') < shown.index('name="ratio-未遂"')
    assert "本案登记有此情节" in shown


def test_the_page_of_a_draft_is_refused_to_the_panel_and_unknown_to_others(theft, page, presiding, outsider):
    case = theft(presiding=presiding)
    assert page(case, by=presiding).status_code == 403
    assert page(case, by=outsider).status_code == 404
    assert Entry.objects.filter(act="deviation.save_draft", outcome="refused").count() == 1


def test_each_of_several_accused_has_a_form_of_their_own(theft, accused, page):
    case = theft()
    first, second = accused(case, "甲", "乙")
    answer = page(case, data={"months": "12"}, party=second.pk)
    assert f"party={second.pk}" in answer["Location"]
    assert Draft.objects.get().party == second
    assert page(case, party=first.pk).status_code == 200
    assert page(case, party=999).status_code == 404


def test_a_cause_the_guideline_does_not_know_has_no_steps(theft, page):
    assert "没有规定本罪名" in page(theft(cause="破坏生产经营罪")).content.decode()
