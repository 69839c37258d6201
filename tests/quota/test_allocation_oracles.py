"""The same answers by other ways: a heap, the printed algorithm with fractions, and a flow of least cost."""

from fractions import Fraction
from heapq import heapify, heapreplace
from random import Random

import numpy as np
import pytest
from ortools.graph.python import min_cost_flow

from quota.allocation import allocate
from tests.quota.plans import random_plan

PLANS = 300


def by_heap(total, needs, low, high):
    """Seat by seat to the largest n² / (k·(k+1)), in fractions."""

    def entry(code, held):
        if not needs[code]:
            return (1, Fraction(held), 0, code, held)
        return (0, -(Fraction(needs[code]) ** 2) / (held * (held + 1)), -Fraction(needs[code]), code, held)

    seats = dict(low)
    queue = [entry(code, low[code]) for code in needs if low[code] < high[code]]
    heapify(queue)
    for _ in range(total - sum(low.values())):
        code = queue[0][3]
        seats[code] += 1
        following = entry(code, seats[code]) if seats[code] < high[code] else (2,)
        heapreplace(queue, following)
    return seats


def by_the_book(total, needs, low, high):
    """The bounded largest remainder as it is printed in the model, in fractions."""
    seats, free = {}, dict(needs)
    while True:
        left = total - sum(seats.values())
        whole = sum(map(Fraction, free.values()))
        shares = {
            code: Fraction(need) / whole * left if whole else Fraction(left, len(free))
            for code, need in free.items()
        }
        under = {code: low[code] - share for code, share in shares.items() if share < low[code]}
        over = {code: share - high[code] for code, share in shares.items() if share > high[code]}
        if not under and not over:
            break
        side, bound = (under, low) if sum(under.values()) >= sum(over.values()) else (over, high)
        for code in side:
            seats[code] = bound[code]
            del free[code]
    seats |= {code: int(share) for code, share in shares.items()}
    queue = sorted(shares, key=lambda code: (-(shares[code] % 1), -needs[code], code))
    for code in queue[: total - sum(seats.values())]:
        seats[code] += 1
    return seats


@pytest.mark.parametrize("seed", range(PLANS))
def test_huntington_hill_equals_giving_seat_by_seat(seed):
    total, needs, low, high = random_plan(Random(seed))
    assert allocate(total, needs, low=low, high=high, method="huntington_hill").seats == by_heap(
        total, needs, low, high
    )


@pytest.mark.parametrize("seed", range(PLANS))
def test_largest_remainder_equals_the_algorithm_as_printed(seed):
    total, needs, low, high = random_plan(Random(seed), floors=0)
    assert allocate(total, needs, low=low, high=high).seats == by_the_book(total, needs, low, high)


@pytest.mark.parametrize("seed", range(20))
def test_huntington_hill_is_the_cheapest_flow(seed):
    total, needs, low, high = random_plan(Random(seed), most=25)
    needs = {code: need or 0.5 for code, need in needs.items()}
    seats = allocate(total, needs, low=low, high=high, method="huntington_hill").seats
    scale = 10**9 / max(need * need for need in needs.values())
    rows = [
        (place, -round(scale * needs[code] ** 2 / (k * (k + 1))))
        for place, code in enumerate(needs, start=1)
        for k in range(low[code], high[code])
    ]
    flow = min_cost_flow.SimpleMinCostFlow()
    sink = len(needs) + 1
    for place, cost in rows:
        flow.add_arc_with_capacity_and_unit_cost(place, sink, 1, cost)
    for place, code in enumerate(needs, start=1):
        flow.add_arc_with_capacity_and_unit_cost(0, place, high[code] - low[code], 0)
    more = total - sum(low.values())
    flow.set_node_supply(0, more)
    flow.set_node_supply(sink, -more)
    assert flow.solve() == flow.OPTIMAL
    ours = -sum(
        round(scale * need**2 / (k * (k + 1)))
        for code, need in needs.items()
        for k in range(low[code], seats[code])
    )
    assert ours == flow.optimal_cost()


@pytest.mark.parametrize("seed", range(3))
def test_three_thousand_courts_equal_the_heap(seed):
    random = np.random.default_rng(seed)
    needs = {f"c{place:04}": float(need) for place, need in enumerate(random.lognormal(2.5, 0.8, 3000))}
    low = dict.fromkeys(needs, 3)
    high = {code: max(4, round(need * 1.6)) for code, need in needs.items()}
    total = sum(high.values()) * (seed + 6) // 10
    assert allocate(total, needs, low=low, high=high, method="huntington_hill").seats == by_heap(
        total, needs, low, high
    )
