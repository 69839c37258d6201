"""Entering and leaving the quota (入额、退出员额): never more people than seats, never an exit without a ground."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from audit import trail
from catalogues.quota_law import ExitTrigger
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from quota.models import Candidate, QuotaJudge, TeamMember
from quota.people_guard import is_posted, permit, refuse_if
from quota.vacancies import places_of

ENTER, LEAVE = "quota.enter", "quota.leave"
SUSPENDS = "suspend"


def triggers_of(court_id: int, on: date) -> dict[str, ExitTrigger]:
    """The grounds for leaving (退出情形) by code, in the order of the catalogue."""
    return dict(law_in_use().quotas.exits_of(court_id, on))


@transaction.atomic
def enter_quota(
    *,
    person: User,
    court: Court,
    entered_on: date,
    basis: str,
    by: User | None,
    at: datetime,
) -> QuotaJudge:
    """Let a person sit on a seat of the court (入额). Entering the same seat from the same day twice is the same as once.

    Where a plan is in force there must be a vacant seat; where none is yet, judges who already sit may be registered.
    """
    permit(ENTER, court=court, by=by, people=[person.pk])
    return take_seat(person, court, entered_on, basis, by, at)


def take_seat(
    person: User,
    court: Court,
    entered_on: date,
    basis: str,
    by: User | None,
    at: datetime,
    candidate: Candidate | None = None,
) -> QuotaJudge:
    """Enter, for who has been found to have the power; the seats are counted here."""
    hold_court(court)
    same = QuotaJudge.objects.filter(person=person, court=court, entered_on=entered_on).first()
    if same:
        return same
    refuse_if(problem_of_entering(person, court, entered_on, basis), ENTER, on=court, by=by)
    term = QuotaJudge.objects.create(
        person=person, court=court, entered_on=entered_on, basis=basis.strip(), candidate=candidate
    )
    trail.record(ENTER, on=term, by=by, at=at, because=term.basis, after=as_recorded(term))
    return term


def hold_court(court: Court) -> None:
    """Let one person at a time count the seats of a court."""
    Court.objects.select_for_update(no_key=True).get(pk=court.pk)


def problem_of_entering(person: User, court: Court, entered_on: date, basis: str) -> str:
    """Why the person cannot enter from that day; empty where they can."""
    if not basis.strip():
        return "请写明入额依据，如任命文件的名称和文号。"
    if not is_posted(person, court):
        return f"{person}目前不在{court}任职，请先登记任职再办理入额。"
    last = QuotaJudge.objects.filter(person=person).select_related("court").order_by("-entered_on").first()
    if last and last.left_on is None:
        return f"{person}自 {last.entered_on} 起已是{last.court}的员额法官，请先办理退出。"
    if last and last.left_on and entered_on < last.left_on:
        return f"{person}上一次任职到 {last.left_on} 为止，入额日应不早于这一天。"
    return problem_of_seats(court, max(entered_on, today()))


def problem_of_seats(court: Court, on: date) -> str:
    """Why nobody more can sit at the court on a day; empty where somebody can, or no plan is in force."""
    places = places_of(court, on)
    if places.vacant is None or places.vacant > 0:
        return ""
    return f"{court}的员额为 {places.seats} 名，在任 {places.sitting} 名，没有空缺；不得超员额入额。"


@transaction.atomic
def leave_quota(
    *, term: QuotaJudge, left_on: date, trigger: str, reason: str, by: User | None, at: datetime
) -> QuotaJudge:
    """End a term on a ground of the catalogue (退出、中止计员额); from ``left_on`` the seat is vacant, and who left is no
    team's judge.

    Leaving for the same ground on the same day twice is the same as once. Nobody is ever made to leave by a plan.
    """
    stored = (
        QuotaJudge.objects.select_for_update(of=("self",)).select_related("court", "person").get(pk=term.pk)
    )
    permit(LEAVE, court=stored.court, by=by, people=[stored.person_id])
    if (stored.left_on, stored.trigger) == (left_on, trigger):
        return stored
    refuse_if(problem_of_leaving(stored, left_on, trigger, reason), LEAVE, on=stored, by=by)
    before = as_recorded(stored)
    stored.left_on, stored.trigger, stored.reason = left_on, trigger, reason.strip()
    stored.save(update_fields=["left_on", "trigger", "reason"])
    after = as_recorded(stored) | {"left_teams": leave_teams(stored, left_on)}
    trail.record(LEAVE, on=stored, by=by, at=at, because=stored.reason, before=before, after=after)
    return stored


def leave_teams(term: QuotaJudge, left_on: date) -> list[str]:
    """Take who left out of the teams of the court in which they are the judge: only quota judges are. Their names."""
    places = TeamMember.objects.filter(
        person=term.person_id, part="judge", left_on=None, team__court=term.court_id
    )
    names = list(places.order_by("team__name").values_list("team__name", flat=True))
    places.update(left_on=Greatest(Value(left_on), F("joined_on")))
    return names


def problem_of_leaving(term: QuotaJudge, left_on: date, trigger: str, reason: str) -> str:
    known = triggers_of(term.court_id, today())
    if term.left_on is not None:
        return f"{term.person}已于 {term.left_on} 退出，不能再次办理。"
    if trigger not in known:
        return f"退出情形“{trigger}”不在目录中，可选：{'、'.join(one.name for one in known.values())}。"
    if not reason.strip():
        return f"请写明依据，如：{known[trigger].proof or '决定的名称和文号'}。"
    if left_on < term.entered_on:
        return f"退出日 {left_on} 早于入额日 {term.entered_on}，应不早于入额日。"
    return ""


def as_recorded(term: QuotaJudge) -> dict[str, object]:
    return {
        "person": term.person.name,
        "court": str(term.court),
        "entered_on": str(term.entered_on),
        "left_on": str(term.left_on) if term.left_on else None,
        "trigger": term.trigger,
    }
