"""Chains beside the trail (旁链): the record of one thing, whole by itself. Pure, and standard library only.

The digest of a row covers everything the row holds, so a file of rows needs no other knowledge to be checked. Links are
made and walked as in the trail: see ``audit.chain``. A file is a head line and one line a row, each written in the one
way there is: whoever changes a byte, be it a space, is found at the line.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from audit.chain import START, Link, Verdict, linked, walk

HEAD = {"chain": str, "version": int, "made_on": str, "about": dict, "rows": int, "root": str, "seal": str}

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


def file_lines(
    kind: str, made_on: str, about: Mapping[str, Any], rows: Iterable[tuple[Mapping[str, Any], str]]
) -> list[str]:
    """The chain as a file. Every row must hold what ``about`` says under the same names."""
    links = list(rows)
    root = links[-1][1] if links else START
    head = {"chain": kind, "version": 1, "made_on": made_on, "about": about, "rows": len(links), "root": root}
    return [
        as_line(head | {"seal": digest_of(head)}),
        *(as_line({"digest": digest, "row": row}) for row, digest in links),
    ]


def verify_lines(first: str, others: Iterable[str]) -> Verdict:
    """Walk a file: its head line, then the others. The verdict names the first line that is not as it was made."""
    head = parsed(first)
    if problem := problem_of_head(first, head):
        return Verdict(0, START, f"line 1 {problem}")
    sequence, root = 0, START
    for number, line in enumerate(others, 2):
        record = parsed(line)
        if problem := problem_of_line(line, record, head, sequence + 1, root):
            return Verdict(sequence, root, f"line {number} {problem}")
        sequence, root = sequence + 1, record["digest"]
    return Verdict(sequence, root, cut_short(sequence, root, head))


def parsed(line: str) -> dict[str, Any]:
    """The line's JSON object; empty when it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def problem_of_head(line: str, head: Mapping[str, Any]) -> str:
    wrong = [name for name, kind in HEAD.items() if type(head.get(name)) is not kind]
    if wrong or head["version"] != 1:
        return f"is no head line that this version knows: {wrong[0] if wrong else 'version'} is not right"
    if line != as_line(head) or head["seal"] != digest_of(
        {name: head[name] for name in HEAD if name != "seal"}
    ):
        return "was edited: the head line does not match its seal"
    return ""


def problem_of_line(
    line: str, record: Mapping[str, Any], head: Mapping[str, Any], sequence: int, previous: str
) -> str:
    row = record.get("row")
    if not isinstance(row, dict) or type(record.get("digest")) is not str:
        return "is damaged: it holds no row of the chain"
    here = f"(row {row.get('sequence')})"
    if sequence > head["rows"]:
        return f"{here} was added: the head line counts {head['rows']} rows"
    if row.get("sequence") != sequence:
        return f"{here} stands where row {sequence} belongs: a row was deleted, inserted or moved"
    if linked(previous, digest_of(row)) != record["digest"] or line != as_line(record):
        return f"{here} does not match its digest: it was edited, or rows before it were exchanged"
    strange = [name for name, value in head["about"].items() if name in row and row[name] != value]
    return f"{here} is about another {strange[0]} than the head line" if strange else ""


def cut_short(sequence: int, root: str, head: Mapping[str, Any]) -> str:
    if sequence < head["rows"]:
        return (
            f"line {sequence + 2} is missing: the file was cut off, its head line counts {head['rows']} rows"
        )
    return "" if root == head["root"] else "the last row does not match the root of the head line"
