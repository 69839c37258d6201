"""Publish the catalogues that ship with the program, or only check them."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from catalogues import library
from catalogues.services import publish_seed
from catalogues.soundness import problems_of_files


class Command(BaseCommand):
    help = "Publish the catalogues that ship with the program (审限, 事由, 节点, 案由, 法院, 日历). Twice is the same as once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="validate the files and publish nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        seeds = library.editions()
        problems = problems_of_files()
        for problem in problems:
            self.stderr.write(str(problem))
        if problems:
            sys.exit(1)
        if options["check"]:
            self.stdout.write(
                f"{len(seeds)} editions, {sum(len(seed.entries) for seed in seeds)} entries, "
                f"{len(library.rule_facts())} facts, {len(library.supervision_rules())} rules with their examples, "
                f"{len(library.cause_tags())} tagged causes: all valid"
            )
            return
        for seed in seeds:
            seeded = publish_seed(seed, at=timezone.now())
            if options["verbosity"]:
                self.stdout.write(f"{seeded.outcome:10} {seeded.kind:22} {seeded.title}")
