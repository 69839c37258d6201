"""What of deviations others than the judge may use (已公开的偏离提示): for rules, for alerts, for leaders.

Only what was disclosed, is red and stands: nothing before the private days are over, nothing once a contest was upheld
or the outcome was changed, and never a yellow one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Min, Q, QuerySet

from cases.models import Case
from catalogues.selectors import law_in_use
from courts.models import User
from deviation.models import Notice, Score
from deviation.models.notices import STANDING
from deviation.notices import FOR_THE_JUDGE_ALONE, survives

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


# --- the list of leaders ---------------------------------------------------------------------------------------------
TAKEN_BACK = ("upheld", "adjusted")
Batch = tuple[int, str, str]  # court, kind of outcome, month: over what false discoveries are controlled


@dataclass(frozen=True)
class Expected:
    """How many of the notices that stand chance alone would bring (预计误报)."""

    counted: int
    by_chance: float | None
    apart: int  # for the guideline alone, whatever the statistics say
    is_shaky: bool

    @property
    def whole(self) -> int:
        """The number as a page says it, never more than there are; 0: fewer than one."""
        return min(int((self.by_chance or 0) + 0.5), self.counted)


def expected_in(user: User, month: date, *, day: date, court: int | None = None, code: str = "") -> Expected:
    """Of what ``disclosed_in`` lists and nothing has taken back; of one court and one kind of outcome if named."""
    narrowed = ({"court": court} if court else {}) | ({"code": code} if code else {})
    found = list(disclosed_in(user, month).filter(**narrowed).exclude(state__in=TAKEN_BACK))
    shown = Counter(batch_of(each.score) for each in found if not is_breach_alone(each, day))
    batches = assessed_batches(
        user, {f"{month:%Y-%m}"} | {batch for _court, _code, batch in shown}, **narrowed
    )
    by_chance = brought_by_chance(shown, {batch: fdr_of(batch[0], day) for batch in batches | shown.keys()})
    counted = shown.total()
    return Expected(
        counted=counted,
        by_chance=by_chance if counted else None,
        apart=len(found) - counted,
        is_shaky=counted < enough_for(court or user.court_id, day),
    )


def brought_by_chance(shown: Mapping[Batch, int], fdr: Mapping[Batch, float]) -> float:
    """How many notices of these batches are there by chance, ``fdr`` being what is controlled for in each batch assessed.

    Control keeps the share of false ones at ``fdr`` on average over all batches, those without a notice among them: were
    only those counted that have one, nearly all that is by chance would be left out. So each batch counts for one at least.
    """
    return sum(share * max(shown.get(batch, 0), 1) for batch, share in fdr.items())


def batch_of(score: Score) -> Batch:
    return score.court_id, score.code, score.batch


def assessed_batches(user: User, months: Collection[str], **narrowed: Any) -> set[Batch]:
    """The batches of these months in which cases this person sees were assessed; drafts nobody knows of make none."""
    known = Q(disclosed=True) | Q(Q(latest=True), ~Q(stage="draft"))
    found = Score.objects.filter(known, state="scored", batch__in=months, **narrowed)
    found = found.filter(case__in=Case.objects.visible_to(user)).exclude(code__in=FOR_THE_JUDGE_ALONE)
    return set(found.order_by().values_list("court", "code", "batch").distinct())


def fdr_of(court_id: int, day: date) -> float:
    return float(law_in_use().deviation_setting("fdr", court_id, day))


def is_breach_alone(notice: Notice, day: date) -> bool:
    """Whether only the guideline makes it worth showing: what the statistics say of it may well be chance."""
    return not survives(notice.score, day)


def disclosed_in(user: User, month: date) -> QuerySet[Notice]:
    """Red notices shown in this month, those taken back too, in organisational order: nobody is first."""
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
