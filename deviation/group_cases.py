"""The decided cases behind what is told of groups: whose private days are over, measured without knowing their court.

Cases come through ``frames`` as everything does. The model is asked as if it did not know the court, because the court's own
effect is what a comparison of courts is about. Sealed cases are never among them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import log

import numpy as np
from django.db.models import Aggregate, Count, IntegerField, Min
from django.utils import timezone

from cases.models import Case
from catalogues.selectors import Law
from courts.models import Court
from courts.reach import court_and_below
from deviation import frames
from deviation.fairness import Audited, age_band
from deviation.models import Notice, Run, Score
from deviation.narrowing import Measured
from deviation.observation import Assessment, Observation
from deviation.quarters import quarter_of
from deviation.residuals import Residual
from deviation.using import model_of, stopped_strata

#: Half a month, a day, a yuan: below it the logarithm of an outcome says nothing.
LEAST = 0.5
#: A unit is shown where at least so many judges decided its cases, and none of them more than this share.
FEWEST_JUDGES, LARGEST_SHARE = 3, 0.6
BIRTH_YEAR, AGE = "birth_year", "age"


@dataclass(frozen=True, slots=True)
class Told:
    """One outcome and how far it lies from its expectation, on the scale of the model."""

    case: Observation
    outcome: float
    value: float
    covered: bool
    division: str
    groups: dict[str, str]

    @property
    def case_id(self) -> int:
        return frames.case_and_party(self.case.id)[0]


def measured(run: Run, *, scale: str, window: frames.Window, law: Law, today: date) -> list[Told]:
    """Every outcome of the window that the model says something of, as far as nothing private could be told from it."""
    history = frames.history(court=run.court, code=run.code, window=window)
    private = still_private(court_and_below(run.court_id), window, law, today)
    silent = set(stopped_strata(run, today))
    kept = [
        one for one in history
        if one.date and one.stratum not in silent and frames.case_and_party(one.id)[0] not in private
    ]  # fmt: skip
    model = model_of(run)
    anywhere = model.assess([replace(one, court="") for one in kept])
    divisions = divisions_of({frames.case_and_party(one.id)[0] for one in kept})
    triples = zip(kept, anywhere, model.assess(kept), strict=True)
    return [
        told_of(one, placeless, own, scale, divisions)
        for one, placeless, own in triples
        if placeless.expected is not None and own.low is not None
    ]


def told_of(
    case: Observation, anywhere: Assessment, own: Assessment, scale: str, divisions: dict[int, str]
) -> Told:
    """The difference from what would be expected anywhere; the interval is the one the case's own judge is told."""
    outcome, expected = on_scale(case.outcome, scale), on_scale(anywhere.expected or 0.0, scale)
    return Told(
        case=case,
        outcome=outcome,
        value=outcome - expected,
        covered=own.low is not None and own.high is not None and own.low <= case.outcome <= own.high,
        division=divisions.get(frames.case_and_party(case.id)[0], ""),
        groups=groups_of(case),
    )


def on_scale(value: float, scale: str) -> float:
    return log(max(value, LEAST)) if scale == "log" else value


def groups_of(case: Observation) -> dict[str, str]:
    """The protected groups of the party, the year of birth as an age band."""
    said = {key: str(value) for key, value in case.audit.items() if isinstance(value, str | bool)}
    return said | {AGE: age_band(case.audit.get(BIRTH_YEAR), case.date)}


def divisions_of(case_ids: Collection[int]) -> dict[int, str]:
    rows = Case.objects.filter(pk__in=case_ids, division__isnull=False).values_list("pk", "division")
    return {pk: str(division) for pk, division in rows}


# --- private days ------------------------------------------------------------------------------------------------
def still_private(court_ids: Collection[int], window: frames.Window, law: Law, today: date) -> set[int]:
    """Cases closed in the window with a notice nobody but its judge may know of, or first scored so lately that there might be.

    Of the scores only those since the private days began are looked through, and the cases they are of.
    """
    of_window = {"court__in": court_ids, "case__closed_on__range": (window.first, window.last)}
    notices = Notice.objects.filter(**of_window, disclosed_at=None, ended_at=None)
    days = {court: settled_until(law, court, today) for court in court_ids}
    since = min(days.values())
    judged = Score.objects.filter(**of_window, stage__in=["closing", "nightly"])
    lately = judged.filter(at__date__gt=since).values("case")
    first = judged.filter(case__in=lately).values_list("case", "court").annotate(first=Min("at"))
    late = {case for case, court, at in first if timezone.localdate(at) > days[court]}
    return late | set(notices.values_list("case", flat=True))


def settled_until(law: Law, court_id: int, today: date) -> date:
    """The last day on which what was told a judge of this court is private no more."""
    days = int(law.deviation_setting("private_days", court_id, today))
    calendar, day = law.calendar(court_id), today
    while calendar.add_workdays(day, days) >= today:
        day -= timedelta(1)
    return day


def all_settled_until(court: Court, law: Law, today: date) -> date:
    """That day for the court and all below it."""
    return min(settled_until(law, each, today) for each in court_and_below(court.pk))


# --- few judges ----------------------------------------------------------------------------------------------------
class MostOfOne(Aggregate):
    """How many rows of the group the most frequent value has; which value that is never leaves the database."""

    template = "(SELECT max(of_one) FROM (SELECT count(*) AS of_one FROM unnest(array_agg(%(expressions)s)) AS one GROUP BY one) AS counted)"
    output_field = IntegerField()


def narrow(told: Sequence[Told], *, by_court: bool) -> set[tuple[str, str]]:
    """Units and quarters whose cases too few judges decided, or mostly one: what is told of them would tell of that judge.

    Read is one line a unit, and no judge. Cases of nobody known count as those of one more, who makes no unit wide.
    """
    cases: dict[str, set[int]] = defaultdict(set)
    for one in told:
        if one.case.date:
            cases[quarter_of(one.case.date)].add(one.case_id)
    unit = "court" if by_court else "division"
    found = set()
    for period, ids in cases.items():
        units = Case.objects.filter(pk__in=ids).order_by().values(unit)
        counted = units.annotate(n=Count("pk"), judges=Count("judge", distinct=True), most=MostOfOne("judge"))
        found |= {
            (str(row[unit]), period) for row in counted if is_narrow(row["n"], row["judges"], row["most"])
        }
    return found


def is_narrow(n: int, judges: int, most: int) -> bool:
    return judges < FEWEST_JUDGES or most > LARGEST_SHARE * n


# --- as the pure modules read it -----------------------------------------------------------------------------------
def by_case(told: Sequence[Told]) -> list[Told]:
    """One row a case: of several accused the mean, so that a case with many counts once."""
    cases: dict[int, list[Told]] = defaultdict(list)
    for one in told:
        cases[one.case_id].append(one)
    return [replace(rows[0], value=float(np.mean([row.value for row in rows]))) for rows in cases.values()]


def residuals(told: Sequence[Told], *, by_court: bool) -> list[Residual]:
    return [
        Residual(one.case.court if by_court else one.division, quarter_of(one.case.date), one.value)
        for one in told
        if one.case.date
    ]


def audited(told: Sequence[Told]) -> list[Audited]:
    return [Audited(one.value, one.covered, one.groups) for one in told]


def around(told: Sequence[Told], launched_on: date, first: date) -> list[Measured]:
    """The cases decided before and after the launch, from ``first`` on."""
    return [
        Measured(one.case.stratum, one.case.date >= launched_on, one.value)
        for one in told
        if one.case.date and one.case.date >= first
    ]
