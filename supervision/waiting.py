"""What waits for a person (待我处理): flags by what is to be done about them, the nearest day first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courts.models import Posting, User
from courts.roles import SPAN, Permission, Role, Span
from courts.scoping import by_seat
from supervision.lifecycle import HIGHEST, LIVE, RANK, UNDECIDED, State
from supervision.models import Flag, Measure
from supervision.models.secrecy import of_courts

Flags = QuerySet[Flag]
NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Heap:
    """One list: its name in the address, its title, what is to be done, whose it is and which of the flags one sees."""

    code: str
    title: Any
    says: Any
    is_for: Callable[[User], bool]
    pick: Callable[[Flags, User, date], Flags]
    mine: bool = True  # something is to be done by this person


def deciding(user: User) -> list[tuple[int, Q]]:
    """The posts from which the person decides: how high each stands, and the cases it reaches. One may hold several."""
    return [
        (RANK[role], office_of(seat, "case__")) for seat in user.seats if (role := Role(seat.role)) in RANK
    ]


def office_of(seat: Posting, path: str) -> Q:
    """The cases of the court or the division the post answers for."""
    if SPAN[Role(seat.role)] is Span.COURT:
        return of_courts({seat.court_id}, path)
    return Q(**{f"{path}division": seat.division_id}) if seat.division_id else NOTHING


def any_of(parts: Iterable[Q]) -> Q:
    return reduce(or_, parts, NOTHING)


def stands_at(*ranks: int) -> Callable[[User], bool]:
    return lambda user: any(rank in ranks for rank, _reached in deciding(user))


def has(permission: Permission) -> Callable[[User], bool]:
    return lambda user: user.may(permission)


# --- which flags ---------------------------------------------------------------------------------------------
def to_confirm(flags: Flags, user: User, day: date) -> Flags:
    reached = any_of(reached for rank, reached in deciding(user) if rank == 0)
    return flags.filter(reached, state=State.PROPOSED, secret=False)


def passed_up(flags: Flags, user: User, day: date) -> Flags:
    """Expired ones of one's own level."""
    own = any_of(Q(reached, level=rank) for rank, reached in deciding(user))
    return flags.filter(own, state=State.EXPIRED, secret=False)


def disputed(flags: Flags, user: User, day: date) -> Flags:
    return flags.filter(state=State.DISPUTED)


def to_verify(flags: Flags, user: User, day: date) -> Flags:
    return flags.filter(secret=True, state__in=[*UNDECIDED, *LIVE])


def secret_to_decide(flags: Flags, user: User, day: date) -> Flags:
    return flags.filter(secret=True, state__in=UNDECIDED)


def to_supervise(flags: Flags, user: User, day: date) -> Flags:
    """Confirmed and no measure taken yet: all of the division for its head, for others what they confirmed."""
    untouched = ~Exists(Measure.objects.counted().filter(flag=OuterRef("pk")))
    flags = flags.filter(untouched, state=State.CONFIRMED, secret=False, case__closed_on=None)
    reached = any_of(reached for rank, reached in deciding(user) if rank == 0)
    return flags.filter(reached | Q(decided_by=user))


def below(flags: Flags, user: User, day: date) -> Flags:
    """Still with somebody of a lower level, in good time."""
    lower = any_of(
        reached & (Q(state=State.PROPOSED) | Q(state=State.EXPIRED, level__lt=rank))
        for rank, reached in deciding(user)
        if rank > 0
    )
    return flags.filter(lower, secret=False)


def of_my_cases(flags: Flags, user: User, day: date) -> Flags:
    return flags.filter(by_seat(user, "case__"), secret=False)


def neglected(flags: Flags, user: User, day: date) -> Flags:
    """Past a day: proposals and disputes nobody decided, and confirmed ones without a first measure (怠于监管)."""
    untouched = ~Exists(Measure.objects.counted().filter(flag=OuterRef("pk")))
    idle = Q(untouched, state=State.CONFIRMED, first_measure_due_on__lt=day, case__closed_on=None)
    late = Q(state=State.EXPIRED) | Q(state__in=UNDECIDED, due_on__lt=day)
    return flags.filter(idle | late, secret=False)


HEAPS = (
    Heap("verify", _("待核查"), _("对法官的反映，核实以前只有您和院长知道。属实的予以核实，不实的终结。"), has(Permission.VERIFY_COMPLAINTS), to_verify),
    Heap("dispute", _("争议待决定"), _("审判组织或者庭长对标识有异议，由您决定。"), has(Permission.DECIDE_DISPUTES), disputed),
    Heap("up", _("逾期转来"), _("下一级逾期没有处理，计为应标未标；须由您确认或者不予确认。"), stands_at(1, HIGHEST), passed_up),
    Heap("confirm", _("待确认"), _("系统或者有关人员提出的标识。逾期不视为确认，转上一级并计为应标未标。"), stands_at(0), to_confirm),
    Heap("secret", _("涉密待决定"), _("尚未核实的反映，对审判组织和庭室保密。"), has(Permission.DECIDE_DISPUTES), secret_to_decide),
    Heap("supervise", _("待首次监督"), _("已经确认，还没有采取任何监督措施；逾期计为怠于监管。"), stands_at(0, 1, HIGHEST), to_supervise),
    Heap("panel", _("本人案件的标识"), _("对待确认的标识有异议的，可以在期限内提出，由院长决定；对已确认的，配合监督并按期答复。"), has(Permission.RAISE_FLAG), of_my_cases, mine=False),
    Heap("late", _("逾期情况"), _("应标未标、争议逾期和怠于监管的标识，可以提示有权的院庭长；审管办不作决定。"), has(Permission.PROMPT_FLAG), neglected, mine=False),
    Heap("below", _("下级待处理"), _("尚在下级期限内；您也可以直接决定。"), stands_at(1, HIGHEST), below, mine=False),
)  # fmt: skip


def heaps_of(user: User) -> list[Heap]:
    """The lists of this person, in the order of what presses most."""
    return [heap for heap in HEAPS if heap.is_for(user)]


def flags_in(heap: Heap, user: User, day: date) -> Flags:
    """The open flags of a list, the nearest day first."""
    seen = Flag.objects.visible_to(user).open()
    found = heap.pick(seen, user, day).select_related(
        "case__judge", "case__division", "rule", "version", "court"
    )
    due = F("first_measure_due_on" if heap.code == "supervise" else "due_on")
    return found.order_by(due.asc(nulls_last=True), "proposed_at", "pk")


def counts(user: User, day: date) -> dict[str, int]:
    """How many flags each list of this person holds."""
    return {heap.code: flags_in(heap, user, day).count() for heap in heaps_of(user)}


def waiting_count(user: User, day: date) -> int:
    """How many flags this person has to do something about, each once."""
    wanted = [flags_in(heap, user, day).order_by().values("pk") for heap in heaps_of(user) if heap.mine]
    if not wanted:
        return 0
    return wanted[0].union(*wanted[1:]).count() if len(wanted) > 1 else wanted[0].count()
