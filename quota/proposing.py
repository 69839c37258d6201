"""Who is proposed of those who were marked (提出拟入额人选): by the stated weights, never more names than vacant seats."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from audit import trail
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from quota.models import Candidate, Selection
from quota.people import hold_court
from quota.people_guard import refuse_if
from quota.selecting import PROPOSE, STAGES, held, marks_asked, move, said, standing
from quota.selection import Candidate as Standing
from quota.selection import Chosen, choose
from quota.vacancies import places_of

RETURN = "quota.return_to_scoring"


@transaction.atomic
def propose(*, selection: Selection, by: User | None, at: datetime) -> Selection:
    """Propose candidates by the stated weights (提出拟入额人选): never more names than seats vacant today.

    Whom marks and handling cannot tell apart is left to the committee (遴选委员会).
    """
    selection = held(selection, PROPOSE, by, states=["scoring", "proposed"])
    if selection.state == "proposed":
        return selection
    hold_court(selection.court)
    people = standing(selection)
    seats = seats_to_fill(selection)
    refuse_if(problem_of_proposing(selection, people, seats), PROPOSE, on=selection, by=by)
    chosen = choose([standing_of(one, selection) for one in people], seats, weights_said(selection))
    keep_outcomes(people, chosen)
    move(selection, "proposed", decided_by=None)
    after = {"seats": seats, "proposed": len(chosen.proposed), "tied": len(chosen.tied)}
    trail.record(PROPOSE, on=selection, by=by, at=at, after=after)
    return selection


def seats_to_fill(selection: Selection) -> int:
    """How many names the round may put forward today: its own seats, and no more than are vacant."""
    vacant = places_of(selection.court, today()).vacant
    return max(0, min(selection.seats, vacant or 0))


def problem_of_proposing(selection: Selection, people: Collection[Candidate], seats: int) -> str:
    if seats < 1:
        return f"{selection.court}现在没有空缺员额，不能提出人选。"
    asked = marks_asked(selection)
    lacking = [
        one.person.name
        for one in people
        if one.qualified and any(getattr(one, code) is None for code in asked)
    ]
    if lacking:
        return f"成绩不全：{'、'.join(lacking)}。缺考的记 0 分，或者登记退出。"
    return ""


def weights_said(selection: Selection) -> dict[str, float]:
    return {name: selection.weights[code] for code, name in STAGES.items() if selection.weights.get(code)}


def standing_of(candidate: Candidate, selection: Selection) -> Standing:
    marks = {name: said(getattr(candidate, code)) for code, name in STAGES.items()}
    return Standing(str(candidate.pk), marks, said(candidate.handling), bool(candidate.qualified))


def keep_outcomes(people: Collection[Candidate], chosen: Chosen) -> None:
    why = {one.person: one.because for one in chosen.unplaced}
    for one in people:
        key = str(one.pk)
        one.outcome_why = why.get(key, "")
        one.outcome = (
            "proposed" if key in chosen.proposed else "tied" if key in chosen.tied else "not_proposed"
        )
    Candidate.objects.bulk_update(people, ["outcome", "outcome_why"])


@transaction.atomic
def return_to_scoring(*, selection: Selection, reason: str, by: User | None, at: datetime) -> Selection:
    """Take a proposal back before its notice (退回重新核分): the marks may be corrected, everything else stays."""
    selection = held(selection, RETURN, by, states=["proposed"], also=Permission.APPROVE_QUOTA)
    refuse_if("" if reason.strip() else "请写明退回的理由。", RETURN, on=selection, by=by)
    selection.candidates.exclude(outcome="withdrawn").update(outcome="", outcome_why="")
    move(selection, "scoring", decided_by=None)
    trail.record(RETURN, on=selection, by=by, at=at, because=reason.strip())
    return selection
