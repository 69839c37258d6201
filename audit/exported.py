"""An exported file, checked without database, server or any package: ``python -m audit.exported FILE``.

It is a part of the trail, or a chain beside it (see ``audit.sidechain``): the supervision file of a case.

Of a trail the first line says which part of the chain follows; every further line is one link with its entry, or with the
digest of an entry whose content is withheld. ``--anchors DIR`` holds the daily roots kept outside the database.

A supervision file is whole in itself, and anybody can make a file that is. That the court made this one is in the trail,
where its seal was recorded: ``--trail TRAIL`` looks for it there, and ``--anchors`` then holds that trail against its roots.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from audit.chain import Expectation, Link, Verdict, digest_of, walk
from audit.sidechain import parsed, verify_lines

HEADER = {
    "trail": str,
    "version": int,
    "made_on": str,
    "first": int,
    "last": int,
    "previous": str,
    "root": str,
}


Look = Callable[[Mapping[str, Any]], object]
ALONE = "; that the court made it so is shown by the trail: --trail EXPORTED_TRAIL looks for its seal there"
NOT_HERE = (
    "--anchors holds a trail against its daily roots; give the exported trail as well: --trail EXPORTED_TRAIL"
)
ITSELF = "is a trail itself; --trail goes with a supervision file, to look for its seal"


class Unusable(Exception):
    """A file that is no exported trail (or no anchor) at all; the sentence names file and line."""


class Damaged(Exception):
    """A line of an exported trail that is no link."""


def verify_file(path: str, anchors: str | None = None, trail: str | None = None) -> Verdict:
    """Walk an exported file (``-``: standard input), and look for a chain's seal in ``trail``.

    Raises ``Unusable`` when it is no such file, or the question does not fit it.
    """
    return examine(path, anchors, trail)[0]


def examine(path: str, anchors: str | None = None, trail: str | None = None) -> tuple[Verdict, str]:
    """The verdict, and what to say beside it."""
    with opened(path) as lines:
        first = lines.readline()
        if "chain" not in parsed(first):
            if trail and read_header(path, first):
                raise Unusable(f"{path}: {ITSELF}")
            return walk_trail(path, first, lines, anchors), ""
        if anchors and not trail:
            raise Unusable(f"{path}: {NOT_HERE}")
        verdict = verify_lines(first, lines)
    if trail is None or verdict.problem:
        return verdict, ALONE
    return find_seal(verdict, parsed(first), trail, anchors)


def find_seal(
    verdict: Verdict, head: Mapping[str, Any], trail: str, anchors: str | None
) -> tuple[Verdict, str]:
    """Whether the trail, itself whole, says that this very file was taken out: number, day, rows and all."""
    found: list[int] = []

    def look(record: Mapping[str, Any]) -> None:
        if is_about(record.get("entry"), head):
            found.append(record["sequence"])

    with opened(trail) as lines:
        beside = walk_trail(trail, lines.readline(), lines, anchors, look)
    if beside.problem:
        return Verdict(verdict.sequence, verdict.root, f"{trail}: {beside.problem}"), ""
    if not found:
        sentence = (
            f"line 1 has a seal that {trail} does not name: the file was changed and sealed anew, or that trail ends earlier "
            "or withholds the entry (what is secret or sealed leaves no copy of the trail); ask the court which"
        )
        return Verdict(verdict.sequence, verdict.root, sentence), ""
    return verdict, f"; taken out as the trail says (sequence {found[0]} in {trail})"


def is_about(entry: Any, head: Mapping[str, Any]) -> bool:
    """Whether the entry records that the file with this head was taken out."""
    if not isinstance(entry, dict) or not isinstance(entry.get("after"), dict):
        return False
    is_export = entry.get("act") == f"{head['chain']}.export_file" and entry.get("outcome") == "done"
    return is_export and entry["after"].get("seal") == head["seal"]


def walk_trail(path: str, first: str, lines: TextIO, anchors: str | None, look: Look = bool) -> Verdict:
    """Walk an exported trail whose first line was read; every line is shown to ``look``."""
    head = read_header(path, first)
    roots = {head["last"]: head["root"]} | kept_roots(head, anchors)
    try:
        return walk(links_in(lines, look), Expectation(head["first"] - 1, head["previous"], roots))
    except Damaged as problem:
        return Verdict(0, "", str(problem))


@contextmanager
def opened(path: str) -> Iterator[TextIO]:
    """The lines of the file, to the byte: what is no UTF-8 stays in its line, which then matches no digest."""
    try:
        with open(
            0 if path == "-" else path, encoding="utf-8", errors="surrogateescape", newline="\n"
        ) as lines:
            yield lines
    except OSError as problem:
        raise Unusable(
            f"{path}: cannot be read ({problem.strerror}); give a file made by export_trail"
        ) from None


def read_header(path: str, line: str) -> dict[str, Any]:
    head = parsed(line)
    wrong = [name for name, kind in HEADER.items() if type(head.get(name)) is not kind]
    if wrong or head["version"] != 1:
        named = wrong[0] if wrong else "version"
        raise Unusable(
            f"{path}, line 1: no trail header ({named!r} is not right); give a file made by export_trail"
        )
    return head


def links_in(lines: TextIO, look: Look) -> Iterator[Link]:
    for number, line in enumerate(lines, 2):
        record = parsed(line)
        if type(record.get("sequence")) is not int or type(record.get("digest")) is not str:
            raise Damaged(f"line {number} is damaged: it holds no link of the chain")
        look(record)
        yield read_link(number, record)


def read_link(number: int, record: Mapping[str, Any]) -> Link:
    entry = record.get("entry")
    if not isinstance(entry, dict):
        return Link(record["sequence"], None, record.get("content"), record["digest"])
    try:
        return Link(record["sequence"], entry.get("id"), digest_of(entry), record["digest"])
    except KeyError as missing:
        raise Damaged(f"line {number} is damaged: its entry has no {missing}") from None


def kept_roots(head: Mapping[str, Any], folder: str | None) -> dict[int, str]:
    """The anchored roots this file must agree with: those within it, and, if it is complete, up to its day."""
    roots = {}
    for day, (sequence, root) in read_anchors(folder).items():
        within = head["first"] <= sequence <= head["last"]
        if within or (head.get("complete") and head["last"] < sequence and day <= head["made_on"]):
            roots[sequence] = root
    return roots


def read_anchors(folder: str | Path | None) -> dict[str, tuple[int, str]]:
    """Day → (sequence, root) of every ``trail-YYYY-MM-DD.txt`` in the folder; none without a folder."""
    if folder is None or not Path(folder).is_dir():
        return {}
    return dict(read_anchor(path) for path in sorted(Path(folder).glob("trail-*.txt")))


def read_anchor(path: Path) -> tuple[str, tuple[int, str]]:
    words = path.read_text(encoding="utf-8", errors="replace").split()
    if len(words) != 3 or not words[1].isdecimal() or len(words[2]) != 64:
        raise Unusable(f"{path}: is no anchor; its one line would be: day, sequence, root")
    return words[0], (int(words[1]), words[2])


def report(verdict: Verdict, what: str, more: str = "") -> tuple[str, int]:
    """The one line to print and the exit code."""
    if verdict.problem:
        return f"broken: {verdict.problem}", 1
    return f"whole: {what}, up to sequence {verdict.sequence}, root {verdict.root}{more}", 0


def answer(path: str, anchors: str | None, trail: str | None) -> tuple[str, int]:
    """What is said of a file, and the exit code."""
    verdict, more = examine(path, anchors, trail)
    return report(verdict, path, more)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m audit.exported", description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--anchors", metavar="DIR")
    parser.add_argument("--trail", metavar="TRAIL")
    asked = parser.parse_args(arguments)
    try:
        line, code = answer(asked.file, asked.anchors, asked.trail)
    except Unusable as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.write(f"{line}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
