"""Add judgments from a JSON Lines file to the collection of similar cases."""

from __future__ import annotations

import sys
from argparse import SUPPRESS, ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from catalogues.selectors import NotPublished
from precedents.indexing import index_waiting
from precedents.reading import Unreadable, lines_of
from precedents.receiving import receive_documents

SHOWN = 20


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Add judgments (裁判文书) from a JSON Lines file, and bring them into the index."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--no-index", action="store_true", help="leave the indexing to the worker")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = list(lines_of(options["file"].read_bytes()))
            received = receive_documents(lines=lines, by=None, at=timezone.now())
        except Unreadable as problem:
            self.leave(f"{options['file']}: {problem}")
        except (NotPublished, OSError) as problem:
            self.leave(str(problem))
        else:
            counts = ", ".join(
                f"{received.counts[name]} {name}" for name in ("added", "replaced", "unchanged")
            )
            self.stdout.write(f"{counts}, {len(received.refused)} refused")
            for number, english, _ in received.refused[:SHOWN]:
                self.stderr.write(f"line {number}: {english}")
            if not options["no_index"]:
                self.stdout.write(f"{index_waiting(at=timezone.now(), most=len(lines))} indexed")
            sys.exit(1 if received.refused else 0)

    def leave(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(2)
