"""The rows of the sentence editor (规则编辑行) as a page shows them: every choice, and why one cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from catalogues.supervision_fields import PARAMETER_UNITS
from predicates.language import Condition, Fact, Misread, read_condition
from predicates.operators import NO_VALUE, NUMBERS, ONE_VALUE, OPERATORS, SEVERAL
from supervision.models.rules import STAGES
from supervision.rule_rows import BETWEEN, GROUPS, LEAF, MOST_DEPTH, SCALES, Built, Row, built, typed
from supervision.rulebook import facts
from supervision.workshop import told_parameters

#: What one usually means by a fact of each type.
USUAL = {
    "bool": "is_true", "list": "contains_any", "enum": "in", "str": "in", "int": "gte", "float": "gte", "money": "gte",
}  # fmt: skip
TYPES = {
    "enum": "选项", "str": "文字", "list": "多项", "int": "整数", "float": "小数", "money": "金额", "bool": "是否",
}  # fmt: skip
ORDER = ("filing", "trial", "closing")
SECRET = "涉密，须先勾选“可选涉密事实”"
Known = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Choice:
    """One entry of a list; ``why`` says why it cannot be chosen, "" when it can."""

    value: str
    label: str
    chosen: bool = False
    why: str = ""


@dataclass(frozen=True)
class RowShown:
    """One row with everything a page needs to draw it."""

    row: Row
    kinds: list[Choice] = field(default_factory=list)
    facts: list[tuple[str, list[Choice]]] = field(default_factory=list)
    ops: list[Choice] = field(default_factory=list)
    widget: str = ""  # none | one | many | number | money | text
    values: list[Choice] = field(default_factory=list)
    parameters: list[Choice] = field(default_factory=list)
    scales: list[Choice] = field(default_factory=list)
    unit: str = ""
    meaning: str = ""
    known: str = ""
    hint: str = ""
    problems: list[str] = field(default_factory=list)
    focus: bool = False
    may_nest: bool = False
    place: int = 0

    @property
    def inset(self) -> int:
        return min(self.row.depth, 5)


@dataclass(frozen=True)
class Reading:
    """What the rows say: the condition, or what is wrong at which row."""

    condition: Condition | None
    body: dict[str, Any]
    problems: Mapping[str, list[str]]


def read_rows(rows: Sequence[Row], parameters: Mapping[str, Any], *, allow_secret: bool) -> Reading:
    """Read the rows as a condition; every fault is said at the row it belongs to."""
    made = built(rows, facts())
    for row in rows:
        if row.fact in facts() and facts()[row.fact].secret and not allow_secret:
            made.problems.setdefault(row.id, []).append(
                f"“{facts()[row.fact].label}”{SECRET}；选用后本规则及其标识即为涉密。"
            )
    condition = None if made.problems else _read(made, parameters)
    return Reading(condition, made.body, made.problems)


def _read(made: Built, parameters: Mapping[str, Any]) -> Condition | None:
    try:
        return read_condition(made.body, facts(), parameters)
    except Misread as wrong:
        for problem in wrong.problems:
            made.blame(problem.path, problem.chinese)
        return None


def settled(rows: Sequence[Row]) -> list[Row]:
    """The rows after a choice: an operator that does not fit the fact any more gives way, values follow its shape."""
    return [_settled(row) if row.kind == LEAF and row.fact in facts() else row for row in rows]


def _settled(row: Row) -> Row:
    fact = facts()[row.fact]
    if row.op not in OPERATORS or fact.type not in OPERATORS[row.op].types:
        row = replace(row, op=USUAL[fact.type])
    several = OPERATORS[row.op].shape == SEVERAL
    if several and fact.choices and not row.values and row.value:
        return replace(row, values=(row.value,))
    if not several and not row.value and len(row.values) == 1:
        return replace(row, value=row.values[0])
    return row


# --- drawing -------------------------------------------------------------------------------------------------
def shown_rows(
    rows: Sequence[Row],
    problems: Mapping[str, list[str]],
    *,
    stage: str,
    known: Known,
    parameters: Mapping[str, Any],
    allow_secret: bool,
    focus: str = "",
) -> list[RowShown]:
    found = []
    for place, row in enumerate(rows):
        said = problems.get(row.id, [])
        if row.is_group:
            kinds = [Choice(kind, label, kind == row.kind) for kind, label in GROUPS.items()]
            shown = RowShown(
                row, kinds=kinds, problems=said, may_nest=row.depth + 1 < MOST_DEPTH, place=place
            )
        else:
            shown = _leaf(row, said, stage, known, parameters, allow_secret)
        found.append(replace(shown, focus=row.id == focus, place=place))
    return found


def _leaf(
    row: Row, problems: list[str], stage: str, known: Known, parameters: Mapping[str, Any], allow_secret: bool
) -> RowShown:
    listed = fact_choices(row.fact, stage, known, allow_secret)
    fact = facts().get(row.fact)
    if fact is None:
        return RowShown(row, facts=listed, problems=problems)
    widget = widget_of(fact, row.op)
    return RowShown(
        row,
        facts=listed,
        ops=op_choices(row.op, fact),
        widget=widget,
        values=value_choices(row, fact, widget),
        parameters=parameter_choices(row, fact, parameters) if widget in ("number", "money") else [],
        scales=[Choice(value, label, value == row.scale) for value, label in SCALES]
        if widget == "money"
        else [],
        unit=fact.unit,
        meaning=fact.meaning,
        known=said_known(fact, known),
        hint=too_late(fact, stage),
        problems=problems,
    )


def fact_choices(chosen: str, stage: str, known: Known, allow_secret: bool) -> list[tuple[str, list[Choice]]]:
    """Every fact by the stage at which it is first known; one that cannot be read says why."""
    order = [code for code, _ in STAGES]
    listed = sorted(facts().values(), key=lambda fact: order.index(fact.stage))
    found = []
    for code, some in groupby(listed, key=lambda fact: fact.stage):
        choices = [
            Choice(
                fact.name, label_with_share(fact, known), fact.name == chosen,
                "" if fact.name == chosen else why_not(fact, stage, allow_secret),
            )
            for fact in some
        ]  # fmt: skip
        found.append((f"{dict(STAGES)[code]}可知", choices))
    return found


def why_not(fact: Fact, stage: str, allow_secret: bool) -> str:
    """Why a fact cannot be chosen in a rule of this stage, "" when it can."""
    if fact.secret and not allow_secret:
        return SECRET
    return too_late(fact, stage)


def too_late(fact: Fact, stage: str) -> str:
    if stage in ORDER and fact.stage in ORDER and ORDER.index(fact.stage) > ORDER.index(stage):
        return f"{dict(STAGES)[stage]}阶段尚无此事实"
    return ""


def label_with_share(fact: Fact, known: Known) -> str:
    unit = f"（{fact.unit}）" if fact.unit else ""
    some, every = known.get(fact.name, (0, 0))
    if fact.secret or not every:
        return f"{fact.label}{unit}"
    return f"{fact.label}{unit} · 有记录 {share(some, every)}"


def share(some: int, every: int) -> str:
    """Never 100 % or 0 % unless it is all or none."""
    if some in (0, every):
        return "100%" if some else "0%"
    return f"{min(max(round(100 * some / every), 1), 99)}%"


def said_known(fact: Fact, known: Known) -> str:
    """How complete the fact is in the data, of open cases."""
    if fact.secret:
        return "涉密事实，不显示数据情况"
    some, every = known.get(fact.name, (0, 0))
    if not every:
        return "暂无案件数据"
    return f"未结案件中 {share(some, every)} 有记录（{some} / {every} 件）；没有记录的不会命中"


def op_choices(chosen: str, fact: Fact) -> list[Choice]:
    return [
        Choice(
            name, op_label(name), name == chosen,
            "" if fact.type in operator.types else f"不适用于“{TYPES[fact.type]}”类事实",
        )
        for name, operator in OPERATORS.items()
    ]  # fmt: skip


def op_label(name: str) -> str:
    operator = OPERATORS[name]
    return operator.words.format("下列之一" if operator.shape == SEVERAL else "…")


def widget_of(fact: Fact, op: str) -> str:
    operator = OPERATORS.get(op)
    if operator is None or operator.shape == NO_VALUE:
        return "none"
    if fact.choices:
        return "many" if operator.shape == SEVERAL else "one"
    if fact.type == "bool":
        return "one"
    if fact.type in NUMBERS and operator.shape == ONE_VALUE:
        return "money" if fact.type == "money" else "number"
    return "text"


def value_choices(row: Row, fact: Fact, widget: str) -> list[Choice]:
    listed = fact.choices or (("yes", "是"), ("no", "否"))
    if widget == "many":
        return [Choice(code, label, code in row.values) for code, label in listed]
    return [Choice(code, label, code == row.value) for code, label in listed] if widget == "one" else []


def parameter_choices(row: Row, fact: Fact, parameters: Mapping[str, Any]) -> list[Choice]:
    """The numbers a court may set, in place of one written into the rule."""
    found = []
    for code, value in parameters.items():
        told = told_parameters().get(code)
        unit = PARAMETER_UNITS.get(told.unit, "") if told else ""
        found.append(
            Choice(
                code,
                f"{told.name if told else code}（现为 {value}{unit}）",
                code == row.parameter,
                unfit(fact, value, unit),
            )
        )
    return sorted(found, key=lambda choice: bool(choice.why))


def unfit(fact: Fact, value: Any, unit: str) -> str:
    if fact.type == "int" and not isinstance(value, int):
        return "不是整数"
    if fact.unit and unit and fact.unit != unit:
        return f"单位为{unit}，不是{fact.unit}"
    return ""


# --- facts typed into a form of examples ----------------------------------------------------------------------
def typed_fact(fact: Fact, given: Any) -> tuple[Any, str]:
    """What was typed for a fact of an example: its value (None: not known), or why it is none."""
    if fact.choices and fact.type == "list":
        return (list(given) or None), ""
    if given in ("", None):
        return None, ""
    if fact.type == "list":
        return [one for one in BETWEEN.split(given) if one], ""
    return typed(given, fact)
