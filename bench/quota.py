"""Quota: seats of 3,000 courts by Huntington–Hill, beside a flow of least cost, a program in whole numbers and a heap."""

from __future__ import annotations

from functools import partial

import numpy as np

from bench.harness import Peer, measure
from bench.quota_peers import HEAP, MILP, OR_TOOLS, Province, by_flow, by_heap, by_program, province
from bench.quota_weights import measure_weights
from quota.allocation import allocate

COURTS, CASES, ROUNDS, TRIED = 3_000, 1_000_000, 11, 20
#: What the program in whole numbers answers in a second.
FEWER = 100
#: What a solver for whole numbers may leave open.
GAP = 1e-6


def run(rows: int | None = None) -> int:
    """Measure and print; 1 when an answer is not the optimum."""
    mismatches = measure_seats(rows or COURTS)
    mismatches += measure_weights(rows or CASES)
    return 1 if mismatches else 0


def measure_seats(courts: int) -> int:
    """Dictionaries in, dictionary out, bounds checked; the floor runs once over the needs."""
    given, few = province(courts), province(min(courts, FEWER))
    needs = np.fromiter(given.needs.values(), float)
    mismatches = compare(given, few) + sum(differing(province(courts, seed)) for seed in range(1, TRIED))
    measure(
        "quota seats",
        rows=courts,
        ours=partial(shared, given),
        floor="one pass over the needs",
        floor_work=lambda: np.sqrt(needs * needs + 0.25).sum(),
        peers={
            OR_TOOLS: Peer(courts, partial(by_flow, given)),
            MILP: Peer(len(few.needs), partial(by_program, few)),
            HEAP: Peer(courts, partial(by_heap, given)),
        },
        mismatches=mismatches,
        rounds=ROUNDS,
    )
    return mismatches


def shared(given: Province) -> dict[str, int]:
    return allocate(given.total, given.needs, low=given.low, high=given.high, method="huntington_hill").seats


def differing(given: Province) -> int:
    """How many courts the heap gives other seats."""
    ours, theirs = shared(given), by_heap(given)
    return sum(ours[code] != theirs[code] for code in ours)


def compare(given: Province, few: Province) -> int:
    """The same seats as the heap, and the same optimum as the flow; of a few courts, as the program."""
    cost, small = given.cost(shared(given)), few.cost(shared(few))
    program = abs(small - by_program(few)) > GAP * abs(small)
    return differing(given) + (cost != by_flow(given)) + program
