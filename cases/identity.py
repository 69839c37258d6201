"""A case's number and its ties to other cases (案号更正、案件关联)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from cases.guard import leave_trace, locked, permit, refuse_if, set_fields
from cases.models import Case, CaseLink, FormerNumber
from cases.numbers import CaseNumber, explain, normalize, parse
from catalogues.selectors import law_in_use
from courts.models import Court, User
from courts.roles import Permission


@transaction.atomic
def correct_number(*, case: Case, number: str, reason: str, by: User, at: datetime) -> Case:
    """Correct a case's number (更正案号). The former number stays known: it is still found and still shown."""
    act = "cases.correct_number"
    permit(act, permission=Permission.CORRECT_NUMBER, case=case, by=by)
    case = locked(case)
    read = parse(number, law_in_use().type_codes)
    if read.normalized == case.number:
        return case
    refuse_if(number_problem(case, read), act, case=case, by=by)
    former = case.number
    FormerNumber.objects.create(case=case, number=former, changed_at=at, reason=reason)
    values: dict[str, Any] = {
        "number": read.normalized,
        "year": read.year,
        "type_code": read.type,
        "category": read.category,
        "serial": read.serial,
    }
    if not case.court.recognised and (named := Court.objects.filter(code=read.court).first()):
        values["court"] = named  # the case stood under an unrecognised court for its number alone
    set_fields(case, values, by=by, at=at)
    after = {"number": read.normalized}
    leave_trace(act, case=case, by=by, at=at, because=reason, before={"number": former}, after=after)
    return case


def number_problem(case: Case, read: CaseNumber) -> str | None:
    """Why the case cannot take this number; None when it can."""
    if not read.is_valid:
        return "；".join(explain(read, law_in_use().type_codes))
    if case.court.recognised and case.court.code and read.court != case.court.code:
        return f"案号中的法院代字“{read.court}”不是{case.court}的代字“{case.court.code}”，请核对"
    if Case.objects.filter(number=read.normalized).exclude(pk=case.pk).exists():
        return f"案号 {read.normalized} 已属于另一案件，请核对；确属重复立案的，请登记为并案"
    return None


@transaction.atomic
def link_cases(
    *, case: Case, other_number: str, kind: str, by: User, at: datetime, reason: str = ""
) -> CaseLink:
    """Tie two cases together (关联): chain of instances, merger, split, transfer, reopening.

    The other case need not be known here; a number alone is kept and joined when that case arrives.
    """
    act = "cases.link_cases"
    permit(act, permission=Permission.RECORD_EVENT, case=case, by=by)
    case = locked(case)
    number = normalize(other_number)
    refuse_if(
        "案件不能与自身关联，请填写另一案件的案号" if number == case.number else None, act, case=case, by=by
    )
    other = Case.objects.filter(number=number).first()
    link, is_new = CaseLink.objects.get_or_create(
        case=case, other_number=number, kind=kind, defaults={"other": other}
    )
    if is_new:
        after = {"other": number, "kind": kind}
        leave_trace(act, case=case, by=by, at=at, because=reason, after=after)
    return link
