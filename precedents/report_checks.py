"""What a report on similar cases must hold (法发〔2020〕24号 七、八、九), item by item. Pure: the report as plain values in.

Completeness is all that is checked: whether a case is alike and whether it is followed is for the panel to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

#: What a hit was found to be. A guiding case that is alike is followed (参照), another may be drawn on (参考).
VERDICTS = (
    ("follow", "属于类案，参照或者参考"),
    ("differ", "属于类案，不参照"),
    ("unlike", "不属于类案"),
)
ALIKE = frozenset({"follow", "differ"})
NEEDS_REASON = frozenset({"differ", "unlike"})
MUST_SEARCH = {"guiding": "指导性案例", "library": "人民法院案例库"}
Hit = Mapping[str, Any]


@dataclass(frozen=True)
class Content:
    """A report as it is checked; ``hits`` in the order of the report."""

    platforms: str = ""
    asked: str = ""
    sources: Sequence[str] = ()
    hits: Sequence[Hit] = ()
    issue: str = ""
    opinion: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """One item of the report, and what of it is missing; nothing is, where ``problem`` is empty."""

    name: str
    problem: str = ""

    @property
    def done(self) -> bool:
        return not self.problem


def items_of(content: Content) -> list[Item]:
    """Every item the report must hold, in the order of the opinion."""
    return [
        Item("检索主体"),
        Item("检索时间"),
        Item("检索平台", "" if content.platforms.strip() else "请写明在哪些平台检索"),
        Item("检索范围", scope_problem(content.sources)),
        Item("检索方法", "" if content.asked.strip() else "请写明检索用词或者要素"),
        Item("检索结果", listed("尚未逐件认定", [hit for hit in content.hits if not hit.get("verdict")])),
        Item("裁判要点", listed("未写裁判要点", [hit for hit in alike(content.hits) if not said(hit, "holding")])),
        Item("争议焦点", "" if content.issue.strip() else "请写明本案争议焦点"),
        Item("与本案的异同", listed("未写与本案的不同", [hit for hit in alike(content.hits) if not said(hit, "differences")])),
        Item("是否参照", listed("未写理由", [hit for hit in content.hits if lacks_reason(hit)])),
        Item("运用情况", "" if content.opinion.strip() else "请说明检索结果的运用情况"),
    ]  # fmt: skip


def missing(content: Content) -> list[Item]:
    return [item for item in items_of(content) if not item.done]


def scope_problem(sources: Sequence[str]) -> str:
    """Guiding cases and the library of the people's courts are always searched."""
    left_out = [name for code, name in MUST_SEARCH.items() if sources and code not in sources]
    return f"检索范围未包含{'、'.join(left_out)}" if left_out else ""


def alike(hits: Sequence[Hit]) -> Iterator[Hit]:
    return (hit for hit in hits if hit.get("verdict") in ALIKE)


def said(hit: Hit, name: str) -> bool:
    return bool(str(hit.get(name, "")).strip())


def lacks_reason(hit: Hit) -> bool:
    return hit.get("verdict") in NEEDS_REASON and not said(hit, "reason")


def listed(problem: str, hits: Sequence[Hit]) -> str:
    """The problem with the places in the report of the hits that have it."""
    places = "、".join(str(hit["place"]) for hit in hits)
    return f"第{places}件{problem}" if hits else ""


# --- what follows for the rules ------------------------------------------------------------------------------
def is_counted(hit: Hit, *, courts: frozenset[str], since: date, until: date) -> bool:
    """Whether it is an effective judgment on a like case, of this court or one above it, within the window."""
    day = date.fromisoformat(hit["effective_on"]) if hit.get("effective_on") else None
    near = hit["source"] == "superior" or hit["court"] in courts
    return hit.get("verdict") in ALIKE and near and day is not None and since <= day <= until


def share_that_differs(hits: Sequence[Hit], proposed: str) -> float | None:
    """The share of the counted judgments decided otherwise than is proposed; None where that is not known."""
    known = [str(hit["result"]) for hit in hits if hit.get("counts") and hit["result"]]
    if not proposed or not known:
        return None
    return sum(result != proposed for result in known) / len(known)
