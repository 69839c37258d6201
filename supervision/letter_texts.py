"""What a letter says before anybody has edited it: its title, its words, its basis, drawn from the cited facts. Pure.

Every sentence names a fact with its date and the rule behind it. A letter asks for progress and procedure; no text here says
how a case should end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Fact = Mapping[str, Any]

#: What is wrong, by the kind of the first fact that is graver than the others, the gravest first.
MATTERS = (
    ("letter", "函件逾期未复"),
    ("overdue", "案件超过期限"),
    ("measure", "监督措施逾期未答复"),
    ("flag", "四类案件标识逾期未处理"),
    ("near", "案件临近审限"),
    ("measure_in_time", "监督措施答复"),
    ("supervised", "四类案件监督管理"),
    ("clock", "案件办理期限"),
)
WANTED = {
    "prompt": "请督促承办审判组织核实上列案件的办理进展，依法抓紧办理；确需延长、扣除的，及时办理审批手续",
    "report": "请对照上列情况逐项核查原因，研究改进措施，并将核查情况和整改结果",
    "urge": "请立即核实上列情况，说明超期或者未办理的原因，提出完成时间和责任人，并将办理情况",
    "warn": "请就上列情况作出书面说明，提出整改措施和完成时间，并将整改情况",
}
#: What a letter that urges asks for where nothing is late yet.
URGED_IN_TIME = "请立即核实上列情况，说明办理进展，提出完成时间和责任人，并将办理情况"
LATE = {"letter", "overdue", "measure", "flag"}
#: How the catalogues cite a law in short, and what it is called on official paper.
LAWS = {
    "民诉法": "《中华人民共和国民事诉讼法》",
    "行诉法": "《中华人民共和国行政诉讼法》",
    "刑诉法": "《中华人民共和国刑事诉讼法》",
    "海诉法": "《中华人民共和国海事诉讼特别程序法》",
    "民诉解释": "《最高人民法院关于适用〈中华人民共和国民事诉讼法〉的解释》",
    "行诉解释": "《最高人民法院关于适用〈中华人民共和国行政诉讼法〉的解释》",
    "刑诉解释": "《最高人民法院关于适用〈中华人民共和国刑事诉讼法〉的解释》",
    "国家赔偿法": "《中华人民共和国国家赔偿法》",
    "企业破产法": "《中华人民共和国企业破产法》",
    "行政强制法": "《中华人民共和国行政强制法》",
}
SHORT = re.compile(rf"(?<![\u4e00-\u9fff])({'|'.join(LAWS)})(\d+(?:、\d+)*)(?!\d|号)")
DOCUMENT = re.compile(r"((?:法释|法发|法)〔\d{4}〕\d+号)(\d+)(?!\d|号)")
LIMITS = "本函只就期限和流程提出要求，不涉及案件的实体处理；审判组织依法独立行使审判权。"


@dataclass(frozen=True)
class Text:
    """The parts of a letter that a person may edit before it is signed."""

    title: str
    body: str
    basis: str
    required: str


def drawn(kind: str, name: str, facts: Sequence[Fact], reply_days: int, today: date) -> Text:
    """The text of a letter of that kind (``name`` is what it is called) on these facts."""
    return Text(
        title=titled(name, facts),
        body=body_of(facts, today),
        basis=basis_of(facts),
        required=required_of(kind, facts, reply_days),
    )


def titled(name: str, facts: Sequence[Fact]) -> str:
    """«关于20件案件临近审限的提示函»."""
    marks = {fact["mark"] for fact in facts}
    matter = next((words for mark, words in MATTERS if mark in marks), "")
    if not matter:
        return f"关于有关情况的{name}"
    count = len({fact["case"] for fact in facts if fact.get("case")})
    return f"关于{f'{count}件' if count > 1 and matter.startswith('案件') else ''}{matter}的{name}"


def body_of(facts: Sequence[Fact], today: date) -> str:
    if not facts:
        return ""
    lines = [f"经核查，截至{in_words(today)}，有下列情况："]
    lines += [f"{place}. {fact['says']}" for place, fact in enumerate(facts, start=1)]
    return "\n".join(lines)


def required_of(kind: str, facts: Sequence[Fact], reply_days: int) -> str:
    """What is asked for, with the period for the answer in working days."""
    wanted = WANTED.get(kind, WANTED["report"])
    if kind == "urge" and facts and not any(fact["mark"] in LATE for fact in facts):
        wanted = URGED_IN_TIME
    joined = "，并将办理情况" if kind == "prompt" else ""
    return f"{wanted}{joined}于收到本函之日起{reply_days}个工作日内书面回复。\n{LIMITS}"


def in_words(day: date) -> str:
    """«2026年6月30日», as official papers write a day."""
    return f"{day.year}年{day.month}月{day.day}日"


def basis_of(facts: Sequence[Fact]) -> str:
    """Each rule the facts name, once, with where it stands."""
    cited = {fact["name"]: in_full(fact["basis"]) for fact in facts if fact.get("basis")}
    return "\n".join(f"{name}：{basis}；" for name, basis in cited.items()).removesuffix("；")


def in_full(basis: str) -> str:
    """«民诉法152; 法释〔2000〕29号8» as official papers cite it: 《中华人民共和国民事诉讼法》第152条；法释〔2000〕29号第8条."""
    said = SHORT.sub(lambda found: f"{LAWS[found[1]]}第{found[2]}条", basis)
    return DOCUMENT.sub(r"\1第\2条", said).replace("; ", "；")
