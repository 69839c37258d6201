"""A search report on similar cases on paper (类案检索报告): what the page prints and the DOCX holds, part by part. Pure.

The items are those of 法发〔2020〕24号 八. What the reader may not know of is left out and said to be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.numbers import normalize
from precedents.report_checks import NEEDS_REASON, VERDICTS, share_that_differs

TITLE = "类案检索报告"
BASIS = (
    "依据《最高人民法院关于统一法律适用加强类案检索的指导意见(试行)》(法发〔2020〕24号)制作，随案归档备查。"
)
NEUTRAL = "本报告只载明检索的经过和制作人的说明，不代替审判组织对案件的判断。"
WITHHELD = "（涉及您无权查看的案件，不予显示）"
HEADS = ("序号", "来源", "案号或者编号", "法院", "裁判日期", "处理结果", "是否类案")
SHORT = {"follow": "类案，参照或者参考", "differ": "类案，不参照", "unlike": "不属于类案", "": "尚未认定"}
Row = tuple[str, ...]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Section:
    """One judgment found: its heading, and what is said of it under labels."""

    heading: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class ReportPaper:
    """The report from top to bottom."""

    title: str
    subject: str
    draft: str
    basics: tuple[Pair, ...]
    rows: tuple[Row, ...]
    sections: tuple[Section, ...]
    closing: tuple[Pair, ...]
    foot: tuple[str, ...]
    heads: Row = HEADS


@dataclass(frozen=True)
class Facts:
    """What of a report is no hit and no text of its writer, in words."""

    court: str
    number: str
    cause: str
    place: int
    made_by: str
    made_at: str
    finished_at: str
    digest: str
    finished: bool


def report_paper(
    *,
    about: Facts,
    query: Mapping[str, Any],
    hits: Sequence[Mapping[str, Any]],
    issue: str,
    opinion: str,
    share: float | None,
    readable: Collection[int],
    sources: Mapping[str, str],
    results: Mapping[str, str],
    method: str,
) -> ReportPaper:
    """The report for somebody who may know of the ``readable`` judgments."""
    shown = [hit for hit in hits if hit["document"] in readable]
    withheld = [hit for hit in hits if hit["document"] not in readable]
    hidden = [name for hit in withheld for name in (hit["number"], hit["title"])]
    told = share_that_differs(shown, query.get("proposed", "")) if withheld else share
    return ReportPaper(
        title=TITLE,
        subject=f"{about.number}　{about.cause}　第{about.place}份",
        draft="" if about.finished else "草稿，未完成",
        basics=(
            ("检索主体", f"{about.court}　{about.made_by}"),
            ("检索时间", about.made_at),
            ("检索平台", query.get("platforms", "")),
            ("检索范围", scope(query, sources)),
            ("检索方法", method),
            ("检索结果", outcome(hits, len(withheld))),
            ("本案争议焦点", veiled(issue, hidden)),
        ),
        rows=tuple(row_of(hit, sources, results) for hit in shown),
        sections=tuple(section_of(hit, sources, hidden) for hit in shown),
        closing=(("检索结果的运用情况", veiled(opinion, hidden)), *counted(shown, told)),
        foot=(BASIS, NEUTRAL, *([f"完成时间：{about.finished_at}", f"内容摘要：{about.digest}"] if about.finished else [])),
    )  # fmt: skip


def veiled(text: str, hidden: Sequence[str]) -> str:
    """The text without its paragraphs that name, however written, what the reader may not know of."""
    names = [bare(name) for name in hidden if bare(name)]
    lines = [WITHHELD if speaks_of(line, names) else line for line in text.splitlines()]
    kept = "\n".join(dict.fromkeys(lines)) if names else text
    # A number broken over two lines stands in neither of them.
    return WITHHELD if speaks_of(kept.replace(WITHHELD, "。"), names) else kept


def bare(name: str) -> str:
    """A number or title as it is compared: in one way of writing, without brackets."""
    return normalize(name).replace("（", "").replace("）", "")


def speaks_of(text: str, names: Sequence[str]) -> bool:
    written = bare(text)
    return any(name in written for name in names)


def scope(query: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    """What was searched, and how many judgments of each source there were."""
    held: Mapping[str, int] = query.get("collection", {})
    chosen = query.get("sources") or list(sources)
    return "；".join(f"{sources[code]} {held.get(code, 0)} 件" for code in sources if code in chosen)


def outcome(hits: Sequence[Mapping[str, Any]], hidden: int) -> str:
    alike = sum(hit["verdict"] in ("follow", "differ") for hit in hits)
    said = f"检索到 {len(hits)} 件，认定属于类案 {alike} 件" if hits else "未检索到类案"
    return said + (f"；其中 {hidden} 件您无权查看，不予显示" if hidden else "")


def row_of(hit: Mapping[str, Any], sources: Mapping[str, str], results: Mapping[str, str]) -> Row:
    return (
        str(hit["place"]), sources[hit["source"]], hit["number"], hit["court"] or "—", hit["decided_on"] or "—",
        results.get(hit["result"], "") or "—", SHORT[hit["verdict"]],
    )  # fmt: skip


def section_of(hit: Mapping[str, Any], sources: Mapping[str, str], hidden: Sequence[str]) -> Section:
    heading = f"{hit['place']}. {sources[hit['source']]}　{hit['number']}　{hit['title']}".rstrip("　")
    return Section(heading, tuple((name, veiled(text, hidden)) for name, text in said_of(hit) if text))


def said_of(hit: Mapping[str, Any]) -> Iterator[Pair]:
    yield "裁判要旨", hit["holding"]
    yield "争议焦点", hit["issue"]
    yield "检索到的理由", "；".join(hit["because"])
    yield "与本案的不同", hit["differences"]
    yield "是否参照", dict(VERDICTS).get(hit["verdict"], "")
    yield "不参照的理由" if hit["verdict"] in NEEDS_REASON else "理由", hit["reason"]


def counted(hits: Sequence[Mapping[str, Any]], share: float | None) -> Iterator[Pair]:
    """How many effective judgments of this court and those above it were counted, and how many were decided otherwise."""
    near = [hit for hit in hits if hit.get("counts")]
    if near:
        known = sum(bool(hit["result"]) for hit in near)
        told = f"近年本院和上级法院生效类案 {len(near)} 件"
        if share is not None:
            told += f"，其中载明处理结果的 {known} 件，与本案拟处理结果不同的 {round(share * known)} 件"
        yield "生效类案", told
