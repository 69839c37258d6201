"""Everything the page of one case shows (案件页), gathered in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cases.deadlines import ExtensionWindow
from cases.element_page import Group, recorded
from cases.elements import elements_for, measures_for
from cases.facts import FACTS, Explained, explain
from cases.guard import may_on
from cases.levels import level_on
from cases.models import AccessGrant, Case, Doubt, FormerNumber, Party
from cases.periods import day_of
from cases.previews import Offer, offers, window
from cases.selectors import LEVELS, OtherClock, Tie, chain_of, days_in_hand, days_paused, other_clocks
from cases.services import REASSIGNED
from cases.timeline import Moment, timeline
from catalogues.selectors import Law
from courts.models import User
from courts.roles import Permission

PEOPLE = ("court", "division", "judge", "presiding", "assistant", "clerk")
MAY = {
    "event": Permission.RECORD_EVENT,
    "pause": Permission.RECORD_PAUSE,
    "extension": Permission.RECORD_EXTENSION,
    "conversion": Permission.CONVERT_PROCEDURE,
    "reassign": Permission.REASSIGN,
    "number": Permission.CORRECT_NUMBER,
    "access": Permission.GRANT_ACCESS,
    "doubts": Permission.SETTLE_DOUBT,
}


@dataclass(frozen=True)
class CasePage:
    """One case as its page shows it: the three clocks, why the date, what happened, what may be done."""

    case: Case
    explained: Explained
    in_hand: int | None
    held_since: date | None
    held_days: int | None
    paused_days: int
    level: str
    moments: list[Moment]
    recorded: list[Group]
    has_elements: bool
    has_outcomes: bool
    others: list[OtherClock]
    chain: list[Tie]
    offers: tuple[Offer, ...]
    window: ExtensionWindow | None
    may: dict[str, bool]
    doubts: list[Doubt]
    members: list[User]
    grants: list[AccessGrant]
    computed_at: datetime | None

    @property
    def parties(self) -> list[Party]:
        return [party for party in self.case.party_rows.all() if party.withdrawn_at is None]

    @property
    def former(self) -> list[FormerNumber]:
        return sorted(self.case.formernumber_rows.all(), key=lambda former: former.changed_at, reverse=True)

    @property
    def overdue_days(self) -> int:
        return -(self.explained.remaining_days or 0)

    @property
    def badge(self) -> str:
        return LEVELS[self.level][1]

    @property
    def status(self) -> str:
        return LEVELS[self.level][0]


def case_page(case: Case, user: User, law: Law, today: date) -> CasePage:
    explained = explain(case, law, today)
    since = held_since(case)
    is_open = case.closed_on is None
    return CasePage(
        case=case,
        explained=explained,
        in_hand=days_in_hand(case, today),
        held_since=since,
        held_days=days_in_hand(case, today, since) if since else None,
        paused_days=paused_days(explained, case.closed_on or today),
        level=level_shown(explained, case, law, today),
        moments=timeline(case, law),
        recorded=recorded(case, law, today),
        has_elements=bool(elements_for(case, law, today)),
        has_outcomes=bool(measures_for(case)),
        others=other_clocks(case, law, today),
        chain=chain_of(case, user),
        offers=offers(case, law) if is_open else (),
        window=window(case, law) if is_open else None,
        may=powers(user, case),
        doubts=list(case.doubts.filter(settled_at=None).order_by("raised_at", "pk")),
        members=list(User.objects.filter(pk__in=case.members).order_by("name")),
        grants=list(
            AccessGrant.objects.filter(case=case, revoked_at=None)
            .select_related("user")
            .order_by("granted_at")
        ),
        computed_at=case.clocks.filter(kind="statutory").values_list("computed_at", flat=True).first(),
    )


def powers(user: User, case: Case) -> dict[str, bool]:
    """What this person may enter about the case; ``any_more`` says whether the lesser entries deserve a menu."""
    found = {name: may_on(user, permission, case) for name, permission in MAY.items()}
    return found | {
        "any_more": any(found[name] for name in ("pause", "reassign", "event", "number", "access"))
    }


def with_everything(pk: int, user: User) -> Case | None:
    """The case with all its facts, if this person may see it."""
    found = Case.objects.visible_to(user).select_related(*PEOPLE)
    rows = (*FACTS, "conversion_rows", "formernumber_rows", "procedureevent_rows__recorded_by")
    more = ("exclusion_rows__recorded_by", "exclusion_rows__owner", "extension_rows__recorded_by")
    last = ("restart_rows__recorded_by", "conversion_rows__recorded_by")
    about = [f"{name}_rows__{who}" for name in ("element", "outcome") for who in ("recorded_by", "party")]
    case: Case | None = found.prefetch_related(*rows, *more, *last, *about).filter(pk=pk).first()
    return case


def held_since(case: Case) -> date | None:
    """The day the present judge took the case over, where it changed hands."""
    days = [
        event.on
        for event in case.procedureevent_rows.all()
        if event.node == REASSIGNED and not event.withdrawn_at
    ]
    return max(days, default=None)


def paused_days(explained: Explained, today: date) -> int:
    if explained.deadline is None:
        return 0
    return days_paused(explained.deadline.excluded_days, explained.deadline.paused_on, today)


def level_shown(explained: Explained, case: Case, law: Law, today: date) -> str:
    """How near the end is, by the published ladders; or why that cannot be said."""
    deadline = explained.deadline
    if case.closed_on is not None:
        return "closed"
    if deadline is None:
        return "unknown"
    if deadline.due is None:
        return deadline.state
    return level_on(
        today, day_of(deadline.start), day_of(deadline.due), category=case.category, procedure=case.procedure,
        ladders=law.ladders_on(today),
    )  # fmt: skip
