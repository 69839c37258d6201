"""The whole demo in one call: law, day and seed in, people and slices of rows out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from pipeline.demo.almanac import Almanac
from pipeline.demo.docket import Docket
from pipeline.demo.dues import Dues, Law
from pipeline.demo.people import Staff, staff_of
from pipeline.demo.rows import Ids, Slice, Writer
from pipeline.demo.shape import shape_of
from pipeline.demo.special import reserved

FEWEST = 5_000  # cases; with fewer the court could not hold its special cases
ENOUGH = 60_000


class Demo:
    """The demo court of one day and seed. ``cases`` None gives the published figures; a number scales every flow."""

    def __init__(self, *, law: Law, day: date, seed: int, cases: int | None = None) -> None:
        self.law = law
        self.almanac = Almanac(day, law.calendar)
        self.rng = Random(f"{day} {seed} {cases}")
        self.staff: Staff = staff_of(self.rng)
        self.shape = shape_of(self.almanac, self.rng, cases)
        self.factor = cases / 140_000 if cases else 1.0

    @property
    def total(self) -> int:
        return self.shape.total

    def slices(self, ids: Ids | None = None) -> Iterator[Slice]:
        """Every row. May be asked for once."""
        dues = Dues(self.law, self.almanac)
        docket = Docket(
            shape=self.shape,
            dues=dues,
            staff=self.staff,
            reserved=reserved(dues, self.rng, fewer=min(1.0, self.total / ENOUGH)),
            rng=self.rng,
            factor=self.factor,
        )
        writer = Writer(
            almanac=self.almanac, staff=self.staff, causes=self.law.causes, rng=self.rng, ids=ids or Ids()
        )
        yield from writer.slices(docket.run())
