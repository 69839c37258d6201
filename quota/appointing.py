"""A round of selection from the committee to the appointment (遴选委把关、公示、任命), and what binds those appointed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from audit import trail
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from quota.models import Candidate, QuotaJudge, Selection
from quota.people import hold_court, take_seat
from quota.people_guard import refuse_if
from quota.proposing import seats_to_fill
from quota.selecting import carried_out, held, move, standing
from quota.vacancies import RUNNING

COMMITTEE, NOTICE, APPOINT = "quota.record_committee", "quota.publish_notice", "quota.appoint"
REPORT, GIVE_UP, WITHDRAW, CANCEL = (
    "quota.record_report", "quota.give_up_post", "quota.withdraw_candidate", "quota.cancel_selection",
)  # fmt: skip
APPROVE = Permission.APPROVE_QUOTA
FOR_COMMITTEE = ("proposed", "tied")


@transaction.atomic
def record_committee(
    *, selection: Selection, decisions: Mapping[int, tuple[bool, str]], by: User | None, at: datetime
) -> Selection:
    """Record what the selection committee decided (遴选委专业把关): for each candidate by id whether endorsed, and why not.

    Recorded by somebody who neither opened the round nor marked nor proposed; never more endorsed than seats.
    """
    selection = held(selection, COMMITTEE, by, states=["proposed"], also=APPROVE)
    if by is not None and carried_out(selection, by):
        sentence = "您发起了本次遴选、记过成绩或者提出了人选，遴选委的意见请由另一人登记。"
        raise trail.Refused(sentence, act=COMMITTEE, on=selection, by=by)
    hold_court(selection.court)
    people = [one for one in standing(selection) if one.outcome in FOR_COMMITTEE]
    refuse_if(problem_of_decisions(selection, people, decisions), COMMITTEE, on=selection, by=by)
    for one in people:
        endorsed, why = decisions[one.pk]
        one.outcome, one.outcome_why = ("endorsed" if endorsed else "not_endorsed"), why.strip()
    Candidate.objects.bulk_update(people, ["outcome", "outcome_why"])
    move(selection, "proposed", decided_by=by)
    after = {"endorsed": [one.person.name for one in people if one.outcome == "endorsed"]}
    trail.record(COMMITTEE, on=selection, by=by, at=at, after=after, secret=True)
    return selection


def problem_of_decisions(
    selection: Selection, people: list[Candidate], decisions: Mapping[int, tuple[bool, str]]
) -> str:
    if not people:
        return "没有等待遴选委把关的人选。"
    if {one.pk for one in people} != set(decisions):
        return "请对每一名拟入额和并列的人选作出决定。"
    silent = [
        one.person.name for one in people if not decisions[one.pk][0] and not decisions[one.pk][1].strip()
    ]
    if silent:
        return f"不予通过的，请写明理由：{'、'.join(silent)}。"
    endorsed, seats = sum(yes for yes, _why in decisions.values()), seats_to_fill(selection)
    return f"通过 {endorsed} 名，空缺员额只有 {seats} 名，请减少通过的人数。" if endorsed > seats else ""


@transaction.atomic
def publish_notice(
    *, selection: Selection, starts_on: date, ends_on: date, by: User | None, at: datetime
) -> Selection:
    """Publish who is to be appointed (公示), from a day to another one, both included."""
    selection = held(selection, NOTICE, by, states=["proposed", "notice"], also=APPROVE)
    if (selection.notice_from, selection.notice_to) == (starts_on, ends_on):
        return selection
    refuse_if(problem_of_notice(selection, starts_on, ends_on), NOTICE, on=selection, by=by)
    move(selection, "notice", notice_from=starts_on, notice_to=ends_on)
    trail.record(NOTICE, on=selection, by=by, at=at, after={"from": str(starts_on), "to": str(ends_on)})
    return selection


def problem_of_notice(selection: Selection, starts_on: date, ends_on: date) -> str:
    if selection.state == "notice":
        return f"已于 {selection.notice_from} 开始公示，到 {selection.notice_to} 为止。"
    if not any(one.outcome == "endorsed" for one in standing(selection)):
        return "没有遴选委通过的人选，不能公示。"
    if starts_on < selection.opened_on:
        return f"公示起日应不早于发起日 {selection.opened_on}。"
    return f"公示止日应不早于起日 {starts_on}。" if ends_on < starts_on else ""


# --- the appointment ------------------------------------------------------------------------------------------------
@transaction.atomic
def appoint(
    *,
    candidate: Candidate,
    entered_on: date,
    basis: str,
    by: User | None,
    at: datetime,
    gives_up_post_by: date | None = None,
) -> QuotaJudge:
    """Let an endorsed candidate sit once the notice is over (任命). With the last one the round is closed.

    Leaders and heads of general departments have reported in writing first (书面报告); who holds an administrative post
    has a day by which it is given up (不得双重身份). Registered by somebody else than who recorded the committee's word.
    """
    selection = Selection.objects.select_related("court").get(pk=candidate.selection_id)
    term = QuotaJudge.objects.filter(candidate=candidate, entered_on=entered_on).first()
    selection = held(selection, APPOINT, by, states=["notice", *(["closed"] if term else [])], also=APPROVE)
    if term:
        return term
    if by is not None and by.pk == selection.decided_by_id:
        sentence = "遴选委的意见是您登记的，任命请由另一人登记。"
        raise trail.Refused(sentence, act=APPOINT, on=selection, by=by)
    stored = Candidate.objects.select_for_update(of=("self",)).select_related("person").get(pk=candidate.pk)
    problem = problem_of_appointing(stored, selection, entered_on, gives_up_post_by)
    refuse_if(problem, APPOINT, on=selection, by=by)
    term = take_seat(stored.person, selection.court, entered_on, basis, by, at, stored)
    stored.outcome, stored.gives_up_post_by = "appointed", gives_up_post_by
    stored.save(update_fields=["outcome", "gives_up_post_by"])
    after = {"person": stored.person.name, "entered_on": str(entered_on), "gives_up_post_by": day_said(gives_up_post_by)}  # fmt: skip
    trail.record(APPOINT, on=selection, by=by, at=at, because=basis.strip(), after=after, secret=True)
    close_if_over(selection)
    return term


def problem_of_appointing(
    candidate: Candidate, selection: Selection, entered_on: date, gives_up_post_by: date | None
) -> str:
    person, ends_on = candidate.person, selection.notice_to
    if candidate.outcome != "endorsed":
        return f"{person}不是遴选委通过的人选，不能任命。"
    if ends_on is None or today() <= ends_on or entered_on <= ends_on:
        return f"公示到 {ends_on} 为止，期满以后才能任命，任命日应晚于这一天。"
    if candidate.is_leader and not reported_before(candidate, entered_on):
        return f"{person}是院领导或者综合部门负责人，任命前应书面报告地方党委组织部门，请先登记报告日。"
    if not candidate.has_admin_post or candidate.gave_up_post_on:
        return ""
    if gives_up_post_by is None or gives_up_post_by < entered_on:
        return (
            f"{person}任综合部门职务，请填写免去该职务的期限，不早于任命日 {entered_on}；不得保留双重身份。"
        )
    return ""


def reported_before(candidate: Candidate, day: date) -> bool:
    return candidate.reported_to_party_on is not None and candidate.reported_to_party_on <= day


def close_if_over(selection: Selection) -> None:
    """Close a round in which nobody is left to appoint, if somebody was."""
    outcomes = {one.outcome for one in standing(selection)}
    if "endorsed" not in outcomes and "appointed" in outcomes:
        move(selection, "closed", closed_on=today())


# --- what binds candidates ------------------------------------------------------------------------------------------
@transaction.atomic
def record_report(*, candidate: Candidate, on: date, by: User | None, at: datetime) -> Candidate:
    """Record the day of the written report to the local party committee (书面报告地方党委组织部门)."""
    selection = held(candidate.selection, REPORT, by, states=RUNNING, also=APPROVE)
    problem = f"{on} 尚未到来，报告日应不晚于今天 {today()}。" if on > today() else ""
    refuse_if(problem, REPORT, on=selection, by=by)
    return keep_day(candidate, "reported_to_party_on", on, REPORT, selection, by, at)


@transaction.atomic
def record_post_given_up(*, candidate: Candidate, on: date, by: User | None, at: datetime) -> Candidate:
    """Record the day the administrative post was given up (免去综合部门职务)."""
    selection = held(candidate.selection, GIVE_UP, by, states=[*RUNNING, "closed"], also=APPROVE)
    problem = "" if candidate.has_admin_post else f"{candidate.person}没有登记综合部门职务。"
    if on > today():
        problem = problem or f"{on} 尚未到来，免去职务之日应不晚于今天 {today()}。"
    refuse_if(problem, GIVE_UP, on=selection, by=by)
    return keep_day(candidate, "gave_up_post_on", on, GIVE_UP, selection, by, at)


def keep_day(
    candidate: Candidate, field: str, on: date, act: str, selection: Selection, by: User | None, at: datetime
) -> Candidate:
    before = getattr(candidate, field)
    if before != on:
        setattr(candidate, field, on)
        candidate.save(update_fields=[field])
        after = {"person": candidate.person.name, "on": str(on)}
        told = {"before": {"on": day_said(before)}, "after": after}
        trail.record(act, on=selection, by=by, at=at, secret=True, **told)
    return candidate


def day_said(day: date | None) -> str | None:
    return str(day) if day else None


@transaction.atomic
def withdraw_candidate(*, candidate: Candidate, reason: str, by: User | None, at: datetime) -> Candidate:
    """Take a candidate out of a round that is not over (退出遴选); nobody moves up in their place by itself."""
    selection = held(candidate.selection, WITHDRAW, by, states=RUNNING, also=APPROVE)
    candidate.refresh_from_db(fields=["outcome"])
    if candidate.outcome == "withdrawn":
        return candidate
    problem = "已任命的不能退出遴选；离开员额请办理退出。" if candidate.outcome == "appointed" else ""
    refuse_if(problem or ("" if reason.strip() else "请写明退出的理由。"), WITHDRAW, on=selection, by=by)
    candidate.outcome, candidate.outcome_why = "withdrawn", reason.strip()
    candidate.save(update_fields=["outcome", "outcome_why"])
    after = {"person": candidate.person.name}
    trail.record(WITHDRAW, on=selection, by=by, at=at, because=reason.strip(), after=after, secret=True)
    close_if_over(selection)
    return candidate


@transaction.atomic
def cancel_selection(*, selection: Selection, reason: str, by: User | None, at: datetime) -> Selection:
    """End a round without (further) appointments (取消遴选); its seats are open again."""
    selection = held(selection, CANCEL, by, states=[*RUNNING, "cancelled"], also=APPROVE)
    if selection.state == "cancelled":
        return selection
    refuse_if("" if reason.strip() else "请写明取消的理由。", CANCEL, on=selection, by=by)
    move(selection, "cancelled", closed_on=today())
    trail.record(CANCEL, on=selection, by=by, at=at, because=reason.strip())
    return selection
