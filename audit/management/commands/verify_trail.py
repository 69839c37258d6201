"""Is the trail whole? In the database, or in an exported file."""

import sys
from argparse import SUPPRESS
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error
from django.utils import timezone

from audit.exported import Unusable, answer, report
from audit.services import verify_trail


class Command(BaseCommand):
    help = "Walk the audit chain. Exit 0: whole; 1: names the first broken entry; 2: unusable file."
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", help="an exported trail or supervision file; without it, the database"
        )
        parser.add_argument(
            "--anchors", metavar="DIR", help="daily roots (the database: ANCHOR_DIR of the settings)"
        )
        parser.add_argument(
            "--trail",
            metavar="TRAIL",
            help="with a supervision file: the exported trail that must name its seal",
        )

    def handle(
        self, *args: Any, file: str | None, anchors: str | None, trail: str | None, **options: Any
    ) -> None:
        try:
            if trail and not file:
                raise Unusable(
                    "--trail goes with a supervision file: verify_trail FILE --trail EXPORTED_TRAIL"
                )
            line, code = answer(file, anchors, trail) if file else self.in_database(anchors)
        except Unusable as problem:
            self.stderr.write(str(problem))
            sys.exit(2)
        except Error as problem:
            self.stderr.write(f"the database does not answer: {str(problem).splitlines()[0]}")
            sys.exit(2)
        self.stdout.write(line)
        if code:
            sys.exit(code)

    def in_database(self, anchors: str | None) -> tuple[str, int]:
        verdict, waiting = verify_trail(at=timezone.now(), anchors=anchors or settings.ANCHOR_DIR)
        return report(verdict, "the trail", f"; {waiting} entries wait for the next seal" if waiting else "")
