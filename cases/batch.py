"""Files in, files out, line by line (批量接口): what every batch command shares.

Answers keep the order of the questions and are written as they come, so that millions of lines need no memory.
Exit codes: 0 every record answered, 1 some refused (their answer carries ``error``), 2 unusable file or arguments.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import SUPPRESS
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.management.base import BaseCommand, CommandParser

ANSWERED, SOME_REFUSED, UNUSABLE = 0, 1, 2
Answer = dict[str, Any]


class Unusable(Exception):
    """The file as a whole cannot be used; the sentence names the file and, where there is one, the line."""


class RecordRefused(Exception):
    """One record cannot be answered; the sentence names the field, what is wrong and what would be right."""


class BatchCommand(BaseCommand):
    """A command that answers lines. Needs no database, no server and no environment variable."""

    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Without the usage text, an argument error is the one line on standard error the contract promises.
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--input", default="-", help="file to read; - is standard input (the default)")
        parser.add_argument("--output", default="-", help="file to write; - is standard output (the default)")

    def handle(self, *args: Any, **options: Any) -> None:
        code = run(self.answer, options["input"], options["output"])
        if code != ANSWERED:
            sys.exit(code)

    def answer(self, line: str, number: int) -> Answer | None:
        """The answer to one line; None when the line asks nothing."""
        raise NotImplementedError


def run(answer: Callable[[str, int], Answer | None], source: str, target: str) -> int:
    """Answer every line of ``source`` into ``target`` and return the exit code. Never raises for what is in the files."""
    try:
        with _reading(source) as lines, writing(target) as out:
            return _answer_all(answer, _decoded(lines, _name(source)), out)
    except Unusable as unusable:
        sys.stderr.write(f"{unusable}\n")
    except KeyboardInterrupt:
        sys.stderr.write("interrupted before every record was answered\n")
    return UNUSABLE


def read_json(line: str, number: int) -> dict[str, Any] | None:
    """The JSON object on a line; None for a blank line. Raises ``RecordRefused`` for anything else."""
    if not line.strip():
        return None
    try:
        record = json.loads(line, parse_constant=_no_such_number)
    except RecursionError:
        raise RecordRefused(f"line {number}: nested too deeply; give one JSON object a line") from None
    except ValueError as wrong:
        raise RecordRefused(f"line {number}: not valid JSON ({wrong}); give one JSON object a line") from None
    if not isinstance(record, dict):
        raise RecordRefused(
            f'line {number}: {_kind(record)} is not a record; give one JSON object a line, as in {{"id": "1"}}'
        )
    return record


def _answer_all(
    answer: Callable[[str, int], Answer | None], lines: Iterator[tuple[int, str]], out: BinaryIO
) -> int:
    code = ANSWERED
    for number, line in lines:
        said = answer(line, number)
        if said is None:
            continue
        if "error" in said:
            code = SOME_REFUSED
        out.write(_written(said))
    return code


def _decoded(lines: BinaryIO, name: str) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(_lines(lines, name), start=1):
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError as wrong:
            raise Unusable(
                f"{name}, line {number}: byte {wrong.start + 1} is not UTF-8; save the file as UTF-8"
            ) from None
        if number == 1:
            line = line.removeprefix("\ufeff")
        yield number, line.removesuffix("\n").removesuffix("\r")


def _lines(lines: BinaryIO, name: str) -> Iterator[bytes]:
    try:
        yield from lines
    except OSError as wrong:
        raise Unusable(f"{name}: cannot be read ({wrong.strerror}); give a readable file") from None


def _written(said: Answer) -> bytes:
    try:
        return (json.dumps(said, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        # Half a character (a lone surrogate) came in through an escape; it goes out the same way.
        return (json.dumps(said) + "\n").encode()


def _no_such_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _kind(value: object) -> str:
    kinds = {list: "an array", str: "a string", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "null")


def _name(path: str, direction: str = "input") -> str:
    return f"standard {direction}" if path == "-" else path


@contextmanager
def _reading(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
        return
    with _opened(Path(path), "rb", "cannot be read") as file:
        yield file


@contextmanager
def writing(path: str) -> Iterator[BinaryIO]:
    """A file appears only when it is complete; what is not a plain file is written directly."""
    try:
        if path == "-":
            yield from _to_standard_output()
            return
        target = Path(path)
        direct = target.exists() and not target.is_file()
        beside = target if direct else target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with _opened(beside, "wb", "cannot be written", asked=target) as file:
                yield file
            if not direct:
                beside.replace(target)
        finally:
            if not direct:
                beside.unlink(missing_ok=True)
    except OSError as wrong:
        raise Unusable(
            f"{_name(path, 'output')}: cannot be written ({_reason(wrong)}); give a writable file"
        ) from None


def _to_standard_output() -> Iterator[BinaryIO]:
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except OSError:
        # Whoever read our answers has gone; keep the interpreter from complaining when it flushes once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _opened(path: Path, mode: str, wrong: str, *, asked: Path | None = None) -> BinaryIO:
    """``asked``: the path to name when it cannot be opened, where another one stands in for it."""
    try:
        return cast(BinaryIO, path.open(mode))
    except (OSError, ValueError) as error:
        raise Unusable(f"{asked or path}: {wrong} ({_reason(error)}); give another file") from None


def _reason(wrong: Exception) -> str:
    return getattr(wrong, "strerror", None) or str(wrong)
