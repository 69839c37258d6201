"""``demo_logins``: new random passwords for the demo court's known people, one login per role at least."""

from __future__ import annotations

import json
import sys
import unicodedata
from argparse import SUPPRESS
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from pipeline.demo.load import CannotSynthesize
from pipeline.demo.logins import Login, give_logins

UNUSABLE = 2
COLUMNS = ("roles", "court", "name", "username", "password")
HEAD = Login(username="用户名", password="密码", name="姓名", roles="职务", court="法院")


class Command(BaseCommand):
    help = "Give the demo court's known people new random passwords and print them. Refused where DEBUG or DEMO is off."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            logins = give_logins(at=timezone.now())
        except CannotSynthesize as refused:
            self._refuse(str(refused))
        except DatabaseError as wrong:
            self._refuse(
                f"the database cannot be reached or is not migrated ({str(wrong).strip().splitlines()[0]})"
            )
        lines = (
            [json.dumps(asdict(each), ensure_ascii=False) for each in logins]
            if options["json"]
            else table(logins)
        )
        self.stdout.write("\n".join(lines))

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(UNUSABLE)


def table(logins: list[Login]) -> list[str]:
    rows = [[getattr(each, column) for column in COLUMNS] for each in (HEAD, *logins)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
