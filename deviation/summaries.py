"""What is told of groups (聚合视图): made once for each quarter of a run, and never changed afterwards.

A quarter is told when it is over and the private days of all its cases are. It is made once: made anew every night, the
difference between two nights would tell of a single case. The bodies hold groups only, in no order of value, and nothing of
a group that is too small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import trail
from catalogues.selectors import Law, law_in_use
from courts.models import Court, Division
from courts.reach import court_and_below
from deviation import frames, group_cases, quarters
from deviation.consistency import Consistency, consistency
from deviation.fairness import findings, proxies
from deviation.group_cases import Told
from deviation.groups import Survey, survey
from deviation.models import Run, Summary
from deviation.narrowing import changes
from deviation.using import runs, unusable

KINDS = ("groups", "consistency", "fairness", "spread")
#: Three years of history, in quarters; how many are drawn; how far before the launch spread is measured.
HISTORY, COURSE, BEFORE = 12, 8, 4


def make_all_summaries(*, today: date, at: datetime) -> int:
    """Bring every run in use up to date; how many summaries were made. Doing it again makes none."""
    in_use = runs().in_use().order_by("pk")
    return sum(len(make_summaries(run=run, today=today, at=at)) for run in in_use)


def make_summaries(*, run: Run, today: date, at: datetime) -> list[Summary]:
    """Make what is told of the latest quarter whose cases are no secret any more.

    Nothing when it was made before, or when the run must not score.
    """
    law = law_in_use()
    period = quarters.latest_over(group_cases.all_settled_until(run.court, law, today))
    model = law.deviation_models(run.court_id, today).get(run.code)
    made = Summary.objects.filter(run=run, period=period).exists()
    if made or model is None or unusable(run, today):
        return []
    window = window_of(run, period)
    told = group_cases.measured(run, scale=model.scale, window=window, law=law, today=today)
    bodies = Bodies(run, period, law, told, model.scale, today)
    return save_summaries(
        run=run, period=period, bodies={kind: getattr(bodies, kind)() for kind in KINDS}, at=at
    )


@transaction.atomic
def save_summaries(
    *, run: Run, period: str, bodies: dict[str, dict[str, Any]], at: datetime
) -> list[Summary]:
    """Write them together; what somebody else has written meanwhile stays."""
    held = Run.objects.select_for_update().only("pk", "court").get(pk=run.pk)
    if Summary.objects.filter(run=held, period=period).exists():
        return []
    made = [
        Summary(run=held, kind=kind, period=period, body=body, made_at=at) for kind, body in bodies.items()
    ]
    Summary.objects.bulk_create(made)
    trail.record("deviation.make_summaries", on=held, at=at, after={"code": run.code, "period": period})
    return made


def window_of(run: Run, period: str) -> frames.Window:
    """Whole quarters up to this one, of the three years a run is trained on."""
    first = quarters.first_day(quarters.up_to(period, HISTORY)[0])
    return frames.Window(first, quarters.last_day(period))


class Bodies:
    """The bodies of one quarter, from the cases of a run. Every number in them has its definition on the page."""

    def __init__(self, run: Run, period: str, law: Law, told: list[Told], scale: str, today: date) -> None:
        self.run, self.period, self.told, self.scale = run, period, told, scale
        self.court_ids = court_and_below(run.court_id)
        self.min_group = int(law.deviation_setting("min_group", run.court_id, today))
        self.persistence = int(law.deviation_setting("persistence_periods", run.court_id, today))
        self.common = {"scale": scale, "min_group": self.min_group}

    # --- courts and divisions
    def groups(self) -> dict[str, Any]:
        cases = group_cases.by_case(self.told)
        return self.common | {
            "persistence": self.persistence,
            "courts": self.survey_of(cases, group_cases.narrow(cases, by_court=True), by_court=True),
            "divisions": dict(self.surveys_of_divisions(cases)),
        }

    def surveys_of_divisions(self, cases: list[Told]) -> Iterator[tuple[str, dict[str, Any]]]:
        narrow = group_cases.narrow(cases, by_court=False)
        for court in Court.objects.filter(pk__in=self.court_ids):
            own = [one for one in cases if one.case.court == str(court.pk)]
            if own:
                yield str(court.pk), self.survey_of(own, narrow, by_court=False)

    def survey_of(self, cases: list[Told], narrow: set[tuple[str, str]], *, by_court: bool) -> dict[str, Any]:
        rows = group_cases.residuals(cases, by_court=by_court)
        found = survey(
            rows,
            units=self.units(by_court=by_court),
            periods=quarters.up_to(self.period, max(COURSE, self.persistence)),
            min_group=self.min_group,
            persistence=self.persistence,
            narrow=narrow,
        )
        return survey_body(found)

    def units(self, *, by_court: bool) -> list[str]:
        """Courts or divisions in organisational order."""
        table = (
            Court.objects.filter(pk__in=self.court_ids)
            if by_court
            else Division.objects.filter(court__in=self.court_ids)
        )
        return [str(pk) for pk in table.values_list("pk", flat=True)]

    # --- consistency between groups
    def consistency(self) -> dict[str, Any]:
        by_court = [one.case.court for one in self.told]
        by_division = [one.division for one in self.told]
        attributes = {name: [one.groups.get(name, "") for one in self.told] for name in self.attributes()}
        asked = {"courts": by_court, "divisions": by_division, **attributes}
        found = {name: self.consistency_between(labels) for name, labels in asked.items()}
        return self.common | {"between": {name: body for name, body in found.items() if body}}

    def consistency_between(self, labels: list[str]) -> dict[str, Any] | None:
        cases, outcomes = [one.case for one in self.told], [one.outcome for one in self.told]
        found = consistency(cases, outcomes, labels, min_group=self.min_group, seed=self.run.seed)
        return consistency_body(found) if found else None

    def attributes(self) -> list[str]:
        return sorted({name for one in self.told for name, group in one.groups.items() if group})

    # --- fairness
    def fairness(self) -> dict[str, Any]:
        found = findings(group_cases.audited(self.told), min_group=self.min_group)
        attributes = sorted({each.attribute for each in found})
        given_away = proxies(
            [one.case for one in self.told],
            [one.groups for one in self.told],
            attributes=attributes,
            min_group=self.min_group,
            seed=self.run.seed,
        )
        return self.common | {
            "findings": [rounded(asdict(each)) | {"found": each.found} for each in found],
            "proxies": [rounded(asdict(each)) | {"beyond_chance": each.beyond_chance} for each in given_away],
        }

    # --- spread before and after the launch
    def spread(self) -> dict[str, Any]:
        launched_at = (
            Run.objects.filter(court=self.run.court_id, code=self.run.code, released_at__isnull=False)
            .order_by("released_at")
            .values_list("released_at", flat=True)
            .first()
        )
        if launched_at is None:
            return self.common | {"launched_on": None, "changes": []}
        launched_on = timezone.localdate(launched_at)
        first = quarters.first_day(quarters.up_to(quarters.quarter_of(launched_on), BEFORE + 1)[0])
        cases = group_cases.around(group_cases.by_case(self.told), launched_on, first)
        found = changes(cases, min_group=self.min_group)
        return self.common | {
            "launched_on": launched_on.isoformat(),
            "from": first.isoformat(),
            "changes": [rounded(asdict(each)) for each in found],
        }


# --- as JSON -----------------------------------------------------------------------------------------------------
def survey_body(found: Survey) -> dict[str, Any]:
    return rounded(
        {
            "common": found.common,
            "expected_once": found.expected_once,
            "expected_false": found.expected_false,
            "quartiles": found.quartiles,
            "standings": [
                {
                    "unit": each.unit,
                    "mean": asdict(each.mean),
                    "persistent": each.persistent,
                    "periods": each.periods,
                    "course": [{"period": period, **asdict(mean)} for period, mean in each.course],
                }
                for each in found.standings
            ],
        }
    )


def consistency_body(found: Consistency) -> dict[str, Any]:
    return rounded(asdict(found)) | {"beyond": found.beyond}


def rounded(value: Any) -> Any:
    """Numbers to six decimals, so that a body is the same wherever it is made; what is endless becomes None."""
    match value:
        case float():
            return round(value, 6) if abs(value) != float("inf") else None
        case dict():
            return {key: rounded(each) for key, each in value.items()}
        case list() | tuple():
            return [rounded(each) for each in value]
    return value
