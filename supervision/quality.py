"""How well the rules recognise (识别质量): precision and miss rate per rule and quarter, from people's coded reasons.

Precision: of what the system proposed and people decided, how much was confirmed; what was rejected or revoked for a reason
that is no false alarm (already covered, situation over) counts neither way. Miss rate: of what was confirmed, how much a
person had to raise because the rule did not hit. About rules, never about people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from catalogues.selectors import law_in_use
from courts.models import User
from courts.roles import Permission
from predicates.language import Misread, compile_condition
from supervision.lifecycle import FALSE_ALARMS, State
from supervision.models import Flag
from supervision.rulebook import condition_of

#: Posts that answer for the rules of a whole court, whichever cases they see.
KEEPS_RULES = (Permission.EDIT_RULES, Permission.APPROVE_RULES, Permission.PROMPT_FLAG)
MAY_LOOK = (*KEEPS_RULES, Permission.DECIDE_FLAGS)
AUTOMATIC = ("auto", "assist")


@dataclass(frozen=True)
class Quarter:
    """A quarter by its first day: 2026 第2季度."""

    starts_on: date

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1))

    @property
    def ends_on(self) -> date:
        """The first day after it."""
        year, month = divmod(self.starts_on.year * 12 + self.starts_on.month + 2, 12)
        return date(year, month + 1, 1)

    @property
    def code(self) -> str:
        return f"{self.starts_on.year}Q{(self.starts_on.month + 2) // 3}"

    @property
    def name(self) -> str:
        return f"{self.starts_on.year}年第{(self.starts_on.month + 2) // 3}季度"

    def before(self) -> Quarter:
        return Quarter.of(self.starts_on - timedelta(days=1))


@dataclass
class Counts:
    """One rule in one quarter. ``missed`` are among ``raised``: confirmed flags that people raised on no hit."""

    code: str
    name: str = ""
    confirmed: int = 0  # proposed by the system and confirmed
    false_alarms: int = 0
    raised: int = 0  # raised by people and confirmed
    missed: int = 0
    fewest: int = 5

    @property
    def decided(self) -> int:
        return self.confirmed + self.false_alarms

    @property
    def all_confirmed(self) -> int:
        return self.confirmed + self.raised

    @property
    def precision(self) -> float | None:
        """None where too few were decided (样本不足)."""
        return self.confirmed / self.decided if self.decided >= self.fewest else None

    @property
    def miss_rate(self) -> float | None:
        return self.missed / self.all_confirmed if self.all_confirmed >= self.fewest else None

    @property
    def percent(self) -> int | None:
        return in_percent(self.precision)

    @property
    def missed_percent(self) -> int | None:
        return in_percent(self.miss_rate)


def in_percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def quarters(today: date, n: int = 8) -> list[Quarter]:
    """The last quarters, this one first."""
    found = [Quarter.of(today)]
    while len(found) < n:
        found.append(found[-1].before())
    return found


def flags_counted(user: User) -> QuerySet[Flag]:
    """The flags of automatic rules this person's figures are about: of the whole court for those who keep its rules.

    Sealed cases do not count. Neither do rules that read secret facts, but for those who keep the secret flags.
    """
    courts = set().union(*(user.courts_where(permission) for permission in KEEPS_RULES))
    flags = Flag.objects.filter(Q(court__in=courts) | Q(pk__in=Flag.objects.visible_to(user).values("pk")))
    secret = Q(secret=True) | Q(version__secret=True)
    kept = (
        Q(pk__in=Flag.objects.visible_to(user).values("pk"))
        if user.may(Permission.SEE_SECRET_FLAGS)
        else Q(pk=None)
    )
    return flags.filter(~secret | kept, case__sealed="", version__mode__in=AUTOMATIC)


def quality_of(user: User, quarter: Quarter) -> list[Counts]:
    """One row a rule on which something was decided in the quarter, in the order of the codes."""
    fewest = int(law_in_use().supervision_setting("small_group", user.court_id, quarter.starts_on))
    rows: dict[str, Counts] = {}
    for flag in decided_in(flags_counted(user), quarter):
        code = flag.rule.code
        row = rows.setdefault(code, Counts(code, flag.version.name, fewest=fewest))
        count(row, flag)
    return [rows[code] for code in sorted(rows)]


def decided_in(flags: QuerySet[Flag], quarter: Quarter) -> QuerySet[Flag]:
    """Confirmed in the quarter, or ended in it as a false alarm of the system."""
    span = (midnight(quarter.starts_on), midnight(quarter.ends_on))
    wrong = Q(ended_at__gte=span[0], ended_at__lt=span[1]) & is_false_alarm() & Q(how="auto")
    right = Q(confirmed_at__gte=span[0], confirmed_at__lt=span[1]) & ~is_false_alarm()
    return flags.filter(wrong | right).select_related("rule", "version").order_by("proposed_at", "pk")


def is_false_alarm() -> Q:
    return Q(state__in=[State.REJECTED, State.REVOKED], reason_code__in=FALSE_ALARMS)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())


def count(row: Counts, flag: Flag) -> None:
    if flag.state in (State.REJECTED, State.REVOKED) and flag.reason_code in FALSE_ALARMS:
        row.false_alarms += 1
    elif flag.how == "auto":
        row.confirmed += 1
    else:
        row.raised += 1
        row.missed += not did_hit(flag)


def did_hit(flag: Flag) -> bool:
    """Whether the rule held on the evidence frozen when a person raised the flag. One that can no longer be read did not."""
    try:
        condition = condition_of(flag.version, flag.params)
    except Misread:
        return False
    return compile_condition(condition, flag.params)(flag.evidence)
