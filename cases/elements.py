"""What a case is about beyond its cause, and how it was decided (案件要素、裁判结果登记).

Both belong to the case, or to one party of it where several stand accused; what is said of the only accused is said of the
case. A value recorded anew replaces the one that
stood, which stays marked as withdrawn; ``cases.services.withdraw_fact`` takes back either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.element_values import (
    MEASURES,
    BadValue,
    Measure,
    Value,
    element_in_words,
    element_named,
    element_value,
    measure_named,
    outcome_in_words,
    outcome_value,
)
from cases.guard import leave_trace, locked, permit, refuse_if
from cases.models import Case, Element, Outcome, Party
from cases.pauses import entered
from catalogues.selectors import Law, law_in_use
from catalogues.sentencing_law import CaseElement
from courts.models import User
from courts.roles import Permission

ACCUSED = "被告人"


# --- what the law knows of a case ----------------------------------------------------------------------------
def elements_for(case: Case, law: Law, on: date) -> dict[str, CaseElement]:
    """The elements that cases like this one record, in the order of the catalogue."""
    about = {"category": case.category, "cause_code": case.cause_code, "cause": case.cause}
    return {
        key: element for key, element in law.case_elements(case.court_id, on).items() if element.fits(**about)
    }


def measures_for(case: Case) -> list[Measure]:
    """The measures an outcome of such a case has."""
    return [each for each in MEASURES.values() if each.category == case.category]


def accused(case: Case) -> list[Party]:
    """The defendants of a criminal case, in the order in which they were recorded."""
    if case.category != "刑事":
        return []
    return [
        party
        for party in sorted(case.party_rows.all(), key=lambda party: party.pk)
        if party.standing == ACCUSED and party.withdrawn_at is None
    ]


def only_accused(case: Case) -> Party | None:
    """The one person who stands accused; None where there are several, or nobody."""
    found = accused(case)
    return found[0] if len(found) == 1 else None


def party_meant(case: Case, party: Party | None) -> Party | None:
    """The party a value is kept for. The only accused is the case: else one person would be counted as two."""
    return None if party is not None and party == only_accused(case) else party


def rows_of(rows: QuerySet[Any], case: Case, party: Party | None) -> QuerySet[Any]:
    """What stands of the case or of this party; the only accused and the case are one. The newest last."""
    sole = only_accused(case)
    one = Q(party=party) if sole is None or party not in (None, sole) else Q(party=None) | Q(party=sole)
    return rows.filter(one, case=case, withdrawn_at=None).order_by("pk")


# --- what is wrong -------------------------------------------------------------------------------------------
def party_problem(case: Case, party: Party | None) -> str | None:
    if party is not None and (party.case_id != case.pk or party.withdrawn_at is not None):
        return f"“{party.name}”不是本案的当事人，请从本案当事人中选择"
    return None


def unnamed_problem(case: Case, party: Party | None) -> str | None:
    """With several accused an outcome is one person's."""
    several = accused(case)
    if party is None and len(several) > 1:
        return f"本案有 {len(several)} 名被告人，裁判结果应逐人登记，请写明是哪一名被告人"
    return None


def elsewhere(element: CaseElement, case: Case) -> BadValue:
    """The element is one of other cases."""
    kinds = "、".join(element.causes or element.categories)
    return BadValue(
        f"{element.key} is recorded for {kinds} only, not for {case.cause or case.category}",
        f"“{element.name}”只用于{kinds}，不用于{case.cause or case.category}",
    )


def decided_problem(case: Case, decided_on: date, today: date) -> str | None:
    if decided_on > today:
        return f"裁判日期 {decided_on} 尚未到来，应不晚于今天 {today}"
    if case.filed_on and decided_on < case.filed_on:
        return f"裁判日期 {decided_on} 早于立案日期 {case.filed_on}"
    return None


def read_elements(
    case: Case, values: Mapping[str, Any], law: Law, on: date
) -> dict[CaseElement, Value | None]:
    """The values said of a case, each as it is kept; None where there is nothing to say any more. ``BadValue`` if wrong."""
    known = law.case_elements(case.court_id, on)
    fitting = elements_for(case, law, on)
    found: dict[CaseElement, Value | None] = {}
    for said, value in values.items():
        element = element_named(said, known)
        if element.key not in fitting:
            raise elsewhere(element, case)
        found[element] = None if value is None else element_value(element, value)
    return found


def read_outcomes(case: Case, values: Mapping[str, Any]) -> dict[Measure, Decimal | None]:
    """The measures of an outcome, each as it is kept. ``BadValue`` if one is wrong or of other cases."""
    found: dict[Measure, Decimal | None] = {}
    for said, value in values.items():
        measure = measure_named(said)
        if measure.category != case.category:
            raise BadValue(
                f"{measure.code} is of {measure.category} cases, this one is {case.category}",
                f"“{measure.name}”只用于{measure.category}案件，本案为{case.category}案件",
            )
        found[measure] = None if value is None else outcome_value(measure, value)
    return found


# --- what people do ------------------------------------------------------------------------------------------
def record_element(
    *, case: Case, key: str, value: Any, by: User, at: datetime, party: Party | None = None
) -> Element:
    """Record one element of the case (登记案件要素)."""
    [element] = record_elements(case=case, values={key: value}, by=by, at=at, party=party)
    return element


@transaction.atomic
def record_elements(
    *, case: Case, values: Mapping[str, Any], by: User, at: datetime, party: Party | None = None
) -> list[Element]:
    """Record elements of the case or of one party, by key or name. None withdraws what stood; the same again is nothing."""
    act = "cases.record_elements"
    permit(act, permission=Permission.RECORD_EVENT, case=case, by=by)
    case = locked(case)
    refuse_if(party_problem(case, party), act, case=case, by=by)
    try:
        read = read_elements(case, values, law_in_use(), timezone.localtime(at).date())
    except BadValue as bad:
        refuse_if(bad.chinese, act, case=case, by=by)
        raise
    rows, party = list(rows_of(Element.objects.all(), case, party)), party_meant(case, party)
    standing = rows_by(rows, "key")
    changed = {
        element: value for element, value in read.items() if value != value_in(standing.get(element.key))
    }
    if changed:
        withdraw_rows((row for row in rows if row.key in {element.key for element in changed}), at)
        for element, value in changed.items():
            if value is not None:
                standing[element.key] = Element.objects.create(
                    case=case, party=party, key=element.key, value=value, **entered(by, at)
                )
        trace_elements(act, case, party, changed, standing, by=by, at=at)
    return [standing[element.key] for element, value in read.items() if value is not None]


def value_in(row: Element | None) -> Value | None:
    return None if row is None else row.value


def rows_by(rows: Iterable[Any], name: str) -> dict[str, Any]:
    return {getattr(row, name): row for row in rows}


def withdraw_rows(rows: Iterable[Element | Outcome], at: datetime) -> None:
    for row in rows:
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])


def trace_elements(
    act: str, case: Case, party: Party | None, changed: Mapping[CaseElement, Value | None],
    standing: Mapping[str, Element], *, by: User, at: datetime,
) -> None:  # fmt: skip
    """What stands now, in words; "" for what was taken back."""
    about = {"party": party.name} if party else {}
    after = {
        element.name: "" if value is None else element_in_words(element, value)
        for element, value in changed.items()
    }
    facts = [standing[element.key].pk for element, value in changed.items() if value is not None]
    leave_trace(act, case=case, by=by, at=at, after=about | after | {"fact": facts})


def record_outcome(
    *, case: Case, measure: str, value: Any, decided_on: date, by: User, at: datetime, party: Party | None = None
) -> Outcome:  # fmt: skip
    """Record one measure of how the case was decided (登记裁判结果)."""
    [outcome] = record_outcomes(
        case=case, values={measure: value}, decided_on=decided_on, by=by, at=at, party=party
    )
    return outcome


@transaction.atomic
def record_outcomes(
    *, case: Case, values: Mapping[str, Any], decided_on: date, by: User, at: datetime, party: Party | None = None
) -> list[Outcome]:  # fmt: skip
    """Record how the case was decided, for one party where several stand accused. None withdraws what stood."""
    act = "cases.record_outcomes"
    permit(act, permission=Permission.RECORD_EVENT, case=case, by=by)
    case = locked(case)
    problem = party_problem(case, party) or unnamed_problem(case, party)
    refuse_if(
        problem or decided_problem(case, decided_on, timezone.localtime(at).date()), act, case=case, by=by
    )
    try:
        read = read_outcomes(case, values)
    except BadValue as bad:
        refuse_if(bad.chinese, act, case=case, by=by)
        raise
    rows, party = list(rows_of(Outcome.objects.all(), case, party)), party_meant(case, party)
    standing = rows_by(rows, "measure")
    changed = {
        measure: value
        for measure, value in read.items()
        if not is_said_already(standing.get(measure.code), value, decided_on)
    }
    if changed:
        withdraw_rows((row for row in rows if row.measure in {measure.code for measure in changed}), at)
        for measure, value in changed.items():
            if value is not None:
                standing[measure.code] = Outcome.objects.create(
                    case=case, party=party, measure=measure.code, value=value, decided_on=decided_on, **entered(by, at)
                )  # fmt: skip
        trace_outcomes(act, case, party, changed, standing, decided_on, by=by, at=at)
    return [standing[measure.code] for measure, value in read.items() if value is not None]


def is_said_already(row: Outcome | None, value: Decimal | None, decided_on: date) -> bool:
    if row is None or value is None:
        return row is None and value is None
    return (row.value, row.decided_on) == (value, decided_on)


def trace_outcomes(
    act: str, case: Case, party: Party | None, changed: Mapping[Measure, Decimal | None],
    standing: Mapping[str, Outcome], decided_on: date, *, by: User, at: datetime,
) -> None:  # fmt: skip
    about = {"party": party.name} if party else {}
    after = {
        measure.name: "" if value is None else outcome_in_words(measure.code, value)
        for measure, value in changed.items()
    }
    facts = [standing[measure.code].pk for measure, value in changed.items() if value is not None]
    leave_trace(
        act, case=case, by=by, at=at, after=about | after | {"decided_on": str(decided_on), "fact": facts}
    )
