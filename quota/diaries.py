"""Diaries of minutes (工时日志): rows of who gave how long to which element of which case, kept under their study."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, transaction

from cases.models import Case
from courts.models import Court
from quota.models import Study
from quota.studies import courts_above

SLICE = 5_000

NO_STUDY = (
    "no open time study of the court covers {day}; open one for these weeks first",
    "没有覆盖 {day} 的进行中的工时测算，请先发起工时测算",
)
NO_WORDS = (
    "no case {number} can be found here, so 案件类别 must be given (and 程序 as far as there is one)",
    "本系统查不到案件“{number}”，须填写“案件类别”（有审判程序的并填“程序”）",
)
TWIN = (
    "minutes of the same case, person, element and day stand in an earlier row of this file with other content",
    "本文件前面已有同一案件、同一人、同一环节、同一日的记录而内容不同，无法判断以哪一行为准",
)

WRITE = """
WITH given AS (
    SELECT * FROM unnest(%(study)s::bigint[], %(court)s::bigint[], %(case)s::bigint[], %(number)s::text[], %(person)s::text[],
        %(element)s::text[], %(on)s::date[], %(minutes)s::int[], %(case_type)s::text[], %(procedure)s::text[], %(klass)s::text[])
        AS g (study_id, court_id, case_id, number, person_no, element, "on", minutes, case_type, procedure, klass)),
written AS (
    INSERT INTO quota_timeentry AS t (study_id, court_id, case_id, number, person_no, element, "on", minutes, case_type,
                                      procedure, klass, batch_id)
    SELECT g.*, %(batch)s FROM given g
    ON CONFLICT (study_id, number, person_no, element, "on") DO UPDATE
       SET minutes = excluded.minutes, case_id = excluded.case_id, court_id = excluded.court_id, batch_id = excluded.batch_id,
           case_type = excluded.case_type, procedure = excluded.procedure, klass = excluded.klass
     WHERE (t.minutes, t.case_id, t.case_type, t.procedure, t.klass)
           IS DISTINCT FROM (excluded.minutes, excluded.case_id, excluded.case_type, excluded.procedure, excluded.klass)
    RETURNING xmax = 0 AS made)
SELECT count(*) FILTER (WHERE made), count(*) FILTER (WHERE NOT made) FROM written"""


@dataclass(frozen=True)
class DiaryRow:
    """One row as read; ``number`` in the one way to write it where it can be read, else as written."""

    number: str
    person_no: str
    element: str
    on: date
    minutes: int
    case_type: str = ""
    procedure: str = ""
    klass: str = ""


@dataclass(frozen=True)
class Received:
    """What became of the rows; ``refused`` are places with the reason in English and in Chinese."""

    created: int
    updated: int
    unchanged: int
    refused: list[tuple[int, str, str]]


@dataclass(frozen=True)
class _Known:
    pk: int
    court_id: int
    sealed: bool


@transaction.atomic
def receive_diary(
    *, rows: Sequence[DiaryRow], court: Court, allowed: Collection[int] | None, batch_id: int | None
) -> Received:
    """Take the rows of a court's judges in; the same rows again change nothing.

    ``allowed``: the courts whose cases the sender may speak of. What is said of a case does not tell whether a sealed
    one of that number is here: it is asked for the same words as an unknown one.
    """
    studies = open_studies(court)
    seen: dict[tuple[str, str, str, date], DiaryRow] = {}
    refused: list[tuple[int, str, str]] = []
    good: list[tuple[DiaryRow, Study]] = []
    created = updated = same = 0
    known = known_cases({row.number for row in rows}, allowed)
    for place, row in enumerate(rows):
        key = (row.number, row.person_no, row.element, row.on)
        study = next((one for one in studies if one.starts_on <= row.on <= one.ends_on), None)
        if key in seen:
            same += seen[key] == row
            refused += [(place, *TWIN)] if seen[key] != row else []
        elif study is None:
            refused.append((place, *(words.format(day=row.on) for words in NO_STUDY)))
        elif not row.case_type and needs_words(known.get(row.number)):
            refused.append((place, *(words.format(number=row.number) for words in NO_WORDS)))
        else:
            seen[key] = row
            good.append((row, study))
    for some in slices(good):
        made, changed = write(some, known, court, batch_id)
        created, updated = created + made, updated + changed
    return Received(created, updated, len(good) - created - updated + same, refused)


def open_studies(court: Court) -> list[Study]:
    """Those that diaries of the court may belong to: its own before those of the courts above it, the latest first."""
    up = courts_above(court)
    found = Study.objects.filter(court__in=up, closed_at=None).order_by("-starts_on", "pk")
    return sorted(found, key=lambda study: up.index(study.court_id))


def known_cases(numbers: Collection[str], allowed: Collection[int] | None) -> dict[str, _Known]:
    found = {}
    for some in slices(sorted(numbers)):
        cases = Case.objects.filter(number__in=some)
        if allowed is not None:
            cases = cases.filter(court__in=allowed)
        for pk, number, court_id, sealed in cases.values_list("pk", "number", "court", "sealed"):
            found[number] = _Known(pk, court_id, bool(sealed))
    return found


def needs_words(case: _Known | None) -> bool:
    return case is None or case.sealed


def write(
    rows: Sequence[tuple[DiaryRow, Study]], known: dict[str, _Known], court: Court, batch_id: int | None
) -> tuple[int, int]:
    """How many were new and how many changed."""
    cases = [known.get(row.number) for row, _ in rows]
    columns = {
        "study": [study.pk for _, study in rows],
        "court": [case.court_id if case else court.pk for case in cases],
        "case": [case.pk if case else None for case in cases],
        "person": [row.person_no for row, _ in rows],
        **{
            name: [getattr(row, name) for row, _ in rows]
            for name in ("number", "element", "on", "minutes", "case_type", "procedure", "klass")
        },
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {**columns, "batch": batch_id})
        made, changed = cursor.fetchone()
    return int(made), int(changed)


def slices(rows: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while some := list(islice(left, SLICE)):
        yield some
