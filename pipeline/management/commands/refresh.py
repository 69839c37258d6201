"""``refresh``: recompute clocks, flags, alerts and rollups (重算). Contract: one JSON object on standard output."""

from __future__ import annotations

import json
import sys
from argparse import SUPPRESS, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from catalogues.selectors import NotPublished, law_in_use
from courts.clock import today
from pipeline.services import refresh_changed, refresh_everything

UNUSABLE = 2


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f'"{text}" is not a date; give it as in 2026-06-30') from None


class Command(BaseCommand):
    help = "Recompute clocks, flags, alerts and rollups for what changed, or for every case."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of", type=day, help="the day alerts are raised for (default: the court's today)"
        )
        parser.add_argument("--full", action="store_true", help="every case, not only what changed")

    def handle(self, *args: Any, **options: Any) -> None:
        refresh = refresh_everything if options["full"] else refresh_changed
        try:
            law_in_use()  # refuses also where nothing waits to be computed
            tally = refresh(at=timezone.now(), today=options["as_of"] or today())
        except NotPublished as refused:
            sys.stderr.write(f"{refused}\n")
            sys.exit(UNUSABLE)
        except DatabaseError as wrong:
            sys.stderr.write(
                f"the database cannot be reached or gave up ({str(wrong).strip().splitlines()[0]})\n"
            )
            sys.exit(UNUSABLE)
        self.stdout.write(json.dumps(tally.as_json(), ensure_ascii=False))
