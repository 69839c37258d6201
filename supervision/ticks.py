"""The boxes of the filing form (立案标识勾选): what the rules suggest, what the clerk makes of it, and what follows.

A box that a rule suggests is ticked already, and leaving it empty needs a reason; one ticked without a rule raises a flag by
hand. The box of a secret rule never shows anything: not what is known, not what was ticked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from audit import trail
from cases.guard import NOT_YOURS, is_visible, locked, may_on
from cases.models import Case, Change
from catalogues import library
from catalogues.supervision_law import RuleFact
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from predicates.language import compile_condition
from predicates.language import facts_of as facts_in
from supervision.facts import facts_of, refresh_facts
from supervision.flag_moves import held_flag, move
from supervision.flags import raise_flag
from supervision.models import Flag, RuleVersion, Statement, Tick
from supervision.models.flags import OPEN
from supervision.rulebook import RuleBook, rulebook_of
from supervision.screening import screen_cases
from supervision.statements import LONGEST, STATE, keep
from supervision.turns import take_screening_turn

ACT = "supervision.tick_boxes"
HANDED_ON = "立案时反映，转督察核查"
COMPLAINT = "complaint_realname_leads"
ALREADY = "同一事实已有填报，并入核查"


@dataclass(frozen=True)
class Box:
    """One box: whether a rule suggests it, how it stands and why; ``tick`` is None before the form was filled in."""

    rule: str
    name: str
    basis: str
    suggested: bool
    ticked: bool
    reason: str = ""
    secret: bool = False
    tick: Tick | None = None


# --- what the form shows ------------------------------------------------------------------------------------
def boxes_for(case: Case) -> list[Box]:
    """The boxes that hold in the court of the case, in the order of the catalogue. One of a secret rule is always empty."""
    book = rulebook_of(case.court_id, today())
    done = {tick.rule_id: tick for tick in Tick.objects.filter(case=case).select_related("by")}
    hits = set(suggested_of(case, book))
    return [box_of(version, code in hits, done.get(version.rule_id)) for code, version in offered(book)]


def box_of(version: RuleVersion, is_hit: bool, tick: Tick | None) -> Box:
    code = version.rule.code
    if version.secret:
        return Box(code, version.name, version.basis, suggested=False, ticked=False, secret=True)
    ticked, reason = (tick.ticked, tick.reason) if tick else (is_hit, "")
    return Box(code, version.name, version.basis, is_hit, ticked, reason, tick=tick)


def offered(book: RuleBook) -> Iterator[tuple[str, RuleVersion]]:
    for code in library.filing_ticks():
        if code in book.versions:
            yield code, book.versions[code]


def suggested_of(case: Case, book: RuleBook) -> list[str]:
    """The open rules among the boxes that hit by what is known of the case; secret facts are not asked."""
    known, conditions = facts_of(case.pk), book.part(secret=False)
    boxes = [code for code, _version in offered(book) if code in conditions]
    return [code for code in boxes if compile_condition(conditions[code], book.parameters)(known)]


def to_tick(user: User) -> QuerySet[Case]:
    """Open cases the person files whose boxes nobody has looked at yet, the oldest first (待勾选)."""
    courts = user.courts_where(Permission.TICK_AT_FILING)
    waiting = Case.objects.visible_to(user).open().filter(court__in=courts, judge=None)
    done = Tick.objects.filter(case=OuterRef("pk"))
    return waiting.filter(~Exists(done)).select_related("court", "division").order_by("filed_on", "pk")


# --- filling it in ----------------------------------------------------------------------------------------------
@transaction.atomic
def tick_boxes(*, case: Case, ticks: Mapping[str, tuple[bool, str]], by: User, at: datetime) -> list[Tick]:
    """Keep what the clerk made of the boxes (立案勾选); a box that is not named stays empty. The same twice is once.

    The facts are brought up to date first, so that what is suggested is what the clerk answers.
    """
    if not (may_on(by, Permission.TICK_AT_FILING, case) and is_visible(case, by)):
        raise trail.Refused(NOT_YOURS, act=ACT, on=case, by=by)
    take_screening_turn()
    case = locked(case)
    refresh_facts([case.pk], today())
    book = rulebook_of(case.court_id, today())
    hits = set(suggested_of(case, book))
    given = {code: wanted(ticks, code) for code, _version in offered(book)}
    if problem := problem_of(case, book, given, hits):
        raise trail.Refused(problem, act=ACT, on=case, by=by, status=409)
    kept = [
        keep_tick(case, version, code in hits, *given[code], by=by, at=at)
        for code, version in offered(book)
        if not version.secret
    ]
    changed = [tick for tick, is_new in kept if is_new]
    if changed:
        leave_trace(case, changed, by, at)
        follow(case, changed, by, at)
    for code, version in offered(book):
        if version.secret and given[code][0]:
            hand_on(case, version, book, given[code][1], by, at)
    return [tick for tick, _is_new in kept]


def wanted(ticks: Mapping[str, tuple[bool, str]], code: str) -> tuple[bool, str]:
    ticked, reason = ticks.get(code, (False, ""))
    return ticked, reason.strip()


@transaction.atomic
def problems_for(case: Case, given: Mapping[str, tuple[bool, str]]) -> dict[str, str]:
    """What is wrong with each box as it was filled in, by the facts as they are now; the form shows it beside the box."""
    refresh_facts([case.pk], today())
    book = rulebook_of(case.court_id, today())
    named = {code: wanted(given, code) for code, _version in offered(book)}
    return problems_of(book, named, set(suggested_of(case, book)))


def problem_of(
    case: Case, book: RuleBook, given: Mapping[str, tuple[bool, str]], hits: set[str]
) -> str | None:
    if case.closed_on is not None:
        return "本案已经结案，不再勾选"
    problems = problems_of(book, given, hits)
    return "；".join(f"{code} {problem}" for code, problem in problems.items()) or None


def problems_of(book: RuleBook, given: Mapping[str, tuple[bool, str]], hits: set[str]) -> dict[str, str]:
    """What is wrong with each box: what a rule does not say, the clerk must."""
    found = {}
    for code, version in offered(book):
        (ticked, reason), is_hit = given.get(code, (False, "")), code in hits
        if len(reason) > LONGEST:
            found[code] = f"理由不超过 {LONGEST} 字，请简述"
        elif ticked and not is_hit and not reason:
            found[code] = "请写明线索，供督察核查" if version.secret else "系统没有识别，勾选须写明理由"
        elif is_hit and not ticked and not reason:
            found[code] = "系统已识别，取消勾选须写明理由"
    return found


def keep_tick(
    case: Case, version: RuleVersion, is_hit: bool, ticked: bool, reason: str, *, by: User, at: datetime
) -> tuple[Tick, bool]:
    """The box as it stands now, and whether that is anything new."""
    values = {"suggested": is_hit, "ticked": ticked, "reason": reason}
    tick = Tick.objects.filter(case=case, rule=version.rule_id).first()
    if tick and {name: getattr(tick, name) for name in values} == values:
        return tick, False
    values |= {"by": by, "at": at}
    tick, _is_first = Tick.objects.update_or_create(case=case, rule=version.rule, defaults=values)
    return tick, True


def leave_trace(case: Case, ticks: list[Tick], by: User, at: datetime) -> None:
    after = {tick.rule.code: tick.ticked for tick in ticks if tick.ticked or tick.suggested}
    because = "；".join(f"{tick.rule.code} {tick.reason}" for tick in ticks if tick.reason)
    trail.record(ACT, on=case, by=by, at=at, because=because, after=after)
    Change.objects.create(case_id=case.pk)


def follow(case: Case, ticks: list[Tick], by: User, at: datetime) -> None:
    """What the rules hit is proposed at once; what they do not hit the clerk raises; what was left empty is noted."""
    screen_cases([case.pk], today(), at)
    for tick in ticks:
        if tick.ticked and not tick.suggested:
            raise_flag(case=case, code=tick.rule.code, reason=tick.reason, by=by, at=at)
        elif tick.suggested and not tick.ticked:
            note_untick(case, tick, by, at)


def note_untick(case: Case, tick: Tick, by: User, at: datetime) -> None:
    """Write on the open flag why the clerk does not agree: it stays a proposal for those who decide."""
    open_flags = Flag.objects.filter(case=case, rule=tick.rule_id, secret=False, state__in=OPEN)
    for pk in open_flags.values_list("pk", flat=True):
        move("untick", flag=held_flag(pk, case.pk), by=by, at=at, reason=tick.reason)


# --- the box of a secret rule -----------------------------------------------------------------------------------
def hand_on(case: Case, version: RuleVersion, book: RuleBook, reason: str, by: User, at: datetime) -> None:
    """Tell those who verify complaints, and nobody else: whether something is known already makes no difference to see."""
    basis = f"{HANDED_ON}：{reason}"[:LONGEST]
    fact = secret_fact(version, book)
    same = Statement.objects.filter(case=case, fact=fact.name, stated_by=by, basis=basis)
    if same.exists():
        return
    if Statement.objects.standing().filter(case=case, fact=fact.name, value=True).exists():
        add_to_known(case, fact, basis, by, at)
    else:
        keep(case=case, fact=fact, value=True, basis=basis, by=by, at=at)


def secret_fact(version: RuleVersion, book: RuleBook) -> RuleFact:
    """The fact that the box of a secret rule states: the one its condition asks about."""
    known, condition = library.rule_facts(), book.conditions.get(version.rule.code)
    named = [known[name] for name in facts_in(condition)] if condition else []
    return next((fact for fact in named if fact.secret and fact.type == "bool"), known[COMPLAINT])


def add_to_known(case: Case, fact: RuleFact, basis: str, by: User, at: datetime) -> None:
    """Another report of what is stated already is kept beside it, and changes nothing that stands; once the first was
    dismissed, it is a complaint of its own.
    """
    statement = Statement.objects.create(
        case=case, fact=fact.name, value=True, secret=True, basis=basis, stated_by=by, capacity=by.capacity(),
        stated_at=at, withdrawn_at=at, withdrawn_by=by, withdrawn_because=ALREADY,
    )  # fmt: skip
    trail.record(
        STATE,
        on=statement,
        by=by,
        at=at,
        because=basis,
        after={"fact": fact.name, "value": True},
        secret=True,
    )
    Change.objects.create(case_id=case.pk)
