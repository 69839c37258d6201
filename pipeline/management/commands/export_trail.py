"""The sealed trail as a file that outsiders can verify.

It stands above the trail's own room because it must know which cases are sealed today and which readings are under embargo.
"""

import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit.services import export_lines, seal_trail
from cases.models import Case
from supervision.secrecy import under_embargo


class Command(BaseCommand):
    help = "Write the trail as JSON Lines; `verify_trail FILE` or `python -m audit.exported FILE` checks it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", default="-", help="file to write (default: standard output)")
        parser.add_argument("--from", dest="start", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="end", type=date.fromisoformat, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, output: str, start: date | None, end: date | None, **options: Any) -> None:
        now = timezone.now()
        seal_trail(at=now)
        sealed = frozenset(Case.objects.exclude(sealed="").values_list("pk", flat=True))
        lines = export_lines(
            start=start,
            end=end,
            made_on=timezone.localdate(now),
            withheld=sealed,
            withheld_entries=under_embargo(),
        )
        if output == "-":
            sys.stdout.writelines(lines)
            return
        try:
            with open(output, "w", encoding="utf-8") as file:
                file.writelines(lines)
        except OSError as problem:
            raise CommandError(f"{output}: cannot be written ({problem.strerror})", returncode=2) from None
