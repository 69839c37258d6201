"""The demo's docket day by day: cases come in, wait, and are closed, oldest intention first.

Every case means to be closed on some day (``key``). Each day closes exactly as many as the shape says, those first whose
day has come first; so every period's figures hold exactly, and a busy court's cases wait a little longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from heapq import heapify, heappop, heappush
from random import Random

from pipeline.demo.dues import Dues
from pipeline.demo.facts import NONE, Facts, Scene, slow_plan
from pipeline.demo.follow import Follower, FollowUp
from pipeline.demo.intake import Intake
from pipeline.demo.kinds import ENFORCEMENT_SHARE, KINDS, SECOND_SHARE, Kind
from pipeline.demo.people import NEAREST, Bench, Staff
from pipeline.demo.shape import Shape
from pipeline.demo.special import FAR_ENOUGH, Reserved

WATCH = 16  # days before today from which on nothing may come near its limit by accident
SHORT = 22  # limits up to this many days do not begin at Cuiping in those days
OLD = 340  # days; what is pending for longer is meant to be
SLOW_SHARE = 0.035
NEVER = 1 << 40


@dataclass(slots=True)
class Docketed:
    """A case as the docket knows it. Days are numbers of the almanac; ``number`` is the case number (案号)."""

    kind: Kind
    court: str
    filed: int
    key: int
    number: str
    serial: int
    cause: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    amount: int
    bench: Bench | None
    detained: bool
    facts: Facts
    link: FollowUp | None = None
    is_reserved: bool = False
    sealed: bool = False
    id: int = 0
    ending: str = ""
    appeal: tuple[int, int] | None = None  # received, sent to the court above


class Docket:
    """Runs the court from the first day to today."""

    def __init__(
        self, *, shape: Shape, dues: Dues, staff: Staff, reserved: list[Reserved], rng: Random, factor: float
    ) -> None:
        self.shape, self.dues, self.almanac = shape, dues, dues.almanac
        self.rng = rng
        self.staff = staff
        self.intake = Intake(self.almanac, rng, factor, shape.start)
        self.follower = Follower(rng, self.almanac.on_or_after)
        self.reserved = reserved
        self.open: list[tuple[int, int, Docketed]] = []
        self.filed = self.given_out = 0
        self.owed = 0
        self.due: dict[int, date | None] = {}

    def run(self) -> Iterator[tuple[Docketed, int | None]]:
        """Every case with the day it was closed: the closed ones in order of closing, then the open ones."""
        self._file_old()
        for day in range(self.shape.start, self.almanac.today + 1):
            if day >= self.almanac.today - WATCH:
                self._hurry(day)
            yield from self._close(day, self.shape.closings[day] + self.owed)
            self._file(day, self.shape.filings[day])
        for _, _, case in sorted(self.open):
            yield self._given_out(case), None

    # --- filing -----------------------------------------------------------------------------------------
    def _file_old(self) -> None:
        """The stock the first period opens with: filed in the months before, the latest most."""
        waiting = [each for each in self.reserved if each.filed < self.shape.start]
        n = max(self.shape.old - len(waiting), 0)
        back = sorted((min(int(self.rng.expovariate(1 / 24)) + 1, 150) for _ in range(n)), reverse=True)
        days = sorted([self.almanac.on_or_before[self.shape.start - days] for days in back])
        at = 0
        for each in waiting:
            while at < len(days) and days[at] <= each.filed:
                self._file_any(days[at])
                at += 1
            self._file_reserved(each)
        for day in days[at:]:
            self._file_any(day)
        self.reserved = self.reserved[len(waiting) :]

    def _file(self, day: int, n: int) -> None:
        while self.reserved and self.reserved[0].filed <= day:
            self._file_reserved(self.reserved.pop(0))
            n -= 1
        for lane, share in (("second", SECOND_SHARE), ("enforcement", ENFORCEMENT_SHARE)):
            quota = max(int(n * share / 100 + self.rng.random()), 0)
            n -= quota
            for _ in range(quota):
                self._file_following(day, lane)
        while n > 0 and self.follower.is_waiting("other", day):
            self._file_following(day, "other")
            n -= 1
        for _ in range(n):
            self._file_new(day)

    def _file_any(self, day: int) -> None:
        if self.rng.random() < ENFORCEMENT_SHARE / 100:
            self._file_following(day, "enforcement")
        else:
            self._file_new(day)

    def _file_new(self, day: int) -> None:
        kind, court = self.intake.draw()
        if court == NEAREST and kind.days <= SHORT and day >= self.almanac.today - WATCH - SHORT:
            kind = KINDS["civ_summary" if kind.category != "刑事" else "crim_ordinary"]
        self._admit(kind, court, day, None)

    def _file_following(self, day: int, lane: str) -> None:
        link = self.follower.next(lane, day)
        if link is None:
            kind, court = self.intake.unlinked(lane)
            self._admit(kind, court, day, None)
        else:
            self._admit(KINDS[link.kind], link.court, day, link)

    def _file_reserved(self, wanted: Reserved) -> None:
        bench = self._bench_of(wanted.judge) if wanted.judge else None
        case = self._new(wanted.kind, wanted.court, wanted.filed, None, wanted.facts)
        case.is_reserved, case.key = True, NEVER
        case.detained, case.sealed = wanted.detained, False
        case.bench = bench or case.bench or self.intake.bench(self.staff, case.court, case.kind)
        self._push(case)

    def _admit(self, kind: Kind, court: str, day: int, link: FollowUp | None) -> None:
        facts, lasts, limit = NONE, self.intake.lasts(kind), kind.days
        if kind.slow and self.rng.random() < SLOW_SHARE:
            plan = slow_plan(
                self.rng.choice(kind.slow), Scene(kind, day, self.rng, self.almanac.on_or_after.__getitem__)
            )
            facts, lasts, limit = plan.facts, plan.lasts, plan.limit
        case = self._new(kind, court, day, link, facts)
        # A court sees to short limits first, however much is waiting.
        case.key = day + max(1, min(lasts, limit - min(15, limit // 4))) - max(0, (60 - limit) // 3)
        self._push(case)

    def _new(self, kind: Kind, court: str, day: int, link: FollowUp | None, facts: Facts) -> Docketed:
        intake = self.intake
        number, serial = intake.number(court, kind.code, day)
        cause = link.cause if link and kind.causes.keys() != {""} else intake.cause(kind)
        left, right = link.parties if link else intake.parties(kind, court, cause)
        is_fresh = day >= self.almanac.today - 1 and self.rng.random() < 0.8
        return Docketed(
            kind, court, day, 0, number, serial, cause, left, right,
            link.amount if link and kind.amount else intake.amount(kind),
            None if is_fresh else intake.bench(self.staff, court, kind),
            link.detained if link and kind.detained else kind.detained > 0 and self.rng.random() < kind.detained,
            facts, link,
            sealed=kind.code == "刑初" and self.rng.random() < 0.006,
        )  # fmt: skip

    def _bench_of(self, username: str) -> Bench:
        judge = self.staff.position(username)
        return next(
            bench for benches in self.staff.benches.values() for bench in benches if bench.judge == judge
        )

    def _push(self, case: Docketed) -> None:
        self.filed += 1
        heappush(self.open, (case.key, self.filed, case))

    # --- closing ----------------------------------------------------------------------------------------
    def _close(self, day: int, n: int) -> Iterator[tuple[Docketed, int]]:
        while n and self.open and self.open[0][0] < NEVER:
            case = self.open[0][2]
            if case.filed == day:
                break
            heappop(self.open)
            self._given_out(case)
            case.bench = case.bench or self.intake.bench(self.staff, case.court, case.kind)
            self.follower.follow(case, day)
            n -= 1
            yield case, day
        self.owed = n

    def _given_out(self, case: Docketed) -> Docketed:
        """Cases are numbered as they leave the docket, so that their rows arrive in the order of their ids."""
        case.id = self.given_out
        self.given_out += 1
        return case

    def _hurry(self, day: int) -> None:
        """Close first what would otherwise be overdue today, near its limit at Cuiping, or pending for a year."""
        today = self.almanac.dates[self.almanac.today]
        for at, (key, order, case) in enumerate(self.open):
            if case.is_reserved or key == 0:
                continue
            if order not in self.due:
                self.due[order] = self.dues.due(case.kind, case.filed, case.facts, detained=case.detained)
            due, is_old = self.due[order], self.almanac.today - case.filed > OLD
            if is_old or (
                due is not None and (due - today).days <= (FAR_ENOUGH if case.court == NEAREST else 0)
            ):
                case.key = 0
                self.open[at] = (0, order, case)
        heapify(self.open)
