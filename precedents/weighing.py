"""What the collection says about how common words and facts are: the statistics that the comparison asks for."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from operator import or_

import numpy as np
from django.db import connection
from django.db.models import Q

from catalogues.selectors import law_in_use
from catalogues.sentencing_law import CaseElement
from courts.clock import today
from precedents.facts import Value
from precedents.index import Counted, Profile, weights
from precedents.indexing import MARK
from precedents.models import Corpus, Term
from precedents.tokens import written


def corpus() -> Corpus:
    return Corpus.objects.first() or Corpus()


def names_of(profile: Profile) -> list[str]:
    """The terms of a profile as the database writes them."""
    return [written(int(key)) for key in profile.keys]


def how_common(terms: Collection[str]) -> dict[str, int]:
    """In how many judgments each term stands; those that stand in none are left out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT term, documents FROM precedents_term WHERE term = ANY(%s)", [sorted(terms)])
        return dict(cursor.fetchall())


def values_of(names: Collection[str]) -> dict[str, dict[Value, int]]:
    """How many judgments have each value of these facts."""
    if not names:
        return {}
    begins = reduce(or_, (Q(term__startswith=name + MARK) for name in names))
    found: dict[str, dict[Value, int]] = {name: {} for name in names}
    for term, n in Term.objects.filter(begins).values_list("term", "documents"):
        name, _, value = term.partition(MARK)
        found.get(name, {})[json.loads(value)] = n
    return found


def statistics_of(held: Corpus, query: Profile, candidates: Iterable[Profile]) -> Counted:
    """What has to be known to compare these: two questions, however many they are."""
    terms = {name for profile in (query, *candidates) for name in names_of(profile)}
    mean = held.length / held.documents if held.documents else 1.0
    return Counted(held.documents, mean, how_common(terms), values_of(query.facts))


def rarest_first(common: Mapping[str, int], documents: int) -> list[tuple[str, int, float]]:
    """Terms with how many judgments hold them and what sharing them says; those that say nothing are left out."""
    names = sorted(common, key=lambda name: (common[name], name))
    said = weights(np.array([common[name] for name in names], dtype=np.int64), documents)
    return [
        (name, common[name], float(weight)) for name, weight in zip(names, said, strict=True) if weight > 0
    ]


# --- facts as people say them -------------------------------------------------------------------------------
def elements() -> Mapping[str, CaseElement]:
    """The elements the catalogue knows, by key."""
    return law_in_use().case_elements(None, today())


def spoken(facts: Mapping[str, Value], known: Mapping[str, CaseElement]) -> dict[str, Value]:
    """Facts with the words of the catalogue for their values."""
    return {name: word_for(value, known.get(name)) for name, value in facts.items()}


def word_for(value: Value, element: CaseElement | None) -> Value:
    return value if element is None else dict(element.choices).get(str(value), value)


def spoken_statistics(counted: Counted, known: Mapping[str, CaseElement]) -> Counted:
    """The same statistics over facts as people say them."""
    values = {
        name: {word_for(value, known.get(name)): n for value, n in counts.items()}
        for name, counts in counted.values.items()
    }
    return Counted(counted.documents, counted.mean_length, counted.terms, values)
