"""``similar index`` and ``similar query``: an index of cases in a directory, and the cases like a given one (类案检索)."""

from __future__ import annotations

import json
import sys
from argparse import SUPPRESS, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from cases.batch import ANSWERED, UNUSABLE, Answer, BatchCommand, RecordRefused, Unusable, read_json, run
from precedents.index import Changes, Document, Hit, Index, NotAnIndex
from precedents.records import read_document, written_hit
from precedents.storing import check_writable, damaged, is_free


class Command(BatchCommand):
    help = "Index cases and find those like a given one (类案检索): JSON Lines in, JSON Lines out."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="index|query")
        indexing = verbs.add_parser(
            "index", prog="similar index", usage=SUPPRESS, help="add cases to an index, or replace them"
        )
        asking = verbs.add_parser(
            "query", prog="similar query", usage=SUPPRESS, help="the most similar cases of each case"
        )
        for verb in (indexing, asking):
            super().add_arguments(verb)
            verb.add_argument("--index", required=True, type=Path, help="directory of the index")
        asking.add_argument("--top", type=_at_least_one, default=10, help="how many hits (default: 10)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.directory: Path = options["index"]
        try:
            code = self._index(options) if options["verb"] == "index" else self._query(options)
        except (Unusable, NotAnIndex) as unusable:
            sys.stderr.write(f"{unusable}\n")
            code = UNUSABLE
        if code != ANSWERED:
            sys.exit(code)

    def _index(self, options: dict[str, Any]) -> int:
        self.documents: dict[str, Document] = {}
        index = Index() if _is_free(self.directory) else Index.from_dir(self.directory)
        _must_be_writable(self.directory)
        code = run(self._collect, options["input"], options["output"])
        if code != UNUSABLE:
            changes = self._added(index)
            self._keep(index, changes)
        return code

    def _query(self, options: dict[str, Any]) -> int:
        self.top: int = options["top"]
        self.found = Index.from_dir(self.directory)
        return run(self.answer, options["input"], options["output"])

    def answer(self, line: str, number: int) -> Answer | None:
        name = None
        try:
            record = read_json(line, number)
            if record is None:
                return None
            name = record.get("id")
            hits = self._hits(read_document(record))
            return {"id": name, "hits": [written_hit(hit) for hit in hits]}
        except RecordRefused as refused:
            return {"id": name, "error": str(refused)}

    def _hits(self, document: Document) -> list[Hit]:
        try:
            return self.found.query(document, self.top)
        except UnicodeDecodeError as wrong:
            raise damaged(self.directory, wrong) from None

    def _added(self, index: Index) -> Changes:
        try:
            return index.add(self.documents.values())
        except UnicodeDecodeError as wrong:
            raise damaged(self.directory, wrong) from None

    def _collect(self, line: str, number: int) -> Answer | None:
        name = None
        try:
            record = read_json(line, number)
            if record is None:
                return None
            name = record.get("id")
            document = read_document(record)
            if self.documents.setdefault(document.id, document) != document:
                raise RecordRefused(f"id: {json.dumps(name)} was given before with other contents; keep one")
        except RecordRefused as refused:
            return {"id": name, "error": str(refused)}
        return None

    def _keep(self, index: Index, changes: Changes) -> None:
        try:
            index.to_dir(self.directory)
        except OSError as wrong:
            raise _unwritable(self.directory, wrong) from None
        told = {
            "documents": len(index),
            "added": changes.added,
            "replaced": changes.replaced,
            "unchanged": changes.unchanged,
        }
        self.stdout.write(json.dumps(told))


def _is_free(directory: Path) -> bool:
    try:
        return is_free(directory)
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or wrong
        raise Unusable(f"{directory}: cannot be read ({reason}); give another directory") from None


def _must_be_writable(directory: Path) -> None:
    try:
        check_writable(directory)
    except (OSError, ValueError) as wrong:
        raise _unwritable(directory, wrong) from None


def _unwritable(directory: Path, wrong: OSError | ValueError) -> Unusable:
    reason = getattr(wrong, "strerror", None) or wrong
    return Unusable(f"{directory}: cannot be written ({reason}); give a writable directory")


def _at_least_one(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise ArgumentTypeError(f"{given!r} is no number of hits; give a whole number from 1")
    return int(given)
