"""What of deviations others than the judge may use (已公开的偏离提示): for rules, for alerts, for leaders.

Only what was disclosed, is red and stands: nothing before the private days are over, nothing once a contest was upheld
or the outcome was changed, and never a yellow one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Min, QuerySet

from cases.models import Case
from catalogues.selectors import law_in_use
from courts.models import User
from deviation.models import Notice
from deviation.models.notices import STANDING

IN_WORDS = ", ".join(f"'{state}'" for state in STANDING)
#: The fact ``deviation_q`` of a case ``c``: the smallest q of what stands. Null: nothing does, as far as anybody may know.
STANDING_Q = f"""
(SELECT min(s.q) FROM deviation_notice n JOIN deviation_score s ON s.id = n.score_id
  WHERE n.case_id = c.id AND n.disclosed_at IS NOT NULL AND n.state IN ({IN_WORDS})
    AND s.disclosed AND s.band = 'red' AND s.state = 'scored')"""


def standing() -> QuerySet[Notice]:
    """Notices that were disclosed and that nothing has taken back."""
    return Notice.objects.filter(disclosed_at__isnull=False, state__in=STANDING, score__disclosed=True)


def standing_q(case: Case) -> float | None:
    """The fact ``deviation_q`` of one case, as ``STANDING_Q`` has it for many."""
    found = standing().filter(case=case, score__band="red", score__state="scored")
    smallest: float | None = found.aggregate(least=Min("score__q"))["least"]
    return smallest


def newly_disclosed(*, since: datetime) -> QuerySet[Notice]:
    """Notices shown to others since then and not yet looked at: whom they concern may be told from now on."""
    found = Notice.objects.filter(disclosed_at__gte=since, state__in=("disclosed", "contested", "rejected"))
    return found.select_related("case", "score").order_by("disclosed_at", "pk")


# --- the list of leaders ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Expected:
    """How many of so many notices chance alone would bring (预计误报): honest only for those with a q."""

    counted: int
    by_chance: float | None
    apart: int  # without a q: a breach of the guideline alone
    is_shaky: bool

    @property
    def whole(self) -> int:
        """The number as a page says it; 0: fewer than one."""
        return round(self.by_chance or 0)


def expected_false(notices: Iterable[Notice], *, enough: int) -> Expected:
    """By false-discovery control, batch by batch: of the notices up to the largest q of a batch, that share is by chance.

    The q of each holds for all notices of its batch (a court's month and measure) with a smaller one, so a batch of n
    brings at most n times its largest q. Fewer than ``enough`` in all: the number is shaky, and the page says so.
    """
    batches: dict[tuple[Any, ...], list[float]] = defaultdict(list)
    apart = 0
    for notice in notices:
        score = notice.score
        if score.q is None or score.state != "scored" or is_breach_alone(notice):
            apart += 1
        else:
            batches[score.court_id, score.code, score.batch].append(min(score.q, 1.0))
    counted = sum(map(len, batches.values()))
    by_chance = sum(len(found) * max(found) for found in batches.values()) if counted else None
    return Expected(counted, by_chance, apart, counted < enough)


def is_breach_alone(notice: Notice) -> bool:
    """Whether only the guideline makes it red: the statistics hold it to be within the wide interval."""
    score = notice.score
    if not score.guideline.get("breaches") or score.low99 is None or score.high99 is None:
        return False
    return bool(score.low99 <= score.outcome <= score.high99)


def disclosed_in(user: User, month: date) -> QuerySet[Notice]:
    """Red notices shown in this month, withdrawn ones too, in organisational order: nobody is first."""
    after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    found = Notice.objects.visible_to(user).filter(
        disclosed_at__date__gte=month, disclosed_at__date__lt=after, score__band="red"
    )
    about = ("case__court", "case__division", "score", "party", "contest")
    return found.select_related(*about).order_by(
        "case__court__position", "case__court_id", "case__division__position", "case__division_id", "case__number", "pk"
    )  # fmt: skip


def months_with_any(user: User) -> list[date]:
    """The months in which notices this person sees were shown, newest first."""
    found = Notice.objects.visible_to(user).filter(disclosed_at__isnull=False, score__band="red")
    return [moment.date() for moment in found.datetimes("disclosed_at", "month", order="DESC")[:36]]


def enough_for(court_id: int | None, day: date) -> int:
    return int(law_in_use().deviation_setting("min_group", court_id, day))
