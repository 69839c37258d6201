"""Which run speaks for a court, and whether it may (启用中的模型): stale, uncalibrated or drifted it refuses to score."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from django.db.models import Count, Q, QuerySet

from catalogues.selectors import law_in_use
from courts.models import Court
from deviation.calibration import STOPPED, Contested, Limits, Share, stopped, why_unusable
from deviation.frames import with_codes
from deviation.models import Notice, Run
from deviation.observation import Assessment, Observation
from deviation.scoring import DeviationModel, Unreadable

NO_RUN, DAMAGED = "no_run", "damaged"
KEPT = 6  # models a process keeps loaded


class Damaged(Exception):
    """A stored model is not the one that was trained, or not one that can be read any more."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"the model of run {run.pk} is not the one its digest names; train it anew")


def runs() -> QuerySet[Run]:
    """Runs without the models themselves, which are large."""
    return Run.objects.defer("artefact").select_related("court", "asked_by", "released_by")


def courts_above(court_id: int) -> list[int]:
    """The court and those above it, nearest first."""
    above = dict(Court.objects.values_list("pk", "parent"))
    chain: list[int] = []
    at: int | None = court_id
    while at is not None and at not in chain:
        chain.append(at)
        at = above.get(at)
    return chain


def runs_for(court_id: int) -> dict[str, Run]:
    """The run in use for each kind of outcome: the court's own, else that of the nearest court above."""
    chain = courts_above(court_id)
    found = list(runs().in_use().filter(court__in=chain))
    return {run.code: run for run in sorted(found, key=lambda run: -chain.index(run.court_id))}


def run_for(court_id: int, code: str) -> Run | None:
    return runs_for(court_id).get(code)


# --- the model itself ----------------------------------------------------------------------------------------
class Shelf:
    """The models this process has loaded, by digest."""

    models: OrderedDict[str, DeviationModel] = OrderedDict()


def model_of(run: Run) -> DeviationModel:
    """The model of a run; read and checked once a process."""
    if run.digest not in Shelf.models:
        data = bytes(Run.objects.values_list("artefact", flat=True).get(pk=run.pk))
        if sha256(data).hexdigest() != run.digest:
            raise Damaged(run)
        try:
            Shelf.models[run.digest] = DeviationModel.from_bytes(data)
        except Unreadable:
            raise Damaged(run) from None
    Shelf.models.move_to_end(run.digest)
    while len(Shelf.models) > KEPT:
        Shelf.models.popitem(last=False)
    return Shelf.models[run.digest]


# --- whether it may be used --------------------------------------------------------------------------------------
def limits_of(run: Run, day: date) -> Limits:
    law = law_in_use()

    def number(code: str) -> float:
        return float(law.deviation_setting(code, run.court_id, day))

    return Limits(
        stale_days=int(number("stale_days")),
        coverage_low=number("coverage_low"),
        # Of yes or no the interval is one answer or both: it covers more than it says, and that is no fault.
        coverage_high=1.0 if run.card.get("scale") == "binary" else number("coverage_high"),
        drift_limit=number("drift_limit"),
        upheld_limit=number("upheld_limit"),
    )


def unusable(run: Run, day: date, stratum: str = "") -> str | None:
    """Why a run must not score that day (stale, uncalibrated, drifted) or not this stratum (stopped); None: it may."""
    why = why_unusable(
        validated_on=run.window_to,
        day=day,
        coverage=[share_in(run.card.get("held_out", {}).get("all", {})), share_in(run.drift)],
        drift=run.drift.get("moved", {}).get("psi"),
        limits=limits_of(run, day),
    )
    return why or (STOPPED if stratum and stratum in stopped_strata(run, day) else None)


def share_in(said: dict[str, Any]) -> Share:
    """The 90 % coverage as it is stored; nothing where nothing was measured."""
    coverage = said.get("coverage90") or {}
    return Share(coverage.get("hits", 0), coverage.get("n", 0))


def stopped_strata(run: Run, day: date) -> list[str]:
    """The strata of this run in which too many contests were right (异议成立)."""
    shown = Notice.objects.filter(score__run=run.pk, disclosed_at__isnull=False).values("score__stratum")
    counts = shown.annotate(
        disclosed=Count("pk"),
        decided=Count("pk", filter=Q(contest__decided_at__isnull=False)),
        upheld=Count("pk", filter=Q(contest__upheld=True)),
    )
    strata = {row.pop("score__stratum"): Contested(**row) for row in counts}
    return stopped(strata, limits_of(run, day))


def assessed(run: Run | None, cases: Sequence[Observation], day: date) -> list[Assessment]:
    """What the run says of these cases, or that it does not; in their order."""
    why = NO_RUN if run is None else unusable(run, day)
    if run is None or why is not None:
        return [silent(case, why or NO_RUN) for case in cases]
    out = set(stopped_strata(run, day))
    asked = with_codes([case for case in cases if case.stratum not in out])
    try:
        said = {one.id: one for one in model_of(run).assess(asked)} if asked else {}
    except Damaged:
        return [silent(case, DAMAGED) for case in cases]
    return [said[case.id] if case.id in said else silent(case, STOPPED) for case in cases]


def silent(case: Observation, why: str) -> Assessment:
    return replace(Assessment(id=case.id, state="abstained"), reason_code=why)
