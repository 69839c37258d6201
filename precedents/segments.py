"""Slices of the index (索引段): texts, facts and their postings, written once; what changes goes into a new slice.

Postings lie term by term in flat arrays: for the term at ``keys[i]`` the documents ``documents[starts[i]:starts[i + 1]]`` with
their counts. Slices are joined by counting, without sorting anything but their terms.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from precedents.facts import Floats, Value
from precedents.tokens import Keys, postings_of

Places = NDArray[np.int32]
Starts = NDArray[np.int64]
AT_ONCE = 4_000_000  # characters taken apart at a time


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """In which documents each key stands, and how often."""

    keys: Keys
    starts: Starts
    documents: Places
    counts: NDArray[np.uint16]

    def rows(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of some keys stand here, and where."""
        places = np.searchsorted(self.keys, keys).clip(max=max(len(self.keys) - 1, 0))
        asked = np.flatnonzero(self.keys[places] == keys) if len(self.keys) else places[:0]
        return asked, places[asked]


@dataclass(frozen=True, slots=True, eq=False)
class Strings:
    """Many strings in one block of UTF-8."""

    block: NDArray[np.uint8]
    ends: Starts

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, place: int) -> str:
        begin = int(self.ends[place - 1]) if place else 0
        return self.block[begin : int(self.ends[place])].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return (self[place] for place in range(len(self)))

    @classmethod
    def of(cls, strings: Sequence[str]) -> Strings:
        encoded = [each.encode("utf-8", "surrogatepass") for each in strings]
        ends = np.cumsum([len(each) for each in encoded], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends)


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One slice: its documents in the order they came."""

    ids: Strings
    texts: Strings
    lengths: Places
    terms: Postings
    pairs: tuple[tuple[str, Value], ...]
    facts: Postings
    looked_up: dict[str, tuple[int, int, Floats, list[str]]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    def field(self, name: str) -> tuple[int, int, Floats, list[str]]:
        """Where the values of one fact lie among the pairs: from, to, the numbers and then the words."""
        if name not in self.looked_up:
            low = bisect_left(self.pairs, name, key=_name)
            high = bisect_right(self.pairs, name, key=_name)
            values = [value for _, value in self.pairs[low:high]]
            numbers = np.array([value for value in values if isinstance(value, float)], dtype=np.float64)
            words = [value for value in values if isinstance(value, str)]
            self.looked_up[name] = low, high, numbers, words
        return self.looked_up[name]

    def facts_of(self, places: Sequence[int], names: Iterable[str] | None = None) -> list[dict[str, Value]]:
        """The facts of some documents; only those of some names, if names are given."""
        asked = np.full(len(self), -1, np.int32)
        asked[np.array(places, dtype=np.int64)] = np.arange(len(places), dtype=np.int32)
        known: list[dict[str, Value]] = [{} for _ in places]
        spans = [(0, len(self.pairs))] if names is None else [self.field(name)[:2] for name in sorted(names)]
        for low, high in spans:
            bounds = self.facts.starts[low : high + 1]
            number = asked[self.facts.documents[bounds[0] : bounds[-1]]]
            held = np.flatnonzero(number >= 0)
            rows = np.searchsorted(bounds, held + bounds[0], side="right") - 1 + low
            for whose, row in zip(number[held].tolist(), rows.tolist(), strict=True):
                name, value = self.pairs[row]
                known[whose][name] = value
        return known


def build(ids: Sequence[str], texts: Sequence[str], facts: Sequence[Mapping[str, Value]]) -> Segment:
    """A slice of documents whose texts are prepared."""
    tables, begun = [], []
    for low, high in _spans(texts):
        tables.append(_table(*postings_of(texts[low:high])))
        begun.append(low)
    moved = [np.arange(low, high, dtype=np.int32) for low, high in _spans(texts)]
    terms = join(tables, moved)
    lengths = np.bincount(terms.documents, terms.counts, minlength=len(ids)).astype(np.int32)
    pairs, of_facts = _facts(facts)
    return Segment(Strings.of(ids), Strings.of(texts), lengths, terms, pairs, of_facts)


def merge(segments: Sequence[Segment], alive: Sequence[NDArray[np.bool_]]) -> Segment:
    """One slice of the living documents of several, in their order."""
    moved, reached = [], 0
    for living in alive:
        places = np.where(living, np.cumsum(living) - 1 + reached, -1).astype(np.int32)
        moved.append(places)
        reached += int(living.sum())
    pairs = tuple(sorted({pair for segment in segments for pair in segment.pairs}, key=_rank))
    number = {pair: place for place, pair in enumerate(pairs)}
    facts = join([_renamed(segment, number) for segment in segments], moved)
    return Segment(
        ids=_living([segment.ids for segment in segments], alive),
        texts=_living([segment.texts for segment in segments], alive),
        lengths=np.concatenate(
            [segment.lengths[living] for segment, living in zip(segments, alive, strict=True)]
        ),
        terms=join([segment.terms for segment in segments], moved),
        pairs=tuple(pairs[int(key)] for key in facts.keys),
        facts=Postings(
            np.arange(len(facts.keys), dtype=np.uint64), facts.starts, facts.documents, facts.counts
        ),
    )


def join(tables: Sequence[Postings], moved: Sequence[Places]) -> Postings:
    """Several tables as one: ``moved`` says where each document goes, -1 that it is gone."""
    keys = _united([table.keys for table in tables])
    kept = [_kept(table, places) for table, places in zip(tables, moved, strict=True)]
    rows = [np.searchsorted(keys, table.keys) for table in tables]
    totals = np.zeros(len(keys), np.int64)
    for row, (sizes, _, _) in zip(rows, kept, strict=True):
        totals[row] += sizes
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(totals)])
    documents, counts = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.uint16)
    reached = starts[:-1].copy()
    for row, (sizes, held, times) in zip(rows, kept, strict=True):
        own = np.cumsum(sizes) - sizes
        target = np.repeat(reached[row] - own, sizes) + np.arange(len(held))
        documents[target], counts[target] = held, times
        reached[row] += sizes
    full = np.flatnonzero(totals)
    return Postings(keys[full], np.append(starts[full], starts[-1:]), documents, counts)


def _united(sorted_keys: Sequence[Keys]) -> Keys:
    """All keys once; what is sorted already is only merged."""
    if len(sorted_keys) == 1:
        return sorted_keys[0]
    keys: Keys = np.sort(np.concatenate([np.zeros(0, np.uint64), *sorted_keys]), kind="stable")
    return np.asarray(keys[np.diff(keys, prepend=~keys[:1]) != 0])


def _kept(table: Postings, moved: Places) -> tuple[NDArray[np.int64], Places, NDArray[np.uint16]]:
    """How many documents each key keeps, and which, under their new numbers."""
    places = moved[table.documents]
    if (moved >= 0).all():
        return np.diff(table.starts), places, table.counts
    held = places >= 0
    reached = np.concatenate([np.zeros(1, np.int64), np.cumsum(held)])
    return np.diff(reached[table.starts]), places[held], table.counts[held]


def _table(keys: Keys, documents: Places, counts: Places) -> Postings:
    first = np.flatnonzero(np.diff(keys, prepend=~keys[:1]) != 0)
    starts = np.append(first, len(keys)).astype(np.int64)
    return Postings(keys[first], starts, documents, np.minimum(counts, 0xFFFF).astype(np.uint16))


def _facts(facts: Sequence[Mapping[str, Value]]) -> tuple[tuple[tuple[str, Value], ...], Postings]:
    pairs = tuple(sorted({pair for known in facts for pair in known.items()}, key=_rank))
    number = {pair: place for place, pair in enumerate(pairs)}
    held = [(number[pair], place) for place, known in enumerate(facts) for pair in known.items()]
    table = np.array(sorted(held), dtype=np.int64).reshape(-1, 2)
    ones = np.ones(len(table), np.int32)
    return pairs, _table(table[:, 0].astype(np.uint64), table[:, 1].astype(np.int32), ones)


def _renamed(segment: Segment, number: Mapping[tuple[str, Value], int]) -> Postings:
    keys = np.array([number[pair] for pair in segment.pairs], dtype=np.uint64)
    return Postings(keys, segment.facts.starts, segment.facts.documents, segment.facts.counts)


def _living(strings: Sequence[Strings], alive: Sequence[NDArray[np.bool_]]) -> Strings:
    blocks, sizes = [], []
    for each, living in zip(strings, alive, strict=True):
        own = np.diff(each.ends, prepend=0)
        blocks.append(each.block[np.repeat(living, own)])
        sizes.append(own[living])
    return Strings(np.concatenate(blocks), np.cumsum(np.concatenate(sizes), dtype=np.int64))


def _spans(texts: Sequence[str]) -> list[tuple[int, int]]:
    """The row of texts in portions that fit into memory at once."""
    reached = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
    last = reached[-1] if len(texts) else 0
    cuts = np.searchsorted(reached, np.arange(AT_ONCE, last, AT_ONCE)).tolist()
    return [(low, high) for low, high in pairwise([0, *cuts, len(texts)]) if high > low]


def _name(pair: tuple[str, Value]) -> str:
    return pair[0]


def _rank(pair: tuple[str, Value]) -> tuple[str, bool, Value]:
    """Numbers before words, each in order; the two are never compared with one another."""
    return pair[0], isinstance(pair[1], str), pair[1]
