"""What each supervisor did in a month (履职台账): own values in the order of the house, no ranking and no score.

Every number is a count of flags or measures that ``flags_behind`` lists, within what the reader may know of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogues.selectors import law_in_use
from courts.models import Court, Posting, User
from courts.roles import MAY, ROLE_CHOICES, SPAN, Permission, Role, Span
from supervision.models import Delegation, Flag, Measure, Step
from supervision.secrecy import kept_by

SUPERVISORS = [role for role, may in MAY.items() if Permission.TAKE_MEASURES in may]
DECISIONS = ("confirm", "reject", "uphold", "overturn", "revoke", "verify", "dismiss")
FIRST_DECISIONS = ("confirm", "reject", "uphold", "overturn", "dismiss")
FEW = 5  # below this a median says little, and the page says so
RANK = {role: place for place, (role, _label) in enumerate(ROLE_CHOICES)}

#: Columns: what is counted, and how.
CELLS = {
    "seen": (_("新提出标识"), _("本月在其职责范围内新提出的标识")),
    "decided": (_("本人决定"), _("本月本人确认、不予确认、撤销、决定争议或者核实的标识")),
    "measures": (_("采取措施"), _("本月本人采取的监督措施")),
    "awaiting": (_("待答复"), _("本人采取、至月末审判组织尚未答复的措施")),
    "overdue": (_("逾期未回应"), _("审判组织已答复、至月末已过回应期限而本人未回应的措施")),
    "meetings": (_("提交会议"), _("本月本人提交专业法官会议或者审判委员会讨论")),
    "idle": (_("怠于监管"), _("本人确认后，至首次监督期限（在本月）未采取任何监督措施的标识")),
}
DAYS = (_("决定用时"), _("自标识提出至本人决定的天数，中位数；括号内为件数"))


@dataclass(frozen=True)
class Month:
    """A calendar month, and how far it has gone."""

    first: date
    today: date

    @property
    def after(self) -> date:
        """The first day of the next month."""
        return (self.first + timedelta(days=32)).replace(day=1)

    @property
    def before(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def reached(self) -> date:
        """What was due before this day is overdue in this month's ledger."""
        return min(self.after, self.today)

    @property
    def begins_at(self) -> datetime:
        return midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        return midnight(self.after)

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass
class Duty:
    """One supervisor's month."""

    person: User
    court: Court
    posts: list[Posting]
    counts: dict[str, int] = field(default_factory=dict)
    days: float | None = None
    days_n: int = 0

    @property
    def capacity(self) -> str:
        return "；".join(
            f"{post.get_role_display()}{f' {post.division}' if post.division else ''}" for post in self.posts
        )

    @property
    def cells(self) -> list[tuple[str, Any, int]]:
        """(code, heading, number) in the order of the columns."""
        return [(code, name, self.counts[code]) for code, (name, _says) in CELLS.items()]

    @property
    def is_few(self) -> bool:
        return 0 < self.days_n < FEW


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def known_flags(viewer: User, courts: Iterable[int]) -> QuerySet[Flag]:
    """The flags of these courts that may be counted for this reader: no sealed case, secret ones for who keeps them."""
    return Flag.objects.filter(Q(secret=False) | kept_by(viewer), court__in=courts, case__sealed="")


def duties(viewer: User, courts: Iterable[int], month: Month, only: User | None = None) -> list[Duty]:
    """The ledger of the courts in that month, in the order of the house; ``only`` one person's. Constant in queries."""
    rows = supervisors(courts, month, only)
    flags = known_flags(viewer, courts)
    measures = Measure.objects.filter(flag__in=flags.values("pk"))
    people = {row.person.pk for row in rows}
    counted = {
        "decided": by_person(steps(flags, month).filter(by__in=people), "by"),
        "measures": by_person(taken(measures, month).filter(taken_by__in=people), "taken_by"),
        "awaiting": by_person(awaiting(measures, month).filter(taken_by__in=people), "taken_by"),
        "overdue": by_person(overdue(measures, month).filter(taken_by__in=people), "taken_by"),
        "meetings": by_person(meetings(measures, month).filter(taken_by__in=people), "taken_by"),
        "idle": by_person(idle(flags, month).filter(decided_by__in=people), "decided_by"),
    }
    proposed, lent, took = proposed_by_place(flags, month), delegated(flags, month), days_taken(flags, month)
    for row in rows:
        row.counts = {name: found.get(row.person.pk, 0) for name, found in counted.items()}
        row.counts["seen"] = seen_by_posts(row.posts, proposed) + lent.get(row.person.pk, 0)
        row.days_n = len(took[row.person.pk])
        row.days = median(took[row.person.pk]) if row.days_n else None
    return rows


def flags_behind(what: str, duty: Duty, flags: QuerySet[Flag], month: Month) -> QuerySet[Flag]:
    """The flags a number of the ledger counts (for measures: the flags under which they were taken)."""
    measures, person = Measure.objects.filter(flag__in=flags.values("pk"), taken_by=duty.person), duty.person
    if what == "seen":
        lent = Delegation.objects.standing().filter(person=person).values("case")
        return proposed(flags, month).filter(remit(duty.posts) | Q(case__in=lent))
    if what == "decided":
        return flags.filter(pk__in=steps(flags, month).filter(by=person).values("flag"))
    if what == "idle":
        return idle(flags, month).filter(decided_by=person)
    narrow = {"measures": taken, "awaiting": awaiting, "overdue": overdue, "meetings": meetings}[what]
    return flags.filter(pk__in=narrow(measures, month).values("flag"))


# --- who --------------------------------------------------------------------------------------------------
def supervisors(courts: Iterable[int], month: Month, only: User | None = None) -> list[Duty]:
    """Who held a supervising post in the month: by court, then as the posts and divisions of the house stand."""
    held = Posting.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=month.first),
        starts_on__lt=month.after,
        court__in=courts,
        role__in=SUPERVISORS,
        **({"user": only} if only else {}),
    )
    rows: dict[tuple[int, int], Duty] = {}
    for post in sorted(held.select_related("user", "court", "division"), key=place_in_house):
        rows.setdefault((post.court_id, post.user_id), Duty(post.user, post.court, [])).posts.append(post)
    return list(rows.values())


def place_in_house(post: Posting) -> tuple[Any, ...]:
    division = post.division.position if post.division else -1
    return post.court.position, post.court_id, RANK[post.role], division, post.user_id


# --- what -------------------------------------------------------------------------------------------------
def proposed(flags: QuerySet[Flag], month: Month) -> QuerySet[Flag]:
    return flags.filter(proposed_at__gte=month.begins_at, proposed_at__lt=month.ends_at)


def proposed_by_place(flags: QuerySet[Flag], month: Month) -> Mapping[tuple[int, int | None], int]:
    """(court, division) → how many flags were proposed; secret ones stand under no division, which knows nothing of them."""
    place = Case(When(secret=False, then=F("case__division")))
    counted = proposed(flags, month).values_list("court", place).annotate(n=Count("pk"))
    return {(court, division): n for court, division, n in counted.order_by()}


def delegated(flags: QuerySet[Flag], month: Month) -> dict[int, int]:
    """Person → flags on cases the president delegated to them."""
    lent = Delegation.objects.standing().filter(case__in=proposed(flags, month).values("case"))
    counted = lent.values_list("person").annotate(
        n=Count("case__flags", filter=Q(case__flags__in=proposed(flags, month)))
    )
    return dict(counted.order_by())


def seen_by_posts(posts: Iterable[Posting], proposed: Mapping[tuple[int, int | None], int]) -> int:
    places = [
        (post.court_id, None if SPAN[Role(post.role)] is Span.COURT else post.division_id) for post in posts
    ]
    whole = {
        court for (court, _), post in zip(places, posts, strict=True) if SPAN[Role(post.role)] is Span.COURT
    }
    divisions = {(court, division) for court, division in places if division is not None}
    return sum(
        n for (court, division), n in proposed.items() if court in whole or (court, division) in divisions
    )


def remit(posts: Iterable[Posting]) -> Q:
    """The flags within the posts' remit, as ``seen_by_posts`` counts them."""
    found = Q(pk=None)
    for post in posts:
        match SPAN[Role(post.role)]:
            case Span.COURT:
                found |= Q(court=post.court_id)
            case Span.DIVISION if post.division_id:
                found |= Q(court=post.court_id, case__division=post.division_id, secret=False)
    return found


def steps(flags: QuerySet[Flag], month: Month) -> QuerySet[Step]:
    return Step.objects.filter(
        flag__in=flags.values("pk"), act__in=DECISIONS, at__gte=month.begins_at, at__lt=month.ends_at
    )


def days_taken(flags: QuerySet[Flag], month: Month) -> dict[int, list[float]]:
    """Person → days from the proposal of a flag to that person's decision on it."""
    found: dict[int, list[float]] = defaultdict(list)
    decided = steps(flags, month).filter(act__in=FIRST_DECISIONS, by__isnull=False)
    for person, took in decided.values_list("by", F("at") - F("flag__proposed_at")):
        found[person].append(max(0.0, took / timedelta(days=1)))
    return found


def taken(measures: QuerySet[Measure], month: Month) -> QuerySet[Measure]:
    return measures.counted().filter(taken_at__gte=month.begins_at, taken_at__lt=month.ends_at)


def meetings(measures: QuerySet[Measure], month: Month) -> QuerySet[Measure]:
    codes = [code for code, rule in law_in_use().measures.items() if rule.mode == "meeting"]
    return taken(measures, month).filter(code__in=codes)


def unsettled(measures: QuerySet[Measure], month: Month) -> QuerySet[Measure]:
    """Measures that were under way when the month ended, or are today."""
    still = Q(settled_at=None) | Q(settled_at__gte=month.ends_at)
    return measures.counted().filter(still, taken_at__lt=month.ends_at)


def awaiting(measures: QuerySet[Measure], month: Month) -> QuerySet[Measure]:
    unanswered = Q(replied_at=None) | Q(replied_at__gte=month.ends_at)
    return unsettled(measures, month).filter(unanswered, reply_due_on__isnull=False)


def overdue(measures: QuerySet[Measure], month: Month) -> QuerySet[Measure]:
    return unsettled(measures, month).filter(replied_at__lt=month.ends_at, answer_due_on__lt=month.reached)


def idle(flags: QuerySet[Flag], month: Month) -> QuerySet[Flag]:
    """Confirmed, and by the day of the first measure none was taken."""
    in_time = Measure.objects.counted().filter(
        flag=OuterRef("pk"), taken_at__date__lte=OuterRef("first_measure_due_on")
    )
    due = flags.filter(first_measure_due_on__gte=month.first, first_measure_due_on__lt=month.reached)
    ended_before = Q(ended_at__date__lte=F("first_measure_due_on"))
    return due.exclude(ended_before).filter(~Exists(in_time))


def by_person(rows: QuerySet[Any], name: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(name).annotate(n=Count("pk")))
