"""A search report as its pages need it: on paper for this reader, with its items, its hits and their grades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from courts.models import User
from precedents.fact_lines import shown
from precedents.forms import HitForm, WordsForm
from precedents.models import Document, Grade, Report
from precedents.report_checks import Item, items_of
from precedents.report_paper import Facts, ReportPaper, report_paper
from precedents.reports import ORDER, OURS, WRITTEN, Written, content_of, readable
from precedents.search import LEVELS
from precedents.weighing import elements

RESULTS = dict(Document.RESULTS)
SOURCES = {code: dict(Document.SOURCES)[code] for code in ORDER}


@dataclass(frozen=True)
class HitShown:
    """A hit with the words of its codes, its form while the report is a draft, and the reader's own grade."""

    hit: dict[str, Any]
    source: str
    result: str
    pairs: tuple[tuple[str, str], ...]
    form: HitForm | None
    grade: int | None


def paper_of(report: Report, user: User, seen: set[int] | None = None) -> ReportPaper:
    """The report on paper for this reader."""
    about = Facts(
        court=str(report.case.court), number=report.case.number, cause=report.case.cause, place=report.number,
        made_by=str(report.made_by), made_at=written(report.made_at), finished_at=written(report.finished_at),
        digest=report.digest, finished=report.state == "finished",
    )  # fmt: skip
    return report_paper(
        about=about, query=report.query, hits=report.hits, issue=report.issue, opinion=report.opinion,
        share=report.conflict_share, readable=readable(report, user) if seen is None else seen, sources=SOURCES,
        results=RESULTS, method=method_of(report.query),
    )  # fmt: skip


def written(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def method_of(query: dict[str, Any]) -> str:
    """How it was searched: the words, the elements, what the judgments had to be."""
    known = elements()
    facts = "、".join(
        f"{known[key].name if key in known else key}：{shown(value, known.get(key))}"
        for key, value in sorted(query.get("facts", {}).items())
    )
    told = {
        "检索用词": query.get("text", ""), "案件要素": facts, "案由": query.get("cause", ""),
        "法院层级": LEVELS.get(query.get("level", ""), ""), "裁判日期自": query.get("since", ""),
        "裁判日期至": query.get("until", ""), "范围": "已生效" if query.get("effective") else "",
    }  # fmt: skip
    return "\n".join(f"{name}：{text}" for name, text in told.items() if text)


def items_for(report: Report) -> list[Item]:
    return items_of(content_of(report))


def hits_for(
    report: Report, user: User, paper: ReportPaper, seen: set[int], *, writes: bool, posted: Any = None
) -> list[HitShown]:
    """The hits this reader may know of, in the order of the report, which is that of the paper."""
    shown_hits = [hit for hit in report.hits if hit["document"] in seen]
    grades = dict(Grade.objects.filter(report=report, by=user).values_list("document", "grade"))
    return [
        HitShown(
            hit=hit,
            source=SOURCES[hit["source"]],
            result=RESULTS.get(hit["result"], ""),
            pairs=section.pairs,
            form=form_of(hit, posted) if writes else None,
            grade=grades.get(hit["document"]),
        )
        for hit, section in zip(shown_hits, paper.sections, strict=True)
    ]


def form_of(hit: dict[str, Any], posted: Any) -> HitForm:
    first = {name: hit[name] for name in WRITTEN}
    return HitForm(posted, prefix=f"hit{hit['document']}", initial=first)


def words_form(report: Report, posted: Any = None) -> WordsForm:
    first = {
        "issue": report.issue,
        "opinion": report.opinion,
        "platforms": report.query.get("platforms", OURS),
        "proposed": report.query.get("proposed", ""),
    }
    return WordsForm(posted, initial=first)


def written_in(words: WordsForm, hits: list[HitShown]) -> Written:
    """What the forms say, once all of them are in order."""
    said = {shown.hit["document"]: shown.form.cleaned_data for shown in hits if shown.form is not None}
    return Written(hits=said, **words.cleaned_data)
