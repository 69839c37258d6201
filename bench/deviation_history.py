"""Decided cases for the bench of deviation: a file of real ones, or a generated history of the same kind."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from math import exp
from pathlib import Path
from typing import Any

from deviation.observation import Observation

#: A generated history: about as many cases, courts and unexplained variation as a year of traffic crimes of a country has.
CASES, COURTS, UNEXPLAINED, OF_COURTS = 14_000, 2_300, 0.42, 0.16
HEAVY = 0.12  # of the cases, for reasons nobody recorded, lie twice as far out
LEARNED = 0.7


def history(path: str, rows: int | None) -> list[Observation]:
    """The cases of the file, else generated ones; at most so many."""
    cases = list(read(Path(path))) if path else list(drawn(rows or CASES))
    return cases[:rows] if rows else cases


def read(path: Path) -> Iterator[Observation]:
    """JSON Lines as ``deviation fit`` takes them, packed or not."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        for line in lines:
            yield observation(json.loads(line))


def observation(said: dict[str, Any]) -> Observation:
    return Observation(
        id=said["id"],
        stratum=said["stratum"],
        outcome=float(said["outcome"]),
        features=said["features"],
        court=said.get("court") or "",
        audit=said.get("audit") or {},
    )


def drawn(count: int, *, seed: int = 0, prefix: str = "g") -> Iterator[Observation]:
    """Cases of traffic crime with the circumstances courts record, months rounded as courts round them."""
    draw = random.Random(f"history {seed}")
    level = [random.Random(f"court {place}").gauss(0, OF_COURTS) for place in range(COURTS)]
    for place in range(count):
        court = int(COURTS * draw.random() ** 1.6)
        said = circumstances(draw)
        spread = UNEXPLAINED * (2 if draw.random() < HEAVY else 0.85)
        months = exp(expected(said) + level[court] + draw.gauss(0, spread))
        yield Observation(
            id=f"{prefix}{place}",
            stratum="交通肇事罪",
            outcome=float(max(1, round(months) if months < 12 else 3 * round(months / 3))),
            features=said,
            court=f"{'京津冀晋蒙辽吉黑沪苏'[court % 10]}{court:04}",
            audit={"gender": draw.choices((0, 1, 2), (7, 5, 88))[0]},
        )


def circumstances(draw: random.Random) -> dict[str, float]:
    return {
        "flee": int(draw.random() < 0.07),
        "surrender": int(draw.random() < 0.48),
        "forgiven": int(draw.random() < 0.42),
        "compensated": int(draw.random() < 0.52),
        "deaths": draw.choices((0, 1, 2, 3), (22, 74, 3.5, 0.5))[0],
        "injured": draw.choices((0, 1, 2, 3), (88, 10.5, 1, 0.5))[0],
        "serious": draw.choices((0, 1, 2), (91, 8.7, 0.3))[0],
        "minor": draw.choices((0, 1, 2), (97.5, 2.2, 0.3))[0],
        "liability": draw.choices((0, 2, 3), (3.5, 36, 60.5))[0],
    }


def expected(said: dict[str, float]) -> float:
    settled = 0.16 * said["forgiven"] + 0.12 * said["compensated"] + 0.08 * said["surrender"]
    harm = 0.16 * said["deaths"] + 0.06 * said["injured"] + 0.04 * said["serious"]
    return 2.2 + harm - settled + 0.85 * said["flee"] + 0.06 * said["liability"]


def split(cases: Sequence[Observation]) -> tuple[list[Observation], list[Observation]]:
    """Learned from and tried on, by a hash of the case number: the same whoever draws it."""
    learned, tried = [], []
    for case in cases:
        share = int.from_bytes(sha256(case.id.encode()).digest()[:4]) / 2**32
        (learned if share < LEARNED else tried).append(case)
    return learned, tried


def many(cases: Sequence[Observation], count: int, seed: int = 0) -> Iterator[Observation]:
    """So many cases drawn from these, each with a number of its own and an outcome of another case."""
    draw = random.Random(f"many {seed}")
    for place in range(count):
        yield replace(draw.choice(cases), id=f"m{place}", outcome=draw.choice(cases).outcome)
