"""Put the rules that ship with the program in force, or only check them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from catalogues import library
from supervision.rule_seed import publish_rule


class Command(BaseCommand):
    help = "Put the rules of the four categories that ship with the program in force (四类案件识别规则). Twice is the same as once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="read the rules and put none in force")

    def handle(self, *args: Any, **options: Any) -> None:
        shipped = library.shipped_rules()
        if options["check"]:
            self.stdout.write(f"{len(shipped)} rules: all can be read")
            return
        since = library.document("supervision_rules.yaml")["effective_from"]
        for rule in shipped.values():
            seeded = publish_rule(rule, effective_from=since, at=timezone.now())
            if options["verbosity"]:
                self.stdout.write(f"{seeded.outcome:10} {seeded.code:6} {seeded.name}")
