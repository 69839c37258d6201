"""Similar cases out of the collection (类案检索): candidates by their rarest terms in the database, then compared closely.

The questions to the database are as many for a hundred judgments as for a hundred thousand, and only what the person may
see is ever looked at; judgments of sealed cases (封存) are nobody's comparison.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from cases.models import Case
from courts.clock import today
from courts.models import User
from precedents import index
from precedents.documents import elements_of, words_of
from precedents.index import Counted, Likeness, Profile, prepare, prepare_text, reasons, restored, score
from precedents.indexing import fact_terms, split_terms
from precedents.models import Document
from precedents.weighing import (
    corpus,
    elements,
    how_common,
    names_of,
    rarest_first,
    spoken,
    spoken_statistics,
    statistics_of,
)

TOP, MOST = 10, 50
#: How many terms are asked first, how many rows they may lead to, how many of these are compared closely.
TERMS, ROWS, CLOSELY = 40, 1_500, 100
PASSES = 3
LEVELS = {
    "supreme": "最高人民法院",
    "high": "高级人民法院",
    "intermediate": "中级人民法院",
    "basic": "基层人民法院",
}
SUPREME, HIGH = Q(court_name="最高人民法院"), Q(court_name__contains="高级人民法院")
MIDDLE = Q(court_name__contains="中级") | Q(court_name__regex="(知识产权|海事|金融)法院")
OF_LEVEL = {"supreme": SUPREME, "high": HIGH, "intermediate": MIDDLE, "basic": ~(SUPREME | HIGH | MIDDLE)}
#: Held, and of no sealed case.
OPEN = Q(withdrawn_at=None) & (Q(case=None) | Q(case__sealed=""))
#: What each judgment shares with the question, weighed. A term at a time, which the index answers without reading a row.
SHARED = """
SELECT held.id, sum(asked.weight)
  FROM unnest(%s::text[], %s::float8[]) AS asked(term, weight)
  JOIN precedents_document held ON held.terms @> ARRAY[asked.term]
 GROUP BY held.id"""


@dataclass(frozen=True)
class Question:
    """What is searched for: words, facts, and what a judgment must be. ``case`` is the case it is asked for."""

    text: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""
    category: str = ""
    sources: tuple[str, ...] = ()
    level: str = ""
    since: date | None = None
    until: date | None = None
    effective: bool = True
    case: Case | None = None


@dataclass(frozen=True)
class Found:
    """A judgment that is alike: how much in all, by its text and by its facts, and in Chinese why."""

    document: Document
    score: float
    text: float | None
    facts: float | None
    because: tuple[str, ...]


def find(asked: Question | Case, user: User, *, top: int = TOP) -> list[Found]:
    """The judgments most alike that this person may see, best first."""
    question = question_of(asked) if isinstance(asked, Case) else asked
    return most_alike(question, fitting(question, open_documents(user)), top=top)


def question_of(case: Case) -> Question:
    """A case of ours as a question: the text of its judgment if there is one, its elements, its cause."""
    document = Document.objects.filter(case=case, withdrawn_at=None).first()
    text = words_of(vars(document)) if document else ""
    return Question(text=text, facts=elements_of([case.pk]).get(case.pk, {}), cause=case.cause, case=case)


def open_documents(user: User) -> QuerySet[Document]:
    """What this person may search and read."""
    return Document.objects.visible_to(user).filter(OPEN)


def fitting(question: Question, documents: QuerySet[Document]) -> QuerySet[Document]:
    """Of these documents the indexed ones that are what the question says."""
    found = documents.exclude(indexed_at=None)
    if question.case is not None:
        found = found.exclude(case=question.case.pk)
    wanted: dict[str, Any] = {
        "cause__icontains": question.cause,
        "category": question.category,
        "source__in": question.sources,
        "decided_on__gte": question.since,
        "decided_on__lte": question.until,
        "effective_on__lte": today() if question.effective else None,
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    return found.filter(OF_LEVEL[question.level]) if question.level else found


def most_alike(question: Question, documents: QuerySet[Document], *, top: int) -> list[Found]:
    """The best of the documents, each with its reasons; a question that says nothing finds nothing."""
    [query] = prepare([index.Document("", question.text, question.facts)])
    candidates = candidates_of(query, documents, top)
    profiles = [profile_of(document) for document in candidates]
    counted = statistics_of(corpus(), query, profiles)
    alike = [each for each in score(query, profiles, counted) if each.score > 0] if profiles else []
    best = sorted(alike, key=lambda each: (-each.score, each.id))[:top]
    return explained(query, best, counted)


def candidates_of(query: Profile, documents: QuerySet[Document], top: int) -> list[Document]:
    """The documents that share the most with the question.

    The terms fewest judgments hold are asked first; where they lead to too little, more of them are.
    """
    known = rarest_first(how_common([*names_of(query), *fact_terms(query.facts)]), corpus().documents)
    best: list[int] = []
    for more in range(PASSES):
        asked = within(known, rows=ROWS * 4**more, terms=TERMS * 2**more)
        shared = sharing(asked)
        open_ones = documents.filter(pk__in=list(shared)).values_list("pk", flat=True)
        best = sorted(open_ones, key=lambda pk: (-shared[pk], pk))[:CLOSELY]
        if len(best) >= top or len(asked) == len(known):
            break
    return list(Document.objects.filter(pk__in=best).only("pk", "terms", "counts"))


@transaction.atomic
def sharing(asked: Sequence[tuple[str, int, float]]) -> dict[int, float]:
    """What each judgment shares with the asked terms, seen or not: whoever calls keeps what may be seen.

    The planner counts the rows of the table and not the lists it would unpack for each of them: it is told to use the index.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(SHARED, [[name for name, _, _ in asked], [weight for _, _, weight in asked]])
        found = dict(cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


def within(known: Sequence[tuple[str, int, float]], *, rows: int, terms: int) -> list[tuple[str, int, float]]:
    """The first terms that do not lead to more rows than that; one at least."""
    chosen, reached = [], 0
    for each in known[:terms]:
        reached += each[1]
        if chosen and reached > rows:
            break
        chosen.append(each)
    return chosen


def profile_of(document: Document, text: str = "") -> Profile:
    words, facts = split_terms(document.terms, document.counts)
    return restored(str(document.pk), text, words, facts)


def explained(query: Profile, best: Sequence[Likeness], counted: Counted) -> list[Found]:
    """The best with what they have in common and what differs, facts in the words of the catalogue."""
    documents = {
        str(pk): each for pk, each in Document.objects.in_bulk([int(each.id) for each in best]).items()
    }
    known = elements()
    names = {key: element.name for key, element in known.items()}
    asking, told = replace(query, facts=spoken(query.facts, known)), spoken_statistics(counted, known)
    answers = []
    for each in best:
        document = documents[each.id]
        profile = profile_of(document, prepare_text(words_of(vars(document))))
        other = replace(profile, facts=spoken(profile.facts, known))
        because = reasons(asking, other, told, names=names)
        answers.append(Found(document, each.score, each.text, each.facts, because))
    return answers
