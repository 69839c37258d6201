"""Two texts side by side (并列对照): what stands word for word in both is marked. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

#: So many characters in a row are no coincidence of ordinary words.
SHORTEST = 7


@dataclass(frozen=True)
class Piece:
    """A piece of a text, marked where the other text says it too."""

    text: str
    shared: bool


def marked(text: str, other: str) -> list[list[Piece]]:
    """The paragraphs of the text as pieces."""
    known = {other[at : at + SHORTEST] for at in range(len(other) - SHORTEST + 1)}
    return [list(pieces(line, known)) for line in text.splitlines() if line.strip()]


def pieces(line: str, known: set[str]) -> Iterator[Piece]:
    shared = [False] * len(line)
    for at in range(len(line) - SHORTEST + 1):
        if line[at : at + SHORTEST] in known:
            shared[at : at + SHORTEST] = [True] * SHORTEST
    for is_shared, run in groupby(zip(line, shared, strict=True), key=lambda pair: pair[1]):
        yield Piece("".join(character for character, _ in run), is_shared)
