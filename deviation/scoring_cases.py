"""One outcome of one case beside its peers, and the false-discovery control of its month (偏离评估).

``q`` is controlled over all current scores of a court, a kind of outcome and a month, drafts among them: whoever comes
later changes it for all, in whatever order they come. Telling the judge is ``notices``; whole courts are ``sweeps``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from cases.models import Case, Party
from catalogues.selectors import law_in_use
from courts.clock import today
from deviation import frames
from deviation.calibration import controlled
from deviation.guiding import guided
from deviation.models import Draft, Run, Score
from deviation.observation import Assessment, Observation
from deviation.turns import take_scoring_turn
from deviation.using import assessed, run_for

MONTHS = "months"
SAME = 1e-12

#: What was disclosed keeps the q it was disclosed with: were it to move, it would tell of drafts nobody may know of.
UPDATE_Q = """
UPDATE deviation_score s SET q = new.q FROM unnest(%s::bigint[], %s::float8[]) AS new (id, q)
 WHERE s.id = new.id AND NOT s.disclosed"""


@transaction.atomic
def score_case(
    *,
    case: Case,
    party: Party | None = None,
    code: str,
    outcome: float,
    stage: str,
    draft: Draft | None = None,
    elements: Mapping[str, Any] | None = None,
    at: datetime,
) -> Score:
    """Hold an outcome of a case, drafted or given, against its peers; it becomes the latest of its kind.

    ``elements`` are laid over the recorded ones. Without a run that may be used the score abstains and says why.
    """
    day, run = today(), run_for(case.court_id, code)
    observation = frames.observation_of(
        case=case, party=party, code=code, outcome=outcome, law=law_in_use(), elements=elements,
        court=run.court_id if run else None, on=day,
    )  # fmt: skip
    take_scoring_turn([case.court_id])
    (said,) = assessed(run, [observation], day)
    steps = draft.guideline if draft else {}
    batch = batch_of(case.closed_on if stage != "draft" and case.closed_on else day)
    made = new_score(
        case, observation, said, code=code, run=run, stage=stage, at=at, batch=batch, steps=steps, day=day
    )
    made.draft = draft
    store([made])
    made.refresh_from_db(fields=["q"])
    return made


def batch_of(day: date) -> str:
    """The month over which false discoveries are controlled."""
    return f"{day:%Y-%m}"


def new_score(
    case: Case,
    observation: Observation,
    said: Assessment,
    *,
    code: str,
    run: Run | None,
    stage: str,
    at: datetime,
    batch: str,
    steps: Mapping[str, Any],
    day: date,
) -> Score:
    """The score of an observation, not stored yet."""
    guideline: dict[str, Any] = {}
    if code == MONTHS and steps:
        guideline = guided(
            case=case, months=observation.outcome, steps=steps, elements=observation.features, on=day
        )
    return Score(
        case=case,
        party_id=frames.case_and_party(observation.id)[1],
        court_id=case.court_id,
        run=run,
        code=code,
        stratum=observation.stratum,
        stage=stage,
        at=at,
        batch=batch,
        outcome=observation.outcome,
        elements=dict(observation.features),
        guideline=guideline,
        **said_by(said),
        band=band_of(observation.outcome, said, guideline),
    )


def said_by(said: Assessment) -> dict[str, Any]:
    """The assessment as fields of a score."""
    return {
        "state": said.state,
        "reason_code": said.reason_code,
        "expected": said.expected,
        "low": said.low,
        "high": said.high,
        "low99": said.low99,
        "high99": said.high99,
        "baseline": said.baseline,
        "baseline_n": said.baseline_n,
        "peers": said.peers,
        "surprise": said.score,
        "p": said.p,
        "direction": said.direction or "",
        "comparables": list(said.comparables),
        "factors": [list(pair) for pair in said.factors],
    }


def band_of(outcome: float, said: Assessment, guideline: Mapping[str, Any]) -> str:
    """green inside 90 %, yellow outside, red outside 99 % or outside the guideline's interval; "" where nothing is said.

    What else is amiss with the steps (a missing circumstance, a ratio) is said to the judge beside, and colours nothing.
    """
    if guideline.get("inside") is False:
        return "red"
    if said.state != "scored":
        return ""
    if not within(outcome, said.low99, said.high99):
        return "red"
    return "green" if within(outcome, said.low, said.high) else "yellow"


def within(outcome: float, low: float | None, high: float | None) -> bool:
    return (low is None or outcome >= low) and (high is None or outcome <= high)


# --- storing ----------------------------------------------------------------------------------------------------
def store(scores: Sequence[Score]) -> None:
    """Make these the latest of their kind and control their months anew. The caller holds the turn of their courts."""
    if not scores:
        return
    former = Score.objects.filter(latest=True, case__in={one.case_id for one in scores})
    kinds = {(one.case_id, one.party_id, one.code) for one in scores}
    replaced = [
        row
        for row in former.values_list("pk", "case", "party", "code", "court", "batch")
        if row[1:4] in kinds
    ]
    Score.objects.filter(pk__in=[pk for pk, *_ in replaced]).update(latest=False)
    Score.objects.bulk_create(scores)
    months = {(one.court_id, one.code, one.batch) for one in scores}
    months |= {(court, code, batch) for _pk, _case, _party, code, court, batch in replaced}
    for court_id, code, batch in sorted(months):
        control(court_id, code, batch)


def control(court_id: int, code: str, batch: str) -> None:
    """q after Benjamini and Hochberg over what is current of the court's month; only what changed is written."""
    rows = Score.objects.current().filter(court=court_id, code=code, batch=batch, state="scored")
    found = list(rows.order_by("pk").values_list("pk", "p", "q"))
    if not found:
        return
    values = controlled([p for _pk, p, _q in found])
    changed = [
        (pk, q) for (pk, _p, old), q in zip(found, values, strict=True) if old is None or abs(old - q) > SAME
    ]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(UPDATE_Q, [[pk for pk, _ in changed], [q for _, q in changed]])


def steps_of_drafts(case_ids: Sequence[int]) -> dict[tuple[int, int | None], Mapping[str, Any]]:
    """The newest guideline steps (量刑步骤) the present judge has saved, by case and party: another's are not theirs."""
    drafts = (
        Draft.objects.filter(case__in=case_ids, judge=F("case__judge"))
        .exclude(Q(guideline={}))
        .order_by("saved_at", "pk")
    )
    return {(one.case_id, one.party_id): one.guideline for one in drafts}
