"""Making scenarios (方案测算), varying them, putting them away: never changing one, so that each can be calculated anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import trail
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from predicates.problems import Misread, place
from quota.canonical import canonical
from quota.gathering import gather_inputs
from quota.models import Scenario
from quota.reach import region_of
from quota.scenario import Infeasible, bundle, compute, digest

MAKE, VARY, PUT_AWAY = "quota.make_scenario", "quota.vary_scenario", "quota.put_away_scenario"
NOT_YOURS = "{court}的员额测算由本院或者上级法院政治部办理，您的职务没有这项权限。"
NOTHING = "{court}及下级法院没有一个既有概况又有收案预测的法院，无法测算；请先登记概况，再作收案预测。"
TAKEN = "{year}年度已有名为“{name}”的测算，请换一个名称，或者先收起原来的。"
PLANNED = "这一测算已经提请审批或者公布，不能收起。"


def make_scenario(
    *, court: Court, year: int, name: str, note: str = "", by: User | None, at: datetime
) -> Scenario:
    """Calculate from what is recorded today (基准测算)."""
    permit(MAKE, court, by)
    inputs = gather_inputs(court, year, today()).inputs
    if not inputs["courts"]:
        raise trail.Refused(NOTHING.format(court=court), act=MAKE, on=court, by=by, status=409)
    return keep(MAKE, inputs, court=court, year=year, name=name, note=note, base=None, by=by, at=at)


def vary_scenario(
    *, base: Scenario, levers: Mapping[str, Any], name: str, note: str = "", by: User | None, at: datetime
) -> Scenario:
    """The same inputs with other levers (调节后的测算); the base stays as it is."""
    permit(VARY, base.court, by)
    return keep(
        VARY,
        with_levers(base, levers),
        court=base.court, year=base.year, name=name, note=note, base=base, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def put_away_scenario(*, scenario: Scenario, by: User | None, at: datetime) -> Scenario:
    """Take it off the list; it stays where a plan or another scenario refers to it. Twice is the same as once."""
    stored = Scenario.objects.select_for_update(of=("self",)).select_related("court").get(pk=scenario.pk)
    permit(PUT_AWAY, stored.court, by)
    if stored.put_away_at is None:
        if stored.plans.filter(state__in=("submitted", "published")).exists():
            raise trail.Refused(PLANNED, act=PUT_AWAY, on=stored, by=by, status=409)
        stored.put_away_at = at
        stored.save(update_fields=["put_away_at"])
        trail.record(PUT_AWAY, on=stored, by=by, at=at, before=stored.name)
    return stored


def inputs_of(scenario: Scenario) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(scenario.inputs)
    return found


def result_of(scenario: Scenario) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(scenario.result)
    return found


def with_levers(base: Scenario, levers: Mapping[str, Any]) -> dict[str, Any]:
    return inputs_of(base) | {"levers": dict(levers)}


def bundle_of(scenario: Scenario) -> dict[str, Any]:
    """What ``replay_scenario`` calculates anew."""
    return bundle(inputs_of(scenario), result_of(scenario))


def why_not(wrong: Misread | Infeasible) -> str:
    """Why inputs cannot be calculated, in Chinese, with the place where there is one."""
    if isinstance(wrong, Infeasible):
        return wrong.chinese
    first = wrong.problems[0]
    return f"{place(first.path)}：{first.chinese}" if first.path else first.chinese


def permit(act: str, court: Court, by: User | None) -> None:
    if by is not None and court.pk not in region_of(by, Permission.PLAN_QUOTA):
        raise trail.Refused(NOT_YOURS.format(court=court), act=act, on=court, by=by)


@transaction.atomic
def keep(
    act: str,
    inputs: dict[str, Any],
    *,
    court: Court,
    year: int,
    name: str,
    note: str,
    base: Scenario | None,
    by: User | None,
    at: datetime,
) -> Scenario:
    """Calculate, and keep what was calculated byte for byte. The same under the same name twice is the same as once."""
    Court.objects.select_for_update(no_key=True).get(pk=court.pk)
    name, signed = name.strip(), digest(inputs)
    same = Scenario.objects.filter(court=court, year=year, name=name, put_away_at=None).first()
    if same and same.inputs_digest == signed:
        return same
    if same:
        raise trail.Refused(TAKEN.format(year=year, name=name), act=act, on=court, by=by, status=409)
    try:
        result = compute(inputs)
    except (Misread, Infeasible) as wrong:
        raise trail.Refused(why_not(wrong), act=act, on=court, by=by, status=409) from None
    made = Scenario.objects.create(
        court=court, year=year, name=name, base=base, note=note.strip(), made_by=by, made_at=at,
        inputs=canonical(inputs), inputs_digest=signed, result=canonical(result), result_digest=digest(result),
    )  # fmt: skip
    after = {
        "year": year,
        "name": name,
        "inputs": signed,
        "result": made.result_digest,
        "base": base and base.pk,
    }
    trail.record(act, on=made, by=by, at=at, because=made.note, after=after)
    return made
