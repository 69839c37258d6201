"""What pages show of a score and of a notice, ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from catalogues.selectors import Law, law_in_use
from catalogues.workdays import WorkCalendar
from courts.models import Availability, StandIn, User
from deviation import frames
from deviation.comparing import Comparison, compare
from deviation.lifecycle import NAMES, State
from deviation.models import Notice, NoticeStep, Score
from deviation.wording import (
    ABSTAINS,
    ASKS,
    WITHIN,
    Bar,
    bar_of,
    effect_said,
    expected_said,
    interval_said,
    outcome_said,
    rarity_said,
    why_not,
)

#: Steps as the page of a notice calls them.
STEPS = {
    "tell": "告知承办法官", "explain": "说明理由", "adjust": "提示结束", "end": "期满未公开", "disclose": "期满公开",
    "contest": "提出异议", "uphold": "异议成立", "reject": "异议不成立", "close": "了结",
}  # fmt: skip
MOST_FACTORS = 8


@dataclass(frozen=True)
class Shown:
    """A score in words: what is asked or said, the interval, peers, baseline, what moved the expectation."""

    score: Score
    name: str
    says: str
    outcome: str
    expected: str = ""
    interval: str = ""
    wide: str = ""
    baseline: str = ""
    rarity: str = ""
    direction: str = ""
    bar: Bar | None = None
    factors: tuple[tuple[str, str], ...] = ()
    why_not: str = ""
    wanted: str = ""
    comparison: Comparison | None = None
    notice: Notice | None = None

    @property
    def asks(self) -> bool:
        return self.score.band in ("yellow", "red")

    @property
    def breaches(self) -> list[str]:
        return list(self.score.guideline.get("breaches") or [])

    @property
    def guideline_interval(self) -> str:
        """The guideline interval in words; empty where there is none."""
        found = self.score.guideline
        if found.get("low") is None:
            return ""
        high = found.get("high")
        low = outcome_said("months", found["low"])
        return f"{low} 至 {outcome_said('months', high)}" if high is not None else f"{low} 以上"


def shown(
    score: Score, user: User, law: Law, day: date, *, compared: bool = True, notice: Notice | None = None
) -> Shown:
    """A score as this person may see it; ``compared``: with the comparable cases."""
    models = law.deviation_models(score.court_id, day)
    name = models[score.code].name if score.code in models else score.code
    about: dict[str, Any] = {
        "score": score, "name": name, "says": said(score), "outcome": outcome_said(score.code, score.outcome),
        "notice": notice,
    }  # fmt: skip
    if score.state == "abstained":
        reason, wanted = why_not(score.reason_code)
        return Shown(**about, why_not=reason, wanted=wanted)
    elements = law.case_elements(score.court_id, day)
    factors = tuple(
        (frames.feature_name(key, elements), effect_said(score.code, effect))
        for key, effect in score.factors[:MOST_FACTORS]
        if effect
    )
    return Shown(
        **about,
        expected=expected_said(score.code, score.expected or 0.0),
        interval=interval_said(score.code, score.low, score.high),
        wide=interval_said(score.code, score.low99, score.high99),
        baseline="" if score.baseline is None else expected_said(score.code, score.baseline),
        rarity=rarity_said(score.p),
        direction={"higher": "高于", "lower": "低于"}.get(score.direction, ""),
        bar=bar_for(score),
        factors=factors,
        comparison=compare(score, user, law, day) if compared else None,
    )


def said(score: Score) -> str:
    """The one thing said of an outcome."""
    if score.band in ("yellow", "red"):
        return ASKS
    return WITHIN if score.band == "green" else ABSTAINS


def bar_for(score: Score) -> Bar | None:
    ends = (score.low, score.high, score.low99, score.high99, score.expected)
    if score.code == "probation" or any(end is None for end in ends):
        return None
    low, high, low99, high99, expected = (float(end) for end in ends if end is not None)
    return bar_of(
        outcome=score.outcome, expected=expected, low=low, high=high, low99=low99, high99=high99, baseline=score.baseline
    )  # fmt: skip


# --- a notice --------------------------------------------------------------------------------------------------
def workdays_left(calendar: WorkCalendar, today: date, until: date) -> int:
    """How many working days remain after today, the last one included; 0 on the last day, and after it."""
    days = (today + timedelta(days=ahead) for ahead in range(1, (until - today).days + 1))
    return sum(map(calendar.is_workday, days))


def with_days(notices: list[Notice], today: date) -> list[Notice]:
    """Each with what runs for it (``runs``: private, contest or nothing) and the working days left."""
    law = law_in_use()
    for notice in notices:
        until = notice.private_until if notice.disclosed_at is None else notice.contest_until
        notice.runs_until = until if is_running(notice, today) else None
        calendar = law.calendar(notice.court_id)
        notice.left = workdays_left(calendar, today, until) if notice.runs_until else None
        notice.state_name = NAMES[State(notice.state)]
    return notices


def is_running(notice: Notice, today: date) -> bool:
    if notice.disclosed_at is None:
        return notice.state in ("private", "explained")
    return notice.state == "disclosed" and notice.contest_until is not None and today <= notice.contest_until


def history_of(notice: Notice, *, is_own: bool) -> list[tuple[NoticeStep, str, str]]:
    """The steps with their names and words; to others without the reasons the judge wrote anew."""
    steps = list(NoticeStep.objects.filter(notice=notice).select_related("by").order_by("at", "id"))
    reasons = [step for step in steps if step.act == "explain"]
    if not is_own:
        steps = [step for step in steps if step not in reasons[:-1]]
    return [(step, STEPS.get(step.act, step.act), step.reason) for step in steps]


def was_away(notice: Notice) -> bool:
    """Whether the judge was registered as away on any of the private days (离岗、代办)."""
    first, last = timezone.localdate(notice.told_at), notice.private_until
    span = Q(starts_on__lte=max(first, last), ends_on__gte=min(first, last))
    away = Availability.objects.filter(span, user=notice.judge_id, fraction=0).exists()
    return away or StandIn.objects.filter(span, person=notice.judge_id).exists()
