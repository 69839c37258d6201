"""Putting a scenario forward as the quota of a year (员额方案): submitted by one person, decided by another, then in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import trail
from courts.clock import today
from courts.models import Court, User
from courts.reach import court_and_below
from courts.roles import Permission
from quota.loosening import loosened
from quota.models import Plan, Scenario, Seat
from quota.reach import region_of
from quota.scenario import replay
from quota.scenarios import bundle_of, inputs_of, permit, result_of
from quota.studies import courts_above
from quota.vacancies import sitting_in

SUBMIT, PUBLISH, REFUSE, WITHDRAW = (
    "quota.submit_plan", "quota.publish_plan", "quota.refuse_plan", "quota.withdraw_plan",
)  # fmt: skip
NOT_YOURS = "{court}的员额方案由本院或者上级法院院长审批，您的职务没有这项权限。"
OWN = "方案由您测算或者提请，应由另一人审批。"
NOT_WAITING = "方案{state}，不能再{act}。"
WAITS = "{court}{year}年度已有一份方案待审批，请先等它审批或者撤回。"
PUT_AWAY = "测算已经收起，请用现有的测算提请。"
NOT_SAME = "重新计算的结果与测算时保存的不一致，不能公布；请重新测算后再提请。"
FULL = "{court}在任 {sitting} 名，多于方案的 {seats} 名；不得因方案减少在任法官，请重新测算。"
UNSAID = "请写明{what}。"
HELD_ABOVE = "{court}的员额已由{upper}{year}年度的方案核定，应由{upper}调整；本院的测算可供上报参考。"
LOOSE = "这一测算放宽了目录的界限（{bounds}），请写明放宽的理由。"
TOO_LONG = "提请理由连同放宽的理由共 {n} 字，请写在 500 字以内。"
GONE = "测算中的{courts}已经更改代字或者撤销，不能公布；请重新测算后再提请。"
LONGEST = 500


@transaction.atomic
def submit_plan(
    *, scenario: Scenario, reason: str, loosening: str = "", by: User | None, at: datetime
) -> Plan:
    """Put a scenario forward (提请审批). The same scenario waiting already is the same as once.

    ``loosening``: why bounds of the catalogue are moved; asked for where they are, and read by whoever approves.
    """
    permit(SUBMIT, scenario.court, by)
    Court.objects.select_for_update(no_key=True).get(pk=scenario.court_id)
    waiting = Plan.objects.filter(court=scenario.court, year=scenario.year, state="submitted").first()
    if waiting and waiting.scenario_id == scenario.pk:
        return waiting
    court = {"court": scenario.court, "year": scenario.year}
    refuse_if(WAITS.format(**court) if waiting else "", SUBMIT, scenario, by)
    refuse_if(PUT_AWAY if scenario.put_away_at else "", SUBMIT, scenario, by)
    refuse_if(problem_of_place(scenario), SUBMIT, scenario, by)
    bounds = loosened(inputs_of(scenario))
    refuse_if(problem_of_reasons(reason, loosening, bounds), SUBMIT, scenario, by)
    reason = reasons_said(reason, loosening if bounds else "")
    plan = Plan.objects.create(**court, scenario=scenario, reason=reason, submitted_by=by, submitted_at=at)
    after = {
        "scenario": scenario.pk,
        "inputs": scenario.inputs_digest,
        "result": scenario.result_digest,
        "loosened": bounds,
    }
    trail.record(SUBMIT, on=plan, by=by, at=at, because=plan.reason, after=after)
    return plan


@transaction.atomic
def publish_plan(*, plan: Plan, decision: str = "", by: User, at: datetime) -> Plan:
    """Approve another's plan (批准并公布): its seats are in force, the plan of the same year before it is superseded."""
    stored = waiting(plan, by, PUBLISH, "公布")
    refuse_if(problem_of_place(stored.scenario), PUBLISH, stored, by)
    refuse_if("" if replay(bundle_of(stored.scenario)).holds else NOT_SAME, PUBLISH, stored, by)
    refuse_if(problem_of_codes(stored.scenario), PUBLISH, stored, by)
    rows = seats_in(stored)
    refuse_if(problem_of_sitting(rows), PUBLISH, stored, by)
    before = Plan.objects.filter(court=stored.court, year=stored.year, state="published").first()
    if before:
        before.state, before.ended_at = "superseded", at
        before.save(update_fields=["state", "ended_at"])
    decide(stored, "published", decision, by, at)
    Seat.objects.bulk_create(rows)
    after = {"seats": sum(row.seats for row in rows), "courts": len(rows), "supersedes": before and before.pk}
    trail.record(PUBLISH, on=stored, by=by, at=at, because=stored.decision, after=after)
    return stored


@transaction.atomic
def refuse_plan(*, plan: Plan, decision: str, by: User, at: datetime) -> Plan:
    """Decide against another's plan, with reasons (不予批准)."""
    stored = waiting(plan, by, REFUSE, "决定")
    refuse_if("" if decision.strip() else UNSAID.format(what="不予批准的理由"), REFUSE, stored, by)
    decide(stored, "refused", decision, by, at)
    trail.record(REFUSE, on=stored, by=by, at=at, because=stored.decision)
    return stored


@transaction.atomic
def withdraw_plan(*, plan: Plan, reason: str, by: User | None, at: datetime) -> Plan:
    """Take a plan back before it is decided (撤回)."""
    permit(WITHDRAW, plan.court, by)
    stored = locked(plan)
    refuse_if(problem_of_state(stored, "撤回"), WITHDRAW, stored, by)
    refuse_if("" if reason.strip() else UNSAID.format(what="撤回理由"), WITHDRAW, stored, by)
    stored.state, stored.ended_at = "withdrawn", at
    stored.save(update_fields=["state", "ended_at"])
    trail.record(WITHDRAW, on=stored, by=by, at=at, because=reason.strip())
    return stored


def waiting(plan: Plan, by: User, act: str, what: str) -> Plan:
    """The plan, held for a decision, if this person may decide it."""
    stored = locked(plan)
    if stored.court_id not in region_of(by, Permission.APPROVE_QUOTA):
        raise trail.Refused(NOT_YOURS.format(court=stored.court), act=act, on=stored, by=by)
    if had_part(stored, by):
        raise trail.Refused(OWN, act=act, on=stored, by=by)
    refuse_if(problem_of_state(stored, what), act, stored, by)
    return stored


def had_part(plan: Plan, user: User) -> bool:
    """Whether this person put the plan forward, or calculated it or anything it builds on."""
    makers, scenario = {plan.submitted_by_id}, plan.scenario
    while True:
        makers.add(scenario.made_by_id)
        if scenario.base is None:
            return user.pk in makers
        scenario = scenario.base


def locked(plan: Plan) -> Plan:
    return Plan.objects.select_for_update(of=("self",)).select_related("court", "scenario").get(pk=plan.pk)


def problem_of_state(plan: Plan, act: str) -> str:
    return "" if plan.state == "submitted" else NOT_WAITING.format(state=plan.get_state_display(), act=act)


def problem_of_place(scenario: Scenario) -> str:
    """A court above that has given these courts their seats; what it gave is its to change."""
    above = courts_above(scenario.court)[1:]
    given = Seat.objects.filter(
        court__in=court_and_below(scenario.court_id),
        plan__court__in=above,
        plan__state="published",
        plan__year__lte=scenario.year,
    )
    seat = (
        given.select_related("court", "plan__court")
        .order_by("plan__court__level", "-plan__year", "pk")
        .first()
    )
    if seat is None:
        return ""
    return HELD_ABOVE.format(court=seat.court, upper=seat.plan.court, year=seat.plan.year)


def problem_of_reasons(reason: str, loosening: str, bounds: list[str]) -> str:
    if not reason.strip():
        return UNSAID.format(what="提请理由")
    if bounds and not loosening.strip():
        return LOOSE.format(bounds="；".join(bounds))
    n = len(reasons_said(reason, loosening if bounds else ""))
    return TOO_LONG.format(n=n) if n > LONGEST else ""


def reasons_said(reason: str, loosening: str) -> str:
    if not loosening.strip():
        return reason.strip()
    return f"{reason.strip().rstrip('。')}。放宽界限的理由：{loosening.strip()}"


def problem_of_codes(scenario: Scenario) -> str:
    """Courts of the scenario that no court is called by any more."""
    rows = result_of(scenario)["courts"]
    known = set(Court.objects.filter(code__in=[row["code"] for row in rows]).values_list("code", flat=True))
    gone = [row["name"] for row in rows if row["code"] not in known]
    return GONE.format(courts="、".join(gone)) if gone else ""


def decide(plan: Plan, state: str, decision: str, by: User, at: datetime) -> None:
    plan.state, plan.decision, plan.decided_by, plan.decided_at = state, decision.strip(), by, at
    plan.save(update_fields=["state", "decision", "decided_by", "decided_at"])


def seats_in(plan: Plan) -> list[Seat]:
    """The rows the plan will have, with who sits there now."""
    rows = result_of(plan.scenario)["courts"]
    courts = Court.objects.in_bulk([row["code"] for row in rows], field_name="code")
    sitting = sitting_in([court.pk for court in courts.values()], today())
    return [as_seat(plan, courts[row["code"]], row, sitting) for row in rows]


def as_seat(plan: Plan, court: Court, row: Mapping[str, Any], sitting: Mapping[int, int]) -> Seat:
    return Seat(
        plan=plan,
        court=court,
        need=row["need"],
        seats=row["seats"],
        sitting=sitting.get(court.pk, 0),
        explanation=dict(row),
    )


def problem_of_sitting(rows: list[Seat]) -> str:
    """A court where more sit by now than the plan gives; empty where there is none."""
    for row in rows:
        if row.sitting > row.seats:
            return FULL.format(court=row.court, sitting=row.sitting, seats=row.seats)
    return ""


def refuse_if(problem: str, act: str, on: Any, by: User | None) -> None:
    if problem:
        raise trail.Refused(problem, act=act, on=on, by=by, status=409)
