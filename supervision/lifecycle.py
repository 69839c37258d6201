"""The life of a flag as a table (四类案件标识的流转): states, acts, who may, reasons, timers. Pure.

A rule proposes, a person decides. Silence never confirms: a proposal nobody acted on goes one level up and counts as
应标未标, and from there nothing but a decision leads on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from courts.roles import Permission, Role, may
from supervision.wording import directives_in, refusal


class State(StrEnum):
    PROPOSED = "PROPOSED"
    DISPUTED = "DISPUTED"
    EXPIRED = "EXPIRED"
    CONFIRMED = "CONFIRMED"
    MEASURES_ON = "MEASURES_ON"
    REVOKED = "REVOKED"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"


S = State
UNBORN = ""  # where a flag comes from
STAYS = ""  # where an act leads that changes no state
OPEN = frozenset({S.PROPOSED, S.DISPUTED, S.EXPIRED, S.CONFIRMED, S.MEASURES_ON})
LIVE = frozenset({S.CONFIRMED, S.MEASURES_ON})
UNDECIDED = frozenset({S.PROPOSED, S.DISPUTED, S.EXPIRED})
#: After these the same rule proposes again only on other evidence.
ENDED_BY_DECISION = frozenset({S.REJECTED, S.REVOKED})

NAMES = {
    S.PROPOSED: "待确认", S.DISPUTED: "有争议", S.EXPIRED: "逾期未处理", S.CONFIRMED: "已确认", S.MEASURES_ON: "监督中",
    S.REVOKED: "已撤销", S.REJECTED: "不予确认", S.CLOSED: "已结束",
}  # fmt: skip

#: How high a role stands among those who decide (庭长、副院长、院长). A flag of level 1 wants the second, of level 2 the third.
RANK = {Role.DIVISION_HEAD: 0, Role.VICE_PRESIDENT: 1, Role.PRESIDENT: 2}
HIGHEST = 2


@dataclass(frozen=True)
class Act:
    """One act on a flag: from which states it leads where, and which permission it takes; the system itself needs none.

    ``reason``: ``""`` none, ``"words"`` a reason in words, ``"code"`` a coded one (words where the code asks for them).
    ``secrecy``: whether it is done to secret flags, to open ones or to both.
    """

    code: str
    name: str
    starts: frozenset[str]
    ends: str
    takes: frozenset[Permission]
    reason: str = ""
    secrecy: str = "both"  # both | open | secret


P = Permission
SYSTEM: frozenset[Permission] = frozenset()
RAISES = frozenset({P.RAISE_FLAG, P.TICK_AT_FILING, P.DECIDE_FLAGS, P.PROMPT_FLAG})


def _table(*acts: Act) -> dict[str, Act]:
    return {act.code: act for act in acts}


ACTS = _table(
    # raised
    Act("propose", "系统提示", frozenset({UNBORN}), S.PROPOSED, SYSTEM),
    Act("raise", "提出标识", frozenset({UNBORN}), S.PROPOSED, RAISES, "words", "open"),
    # while it waits
    Act("evidence", "证据变化", OPEN, STAYS, SYSTEM),
    Act("lapse", "不再命中", OPEN, STAYS, SYSTEM),
    Act("hit_again", "重新命中", OPEN, STAYS, SYSTEM),
    Act("untick", "立案时取消勾选", OPEN, STAYS, SYSTEM),
    Act("expire", "逾期转上一级", frozenset({S.PROPOSED}), S.EXPIRED, SYSTEM),
    Act("rise", "再次逾期转院长", frozenset({S.EXPIRED}), STAYS, SYSTEM),
    Act("overdue", "争议逾期未决定", frozenset({S.DISPUTED}), STAYS, SYSTEM),
    # decided
    Act("confirm", "确认", frozenset({S.PROPOSED, S.EXPIRED}), S.CONFIRMED, frozenset({P.DECIDE_FLAGS})),
    Act("reject", "不予确认", frozenset({S.PROPOSED, S.EXPIRED}), S.REJECTED, frozenset({P.DECIDE_FLAGS}), "code"),
    Act("dispute", "提出异议", frozenset({S.PROPOSED}), S.DISPUTED, frozenset({P.RAISE_FLAG, P.DECIDE_FLAGS}), "code", "open"),
    Act("uphold", "决定确认", frozenset({S.DISPUTED}), S.CONFIRMED, frozenset({P.DECIDE_DISPUTES}), "words"),
    Act("overturn", "决定不予确认", frozenset({S.DISPUTED}), S.REJECTED, frozenset({P.DECIDE_DISPUTES}), "code"),
    Act("revoke", "撤销标识", frozenset({S.CONFIRMED}), S.REVOKED, frozenset({P.DECIDE_FLAGS}), "code"),
    # complaints
    Act("verify", "核实属实", OPEN, STAYS, frozenset({P.VERIFY_COMPLAINTS}), "words", "secret"),
    Act("dismiss", "核查不实", frozenset({S.PROPOSED, S.EXPIRED}), S.REJECTED, frozenset({P.VERIFY_COMPLAINTS}), "code", "secret"),
    # under supervision
    Act("begin", "采取监督措施", frozenset({S.CONFIRMED}), S.MEASURES_ON, SYSTEM),
    Act("settle", "监督措施办结", frozenset({S.MEASURES_ON}), S.CONFIRMED, SYSTEM),
    Act("adjust", "调整审判组织", LIVE, STAYS, frozenset({P.DECIDE_FLAGS}), "words"),
    Act("close", "随案件办结结束", LIVE, S.CLOSED, SYSTEM),
)  # fmt: skip


@dataclass(frozen=True)
class Timer:
    """How long a state may last in working days (which setting says so), and what the system does then."""

    state: str
    level: int | None  # None: whatever it is
    setting: str
    act: str


TIMERS = (
    Timer(S.PROPOSED, 0, "confirm_days", "expire"),
    Timer(S.EXPIRED, 1, "escalated_days", "rise"),
    Timer(S.DISPUTED, None, "dispute_days", "overdue"),
)
FIRST_MEASURE = "first_report_days"  # after a confirmation: passed without a measure is 怠于监管


@dataclass(frozen=True)
class Reason:
    """A coded reason (理由). ``is_false_alarm``: the rule should not have proposed; its precision falls."""

    code: str
    name: str
    acts: frozenset[str]
    is_false_alarm: bool = False
    wants_words: bool = False


REJECTING = frozenset({"reject", "overturn"})
REASONS = {
    reason.code: reason
    for reason in (
        Reason("data_wrong", "所据数据有误，事实不符", REJECTING | {"revoke"}, is_false_alarm=True),
        Reason("not_the_category", "事实属实，但不属于四类案件情形", REJECTING | {"revoke"}, is_false_alarm=True),
        Reason("covered", "已由本案其他标识监督", REJECTING | {"revoke"}),
        Reason("situation_over", "该情形已经消除", REJECTING | {"revoke"}),
        Reason("other", "其他（须写明）", REJECTING | {"revoke"}, is_false_alarm=True, wants_words=True),
        Reason("facts_disputed", "事实不符", frozenset({"dispute"}), wants_words=True),
        Reason("category_disputed", "不属于四类案件情形", frozenset({"dispute"}), wants_words=True),
        Reason("needless", "已无监督必要", frozenset({"dispute"}), wants_words=True),
        Reason("unfounded", "经核查不属实", frozenset({"dismiss"}), is_false_alarm=True),
        Reason("too_vague", "线索不具体，无法核查", frozenset({"dismiss"})),
        Reason("handled_elsewhere", "已另案处理", frozenset({"dismiss"})),
    )
}  # fmt: skip


def reasons_for(act: str) -> list[Reason]:
    """The reasons one may give for an act, in the order in which they are offered."""
    return [reason for reason in REASONS.values() if act in reason.acts]


FALSE_ALARMS = frozenset(code for code, reason in REASONS.items() if reason.is_false_alarm)


# --- what may be done, and by whom -----------------------------------------------------------------------
def problem_now(act: str, state: str, *, secret: bool = False, level: int = 0) -> str | None:
    """Why the act is not possible on a flag that stands so, whoever asks; None when it is."""
    rule = ACTS[act]
    if rule.secrecy == "secret" and not secret:
        return "本标识不是待核实的反映，无须核查"
    if rule.secrecy == "open" and secret:
        return "本标识尚待核实，核实后才能办理"
    if state not in rule.starts:
        wanted = "、".join(NAMES[S(start)] for start in S if start in rule.starts)
        return f"只有{wanted}的标识可以{rule.name}，本标识现为“{NAMES[S(state)]}”"
    if act == "rise" and level >= HIGHEST:
        return "本标识已在院长一级"
    return None


def is_for(
    role: Role, act: str, *, state: str, level: int = 0, secret: bool = False, disputed: bool = False
) -> bool:
    """Whether the role may do this to a flag that stands so, on a case within its remit.

    ``disputed``: the flag was confirmed after a dispute, so that only the president takes it back. A secret flag is for
    those alone who may know of it.
    """
    if not any(may(role, permission) for permission in ACTS[act].takes):
        return False
    if secret and not may(role, Permission.SEE_SECRET_FLAGS):
        return False
    if act == "dispute":
        return may(role, Permission.RAISE_FLAG) or role == Role.DIVISION_HEAD
    if act in DECIDING:
        return RANK.get(role, -1) >= wanted_rank(act, state, level, disputed)
    return True


#: Whose who depends on how high one stands.
DECIDING = frozenset({"confirm", "reject", "revoke", "adjust"})
#: What settles whether the case is supervised: who did it and why stays on the flag.
DECISIONS = frozenset({"confirm", "reject", "uphold", "overturn", "revoke", "dismiss"})


def wanted_rank(act: str, state: str, level: int, disputed: bool) -> int:
    """How high one must stand to decide: above those who let it expire; the president over what was disputed."""
    if act == "revoke" and disputed:
        return HIGHEST
    return level if state == S.EXPIRED else 0


def who_decides(act: str, state: str, *, level: int = 0, secret: bool = False, disputed: bool = False) -> str:
    """Whose act it is on a flag that stands so, in words for those who may not."""
    if ACTS[act].takes == {P.VERIFY_COMPLAINTS}:
        return "纪检监察部门"
    if secret or act in ("uphold", "overturn"):
        return "院长"
    if act in DECIDING:
        rank = wanted_rank(act, state, level, disputed)
        return ("庭长或者分管院领导", "分管副院长或者院长", "院长")[rank]
    return "本案审判组织或者庭长" if act == "dispute" else "本案审判组织、立案庭、院庭长或者审管办"


def problem_of_reason(act: str, code: str, words: str) -> str | None:
    """What is wrong with the reason given for an act; None when it will do."""
    rule, known = ACTS[act], reasons_for(act)
    if rule.reason == "code" and code not in {reason.code for reason in known}:
        return "请选择理由：" + "、".join(reason.name for reason in known)
    asks = rule.reason == "words" or (rule.reason == "code" and REASONS[code].wants_words)
    if asks and not words.strip():
        return "请写明理由"
    too_long = "理由不超过500字，请简述" if len(words.strip()) > 500 else None
    return too_long or refusal(directives_in([words])) or None


def next_states(state: str, acts: Collection[str] = tuple(ACTS)) -> frozenset[str]:
    """Where a flag in this state can go."""
    ends = {ACTS[act].ends for act in acts if state in ACTS[act].starts}
    return frozenset(ends - {STAYS})
