"""What the law lets a person enter about a case, as one Chinese sentence when it does not.

Forms ask before they send and services ask again before they write, so the rule and its wording exist once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.utils import timezone

from cases.layouts import EARLIEST, LATEST
from cases.models import Case, Exclusion, ProcedureEvent
from catalogues.law import Ground
from catalogues.selectors import Law

PAUSES = ("exclude", "suspend")
ACCEPTED = "受理"
SUBSTITUTES = {
    "restart": "的效果是重新计算审限，请用“重新计算审限”登记",
    "local_rule": "只有地方内规为据，默认不扣除审限，无须登记",
    "no_effect": "不影响审限，无须登记",
}


def ground_of(code: str, law: Law, on: date) -> Ground | None:
    """The version of a ground that holds that day; None for an unknown ground."""
    return law.ground(code, on) if code in law.grounds else None


def grounds_for(case: Case, law: Law, on: date, modes: tuple[str, ...] = PAUSES) -> Iterator[Ground]:
    """The grounds the law knows for this category of case, in the order of the catalogue."""
    for code in law.grounds:
        ground = law.ground(code, on)
        if ground.mode in modes and fits(ground, case):
            yield ground


def fits(ground: Ground, case: Case) -> bool:
    return case.category in ground.scope or "全部" in ground.scope


def ground_problem(code: str, case: Case, law: Law, on: date, modes: tuple[str, ...] = PAUSES) -> str | None:
    ground = ground_of(code, law, on)
    if ground is None:
        return f"没有“{code}”这一事由，请从目录所列事由中选择"
    if not fits(ground, case):
        return f"“{ground.name}”只适用于{'、'.join(ground.scope)}案件，本案为{case.category}案件，请另选事由"
    if ground.mode not in modes:
        return f"“{ground.name}”" + SUBSTITUTES.get(ground.mode, "不是重新计算审限的事由，请用“扣除期间”登记")
    return None


def open_pause_problem(ground: Ground) -> str | None:
    """A ground with a statutory maximum ends by itself and is never open."""
    if ground.max_n is None:
        return None
    return f"“{ground.name}”法定最长{ground.max or ground.max_n}，请用“扣除期间”同时登记起日和止日"


def another_open_pause(case: Case, ground: Ground, starts_on: date) -> str | None:
    other = Exclusion.objects.filter(case=case, ground=ground.id, resumes_on=None, withdrawn_at=None)
    found = other.exclude(starts_on=starts_on).first()
    if found is None:
        return None
    return f"“{ground.name}”自 {found.starts_on} 起已停表，尚未恢复，请先登记恢复再登记新的停表"


def start_problem(case: Case, starts_on: date) -> str | None:
    if case.closed_on and starts_on > case.closed_on:
        return f"本案已于 {case.closed_on} 结案，停表的起日 {starts_on} 应不晚于该日"
    return None


def span_problem(starts_on: date, resumes_on: date) -> str | None:
    if resumes_on < starts_on:
        return f"恢复日 {resumes_on} 早于起日 {starts_on}，恢复日应不早于起日"
    return None


def closing_problem(case: Case, closed_on: date, today: date) -> str | None:
    if case.filed_on and closed_on < case.filed_on:
        return f"结案日期 {closed_on} 早于立案日期 {case.filed_on}，应不早于立案日期"
    if closed_on > today:
        return f"结案日期 {closed_on} 尚未到来，应不晚于今天 {today}"
    return None


def moment_problem(node: str, on: date, moment: datetime | None) -> str | None:
    """Why this time of day cannot be entered. Acceptance is entered for the sake of its time alone."""
    if moment is None:
        return f"登记“{node}”须填写时刻，以小时计算的期限自该时刻起算" if node == ACCEPTED else None
    if not EARLIEST <= on <= LATEST:
        return f"日期 {on} 不在 {EARLIEST.year} 年至 {LATEST.year} 年之间，请核对"
    if timezone.localtime(moment).date() != on:
        return f"时刻 {timezone.localtime(moment):%Y-%m-%d %H:%M} 不在 {on} 当日，应为该日的时刻"
    return None


def another_moment(event: ProcedureEvent, moment: datetime | None) -> str | None:
    if moment is None or event.at in (None, moment):
        return None
    stands = timezone.localtime(event.at)
    return f"{event.on} 的“{event.node}”已登记时刻 {stands:%H:%M}，如有误请先撤销该登记再登记"


def conversion_problem(case: Case, to_procedure: str, decided_on: date) -> str | None:
    if case.filed_on and decided_on < case.filed_on:
        return f"决定日期 {decided_on} 早于立案日期 {case.filed_on}，应不早于立案日期"
    if case.closed_on and decided_on > case.closed_on:
        return f"本案已于 {case.closed_on} 结案，决定日期 {decided_on} 应不晚于该日"
    if case.procedure == to_procedure:
        return f"本案现为{case.get_procedure_display()}，请选择另一程序"
    return None
