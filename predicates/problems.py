"""What can be wrong with a rule, in one sentence that also says what would be right: English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

#: Where in a document: names of keys and places in lists, counted from nought.
Path = tuple[str | int, ...]
#: As the files write them, not as Python does.
PLAIN = {None: "null", True: "true", False: "false"}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where."""

    path: Path
    english: str
    chinese: str

    def below(self, path: Path) -> Problem:
        """The same problem, seen from further up."""
        return Problem(path + self.path, self.english, self.chinese)

    def __str__(self) -> str:
        return f"{place(self.path)}: {self.english}" if self.path else self.english


class Misread(ValueError):
    """A rule or a catalogue of rules cannot be read; ``problems`` says everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


def place(path: Path) -> str:
    """``("when", "all", 1)`` as people count: ``when › all › 2``."""
    return " › ".join(str(step + 1) if isinstance(step, int) else step for step in path)


def misread(english: str, chinese: str, *path: str | int) -> Misread:
    return Misread((Problem(path, english, chinese),))


def unknown(what: str, chinese: str, got: str, known: Iterable[str], *path: str | int) -> Misread:
    """Say that a name is not known, with the nearest one that is, or with all of them."""
    names = list(known)
    if near := get_close_matches(got, names, n=1, cutoff=0.5):
        return misread(
            f'unknown {what} "{got}"; did you mean "{near[0]}"?',
            f"没有“{got}”这一{chinese}；是否应为“{near[0]}”？",
            *path,
        )
    return misread(
        f'unknown {what} "{got}"; '
        + (f"it must be one of: {', '.join(names)}" if names else "none is known here"),
        f"没有“{got}”这一{chinese}；"
        + (f"应为下列之一：{'、'.join(names)}" if names else "此处没有任何可用的"),
        *path,
    )


def shown(value: object) -> str:
    """A value as a message quotes it: short, on one line."""
    text = PLAIN[value] if value is None or isinstance(value, bool) else str(value)
    text = f'"{value}"' if isinstance(value, str) else text
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"
