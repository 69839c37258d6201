"""The life of a letter as a table (函件流转): which act leads from which state to which, and whose turn it is. Pure.

A letter is drafted, signed, sent, read, answered, judged and closed; one nobody answers in time is overdue, and what follows
from that is only ever a draft that a person signs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

ISSUER, APPROVER, ADDRESSEE, SYSTEM = "issuer", "approver", "addressee", "system"
DRAFT, APPROVED, SENT, READ, REPLIED = "DRAFT", "APPROVED", "SENT", "READ", "REPLIED"
ACCEPTED, REJECTED_REPLY, OVERDUE, CLOSED = "ACCEPTED", "REJECTED_REPLY", "OVERDUE", "CLOSED"
STAYS = ""  # where an act leads that changes no state

#: The states in which an answer is waited for, and those in which the letter has left the desk.
WAITING = (SENT, READ, REJECTED_REPLY, OVERDUE)
OUT = (SENT, READ, REPLIED, ACCEPTED, REJECTED_REPLY, OVERDUE, CLOSED)


@dataclass(frozen=True)
class Act:
    """One act: from which states it leads where, and which part in the letter one must have to do it.

    ``words``: what must be written with it, "" when nothing need be.
    """

    name: str
    starts: tuple[str, ...]
    ends: str
    part: str
    words: str = ""


ACTS = {
    "edit": Act("修改草稿", (DRAFT,), STAYS, ISSUER),
    "redraw": Act("按最新事实重拟", (DRAFT,), STAYS, ISSUER),
    "approve": Act("签批", (DRAFT,), APPROVED, APPROVER),
    "take_back": Act("退回草稿", (APPROVED,), DRAFT, APPROVER, "退回原因"),
    "send": Act("发出", (APPROVED,), SENT, ISSUER),
    "read": Act("签收", (SENT,), READ, ADDRESSEE),
    "reply": Act("回复", WAITING, REPLIED, ADDRESSEE, "回复内容"),
    "accept": Act("认可回复", (REPLIED,), ACCEPTED, ISSUER, "评价"),
    "reject": Act("退回重报", (REPLIED,), REJECTED_REPLY, ISSUER, "退回理由"),
    "close": Act("办结", (ACCEPTED,), CLOSED, ISSUER),
    "expire": Act("逾期", (SENT, READ, REJECTED_REPLY), OVERDUE, SYSTEM),
}

WHOSE = {
    ISSUER: "发函部门（本类函件的签发职务）", APPROVER: "本类函件的签批人", ADDRESSEE: "受函人", SYSTEM: "系统",
}  # fmt: skip
NAMES = {
    DRAFT: "草稿", APPROVED: "已签批", SENT: "已发出", READ: "已签收", REPLIED: "已回复", ACCEPTED: "回复合格",
    REJECTED_REPLY: "退回重报", OVERDUE: "逾期未复", CLOSED: "已办结",
}  # fmt: skip


def not_yours(act: str, parts: Collection[str]) -> str:
    """Why somebody with these parts in the letter may not do the act; "" when they may."""
    wanted = ACTS[act].part
    return "" if wanted in parts else f"“{ACTS[act].name}”只能由{WHOSE[wanted]}办理。"


def not_now(act: str, state: str) -> str:
    """Why the act is not possible in this state; "" when it is."""
    step = ACTS[act]
    if state in step.starts:
        return ""
    wanted = "、".join(f"“{NAMES[start]}”" for start in step.starts)
    return f"本函现为“{NAMES[state]}”，只有{wanted}的函件可以{step.name}。"


def after(act: str, state: str) -> str:
    """The state the act leads to."""
    return ACTS[act].ends or state


def open_acts(state: str, parts: Collection[str]) -> tuple[str, ...]:
    """What somebody with these parts may do now."""
    return tuple(act for act in ACTS if not not_now(act, state) and not not_yours(act, parts))
