"""Examples kept with a rule (样例): facts it must hit and facts it must miss, answered anew at every edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import trail
from cases.models import Case
from courts.models import User
from predicates.language import Misread, check_value, compile_condition, facts_of
from supervision.facts import facts_of as facts_of_case
from supervision.models import RuleVersion
from supervision.rule_content import trimmed
from supervision.rule_drafts import rewrite
from supervision.rule_guard import OPEN, locked, refuse, refuse_unless_editor
from supervision.rulebook import condition_of, facts, parameters_of

ADD, DROP = "supervision.add_rule_example", "supervision.drop_rule_example"
MOST = 60


@dataclass(frozen=True)
class ExampleResult:
    """One example and what the rule says of it; ``got`` None where the rule cannot be read."""

    place: int
    name: str
    facts: Mapping[str, Any]
    hit: bool
    case: str
    got: bool | None

    @property
    def passes(self) -> bool:
        return self.got is self.hit


def run_examples(version: RuleVersion) -> list[ExampleResult]:
    """Every example answered by the condition as it stands, under the parameters of the rule's court."""
    try:
        holds = compile_condition(condition_of(version), parameters_of(version.rule.court_id))
    except Misread:
        return [_result(place, example, None) for place, example in enumerate(version.examples)]
    return [
        _result(place, example, holds(example["facts"])) for place, example in enumerate(version.examples)
    ]


def _result(place: int, example: Mapping[str, Any], got: bool | None) -> ExampleResult:
    return ExampleResult(
        place, example["name"], example["facts"], example["hit"], example.get("case", ""), got
    )


@transaction.atomic
def add_example(
    *,
    version: RuleVersion,
    hit: bool,
    by: User,
    at: datetime,
    name: str = "",
    case: Case | None = None,
    facts: Mapping[str, Any] | None = None,
) -> RuleVersion:
    """Keep a real case, or facts made up by hand, as an example. It carries what the rule reads and nothing else."""
    refuse_unless_editor(by, version.rule, ADD, on=version)
    version = locked(version)
    if version.status not in OPEN:
        refuse("这一版已经定稿，请先起草新版，再添加样例。", ADD, on=version, by=by)
    example = _from_case(version, case, by) if case else {"facts": dict(facts or {}), "case": ""}
    example |= {"name": name.strip() or _named(example, hit), "hit": bool(hit)}
    if problem := _problem(version, example):
        refuse(problem, ADD, on=version, by=by)
    read = facts_asked(version)
    example["facts"] = {name: value for name, value in example["facts"].items() if name in read}
    if any({**one, "name": ""} == {**example, "name": ""} for one in version.examples):
        return version
    before = len(version.examples)
    rewrite(version, {"examples": [*version.examples, example]}, by=by, at=at)
    after = {"examples": len(version.examples), "hash": version.content_hash}
    trail.record(
        ADD, on=version, by=by, at=at, because=example["name"], before={"examples": before}, after=after
    )
    return version


@transaction.atomic
def drop_example(*, version: RuleVersion, place: int, by: User, at: datetime) -> RuleVersion:
    """Take an example away by its place in the list."""
    refuse_unless_editor(by, version.rule, DROP, on=version)
    version = locked(version)
    if version.status not in OPEN:
        refuse("这一版已经定稿，样例随规则保存，不能删除。", DROP, on=version, by=by)
    if not 0 <= place < len(version.examples):
        refuse("没有找到这一样例，可能已被他人删除，请刷新页面。", DROP, on=version, by=by)
    gone = version.examples[place]
    kept = [*version.examples[:place], *version.examples[place + 1 :]]
    rewrite(version, {"examples": kept}, by=by, at=at)
    trail.record(DROP, on=version, by=by, at=at, because=gone["name"], after={"hash": version.content_hash})
    return version


def _from_case(version: RuleVersion, case: Case, by: User) -> dict[str, Any]:
    """What the rule reads of a case the editor may see; never of a sealed one, and never for a secret rule."""
    if version.secret:
        refuse("本规则涉密，样例只能手工填写，不能取自真实案件。", ADD, on=version, by=by)
    found = Case.objects.visible_to(by).filter(pk=case.pk, sealed="").first()
    if found is None:
        raise trail.Refused("没有找到可以取作样例的案件。", act=ADD, on=version, by=by, status=404)
    known = {name: value for name, value in facts_of_case(found.pk).items() if value is not None}
    example = {"facts": known, "case": found.number, "name": "", "hit": True}
    return trimmed(example, condition_of(version))


def _named(example: Mapping[str, Any], hit: bool) -> str:
    return f"{'真实案件' if example['case'] else '手工样例'}（{'必中' if hit else '必不中'}）"


def _problem(version: RuleVersion, example: Mapping[str, Any]) -> str | None:
    if len(version.examples) >= MOST:
        return f"一条规则至多 {MOST} 个样例，请先删去重复的。"
    if len(example["name"]) > 80:
        return "样例名称不超过 80 字，请简述。"
    for name, value in example["facts"].items():
        if name not in facts():
            return f"没有“{name}”这一事实，请从规则所读的事实中选择。"
        try:
            check_value(facts()[name], value)
        except Misread as wrong:
            return f"{facts()[name].label}：{wrong.problems[0].chinese}"
    return None


def facts_asked(version: RuleVersion) -> tuple[str, ...]:
    """The facts the version reads, in the order of the catalogue; none where it cannot be read."""
    try:
        read = facts_of(condition_of(version))
    except Misread:
        return ()
    return tuple(name for name in facts() if name in read)
