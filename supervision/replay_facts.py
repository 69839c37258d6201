"""The facts of many cases month by month, as they were (往日事实的重现): lays them out once, then answers for each month.

Sealed cases are left out, and no secret fact is ever read. What is not kept day by day is taken as it is today;
``how_known`` says of every fact which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from json import dumps
from typing import Any

from django.db import connection

from cases.clocks import choices, law_parameters, own_calendars, slices_of
from cases.limits import instance_of
from cases.models import Case
from catalogues.selectors import law_in_use
from predicates.terms import Condition, Parameters
from supervision import replay_sql as sql
from supervision.facts import columns_of, parameters, stated_facts
from supervision.models import CaseFacts
from supervision.replay_counting import Month, Row


def how_known(name: str) -> str:
    """Of which day a fact is in a replay: ``day`` that day's; ``told`` what had been stated by that day; ``both``; ``today``."""
    of_the_day, told = name in sql.TIMED, name in stated_facts()
    if of_the_day:
        return "both" if told else "day"
    if told:
        return "told_or_today" if sql.has_base(name, stated_facts()) else "told"
    return "today"


@dataclass(frozen=True)
class Counts:
    """Of the cases pending in a month: how many, of how many each fact was known, and in how many each part held."""

    cases: int
    known: tuple[int, ...]
    held: tuple[int, ...]


@contextmanager
def past_of(court_ids: Collection[int], facts: Sequence[str], months: Sequence[Month]) -> Iterator[Past]:
    """The past of the open cases of these courts, laid out for as long as it is asked; one at a time per connection."""
    past = Past(sorted(court_ids), tuple(sorted(facts)), months)
    past.lay_out()
    try:
        yield past
    finally:
        past.clear()


class Past:
    """Asked for one month after the other, by as many rule books as there are."""

    def __init__(self, court_ids: list[int], facts: tuple[str, ...], months: Sequence[Month]) -> None:
        self.facts, self.months = facts, months
        self.columns, self.stated = columns_of(CaseFacts), stated_facts()
        self.given = parameters() | {
            "courts": court_ids, "starts_on": months[0].first, "ends_on": months[-1].last, "facts": list(facts),
            "clocked": bool(sql.CLOCKED & set(facts)),
        }  # fmt: skip

    @cached_property
    def law(self) -> dict[str, Any]:
        law = law_in_use()
        return law_parameters(law) | {"calendars": dumps(own_calendars(law))}

    def lay_out(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.DROP)
            cursor.execute(sql.ROOM)
            for statement in sql.lay_out(self.facts, self.stated, self.columns):
                cursor.execute(statement, self.given)

    def clear(self) -> None:
        if not connection.needs_rollback and connection.connection and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute(sql.DROP)
                cursor.execute(sql.ROOM_AGAIN)

    def wind_back(self, month: Month) -> int:
        """Compute the clocks that have changed since the end of that month as they ran then; how many cases they are of."""
        given = self.given | {"day": month.last, "first": month.first}
        with connection.cursor() as cursor:
            cursor.execute(sql.TOUCHED, given)
            touched = [case_id for (case_id,) in cursor.fetchall()]
            for ids in slices_of(touched):
                wind_back_slice(cursor, {**given, **self.law, "ids": ids})
        return len(touched)

    def ask(
        self,
        month: Month,
        court_ids: Sequence[int],
        rules: Mapping[str, Condition],
        parts: Sequence[Condition],
        numbers: Parameters,
    ) -> tuple[list[Row], Counts]:
        """Which of the cases of these courts the rules hit in that month, and what was known of them."""
        statement = sql.month_query(
            rules, parts, numbers, facts=self.facts, stated=self.stated, columns=self.columns
        )
        given = self.given | {"day": month.last, "first": month.first, "courts": list(court_ids)}
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            *rows, (_case, _court, counted) = sorted(cursor.fetchall(), key=lambda row: row[0] is None)
        cases, *rest = map(int, counted)
        return rows, Counts(cases, tuple(rest[: len(self.facts)]), tuple(rest[len(self.facts) :]))

    def known_in(self, month: Month) -> dict[int, dict[str, Any]]:
        """The facts of every case pending in that month, by case; to look into a few, not for the many."""
        text = sql.facts_then(self.facts, self.stated, self.columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH {text} SELECT * FROM known", self.given | {"day": month.last, "first": month.first}
            )
            names = [column.name for column in cursor.description]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return {row.pop("case_id"): row for row in found}


def wind_back_slice(cursor: Any, given: dict[str, Any]) -> None:
    cursor.execute(sql.PROBLEMS, given)
    problems = [{"case_id": case_id, "problem": problem} for case_id, problem in cursor.fetchall()]
    given["choices"] = dumps(choices(cursor, given, sql.KINDS_THEN))
    cursor.execute(
        sql.CLOCKS_THEN, given | {"problems": dumps(problems), "instances": dumps(instances(given["ids"]))}
    )


def instances(ids: list[int]) -> list[dict[str, Any]]:
    kinds = Case.objects.filter(pk__in=ids).values_list("pk", "type_code", "procedure", "court__level")
    return [
        {"case_id": pk, "instance": instance_of(type_code=code, procedure=procedure, court_level=level)}
        for pk, code, procedure, level in kinds
    ]
