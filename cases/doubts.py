"""Settling what a person had to look at in the data (数据疑点)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction

from cases.guard import leave_trace, locked, mark_entered, permit, refuse_if
from cases.models import Case, Doubt
from courts.models import Division, User
from courts.roles import Permission

TRUTH = {"是": True, "否": False, "True": True, "False": False, "true": True, "false": False}


@transaction.atomic
def settle_doubt(*, doubt: Doubt, how: str, take_theirs: bool, by: User, at: datetime) -> Doubt:
    """Decide a doubt: keep what stands here, or take what the feed says. Either way who, when and why stay known."""
    act = "cases.settle_doubt"
    permit(act, permission=Permission.SETTLE_DOUBT, case=doubt.case, by=by)
    case = locked(doubt.case)
    doubt = Doubt.objects.select_for_update(of=("self",)).get(pk=doubt.pk)
    if doubt.settled_at is not None:
        return doubt
    if doubt.kind == "conflict":
        refuse_if(settle_field(case, doubt, take_theirs, by=by, at=at), act, case=case, by=by)
    doubt.settled_at, doubt.settled_by, doubt.settled_how = at, by, how
    doubt.save(update_fields=["settled_at", "settled_by", "settled_how"])
    before = {
        "doubt": doubt.pk,
        "kind": doubt.kind,
        "field": doubt.field,
        "ours": doubt.ours,
        "theirs": doubt.theirs,
    }
    leave_trace(act, case=case, by=by, at=at, because=how, before=before, after={"take_theirs": take_theirs})
    return doubt


def settle_field(case: Case, doubt: Doubt, take_theirs: bool, *, by: User, at: datetime) -> str | None:
    """Write the decision to the case. A value kept stays protected from the feed; a value taken is the feed's again."""
    field = field_of_case(doubt.field)
    if field is None:
        return (
            "这一冲突涉及登记的事实，请在案件页撤销或补登相应事实后，选择“保留现值”" if take_theirs else None
        )
    if not take_theirs:
        mark_entered(case, [field.name], by=by, at=at)
        case.save(update_fields=["entered"])
        return None
    try:
        setattr(case, field.name, value_for(case, field, doubt.theirs))
    except (LookupError, ValidationError):
        return f"来源值“{doubt.theirs}”无法写入“{field.verbose_name}”，请在来源系统更正后重新接入"
    problem = order_problem(case)
    if problem is None:
        case.entered.pop(field.name, None)
        case.save(update_fields=[field.name, "entered"])
    return problem


def field_of_case(name: str) -> models.Field[Any, Any] | None:
    try:
        field = Case._meta.get_field(name.removesuffix("_id"))
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def value_for(case: Case, field: models.Field[Any, Any], text: str) -> Any:
    """The feed's text as a value of that field. Raises ``LookupError`` for a name that matches nobody, or several."""
    if field.related_model is Division:
        return one_of(Division.objects.filter(court=case.court, name=text))
    if field.related_model is User:
        return one_of(User.objects.filter(postings__court=case.court, name=text).distinct())
    if isinstance(field, models.BooleanField):
        return TRUTH[text]
    return field.to_python(text) if text else field.get_default()


def one_of(found: models.QuerySet[Any]) -> Any:
    first, *others = list(found[:2]) or [None]
    if first is None or others:
        raise LookupError("not exactly one")
    return first


def order_problem(case: Case) -> str | None:
    filed_on: date | None = case.filed_on
    if filed_on and case.closed_on and case.closed_on < filed_on:
        return f"采用后结案日期 {case.closed_on} 将早于立案日期 {filed_on}，请先核对另一日期"
    return None
