"""A judge's objection to a comparison (偏离异议): filed, decided by others on the record, counted against the stratum."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from cases.guard import is_visible, may_on, sits_on
from courts.clock import today as this_day
from courts.models import User
from courts.roles import Permission
from deviation.lifecycle import NAMES, Act, State, after
from deviation.models import Contest, Notice
from deviation.notices import (
    FOR_THE_JUDGE_ALONE,
    NOT_NOW,
    UNKNOWN,
    disclose,
    held,
    hold_latest_against,
    is_to_be_shown,
    move,
    refuse_unless_its_judge,
    refused,
    workdays_on,
)

LONGEST = 2000
LONGEST_HEARD = 300
NOT_RED = "这一提示期满不公开，也不作任何使用，无须提出异议；可以说明理由"
NOT_TO_BE_SHOWN = "按目前的情况，这一提示期满不公开，无须提出异议；如果公开，公开后仍可以提出异议"
TOO_LATE = "提出异议的期限至 {}，已经届满"
KNOWINGLY = "这一提示目前只有您本人可见；提出异议后，决定异议的人员和本院有权的院庭长可以看到，请确认后再提出"
NOT_TO_DECIDE = "由本院审管办或者分管副院长决定；提出异议的法官和本案审判组织成员不能决定"
DECIDED = "这一异议已经决定"


# --- filing ------------------------------------------------------------------------------------------------------
@transaction.atomic
def contest(
    *, notice: Notice, ground: str, text: str, knowing: bool = False, by: User, at: datetime
) -> Contest:
    """Contest the comparison. During the private days this shows the notice to others, which the judge must know of."""
    notice, day = held(notice, by), this_day()
    refuse_unless_its_judge(Act.CONTEST, notice, by)
    problem = problem_of_contest(notice, day) or problem_of_text(ground, text)
    if problem is None and notice.disclosed_at is None and not knowing:
        problem = KNOWINGLY
    if problem:
        raise refused(problem, act=Act.CONTEST, notice=notice, by=by, status=409)
    said = {"notice": notice, "by": by, "at": at, "reason": dict(Contest.GROUNDS)[ground]}
    notice = move(Act.CONTEST, **said) if notice.disclosed_at else disclose(Act.CONTEST, today=day, **said)
    return Contest.objects.create(
        notice=notice, ground=ground, text=text.strip(), filed_by=by, filed_at=at,
        due_on=workdays_on("contest_days", notice.court_id, day),
    )  # fmt: skip


def problem_of_contest(notice: Notice, day: date) -> str | None:
    """Why the notice cannot be contested now; None when it can."""
    if after(State(notice.state), Act.CONTEST) is None:
        return NOT_NOW.format(NAMES[State(notice.state)])
    if notice.score.band != "red" or notice.code in FOR_THE_JUDGE_ALONE:
        return NOT_RED
    if notice.disclosed_at is None and not is_to_be_shown(notice):
        return NOT_TO_BE_SHOWN  # else the contest would show what nobody else would have seen
    late = notice.contest_until is not None and day > notice.contest_until
    return TOO_LATE.format(notice.contest_until) if late else None


def problem_of_text(ground: str, text: str) -> str | None:
    if ground not in dict(Contest.GROUNDS):
        return "请从列表中选择异议的理由"
    return None if 0 < len(text.strip()) <= LONGEST else f"请写明异议的理由，不超过{LONGEST}字"


# --- deciding ----------------------------------------------------------------------------------------------------
def may_decide(user: User, notice: Notice) -> bool:
    """Whose post decides contests and reaches the case, who sees it, neither filed it nor tries it."""
    own = user.pk == notice.judge_id or sits_on(user, notice.case)
    return not own and may_on(user, Permission.DECIDE_CONTESTS, notice.case) and is_visible(notice.case, user)


@transaction.atomic
def decide_contest(
    *, contest: Contest, upheld: bool, reason: str, heard: str, by: User, at: datetime
) -> Contest:
    """Decide with reasons and on the record. Upheld: the notice is withdrawn, and counts against its stratum."""
    notice = held_by_contest(contest, by)
    contest = Contest.objects.select_for_update(of=("self",)).get(pk=contest.pk)
    act = Act.UPHOLD if upheld else Act.REJECT
    if not may_decide(by, notice):
        raise refused(NOT_TO_DECIDE, act=act, notice=notice, by=by)
    if problem := problem_of_decision(contest, reason, heard):
        raise refused(problem, act=act, notice=notice, by=by, status=409)
    contest.upheld, contest.decided_by, contest.decided_at = upheld, by, at
    contest.decision, contest.heard = reason.strip(), heard.strip()
    contest.save(update_fields=["upheld", "decided_by", "decided_at", "decision", "heard"])
    move(act, notice=notice, by=by, at=at, reason=contest.decision[:1000])
    if not upheld:
        hold_latest_against(notice, at)
    return contest


def held_by_contest(contest: Contest, by: User) -> Notice:
    notice = Notice.objects.filter(contest=contest.pk).first()
    if notice is None:
        raise Http404(UNKNOWN)
    return held(notice, by)


def problem_of_decision(contest: Contest, reason: str, heard: str) -> str | None:
    if contest.decided_at is not None:
        return DECIDED
    if not 0 < len(reason.strip()) <= LONGEST:
        return f"请写明决定的理由，不超过{LONGEST}字"
    if not 0 < len(heard.strip()) <= LONGEST_HEARD:
        return f"请写明听取了谁的意见，不超过{LONGEST_HEARD}字"
    return None


# --- what is still to be decided --------------------------------------------------------------
def contests_for(user: User) -> QuerySet[Contest]:
    """The contests of the courts this person decides in, without those of cases they try; undecided ones by their day."""
    courts = user.courts_where(Permission.DECIDE_CONTESTS)
    seen = Contest.objects.visible_to(user).filter(notice__court__in=courts)
    seats = ("judge", "presiding", "assistant", "clerk")
    own = Q(notice__judge=user.pk) | Q(notice__case__members__contains=[user.pk])
    for seat in seats:
        own |= Q(**{f"notice__case__{seat}": user.pk})
    about = ("notice__case__division", "notice__court", "notice__score", "notice__party", "decided_by")
    return seen.exclude(own).select_related(*about)


def undecided(user: User) -> QuerySet[Contest]:
    return contests_for(user).filter(decided_at=None).order_by("due_on", "filed_at", "pk")


def decided(user: User) -> QuerySet[Contest]:
    return contests_for(user).filter(decided_at__isnull=False).order_by("-decided_at", "pk")
