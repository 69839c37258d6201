"""What pages show of runs (模型页面): by court in organisational order, each with its card and whether it may be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from catalogues.kinds import KINDS
from catalogues.selectors import law_in_use
from catalogues.sentencing_law import DeviationModel as Kind
from courts.models import Court, User
from courts.reach import court_and_below
from courts.roles import Permission
from deviation.calibration import last_day
from deviation.fitting import UNFINISHED
from deviation.models import Run
from deviation.training import may_release
from deviation.using import courts_above, limits_of, runs, stopped_strata, unusable
from deviation.wording import WHY_NOT

OPEN_STATES = ("queued", "training", "trained", "in_use")
SHOWN_TO_ALL = ("in_use", "superseded")
PAST = 60  # of those that ended, the newest

UNUSABLE = {
    "stale": gettext_lazy("数据已过期，停止评价"),
    "uncalibrated": gettext_lazy("区间覆盖率不在规定的上下限以内，停止评价"),
    "drifted": gettext_lazy("案件要素的分布已有显著变化，停止评价"),
}


# --- who sees which ------------------------------------------------------------------------------------------
def courts_of(user: User) -> set[int]:
    """The courts whose runs bear on this person's: their own, those above, and those below where they train or release."""
    found: set[int] = set()
    for seat in user.seats:
        found |= set(courts_above(seat.court_id))
    for court_id in keeps(user):
        found |= court_and_below(court_id)
    return found


def keeps(user: User) -> set[int]:
    """The courts where the person trains or releases."""
    return user.courts_where(Permission.TRAIN_DEVIATION) | user.courts_where(Permission.RELEASE_DEVIATION)


def runs_seen(user: User) -> QuerySet[Run]:
    """What is or was in use, everybody of its courts; what is being prepared, those who keep runs there."""
    kept: set[int] = set()
    for court_id in keeps(user):
        kept |= court_and_below(court_id)
    return runs().filter(Q(court__in=courts_of(user), state__in=SHOWN_TO_ALL) | Q(court__in=kept))


# --- the list ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Listed:
    """A run as a row: what it is called, how it did, and why it does not score, if so."""

    run: Run
    name: str
    held_out: Mapping[str, Any] | None
    since: Mapping[str, Any] | None
    usable_until: date | None
    problem: str


def listed(user: User, day: date, *, past: bool) -> list[tuple[Court, list[Listed]]]:
    """Runs by court in organisational order, and in a court by the order of the catalogue, newest first."""
    seen = runs_seen(user).order_by("court__position", "court__code", "code", "-asked_at", "-pk")
    wanted = seen.exclude(state__in=OPEN_STATES) if past else seen.filter(state__in=OPEN_STATES)
    found: dict[Court, list[Listed]] = {}
    for run in wanted[: PAST if past else None]:
        found.setdefault(run.court, []).append(row_of(run, day))
    return [(court, sorted(rows, key=in_order(court, day))) for court, rows in found.items()]


def in_order(court: Court, day: date) -> Callable[[Listed], int]:
    """The place of a run's outcome in the catalogue; what is not in it any more comes last."""
    codes = list(law_in_use().deviation_models(court.pk, day))
    return lambda row: codes.index(row.run.code) if row.run.code in codes else len(codes)


def row_of(run: Run, day: date) -> Listed:
    held_out = (run.card.get("held_out") or {}).get("all")
    return Listed(
        run=run,
        name=name_of(run, day),
        held_out=said(held_out) if held_out else None,
        since=said(told_of(run)) if told_of(run) else None,
        usable_until=usable_until(run, day),
        problem=problem_of(run, day),
    )


def name_of(run: Run, day: date) -> str:
    return run.card.get("name") or name_in_catalogue(run.code, run.court_id, day)


def name_in_catalogue(code: str, court_id: int, day: date) -> str:
    kind = law_in_use().deviation_models(court_id, day).get(code)
    return kind.name if kind else code


def usable_until(run: Run, day: date) -> date | None:
    return last_day(run.window_to, limits_of(run, day)) if run.window_to and run.card else None


def problem_of(run: Run, day: date) -> str:
    """Why a run does not score, or must not be released, if so."""
    why = unusable(run, day) if run.state in ("in_use", "trained") else None
    return str(UNUSABLE[why]) if why else ""


# --- asking ----------------------------------------------------------------------------------------------------
def courts_to_ask(user: User) -> list[Court]:
    return list(Court.objects.filter(pk__in=user.courts_where(Permission.TRAIN_DEVIATION)))


def kinds_to_ask(courts: Iterable[Court], day: date) -> dict[str, Kind]:
    """The outcomes that may be trained in any of these courts, in the order of the catalogue."""
    found: dict[str, Kind] = {}
    for court in courts:
        found |= law_in_use().deviation_models(court.pk, day)
    return found


# --- the card -------------------------------------------------------------------------------------------------
def page_of(run: Run, user: User, day: date) -> dict[str, Any]:
    """Everything the page of a run shows."""
    return {
        "run": run,
        "name": name_of(run, day),
        "moving": run.state in UNFINISHED,
        "problem": problem_of(run, day),
        "usable_until": usable_until(run, day),
        "may_release": run.state == "trained" and may_release(user, run),
        "asked_it": run.state == "trained" and run.asked_by_id == user.pk,
        "card": card_shown(run, day) if run.card else None,
    }


def card_shown(run: Run, day: date) -> dict[str, Any]:
    """The model card as pages and the impact assessment draw it."""
    card, held_out = run.card, run.card["held_out"]
    fewest = int(law_in_use().deviation_setting("min_group", run.court_id, day))
    large = [one for one in held_out["strata"] if one["n"] >= fewest]
    return {
        "note": card.get("note", ""),
        "unit": card["unit"],
        "min_peers": card["min_peers"],
        "features": [one["name"] for one in card["features"]],
        "excluded": card["excluded"],
        "editions": editions_shown(run.editions),
        "held_out": {"from": held_out["from"], "to": held_out["to"], **said(held_out["all"])},
        "strata": [{"stratum": one["stratum"], **said(one)} for one in large],
        "small": len(held_out["strata"]) - len(large),
        "fewest": fewest,
        "since": since_release(run),
        "courts": court_share(card["model"]),
        "versions": card["model"].get("libraries") or {},
        "stopped": stopped_strata(run, day) if run.state == "in_use" else [],
        "limits": limits_of(run, day),
    }


def public_card(run: Run, day: date) -> dict[str, Any]:
    """The card as data: without the small strata, and nothing of single courts."""
    card, held_out = run.card, run.card["held_out"]
    fewest = int(law_in_use().deviation_setting("min_group", run.court_id, day))
    kept = {
        name: card[name] for name in ("name", "unit", "scale", "min_peers", "note", "features", "excluded")
    }
    return {
        **kept,
        "held_out": {**held_out, "strata": [one for one in held_out["strata"] if one["n"] >= fewest]},
        "court_variance_share": court_share(card["model"]),
        "versions": card["model"].get("libraries") or {},
    }


def said(measured: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a group of cases in words: shares as percentages with their interval."""
    abstained = measured.get("abstained") or {}
    silent = abstained.get("hits") if "hits" in abstained else sum(abstained.values())
    return {
        **measured,
        "abstained_n": silent,
        "abstained_share": percent(silent / measured["n"]) if measured.get("n") else "—",
        "coverage90_said": share_said(measured.get("coverage90")),
        "coverage99_said": share_said(measured.get("coverage99")),
        "why": [] if "hits" in abstained else reasons(abstained),
    }


def reasons(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(WHY_NOT[code][0] if code in WHY_NOT else code, n) for code, n in counts.items()]


def share_said(share: Mapping[str, Any] | None) -> str:
    """90.2%（88.1%–92.0%，n=812）."""
    if not share or share.get("share") is None:
        return "—"
    interval = f"{percent(share['low'])}–{percent(share['high'])}"
    return f"{percent(share['share'])}（{interval}，n={share['n']:,}）"


def percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.1f}%"


def told_of(run: Run) -> dict[str, Any]:
    """What may be shown of how a run has done: the exact numbers serve to stop it, and are for nobody to read."""
    return dict(run.drift.get("told") or {})


def since_release(run: Run) -> dict[str, Any] | None:
    """How it has done on judgments since it came into use, and which element has moved farthest."""
    drift = told_of(run)
    if not drift:
        return None
    moved = drift["moved"]
    names = {one["key"]: one["name"] for one in run.card["features"]}
    farthest = names.get(moved.get("farthest", ""), "")
    return {
        **said(drift),
        "psi": moved["psi"],
        "farthest": farthest,
        "as_of": drift["as_of"][:10],
    }


def court_share(model_card: Mapping[str, Any]) -> str:
    """Which share of what is left unexplained lies between courts: one number over all strata, never which court."""
    strata = (model_card.get("strata") or {}).values()
    known = [(one["n"], one["courts"]["variance_share"]) for one in strata if "courts" in one]
    cases = sum(n for n, _share in known)
    return percent(sum(n * share for n, share in known) / cases if cases else None)


def editions_shown(editions: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(KINDS[kind].label, number) for kind, number in editions.items() if kind in KINDS]
