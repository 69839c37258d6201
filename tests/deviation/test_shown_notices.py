"""What others see of a notice, and what it is about: judgments move it, drafts do not, and nothing tells of what is private."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cases.models import Case, Change, Outcome
from deviation.disclosed import standing_q
from deviation.lifecycle import NAMES, State
from deviation.models import Notice, NoticeStep
from deviation.notices import disclose_due, tell_judge

MONDAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 5, 4, tzinfo=UTC)


# --- what others see and what comes later ------------------------------------------------------------------------
def shown_in(state: str, notice: Notice, now) -> Notice:
    """The notice as if those competent had brought it so far."""
    ended = now if state == "closed" else None
    Notice.objects.filter(pk=notice.pk).update(state=state, ended_at=ended)
    return Notice.objects.get(pk=notice.pk)


@pytest.mark.parametrize("state", ["disclosed", "contested", "rejected"])
@pytest.mark.parametrize("band", ["green", "yellow", "red", ""])
def test_a_draft_never_moves_what_others_see_and_is_not_shown(disclosed, score, now, state, band):
    notice = shown_in(state, disclosed(), now)
    Change.objects.all().delete()
    before, steps = notice.score, NoticeStep.objects.count()
    later = score(notice.case, band, outcome=21)
    assert tell_judge(score=later, at=now) == notice
    notice.refresh_from_db()
    later.refresh_from_db()
    assert (notice.state, notice.score, later.disclosed) == (state, before, False)
    assert Notice.objects.count() == 1
    assert (NoticeStep.objects.count(), Change.objects.count()) == (steps, 0)


def test_a_draft_never_moves_what_was_closed(disclosed, score, now):
    notice = shown_in("closed", disclosed(), now)
    tell_judge(score=score(notice.case, "green", outcome=21), at=now)
    notice.refresh_from_db()
    assert notice.state == "closed"


@pytest.mark.parametrize("state", ["disclosed", "rejected", "closed"])
@pytest.mark.parametrize(
    ("band", "said"), [("green", {}), ("yellow", {}), ("", {}), ("red", {"q": 0.4}), ("red", {"q": None})]
)
def test_a_judgment_that_does_not_bear_it_out_ends_what_others_see_and_tells_the_rules(
    disclosed, judgment, now, state, band, said
):
    notice = shown_in(state, disclosed(), now)
    Change.objects.all().delete()
    tell_judge(score=judgment(notice.case, band, outcome=20, **said), at=now)
    notice.refresh_from_db()
    assert (notice.state, standing_q(notice.case)) == ("adjusted", None)
    assert Change.objects.filter(case_id=notice.case_id).count() == 1


@pytest.mark.parametrize("band", ["green", "yellow", "red", ""])
def test_how_a_notice_others_saw_ends_does_not_tell_what_the_judge_is_told_anew(
    disclosed, judgment, division_head, now, band
):
    notice = disclosed()
    anew = tell_judge(score=judgment(notice.case, band, outcome=20, q=0.4 if band else None), at=now)
    assert (anew is not None) is (band in ("yellow", "red"))
    assert list(Notice.objects.visible_to(division_head)) == [notice]
    assert NoticeStep.objects.get(notice=notice, act="adjust").reason == "裁判结果已经变化"
    told = [NAMES[State(Notice.objects.get(pk=notice.pk).state)], "裁判结果已经变化"]
    assert not [word for words in told for word in ("区间", "另行", "提示") if word in words]


def test_a_judgment_that_bears_it_out_is_what_others_see(disclosed, judgment, now):
    notice = disclosed()
    given = judgment(notice.case, "red", outcome=64, q=0.01)
    assert tell_judge(score=given, at=now) == notice
    notice.refresh_from_db()
    assert (notice.state, notice.score, standing_q(notice.case)) == ("disclosed", given, 0.01)


def test_what_was_closed_stands_while_the_judgment_bears_it_out(disclosed, judgment, now):
    notice = shown_in("closed", disclosed(), now)
    assert tell_judge(score=judgment(notice.case, "red"), at=now) is None
    assert standing_q(notice.case) == 0.03


def test_a_silent_run_takes_back_nothing_that_was_closed(disclosed, judgment, now):
    notice = shown_in("closed", disclosed(), now)
    tell_judge(score=judgment(notice.case, ""), at=now)
    notice.refresh_from_db()
    assert notice.state == "closed"


# --- an outcome of the case ----------------------------------------------------------------------------------------
def test_the_draft_of_a_closed_case_ends_unseen(told, now):
    notice = told()
    Case.objects.filter(pk=notice.case_id).update(closed_on=MONDAY)
    assert disclose_due(today=date(2026, 6, 9), at=now) == 0
    notice.refresh_from_db()
    assert notice.state == "ended"


def test_a_judgment_is_told_though_its_draft_ended_unseen(told, judgment, now):
    notice = told()
    Case.objects.filter(pk=notice.case_id).update(closed_on=MONDAY)
    disclose_due(today=date(2026, 6, 9), at=now)
    anew = tell_judge(score=judgment(notice.case, "red"), at=now)
    assert (anew.state, anew.pk == notice.pk) == ("private", False)
    assert disclose_due(today=date(2026, 6, 9), at=now) == 1


@pytest.mark.parametrize(
    ("change", "shown"), [({}, 1), ({"withdrawn_at": NOON}, 0), ({"value": 61}, 0), ({"measure": "fine"}, 0)]
)
def test_a_judgment_that_is_recorded_no_more_ends_unseen(theft, judgment, monday, now, change, shown):
    notice = tell_judge(score=judgment(theft()), at=now)
    Outcome.objects.filter(case=notice.case_id).update(**change)
    assert disclose_due(today=date(2026, 6, 9), at=now) == shown


def test_an_outcome_recorded_of_the_only_accused_by_name_is_that_of_the_case(
    theft, accused, judgment, monday, now
):
    case = theft()
    (only,) = accused(case, "甲")
    score = judgment(case, "red")
    Outcome.objects.filter(case=case).update(party=only)
    tell_judge(score=score, at=now)
    assert disclose_due(today=date(2026, 6, 9), at=now) == 1
