"""Is the supervision log whole? Every chain of every case, and nothing missing since it was sealed."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error

from cases.models import Case
from supervision.log import verify_all
from supervision.log_checks import missing_since_the_seal


class Command(BaseCommand):
    help = (
        "Walk the chains of the supervision log. Exit 0: whole; 1: names each broken chain; 2: no database."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            total, broken = verify_all()
            missing = missing_since_the_seal()
        except Error as problem:
            self.stderr.write(f"the database does not answer: {str(problem).splitlines()[0]}")
            sys.exit(2)
        numbers = dict(Case.objects.filter(pk__in=[case for case, *_ in broken]).values_list("pk", "number"))
        for case_id, stream, verdict in broken:
            self.stdout.write(f"broken: {numbers.get(case_id, case_id)}, {stream} chain: {verdict.problem}")
        if missing:
            self.stdout.write(f"broken: {missing}")
        if broken or missing:
            sys.exit(1)
        self.stdout.write(f"whole: {total} chains")
