"""The index of similar cases (类案检索): add documents, ask by text, by facts or by both, and hear why each hit is one.

    index = Index()
    index.add([Document("1", "被告人张三驾车逃逸……", {"致死人数": 1}), …])
    index.query(Document("q", "醉酒驾驶后离开现场"), 10)        # [Hit(id, score, because), …], best first
    index.to_dir(path); Index.from_dir(path)

It keeps no names: what is stored of a text is masked (``tokens.prepare_text``). Adding an id again replaces the document;
added piece by piece the index answers as if it had been built at once. Equal input gives equal bytes.

Where documents and counts of terms are kept in a database, no index is needed:
    ``terms(text)``                         what to count, and to keep for each document (``prepare_text`` is what to keep of its text)
    ``EDITION``                             the state of the word list; terms kept under another are to be made again
    ``restored(id, text, terms, facts)``    a kept document (prepared text, its terms, its facts through ``flat``)
    ``prepare([Document, …])``              documents as they come
    ``Counted(documents, mean_length, terms, values)``   what the database knows of all: how many documents, the mean sum of
                                            counts, in how many documents each term stands, how often a fact has a value
    ``score(query, candidates, statistics)`` how like each candidate is; ``reasons(query, candidate, statistics, names=…)`` why
A good candidate set: the documents with the highest sum of ``weights`` over the rarest forty or so terms of the query.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from precedents.facts import Field, Value, flat
from precedents.matching import (
    Counted,
    Counts,
    Document,
    Likeness,
    Profile,
    asked,
    own_score,
    prepare,
    profiles,
    restored,
    score,
    weights,
    weights_of,
)
from precedents.reasons import reasons
from precedents.retrieval import Scores, bm25, fact_likeness, heaviest, largest, together
from precedents.segments import Segment, build, merge
from precedents.storing import NotAnIndex, read_index, write_index
from precedents.tokens import Keys, postings_of, prepare_text, terms
from precedents.words import EDITION

__all__ = [
    "EDITION", "Counted", "Document", "Hit", "Index", "Likeness", "NotAnIndex", "Profile",
    "flat", "prepare", "prepare_text", "profiles", "reasons", "restored", "score", "terms", "weights",
]  # fmt: skip

LOOKED_AT_CLOSELY = 50
Living = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hit:
    """A similar case: how like it is, from 0 to 1, and in Chinese why."""

    id: str
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What adding documents did."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0


class Index:
    """Documents to be found again. ``names`` are Chinese names of facts, for the reasons."""

    def __init__(self, *, names: Mapping[str, str] | None = None) -> None:
        self.names = dict(names or {})
        self._segments: list[Segment] = []
        self._alive: list[Living] = []
        self._stored: list[str] = []
        self._places: dict[str, tuple[int, int]] | None = {}
        self._gone: dict[int, tuple[Keys, Counts]] = {}
        self._fields: dict[str, Field] = {}
        self._counted: tuple[int, int] | None = None

    def __len__(self) -> int:
        return self._sizes()[0]

    def __contains__(self, id: str) -> bool:
        return id in self._where()

    def add(self, documents: Iterable[Document]) -> Changes:
        """Add documents, or replace those of the same id; of two with one id the later counts."""
        latest = list({document.id: document for document in documents}.values())
        texts = [prepare_text(document.text) for document in latest]
        facts = [dict(flat(document.facts)) for document in latest]
        held = self._held([document.id for document in latest])
        new = [n for n, each in enumerate(latest) if held.get(each.id) != (texts[n], facts[n])]
        ids = [latest[n].id for n in new]
        replaced = self.remove(ids)
        if new:
            self._append(build(ids, [texts[n] for n in new], [facts[n] for n in new]))
        return Changes(len(new) - replaced, replaced, len(latest) - len(new))

    def remove(self, ids: Iterable[str]) -> int:
        """Forget documents; returns how many there were."""
        where = self._where()
        found = [where.pop(id) for id in dict.fromkeys(ids) if id in where]
        for segment, place in found:
            self._alive[segment][place] = False
        if found:
            self._forget_counts()
        return len(found)

    def query(self, document: Document, top: int = 10, *, without: Collection[str] = ()) -> list[Hit]:
        """The most similar documents, best first; those in ``without`` (the case itself, say) are passed over."""
        return self.query_prepared(prepare([document])[0], top, without=without)

    def query_prepared(self, query: Profile, top: int, *, without: Collection[str] = ()) -> list[Hit]:
        """As ``query``, for a case that is prepared already."""
        best = self._best(query, max(LOOKED_AT_CLOSELY, top + 20), without)
        candidates = self._profiles(best, query.facts)
        by_id = {candidate.id: candidate for candidate in candidates}
        ranked = sorted(score(query, candidates, self), key=lambda each: (-round(each.score, 6), each.id))
        return [
            Hit(each.id, round(each.score, 6), reasons(query, by_id[each.id], self, names=self.names))
            for each in ranked[:top]
            if each.score > 0
        ]

    def text_scores(self, query: Profile) -> dict[str, float]:
        """BM25+ of every document that shares a term with the query: the first stage, bare."""
        scores = self._text_scores(query, self._said(query))
        return {
            segment.ids[int(place)]: float(found[place])
            for segment, living, found in zip(self._segments, self._alive, scores, strict=True)
            for place in np.flatnonzero((found > 0) & living)
        }

    def touched(self, query: Profile) -> int:
        """Read every posting of the terms of a query once, and do nothing with it: the least an answer can cost."""
        return sum(
            int(
                segment.terms.documents[
                    int(segment.terms.starts[row]) : int(segment.terms.starts[row + 1])
                ].sum()
            )
            for segment in self._segments
            for row in segment.terms.rows(query.keys)[1]
        )

    @property
    def documents(self) -> int:
        return len(self)

    @property
    def mean_length(self) -> float:
        documents, lengths = self._sizes()
        return lengths / max(documents, 1)

    def frequency(self, keys: Keys) -> Counts:
        """In how many documents each term stands."""
        total = np.zeros(len(keys), np.int64)
        for number, segment in enumerate(self._segments):
            found, rows = segment.terms.rows(keys)
            total[found] += segment.terms.starts[rows + 1] - segment.terms.starts[rows]
            gone_keys, gone_counts = self._gone_terms(number)
            at = np.searchsorted(gone_keys, keys).clip(max=max(len(gone_keys) - 1, 0))
            if len(gone_keys):
                total -= np.where(gone_keys[at] == keys, gone_counts[at], 0)
        return total

    def fields(self, names: Sequence[str]) -> Mapping[str, Field]:
        """How often each value of some facts occurs."""
        for name in names:
            if name not in self._fields:
                self._fields[name] = self._count_field(name)
        return {name: self._fields[name] for name in names}

    def to_dir(self, directory: Path) -> None:
        """Keep the index in a directory; slices that lie there already are not touched."""
        slices = zip(self._stored, self._segments, self._alive, strict=True)
        self._stored = write_index(directory, list(slices))

    @classmethod
    def from_dir(cls, directory: Path, *, names: Mapping[str, str] | None = None) -> Index:
        """The index kept in a directory, read as it is needed. Raises ``NotAnIndex``."""
        index = cls(names=names)
        for name, segment, living in read_index(directory):
            index._stored.append(name)
            index._segments.append(segment)
            index._alive.append(living)
        index._places = None
        return index

    def _best(self, query: Profile, top: int, without: Collection[str]) -> list[tuple[int, int]]:
        """The most promising documents: slice and place."""
        said = heaviest(np.where(self.frequency(query.keys) > 0, self._said(query), 0.0))
        own = own_score(query, said, self.mean_length)
        texts, facts = self._text_scores(query, said), self._fact_scores(query)
        found: list[tuple[float, int, int]] = []
        for number, living in enumerate(self._alive):
            text = np.minimum(texts[number] / max(own, 1e-9), 1) if query.keys.size else None
            both = together(text, facts[number] if query.facts else None, len(living))
            both[~living] = 0
            for place in largest(both, top + len(without)):
                if self._segments[number].ids[place] not in without:
                    found.append((float(both[place]), number, place))
        found.sort(key=lambda each: (-each[0], self._segments[each[1]].ids[each[2]]))
        return [(number, place) for _, number, place in found[:top]]

    def _said(self, query: Profile) -> NDArray[np.float64]:
        return weights_of(query.keys, self) * asked(query.counts)

    def _text_scores(self, query: Profile, said: NDArray[np.float64]) -> list[Scores]:
        keep = np.flatnonzero(said > 0)
        return [bm25(segment, query.keys[keep], said[keep], self.mean_length) for segment in self._segments]

    def _fact_scores(self, query: Profile) -> list[Scores]:
        fields = self.fields(sorted(query.facts))
        return [fact_likeness(segment, query.facts, fields) for segment in self._segments]

    def _profiles(self, places: Sequence[tuple[int, int]], names: Collection[str]) -> list[Profile]:
        found: list[Profile] = []
        for number, segment in enumerate(self._segments):
            own = [place for of, place in places if of == number]
            facts = segment.facts_of(own, names)
            found += profiles([segment.ids[p] for p in own], [segment.texts[p] for p in own], facts)
        return found

    def _append(self, segment: Segment) -> None:
        """Put a slice last, then join slices until each is at least twice as large as the next."""
        self._segments.append(segment)
        self._alive.append(np.ones(len(segment), dtype=np.bool_))
        self._stored.append("")
        sizes = [int(living.sum()) for living in self._alive]
        first = len(sizes) - 1
        while first and sizes[first - 1] < 2 * sum(sizes[first:]):
            first -= 1
        if first < len(sizes) - 1:
            self._segments[first:] = [merge(self._segments[first:], self._alive[first:])]
            self._alive[first:] = [np.ones(len(self._segments[-1]), dtype=np.bool_)]
            self._stored[first:] = [""]
        self._forget_counts()
        self._places = None

    def _sizes(self) -> tuple[int, int]:
        """How many documents there are, and how long all of them are together."""
        if self._counted is None:
            pairs = list(zip(self._segments, self._alive, strict=True))
            lengths = sum(int(segment.lengths[living].sum()) for segment, living in pairs)
            self._counted = sum(int(living.sum()) for living in self._alive), lengths
        return self._counted

    def _forget_counts(self) -> None:
        self._gone, self._fields, self._counted = {}, {}, None

    def _where(self) -> dict[str, tuple[int, int]]:
        if self._places is None:
            self._places = {
                id: (number, place)
                for number, segment in enumerate(self._segments)
                for place, id in enumerate(segment.ids)
                if self._alive[number][place]
            }
        return self._places

    def _held(self, ids: Sequence[str]) -> dict[str, tuple[str, dict[str, Value]]]:
        """Text and facts of those documents that are there."""
        where = self._where()
        found: dict[str, tuple[str, dict[str, Value]]] = {}
        for number, segment in enumerate(self._segments):
            own = [where[id][1] for id in ids if id in where and where[id][0] == number]
            for place, facts in zip(own, segment.facts_of(own), strict=True):
                found[segment.ids[place]] = segment.texts[place], facts
        return found

    def _gone_terms(self, number: int) -> tuple[Keys, Counts]:
        if number not in self._gone:
            dead = np.flatnonzero(~self._alive[number])
            keys, _, _ = postings_of([self._segments[number].texts[int(place)] for place in dead])
            self._gone[number] = np.unique(keys, return_counts=True)
        return self._gone[number]

    def _count_field(self, name: str) -> Field:
        counts: dict[Value, int] = {}
        for segment, living in zip(self._segments, self._alive, strict=True):
            low, high, _, _ = segment.field(name)
            bounds = segment.facts.starts[low : high + 1]
            held = np.cumsum(living[segment.facts.documents[bounds[0] : bounds[-1]]])
            reached = np.concatenate([np.zeros(1, np.int64), held])[bounds - bounds[0]]
            for (_, value), count in zip(segment.pairs[low:high], np.diff(reached), strict=True):
                if count:
                    counts[value] = counts.get(value, 0) + int(count)
        return Field(counts)
