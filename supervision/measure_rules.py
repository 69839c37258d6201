"""What a measure demands beyond the power to take it: remit, reasons, what must come first, how often, which words."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from cases.guard import reaches
from cases.models import Case, ProcedureEvent
from catalogues.selectors import law_in_use
from catalogues.supervision_law import MeasureRule
from courts.clock import today
from courts.models import Posting, User
from courts.roles import Role
from supervision.flag_moves import due_day
from supervision.models import Delegation, Flag, Measure
from supervision.powers import Verdict, allowed
from supervision.wording import directives_in, hints, refusal

REASSIGN, REPORT, RECONSIDER, COMMITTEE, UPPER_COURT = "M01", "M02", "M06", "M08", "M09"
#: A deliberation on record (评议、合议): only then is there something to reconsider.
DELIBERATED = ("合议", "评议")
LONGEST = {"content": 2000, "basis": 300, "reason": 500}
TWICE = 2  # the constraint a_case_is_reconsidered_twice_at_most says so too: a court may only go lower
NUMERALS = ("零", "一", "两")
NO_SUCH = Verdict(False, "您的职务不能采取监督措施；监督由院长、副院长、庭长依职权进行。")


def rule_of(code: str) -> MeasureRule:
    """The measure of the catalogue in force; of one it no longer lists nobody has the power."""
    return law_in_use().measures.get(code) or no_longer_listed(code)


def no_longer_listed(code: str) -> MeasureRule:
    return MeasureRule(
        code=code,
        name=code,
        mode="other",
        min_role=Role.PRESIDENT,
        roles=(),
        when_delegated=(),
        proposed_by=(),
        decided_by=(),
        needs_reason=False,
        notify_parties=False,
        free_text=False,
        max_per_case=None,
        only_after=None,
        basis="",
        confidence="",
    )


# --- who -------------------------------------------------------------------------------------------------
def on_panel(user: User, case: Case) -> bool:
    """Whether the person sits on the panel (审判组织): judge, presiding judge or member, and no assistant or clerk."""
    return user.pk in {case.judge_id, case.presiding_id, *case.members}


def in_remit(user: User, seat: Posting, case: Case) -> bool:
    """Whether the case lies in what the post supervises (职责范围)."""
    if seat.role == Role.AC_MEMBER:
        return Delegation.objects.standing().filter(case=case, person=user).exists()
    if seat.role == Role.PRESIDING:
        return on_panel(user, case)
    return reaches(user, seat, case)


def verdict_on(user: User, flag: Flag, rule: MeasureRule) -> Verdict:
    """The best the person's posts allow: taking it, else proposing it, else the reason that comes nearest to a yes."""
    panel = on_panel(user, flag.case)
    verdicts = [
        allowed(
            Role(seat.role),
            rule,
            flag.state,
            in_remit=in_remit(user, seat, flag.case),
            secret=flag.secret,
            on_panel=panel,
        )
        for seat in user.seats
    ]
    taking = [verdict for verdict in verdicts if verdict.ok and not verdict.proposes]
    proposing = [verdict for verdict in verdicts if verdict.ok]
    refused = sorted((verdict for verdict in verdicts), key=lambda verdict: "不能采取“" in verdict.why)
    return next(iter([*taking, *proposing, *refused]), NO_SUCH)


# --- when and how often ----------------------------------------------------------------------------------
def problem_now(rule: MeasureRule, case: Case) -> str | None:
    """Why the measure is not possible in this case now, whoever takes it."""
    if rule.only_after == "deliberation_recorded" and not has_deliberated(case):
        return "本案还没有评议记录，不能要求复议；请在合议庭评议并登记“合议”节点后办理。"
    done, most = taken_before(rule.code, case), most_of(rule, case)
    if most is not None and done >= most:
        return exhausted(rule, most)
    return None


def has_deliberated(case: Case) -> bool:
    return ProcedureEvent.objects.filter(case=case, node__in=DELIBERATED, withdrawn_at=None).exists()


def taken_before(code: str, case: Case) -> int:
    return Measure.objects.filter(case=case, code=code).count()


def most_of(rule: MeasureRule, case: Case) -> int | None:
    """How often it may be taken in one case; what a court lays down for 复议 can only lower it."""
    if rule.code != RECONSIDER:
        return rule.max_per_case
    local = int(law_in_use().supervision_setting("reconsider_max", case.court_id, today()))
    return min(local, TWICE, rule.max_per_case or TWICE)


def exhausted(rule: MeasureRule, most: int) -> str:
    times = NUMERALS[most] if most < len(NUMERALS) else str(most)
    if rule.code == RECONSIDER:
        return f"本案已{times}次要求复议，不能再次要求复议；合议庭的结果有效。下一步：提交专业法官会议或审判委员会讨论。"
    return f"本案已{times}次采取“{rule.name}”，已达上限，请采取其他措施。"


# --- what is written -------------------------------------------------------------------------------------
def problem_of_words(
    rule: MeasureRule,
    *,
    content: str,
    basis: str,
    reason: str,
    parties_told_on: date | None,
    reply_by: date | None,
    sure: bool,
) -> str | None:
    """What is wrong with what the supervisor wrote; None when it will do. ``sure``: hints were seen and stand."""
    given = {"内容": (content, "content"), "依据": (basis, "basis"), "理由": (reason, "reason")}
    for label, (text, name) in given.items():
        wanted = name != "reason" or rule.needs_reason
        if wanted and not text.strip():
            return f"请写明{label}。"
        if len(text.strip()) > LONGEST[name]:
            return f"{label}不超过{LONGEST[name]}字，请简述。"
    if problem := problem_of_days(rule, parties_told_on, reply_by):
        return problem
    return problem_of_wording([content, basis, reason], sure=sure)


def problem_of_days(rule: MeasureRule, parties_told_on: date | None, reply_by: date | None) -> str | None:
    if rule.notify_parties and parties_told_on is None:
        return "请填写告知当事人的日期：调整分案应当告知当事人。"
    if parties_told_on is not None and parties_told_on > today():
        return f"告知当事人的日期应不晚于今天 {today()}，现为 {parties_told_on}。"
    if reply_by is not None and reply_by <= today():
        return f"答复期限应晚于今天 {today()}，现为 {reply_by}。"
    return None


def problem_of_wording(texts: list[str], *, sure: bool) -> str | None:
    """What tells the panel how to decide is refused; what only may be read so must be looked at once more."""
    found = directives_in(texts)
    return refusal(found) or (not sure and hints(found)) or None


# --- by when ---------------------------------------------------------------------------------------------
def wants_reply(code: str) -> bool:
    """Whether the panel is asked to reply at once. Of a meeting the record comes first; the court above replies itself."""
    return code != UPPER_COURT and rule_of(code).mode != "meeting"


def reply_day(case: Case, day: date | None = None) -> date:
    return due_day("measure_reply_days", case.court_id, day or today())


def report_day(case: Case) -> date:
    return due_day("progress_report_days", case.court_id, today())


def answer_day(case: Case) -> date:
    return due_day("supervisor_answer_days", case.court_id, today())


def day_of(at: datetime) -> date:
    return timezone.localtime(at).date()
