"""The chain of digests through the trail (留痕链). Pure, and standard library only: outsiders run it too.

Each entry has a digest of its own content; each link's digest covers the digest before it and that one. So an
entry that is edited, deleted, inserted or moved is found at its place, and an entry whose content is withheld
(a sealed case) still holds its place with its digest alone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

START = "0" * 64  # what the first link follows
FIELDS = (
    *(
        "id",
        "at",
        "act",
        "outcome",
        "actor_id",
        "actor",
        "capacity",
        "about",
        "about_id",
        "case_id",
        "court_id",
    ),
    *("because", "before", "after", "secret", "salt"),
)
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Link(NamedTuple):
    """One place in the chain; ``content`` is the digest of its entry, None when that entry is gone."""

    sequence: int
    entry_id: int | None
    content: str | None
    digest: str


@dataclass(frozen=True)
class Verdict:
    """How far the chain is whole, and what is wrong with the first place where it is not."""

    sequence: int
    root: str
    problem: str = ""


@dataclass(frozen=True)
class Expectation:
    """Where a walk begins, and the digests known from elsewhere (seals, anchors) by sequence."""

    after: int = 0
    previous: str = START
    roots: Mapping[int, str] = field(default_factory=dict)


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The one way to write an entry down; ``at`` is an ISO instant in UTC, every value plain JSON."""
    # A lone surrogate cannot come out of the database; in a forged file it must not stop the walk.
    return _encode([entry[name] for name in FIELDS]).encode("utf-8", "surrogatepass")


def digest_of(entry: Mapping[str, Any]) -> str:
    """The digest of an entry's content; its random ``salt`` keeps withheld content from being guessed."""
    return sha256(canonical(entry)).hexdigest()


def linked(previous: str, content: str) -> str:
    """The digest of the link that puts ``content`` after ``previous``."""
    return sha256(f"{previous}{content}".encode()).hexdigest()


def walk(links: Iterable[Link], expected: Expectation | None = None) -> Verdict:
    """Follow the links in order and stop at the first that does not hold."""
    expected = expected or Expectation()
    sequence, root = expected.after, expected.previous
    for link in links:
        problem = _problem(link, sequence + 1, root, expected.roots.get(link.sequence, link.digest))
        if problem:
            return Verdict(sequence, root, problem)
        sequence, root = link.sequence, link.digest
    return Verdict(sequence, root, _cut_off(sequence, expected.roots))


def _problem(link: Link, position: int, previous: str, root: str) -> str:
    here = f"entry {link.entry_id} (sequence {link.sequence})"
    if link.sequence > position:
        return f"sequence {position} is missing before {here}: it was deleted"
    if link.sequence < position:
        return f"{here} stands where sequence {position} belongs: it was inserted or moved"
    if link.content is None:
        return f"{here} was deleted"
    if linked(previous, link.content) != link.digest:
        return f"{here} does not match its digest: it was edited, or entries before it were inserted or moved"
    if link.digest != root:
        return f"{here} does not match the root kept for it: the chain was rewritten up to here"
    return ""


def _cut_off(sequence: int, roots: Mapping[int, str]) -> str:
    last = max(roots, default=0)
    if last <= sequence:
        return ""
    return f"sequence {sequence + 1} is missing: the chain was cut off after {sequence}, a kept root names {last}"
