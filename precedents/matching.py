"""How like two cases are (相似度): terms weighed by how few cases have them, facts by how few agree as closely.

Text is BM25+ as a share of what the asking text would score itself, together with the cosine of both texts, so that a long
text that mentions everything is not like everything. A term that more than half of all texts hold says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from precedents.facts import Field, Floats, Value, flat, likeness
from precedents.tokens import Keys, key_of, means, postings_of, prepare_text, written

K1, B, DELTA = 1.2, 0.6, 0.5
MANY = 50
FACTS_SHARE = 0.65
COSINE_SHARE = 0.5
MEANING = 2.0  # saying the same thing counts twice as much as sharing a pair of characters
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Document:
    """A case as it comes: its text, its facts by name, or both."""

    id: str
    text: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A case as it is compared: masked text with the signs of its wordings, its terms with counts, its facts."""

    id: str
    text: str
    keys: Keys
    counts: Counts
    facts: Mapping[str, Value]


class Statistics(Protocol):
    """What has to be known of all cases to weigh an agreement."""

    @property
    def documents(self) -> int: ...
    @property
    def mean_length(self) -> float: ...
    def frequency(self, keys: Keys) -> Counts: ...
    def fields(self, names: Sequence[str]) -> Mapping[str, Field]: ...


@dataclass(frozen=True)
class Counted:
    """Statistics from plain mappings, as a database gives them: in how many texts a term stands, how often a value occurs."""

    documents: int
    mean_length: float
    terms: Mapping[str, int]
    values: Mapping[str, Mapping[Value, int]] = field(default_factory=dict)

    def frequency(self, keys: Keys) -> Counts:
        return np.array([self.terms.get(written(int(key)), 0) for key in keys], dtype=np.int64)

    def fields(self, names: Sequence[str]) -> Mapping[str, Field]:
        return {name: Field(self.values.get(name, {})) for name in names}


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a case is: in all, by its text and by its facts, each from 0 to 1; None where it was not asked."""

    id: str
    score: float
    text: float | None
    facts: float | None


def prepare(documents: Sequence[Document]) -> list[Profile]:
    """Cases ready to be compared."""
    texts = [prepare_text(document.text) for document in documents]
    facts = [dict(flat(document.facts)) for document in documents]
    return profiles([document.id for document in documents], texts, facts)


def profiles(ids: Sequence[str], texts: Sequence[str], facts: Sequence[Mapping[str, Value]]) -> list[Profile]:
    """Cases whose prepared texts were kept."""
    if not texts:
        return []
    keys, rows, counts = postings_of(texts)
    order = np.argsort(rows, kind="stable")
    ends = np.cumsum(np.bincount(rows, minlength=len(texts)))[:-1]
    by_text = zip(np.split(keys[order], ends), np.split(counts[order].astype(np.int64), ends), strict=True)
    return [
        Profile(*each, *of_text, known)
        for each, of_text, known in zip(zip(ids, texts, strict=True), by_text, facts, strict=True)
    ]


def restored(id: str, text: str, terms: Mapping[str, int], facts: Mapping[str, Value]) -> Profile:
    """A case whose prepared text and terms were kept in a database."""
    keys = np.array([key_of(term) for term in terms], dtype=np.uint64)
    order = np.argsort(keys)
    return Profile(id, text, keys[order], np.fromiter(terms.values(), np.int64)[order], facts)


def weights(frequency: Counts, documents: int) -> Floats:
    """What sharing a term says: the fewer cases have it the more, and nothing where more than half of many do."""
    said = np.log1p((documents - frequency + 0.5) / (frequency + 0.5))
    return np.asarray(np.where((documents >= MANY) & (frequency * 2 > documents), 0.0, said))


def weights_of(keys: Keys, statistics: Statistics) -> Floats:
    """What sharing each of some terms says; a sign of a wording says more than a pair of characters."""
    plain = weights(statistics.frequency(keys), statistics.documents)
    return plain * np.where(means(keys), MEANING, 1.0)


def asked(counts: Counts) -> Floats:
    """What naming a term more than once adds to the question: the second time half as much as the first."""
    return np.asarray(2.0 * counts / (counts + 1.0))


def pressed(lengths: NDArray[np.integer], mean_length: float) -> Floats:
    """The more terms a text has, the less each of them says of it."""
    return np.asarray(K1 * (1 - B + B * lengths.astype(np.float64) / max(mean_length, 1.0)))


def saturated(counts: NDArray[np.integer], press: Floats) -> Floats:
    """BM25+: a term says more when it is repeated, but ever less so."""
    return np.asarray(DELTA + counts * (K1 + 1) / (counts + press))


def own_score(query: Profile, said: Floats, mean_length: float) -> float:
    """What a text scores against itself: the measure of all others."""
    press = pressed(np.array([query.counts.sum()]), mean_length)
    return float((said * saturated(query.counts, press)).sum())


def score(query: Profile, candidates: Sequence[Profile], statistics: Statistics) -> list[Likeness]:
    """How like each candidate is to the asking case, in the order of the candidates."""
    by_text = _by_text(query, candidates, statistics) if query.counts.size else None
    fields = statistics.fields(sorted(query.facts))
    answers = []
    for place, candidate in enumerate(candidates):
        text = float(by_text[place]) if by_text is not None else None
        facts = likeness(query.facts, candidate.facts, fields) if query.facts else None
        answers.append(Likeness(candidate.id, combined(text, facts), text, facts))
    return answers


def combined(text: float | None, facts: float | None) -> float:
    """One number of both parts; a part that was not asked does not count."""
    if text is None or facts is None:
        return (text or 0.0) + (facts or 0.0)
    return (1 - FACTS_SHARE) * text + FACTS_SHARE * facts


def _by_text(query: Profile, candidates: Sequence[Profile], statistics: Statistics) -> Floats:
    said = weights_of(query.keys, statistics)
    sizes = [len(candidate.keys) for candidate in candidates]
    rows = np.repeat(np.arange(len(candidates)), sizes)
    keys = np.concatenate([query.keys[:0], *(candidate.keys for candidate in candidates)])
    counts = np.concatenate([query.counts[:0], *(candidate.counts for candidate in candidates)])
    places = np.searchsorted(query.keys, keys).clip(max=max(len(query.keys) - 1, 0))
    shared = np.flatnonzero(query.keys[places] == keys)
    at, row, n = places[shared], rows[shared], len(candidates)

    lengths = np.bincount(rows, counts, minlength=n)
    press = pressed(lengths, statistics.mean_length)[row]
    bm25 = np.bincount(row, (said * asked(query.counts))[at] * saturated(counts[shared], press), minlength=n)
    held = np.minimum(
        bm25 / max(own_score(query, said * asked(query.counts), statistics.mean_length), 1e-12), 1
    )

    own = said * (1 + np.log(query.counts))
    terms, which = np.unique(keys, return_inverse=True)
    others = weights_of(terms, statistics)[which] * (1 + np.log(counts))
    norms = np.sqrt(np.bincount(rows, others**2, minlength=n) * (own**2).sum())
    cosine = np.bincount(row, own[at] * others[shared], minlength=n) / np.maximum(norms, 1e-12)
    return np.asarray((1 - COSINE_SHARE) * held + COSINE_SHARE * cosine)
