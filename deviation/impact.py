"""The draft of a personal information protection impact assessment (个人信息保护影响评估底稿) from a model card. Pure.

It fills in what the card knows and leaves the rest as a question: assessing and deciding is for people (个人信息保护法
第五十五条、第五十六条).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

TO_FILL = "（请填写）"


@dataclass(frozen=True)
class Section:
    """A heading with its paragraphs and, perhaps, a table: its first row names the columns."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Paper:
    title: str
    sections: tuple[Section, ...]


def assessment_of(
    *, court: str, name: str, run: Mapping[str, Any], card: Mapping[str, Any], day: date
) -> Paper:
    """The draft for one model, as its card stands on that day."""
    return Paper(
        f"个人信息保护影响评估底稿：办案偏离度（{name}）",
        (
            _about(court, name, run, day),
            _purpose(card),
            _data(card),
            _excluded(card),
            _quality(card),
            _risks(card),
            _measures(),
            _conclusion(),
        ),
    )


def _about(court: str, name: str, run: Mapping[str, Any], day: date) -> Section:
    return Section(
        "一、基本情况",
        (
            f"个人信息处理者：{court}。评估日期：{day:%Y年%-m月%-d日}。评估人：{TO_FILL}。",
            f"模型：{name}，用 {run['from']} 至 {run['to']} 结案的 {run['n']:,} 项裁判结果训练，摘要 {run['digest']}。",
            "依据：个人信息保护法第二十四条（自动化决策）、第五十五条、第五十六条。",
        ),
    )


def _purpose(card: Mapping[str, Any]) -> Section:
    return Section(
        "二、处理目的、处理方式是否合法、正当、必要",
        (
            "目的：把拟判或者已作出的裁判结果与可比案件对照，差异较大的先告知承办法官本人，由其说明；不建议量刑，不评价个人，不排名。",
            "方式：只告知承办法官；期满后仍然存在的，才向有监督职责的人员公开，并可以提出异议。任何结果都由人决定，系统不自动作出对个人权益有影响的决定。",
            f"口径说明：{card['note']}" if card["note"] else f"口径说明：{TO_FILL}",
            f"必要性（不处理是否也能达到目的）：{TO_FILL}",
        ),
    )


def _data(card: Mapping[str, Any]) -> Section:
    return Section(
        "三、处理的个人信息",
        (
            "来源：本院及下级法院已结案件的要素和裁判结果；封存案件不参与训练。",
            f"所用要素：{'、'.join(card['features'])}。",
            f"保存期限：{TO_FILL}　敏感个人信息的处理依据：{TO_FILL}",
        ),
    )


def _excluded(card: Mapping[str, Any]) -> Section:
    rows = tuple(
        (one["name"], "受保护属性" if one["protected"] else "可能间接替代", one["why"])
        for one in card["excluded"]
    )
    return Section(
        "四、不作要素的个人信息",
        ("下列各项不进入估计，只用于检查各组之间的差异；姓名、律师、承办人、当事人住址和地区一律不取。",),
        (("项目", "性质", "理由"), *rows),
    )


def _quality(card: Mapping[str, Any]) -> Section:
    rows = [
        (
            one["stratum"],
            str(one["n"]),
            one["coverage90_said"],
            _number(one["mae"]),
            _number(one["baseline_mae"]),
        )
        for one in [{"stratum": "合计", **card["held_out"]}, *card["strata"]]
    ]
    return Section(
        "五、结果的准确程度",
        (
            f"按时间先后检验：用较早的案件训练，在 {card['held_out']['from']} 至 {card['held_out']['to']} 的案件上核对。",
            f"不评价的比例：{card['held_out']['abstained_share']}。法院之间差异占剩余差异的约 {card['courts']}。",
        ),
        (("类别", "件数", "90%区间实际覆盖率", f"平均误差（{card['unit']}）", "只用同类中位数的误差"), *rows),
    )


def _risks(card: Mapping[str, Any]) -> Section:
    return Section(
        "六、对个人权益的影响及安全风险",
        (
            "对当事人：提示不改变裁判，只要求说明；误报会使法官为合理的裁判多作一次说明。",
            "对法官：先告本人，期满前他人不可见；不形成个人评分，不用于考核。",
            f"受保护属性各组之间的差异：见“公平性”页面。核对结论：{TO_FILL}",
            f"类别停止评价：{'、'.join(card['stopped']) or '无'}。泄露、滥用的风险：{TO_FILL}",
        ),
    )


def _measures() -> Section:
    return Section(
        "七、所采取的保护措施是否合法、有效并与风险程度相适应",
        (
            "双人：发起训练和启用由不同的人办理，全程留痕。",
            "自停：数据过期、区间覆盖率越界、要素分布变化或者异议多数成立的，停止评价并说明。",
            "可异议：承办法官可以提出异议，由他人在期限内书面决定；成立的撤回提示，并计入该类案件。",
            f"访问控制、脱敏和保存的其他措施：{TO_FILL}",
        ),
    )


def _conclusion() -> Section:
    return Section("八、评估结论", (TO_FILL, f"评估人：{TO_FILL}　审批人：{TO_FILL}　日期：{TO_FILL}"))


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:,.2f}"


def as_lines(paper: Paper) -> Sequence[str]:
    """The paper as plain lines, for reading and testing."""
    lines = [paper.title]
    for section in paper.sections:
        lines += [section.heading, *section.paragraphs, *(" | ".join(row) for row in section.rows)]
    return lines
