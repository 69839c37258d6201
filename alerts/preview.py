"""What a draft of the ladders would have said last week (预警阶梯预演): replayed on today's clocks, nothing is written.

Both the draft and the ladders in force are replayed as if they had held all along, over the same days and the cases of
the courts one oversees, sealed ones left out. The answer is numbers alone, and never a person's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from alerts.policy import rungs_of, within_reach
from alerts.recipients import would_be_told
from alerts.sources import SOURCES
from cases.models import Case
from catalogues import schema, selectors
from catalogues.fields import STAGES
from catalogues.ladders import ladder_for, narrowest_first, stage_on
from catalogues.law import AlertLadder
from catalogues.models import Edition
from courts.models import User

DAYS = 7
SLICE = 20_000  # supposed alerts asked about at a time
EXAMPLES = 20
COLUMNS = "case_id, court_id, category, procedure, kind, clock, turn, start_on, due_on"
#: Courts one oversees; of sealed cases (封存) nothing is counted, so that no number tells of one.
OVERSEEN = "c.court_id = ANY(%(courts)s) AND c.sealed = ''"


@dataclass(frozen=True)
class Period:
    """Something watched in one case, as far as ladders look at it."""

    case_id: int
    category: str
    procedure: str
    kind: str
    start_on: date | None
    due_on: date


@dataclass
class Replay:
    """What a set of ladders would have said: alerts by stage, notices by stage and capacity, by day and by person."""

    alerts: Counter[str] = field(default_factory=Counter)
    notices: Counter[tuple[str, str]] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    people: Counter[int] = field(default_factory=Counter)
    told: set[tuple[int, int]] = field(default_factory=set)  # case, person

    @property
    def raised(self) -> int:
        return sum(self.alerts.values())

    @property
    def sent(self) -> int:
        return sum(self.days.values())

    @property
    def most(self) -> int:
        """The most that one person would have been told."""
        return max(self.people.values(), default=0)


@dataclass(frozen=True)
class Preview:
    """A draft beside the ladders in force, over the same days."""

    days: tuple[date, ...]
    cases: int
    draft: Replay
    present: Replay

    @property
    def first(self) -> date:
        return self.days[0]

    @property
    def last(self) -> date:
        return self.days[-1]

    @property
    def newly_told(self) -> set[tuple[int, int]]:
        return self.draft.told - self.present.told

    @property
    def no_longer_told(self) -> set[tuple[int, int]]:
        return self.present.told - self.draft.told

    @property
    def by_stage(self) -> list[tuple[str, int, int]]:
        return [(stage, self.draft.alerts[stage], self.present.alerts[stage]) for stage in STAGES]

    @property
    def by_day(self) -> list[tuple[date, int, int]]:
        return [(day, self.draft.days[day], self.present.days[day]) for day in self.days]

    def by_capacity(self, roles: Iterable[str]) -> list[tuple[str, str, int, int]]:
        """Notices by stage and capacity, in the order of both; what neither would have sent is left out."""
        wanted = [(stage, role) for stage in STAGES for role in roles]
        counts = ((*key, self.draft.notices[key], self.present.notices[key]) for key in wanted)
        return [line for line in counts if line[2] or line[3]]


def ladders_of(edition: Edition, today: date) -> tuple[AlertLadder, ...]:
    """The ladders of an edition as they will stand once its newest version holds."""
    parsed = [schema.parse_ladder(code, body) for code, body in selectors.bodies_of(edition)]
    newest = max((version.effective_from for versions in parsed for version in versions), default=today)
    return narrowest_first(parsed, max(today, newest))


def preview(edition: Edition, by: User, today: date) -> Preview:
    """Replay a draft and the ladders in force over the last days, for the courts whose cases the person oversees."""
    drafted, in_force = ladders_of(edition, today), selectors.law_in_use().ladders_on(today)
    days = tuple(today - timedelta(days=ago) for ago in reversed(range(DAYS)))
    draft, present, cases = Replay(), Replay(), set()
    for court_id in sorted(by.reach.courts):
        periods = list(periods_of(court_id, (drafted, in_force), today))
        cases |= {period.case_id for period in periods}
        for replay, ladders in ((draft, drafted), (present, in_force)):
            replay_periods(replay, periods, ladders, days)
    return Preview(days, len(cases), draft, present)


def periods_of(court_id: int, sets: Sequence[tuple[AlertLadder, ...]], day: date) -> Iterator[Period]:
    """What is watched in one court today and has reached a stage of any of these ladders."""
    for source in SOURCES:
        select = source.select(OVERSEEN, day)
        near = " OR ".join(
            f"(w.kind = '{kind}' AND {within_reach(ladders, kind)})"
            for kind in source.kinds
            for ladders in sets
        )
        wanted = "w.case_id, w.category, w.procedure, w.kind, w.start_on, w.due_on"
        text = f"SELECT {wanted} FROM ({select.text}) AS w ({COLUMNS}) WHERE {near}"
        with connection.cursor() as cursor:
            cursor.execute(text, select.given | {"day": day, "courts": [court_id]})
            yield from (Period(*row) for row in cursor.fetchall())


def replay_periods(
    replay: Replay, periods: Iterable[Period], ladders: tuple[AlertLadder, ...], days: Sequence[date]
) -> None:
    """Add what these ladders would have said of the periods."""
    supposed: list[dict[str, Any]] = []
    told: list[list[date]] = []
    for period in periods:
        ladder = ladder_for(ladders, period.kind, period.category, period.procedure)
        for stage, is_new, on in tellings(ladder, period, days) if ladder else ():
            replay.alerts[stage] += is_new
            supposed.append({"id": len(told), "case_id": period.case_id, "kind": period.kind, "stage": stage})
            told.append(on)
    rungs = rungs_of(ladders)
    for start in range(0, len(supposed), SLICE):
        for place, person, role in would_be_told(supposed[start : start + SLICE], rungs, days[-1]):
            add(replay, supposed[place], person, role, told[place])


def add(replay: Replay, supposed: dict[str, Any], person: int, role: str, days: Iterable[date]) -> None:
    replay.told.add((supposed["case_id"], person))
    for day in days:
        replay.notices[supposed["stage"], role] += 1
        replay.days[day] += 1
        replay.people[person] += 1


def tellings(
    ladder: AlertLadder, period: Period, days: Iterable[date]
) -> Iterator[tuple[str, bool, list[date]]]:
    """The stages a period was in on these days: whether it began then, and on which days people would be told."""
    began_on: dict[str, date] = {}
    told: dict[str, list[date]] = {}
    for day in days:
        if not (reached := stage_on(day, period.start_on, period.due_on, ladder)):
            continue
        stage, began = reached
        since = (day - began).days
        if since == 0 or (stage.repeat_days and since % stage.repeat_days == 0):
            began_on[stage.stage] = began
            told.setdefault(stage.stage, []).append(day)
    for stage_name, on in told.items():
        yield stage_name, began_on[stage_name] == on[0], on


def examples(pairs: Iterable[tuple[int, int]], by: User) -> list[Case]:
    """Some of the cases these pairs of case and person are about, as far as the reader may open them."""
    ids = sorted({case for case, _ in pairs})[:EXAMPLES]
    return list(Case.objects.visible_to(by).filter(pk__in=ids).order_by("pk"))
