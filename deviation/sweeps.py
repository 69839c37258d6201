"""Judgments that were given, court by court (结案评估、夜间复核): what closed lately is held against its peers once.

The same outcome, elements and run are not scored twice. Each new score is told to its judge, and to nobody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from cases.models import Case
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court
from courts.reach import court_and_below
from deviation import frames
from deviation.calibration import Share, moved, told
from deviation.group_cases import all_settled_until
from deviation.models import Run, Score
from deviation.notices import tell_judge
from deviation.observation import Observation
from deviation.scoring_cases import batch_of, control, new_score, steps_of_drafts, store
from deviation.turns import take_scoring_turn
from deviation.using import assessed, runs, runs_for, unusable

CHUNK = 2000
SLICE = 100  # a transaction holds its cases and the turn of their court: whoever drafts waits for no more than these
Key = tuple[int, int | None]


def since(day: date) -> date:
    """Cases closed from the first of last month on are looked at: older judgments are told to nobody any more."""
    return (day.replace(day=1) - timedelta(1)).replace(day=1)


def score_closed(ids: Collection[int], at: datetime) -> int:
    """Score those of these cases that have closed lately; how many scores were made. Nothing where no run is in use."""
    if not ids or not Run.objects.in_use().exists():
        return 0
    by_court: dict[int, list[int]] = defaultdict(list)
    looked_at = Case.objects.filter(lately() | was_judged(), pk__in=ids).order_by("pk")
    for pk, court_id in looked_at.values_list("pk", "court"):
        by_court[court_id].append(pk)
    return sum(score_cases(court_id, by_court[court_id], "closing", at) for court_id in sorted(by_court))


def score_court(*, court: Court, at: datetime) -> int:
    """Score what has closed lately in the court and was not scored by the run in use."""
    opened_again = was_judged() & Q(closed_on=None)
    looked_at = Case.objects.filter(lately() | opened_again, court=court).order_by("pk")
    return score_cases(court.pk, list(looked_at.values_list("pk", flat=True)), "nightly", at)


def lately() -> Q:
    return Q(closed_on__range=(since(today()), today()))


def was_judged() -> Q:
    """Cases whose judgment was scored: it may have been withdrawn or corrected, or the case opened again (恢复审理)."""
    return Q(pk__in=Score.objects.current().exclude(stage="draft").values("case"))


def score_cases(court_id: int, ids: Sequence[int], stage: str, at: datetime) -> int:
    """A slice to a transaction."""
    slices = [ids[place : place + SLICE] for place in range(0, len(ids), SLICE)]
    return sum(score_slice(court_id, some, stage, at) for some in slices)


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
    made: list[Score] = []
    for run in in_use.values():
        found = frames.decided(
            case_ids=list(cases), code=run.code, law=law_in_use(), court=run.court_id, on=today()
        )
        said_before = latest_of(run.code, list(cases))
        forget(gone(found, said_before))
        made += scores_by(run, cases, found, said_before, steps, stage, at)
    store(made)
    for score in made:
        score.refresh_from_db(fields=["q"])
        tell_judge(score=score, at=at)
    return len(made)


def scores_by(
    run: Run,
    cases: Mapping[int, Case],
    found: Sequence[Observation],
    said_before: Mapping[Key, Score],
    steps: Mapping[Key, Mapping[str, Any]],
    stage: str,
    at: datetime,
) -> list[Score]:
    """What the run has not said yet about these outcomes, as far as it may."""
    day = today()
    silent = unusable(run, day) is not None
    fresh = [
        one for one in found
        if may_judge(run, cases[key_of(one)[0]], day) and not is_known(said_before.get(key_of(one)), one, run, silent=silent)
    ]  # fmt: skip
    return [
        new_score(
            cases[key_of(one)[0]], one, said, code=run.code, run=run, stage=stage, at=at, day=day,
            batch=batch_of(cases[key_of(one)[0]].closed_on or day), steps=steps.get(key_of(one), {}),
        )
        for one, said in zip(fresh, assessed(run, fresh, day), strict=True)
    ]  # fmt: skip


def may_judge(run: Run, case: Case, day: date) -> bool:
    """What closed lately, and not before the run was trained: what it learned from it would find likely.

    What another run said of such a case stays.
    """
    learned_to = run.window_to or date.min
    return case.closed_on is not None and max(since(day), learned_to + timedelta(1)) <= case.closed_on <= day


def gone(found: Sequence[Observation], said_before: Mapping[Key, Score]) -> list[Score]:
    """Scores of judgments whose outcome is recorded no more: withdrawn, corrected, or the case was opened again."""
    recorded = {key_of(one): one.outcome for one in found}
    return [
        score
        for key, score in said_before.items()
        if score.stage != "draft" and recorded.get(key) != score.outcome
    ]


def forget(scores: Sequence[Score]) -> None:
    """They stay as they are, and are the latest word on their case no more: their months are controlled anew."""
    if scores:
        Score.objects.filter(pk__in=[score.pk for score in scores]).update(latest=False)
    for court_id, code, batch in sorted({(score.court_id, score.code, score.batch) for score in scores}):
        control(court_id, code, batch)


def key_of(observation: Observation) -> Key:
    return frames.case_and_party(observation.id)


def latest_of(code: str, case_ids: Sequence[int]) -> dict[Key, Score]:
    rows = Score.objects.current().filter(code=code, case__in=case_ids)
    wanted = rows.only(
        "case", "party", "code", "court", "batch", "run", "stage", "state", "outcome", "elements"
    )
    return {(row.case_id, row.party_id): row for row in wanted}


def is_known(before: Score | None, now: Observation, run: Run, *, silent: bool) -> bool:
    """Whether this was said already; a run that must be silent takes nothing back that another said."""
    if before is None or before.stage == "draft":
        return False
    same = before.outcome == now.outcome and before.elements == dict(now.features)
    return same and (before.run_id == run.pk or silent)


# --- since it came into use -----------------------------------------------------------------------------------------
def watch_run(run: Run, at: datetime) -> dict[str, Any]:
    """Measure how a run has done on judgments it did not learn from: coverage, abstention, drift of the elements.

    Only what is settled: a share that moved the day after a judge was told something would tell of it. For the same
    reason only ``told`` is for people; it stands still until a whole group of cases has come to it.
    """
    law, day = law_in_use(), today()
    settled = all_settled_until(run.court, law, day)
    judged = Score.objects.current().filter(run=run.pk, at__date__lte=settled).exclude(stage="draft")
    judged = judged.filter(case__closed_on__gt=run.window_to) if run.window_to else judged
    elements = judged.values_list("elements", flat=True).iterator(chunk_size=CHUNK)
    drift = {
        "as_of": at.isoformat(),
        **measured(judged),
        "moved": moved(run.card.get("reference", {}), elements),
    }
    least = int(law.deviation_setting("min_group", run.court_id, day))
    drift["told"] = told(run.drift.get("told", {}), drift, least)
    Run.objects.filter(pk=run.pk).update(drift=drift)
    return drift


def measured(judged: QuerySet[Score]) -> dict[str, Any]:
    """How many outcomes lay in their intervals, and of how many nothing was said; counted where they are stored."""

    def count(**scored: Any) -> Count:
        return Count("pk", filter=Q(state="scored", **scored))

    counts = judged.aggregate(
        n=Count("pk"), scored=count(),
        hits90=count(outcome__gte=F("low"), outcome__lte=F("high")), n90=count(low__isnull=False, high__isnull=False),
        hits99=count(outcome__gte=F("low99"), outcome__lte=F("high99")), n99=count(low99__isnull=False, high99__isnull=False),
    )  # fmt: skip
    return {
        "n": counts["n"],
        "coverage90": Share(counts["hits90"], counts["n90"]).as_json(),
        "coverage99": Share(counts["hits99"], counts["n99"]).as_json(),
        "abstained": Share(counts["n"] - counts["scored"], counts["n"]).as_json(),
    }


# --- the night ---------------------------------------------------------------------------------------------------------
def courts_to_score() -> list[Court]:
    """Every court a run in use speaks for."""
    court_ids = {court_id for run in runs().in_use() for court_id in court_and_below(run.court_id)}
    return list(Court.objects.filter(pk__in=court_ids).order_by("position", "code"))
