"""Other ways to the same seats: a heap, a flow of least cost, a program in whole numbers; and a province to share out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heapreplace
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow
from scipy.optimize import Bounds, LinearConstraint, milp

#: The dearest seat in whole units of cost.
SCALE = 10**12
OR_TOOLS = f"OR-Tools {version('ortools')} min-cost-flow"
MILP = f"scipy {version('scipy')} milp"
HEAP = "heap"


@dataclass(frozen=True)
class Province:
    """Courts with needs and bounds, and the seats to share."""

    needs: dict[str, float]
    low: dict[str, int]
    high: dict[str, int]
    total: int

    @property
    def more(self) -> int:
        """Seats above the floors."""
        return self.total - sum(self.low.values())

    @cached_property
    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every seat above a floor: its court, and what it saves (n² / (k·(k+1)), in whole units, below nought)."""
        spans = [(self.low[code], self.high[code]) for code in self.needs]
        courts = np.repeat(np.arange(len(spans)), [high - low for low, high in spans])
        held = np.concatenate([np.arange(low, high) for low, high in spans]).astype(float)
        needs = np.fromiter(self.needs.values(), float)
        saved = needs[courts] ** 2 / (held * (held + 1)) / needs.max() ** 2
        return courts, -np.rint(saved * SCALE).astype(np.int64)

    def cost(self, seats: dict[str, int]) -> int:
        _, costs = self.rows
        first = np.concatenate([[0], np.cumsum([self.high[code] - self.low[code] for code in self.needs])])
        return sum(
            int(costs[first[place] : first[place] + seats[code] - self.low[code]].sum())
            for place, code in enumerate(self.needs)
        )


def province(courts: int, seed: int = 0) -> Province:
    """Needs as courts have them, many small and a few large; three seats at least, 45 of a hundred staff at most."""
    random = np.random.default_rng(seed)
    drawn = random.lognormal(2.5, 0.8, courts)
    needs = {f"{place:04}": float(need) for place, need in enumerate(drawn)}
    staffing = {code: 8 + int(need * 3 + random.uniform(0, 10)) for code, need in needs.items()}
    return Province(
        needs,
        dict.fromkeys(needs, 3),
        {code: n * 45 // 100 for code, n in staffing.items()},
        int(drawn.sum()),
    )


def by_heap(given: Province) -> dict[str, int]:
    """Seat by seat to the court that asks loudest."""
    seats = dict(given.low)
    queue = [(-need / (seats[code] * (seats[code] + 1)) ** 0.5, code) for code, need in given.needs.items()]
    heapify(queue)
    for _ in range(given.more):
        code = queue[0][1]
        seats[code] += 1
        held = seats[code]
        asks = -given.needs[code] / (held * (held + 1)) ** 0.5 if held < given.high[code] else 1.0
        heapreplace(queue, (asks, code))
    return seats


def by_flow(given: Province) -> int:
    """The least cost of a flow: a source, the courts, an arc for every seat."""
    courts, costs = given.rows
    flow = min_cost_flow.SimpleMinCostFlow()
    count = len(given.needs)
    room = np.bincount(courts, minlength=count)
    ends = np.full(len(courts), count + 1)
    flow.add_arcs_with_capacity_and_unit_cost(
        np.zeros(count, int), np.arange(1, count + 1), room, np.zeros(count, int)
    )
    flow.add_arcs_with_capacity_and_unit_cost(courts + 1, ends, np.ones(len(courts), int), costs)
    flow.set_node_supply(0, given.more)
    flow.set_node_supply(count + 1, -given.more)
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("the flow found no optimum")
    return int(flow.optimal_cost())


def by_program(given: Province) -> float:
    """The least cost of a program in whole numbers."""
    _, costs = given.rows
    found: Any = milp(
        costs / SCALE,
        integrality=np.ones(len(costs)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(np.ones((1, len(costs))), given.more, given.more),
    )
    return float(found.fun) * SCALE
