"""What the system itself notices of a risk point (系统线索): counted where it happened, without sealed cases and secret flags.

A trace says that it is worth a look; it does not say that anything wrong was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, Clock, Exclusion
from cases.periods import add_months
from catalogues.supervision_law import RiskCategory, RiskLink
from courts.models import Court
from supervision.models import Flag, Letter, LetterStep, Measure, Step

TAKE_MEASURE = "supervision.take_measure"
#: How a refusal of the measure is told apart in the trail, which keeps the sentence and not the code.
SAID_OF = {"any": "", "M06": "不能再次要求复议"}
#: Reading, listing or taking out what one's posts do not open, as the trail calls it.
READINGS = (
    "cases.export", "cases.see_doubts", "dashboard.see_trail", "dashboard.see_curve", "catalogues.browse", "courts.open_admin",
    "pipeline.see_running", "alerts.see_nodes", "supervision.see_ledger", "supervision.export_file", "supervision.export_log",
    "supervision.export_ledger", "supervision.read_inquiry", "supervision.see_risks",
)  # fmt: skip
STEP_KINDS = ("statutory", "derived")


@dataclass(frozen=True)
class Window:
    """Days looked at, both included."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def ends(self) -> datetime:
        """The first moment after the window."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))


def twelve_months(today: date) -> Window:
    """The twelve months up to today."""
    return Window(add_months(today, -12) + timedelta(days=1), today)


def quarter_of(day: date) -> Window:
    """The calendar quarter of the day."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return Window(first, add_months(first, 3) - timedelta(days=1))


# --- counts of all points at once ----------------------------------------------------------------------
def counts_of(categories: Iterable[RiskCategory], court: Court, window: Window) -> dict[str, int | None]:
    """By point: how often the system noticed something in the window; None where it can notice nothing."""
    points = [point for category in categories for point in category.points]
    links = {link for point in points for link in point.linked}
    late = late_by_rule(court, window)
    counted = {link: count_of(link, court, window, late) for link in links}
    found: dict[str, int | None] = {}
    for point in points:
        known = [n for link in point.linked if (n := counted[link]) is not None]
        found[point.code] = sum(known) if known else None
    return found


def count_of(link: RiskLink, court: Court, window: Window, late: Mapping[str, int]) -> int | None:
    """How often it was noticed; the steps of cases are counted together beforehand, ``late``."""
    if link.what == "alert" and link.code not in ("pause", "stalled"):
        return late.get(link.code, 0)
    rows = traces(link, court, window)
    return None if rows is None else rows.count()


def late_by_rule(court: Court, window: Window) -> dict[str, int]:
    """Limits and steps that ran out in the window undone, by rule, and by kind where the kind is watched as a whole."""
    rows = late_clocks(court, window).order_by().values("kind", "rule").annotate(n=Count("pk"))
    found: dict[str, int] = {}
    for kind, rule, n in rows.values_list("kind", "rule", "n"):
        key = kind if kind in STEP_KINDS else rule
        found[key] = found.get(key, 0) + n
    return found


# --- the rows behind a number --------------------------------------------------------------------------
def traces(link: RiskLink, court: Court, window: Window) -> QuerySet[Any] | None:
    """What was noticed, one row an occurrence; None for what nothing here can notice."""
    match link.what:
        case "rule":
            return flags(court).filter(rule__code=link.code, **within("confirmed_at", window))
        case "alert":
            return overdue(link.code, court, window)
        case "measure_refused":
            said = SAID_OF.get(link.code)
            return None if said is None else refused(court, window, (TAKE_MEASURE,), said)
        case "access_refused":
            return refused(court, window, READINGS)
        case "letter_overdue":
            late = LetterStep.objects.filter(letter__court=court, to_state="OVERDUE", **within("at", window))
            return late if link.code == "any" else late.filter(letter__kind=link.code)
        case "flag_expired":
            steps = Step.objects.filter(to_state="EXPIRED", **within("at", window))
            return steps.filter(flag__in=flags(court).values("pk"))
        case "supervisor_idle":
            return idle(court, window)
    return None


def within(field: str, window: Window) -> dict[str, datetime]:
    return {f"{field}__gte": window.begins, f"{field}__lt": window.ends}


def flags(court: Court) -> QuerySet[Flag]:
    """Open flags of the court's cases: what was raised in secret is not counted, verified or not."""
    return Flag.objects.filter(court=court, secret=False, born_secret=False, case__sealed="")


def overdue(code: str, court: Court, window: Window) -> QuerySet[Any] | None:
    if code == "pause":
        due = Exclusion.objects.filter(case__court=court, case__sealed="", resumes_on=None, withdrawn_at=None)
        return due.filter(review_on__range=(window.first, window.last))
    if code == "stalled":
        return None
    clocks = late_clocks(court, window)
    return clocks.filter(kind=code) if code in STEP_KINDS else clocks.filter(kind="node", rule=code)


def late_clocks(court: Court, window: Window) -> QuerySet[Clock]:
    """Limits and steps whose day fell in the window and passed undone, or was met too late."""
    passed = Q(state="running", due_on__lt=window.last) | Q(state="met", met_on__gt=F("due_on"))
    return Clock.objects.filter(
        passed, case__court=court, case__sealed="", backwards=False, due_on__range=(window.first, window.last)
    )


def refused(court: Court, window: Window, acts: Iterable[str], said: str = "") -> QuerySet[Entry]:
    found = Entry.objects.filter(
        court_id=court.pk, outcome="refused", secret=False, act__in=list(acts), **within("at", window)
    )
    return found.filter(because__contains=said) if said else found


def idle(court: Court, window: Window) -> QuerySet[Flag]:
    """Flags confirmed whose first measure was due in the window and was not taken by then (怠于监管)."""
    due = flags(court).filter(
        confirmed_at__isnull=False,
        first_measure_due_on__range=(window.first, window.last),
        first_measure_due_on__lt=window.last,
    )
    acted = Measure.objects.counted().filter(
        flag__in=due.values("pk"), taken_at__date__lte=F("flag__first_measure_due_on")
    )
    ended = Q(ended_at__date__lte=F("first_measure_due_on"))
    return due.exclude(pk__in=acted.values("flag")).exclude(ended)


# --- where a number leads ------------------------------------------------------------------------------
def cases_behind(
    link: RiskLink, court: Court, window: Window, user: Any
) -> tuple[QuerySet[Case] | None, int]:
    """The cases behind a number that the person may see, and how many occurrences there are in all; None: not about cases."""
    rows = traces(link, court, window)
    if rows is None:
        return None, 0
    path = {"rule": "case", "alert": "case", "flag_expired": "flag__case", "supervisor_idle": "case"}.get(
        link.what
    )
    if path is None:
        return None, rows.count()
    seen = Case.objects.visible_to(user).filter(pk__in=rows.order_by().values(path))
    return seen.select_related("court", "division", "judge").order_by("number"), rows.count()


def letters_behind(link: RiskLink, court: Court, window: Window, user: Any) -> QuerySet[Letter] | None:
    """The overdue letters behind a number that the person may see; None: not about letters."""
    rows = traces(link, court, window) if link.what == "letter_overdue" else None
    if rows is None:
        return None
    seen = Letter.objects.visible_to(user).values("pk")
    return (
        Letter.objects.filter(pk__in=rows.order_by().values("letter"))
        .filter(pk__in=seen)
        .order_by("-reply_due_on")
    )
