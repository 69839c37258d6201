"""``synthesize``: make the demo court (演示法院). One JSON object on standard output, progress on standard error."""

from __future__ import annotations

import json
import sys
from argparse import SUPPRESS, ArgumentTypeError
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from catalogues.selectors import NotPublished, law_in_use
from pipeline.demo.court import FEWEST
from pipeline.demo.load import CannotSynthesize, synthesize
from pipeline.demo.past import live_the_past
from pipeline.demo.past_quota import live_the_quota
from pipeline.demo.people import UPPER
from pipeline.services import refresh_changed

UNUSABLE = 2
EARLIEST, LATEST = date(2020, 1, 1), date(2059, 6, 30)


def court(code: str) -> str:
    if code != UPPER:
        raise ArgumentTypeError(
            f'"{code}" has no demo; the demo court is {UPPER} (宜宾市中级人民法院) with its basic courts'
        )
    return code


def day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f'"{text}" is not a date; give it as in 2026-11-22') from None
    if not EARLIEST <= found <= LATEST:
        raise ArgumentTypeError(f"{found} is too far away; give a day from {EARLIEST} to {LATEST}")
    return found


def number_of_cases(text: str) -> int:
    if not text.isdecimal() or int(text) < FEWEST:
        raise ArgumentTypeError(f'"{text}" is too few; give a whole number of cases, {FEWEST} or more')
    return int(text)


def last_workday(day: date) -> date:
    """That day, or the working day before it: on a holiday a court sends nothing, and the demo would stand still."""
    calendar = law_in_use().national
    while not calendar.is_workday(day):
        day -= timedelta(days=1)
    return day


class Command(BaseCommand):
    help = "Make the demo court: the same for the same day, seed and number of cases."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--court",
            type=court,
            required=True,
            help=f"{UPPER}: Yibin's intermediate court and its basic courts",
        )
        parser.add_argument(
            "--as-of", type=day, help="the day the demo lives on (default: the last working day)"
        )
        parser.add_argument("--seed", type=int, default=0, help="another seed, other people and cases")
        parser.add_argument(
            "--cases", type=number_of_cases, help="about so many cases instead of the published figures"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = perf_counter()
        try:
            on = options["as_of"] or last_workday(timezone.localdate())
            made = synthesize(
                day=on, seed=options["seed"], cases=options["cases"], at=timezone.now(), tell=self._tell
            )
            self._tell(f"{perf_counter() - begun:7.1f} s  living the last weeks of supervision")
            lived = live_the_past()
            self._tell(f"{perf_counter() - begun:7.1f} s  living the last weeks of quota")
            quota = live_the_quota()
            self._tell(f"{perf_counter() - begun:7.1f} s  computing the clocks, raising the alerts")
            tally = refresh_changed(at=timezone.now(), today=on)
        except (CannotSynthesize, NotPublished) as refused:
            self._refuse(str(refused))
        except DatabaseError as wrong:
            said = str(wrong).strip().splitlines()[0]
            self._refuse(f"the database cannot be reached, is not migrated or gave up ({said})")
        self._tell(f"{perf_counter() - begun:7.1f} s  done")
        report = {
            "court": options["court"],
            "as_of": str(on),
            "seed": options["seed"],
            "rows": dict(made.rows),
            "supervision": lived,
            "quota": quota,
        }
        seconds = {**made.seconds, "all": round(perf_counter() - begun, 3)}
        self.stdout.write(
            json.dumps({**report, "refresh": tally.as_json(), "seconds": seconds}, ensure_ascii=False)
        )

    def _tell(self, sentence: str) -> None:
        self.stderr.write(sentence)
        self.stderr.flush()

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(UNUSABLE)
