"""The long job of training (训练): history drawn, models fitted, tried on newer cases, on planted and on null data.

It runs in the background and may be killed at any moment: whoever takes it up begins anew and comes to the same model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from catalogues.selectors import SENTENCED, editions_key, law_in_use
from catalogues.sentencing_law import DeviationModel as Kind
from deviation import frames, trust
from deviation.calibration import reference, validated
from deviation.models import Run
from deviation.observation import Observation
from deviation.scoring import DeviationModel
from deviation.turns import held

STALE = timedelta(seconds=60)
MOST_ATTEMPTS = 3
UNFINISHED = ("queued", "training")
Clock = Callable[[], datetime]

GIVEN_UP = f"训练{MOST_ATTEMPTS}次都中途中断，不再重试；可以重新发起，仍不行请告知系统管理员。"
DRAWING, TRYING, FITTING, CHECKING = "读取往案", "用较早的案件训练", "用全部案件训练", "对照检验"


class CannotTrain(Exception):
    """There is no model to be had from this data; the sentence says why."""


def train_run(run_id: int, clock: Clock) -> bool:
    """Carry a run out from its beginning; False where it is not ours to do."""
    with held(run_id) as is_alone:
        run = Run.objects.defer("artefact").select_related("court").filter(pk=run_id).first()
        if not is_alone or run is None or run.state not in UNFINISHED:
            return False
        if run.attempts >= MOST_ATTEMPTS:
            return not note(run, state="failed", problem=GIVEN_UP, finished_at=clock())
        note(run, state="training", progress=0, started_at=clock(), attempts=run.attempts + 1)
        try:
            found = trained(run)
        except (CannotTrain, ValueError) as wrong:
            return not note(run, state="failed", problem=str(wrong)[:500], step="", finished_at=clock())
        return note(run, state="trained", progress=100, step="", finished_at=clock(), **found)


def trained(run: Run) -> dict[str, Any]:
    """The model, its card and what it is worth, as fields of the run."""
    kind = kind_of(run)
    note(run, step=DRAWING, progress=2)
    cases = frames.with_codes(frames.history(court=run.court, code=run.code, window=window_of(run)))
    refuse_few(cases, kind)

    def build() -> DeviationModel:
        return DeviationModel(scale=kind.scale, min_peers=kind.min_peers, seed=run.seed)

    older, newer = trust.split(cases)
    refuse_one_day(newer)
    note(run, step=TRYING, progress=10)
    trial_model = build().fit(older)
    fdr = float(law_in_use().deviation_setting("fdr", run.court_id, day_of(run)))
    held_out = validated(newer, trial_model.assess(newer, fdr=fdr))
    note(run, step=FITTING, progress=30)
    model = build().fit(cases)
    data = model.to_bytes()
    note(run, step=CHECKING, progress=50)
    trial = trust.Trial(build, older, newer, kind.scale, fdr)
    worth = trust.tried(
        trial, trial_model, lambda step: bool(note(run, progress=50 + 49 * step // trust.steps()))
    )
    return {
        "n": len(cases),
        "artefact": data,
        "digest": sha256(data).hexdigest(),
        "card": card_of(run, kind, cases, model, held_out),
        "trust": worth,
        "editions": editions(),
    }


def kind_of(run: Run) -> Kind:
    kind = law_in_use().deviation_models(run.court_id, day_of(run)).get(run.code)
    if kind is None:
        raise CannotTrain(f"目录“偏离度模型”中没有 {run.code}，请先发布。")
    return kind


def day_of(run: Run) -> date:
    return run.window_to or date.max


def window_of(run: Run) -> frames.Window:
    return frames.Window(run.window_from or date.min, day_of(run))


def refuse_few(cases: Sequence[Observation], kind: Kind) -> None:
    if len(cases) < kind.min_history:
        raise CannotTrain(
            f"有{kind.name}的已结往案 {len(cases)} 件，少于目录要求的 {kind.min_history} 件，不能训练。"
        )


def refuse_one_day(newer: Sequence[Observation]) -> None:
    if not newer:
        raise CannotTrain("往案集中在同一天结案，不能按时间先后检验，不能训练。")


# --- the card ------------------------------------------------------------------------------------------------
def card_of(
    run: Run, kind: Kind, cases: Sequence[Observation], model: DeviationModel, held_out: dict[str, Any]
) -> dict[str, Any]:
    """The model card (模型卡): data, features used and excluded, how it did on newer cases, the estimator's own card."""
    elements = law_in_use().case_elements(run.court_id, day_of(run))
    used = sorted({name for case in cases for name in case.features})
    left_out = [one for one in elements.values() if not one.usable]
    return {
        "name": kind.name,
        "unit": kind.unit,
        "scale": kind.scale,
        "min_peers": kind.min_peers,
        "note": kind.note,
        "features": [{"key": key, "name": frames.feature_name(key, elements)} for key in used],
        "excluded": [
            {"key": one.key, "name": one.name, "protected": one.protected, "why": one.reason}
            for one in left_out
        ],
        "held_out": held_out,
        "reference": reference([case.features for case in cases]),
        "model": model.card_,
    }


def editions() -> dict[str, Any]:
    """The editions of the catalogues it was made by, local ones in the key."""
    national = law_in_use().editions
    return {kind: national[kind] for kind in SENTENCED if kind in national} | {"key": editions_key(SENTENCED)}


# --- who carries it out ------------------------------------------------------------------------------------------
def note(run: Run, **fields: Any) -> bool:
    """Write how far it is; at once, so that whoever waits sees it."""
    for name, value in fields.items():
        setattr(run, name, value)
    return bool(Run.objects.filter(pk=run.pk).update(**fields))


def left_behind(at: datetime) -> list[int]:
    """Runs nobody has begun or ended for a while: their worker died or their task was lost, or they are long ones."""
    waiting = Run.objects.filter(state__in=UNFINISHED).only("pk", "started_at", "asked_at").order_by("pk")
    return [one.pk for one in waiting if (one.started_at or one.asked_at) < at - STALE]
