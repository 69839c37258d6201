"""Elements, outcomes and judgments of the demo court (演示要素与裁判), drawn from the cases as they stand in its database.

It has a stream of chance of its own: the docket is the same with it and without. Only sentenced crimes and judged claims have
an outcome; open cases have elements, so that a judge can try a draft.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import StringIO
from random import Random
from typing import Any

from django.db import connection

from pipeline.demo import claims, crimes, judgments, library, sentences
from pipeline.demo.people import COURTS, NEAREST
from precedents.documents import digest_of
from precedents.models import Document

NULL = r"\N"
JUDGMENTS = 400  # of our own, as many as there are at most
ELEMENTS = ("case_id", "party_id", "key", "value", "origin")
OUTCOMES = ("case_id", "party_id", "measure", "value", "decided_on", "origin")
Elements = dict[str, Any]

SUBJECTS = """
SELECT c.id, o.code, o.name, c.number, c.cause, c.filed_on, c.closed_on, c.amount::float8, c.sealed <> '', c.detained,
    ARRAY(SELECT p.id FROM cases_party p WHERE p.case_id = c.id AND p.standing = '被告人' ORDER BY p.id),
    (SELECT min(e."on") FROM cases_procedureevent e WHERE e.case_id = c.id AND e.node = '生效')
FROM cases_case c JOIN courts_court o ON o.id = c.court_id
WHERE c.type_code IN ('刑初', '民初') AND c.cause = ANY(%s) AND (c.closed_on IS NULL OR c.closed_how = '判决') ORDER BY c.id"""


@dataclass(frozen=True)
class Subject:
    """A case of which something is told. ``accused`` are the ids of its defendants, in order."""

    id: int
    court: str
    court_name: str
    number: str
    cause: str
    filed_on: date
    closed_on: date | None
    amount: float | None
    sealed: bool
    detained: bool
    accused: Sequence[int]
    effective_on: date | None

    @property
    def is_crime(self) -> bool:
        return self.cause in crimes.CRIMES

    @property
    def may_be_read(self) -> bool:
        """Whether its judgment is in the collection of judgments: in effect, and of nobody's sealed case."""
        return (
            self.effective_on is not None
            and not self.sealed
            and self.cause in (judgments.CRIMES | judgments.CLAIMS)
        )


@dataclass
class Told:
    """What is told of one case: by party, None for the case as a whole. ``planted`` are the parties of planted outliers."""

    subject: Subject
    elements: dict[int | None, Elements] = field(default_factory=dict)
    outcomes: dict[int | None, dict[str, float]] = field(default_factory=dict)
    planted: list[int | None] = field(default_factory=list)
    quarrel: tuple[judgments.Quarrel, bool] | None = None


def tell_outcomes(*, day: date, seed: int, cases: int | None, at: datetime) -> Counter[str]:
    """Write them all; rows by table. The demo's cases must stand already, and nothing of the sort."""
    rng = Random(f"{day} {seed} {cases} outcomes")
    subjects = subjects_of()
    told = list(tell_all(subjects, rng, day))
    rows: Counter[str] = Counter()
    with connection.cursor() as cursor:
        rows["cases_element"] = copy(cursor, "cases_element", ELEMENTS, element_lines(told))
        rows["cases_outcome"] = copy(cursor, "cases_outcome", OUTCOMES, outcome_lines(told))
    rows["precedents_document"] = len(Document.objects.bulk_create(documents(told, rng, at)))
    return rows


def subjects_of() -> list[Subject]:
    with connection.cursor() as cursor:
        cursor.execute(SUBJECTS, [[*crimes.CRIMES, *claims.CLAIMS]])
        return [Subject(*row) for row in cursor.fetchall()]


def copy(cursor: Any, table: str, columns: Iterable[str], lines: list[str]) -> int:
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", StringIO("".join(lines)))
    return len(lines)


# --- drawing -----------------------------------------------------------------------------------------------
def tell_all(subjects: Sequence[Subject], rng: Random, day: date) -> Iterator[Told]:
    """Every case in the order of its id, by chance of ``rng`` alone."""
    of_sentences = {court: rng.gauss(0, sentences.COURT_SPREAD) for court in COURTS}
    of_claims = {court: rng.gauss(0, claims.COURT_SPREAD) for court in COURTS}
    quarrels = quarrelling(subjects)
    for subject in subjects:
        if subject.is_crime:
            yield sentenced(subject, rng, of_sentences[subject.court], day)
        elif subject.id in quarrels:
            yield quarrelled(subject, *quarrels[subject.id])
        elif subject.amount:
            yield judged(subject, rng, of_claims[subject.court], day)


def sentenced(subject: Subject, rng: Random, effect: float, day: date) -> Told:
    crime, told = crimes.CRIMES[subject.cause], Told(subject)
    scene = crime.scene(rng)
    told.elements[None] = dict(scene.elements)
    several = len(subject.accused) > 1
    for place, party in enumerate(subject.accused or (None,), start=1):
        accused = sentences.Accused(
            place if several else 0, subject.filed_on.year, subject.sealed and place == 1, subject.detained
        )
        one = sentences.sentence(
            crime, scene, accused, rng, effect=effect, may_be_planted=is_late(subject, day)
        )
        whose = party if several else None
        told.elements.setdefault(whose, {}).update({**one.elements, **one.protected})
        if subject.closed_on:
            told.outcomes[whose] = one.outcomes
            told.planted += [whose] if one.is_planted else []
    return told


def is_late(subject: Subject, day: date) -> bool:
    """Whether it was decided in the last weeks, which no model of the demo has learned from."""
    return subject.closed_on is not None and (day - subject.closed_on).days < sentences.PLANTED_DAYS


def judged(subject: Subject, rng: Random, effect: float, day: date) -> Told:
    decided = claims.decide(
        subject.cause, subject.amount or 0, rng, effect=effect, may_be_planted=is_late(subject, day)
    )
    told = Told(subject, {None: dict(decided.elements)})
    if subject.closed_on:
        told.outcomes[None] = {"awarded_share": decided.share}
        told.planted += [None] if decided.is_planted else []
    return told


def quarrelling(subjects: Sequence[Subject]) -> dict[int, tuple[judgments.Quarrel, bool]]:
    """Which cases of the nearest court answer one question differently: for each the first two judged on its cause."""
    found: dict[int, tuple[judgments.Quarrel, bool]] = {}
    for quarrel in judgments.QUARRELS:
        pair = [
            each.id
            for each in subjects
            if each.court == NEAREST and each.cause == quarrel.cause and each.amount and each.may_be_read
            and each.id not in found
        ][:2]  # fmt: skip
        if len(pair) == 2:
            found |= {pair[0]: (quarrel, True), pair[1]: (quarrel, False)}
    return found


def quarrelled(subject: Subject, quarrel: judgments.Quarrel, is_granted: bool) -> Told:
    elements = {"claimed": subject.amount, **quarrel.elements}
    return Told(
        subject, {None: elements}, {None: {"awarded_share": float(is_granted)}}, [], (quarrel, is_granted)
    )


# --- rows --------------------------------------------------------------------------------------------------
def element_lines(told: Iterable[Told]) -> list[str]:
    return [
        f"{each.subject.id}\t{NULL if party is None else party}\t{key}\t{json.dumps(value, ensure_ascii=False)}\tfeed\n"
        for each in told
        for party, elements in each.elements.items()
        for key, value in elements.items()
    ]


def outcome_lines(told: Iterable[Told]) -> list[str]:
    return [
        f"{each.subject.id}\t{NULL if party is None else party}\t{measure}\t{value}\t{each.subject.closed_on}\tfeed\n"
        for each in told
        for party, outcomes in each.outcomes.items()
        for measure, value in outcomes.items()
    ]


# --- judgments ---------------------------------------------------------------------------------------------
def documents(told: Sequence[Told], rng: Random, at: datetime) -> list[Document]:
    """The judgments of some cases, evenly over all that may be read, those that quarrel among them, and the library."""
    readable = [each for each in told if each.subject.may_be_read and len(each.elements) == 1]
    chance = JUDGMENTS / max(len(readable), 1)
    chosen = [each for each in readable if each.quarrel or rng.random() < chance]
    return [*(own(each, rng, at) for each in chosen), *shelf(at)]


def own(told: Told, rng: Random, at: datetime) -> Document:
    subject, elements = told.subject, told.elements[None]
    if told.quarrel:
        words = judgments.of_quarrel(*told.quarrel)
    elif subject.is_crime:
        words = judgments.of_crime(subject.cause, elements, rng)
    else:
        words = judgments.of_claim(subject.cause, elements, told.outcomes[None]["awarded_share"], rng)
    facts = {key: value for key, value in elements.items() if key not in PROTECTED}
    return kept(
        {
            "case_id": subject.id, "source": "own", "number": subject.number, "title": words.title,
            "court_name": subject.court_name, "cause": subject.cause, "category": "刑事" if subject.is_crime else "民事",
            "decided_on": subject.closed_on, "effective_on": subject.effective_on, "result": words.result, "holding": "",
            "issue": words.issue, "text": words.text, "facts": facts,
        },
        at,
    )  # fmt: skip


PROTECTED = ("gender", "birth_year", "education", "ethnicity", "household")


def shelf(at: datetime) -> Iterator[Document]:
    for place, example in enumerate(library.EXAMPLES, start=1):
        values = {
            "source": example.source, "number": library.number_of(place, example), "title": f"（演示）{example.title}",
            "court_name": "（演示）某省高级人民法院", "cause": example.cause, "category": example.category,
            "decided_on": None, "effective_on": None, "result": example.result, "holding": example.holding,
            "issue": example.title, "text": library.text_of(example), "facts": {},
        }  # fmt: skip
        yield kept(values, at)


def kept(values: Mapping[str, Any], at: datetime) -> Document:
    return Document(**values, digest=digest_of(values), added_at=at)
