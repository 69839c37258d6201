"""``allocate``: how many judges each court of a plan needs and gets (以案定员): YAML in, JSON out."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from cases.batch import UNUSABLE, BatchCommand, Unusable, writing
from cases.due_records import CHINA
from catalogues import library
from predicates.problems import Misread
from quota.allocation import Infeasible
from quota.defaults import plan_defaults
from quota.plan_file import answer, read_plan


class Command(BatchCommand):
    help = "Share out judges by the work there is (以案定员): a plan in YAML in, JSON out."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            said = _answered(options["input"])
            with writing(options["output"]) as out:
                out.write(
                    (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode(
                        "utf-8", "backslashreplace"
                    )
                )
        except Unusable as unusable:
            sys.stderr.write(f"{unusable}\n")
            sys.exit(UNUSABLE)
        except KeyboardInterrupt:
            sys.stderr.write("interrupted before the plan was answered; nothing was written\n")
            sys.exit(UNUSABLE)


def _answered(path: str) -> dict[str, Any]:
    name = "standard input" if path == "-" else path
    defaults = plan_defaults(library.quotas(), datetime.now(CHINA).date())
    try:
        return answer(read_plan(read_text(path), defaults))
    except Misread as wrong:
        sentence = wrong.problems[0].english
        raise Unusable(
            f"{name}, {sentence}" if sentence.startswith("line ") else f"{name}: {sentence}"
        ) from None
    except Infeasible as infeasible:
        raise Unusable(f"{name}: {infeasible}") from None


def read_text(path: str) -> str:
    """The text of a file, or of standard input; ``Unusable`` when it cannot be read as UTF-8."""
    name = "standard input" if path == "-" else path
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or str(wrong)
        raise Unusable(f"{name}: cannot be read ({reason}); give a readable file") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        raise Unusable(
            f"{name}, line {line}: byte {wrong.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None
