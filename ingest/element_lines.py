"""Rows of elements and outcomes (案件要素、裁判结果): a value is read by what it is a value of, and must fit its case."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cases.element_values import (
    MEASURES,
    BadValue,
    element_named,
    element_value,
    measure_named,
    outcome_value,
)
from cases.elements import ACCUSED, elsewhere
from cases.models import Case
from catalogues.selectors import Law
from catalogues.sentencing_law import CaseElement
from ingest.book import Book
from ingest.columns import Column, FactKind, FactLines
from ingest.mapping import Layout
from ingest.refusals import BadCell, Reason
from ingest.rows import Cells, day_of, required, text_of

SEPARATOR = "\x1f"  # between the two cells that are read together
Read = Callable[[str, str], str]
Known = Mapping[str, list[CaseElement]]

ELEMENTS = FactKind(
    "elements", "cases_element", "案件要素",
    (
        Column("party", "text", text_of("当事人", 120)),
        Column("key", "text", text_of("要素", 60)),
        Column("value", "jsonb", text_of("值", 200)),
    ),
    key=("party_id", "key"), of_party=True,
)  # fmt: skip
OUTCOMES = FactKind(
    "outcomes", "cases_outcome", "裁判结果",
    (
        Column("party", "text", text_of("当事人", 120)),
        Column("measure", "text", text_of("项目", 60)),
        Column("value", "numeric(18,4)", text_of("值", 60)),
        Column("decided_on", "date", required("裁判日期", day_of("裁判日期"))),
    ),
    key=("party_id", "measure"), of_party=True,
)  # fmt: skip
KINDS = {"elements": ELEMENTS, "outcomes": OUTCOMES}


class PairedLines(FactLines):
    """Rows of which two cells are read together: what it is, and its value."""

    def __init__(
        self, kind: FactKind, layout: Layout, book: Book, *, name: Callable[[str], str], value: Read
    ):
        super().__init__(kind, layout, book)
        what = kind.key[-1]
        self.cells_read_together = (layout.columns[what], layout.columns["value"])
        self.columns_read_together = (self.names.index(what), self.names.index("value"))
        self.memory = (Cells(name), Cells(lambda pair: value(*pair.split(SEPARATOR, 1))))

    def read(self, rows: list[list[str]]) -> list[list[str | None]]:
        found = super().read(rows)
        (what, said), (names, values) = self.cells_read_together, self.columns_read_together
        found[names] = [self.memory[0][row[what]] for row in rows]
        found[values] = [self.memory[1][f"{row[what]}{SEPARATOR}{row[said]}"] for row in rows]
        return found

    def why(self, row: list[str]) -> Reason | None:
        what, said = self.cells_read_together
        try:
            self.memory[0].read(row[what])
            self.memory[1].read(f"{row[what]}{SEPARATOR}{row[said]}")
        except BadCell as bad:
            return bad.reason
        return super().why(row)


def lines_of(kind: str, layout: Layout, book: Book, day: date) -> PairedLines:
    """What reads the rows of one of the two kinds."""
    if kind == "outcomes":
        return PairedLines(
            OUTCOMES, layout, book, name=said_plainly(measure_code), value=said_plainly(decided)
        )
    known = known_anywhere(book.law, day)
    return PairedLines(
        ELEMENTS, layout, book,
        name=said_plainly(lambda cell: element_named(cell, named(known)).key),
        value=said_plainly(lambda cell, said: kept(definitions(cell, known), said)),
    )  # fmt: skip


def said_plainly(read: Callable[..., str]) -> Callable[..., str]:
    """``read`` with the refusals of an import."""

    def must(*cells: str) -> str:
        try:
            return read(*cells)
        except BadValue as bad:
            raise BadCell(bad.english, bad.chinese) from None

    return must


# --- values --------------------------------------------------------------------------------------------------
def known_anywhere(law: Law, day: date) -> Known:
    """The elements by key as the nation and each court define them: which court's counts is known with the case."""
    found: dict[str, list[CaseElement]] = {}
    for court in (None, *law.sentenced.elements.local):
        for key, element in law.case_elements(court, day).items():
            if element not in found.setdefault(key, []):
                found[key].append(element)
    return found


def named(known: Known) -> dict[str, CaseElement]:
    return {key: elements[0] for key, elements in known.items()}


def definitions(cell: str, known: Known) -> list[CaseElement]:
    return known[element_named(cell, named(known)).key]


def kept(elements: list[CaseElement], said: str) -> str:
    """The value as JSON, as the first definition that takes it; the refusal of the first where none does."""
    refusals = []
    for element in elements:
        try:
            return json.dumps(element_value(element, said), ensure_ascii=False)
        except BadValue as bad:
            refusals.append(bad)
    raise refusals[0]


def measure_code(cell: str) -> str:
    return measure_named(cell).code


def decided(cell: str, said: str) -> str:
    return str(outcome_value(measure_named(cell), said))


# --- what does not fit its case ------------------------------------------------------------------------------
def misfits(cursor: Any, kind: str, work: str, law: Law, day: date) -> dict[int, Reason]:
    """The rows of the work that speak of what their case does not have, and why. Cases of a kind are looked at once."""
    found = {**unknown_parties(cursor, work)}
    found |= misfit_elements(cursor, work, law, day) if kind == "elements" else misfit_outcomes(cursor, work)
    return found


def unknown_parties(cursor: Any, work: str) -> dict[int, Reason]:
    """Rows whose name is nobody's in their case, or that of several, of whom the row cannot say which."""
    cursor.execute(f"SELECT line, number, party, bearers FROM {work} WHERE party <> '' AND party_id IS NULL")
    return {line: party_fault(*fields) for line, *fields in cursor.fetchall()}


def party_fault(number: str, party: str, bearers: int) -> Reason:
    if not bearers:
        return Reason(
            f"case {number} has no party {party!r}; import the parties first",
            f"案件“{number}”没有当事人“{party}”，请先导入当事人",
        )
    return Reason(
        f"case {number} has {bearers} parties called {party!r}; record this in the case itself, where one can be chosen",
        f"案件“{number}”有 {bearers} 名当事人同名“{party}”，无法确定是哪一名，请在案件页面录入",
    )


def misfit_elements(cursor: Any, work: str, law: Law, day: date) -> dict[int, Reason]:
    contested = [key for key, elements in known_anywhere(law, day).items() if len(elements) > 1]
    sorts = f"""SELECT w.line, w.court_id, c.category, c.cause_code, c.cause, w.key,
        CASE WHEN w.key = ANY(%s) THEN w.value #>> '{{}}' END AS value
        FROM {work} w JOIN cases_case c ON c.id = w.case_id"""
    cursor.execute(
        f"SELECT DISTINCT court_id, category, cause_code, cause, key, value FROM ({sorts}) w", [contested]
    )
    faults = [(sort, fault) for sort in cursor.fetchall() if (fault := fault_of(sort, law, day))]
    if not faults:
        return {}
    columns = [list(column) for column in zip(*(sort for sort, _ in faults), strict=True)]
    cursor.execute(
        f"""SELECT w.line, bad.place FROM ({sorts}) w
        JOIN unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        WITH ORDINALITY AS bad (court_id, category, cause_code, cause, key, value, place)
        ON (w.court_id, w.category, w.cause_code, w.cause, w.key) = (bad.court_id, bad.category, bad.cause_code, bad.cause, bad.key)
        AND w.value IS NOT DISTINCT FROM bad.value""",
        [contested, *columns],
    )
    return {line: faults[place - 1][1] for line, place in cursor.fetchall()}


def fault_of(sort: Any, law: Law, day: date) -> Reason | None:
    """Why cases of this court, category and cause cannot have the element, or not with that value."""
    court_id, category, cause_code, cause, key, value = sort
    try:
        element = element_named(key, law.case_elements(court_id, day))
        if not element.fits(category=category, cause_code=cause_code, cause=cause):
            raise elsewhere(element, Case(category=category, cause=cause))
        if value is not None:
            element_value(element, value)
    except BadValue as bad:
        return Reason(bad.english, bad.chinese)
    return None


def misfit_outcomes(cursor: Any, work: str) -> dict[int, Reason]:
    """Measures of other cases, judgments before the filing, and outcomes of one of several that name nobody."""
    cursor.execute(
        f"""SELECT w.line, w.measure, w.decided_on, c.category, c.filed_on, several.n FROM {work} w
        JOIN cases_case c ON c.id = w.case_id
        LEFT JOIN LATERAL (SELECT count(*) AS n FROM cases_party p WHERE p.case_id = c.id AND p.standing = %(accused)s
                           AND p.withdrawn_at IS NULL) several ON w.party = '' AND c.category = '刑事'
        WHERE several.n > 1 OR w.decided_on < c.filed_on OR NOT (w.measure || c.category) = ANY(%(fitting)s)""",
        {"accused": ACCUSED, "fitting": [each.code + each.category for each in MEASURES.values()]},
    )
    return {line: outcome_fault(*fields) for line, *fields in cursor.fetchall()}


def outcome_fault(
    code: str, decided_on: date, category: str, filed_on: date | None, accused: int | None
) -> Reason:
    measure = MEASURES[code]
    if measure.category != category:
        return Reason(
            f"{code} is of {measure.category} cases, this one is {category}",
            f"“{measure.name}”只用于{measure.category}案件，本案为{category}案件",
        )
    if filed_on and decided_on < filed_on:
        return Reason(
            f"裁判日期 {decided_on} is before 立案日期 {filed_on}",
            f"裁判日期 {decided_on} 早于立案日期 {filed_on}",
        )
    return Reason(
        f"the case has {accused} defendants: 当事人 must say which one",
        f"本案有 {accused} 名被告人，须填写“当事人”写明是哪一名",
    )
