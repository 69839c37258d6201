"""What a date would become before anything is saved (预览): the pure calculation with one more fact in it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from datetime import date

from cases import facts
from cases.deadlines import (
    ClockInput,
    Deadline,
    Exclusion,
    Extension,
    ExtensionWindow,
    Refused,
    Restart,
    calculate,
    extension_window,
)
from cases.explanations import APPROVERS, STILL_COUNTED, UNITS
from cases.models import Case
from cases.models import Exclusion as RecordedExclusion
from catalogues.law import ExtensionRule, TimeLimit
from catalogues.selectors import Law


@dataclass(frozen=True)
class Preview:
    """The date as it stands and as it would be; ``problem`` says why there is none."""

    now: Deadline | None
    then: Deadline | None
    problem: str = ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Lines of the new calculation that say something was done against the rule."""
        before = set(self.now.because) if self.now else set()
        return tuple(
            line
            for line in (self.then.because if self.then else ())
            if STILL_COUNTED in line and line not in before
        )


@dataclass(frozen=True)
class Offer:
    """One way the law lets this limit be extended."""

    amount: str
    approver: str
    basis: str
    note: str
    times: int | None
    is_certain: bool


def with_exclusion(case: Case, law: Law, *, ground: str, starts_on: date, resumes_on: date | None) -> Preview:
    added = Exclusion(law.ground(ground, starts_on), starts_on, resumes_on)
    return previewed(case, law, lambda clock: replace(clock, exclusions=(*clock.exclusions, added)))


def with_end(exclusion: RecordedExclusion, law: Law, *, resumes_on: date) -> Preview:
    def ended(each: Exclusion) -> Exclusion:
        is_it = (each.ground.id, each.starts_on) == (exclusion.ground, exclusion.starts_on)
        return replace(each, resumes_on=resumes_on) if is_it else each

    return previewed(
        exclusion.case, law, lambda clock: replace(clock, exclusions=tuple(map(ended, clock.exclusions)))
    )


def with_extension(case: Case, law: Law, extension: Extension) -> Preview:
    return previewed(case, law, lambda clock: replace(clock, extensions=(*clock.extensions, extension)))


def with_restart(case: Case, law: Law, *, ground: str, on: date) -> Preview:
    added = Restart(law.ground(ground, on), on)
    return previewed(case, law, lambda clock: replace(clock, restarts=(*clock.restarts, added)))


def with_conversion(case: Case, law: Law, *, to_procedure: str, decided_on: date) -> Preview:
    """The limit of the new procedure: from filing for civil and administrative cases, anew for criminal ones."""
    converted = copy(case)
    converted.procedure, converted.limit = to_procedure, ""
    then, problem = facts.clock_input(converted, law)
    now = current(case, law)
    if then is None:
        return Preview(now, None, problem)
    if case.category == "刑事":
        restart = Restart(law.ground("crim_conversion", decided_on), decided_on)
        then = replace(then, restarts=(*then.restarts, restart))
    return compared(now, then, case, law)


def previewed(case: Case, law: Law, change: Callable[[ClockInput], ClockInput]) -> Preview:
    found, problem = facts.clock_input(case, law)
    if found is None:
        return Preview(None, None, problem)
    return compared(current(case, law), change(found), case, law)


def compared(now: Deadline | None, then: ClockInput, case: Case, law: Law) -> Preview:
    try:
        return Preview(now, calculate(then, law.calendar(case.court_id)))
    except Refused as refused:
        return Preview(now, None, refused.chinese)


def current(case: Case, law: Law) -> Deadline | None:
    found, _ = facts.clock_input(case, law)
    try:
        return calculate(found, law.calendar(case.court_id)) if found else None
    except Refused:
        return None


def offers(case: Case, law: Law) -> tuple[Offer, ...]:
    """How the law lets the limit of this case be extended; empty where it does not."""
    found, _ = facts.clock_input(case, law)
    if found is None or not isinstance(found.limit, TimeLimit):
        return ()
    return tuple(offer(rule) for rule in found.limit.extensions)


def offer(rule: ExtensionRule) -> Offer:
    unit = UNITS.get(rule.unit, "")
    most = f"至 {rule.max_n}" if rule.max_n else ""
    return Offer(
        amount=f"{rule.n}{most} {unit}" if rule.n else "长度由批准决定",
        approver=APPROVERS.get(rule.approver, rule.approver),
        basis=rule.basis,
        note=rule.note,
        times=rule.times,
        is_certain=rule.confidence == "certain",
    )


def window(case: Case, law: Law) -> ExtensionWindow | None:
    """By when an extension is to be asked for and decided, counted from the present due date."""
    now = current(case, law)
    if now is None or now.due is None or not now.categories:
        return None
    nodes = {code: law.node(code, case.filed_on or now.start) for code in law.nodes}
    return extension_window(now.categories[0], now.due, nodes)
