"""Judgments held against those of their court that were decided otherwise (裁判分歧的比对): a slice of them at a time.

What all of them need is asked once: the day, the parameters, how common words and facts are, and what is kept of each
judgment. Reasons are made for those alone that are alike enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import numpy as np
from django.db.models import Q, QuerySet

from cases.periods import add_months
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court
from precedents.documents import words_of
from precedents.fact_sql import AGAINST
from precedents.facts import Field, Value
from precedents.index import Profile, prepare_text, reasons, score
from precedents.matching import Counts
from precedents.models import Document
from precedents.search import OPEN, candidates_of, profile_of
from precedents.tokens import Keys, written
from precedents.weighing import corpus, how_common, spoken, values_of, word_for

WINDOW, LIKENESS = "conflict_window_years", "conflict_likeness"
#: So many opposing judgments are compared one by one; of more, those that share the rarest terms. So many are kept.
FEW, NEAREST = 300, 20


@dataclass(frozen=True)
class Known:
    """How common the terms and facts of some judgments are in the whole collection; ``keys`` are in order."""

    documents: int
    mean_length: float
    keys: Keys
    counts: Counts
    values: Mapping[str, Mapping[Value, int]]
    counted: dict[str, Field] = field(default_factory=dict)

    def frequency(self, keys: Keys) -> Counts:
        if not len(self.keys):
            return np.zeros(len(keys), np.int64)
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.counts[places], 0)

    def fields(self, names: Sequence[str]) -> Mapping[str, Field]:
        for name in names:
            self.counted.setdefault(name, Field(self.values.get(name, {})))
        return self.counted


@dataclass(frozen=True)
class Alike:
    """A judgment decided otherwise that is alike enough."""

    document: int
    likeness: float


class Comparison:
    """Some judgments, with what is needed to compare them; ``more`` are others they will be held against."""

    def __init__(self, documents: Sequence[Document], more: Collection[int] = ()) -> None:
        self.day, self.law, self.held = today(), law_in_use(), corpus()
        self.elements = self.law.case_elements(None, self.day)
        self.courts = courts_of(documents)
        self._since: dict[int, date] = {}
        self._enough: dict[int, float] = {}
        self._opposing: dict[tuple[int, str, str], list[int]] = {}
        self._profiles: dict[int, Profile] = {}
        self._texts: dict[int, str] = {}
        self.against = {each.pk: self.opposing(each) for each in documents}
        self.hold(documents)
        self.load({pk for pks in self.against.values() for pk in pks}.union(more))

    # --- what is asked once ----------------------------------------------------------------------------------
    def since(self, court: Court) -> date:
        """The first day whose judgments still count (近三年)."""
        if court.pk not in self._since:
            years = int(self.law.rule_parameters(court.pk)[WINDOW])
            self._since[court.pk] = add_months(self.day, -12 * years)
        return self._since[court.pk]

    def enough(self, court: Court) -> float:
        """How alike two judgments of the court must be."""
        if court.pk not in self._enough:
            self._enough[court.pk] = float(self.law.deviation_setting(LIKENESS, court.pk, self.day))
        return self._enough[court.pk]

    def hold(self, documents: Iterable[Document]) -> None:
        self._profiles |= {each.pk: profile_of(each) for each in documents}

    def load(self, pks: Collection[int]) -> None:
        rows = Document.objects.filter(pk__in=set(pks) - self._profiles.keys())
        self.hold(rows.only("pk", "terms", "counts").iterator(chunk_size=200))

    @cached_property
    def known(self) -> Known:
        keys = np.unique(np.concatenate([np.zeros(0, np.uint64), *(p.keys for p in self._profiles.values())]))
        names = [written(int(key)) for key in keys]
        common = how_common(names)
        counts = np.array([common.get(name, 0) for name in names], np.int64)
        mean = self.held.length / self.held.documents if self.held.documents else 1.0
        facts = {name for profile in self._profiles.values() for name in profile.facts}
        return Known(self.held.documents, mean, keys, counts, values_of(facts))

    @cached_property
    def told(self) -> Known:
        """The same over facts as people say them."""
        values = {
            name: {word_for(value, self.elements.get(name)): n for value, n in counts.items()}
            for name, counts in self.known.values.items()
        }
        return replace(self.known, values=values, counted={})

    # --- comparing ----------------------------------------------------------------------------------------------
    def opposing(self, document: Document) -> list[int]:
        """The judgments of its court and cause that were decided otherwise."""
        court = self.courts.get(document.pk)
        if court is None or not self.may_disagree(document, court):
            return []
        key = (court.pk, document.cause, document.result)
        if key not in self._opposing:
            rows = self.others_of(document, court).values_list("pk", flat=True)
            self._opposing[key] = list(rows[: FEW + 1])
        if len(self._opposing[key]) <= FEW:
            return self._opposing[key]
        nearest = candidates_of(profile_of(document), self.others_of(document, court), NEAREST)
        return [each.pk for each in nearest]

    def may_disagree(self, document: Document, court: Court) -> bool:
        """Whether it is an effective judgment of an open case, recent enough, with a result that another may exclude."""
        is_open = document.withdrawn_at is None and (document.case is None or not document.case.sealed)
        return is_open and self.counts(document, court) and document.result in AGAINST

    def counts(self, document: Document, court: Court) -> bool:
        day = document.effective_on
        return bool(document.cause) and day is not None and self.since(court) <= day <= self.day

    def others_of(self, document: Document, court: Court) -> QuerySet[Document]:
        given_here = Q(case__court=court) | Q(case=None, court_name=court.name)
        rows = Document.objects.filter(given_here, OPEN, cause=document.cause).exclude(indexed_at=None)
        recent = rows.filter(effective_on__gte=self.since(court), effective_on__lte=self.day)
        return recent.filter(result__in=AGAINST[document.result])

    def alike(self, document: Document) -> list[Alike]:
        """Of the opposing judgments those that are alike enough, the most alike first."""
        if not self.against[document.pk]:
            return []
        likeness = self.likeness(document.pk, self.against[document.pk])
        enough = self.enough(self.courts[document.pk])
        near = [Alike(pk, value) for pk, value in likeness.items() if value >= enough]
        return sorted(near, key=lambda each: (-each.likeness, each.document))[:NEAREST]

    def likeness(self, document: int, others: Sequence[int]) -> dict[int, float]:
        """How alike each of the others is to the judgment."""
        found = score(self._profiles[document], [self._profiles[pk] for pk in others], self.known)
        return {int(each.id): each.score for each in found}

    def because(self, document: Document, other: Document) -> list[str]:
        """What the two have in common, facts in the words of the catalogue."""
        names = {key: element.name for key, element in self.elements.items()}
        said = reasons(self.worded(document), self.worded(other), self.told, names=names)
        return [reason for reason in said if not reason.startswith("不同：")]

    def worded(self, document: Document) -> Profile:
        if document.pk not in self._texts:
            self._texts[document.pk] = prepare_text(words_of(vars(document)))
        profile = self._profiles[document.pk]
        return replace(profile, text=self._texts[document.pk], facts=spoken(profile.facts, self.elements))


def courts_of(documents: Sequence[Document]) -> dict[int, Court]:
    """The court of ours that gave each judgment: that of its case, or the one that bears its name."""
    names = {document.court_name for document in documents if not document.case_id}
    bearers = {court.name: court for court in Court.objects.filter(name__in=names, recognised=True)}
    found = {each.pk: each.case.court if each.case else bearers.get(each.court_name) for each in documents}
    return {pk: court for pk, court in found.items() if court is not None}
