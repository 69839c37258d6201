"""Everything people may do to a flag (标识操作): raise, confirm, reject, dispute, decide, revoke, verify, dismiss.

Who may, and when, stands in ``lifecycle``. Seeing comes first: a flag one may not see is answered like one there is not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.http import Http404

from audit import trail
from cases.guard import is_visible, locked, may_on
from cases.models import Case
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from supervision.evidence import evidence_of
from supervision.flag_moves import due_day, held, held_flag, move, refuse_unless_possible
from supervision.lifecycle import FIRST_MEASURE, HIGHEST, LIVE, State, problem_of_reason
from supervision.models import Flag, LogEntry, Measure, Reply, RuleVersion
from supervision.rulebook import RuleBook, rulebook_of

RAISE, PROMPT = "supervision.raise_flag", "supervision.prompt_flag"
NOBODY = "只有本案审判组织、立案庭、分管院庭长可以提出标识，审管办可以提示；本案不在您的职责范围内"
#: In which capacity a person raises a flag: the first that fits counts.
HOW = (
    (Permission.RAISE_FLAG, "panel"),
    (Permission.TICK_AT_FILING, "filing"),
    (Permission.DECIDE_FLAGS, "supervisor"),
    (Permission.PROMPT_FLAG, "office"),
)


# --- raised by people --------------------------------------------------------------------------------------
def how_raised(user: User, case: Case) -> str:
    """In which capacity the person may raise a flag on this case; empty when in none."""
    return next((how for permission, how in HOW if may_on(user, permission, case)), "")


@transaction.atomic
def raise_flag(*, case: Case, code: str, reason: str, by: User, at: datetime) -> Flag:
    """Propose a case for supervision under a rule (人工标识). One already open under that rule is answered as it is.

    Whoever raises it, it is a proposal: the division head or who stands above confirms. A prompt of the trial office
    (审管办提示) decides nothing either.
    """
    if not is_visible(case, by):
        raise Http404("没有这一案件，或者您无权查看")
    case = locked(case)
    how = how_raised(by, case)
    act = PROMPT if how == "office" else RAISE
    if not how:
        raise trail.Refused(NOBODY, act=act, on=case, by=by)
    book = rulebook_of(case.court_id, today())
    if problem := problem_of_raising(case, code, reason, book):
        raise trail.Refused(problem, act=act, on=case, by=by, status=409)
    version = book.versions[code]
    standing = Flag.objects.open().filter(case=case, rule=version.rule, born_secret=False)
    if found := standing.first():
        return found
    flag = new_flag(case, version, book, how=how, by=by, at=at)
    return move("raise", flag=flag, by=by, at=at, reason=reason, content=version.name, log_as=act)


def problem_of_raising(case: Case, code: str, reason: str, book: RuleBook) -> str | None:
    if code not in book.versions or book.versions[code].secret:
        return "本院没有施行这一情形，请从列表中选择"
    if case.closed_on:
        return "本案已经结案，不能再提出标识"
    return problem_of_reason("raise", "", reason)


def new_flag(case: Case, version: RuleVersion, book: RuleBook, *, how: str, by: User, at: datetime) -> Flag:
    """A proposal with its evidence, parameters and version as they are now, frozen."""
    found = evidence_of(case.pk, version, book.parameters)
    return Flag.objects.create(
        case=case,
        court_id=case.court_id,
        rule=version.rule,
        version=version,
        edition=version.content_hash,
        category=version.rule.category,
        how=how,
        raised_by=by,
        proposed_at=at,
        params=found.parameters,
        evidence=found.facts,
        evidence_hash=found.digest,
        holds=found.holds,
        due_on=due_day("confirm_days", case.court_id, today()),
    )


# --- decided -----------------------------------------------------------------------------------------------
def nothing_else(flag: Flag) -> dict[str, object]:
    return {}


def decide(
    act: str,
    flag: Flag,
    by: User,
    at: datetime,
    reason: str,
    code: str = "",
    *,
    sets: Callable[[Flag], dict[str, object]] = nothing_else,
) -> Flag:
    """One decision: the flag as it stands, held; whether this person may, now, for that reason; and the step.

    ``sets``: what changes beside the state, worked out on the flag as it was held.
    """
    flag = held(flag, by)
    refuse_unless_possible(act, flag, by, code, reason)
    return move(act, flag=flag, by=by, at=at, reason_code=code, reason=reason, **sets(flag))


@transaction.atomic
def confirm_flag(*, flag: Flag, by: User, at: datetime, reason: str = "") -> Flag:
    """Put the case under supervision (确认). The supervisor's own clock begins: passed without a measure is 怠于监管."""
    return decide("confirm", flag, by, at, reason, sets=confirmed)


@transaction.atomic
def reject_flag(*, flag: Flag, reason_code: str, reason: str, by: User, at: datetime) -> Flag:
    """Say that the case is none of the four categories (不予确认). The rule proposes again only on other evidence."""
    return decide("reject", flag, by, at, reason, reason_code)


@transaction.atomic
def dispute_flag(*, flag: Flag, reason_code: str, reason: str, by: User, at: datetime) -> Flag:
    """The panel or the division disagrees with a proposal (提出异议): the president decides."""
    return decide("dispute", flag, by, at, reason, reason_code, sets=disputed)


@transaction.atomic
def decide_dispute(
    *, flag: Flag, upheld: bool, reason: str, by: User, at: datetime, reason_code: str = ""
) -> Flag:
    """The president decides a dispute (决定争议): the case is supervised, or it is not."""
    if not upheld:
        return decide("overturn", flag, by, at, reason, reason_code)
    return decide("uphold", flag, by, at, reason, sets=confirmed)


@transaction.atomic
def revoke_flag(*, flag: Flag, reason_code: str, reason: str, by: User, at: datetime) -> Flag:
    """End the supervision of a confirmed flag (撤销标识); of one that was disputed, the president alone."""
    return decide("revoke", flag, by, at, reason, reason_code)


def disputed(flag: Flag) -> dict[str, object]:
    return {"level": HIGHEST, "due_on": due_day("dispute_days", flag.court_id, today())}


def confirmed(flag: Flag) -> dict[str, object]:
    return {"first_measure_due_on": None if flag.secret else first_measure(flag)}


def first_measure(flag: Flag) -> date | None:
    """The last day for a first measure from today on; none where the case was closed meanwhile."""
    return None if flag.case.closed_on else due_day(FIRST_MEASURE, flag.court_id, today())


# --- complaints --------------------------------------------------------------------------------------------
@transaction.atomic
def verify_complaint(*, flag: Flag, reason: str, by: User, at: datetime) -> Flag:
    """A complaint is found to hold (核实属实): from now on the flag is no secret, its panel and division see it.

    A proposal waits for the division head from today on, who could not have acted before.
    """

    def sets(flag: Flag) -> dict[str, object]:
        values: dict[str, object] = {"secret": False, "verified_at": at, "verified_by": by}
        if flag.state in LIVE:  # no measure could be taken before
            return values | {"first_measure_due_on": first_measure(flag)}
        if flag.state == State.PROPOSED:
            return values | {"due_on": due_day("confirm_days", flag.court_id, today())}
        return values

    return decide("verify", flag, by, at, reason, sets=sets)


@transaction.atomic
def dismiss_complaint(*, flag: Flag, reason_code: str, reason: str, by: User, at: datetime) -> Flag:
    """A complaint does not hold (核查不实): the flag ends and stays secret for good."""
    return decide("dismiss", flag, by, at, reason, reason_code)


# --- under supervision ---------------------------------------------------------------------------------------
@transaction.atomic
def follow_measures(*, flag: Flag, by: User | None, at: datetime) -> Flag:
    """Bring the state in line with the measures: at least one open, or none left. The measure's service calls it."""
    flag = held_flag(flag.pk, flag.case_id)
    waits = Measure.objects.filter(flag=flag, state__in=("open", "replied")).exists()
    if flag.state == State.CONFIRMED and waits:
        return move("begin", flag=flag, by=by, at=at)
    if flag.state == State.MEASURES_ON and not waits:
        return move("settle", flag=flag, by=by, at=at)
    return flag


@transaction.atomic
def close_flags_of(*, case: Case, at: datetime) -> list[Flag]:
    """End the live flags of a closed case, the log summed up in a row of its own. What waits for a decision stays.

    A proposal does not vanish because the case was closed over it: somebody still says whether it should have been
    supervised.
    """
    case = locked(case)
    if case.closed_on is None:
        return []
    live = Flag.objects.filter(case=case, state__in=LIVE).order_by("pk").values_list("pk", flat=True)
    flags = [held_flag(pk, case.pk) for pk in live]
    return [move("close", flag=flag, by=None, at=at, content=summary_of(flag)) for flag in flags]


def summary_of(flag: Flag) -> str:
    """What the log of a flag comes to, in one sentence for the file."""
    measures = Measure.objects.filter(flag=flag)
    replies = Reply.objects.filter(measure__in=measures)
    stream = "secret" if flag.secret else "open"
    rows = LogEntry.objects.filter(case=flag.case_id, stream=stream, flag_code=flag.rule.code)
    return (
        f"监督日志小结：{flag.confirmed_at:%Y-%m-%d}确认，监督措施{measures.count()}项，"
        f"答复{replies.filter(side='panel').count()}次、回应{replies.filter(side='supervisor').count()}次，日志{rows.count()}条"
    )
