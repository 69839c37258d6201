"""Candidates out of one slice of the index (初选): every document scored at once, by its postings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from precedents.facts import UNKNOWN, Field, Value
from precedents.matching import FACTS_SHARE, pressed, saturated
from precedents.segments import Segment
from precedents.tokens import Keys

ASKED_FIRST = 200  # of the terms of a question, the weightiest find the candidates; all of them decide
Scores = NDArray[np.float32]


def heaviest(said: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(said) <= ASKED_FIRST:
        return said
    return np.where(said >= np.partition(said, -ASKED_FIRST)[-ASKED_FIRST], said, 0.0)


def bm25(segment: Segment, keys: Keys, said: NDArray[np.float64], mean_length: float) -> Scores:
    """BM25+ of every document of a slice, term by term in the order of the terms."""
    scores = np.zeros(len(segment), np.float32)
    press = pressed(segment.lengths, mean_length)
    once = saturated(np.ones(1, np.int32), press).astype(np.float32)
    table = segment.terms
    found, rows = table.rows(keys)
    for which, row in zip(found, rows, strict=True):
        begin, end = int(table.starts[row]), int(table.starts[row + 1])
        documents, counts = table.documents[begin:end], table.counts[begin:end]
        gained = once[documents]
        more = np.flatnonzero(counts > 1)
        gained[more] = saturated(counts[more].astype(np.int32), press[documents[more]])
        scores[documents] += np.float32(said[which]) * gained
    return scores


def fact_likeness(segment: Segment, own: Mapping[str, Value], fields: Mapping[str, Field]) -> Scores:
    """The likeness of the facts of every document of a slice: as ``facts.likeness``, for all at once."""
    unknown = {name: UNKNOWN * fields[name].says(value) for name, value in own.items()}
    total = np.full(len(segment), sum(unknown.values()))
    agreed = np.zeros(len(segment))
    for name, value in own.items():
        low, high, numbers, words = segment.field(name)
        beside = [fields[name].compare(value, numbers), fields[name].compare(value, words)]
        weight, like = (np.concatenate(parts) for parts in zip(*beside, strict=True))
        bounds = segment.facts.starts[low : high + 1]
        documents = segment.facts.documents[bounds[0] : bounds[-1]]
        sizes = np.diff(bounds)
        total[documents] += np.repeat(weight - unknown[name], sizes)
        agreed[documents] += np.repeat(weight * like, sizes)
    in_all: Scores = (agreed / np.maximum(total, 1e-12)).astype(np.float32)
    return in_all


def together(text: Scores | None, facts: Scores | None, size: int) -> Scores:
    if text is None and facts is None:
        return np.zeros(size, np.float32)
    if text is None or facts is None:
        return np.array(facts if text is None else text)
    both: Scores = (1 - FACTS_SHARE) * text + FACTS_SHARE * facts
    return np.asarray(both)


def largest(scores: Scores, top: int) -> list[int]:
    """The places of the largest scores above 0; of equal ones at the border all, so that the order of adding does not tell."""
    # Sorting all is faster than partitioning where many are equal, and facts alone make many equal.
    border = float(np.sort(scores)[-top]) if len(scores) > top else 0.0
    return [int(place) for place in np.flatnonzero(scores >= max(border, 1e-9))]
