"""``screen``: which rules of a catalogue hold for cases, one JSON record of facts a line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from cases.batch import UNUSABLE, Answer, BatchCommand, RecordRefused, Unusable, read_json
from predicates.catalogue import Catalogue, read_catalogue
from predicates.documents import Document, load_values
from predicates.problems import Misread
from predicates.screening import Screen


class Command(BatchCommand):
    help = (
        "Screen cases by a catalogue of rules (四类案件筛查): JSON Lines of facts in, JSON Lines of hits out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--catalogue", required=True, help="YAML file with params, fields, rules, profiles"
        )
        parser.add_argument("--profile", help="only the rules of this profile (default: all)")
        parser.add_argument("--params", help="YAML or JSON file with parameters set otherwise: {name: value}")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            catalogue = _catalogue(options["catalogue"], _overrides(options["params"]))
            self.screen = _screen(catalogue, options["profile"], options["catalogue"])
        except Unusable as unusable:
            sys.stderr.write(f"{unusable}\n")
            sys.exit(UNUSABLE)
        super().handle(*args, **options)

    def answer(self, line: str, number: int) -> Answer | None:
        name = None
        try:
            record = read_json(line, number)
            if record is None:
                return None
            name = record.get("id")
            return {"id": name, "hits": self.screen.hits(_facts(record))}
        except (RecordRefused, Misread) as refused:
            return {"id": name, "error": str(refused)}


def _facts(record: dict[str, Any]) -> dict[str, Any]:
    if record.get("id") is None:
        raise RecordRefused('id: missing; give each record one, as in "c1"')
    facts = record.get("facts")
    if not isinstance(facts, dict):
        raise RecordRefused(
            'facts: missing or no object; give the facts by name, as in {"case_type": "civil"}'
        )
    return facts


def _catalogue(path: str, overrides: dict[str, Any]) -> Catalogue:
    try:
        document = Document(_text(path))
    except Misread as wrong:
        raise Unusable(f"{path}: {wrong}") from None
    try:
        return read_catalogue(document.body, overrides)
    except Misread as wrong:
        first, *more = wrong.problems
        line = f", line {document.line_of(first.path)}" if first.path else ""
        rest = f" (and {len(more)} more)" if more else ""
        raise Unusable(f"{path}{line}: {first.english}{rest}") from None


def _screen(catalogue: Catalogue, profile: str | None, path: str) -> Screen:
    try:
        return Screen(catalogue, profile)
    except Misread as wrong:
        raise Unusable(f"{path}: {wrong.problems[0].english}") from None


def _overrides(path: str | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        values = load_values(_text(path))
    except Misread as wrong:
        raise Unusable(f"{path}: {wrong}") from None
    if not isinstance(values, dict):
        raise Unusable(f"{path}: holds no parameters; give {{name: value}}, as in {{group_party_n: 12}}")
    return values


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = Path(path).read_bytes()[: wrong.start].count(b"\n") + 1
        raise Unusable(
            f"{path}, line {line}: byte {wrong.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or str(wrong)
        raise Unusable(f"{path}: cannot be read ({reason}); give a readable file") from None
