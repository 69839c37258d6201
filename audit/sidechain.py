"""Chains beside the trail (旁链): the record of one thing, whole by itself. Pure, and standard library only.

The digest of a row covers everything the row holds, so a file of rows needs no other knowledge to be checked. Links are
made and walked as in the trail: see ``audit.chain``.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from audit.chain import START, Link, Verdict, linked, walk

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def as_line(values: Mapping[str, Any]) -> str:
    """The one way to write a JSON object down: every other way of writing it is another text."""
    return _encode(values) + "\n"


def digest_of(row: Mapping[str, Any]) -> str:
    """The digest of a row's content; a random ``salt`` in it keeps withheld content from being guessed."""
    # A lone surrogate cannot come out of the database; in a forged file it must not stop the walk.
    return sha256(_encode(row).encode("utf-8", "surrogatepass")).hexdigest()


def chain_on(previous: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The digests of the links that put the rows, in order, after the digest ``previous`` (``START``: nothing)."""
    digests = []
    for row in rows:
        previous = linked(previous or START, digest_of(row))
        digests.append(previous)
    return digests


def walk_rows(rows: Iterable[tuple[Mapping[str, Any], str]]) -> Verdict:
    """Follow a chain from its beginning: rows with the digest kept for each."""
    return walk(Link(row["sequence"], row["id"], digest_of(row), digest) for row, digest in rows)
