"""What a version of a rule says, as plain values: what an approval is pinned to, and how two of them differ in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from predicates.language import (
    All,
    AnyOf,
    Condition,
    Fact,
    Leaf,
    Misread,
    NoneOf,
    facts_of,
    read_condition,
)
from predicates.sentences import label_of, read_leaf, say_value

#: The fields whose change is another content: everything people read, approve and run.
SAID = (
    "name", "stage", "mode", "severity", "condition", "examples", "basis_kind", "basis", "local_approval", "note",
    "effective_from",
)  # fmt: skip
HEADS = {All: "全部满足：", AnyOf: "任一满足：", NoneOf: "均不满足："}
HITS, MISSES = "必中", "必不中"


def content_of(version: Any) -> dict[str, Any]:
    """The content of a version, with the code and category of its rule."""
    said = {name: getattr(version, name) for name in SAID}
    said["effective_from"] = str(version.effective_from or "")
    return said | {"code": version.rule.code, "category": version.rule.category}


def content_hash(version: Any) -> str:
    """The SHA-256 of the content: the same content gives the same hash, wherever its keys stood."""
    text = json.dumps(content_of(version), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


# --- in words, line by line --------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """One line of two versions laid side by side: ``same``, ``gone`` or ``new``."""

    mark: str
    text: str


def lines_of(
    version: Any, words: Mapping[str, Mapping[str, str]], facts: Mapping[str, Fact], parameters: Any
) -> list[str]:
    """A version as a list of sentences; ``words`` are the names of its choices, by field."""
    return [
        f"情形：{version.name}",
        f"阶段：{words['stage'].get(version.stage, version.stage)}",
        f"方式：{words['mode'].get(version.mode, version.mode)}",
        f"程度：{words['severity'].get(version.severity, version.severity)}",
        *tree_lines(version.condition, facts, parameters),
        f"依据：{version.basis or '（未填）'}",
        f"依据种类：{words['basis_kind'].get(version.basis_kind, version.basis_kind)}",
        *([f"本院规定批准：{version.local_approval}"] if version.local_approval else []),
        f"施行日：{version.effective_from or '（未定）'}",
        *([f"说明：{version.note}"] if version.note else []),
        *(said_example(example, facts) for example in version.examples),
    ]


def tree_lines(body: object, facts: Mapping[str, Fact], parameters: Any) -> list[str]:
    """A condition as indented lines, one leaf each; the plain text where it cannot be read any more."""
    try:
        return ["条件：", *_lines(read_condition(body, facts, parameters), facts, parameters, 1)]
    except Misread:
        return [f"条件：{json.dumps(body, ensure_ascii=False)}"]


def _lines(condition: Condition, facts: Mapping[str, Fact], parameters: Any, depth: int) -> Iterator[str]:
    indent = "　　" * depth
    if isinstance(condition, Leaf):
        yield indent + read_leaf(condition, facts, parameters)
        return
    yield indent + HEADS[type(condition)]
    for part in condition.parts:
        yield from _lines(part, facts, parameters, depth + 1)


def said_example(example: Mapping[str, Any], facts: Mapping[str, Fact]) -> str:
    """必中样例“原告十二人”：同一方人数 12人."""
    return (
        f"{HITS if example['hit'] else MISSES}样例“{example['name']}”：{said_facts(example['facts'], facts)}"
    )


def said_facts(known: Mapping[str, Any], facts: Mapping[str, Fact]) -> str:
    """What is known of a case, in words."""
    said = [
        f"{label_of(facts[name])} {say_value(facts[name], value)}" if name in facts else f"{name} {value}"
        for name, value in known.items()
    ]
    return "；".join(said) or "没有数据"


def differences(before: list[str], after: list[str]) -> list[Line]:
    """Both versions as one list of lines, what is gone before what is new."""
    found: list[Line] = []
    for what, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            found += [Line("same", text) for text in before[start:end]]
        else:
            found += [Line("gone", text) for text in before[start:end]]
            found += [Line("new", text) for text in after[first:last]]
    return found


def trimmed(example: Mapping[str, Any], condition: Condition) -> dict[str, Any]:
    """An example taken from a case keeps what the rule reads and nothing else of that case."""
    if not example.get("case"):
        return dict(example)
    read = facts_of(condition)
    return {**example, "facts": {name: value for name, value in example["facts"].items() if name in read}}
