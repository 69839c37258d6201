"""Entering and leaving the quota (入额、退出员额): never more people than seats, never an exit without a ground.

What one person may register alone is registered here; all else is put forward and approved (see ``term_requests``).
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Min, Value
from django.db.models.functions import Greatest

from audit import trail
from catalogues.quota_law import ExitTrigger
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from quota.closed_periods import closed_since
from quota.models import Candidate, QuotaJudge, TeamMember
from quota.people_guard import is_posted, permit, refuse_if
from quota.vacancies import places_of

ENTER, LEAVE = "quota.enter", "quota.leave"
SUSPENDS = "suspend"
LONGEST_BASIS = 120
PUT_FORWARD = "这项{what}须由另一人批准，请在员额法官页面提请，由院长批准后生效。"


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
    """Register a judge who already sits (登记在任), where no plan is in force; where one is, an entry is put forward.

    Entering the same seat from the same day twice is the same as once. The system itself needs no approval.
    """
    permit(ENTER, court=court, by=by, people=[person.pk])
    if by is not None and entry_is_put_forward(court, entered_on):
        refuse_if(PUT_FORWARD.format(what="入额"), ENTER, on=court, by=by)
    return take_seat(person, court, entered_on, basis, by, at)


def entry_is_put_forward(court: Court, entered_on: date) -> bool:
    """Whether another person approves an entry: where a plan is in force, or in a settled period."""
    return places_of(court, today()).seat is not None or bool(closed_since([court.pk], entered_on))


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
    problem = problem_of_entering(person, court, entered_on, basis, is_selected=candidate is not None)
    refuse_if(problem, ENTER, on=court, by=by)
    term = QuotaJudge.objects.create(
        person=person, court=court, entered_on=entered_on, basis=basis.strip(), candidate=candidate
    )
    trail.record(ENTER, on=term, by=by, at=at, because=term.basis, after=as_recorded(term))
    return term


def hold_court(court: Court) -> None:
    """Let one person at a time count the seats of a court."""
    Court.objects.select_for_update(no_key=True).get(pk=court.pk)


def problem_of_entering(
    person: User, court: Court, entered_on: date, basis: str, *, is_selected: bool = False
) -> str:
    """Why the person cannot enter from that day; empty where they can."""
    if not basis.strip():
        return "请写明入额依据，如任命文件的名称和文号。"
    if len(basis.strip()) > LONGEST_BASIS:
        return f"入额依据不超过 {LONGEST_BASIS} 字。"
    if not is_posted(person, court):
        return f"{person}目前不在{court}任职，请先登记任职再办理入额。"
    first = person.postings.aggregate(day=Min("starts_on"))["day"]
    if entered_on < first:
        return f"{person}自 {first} 起任职，入额日应不早于这一天；任职日有误的请先更正。"
    last = QuotaJudge.objects.filter(person=person).select_related("court").order_by("-entered_on").first()
    if last and last.left_on is None:
        return f"{person}自 {last.entered_on} 起已是{last.court}的员额法官，请先办理退出。"
    if last and last.left_on and entered_on < last.left_on:
        return f"{person}上一次任职到 {last.left_on} 为止，入额日应不早于这一天。"
    return problem_of_seats(court, max(entered_on, today()), is_selected=is_selected)


def problem_of_seats(court: Court, on: date, *, is_selected: bool) -> str:
    """Why nobody more can sit at the court on a day; empty where somebody can, or no plan is in force.

    A seat a running selection is for is open to those it selects alone.
    """
    places = places_of(court, on)
    open_seats = places.vacant if is_selected else places.unpromised
    if open_seats is None or open_seats > 0:
        return ""
    if places.promised and (places.vacant or 0) > 0:
        return f"{court}的空缺 {places.vacant} 名已由进行中的遴选占用，请通过遴选办理任命。"
    return f"{court}的员额为 {places.seats} 名，在任 {places.sitting} 名，没有空缺；不得超员额入额。"


@transaction.atomic
def leave_quota(
    *, term: QuotaJudge, left_on: date, trigger: str, reason: str, by: User | None, at: datetime
) -> QuotaJudge:
    """Register an exit that is a mere fact (退休、死亡 …); any other is put forward, for another person to approve.

    Leaving for the same ground on the same day twice is the same as once. The system itself needs no approval.
    """
    stored = held_term(term)
    permit(LEAVE, court=stored.court, by=by, people=[stored.person_id])
    if (stored.left_on, stored.trigger) == (left_on, trigger):
        return stored
    refuse_if(problem_of_leaving(stored, left_on, trigger, reason), LEAVE, on=stored, by=by)
    if by is not None and exit_is_put_forward(stored, left_on, trigger):
        refuse_if(PUT_FORWARD.format(what="退出"), LEAVE, on=stored, by=by)
    return end_term(stored, left_on, trigger, reason, by, at)


def held_term(term: QuotaJudge) -> QuotaJudge:
    held = QuotaJudge.objects.select_for_update(of=("self",)).select_related("court", "person")
    return held.get(pk=term.pk)


def exit_is_put_forward(term: QuotaJudge, left_on: date, trigger: str) -> bool:
    """Whether another person approves an exit: unless its ground is a mere fact, and in a settled period always."""
    known = triggers_of(term.court_id, today())
    return not known[trigger].at_once or bool(closed_since([term.court_id], left_on))


def end_term(
    stored: QuotaJudge, left_on: date, trigger: str, reason: str, by: User | None, at: datetime
) -> QuotaJudge:
    """End a held term, for who has been found to have the power (退出、中止计员额).

    From ``left_on`` the seat is vacant, and who left is no team's judge. Nobody is ever made to leave by a plan. A request
    about the term that waits is left to be decided: it can only be refused.
    """
    before = as_recorded(stored)
    stored.left_on, stored.trigger, stored.reason = left_on, trigger, reason.strip()
    stored.save(update_fields=["left_on", "trigger", "reason"])
    after = as_recorded(stored) | {"left_teams": leave_teams(stored, left_on)}
    trail.record(
        LEAVE, on=stored, by=by, at=at, because=stored.reason, before=before, after=after, secret=True
    )
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
