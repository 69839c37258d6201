"""``replay_scenario FILE``: calculate an exported scenario anew (情景复算). Needs no database and no server."""

from __future__ import annotations

import json
import sys
from argparse import SUPPRESS
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cases.batch import Unusable
from predicates.problems import Misread
from quota.allocation import Infeasible
from quota.management.commands.allocate import read_text
from quota.scenario import ENGINE, Replayed, replay

SAME, OTHER, UNUSABLE = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Calculate an exported scenario anew. Exit 0: the same bytes; 1: says what differs; 2: unusable file."
    )
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a scenario as it was exported; - is standard input")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        try:
            found = _replayed(file)
        except Unusable as unusable:
            sys.stderr.write(f"{unusable}\n")
            sys.exit(UNUSABLE)
        sys.stdout.write(f"{_sentence(found)}\n")
        if not found.holds:
            sys.exit(OTHER)


def _replayed(file: str) -> Replayed:
    name = "standard input" if file == "-" else file
    try:
        return replay(_bundle(read_text(file), name))
    except Misread as wrong:
        raise Unusable(f"{name}: {wrong.problems[0]}") from None
    except Infeasible as infeasible:
        raise Unusable(f"{name}: its inputs cannot be calculated: {infeasible}") from None


def _bundle(text: str, name: str) -> dict[str, Any]:
    try:
        found = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_such_number)
    except RecursionError:
        raise Unusable(f"{name}: nested too deeply; give a scenario as it was exported") from None
    except json.JSONDecodeError as wrong:
        raise Unusable(f"{name}, line {wrong.lineno}: not valid JSON ({wrong.msg})") from None
    except ValueError as wrong:
        raise Unusable(f"{name}: not valid JSON ({wrong})") from None
    if not isinstance(found, dict):
        raise Unusable(f"{name}: holds no JSON object; give a scenario as it was exported")
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # A name given twice shows a reader one value and the machine another.
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("a name stands twice in one object; keep one")
    return named


def _no_such_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _sentence(found: Replayed) -> str:
    if not found.inputs_whole:
        return "changed: the inputs are not those whose digest was signed"
    if not found.same and found.engine != ENGINE:
        return (
            f"differs: calculated with engine {found.engine}, and this is engine {ENGINE}; "
            "replay it with the release it was made with"
        )
    if not found.same:
        return f"differs: the result calculated anew is another at {found.differs_at}"
    return "same: the inputs are those signed, and the result calculated anew has the same bytes"
