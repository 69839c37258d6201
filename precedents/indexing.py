"""The index of the collection, kept up slice by slice (增量索引): terms of each judgment, and how common each term is.

A judgment waits while ``indexed_at`` is empty: new, replaced by another text, or withdrawn. Its old terms leave the
statistics and its new ones enter them in the transaction that marks it, so that they always say what the rows say.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from precedents.documents import words_of
from precedents.facts import flat
from precedents.models import Corpus, Document
from precedents.tokens import terms
from precedents.words import EDITION

SLICE = 100
INDEXING = 0x6D71  # the lock of whoever indexes
MOST_OF_A_TERM = 32_767
LONGEST_FACT = 120
MARK = "="  # between the name of a fact and its value; no term of a text is as long


def index_waiting(*, at: datetime, most: int = 5_000) -> int:
    """Index what waits, oldest first, a transaction a slice; how many judgments. Twice at once, the second waits."""
    done = 0
    follow_edition()
    while done < most and (n := index_slice(at=at)):
        done += n
    return done


@transaction.atomic
def follow_edition() -> None:
    """Terms made with another edition of the word list are to be made again."""
    corpus = locked_corpus()
    if corpus.edition != EDITION:
        Document.objects.exclude(indexed_at=None).update(indexed_at=None)
        Corpus.objects.filter(pk=corpus.pk).update(edition=EDITION)


@transaction.atomic
def index_slice(*, at: datetime, size: int = SLICE) -> int:
    """The judgments that wait longest."""
    corpus = locked_corpus()
    waiting = Document.objects.select_for_update(of=("self",)).filter(indexed_at=None)
    found = list(waiting.order_by("added_at", "pk")[:size])
    if not found:
        return 0
    moved: Counter[str] = Counter()
    documents = length = 0
    for document in found:
        held, before = bool(document.terms), document.length
        moved.subtract(document.terms)
        take_terms(document, at)
        moved.update(document.terms)
        documents += bool(document.terms) - held
        length += document.length - before
    write_rows(found)
    move_terms(moved)
    Corpus.objects.filter(pk=corpus.pk).update(
        documents=F("documents") + documents, length=F("length") + length
    )
    return len(found)


def write_rows(documents: Iterable[Document]) -> None:
    """What ``take_terms`` set, row by row: lists of hundreds of terms make one large statement slow."""
    rows = [(each.terms, each.counts, each.length, each.indexed_at, each.pk) for each in documents]
    with connection.cursor() as cursor:
        cursor.executemany(WRITE, rows)


WRITE = """
UPDATE precedents_document SET terms = %s::text[], counts = %s::smallint[], length = %s, indexed_at = %s, compared_at = NULL
 WHERE id = %s"""


def take_terms(document: Document, at: datetime) -> None:
    """The terms of its words and of its facts; none of one that is withdrawn."""
    document.indexed_at, document.compared_at = at, None
    if document.withdrawn_at is not None:
        document.terms, document.counts, document.length = [], [], 0
        return
    counts = terms(words_of(vars(document)))
    known = dict.fromkeys(fact_terms(document.facts), 1)
    document.length = sum(counts.values())
    document.terms = [*counts, *known]
    document.counts = [min(n, MOST_OF_A_TERM) for n in (*counts.values(), *known.values())]


def fact_terms(facts: Mapping[str, Any]) -> list[str]:
    """Facts as terms, so that they are found and counted as words are; a whole sentence is not a value others share."""
    written = (f"{name}{MARK}{json.dumps(value, ensure_ascii=False)}" for name, value in flat(facts))
    return [term for term in written if len(term) <= LONGEST_FACT]


def split_terms(held: Iterable[str], counts: Iterable[int]) -> tuple[dict[str, int], dict[str, Any]]:
    """The terms of a row's words with their counts, and its facts."""
    words, facts = {}, {}
    for term, n in zip(held, counts, strict=True):
        name, mark, value = term.partition(MARK)
        if mark and name:
            facts[name] = json.loads(value)
        else:
            words[term] = n
    return words, facts


def move_terms(moved: Mapping[str, int]) -> None:
    """Change in how many judgments each term stands. In one order, so that nobody waits for one another."""
    more = sorted((term, n) for term, n in moved.items() if n > 0)
    less = sorted((term, -n) for term, n in moved.items() if n < 0)
    with connection.cursor() as cursor:
        if more:
            cursor.execute(ENTER, columns_of(more))
        if less:
            cursor.execute(LEAVE, columns_of(less))
            cursor.execute(
                "DELETE FROM precedents_term WHERE documents = 0 AND term = ANY(%(terms)s)", columns_of(less)
            )


def columns_of(rows: list[tuple[str, int]]) -> dict[str, list[Any]]:
    return {"terms": [term for term, _ in rows], "numbers": [n for _, n in rows]}


ENTER = """
INSERT INTO precedents_term AS held (term, documents)
SELECT term, n FROM unnest(%(terms)s::text[], %(numbers)s::int[]) AS moved(term, n)
    ON CONFLICT (term) DO UPDATE SET documents = held.documents + excluded.documents"""
LEAVE = """
UPDATE precedents_term held SET documents = held.documents - moved.n
  FROM unnest(%(terms)s::text[], %(numbers)s::int[]) AS moved(term, n) WHERE held.term = moved.term"""


def locked_corpus() -> Corpus:
    """The row of the collection, held by one indexer at a time until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INDEXING])
    corpus, _ = Corpus.objects.get_or_create(singleton=True)
    return corpus
