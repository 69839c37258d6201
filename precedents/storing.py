"""An index in a directory (索引目录): one folder a slice, never changed once written, and a list of what is alive.

``manifest.json`` is replaced last and in one step, so a reader sees the old index or the new one. A folder is named after its
contents; arrays are read in place, page by page, as they are needed. Nothing that is read is ever carried out.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from tokenize import TokenError
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from precedents.segments import Postings, Segment, Strings
from precedents.words import EDITION

MANIFEST = "manifest.json"
KIND = "mingjing similar cases"
FORMAT = 1
#: What reading bytes that were changed may end in.
DAMAGE = (
    OSError, ValueError, LookupError, TypeError, EOFError, OverflowError, SyntaxError, MemoryError, TokenError, BadZipFile,
    zlib.error, AttributeError, RecursionError,
)  # fmt: skip
Parts = Mapping[str, NDArray[Any]]
Stored = tuple[str, Segment, NDArray[np.bool_]]


class NotAnIndex(Exception):
    """The directory holds no index that can be used; the sentence says what it holds and what would help."""


def write_index(directory: Path, slices: Sequence[tuple[str, Segment, NDArray[np.bool_]]]) -> list[str]:
    """Lay down the slices that are not there yet, then the list, then take away what is no longer listed."""
    directory.mkdir(parents=True, exist_ok=True)
    names = [name or _write_segment(directory, segment) for name, segment, _ in slices]
    entries = [
        {"name": name, "documents": len(segment), "gone": np.flatnonzero(~living).tolist()}
        for name, (_, segment, living) in zip(names, slices, strict=True)
    ]
    manifest = {"kind": KIND, "format": FORMAT, "edition": EDITION, "segments": entries}
    beside = directory / f".{MANIFEST}.part"
    beside.write_bytes((json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())
    beside.replace(directory / MANIFEST)
    for folder in directory.glob("segment-*"):
        if folder.name not in names:
            shutil.rmtree(folder)
    return names


def read_index(directory: Path) -> list[Stored]:
    """The slices of an index with what lives in them. Raises ``NotAnIndex``."""
    manifest = _manifest(directory)
    try:
        return [_read_entry(directory, entry) for entry in manifest["segments"]]
    except DAMAGE as wrong:
        raise damaged(directory, wrong) from None


def damaged(directory: Path, wrong: BaseException) -> NotAnIndex:
    told = " ".join(str(wrong).split())[:200] or type(wrong).__name__
    return NotAnIndex(f"{directory}: the index is damaged ({told}); remove it and index the corpus again")


def check_writable(directory: Path) -> None:
    """Raise ``OSError`` where no index can be laid down: found out by trying, nothing is left behind."""
    place = directory
    while not place.exists():
        place = place.parent
    with TemporaryFile(dir=place):
        pass


def is_free(directory: Path) -> bool:
    """Whether a new index may be laid down there: nothing is, or an empty directory."""
    return not directory.exists() or (directory.is_dir() and not any(directory.iterdir()))


def _manifest(directory: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((directory / MANIFEST).read_bytes())
    except (OSError, ValueError):
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        raise NotAnIndex(f"{directory}: no index of similar cases; make one with similar index")
    if (manifest.get("format"), manifest.get("edition")) != (FORMAT, EDITION):
        raise NotAnIndex(
            f"{directory}: made with another edition of the word list; remove it and index the corpus again"
        )
    return manifest


def _read_entry(directory: Path, entry: Mapping[str, Any]) -> Stored:
    name = str(entry["name"])
    if Path(name).name != name:
        raise ValueError(f"{name} is no slice")
    segment = _read_segment(directory / name)
    living = np.ones(len(segment), dtype=np.bool_)
    living[np.array(entry["gone"], dtype=np.int64)] = False
    return name, segment, living


def _write_segment(directory: Path, segment: Segment) -> str:
    parts = {part: _bytes(array) for part, array in _parts(segment).items()}
    pairs = json.dumps(segment.pairs, ensure_ascii=True).encode()
    mark = sha256()
    for part, content in [*sorted(parts.items()), ("pairs", pairs)]:
        mark.update(f"{part} {len(content)} ".encode())
        mark.update(content)
    name = f"segment-{mark.hexdigest()[:16]}"
    if not (directory / name).exists():
        _lay_down(
            directory,
            name,
            {**{f"{part}.npy": content for part, content in parts.items()}, "pairs.json": pairs},
        )
    return name


def _lay_down(directory: Path, name: str, files: Mapping[str, bytes]) -> None:
    beside = directory / f".{name}.{os.getpid()}.part"
    beside.mkdir()
    for file, content in files.items():
        (beside / file).write_bytes(content)
    beside.rename(directory / name)


def _parts(segment: Segment) -> Parts:
    return {
        "ids": segment.ids.block,
        "id_ends": segment.ids.ends,
        "texts": segment.texts.block,
        "text_ends": segment.texts.ends,
        "lengths": segment.lengths,
        **_postings("term", segment.terms),
        **_postings("fact", segment.facts),
    }


def _postings(name: str, table: Postings) -> Parts:
    return {
        f"{name}_keys": table.keys,
        f"{name}_starts": table.starts,
        f"{name}_documents": table.documents,
        f"{name}_counts": table.counts,
    }


def _read_segment(folder: Path) -> Segment:
    def part(name: str) -> NDArray[Any]:
        loaded = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return np.asarray(loaded)

    def postings(name: str) -> Postings:
        return Postings(*(part(f"{name}_{each}") for each in ("keys", "starts", "documents", "counts")))

    pairs = tuple((str(name), value) for name, value in json.loads((folder / "pairs.json").read_bytes()))
    segment = Segment(
        ids=Strings(part("ids"), part("id_ends")),
        texts=Strings(part("texts"), part("text_ends")),
        lengths=part("lengths"),
        terms=postings("term"),
        pairs=pairs,
        facts=postings("fact"),
    )
    _check(segment)
    return segment


def _check(segment: Segment) -> None:
    """Raise ``ValueError`` where the arrays of a slice cannot belong together: no place may lead out of one."""
    for name, array in _parts(segment).items():
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise ValueError(f"{name} is no list of whole numbers")
    documents = len(segment.ids)
    if not len(segment.texts) == len(segment.lengths) == documents:
        raise ValueError("its parts speak of different numbers of documents")
    for strings in (segment.ids, segment.texts):
        _check_bounds(np.concatenate([np.zeros(1, np.int64), strings.ends]), len(strings.block))
    if len(segment.facts.keys) != len(segment.pairs):
        raise ValueError("its facts are not those it lists")
    for table in (segment.terms, segment.facts):
        if not len(table.keys) == len(table.starts) - 1 or len(table.documents) != len(table.counts):
            raise ValueError("its postings do not fit together")
        _check_bounds(table.starts, len(table.documents))
        if len(table.documents) and not 0 <= table.documents.min() <= table.documents.max() < documents:
            raise ValueError("its postings name documents it does not hold")


def _check_bounds(bounds: NDArray[Any], end: int) -> None:
    if bounds[0] != 0 or bounds[-1] != end or (np.diff(bounds) < 0).any():
        raise ValueError("its places lie outside of what it holds")


def _bytes(array: NDArray[Any]) -> bytes:
    block = BytesIO()
    np.save(block, array, allow_pickle=False)
    return block.getvalue()
