"""The one door from cases to numbers (取数): what a deviation is computed from, drawn with one query a table.

Features are the usable elements of the case (案件要素) and a few of its own fields. What is protected (受保护属性) and what
would stand in for it goes into ``audit`` and nowhere else; court regions, names and lawyers are not drawn at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from json import loads
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.elements import ACCUSED
from cases.limits import instance_of
from cases.models import Case, Party
from cases.models.case import PROCEDURES
from catalogues.selectors import Law, law_in_use
from catalogues.sentencing_law import CaseElement, DeviationModel
from courts.models import LEVELS, Court
from courts.reach import court_and_below
from deviation.models import Contest
from deviation.observation import Observation, Value

TRIAL_DAYS = "trial_days"  # computed from filing to closing; everything else is recorded as an outcome
#: The fields of the case that count beside its elements, by outcome.
OF_SENTENCES = ("case_procedure", "case_defendants", "case_court_level")
OF_CLAIMS = ("case_procedure", "case_amount", "case_plaintiffs", "case_defendants")
CASE_FIELDS = {
    "months": OF_SENTENCES, "fine": OF_SENTENCES, "probation": OF_SENTENCES,
    "awarded_share": OF_CLAIMS, TRIAL_DAYS: (*OF_CLAIMS, "case_detained"),
}  # fmt: skip
INSTANCES = {"second": "（二审）", "retrial": "（再审）"}

#: Said of the case and, apart, of each of its parties.
ELEMENTS = """
SELECT case_id, party_id, jsonb_object_agg(key, value) FROM cases_element
WHERE withdrawn_at IS NULL AND case_id = ANY(%s) GROUP BY case_id, party_id"""
OUTCOMES = """
SELECT case_id, party_id, value::float8, decided_on FROM cases_outcome
WHERE withdrawn_at IS NULL AND measure = %s AND case_id = ANY(%s) ORDER BY id"""
#: The only accused (唯一被告人) of each of these cases.
SOLE = """
SELECT p.case_id, min(p.id) FROM cases_party p JOIN cases_case c ON c.id = p.case_id AND c.category = '刑事'
WHERE p.case_id = ANY(%s) AND p.standing = %s AND p.withdrawn_at IS NULL GROUP BY p.case_id HAVING count(*) = 1"""
#: Days on which the time limit did not run, however many grounds cover them.
NOT_COUNTED = """
SELECT case_id, sum(upper(span) - lower(span)) FROM (
    SELECT e.case_id, unnest(range_agg(daterange(e.starts_on, coalesce(e.resumes_on, c.closed_on)))
        * datemultirange(daterange(c.filed_on, c.closed_on))) AS span
    FROM cases_exclusion e JOIN cases_case c ON c.id = e.case_id
    WHERE e.withdrawn_at IS NULL AND e.ground = ANY(%s) AND e.case_id = ANY(%s)
        AND e.starts_on < coalesce(e.resumes_on, c.closed_on) GROUP BY e.case_id, c.filed_on, c.closed_on) spans
GROUP BY case_id"""


class Row(NamedTuple):
    """The fields of a case that are drawn."""

    id: int
    court_id: int
    court__level: int
    type_code: str
    category: str
    cause: str
    cause_code: str
    procedure: str
    amount: Any
    plaintiffs: int | None
    defendants: int | None
    detained: bool
    filed_on: date | None
    closed_on: date | None


@dataclass(frozen=True)
class Window:
    """The days whose closed cases count, both included."""

    first: date
    last: date


Said = Mapping[str, Any]
Outcome = tuple[int | None, float, date | None]  # party, value, day


@dataclass(frozen=True)
class Reading:
    """How a kind of case is read: the elements that are features, what is only looked at, and what stands for silence."""

    usable: Mapping[str, CaseElement]
    looked_at: frozenset[str]
    nothing_said: Mapping[str, Value]
    not_said: Mapping[str, Value]


@dataclass
class Frame:
    """How cases are drawn for one kind of outcome: by the catalogue as it holds in ``court`` on ``on``."""

    code: str
    law: Law
    court: int | None
    on: date
    known: dict[tuple[str, str, str], Reading] = field(default_factory=dict)

    @cached_property
    def model(self) -> DeviationModel | None:
        return self.law.deviation_models(self.court, self.on).get(self.code)

    def reading(self, row: Row) -> Reading:
        key = (row.category, row.cause_code, row.cause)
        if key not in self.known:
            said = dict(zip(("category", "cause_code", "cause"), key, strict=True))
            elements = self.law.case_elements(self.court, self.on).values()
            chosen = self.model.elements if self.model else ()
            self.known[key] = reading_of([one for one in elements if one.fits(**said)], chosen)
        return self.known[key]

    def observation(
        self, row: Row, party: int | None, value: float, day: date | None, said: Said
    ) -> Observation:
        reading, fields = self.reading(row), fields_of(row)
        features = {name: fields[name] for name in CASE_FIELDS[self.code]}
        features |= reading.not_said if said else reading.nothing_said
        for key, recorded in said.items():
            if key in reading.usable:
                features[key] = valued(reading.usable[key], recorded)
        return Observation(
            id=id_of(row.id, party),
            stratum=stratum_of(row, self.model),
            outcome=value,
            features=features,
            court=str(row.court_id),
            date=day,
            audit={key: said[key] for key in reading.looked_at & said.keys()},
        )


def reading_of(fitting: Sequence[CaseElement], chosen: Collection[str]) -> Reading:
    """Of a case with any element, a circumstance nobody recorded was not there; of one with none nothing is known."""
    usable = {one.key: one for one in fitting if one.usable and (not chosen or one.key in chosen)}
    return Reading(
        usable=usable,
        looked_at=frozenset(one.key for one in fitting if not one.usable),
        nothing_said=dict.fromkeys(usable),
        not_said={key: False if one.type == "bool" else None for key, one in usable.items()},
    )


def fields_of(row: Row) -> dict[str, Value]:
    return {
        "case_procedure": row.procedure or None,
        "case_amount": None if row.amount is None else float(row.amount),
        "case_plaintiffs": None if row.plaintiffs is None else float(row.plaintiffs),
        "case_defendants": None if row.defendants is None else float(row.defendants),
        "case_court_level": str(row.court__level),
        "case_detained": row.detained,
    }


def stratum_of(row: Row, model: DeviationModel | None) -> str:
    """Whose peers it may be: cases of the same cause, or category, and the same instance."""
    by_category = model is not None and model.stratum == "category"
    name = row.category if by_category or not (row.cause or row.cause_code) else row.cause or row.cause_code
    instance = instance_of(type_code=row.type_code, procedure=row.procedure, court_level=row.court__level)
    return name + INSTANCES.get(instance, "")


def valued(element: CaseElement, value: Any) -> Value:
    """The value as the catalogue reads it; None for one it does not know."""
    if element.type == "bool":
        return value if isinstance(value, bool) else None
    if element.type == "choice":
        return value if value in {code for code, __ in element.choices} else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


# --- ids -------------------------------------------------------------------------------------------------
def id_of(case_id: int, party_id: int | None) -> str:
    return str(case_id) if party_id is None else f"{case_id}:{party_id}"


def case_and_party(said: str) -> tuple[int, int | None]:
    """The case and the party an observation is of; no party: of the whole case."""
    case_id, __, party_id = said.partition(":")
    return int(case_id), int(party_id) if party_id else None


# --- drawing ----------------------------------------------------------------------------------------------
def observation_of(
    *,
    case: Case,
    party: Party | None,
    code: str,
    outcome: float,
    law: Law,
    elements: Said | None = None,
    court: int | None = None,
    on: date | None = None,
) -> Observation:
    """One case with this outcome, decided or drafted. ``elements`` are laid over the recorded ones.

    ``court`` is the one whose catalogue names the elements, by default the case's own; ``on`` the day it is read.
    """
    day = on or case.closed_on or case.filed_on or date.max
    frame = Frame(code, law, court or case.court_id, day)
    (row,) = rows_of(Case.objects.filter(pk=case.pk))
    said = said_of(elements_of([case.pk]).get(case.pk, {}), party.pk if party else None)
    return frame.observation(row, party.pk if party else None, outcome, day, {**said, **(elements or {})})


def history(*, court: Court, code: str, window: Window) -> list[Observation]:
    """Every closed case of the court and those below it that may be learned from, oldest first.

    Sealed ones never become anybody's comparable case; neither does one whose data a decided contest found mistaken.
    """
    frame = Frame(code, law_in_use(), court.pk, window.last)
    cases = Case.objects.filter(court__in=court_and_below(court.pk), sealed="")
    cases = cases.closed_between(window.first, window.last)
    wrong = mistaken(code)
    drawn = [one for one in observations(cases, frame) if one.id not in wrong]
    return sorted(drawn, key=lambda one: (one.date or date.min, one.id))


def decided(
    *, case_ids: Collection[int], code: str, law: Law, court: int | None, on: date
) -> list[Observation]:
    """These cases, as far as they are closed with an outcome of this kind; sealed ones too: their judge is told."""
    return list(
        observations(
            Case.objects.filter(pk__in=case_ids, closed_on__isnull=False), Frame(code, law, court, on)
        )
    )


def by_ids(ids: Sequence[str], *, code: str, law: Law, court: int | None, on: date) -> dict[str, Observation]:
    """Comparable cases by id, to be laid beside one another. Sealed ones are left out."""
    cases = Case.objects.filter(pk__in={case_and_party(one)[0] for one in ids}, sealed="")
    found = {one.id: one for one in observations(cases, Frame(code, law, court, on))}
    return {one: found[one] for one in ids if one in found}


def observations(cases: QuerySet[Case], frame: Frame) -> Iterator[Observation]:
    """One query for the cases, one for their elements, one for their outcomes."""
    if frame.model is None:
        return
    fits = frame.model.fits
    rows = [
        row for row in rows_of(cases)
        if fits(category=row.category, cause_code=row.cause_code, cause=row.cause)
    ]  # fmt: skip
    said = elements_of([row.id for row in rows])
    outcomes = outcomes_of(rows, frame)
    for row in rows:
        of_case = said.get(row.id, {})
        for party, value, day in outcomes.get(row.id, ()):
            yield frame.observation(row, party, value, day, said_of(of_case, party))


def rows_of(cases: QuerySet[Case]) -> Iterator[Row]:
    return map(Row._make, cases.order_by().values_list(*Row._fields).iterator(chunk_size=5000))


def elements_of(case_ids: Sequence[int]) -> dict[int, dict[int | None, Said]]:
    """What is recorded of each case: by party, None for the whole case."""
    found: dict[int, dict[int | None, Said]] = {}
    if case_ids:
        with connection.cursor() as cursor:
            cursor.execute(ELEMENTS, [list(case_ids)])
            for case_id, party_id, said in cursor:
                found.setdefault(case_id, {})[party_id] = loads(said)
    return found


def said_of(of_case: Mapping[int | None, Said], party: int | None) -> dict[str, Any]:
    """What holds of one party: what is said of the case and of them. Of the whole case: also of its only party."""
    of_parties = [one for one in of_case if one is not None]
    if party is None and len(of_parties) == 1:
        party = of_parties[0]
    return {**of_case.get(None, {}), **(of_case.get(party, {}) if party is not None else {})}


def outcomes_of(rows: Sequence[Row], frame: Frame) -> dict[int, list[Outcome]]:
    if frame.code == TRIAL_DAYS:
        return trial_days(rows, frame.law)
    is_term = frame.model is not None and frame.model.scale == "log"  # no sentence at all is not a short one
    least = 0 if is_term else -1
    recorded = recorded_of(frame.code, [row.id for row in rows])
    return {
        case_id: [each for each in found.values() if each[1] > least] for case_id, found in recorded.items()
    }


def recorded_of(code: str, case_ids: Sequence[int]) -> dict[int, dict[int | None, Outcome]]:
    """What is recorded of a measure, by case and unit: a party, None for the case as a whole or its only accused."""
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES, [code, list(case_ids)])
        said = cursor.fetchall()
        cursor.execute(SOLE, [list({case_id for case_id, party, *_ in said if party}), ACCUSED])
        sole = dict(cursor.fetchall())
    units: dict[int, dict[int | None, Outcome]] = {}
    # Of what was recorded of the only accused and of the case, the newer holds.
    for case_id, party_id, value, day in said:
        unit = None if party_id == sole.get(case_id) else party_id
        units.setdefault(case_id, {})[unit] = (unit, value, day)
    return units


def trial_days(rows: Sequence[Row], law: Law) -> dict[int, list[Outcome]]:
    """From filing to closing, without the days on which the limit did not run (扣除、中止)."""
    grounds = [code for code, versions in law.grounds.items() if versions[-1].mode in ("exclude", "suspend")]
    with connection.cursor() as cursor:
        cursor.execute(NOT_COUNTED, [grounds, [row.id for row in rows]])
        excluded = dict(cursor.fetchall())
    return {
        row.id: [(None, float((row.closed_on - row.filed_on).days - excluded.get(row.id, 0)), row.closed_on)]
        for row in rows if row.closed_on and row.filed_on
    }  # fmt: skip


def with_codes(cases: Sequence[Observation]) -> list[Observation]:
    """The cases with the code of their court (法院代字), whose beginnings the estimator reads as province and city."""
    known = Court.objects.filter(pk__in={int(one.court) for one in cases if one.court})
    codes = {str(pk): code or f"#{pk}" for pk, code in known.values_list("pk", "code")}
    return [replace(one, court=codes.get(one.court, "")) for one in cases]


def mistaken(code: str) -> set[str]:
    """What a decided contest found recorded wrongly (要素或者结果数据有误): not learned from."""
    upheld = Contest.objects.filter(upheld=True, ground="wrong_data", notice__code=code)
    return {id_of(*pair) for pair in upheld.values_list("notice__case", "notice__party")}


# --- what they are called ---------------------------------------------------------------------------------
FIELD_NAMES = {
    "case_procedure": _("审判程序"), "case_amount": _("标的额"), "case_plaintiffs": _("原告人数"),
    "case_defendants": _("被告人数"), "case_court_level": _("法院级别"), "case_detained": _("在押"),
    "court": _("法院"),
}  # fmt: skip
FIELD_WORDS = {
    "case_procedure": dict(PROCEDURES),
    "case_court_level": {str(level): name for level, name in LEVELS},
}


def feature_name(key: str, elements: Mapping[str, CaseElement]) -> str:
    """What a feature is called on a page."""
    return str(FIELD_NAMES.get(key) or (elements[key].name if key in elements else key))


def feature_value(key: str, value: Value, elements: Mapping[str, CaseElement]) -> str:
    """Its value in words; ``—`` where nobody recorded it."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    element = elements.get(key)
    words = dict(element.choices) if element else FIELD_WORDS.get(key, {})
    unit = element.unit if element else ""
    return str(words.get(str(value)) or (f"{value:g}{unit}" if isinstance(value, int | float) else value))
