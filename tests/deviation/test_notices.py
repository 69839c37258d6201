"""What becomes of a notice: told once, private for its days, shown only where it is red and remains."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.urls import reverse

from audit import trail
from audit.models import Entry
from cases.models import Change
from catalogues.selectors import law_in_use
from deviation import notices
from deviation.contests import contest, decide_contest
from deviation.lifecycle import MOVES, OPEN, STANDING, UNSEEN, Act, State
from deviation.models import Contest, Notice, NoticeStep, Score
from deviation.notices import close_notice, disclose_due, explain, tell_judge

MONDAY = date(2026, 6, 1)
BEFORE = date(2026, 5, 29)
LAST = date(2026, 6, 8)  # the fifth working day after the Monday


# --- told ------------------------------------------------------------------------------------------------------
def test_a_judge_is_told_of_what_lies_outside_and_of_nothing_else(score, monday, now):
    assert tell_judge(score=score(band="yellow"), at=now).state == "private"
    assert tell_judge(score=score(band="red"), at=now).state == "private"
    assert tell_judge(score=score(band="green"), at=now) is None
    assert tell_judge(score=score(band=""), at=now) is None


def test_a_case_without_a_judge_has_nobody_to_tell(score, theft, monday, now):
    assert tell_judge(score=score(theft(judge=None)), at=now) is None


def test_the_day_of_telling_does_not_count_and_five_working_days_do(told):
    assert told().private_until == LAST


@pytest.mark.parametrize(
    ("day", "until"),
    [
        (date(2026, 6, 18), date(2026, 6, 26)),  # 端午节 on Friday the 19th
        (date(2026, 9, 29), date(2026, 10, 12)),  # 国庆节 to the 7th; Saturday the 10th is worked in exchange
        (date(2026, 6, 6), date(2026, 6, 12)),  # told on a Saturday
    ],
)
def test_holidays_and_exchanged_working_days_are_counted_as_the_calendar_says(score, on_day, now, day, until):
    on_day(day)
    calendar = law_in_use().calendar(None)
    days = [day + timedelta(n) for n in range(1, (until - day).days + 1)]
    assert sum(map(calendar.is_workday, days)) == 5, "the calendar of the test is another"
    assert tell_judge(score=score(), at=now).private_until == until


def test_the_same_band_keeps_its_notice_and_its_days(told, score, on_day, now):
    notice = told()
    on_day(date(2026, 6, 4))
    again = score(notice.case, "red", outcome=66)
    assert tell_judge(score=again, at=now) == notice
    notice.refresh_from_db()
    assert (notice.score, notice.private_until) == (again, LAST)
    assert Notice.objects.count() == 1


def test_another_band_is_another_notice_with_days_of_its_own(told, score, on_day, now):
    yellow = told(band="yellow")
    on_day(date(2026, 6, 4))
    red = tell_judge(score=score(yellow.case, "red", outcome=66), at=now)
    yellow.refresh_from_db()
    assert yellow.state == "adjusted"
    assert red.private_until == date(2026, 6, 11)


def test_an_adjusted_draft_ends_the_notice_unseen(told, score, now):
    notice = told()
    assert tell_judge(score=score(notice.case, "green", outcome=20), at=now) is None
    notice.refresh_from_db()
    assert (notice.state, notice.disclosed_at, notice.ended_at) == ("adjusted", None, now)
    assert not Change.objects.exists()


def test_a_run_that_must_be_silent_takes_nothing_back(told, score, now):
    notice = told()
    silent = score(notice.case, "", stage="nightly", reason_code="stale")
    assert tell_judge(score=silent, at=now) == notice
    notice.refresh_from_db()
    assert notice.state == "private"


def test_what_came_to_its_end_is_not_told_again_for_the_same_outcome(told, score, now):
    notice = told(band="yellow")
    disclose_due(today=date(2026, 6, 9), at=now)
    assert tell_judge(score=score(notice.case, "yellow", stage="nightly"), at=now) is None
    assert tell_judge(score=score(notice.case, "yellow", outcome=62, stage="nightly"), at=now) is not None


def test_two_accused_and_two_measures_are_told_apart(theft, accused, score, monday, now):
    case = theft()
    first, second = accused(case, "甲", "乙")
    told = [
        tell_judge(score=score(case, "red", party=party, code=code), at=now)
        for party, code in product((first, second), ("months", "fine"))
    ]
    assert len({notice.pk for notice in told}) == 4
    tell_judge(score=score(case, "green", party=first), at=now)
    assert Notice.objects.filter(state="private").count() == 3


def test_a_case_that_goes_to_another_judge_leaves_the_notice_with_the_first(told, score, member, now):
    notice, first = told(), None
    first = notice.judge
    notice.case.judge = member
    notice.case.save()
    assert list(Notice.objects.visible_to(first)) == [notice]
    assert not Notice.objects.visible_to(member).exists()
    assert disclose_due(today=date(2026, 6, 9), at=now) == 0
    notice.refresh_from_db()
    assert notice.state == "ended"
    theirs = tell_judge(score=score(notice.case, "red"), at=now)
    assert theirs.judge == member
    assert list(Notice.objects.visible_to(first)) == [notice]


def test_the_first_judge_of_a_case_sealed_since_sees_nothing_more(told, member):
    notice = told()
    notice.case.judge, notice.case.sealed = member, "juvenile"
    notice.case.save()
    assert not Notice.objects.visible_to(notice.judge).exists()


def test_a_judgment_stays_the_business_of_who_gave_it(theft, judgment, member, monday, now):
    notice = tell_judge(score=judgment(theft()), at=now)
    notice.case.judge = member
    notice.case.save()
    assert disclose_due(today=date(2026, 6, 9), at=now) == 1


# --- the days are over -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("day", [MONDAY, date(2026, 6, 5), LAST])
def test_nothing_is_shown_while_a_private_day_is_left(told, now, day):
    notice = told()
    assert disclose_due(today=day, at=now) == 0
    notice.refresh_from_db()
    assert notice.disclosed_at is None


def test_a_red_notice_is_shown_after_its_days_once(told, now):
    notice = told()
    after = date(2026, 6, 9)
    assert [disclose_due(today=after, at=now), disclose_due(today=after, at=now)] == [1, 0]
    notice.refresh_from_db()
    assert (notice.state, notice.disclosed_at) == ("disclosed", now)
    assert notice.contest_until == date(2026, 6, 24)  # ten working days, 端午节 lies between
    assert Score.objects.get(pk=notice.score_id).disclosed
    assert Change.objects.filter(case_id=notice.case_id).count() == 1
    assert NoticeStep.objects.filter(notice=notice, act="disclose").count() == 1


def test_days_without_any_run_are_caught_up_with(told, now):
    told()
    assert disclose_due(today=date(2026, 7, 20), at=now) == 1


def test_a_yellow_notice_ends_unseen(told, now):
    notice = told(band="yellow")
    assert disclose_due(today=date(2026, 6, 9), at=now) == 0
    notice.refresh_from_db()
    assert (notice.state, notice.disclosed_at) == ("ended", None)
    assert not Change.objects.exists()


@pytest.mark.parametrize(("q", "inside", "shown"), [
    (0.05, None, 1), (0.051, None, 0), (None, None, 0), (0.6, False, 1), (0.6, True, 0),
])  # fmt: skip
def test_only_what_chance_hardly_explains_or_the_guideline_does_not_allow_is_shown(
    told, now, q, inside, shown
):
    notice = told(q=q, guideline={} if inside is None else {"inside": inside})
    assert disclose_due(today=date(2026, 6, 9), at=now) == shown
    notice.refresh_from_db()
    assert notice.state == ("disclosed" if shown else "ended")


def test_a_rejected_contest_gives_way_to_a_judgment_within(disclosed, judgment, judge, vice_president, now):
    notice = disclosed()
    found = contest(
        notice=notice, ground="not_comparable", text="所列案件不可比，情节不同。", by=judge, at=now
    )
    decide_contest(
        contest=found, upheld=False, reason="经核对可比", heard="审管办两人", by=vice_president, at=now
    )
    tell_judge(score=judgment(notice.case, "green", outcome=13), at=now)
    notice.refresh_from_db()
    assert notice.state == "adjusted"


def test_how_long_a_trial_took_is_never_shown(told, now):
    told(code="trial_days")
    assert disclose_due(today=date(2026, 6, 9), at=now) == 0


def test_a_notice_nobody_read_runs_all_the_same(told, now):
    notice = told()
    assert notice.read_at is None
    assert disclose_due(today=date(2026, 6, 9), at=now) == 1


# --- explained ---------------------------------------------------------------------------------------------------
def test_a_reason_is_coded_and_may_be_given_anew(told, judge, now):
    notice = told()
    explain(notice=notice, code="several_crimes", words="", by=judge, at=now)
    explain(notice=notice, code="other", words="另有情节", by=judge, at=now)
    notice.refresh_from_db()
    assert (notice.state, notice.reason_code, notice.reason) == ("explained", "other", "另有情节")


@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        ("other", " ", "写明"),
        ("", "某", "选择"),
        ("fault_sharing", "某", "选择"),
        ("several_crimes", "某" * 1001, "1000"),
    ],
)
def test_a_reason_that_will_not_do_is_refused_in_one_sentence(told, judge, now, code, words, said):
    with pytest.raises(trail.Refused, match=said) as refused:
        explain(notice=told(), code=code, words=words, by=judge, at=now)
    assert (refused.value.status, refused.value.secret) == (409, True)


def test_nobody_else_explains(told, division_head, disclosed, now):
    with pytest.raises(Http404):
        explain(notice=told(), code="other", words="某", by=division_head, at=now)
    with pytest.raises(trail.Refused) as refused:
        explain(notice=disclosed(), code="other", words="某", by=division_head, at=now)
    assert refused.value.status == 403


# --- every state, every act ----------------------------------------------------------------------------------------
def in_state(notice: Notice, state: State, now) -> Notice:
    """The notice as if it had come so far."""
    shown = state not in UNSEEN
    Notice.objects.filter(pk=notice.pk).update(
        state=state.value,
        disclosed_at=now if shown else None,
        contest_until=date(2026, 12, 31) if shown else None,
        ended_at=None if state in OPEN else now,
    )
    if state in (State.CONTESTED, State.UPHELD, State.REJECTED):
        decided = (
            {}
            if state is State.CONTESTED
            else {"decided_at": now, "upheld": state is State.UPHELD, "decision": "理由"}
        )
        Contest.objects.create(
            notice=notice,
            ground="method",
            text="某",
            filed_by=notice.judge,
            filed_at=now,
            due_on=MONDAY,
            **decided,
        )
    return Notice.objects.get(pk=notice.pk)


def take(act: Act, notice: Notice, trial_office, now) -> None:
    contested = Contest.objects.filter(notice=notice).first() or Contest(pk=0)
    about = {"at": now}
    match act:
        case Act.EXPLAIN:
            explain(notice=notice, code="other", words="某", by=notice.judge, **about)
        case Act.CONTEST:
            contest(notice=notice, ground="method", text="某", knowing=True, by=notice.judge, **about)
        case Act.UPHOLD | Act.REJECT:
            upheld = act is Act.UPHOLD
            decide_contest(
                contest=contested, upheld=upheld, reason="某", heard="承办法官", by=trial_office, **about
            )
        case Act.CLOSE:
            Notice.objects.filter(pk=notice.pk, disclosed_at__isnull=False).update(contest_until=BEFORE)
            close_notice(notice=notice, reason="某", by=trial_office, **about)


BY_PEOPLE = [Act.EXPLAIN, Act.CONTEST, Act.UPHOLD, Act.REJECT, Act.CLOSE]


@pytest.mark.parametrize(("state", "act"), list(product(State, BY_PEOPLE)), ids=lambda each: each.value)
def test_what_may_be_done_in_which_state_is_what_the_table_says(told, trial_office, now, state, act):
    notice = in_state(told(), state, now)
    if (ends := MOVES.get((state, act))) is None:
        with pytest.raises((trail.Refused, Http404)), transaction.atomic():
            take(act, notice, trial_office, now)
        notice.refresh_from_db()
        assert notice.state == state
        return
    take(act, notice, trial_office, now)
    notice.refresh_from_db()
    assert notice.state == ends
    assert (notice.ended_at is None) is (ends in OPEN)


def test_what_a_rule_may_read_was_disclosed():
    assert not STANDING & UNSEEN


# --- the trail -----------------------------------------------------------------------------------------------------
def test_everything_before_the_disclosure_is_recorded_in_secret(told, judge, now):
    notice = told()
    explain(notice=notice, code="several_crimes", words="", by=judge, at=now)
    assert set(Entry.objects.values_list("act", "secret")) == {
        ("deviation.tell_judge", True),
        ("deviation.explain", True),
    }
    disclose_due(today=date(2026, 6, 9), at=now)
    assert not Entry.objects.get(act="deviation.disclose_notice").secret


def test_ending_unseen_is_recorded_in_secret(told, now):
    told(band="yellow")
    disclose_due(today=date(2026, 6, 9), at=now)
    assert Entry.objects.get(act="deviation.end_notice").secret


def test_a_step_is_never_rewritten(told):
    told()
    with pytest.raises(DatabaseError), transaction.atomic():
        NoticeStep.objects.update(reason="改")


# --- close -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("day", "may"), [(date(2026, 6, 24), False), (date(2026, 6, 25), True)])
def test_nobody_closes_before_the_time_to_contest_is_over(disclosed, division_head, on_day, now, day, may):
    notice = disclosed()
    on_day(day)
    if may:
        assert close_notice(notice=notice, reason="已阅", by=division_head, at=now).state == "closed"
        return
    with pytest.raises(trail.Refused, match="2026-06-24") as refused:
        close_notice(notice=notice, reason="已阅", by=division_head, at=now)
    assert refused.value.status == 409
    assert contest(notice=notice, ground="method", text="样本太少", by=notice.judge, at=now)


@pytest.mark.parametrize(("day", "form"), [(date(2026, 6, 24), False), (date(2026, 6, 25), True)])
def test_the_page_offers_to_close_when_it_may_be(client, disclosed, division_head, on_day, day, form):
    notice = disclosed()
    on_day(day)
    client.force_login(division_head)
    page = client.get(reverse("deviation:notice", args=[notice.pk])).content.decode()
    assert (reverse("deviation:notice-act", args=[notice.pk, "close"]) in page) is form


def test_those_competent_close_and_the_panel_does_not(disclosed, division_head, judge, on_day, now):
    notice = disclosed()
    on_day(date(2026, 6, 25))
    notice.case.members = [division_head.pk]
    notice.case.save()
    with pytest.raises(trail.Refused) as refused:
        close_notice(notice=notice, reason="已阅", by=division_head, at=now)
    assert refused.value.status == 403
    notice.case.members = []
    notice.case.save()
    with pytest.raises(trail.Refused):
        close_notice(notice=notice, reason="已阅", by=judge, at=now)
    assert close_notice(notice=notice, reason="已阅", by=division_head, at=now).state == "closed"


# --- at the same time ----------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_scores_told_at_once_leave_one_open_notice(score, theft, monday, now):
    case = theft()
    scores = [score(case, "red", outcome=60), score(case, "red", outcome=61)]
    problems: list[BaseException] = []

    def tell(one: Score) -> None:
        try:
            tell_judge(score=one, at=now)
        except BaseException as problem:  # told to the test, whatever it is
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=tell, args=[one]) for one in scores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert Notice.objects.filter(state="private").count() == 1


def test_the_setting_of_a_court_lengthens_the_private_days(told):
    """The number is the catalogue's: this test fails when it is written anywhere else."""
    setting = law_in_use().deviation_setting("private_days", None, MONDAY)
    assert law_in_use().calendar(None).add_workdays(MONDAY, int(setting)) == told().private_until
    assert not [value for value in vars(notices).values() if value == setting]
