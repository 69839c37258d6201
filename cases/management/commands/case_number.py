"""``case_number``: case numbers read and tidied, one a line."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cached_property

from cases.batch import Answer, BatchCommand
from cases.numbers import parse
from catalogues import library


class Command(BatchCommand):
    help = "Read and tidy case numbers (案号): one text a line in, JSON Lines out. A JSON string counts as its text."

    @cached_property
    def type_codes(self) -> dict[str, str]:
        return library.type_codes()

    def answer(self, line: str, number: int) -> Answer:
        return asdict(parse(_text(line), self.type_codes))


def _text(line: str) -> str:
    """The text of a line; programs that write JSON Lines put it in quotes."""
    if not (line.startswith('"') and line.endswith('"')):
        return line
    try:
        text = json.loads(line)
    except ValueError:
        return line
    return text if isinstance(text, str) else line
