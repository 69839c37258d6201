"""``export_clocks``: the statutory clock of every case, one JSON line each, with its reasons (期限导出).

Every line is computed by the pure function and compared with the stored clock; a disagreement is a fault of ours, is
named on standard error and ends in exit code 1.
"""

from __future__ import annotations

import json
import sys
from argparse import SUPPRESS, ArgumentTypeError
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.db.models import Prefetch

from cases.batch import UNUSABLE, Unusable, writing
from cases.facts import Explained, explain, with_facts
from cases.models import Case, Clock
from catalogues.selectors import Law, NotPublished, law_in_use
from courts.clock import today
from courts.models import Court

CHUNK = 1000
DISAGREES = 1


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f'"{text}" is not a date; give it as in 2026-06-30') from None


class Command(BaseCommand):
    help = "Write the statutory clock of every case as JSON Lines."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--court", default="", help="court code (法院代字), as in 川1502; default: every court"
        )
        parser.add_argument("--as-of", type=day, help="the day remaining days and levels are told for")
        parser.add_argument("--output", default="-", help="file to write; - is standard output (the default)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self.export(options["court"], options["as_of"] or today(), options["output"])
        except (Unusable, NotPublished) as unusable:
            found = self.refuse(str(unusable))
        except DatabaseError as wrong:
            found = self.refuse(f"the database cannot be reached ({str(wrong).strip().splitlines()[0]})")
        if found:
            sys.exit(found)

    def refuse(self, sentence: str) -> int:
        self.stderr.write(sentence)
        return UNUSABLE

    def export(self, court: str, as_of: date, target: str) -> int:
        cases, law, code = chosen(court), law_in_use(), 0
        with writing(target) as out:
            for line, fault in lines(cases, as_of, law):
                out.write((json.dumps(line, ensure_ascii=False) + "\n").encode())
                if fault:
                    self.stderr.write(fault)
                    code = DISAGREES
        return code


def chosen(court: str) -> Any:
    """The cases of a court, or all, in the order of their ids."""
    cases = Case.objects.order_by("pk")
    if not court:
        return cases
    if not Court.objects.filter(code=court).exists():
        raise Unusable(f'court code "{court}" is unknown; give one as in case numbers, for example 川1502')
    return cases.filter(court__code=court)


def lines(cases: Any, as_of: date, law: Law) -> Iterator[tuple[dict[str, Any], str]]:
    """Each case's line, and what is wrong when the stored clock says something else."""
    clocks = Prefetch("clocks", Clock.objects.filter(kind="statutory"), to_attr="stored")
    for case in with_facts(cases).prefetch_related(clocks).iterator(chunk_size=CHUNK):
        said = explain(case, law, as_of)
        line = {
            "number": case.number,
            **said.answer(as_of),
            "closed_on": case.closed_on and case.closed_on.isoformat(),
        }
        yield line, disagreement(case, said)


def disagreement(case: Any, said: Explained) -> str:
    if not case.stored:
        return f"{case.number}: no clock is stored yet; run refresh first"
    stored = fields_of_clock(case.stored[0])
    expected = fields_expected(case, said)
    wrong = [
        f"{name} {stored[name]} where {expected[name]} is right"
        for name in expected
        if stored[name] != expected[name]
    ]
    return (
        f"{case.number}: the stored clock says {', '.join(wrong)}; run refresh and report it if it persists"
        if wrong
        else ""
    )


def fields_of_clock(clock: Clock) -> dict[str, Any]:
    return {
        "state": clock.state, "rule": clock.rule, "problem": clock.problem, "start": clock.start_at or clock.start_on,
        "nominal": clock.nominal_on, "excluded_days": clock.excluded_days, "before_roll": clock.before_roll_on,
        "due": clock.due_at or clock.due_on, "left": clock.remaining_at_pause, "provisional": clock.provisional,
    }  # fmt: skip


def fields_expected(case: Case, said: Explained) -> dict[str, Any]:
    deadline = said.deadline
    if deadline is None:
        return {"state": "unknown", "rule": said.limit or "", "problem": said.problem[:300], "due": None}
    is_met = case.closed_on is not None and deadline.state != "no_limit"
    return {
        "state": "met" if is_met else deadline.state, "rule": deadline.limit, "problem": "",
        "start": deadline.start if deadline.state != "no_limit" else None,
        "nominal": _day(deadline.nominal), "excluded_days": deadline.excluded_days,
        "before_roll": _day(deadline.before_roll), "due": deadline.due, "left": deadline.left_when_paused,
        "provisional": deadline.provisional,
    }  # fmt: skip


def _day(moment: date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment
