"""What becomes of a notice (偏离提示): told to its judge, explained, and after the private days shown or ended unseen.

Nothing here blocks a judgment. Until a notice is disclosed every trace of it is secret and nothing reaches the outbox: a
case whose judge was told something must look like one whose judge was not.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from audit import trail
from cases.guard import locked, may_on, sits_on
from cases.models import Case, Change
from catalogues.selectors import law_in_use
from courts.clock import today as this_day
from courts.models import User
from courts.roles import Permission
from deviation import frames
from deviation.lifecycle import NAMES, Act, State, after
from deviation.models import Notice, NoticeStep, Score
from deviation.models.notices import OPEN

SLICE = 500
#: Bands a judge is told of.
TOLD = ("yellow", "red")
#: Measures that are never anybody else's business: how long a trial took says nothing about its outcome.
FOR_THE_JUDGE_ALONE = frozenset({"trial_days"})
WAITING = (State.PRIVATE.value, State.EXPLAINED.value)
#: States after which the same comparison of the same outcome is not told again.
SETTLED = (State.ENDED.value, State.CLOSED.value, State.UPHELD.value)
LONGEST = 1000

UNKNOWN = "没有这一提示，或者您无权查看"
NOT_YOURS = "只有收到这一提示的法官可以办理此项"
NOT_TO_CLOSE = "由本院审管办、分管院领导或者庭长了结；本案审判组织成员不能了结本案的提示"
NOT_NOW = "这一提示现为“{}”，不能办理此项"
NOT_YET = "承办法官可以提出异议至 {}，期满后才能了结"
#: All that is said of the end of a notice others saw: what the judge is told anew is nobody else's business.
CHANGED = "裁判结果已经变化"
#: What the trail calls each act.
TRAIL = {
    Act.EXPLAIN: "deviation.explain", Act.ADJUST: "deviation.adjust_notice", Act.END: "deviation.end_notice",
    Act.DISCLOSE: "deviation.disclose_notice", Act.CONTEST: "deviation.contest", Act.UPHOLD: "deviation.decide_contest",
    Act.REJECT: "deviation.decide_contest", Act.CLOSE: "deviation.close_notice",
}  # fmt: skip
#: Acts after which a notice is over.
ENDING = frozenset({State.ADJUSTED, State.ENDED, State.UPHELD, State.CLOSED})


# --- telling ---------------------------------------------------------------------------------------------------
@transaction.atomic
def tell_judge(*, score: Score, at: datetime) -> Notice | None:
    """Bring what the judge is told in line with a score just made, whatever it says; None where nothing stands.

    One measure of one party has one open notice. It keeps its days while judge and band stay the same, and ends when
    the outcome came to lie within; another band or another judge is another notice with days of its own. A notice that
    others see is moved by judgments alone: were it to move with a draft, it would tell of it.
    """
    case = locked(score.case)
    notice = open_notice_about(score)
    if notice is not None and (stays_as_shown(score, notice) or says_nothing_new(score, notice)):
        return notice
    take_back_closed(score, case, at)
    if notice is not None and says_the_same(score, notice, case):
        return follow(notice, score)
    if notice is not None:
        adjust(notice, score, case, at)
    if score.band not in TOLD or case.judge_id is None or was_heard(score, case):
        return None
    return tell(score, case, at)


def open_notice_about(score: Score) -> Notice | None:
    found = Notice.objects.filter(case=score.case_id, party=score.party_id, code=score.code, state__in=OPEN)
    return found.select_for_update(of=("self",)).select_related("score").first()


def stays_as_shown(score: Score, notice: Notice) -> bool:
    """Whether the score is no matter of the notice: a draft once others see it, anything while it is being decided."""
    return notice.state == State.CONTESTED or (notice.disclosed_at is not None and score.stage == "draft")


def says_the_same(score: Score, notice: Notice, case: Case) -> bool:
    same = notice.judge_id == case.judge_id and notice.score.band == score.band
    return same and (notice.disclosed_at is None or holds_good(score))


def says_nothing_new(score: Score, notice: Notice) -> bool:
    """Whether a run that will not judge any more looked at the very outcome the notice is about."""
    silent = score.state == "abstained" and not score.band
    return silent and score.stage != "draft" and score.outcome == notice.score.outcome


def was_heard(score: Score, case: Case) -> bool:
    """Whether this judge was told exactly this before, and it came to its end: a nightly run does not begin anew."""
    past = Notice.objects.filter(
        case=case, party=score.party_id, code=score.code, judge=case.judge_id, state__in=SETTLED
    )
    if score.stage != "draft" and score.band == "red":
        # A draft that ended unseen settles nothing of the judgment.
        past = past.exclude(state=State.ENDED, score__stage="draft")
    last = past.order_by("-told_at", "pk").values_list("score__band", "score__outcome").first()
    return last == (score.band, score.outcome)


def follow(notice: Notice, score: Score) -> Notice:
    """Let an open notice speak of the newest score; its days run on."""
    notice.score = score
    notice.save(update_fields=["score"])
    if notice.disclosed_at is not None:
        show_score(notice)
        Change.objects.create(case_id=notice.case_id)
    return notice


def take_back_closed(score: Score, case: Case, at: datetime) -> None:
    """End what those competent had closed where the judgment no longer bears it out."""
    if score.stage == "draft" or holds_good(score):
        return
    found = Notice.objects.filter(case=case, party=score.party_id, code=score.code, state=State.CLOSED)
    for notice in found.select_for_update(of=("self",)).select_related("score").order_by("pk"):
        if not says_nothing_new(score, notice):
            move(Act.ADJUST, notice=notice, by=None, at=at, reason=CHANGED)


def hold_latest_against(notice: Notice, at: datetime) -> None:
    """Take up the judgment that was scored while the notice was being decided."""
    about = {"case": notice.case_id, "party": notice.party_id, "code": notice.code}
    latest = (
        Score.objects.current().filter(**about).exclude(pk=notice.score_id).exclude(stage="draft").first()
    )
    if latest is not None:
        tell_judge(score=latest, at=at)


def adjust(notice: Notice, score: Score, case: Case, at: datetime) -> None:
    if notice.disclosed_at is not None:
        words = CHANGED
    elif notice.judge_id != case.judge_id:
        words = "案件已变更承办人"
    elif score.band in TOLD:
        words = "区间有变化，另行提示"
    elif score.band:
        words = "已在区间内"
    else:
        words = "不再评价"
    move(Act.ADJUST, notice=notice, by=None, at=at, reason=words)


def tell(score: Score, case: Case, at: datetime) -> Notice:
    notice = Notice.objects.create(
        case=case,
        party_id=score.party_id,
        court_id=case.court_id,
        judge_id=case.judge_id,
        score=score,
        code=score.code,
        told_at=at,
        private_until=workdays_on("private_days", case.court_id, this_day()),
    )
    NoticeStep.objects.create(notice=notice, act="tell", to_state=notice.state, at=at)
    trail.record("deviation.tell_judge", on=notice, at=at, after=told_in_trail(notice), secret=True)
    return notice


def workdays_on(setting: str, court_id: int, day: date) -> date:
    """So many working days (a setting of the court) after the day, which itself does not count."""
    law = law_in_use()
    return law.calendar(court_id).add_workdays(day, int(law.deviation_setting(setting, court_id, day)))


# --- one step ----------------------------------------------------------------------------------------------------
def held(notice: Notice, by: User) -> Notice:
    """The notice as it stands, held until the transaction ends. One this person may not see is one there is not."""
    seen = Notice.objects.visible_to(by).filter(pk=notice.pk).values_list("case", flat=True).first()
    if seen is None:
        raise Http404(UNKNOWN)
    return held_notice(notice.pk, seen)


def held_notice(pk: int, case_id: int) -> Notice:
    """The case first, then the notice: whoever writes about notices holds them in this order."""
    case = locked(Case(pk=case_id))
    notice = Notice.objects.select_for_update(of=("self",)).select_related("score", "judge").get(pk=pk)
    notice.case = case
    return notice


def move(
    act: Act,
    *,
    notice: Notice,
    by: User | None,
    at: datetime,
    reason_code: str = "",
    reason: str = "",
    because: str = "",
    **values: Any,
) -> Notice:
    """Take a step: the state, the step, the trail, and the outbox once it is no secret. ``values`` change with it.

    ``because`` is what the trail keeps instead of the reason.
    """
    before = State(notice.state)
    state = after(before, act)
    if state is None:
        raise refused(NOT_NOW.format(NAMES[before]), act=act, notice=notice, by=by, status=409)
    changed = {"state": state.value} | ({"ended_at": at} if state in ENDING else {}) | values
    for name, value in changed.items():
        setattr(notice, name, value)
    notice.save(update_fields=list(changed))
    NoticeStep.objects.create(
        notice=notice, act=act.value, from_state=before.value, to_state=state.value, by=by, at=at,
        reason_code=reason_code, reason=reason,
    )  # fmt: skip
    shown = notice.disclosed_at is not None
    trail.record(
        TRAIL[act], on=notice, by=by, at=at, because=because or reason, before={"state": before.value},
        after=told_in_trail(notice), secret=not shown,
    )  # fmt: skip
    if shown:
        Change.objects.create(case_id=notice.case_id)
    return notice


def told_in_trail(notice: Notice) -> dict[str, str]:
    return {"code": notice.code, "state": notice.state}


def refused(sentence: str, *, act: Act, notice: Notice, by: User | None, status: int = 403) -> trail.Refused:
    """A refusal whose trace is as secret as the notice it is about."""
    secret = notice.disclosed_at is None
    return trail.Refused(sentence, act=TRAIL[act], on=notice, by=by, status=status, secret=secret)


# --- the judge answers -------------------------------------------------------------------------------------------
@transaction.atomic
def explain(*, notice: Notice, code: str, words: str, by: User, at: datetime) -> Notice:
    """Give the reason (说明理由) for an outcome that differs. It may be given again; nothing waits for it."""
    notice = held(notice, by)
    refuse_unless_its_judge(Act.EXPLAIN, notice, by)
    if problem := problem_of_reason(code, words, notice.case, this_day()):
        raise refused(problem, act=Act.EXPLAIN, notice=notice, by=by, status=409)
    notice.reason_code, notice.reason = code, words.strip()
    notice.save(update_fields=["reason_code", "reason"])
    named = reasons_for(notice.case, this_day())[code].name  # the judge's own words stand on the notice alone
    given = {"reason_code": code, "reason": notice.reason, "because": named}
    return move(Act.EXPLAIN, notice=notice, by=by, at=at, explained_at=at, **given)


def refuse_unless_its_judge(act: Act, notice: Notice, by: User) -> None:
    if notice.judge_id != by.pk:
        raise refused(NOT_YOURS, act=act, notice=notice, by=by)


def reasons_for(case: Case, day: date) -> dict[str, Any]:
    """The coded reasons a judge may give in this case, in the order of the catalogue."""
    known = law_in_use().deviation_reasons(case.court_id, day)
    return {
        code: reason
        for code, reason in known.items()
        if not reason.categories or case.category in reason.categories
    }


def problem_of_reason(code: str, words: str, case: Case, day: date) -> str | None:
    """What is wrong with a reason; None when it will do."""
    known = reasons_for(case, day)
    if code not in known:
        return "请从列表中选择一项理由"
    if known[code].need_note and not words.strip():
        return f"选择“{known[code].name}”的，请写明具体情况"
    return f"说明不超过{LONGEST}字，请简述" if len(words.strip()) > LONGEST else None


# --- the private days are over -----------------------------------------------------------------------------------
def disclose_due(*, today: date, at: datetime) -> int:
    """Show or end every notice whose private days are over, each once; how many were shown.

    A slice is a transaction of its own: what one run leaves, or a day without any run, the next takes up. How many
    ended unseen is not said, here or anywhere.
    """
    shown = 0
    while ids := list(due(today).order_by("private_until", "pk").values_list("pk", "case_id")[:SLICE]):
        shown += sum(finish(pk, case_id, today, at) for pk, case_id in ids)
    return shown


def due(today: date) -> QuerySet[Notice]:
    """Notices whose last private day lies before today."""
    return Notice.objects.filter(state__in=WAITING, disclosed_at=None, private_until__lt=today)


@transaction.atomic
def finish(pk: int, case_id: int, today: date, at: datetime) -> bool:
    """Whether the notice is shown from now on; one that somebody else moved meanwhile is left alone."""
    notice = held_notice(pk, case_id)
    if notice.state not in WAITING:
        return False
    if not is_to_be_shown(notice):
        move(Act.END, notice=notice, by=None, at=at)
        return False
    disclose(Act.DISCLOSE, notice=notice, by=None, at=at, today=today)
    return True


def is_to_be_shown(notice: Notice) -> bool:
    """Only a red one that is hardly chance, or outside the guideline; and only while it is an outcome of the case."""
    return notice.code not in FOR_THE_JUDGE_ALONE and holds_good(notice.score) and is_an_outcome(notice)


def holds_good(score: Score) -> bool:
    """Of many outcomes some lie outside 99 % by chance: whom else would it serve to look at those?"""
    return score.band == "red" and (survives(score) or score.guideline.get("inside") is False)


def is_an_outcome(notice: Notice) -> bool:
    """A draft while its judge still has the case open; a judgment while it is recorded as it was scored."""
    case, score = notice.case, notice.score
    if score.stage == "draft":
        return case.closed_on is None and notice.judge_id == case.judge_id
    recorded = frames.recorded_of(notice.code, [case.pk]).get(case.pk, {})
    return notice.party_id in recorded and recorded[notice.party_id][1] == score.outcome


def survives(score: Score, day: date | None = None) -> bool:
    """Whether it withstands the control of false discoveries over the month of its court (误报控制)."""
    fdr = law_in_use().deviation_setting("fdr", score.court_id, day or this_day())
    return score.state == "scored" and score.q is not None and score.q <= float(fdr)


def disclose(
    act: Act, *, notice: Notice, by: User | None, at: datetime, today: date, reason: str = ""
) -> Notice:
    """Show a notice to others, by the end of its private days or by its judge's own contest. Never taken back."""
    until = workdays_on("contest_filing_days", notice.court_id, today)
    move(act, notice=notice, by=by, at=at, reason=reason, disclosed_at=at, contest_until=until)
    show_score(notice)
    return notice


def show_score(notice: Notice) -> None:
    notice.score.disclosed = True
    notice.score.save(update_fields=["disclosed"])


# --- looked at by those competent ----------------------------------------------------------------------------------
def may_close(user: User, notice: Notice) -> bool:
    """Those who see deviations of the case by their post, and do not try it."""
    own = user.pk == notice.judge_id or sits_on(user, notice.case)
    return not own and may_on(user, Permission.SEE_DEVIATION, notice.case)


def problem_of_closing(notice: Notice, day: date) -> str | None:
    """Why the notice cannot be closed now: its judge's time to contest is not cut short."""
    if after(State(notice.state), Act.CLOSE) is None:
        return NOT_NOW.format(NAMES[State(notice.state)])
    until = notice.contest_until if notice.state == State.DISCLOSED else None
    return NOT_YET.format(until) if until is not None and day <= until else None


@transaction.atomic
def close_notice(*, notice: Notice, reason: str, by: User, at: datetime) -> Notice:
    """Note that those competent looked at it and nothing further is needed (了结)."""
    notice = held(notice, by)
    if not may_close(by, notice):
        raise refused(NOT_TO_CLOSE, act=Act.CLOSE, notice=notice, by=by)
    if not reason.strip() or len(reason.strip()) > LONGEST:
        raise refused(f"请写明了结的理由，不超过{LONGEST}字", act=Act.CLOSE, notice=notice, by=by, status=409)
    if problem := problem_of_closing(notice, this_day()):
        raise refused(problem, act=Act.CLOSE, notice=notice, by=by, status=409)
    return move(Act.CLOSE, notice=notice, by=by, at=at, reason=reason.strip())
