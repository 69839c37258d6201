"""What people state about a case (填报事实): who may state which fact, what a value must be, and the trace it leaves.

Secret facts (反映类事实) are stated by those who verify complaints, by the exact number of a case they need not see; nobody
else learns that anything was stated.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from math import isfinite
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from audit import trail
from cases.guard import NOT_YOURS, is_visible, locked, reaches
from cases.models import Case, Change
from cases.numbers import normalize
from catalogues import library
from catalogues.supervision_law import RuleFact
from courts.models import Posting, User
from courts.roles import SPAN, Permission, Role, Span
from predicates.language import Misread, check_value
from supervision.models import Statement
from supervision.secrecy import kept_by

STATE, WITHDRAW = "supervision.state_fact", "supervision.withdraw_statement"
NO_SUCH_CASE = "本院没有这一案号的案件，请核对案号"
NO_SUCH_STATEMENT = "没有这一填报，或者您无权查看"
REPLACED = "由新的填报取代"
LONGEST = 300
LARGEST = 2_147_483_647
#: What the catalogue says of a value in words: a share, a mark out of a hundred.
RANGES = {"similar_conflict_share": (0, 1), "media_heat": (0, 100), "fake_litigation_score": (0, 100)}
NUMBERS = ("int", "float", "money")


# --- who may ---------------------------------------------------------------------------------------------
def stated_by(user: User) -> list[RuleFact]:
    """The facts the person's posts may state of some case, in the order of the catalogue."""
    roles = {seat.role for seat in user.seats}
    return [fact for fact in library.rule_facts().values() if roles & set(fact.stated_by)]


def may_state(user: User, fact: str, case: Case) -> bool:
    """Whether one of the person's posts may state this fact and reaches the case."""
    roles = library.rule_facts()[fact].stated_by if fact in library.rule_facts() else ()
    return any(seat.role in roles and stands_by(user, seat, case) for seat in user.seats)


def stands_by(user: User, seat: Posting, case: Case) -> bool:
    """A post that opens no case (信访、督察) states of any case of its own court, except a sealed one."""
    if SPAN[Role(seat.role)] is Span.NONE:
        return seat.court_id == case.court_id and not case.sealed
    return reaches(user, seat, case) and is_visible(case, user)


def blind_facts(user: User) -> list[RuleFact]:
    """The facts the person states by the number of a case, without seeing it."""
    roles = {seat.role for seat in user.seats if SPAN[Role(seat.role)] is Span.NONE}
    return [fact for fact in stated_by(user) if roles & set(fact.stated_by)]


def case_by_number(user: User, number: str) -> Case | None:
    """The case of the person's own court with this very number; one that is sealed is as unknown as one there is not."""
    courts = {seat.court_id for seat in user.seats if SPAN[Role(seat.role)] is Span.NONE}
    found: Case | None = (
        Case.objects.filter(number=normalize(number), court__in=courts, sealed="")
        .select_related("court")
        .first()
    )
    return found


# --- stating and withdrawing --------------------------------------------------------------------------------
@transaction.atomic
def state_fact(*, case: Case, fact: str, value: Any, basis: str, by: User, at: datetime) -> Statement:
    """State a fact about a case, with its basis (填报). It takes the place of what was stated before; twice is once."""
    if not may_state(by, fact, case):
        raise trail.Refused(NOT_YOURS, act=STATE, on=case, by=by)
    about = library.rule_facts()[fact]
    if problem := problem_of(about, value) or problem_of_basis(basis):
        raise refusal(problem, STATE, case, by, secret=about.secret)
    return keep(case=locked(case), fact=about, value=value, basis=basis.strip(), by=by, at=at)


def keep(*, case: Case, fact: RuleFact, value: Any, basis: str, by: User, at: datetime) -> Statement:
    """Write the statement, its trace and the outbox. The caller has asked whether it may be stated, and holds the case."""
    standing = Statement.objects.standing().filter(case=case, fact=fact.name).first()
    if standing and (standing.value, standing.basis) == (value, basis):
        return standing
    if standing:
        end(standing, REPLACED, by, at)
    statement = Statement.objects.create(
        case=case, fact=fact.name, value=value, secret=fact.secret, basis=basis, stated_by=by,
        capacity=by.capacity(), stated_at=at,
    )  # fmt: skip
    before = {"fact": fact.name, "value": standing.value} if standing else None
    record(STATE, statement, by, at, because=basis, before=before, after={"fact": fact.name, "value": value})
    return statement


@transaction.atomic
def withdraw_statement(*, statement: Statement, reason: str, by: User, at: datetime) -> Statement:
    """Take back a statement that should not stand (撤销填报): whoever may state the fact of the case. Twice is once."""
    if not may_read(by, statement):
        raise Http404(NO_SUCH_STATEMENT)
    case = locked(statement.case)
    statement = Statement.objects.select_for_update().get(pk=statement.pk)
    if not may_state(by, statement.fact, case):
        raise refusal(NOT_YOURS, WITHDRAW, case, by, secret=statement.secret, status=403)
    if statement.withdrawn_at is not None:
        return statement
    if problem := problem_of_basis(reason, "撤销的原因"):
        raise refusal(problem, WITHDRAW, case, by, secret=statement.secret)
    end(statement, reason.strip(), by, at)
    before = {"fact": statement.fact, "value": statement.value}
    record(WITHDRAW, statement, by, at, because=reason.strip(), before=before, after=None)
    return statement


def end(statement: Statement, reason: str, by: User, at: datetime) -> None:
    statement.withdrawn_at, statement.withdrawn_by, statement.withdrawn_because = at, by, reason
    statement.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])


def record(
    act: str, statement: Statement, by: User, at: datetime, *, because: str, before: Any, after: Any
) -> None:
    """The trace, secret where the fact is, and the outbox: the facts are computed anew and the rules asked again."""
    trail.record(
        act, on=statement, by=by, at=at, because=because, before=before, after=after, secret=statement.secret
    )
    Change.objects.create(case_id=statement.case_id)


def refusal(
    problem: str, act: str, case: Case, by: User, *, secret: bool, status: int = 409
) -> trail.Refused:
    """A refusal about a secret fact is as secret as the fact: the trail of the case would show it."""
    return trail.Refused(problem, act=act, on=case, by=by, status=status, secret=secret)


# --- what a value must be ------------------------------------------------------------------------------------
def problem_of(fact: RuleFact, value: Any) -> str:
    """What is wrong with a value, in one sentence; empty when nothing is."""
    if value is None or value == "":
        return f"请填写{fact.label}"
    try:
        check_value(fact.fact, value)
    except Misread as wrong:
        return f"{fact.label}：{wrong.problems[0].chinese}"
    return problem_of_number(fact, value) if fact.type in NUMBERS else ""


def problem_of_number(fact: RuleFact, value: float) -> str:
    low, high = RANGES.get(fact.name, (0, LARGEST))
    if not isfinite(value) or not low <= value <= high:
        return f"{fact.label}应在 {low} 至 {high} 之间，现为 {value}"
    return ""


def problem_of_basis(basis: str, what: str = "依据") -> str:
    if not basis.strip():
        return f"请填写{what}"
    return f"{what}不超过 {LONGEST} 字，请简述" if len(basis.strip()) > LONGEST else ""


# --- who reads what was stated -----------------------------------------------------------------------------
def may_read(user: User, statement: Statement) -> bool:
    return readable(user, Statement.objects.filter(pk=statement.pk)).exists()


def readable(user: User, statements: QuerySet[Statement]) -> QuerySet[Statement]:
    """Open statements of cases one sees, secret ones of cases whose secrets one keeps, and one's own of no sealed case."""
    own = Q(stated_by=user.pk, case__sealed="", case__court__in={seat.court_id for seat in user.seats})
    secret = Q(secret=True) & kept_by(user)
    if not user.may(Permission.SEE_FLAGS):
        return statements.filter(own | secret)
    seen = Case.objects.visible_to(user).values("pk")
    return statements.filter(Q(secret=False, case__in=seen) | own | secret)


def stated_by_number(user: User, facts: Collection[str]) -> QuerySet[Statement]:
    """What stands of these facts and this person stated or keeps, newest first: the list under the form by number."""
    standing = readable(user, Statement.objects.standing().filter(fact__in=facts))
    return standing.select_related("case__court", "stated_by").order_by("-stated_at", "pk")
