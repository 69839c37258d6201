"""Which role may take which measure, and when (监督权力清单). Pure: the table is read off the catalogue of measures.

A measure takes three things: a role that has it, a case within that role's remit (职责范围), and a live flag. What no cell
allows nobody can do; nothing here, and nothing anywhere, lets a supervisor write an opinion or a judgment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalogues.supervision_law import MeasureRule
from courts.roles import ROLE_CHOICES, Permission, Role, may
from supervision.lifecycle import LIVE

MEETING, UPPER_COURT = "meeting", "M09"
#: The ways of supervision (监管方式), as courts name them.
WAYS = {
    "process": "过程监管", "similar_cases": "类案监管", "meeting": "会议监管", "organisation": "组织监管", "other": "其他",
}  # fmt: skip
NAMES = {Role(code): name for code, name in ROLE_CHOICES}

TAKES, PROPOSES, DELEGATED, NEVER = "takes", "proposes", "delegated", "never"
WORDS = {TAKES: "可以采取", PROPOSES: "提请", DELEGATED: "经委托", NEVER: "—"}


@dataclass(frozen=True)
class Verdict:
    """Whether an act is allowed and, if not, why, in a sentence for the person. ``proposes``: somebody else decides it."""

    ok: bool
    why: str = ""
    proposes: bool = False


def power_of(role: Role, measure: MeasureRule) -> str:
    """One cell of the table: what the role may do with the measure, in any case at all."""
    if may(role, Permission.TAKE_MEASURES) and measure.may_take(role, delegated=True):
        return DELEGATED if role in measure.when_delegated else TAKES
    if may(role, Permission.TAKE_MEASURES) and role in measure.proposed_by:
        return PROPOSES
    if role is Role.PRESIDING and measure.mode == MEETING:
        return PROPOSES  # the panel itself may ask for a meeting
    return NEVER


def allowed(
    role: Role, measure: MeasureRule, flag_state: str, *, in_remit: bool, secret: bool, on_panel: bool = False
) -> Verdict:
    """Whether the role may take the measure on a case under a flag in that state, and whether it only proposes it.

    ``in_remit``: for a member of the committee (审委会专职委员) that the case was delegated to the person, for a presiding
    judge that the person sits on the panel, for others that the post reaches the case. ``secret``: the flag speaks of a
    complaint nobody has verified; acting on it would tell the panel. ``on_panel``: the person sits on the panel.
    """
    power = power_of(role, measure)
    if power == NEVER:
        return Verdict(False, f"{NAMES[role]}不能采取“{measure.name}”；{who_may(measure)}。")
    if not in_remit:
        return Verdict(False, outside(role))
    if flag_state not in LIVE:
        return Verdict(False, "本案目前没有生效的四类案件标识，不能采取监督措施；请先标识并确认。")
    if secret:
        return Verdict(False, "本标识尚未核实，不能据以采取监督措施；请先由督察核实。")
    if on_panel and not is_for_a_higher_body(measure):
        return Verdict(
            False, "您是本案合议庭成员，以审判组织成员身份行使职权，不能监督自己；请由其他有权的院庭长采取。"
        )
    return Verdict(True, proposes=power == PROPOSES)


def is_for_a_higher_body(measure: MeasureRule) -> bool:
    """A meeting or the court above: what the panel itself may also ask for."""
    return measure.mode == MEETING or measure.code == UPPER_COURT


def outside(role: Role) -> str:
    if role is Role.AC_MEMBER:
        return "本案没有委托您监督；请由院长委托后办理。"
    return "本案不在您的职责范围内，不能采取监督措施。"


def who_may(measure: MeasureRule) -> str:
    """Who may take it, for those who may not."""
    takers = "、".join(name for role, name in NAMES.items() if power_of(role, measure) in (TAKES, DELEGATED))
    proposers = "、".join(name for role, name in NAMES.items() if power_of(role, measure) == PROPOSES)
    if not takers:
        return "在用的监督措施目录没有列出这一项"
    return f"由{takers}采取" + (f"，{proposers}可以提请" if proposers else "")


@dataclass(frozen=True)
class Row:
    """One measure of the printed table (权力清单): its way of supervision and what each supervising role may do."""

    measure: MeasureRule
    way: str
    cells: tuple[str, ...]


def heads(measures: Mapping[str, MeasureRule]) -> tuple[Role, ...]:
    """The roles that have any power here, in the order of the house; all other roles have none."""
    return tuple(
        role for role in Role if any(power_of(role, measure) != NEVER for measure in measures.values())
    )


def table(measures: Mapping[str, MeasureRule]) -> tuple[Row, ...]:
    """The whole table in words, a row a measure and a cell a role of ``heads``."""
    roles = heads(measures)
    return tuple(
        Row(measure, WAYS[measure.mode], tuple(WORDS[power_of(role, measure)] for role in roles))
        for _code, measure in sorted(measures.items())
    )
