"""Judgments that were given, court by court (结案评估、夜间复核): what closed lately is held against its peers once.

The same outcome, elements and run are not scored twice. Each new score is told to its judge, and to nobody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from cases.models import Case
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court
from courts.reach import court_and_below
from deviation import frames
from deviation.calibration import Share, covered, moved
from deviation.group_cases import all_settled_until
from deviation.models import Run, Score
from deviation.notices import tell_judge
from deviation.observation import Observation
from deviation.scoring_cases import batch_of, new_score, steps_of_drafts, store
from deviation.turns import take_scoring_turn
from deviation.using import assessed, runs, runs_for, unusable

SLICE = 500
Key = tuple[int, int | None]


def since(day: date) -> date:
    """Cases closed from the first of last month on are looked at: older judgments are told to nobody any more."""
    return (day.replace(day=1) - timedelta(1)).replace(day=1)


def score_closed(ids: Collection[int], at: datetime) -> int:
    """Score those of these cases that have closed lately; how many scores were made. Nothing where no run is in use."""
    if not ids or not Run.objects.in_use().exists():
        return 0
    by_court: dict[int, list[int]] = defaultdict(list)
    lately = Case.objects.filter(pk__in=ids, closed_on__range=(since(today()), today()))
    for pk, court_id in lately.order_by("pk").values_list("pk", "court"):
        by_court[court_id].append(pk)
    return sum(score_slice(court_id, by_court[court_id], "closing", at) for court_id in sorted(by_court))


def score_court(*, court: Court, at: datetime) -> int:
    """Score what has closed lately in the court and was not scored by the run in use; a slice to a transaction."""
    lately = Case.objects.filter(court=court, closed_on__range=(since(today()), today()))
    ids = list(lately.order_by("pk").values_list("pk", flat=True))
    slices = [ids[place : place + SLICE] for place in range(0, len(ids), SLICE)]
    return sum(score_slice(court.pk, some, "nightly", at) for some in slices)


@transaction.atomic
def score_slice(court_id: int, ids: Sequence[int], stage: str, at: datetime) -> int:
    """The cases first, then the turn of their court: the order everybody keeps."""
    in_use = runs_for(court_id)
    if not in_use:
        return 0
    held = Case.objects.filter(pk__in=ids, court=court_id).order_by("pk").select_for_update(of=("self",))
    cases = {case.pk: case for case in held}
    take_scoring_turn([court_id])
    steps = steps_of_drafts(list(cases))
    made = [score for run in in_use.values() for score in scores_by(run, cases, steps, stage, at)]
    store(made)
    for score in made:
        score.refresh_from_db(fields=["q"])
        tell_judge(score=score, at=at)
    return len(made)


def scores_by(
    run: Run, cases: Mapping[int, Case], steps: Mapping[Key, Mapping[str, Any]], stage: str, at: datetime
) -> list[Score]:
    """What the run has not said yet about the outcomes of these cases."""
    day = today()
    found = frames.decided(case_ids=list(cases), code=run.code, law=law_in_use(), court=run.court_id, on=day)
    said_before = latest_of(run.code, list(cases))
    silent = unusable(run, day) is not None
    fresh = [one for one in found if not is_known(said_before.get(key_of(one)), one, run, silent=silent)]
    return [
        new_score(
            cases[key_of(one)[0]], one, said, code=run.code, run=run, stage=stage, at=at, day=day,
            batch=batch_of(cases[key_of(one)[0]].closed_on or day), steps=steps.get(key_of(one), {}),
        )
        for one, said in zip(fresh, assessed(run, fresh, day), strict=True)
    ]  # fmt: skip


def key_of(observation: Observation) -> Key:
    return frames.case_and_party(observation.id)


def latest_of(code: str, case_ids: Sequence[int]) -> dict[Key, Score]:
    rows = Score.objects.current().filter(code=code, case__in=case_ids)
    wanted = rows.only("case", "party", "run", "stage", "state", "outcome", "elements")
    return {(row.case_id, row.party_id): row for row in wanted}


def is_known(before: Score | None, now: Observation, run: Run, *, silent: bool) -> bool:
    """Whether this was said already; a run that must be silent takes nothing back that another said."""
    if before is None or before.stage == "draft":
        return False
    same = before.outcome == now.outcome and before.elements == dict(now.features)
    return same and (before.run_id == run.pk or silent)


# --- since it came into use -----------------------------------------------------------------------------------------
def watch_run(run: Run, at: datetime) -> dict[str, Any]:
    """Measure how a run has done on judgments given since its release: coverage, abstention, drift of the elements.

    Only what is settled: a share that moved the day after a judge was told something would tell of it.
    """
    settled = all_settled_until(run.court, law_in_use(), today())
    scores = Score.objects.current().filter(run=run.pk, at__date__lte=settled).exclude(stage="draft")
    rows = list(scores.values_list("state", "outcome", "low", "high", "low99", "high99", "elements"))
    scored = [row for row in rows if row[0] == "scored"]
    drift = {
        "as_of": at.isoformat(),
        "n": len(rows),
        "coverage90": covered((row[1], row[2], row[3]) for row in scored).as_json(),
        "coverage99": covered((row[1], row[4], row[5]) for row in scored).as_json(),
        "abstained": Share(len(rows) - len(scored), len(rows)).as_json(),
        "moved": moved(run.card.get("reference", {}), [row[6] for row in rows]),
    }
    Run.objects.filter(pk=run.pk).update(drift=drift)
    return drift


def score_everywhere(at: datetime) -> dict[str, int]:
    """The night's work: every court with a run, then how each run has done."""
    in_use = list(runs().in_use())
    court_ids = {court_id for run in in_use for court_id in court_and_below(run.court_id)}
    courts = Court.objects.filter(pk__in=court_ids).order_by("position", "code")
    made = sum(score_court(court=court, at=at) for court in courts)
    for run in in_use:
        watch_run(run, at)
    return {"scores": made, "runs": len(in_use)}
