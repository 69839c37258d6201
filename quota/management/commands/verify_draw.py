"""``verify_draw FILE``: draw a published day of lots again (随机分案复核). Needs no database and no server."""

import json
import sys
from argparse import SUPPRESS
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from quota.drawing import Unusable, is_withheld, replay

WHOLE, BROKEN, UNUSABLE = 0, 1, 2


class Command(BaseCommand):
    help = "Draw a published day again. Exit 0: whole; 1: names the first draw that does not replay; 2: unusable file."
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a published record of draws; - is standard input")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        try:
            record = read_record(file)
            problems = replay(record)
        except Unusable as unusable:
            sys.stderr.write(f"{_name(file)}: {unusable}\n")
            sys.exit(UNUSABLE)
        if problems:
            self.stdout.write(_printable(f"{_name(file)}: {problems[0]}{_more(len(problems) - 1)}"))
            sys.exit(BROKEN)
        self.stdout.write(_printable(f"{_name(file)}: whole; {_counted(record)}"))


def read_record(file: str) -> dict[str, Any]:
    """The record in a file; raises ``Unusable`` for what cannot be read as one."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        record = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once_each, parse_constant=_no_number)
    except UnicodeDecodeError as wrong:
        raise Unusable(f"byte {wrong.start + 1} is not UTF-8; save the file as UTF-8") from None
    except RecursionError:
        raise Unusable("nested too deeply; give a record as the court published it") from None
    except OSError as wrong:
        raise Unusable(f"cannot be read ({wrong.strerror}); give a readable file") from None
    except ValueError as wrong:
        raise Unusable(f"not valid JSON ({wrong}); give a record as the court published it") from None
    if not isinstance(record, dict):
        raise Unusable("holds no JSON object; give a record as the court published it")
    return record


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # A name given twice shows a reader one value and the machine another.
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("a name is given twice in one object")
    return named


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _counted(record: dict[str, Any]) -> str:
    """What was drawn again; what only stands there; and the receipt that shows whether the end was cut off."""
    draws, given = record["draws"], len(record["exceptions"])
    hidden = sum(is_withheld(entry) for entry in draws)
    shown = _many(len(draws) - hidden, "draw")
    told = [f"{shown} of {record['court']} on {record['day']} follow from the seed committed to"]
    if hidden:
        told.append(f"{hidden} of sealed cases withheld and not drawn again")
    if given:
        told.append(f"{_many(given, 'exception')} stated, not checked")
    if draws:
        told.append(f"last receipt {draws[-1]['receipt']}, to be compared with the one the court shows")
    return "; ".join(told)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _more(count: int) -> str:
    return f" (and {count} more after it)" if count else ""


def _printable(line: str) -> str:
    """Half characters (lone surrogates) of a damaged file are shown escaped."""
    return line.encode("utf-8", "backslashreplace").decode()


def _name(file: str) -> str:
    return "standard input" if file == "-" else file
