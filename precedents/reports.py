"""Search reports on similar cases (类案检索报告): drafted from a search, worked through hit by hit, finished and frozen.

Who sits on the case or assists writes it; who sees the case reads it once it is finished. What a report must hold is in
``report_checks``. Nothing here says how to decide.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from audit import trail
from cases.guard import is_visible, locked, sits_on
from cases.models import Case, Change
from cases.periods import add_months
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from precedents.models import Document, Report
from precedents.report_checks import Content, is_counted, missing, share_that_differs
from precedents.search import Found, Question, find, open_documents

DRAFT, AGAIN = "precedents.draft_report", "precedents.repeat_search"
SAVE, FINISH = "precedents.save_report", "precedents.finish_report"
NOT_YOURS = "类案检索报告由本案审判组织成员和法官助理制作。"
FINISHED = "报告已经完成，不再修改；需要补充的，请另作一份。"
OURS = "明镜类案库"
MOST_HITS = 20
#: The order in which sources are asked for (法发〔2020〕24号四): guiding cases first.
ORDER = ("guiding", "library", "superior", "own", "other")
WRITTEN = ("verdict", "reason", "differences", "holding")


@dataclass(frozen=True)
class Written:
    """What the writer says beside the search: of every hit by its document, and of the whole."""

    hits: Mapping[int, Mapping[str, str]]
    issue: str = ""
    opinion: str = ""
    platforms: str = OURS
    proposed: str = ""


def may_write(user: User, case: Case) -> bool:
    return user.may(Permission.SEARCH_PRECEDENTS) and sits_on(user, case) and is_visible(case, user)


def reports_for(user: User) -> QuerySet[Report]:
    """The finished reports of the cases this person sees, and the drafts of those they sit on."""
    seen = Report.objects.visible_to(user).select_related("case__court", "made_by")
    if not user.may(Permission.SEARCH_PRECEDENTS):
        return seen.filter(state="finished")
    mine = Q(case__judge=user) | Q(case__presiding=user) | Q(case__assistant=user) | Q(case__clerk=user)
    return seen.filter(Q(state="finished") | mine | Q(case__members__contains=[user.pk]))


# --- services ------------------------------------------------------------------------------------------------
@transaction.atomic
def draft_report(*, question: Question, by: User, at: datetime) -> Report:
    """Begin a report from a search for the case of the question (起草类案检索报告)."""
    case = question.case
    if case is None:
        raise ValueError("a report is about a case: the question names none")
    permit(DRAFT, case, by)
    case = locked(case)
    last = Report.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0
    report = Report(case=case, number=last + 1, made_by=by)
    take_search(report, question, by, at)
    report.save()
    trail.record(DRAFT, on=report, by=by, at=at, after={"number": report.number, "hits": len(report.hits)})
    return report


@transaction.atomic
def repeat_search(*, report: Report, question: Question, by: User, at: datetime) -> Report:
    """Search anew for a report not yet finished; what was said of a judgment found again stays."""
    report = draft_of(AGAIN, report, by)
    take_search(report, question, by, at)
    report.save()
    trail.record(AGAIN, on=report, by=by, at=at, after={"number": report.number, "hits": len(report.hits)})
    return report


@transaction.atomic
def save_report(*, report: Report, written: Written, by: User, at: datetime) -> Report:
    """Keep what the writer says so far. Saving the same again is nothing."""
    report = draft_of(SAVE, report, by)
    before = (report.hits, report.issue, report.opinion, report.query)
    report.hits = [
        hit
        | {
            name: text.strip()
            for name, text in written.hits.get(hit["document"], {}).items()
            if name in WRITTEN
        }
        for hit in report.hits
    ]
    report.query = report.query | {"platforms": written.platforms.strip(), "proposed": written.proposed}
    report.issue, report.opinion = written.issue.strip(), written.opinion.strip()
    if before != (report.hits, report.issue, report.opinion, report.query):
        report.save()
        trail.record(SAVE, on=report, by=by, at=at, after={"number": report.number})
    return report


@transaction.atomic
def finish_report(*, report: Report, by: User, at: datetime) -> Report:
    """Finish a report that is complete: from now on it stands as it is, bound by its digest (完成类案检索报告)."""
    report = draft_of(FINISH, report, by)
    if lacking := missing(content_of(report)):
        sentence = "；".join(f"{item.name}：{item.problem}" for item in lacking)
        raise trail.Refused(f"报告尚不完整。{sentence}。", act=FINISH, on=report, by=by, status=409)
    count_hits(report)
    report.state, report.finished_at = "finished", at
    report.digest = digest_of(report)
    report.save()
    trail.record(FINISH, on=report, by=by, at=at, after={"number": report.number, "digest": report.digest})
    Change.objects.create(case_id=report.case_id)
    return report


# --- parts of them ---------------------------------------------------------------------------------------------
def permit(act: str, case: Case, by: User) -> None:
    if not may_write(by, case):
        raise trail.Refused(NOT_YOURS, act=act, on=case, by=by)


def check_draft(act: str, report: Report, by: User) -> None:
    """Refuse who does not write this report, and whoever writes in a finished one."""
    permit(act, report.case, by)
    if report.state == "finished":
        raise trail.Refused(FINISHED, act=act, on=report, by=by, status=409)


def draft_of(act: str, report: Report, by: User) -> Report:
    """The report as it stands, held until the transaction ends; nobody writes in a finished one."""
    held = (
        Report.objects.select_for_update(of=("self",))
        .select_related("case__court", "made_by")
        .get(pk=report.pk)
    )
    check_draft(act, held, by)
    return held


def take_search(report: Report, question: Question, by: User, at: datetime) -> None:
    """Search, and put what is found into the report in the order of sources."""
    found = find(question, by, top=MOST_HITS)
    ranked = [hit_of(each, rank) for rank, each in enumerate(found, 1)]
    in_order = sorted(ranked, key=lambda hit: (ORDER.index(hit["source"]), hit["rank"]))
    said = {hit["document"]: {name: hit[name] for name in WRITTEN} for hit in report.hits}
    report.hits = [
        hit | said.get(hit["document"], {}) | {"place": place} for place, hit in enumerate(in_order, 1)
    ]
    kept = {"platforms": OURS, "proposed": ""} | {
        name: report.query[name] for name in ("platforms", "proposed") if name in report.query
    }
    report.query = query_of(question) | kept | {"collection": collection(by)}
    report.made_at, report.made_by = at, by


def hit_of(found: Found, rank: int) -> dict[str, Any]:
    document = found.document
    return {
        "document": document.pk, "rank": rank, "source": document.source, "number": document.number, "title": document.title,
        "court": document.court_name, "cause": document.cause, "decided_on": written_day(document.decided_on),
        "effective_on": written_day(document.effective_on), "result": document.result, "holding": document.holding,
        "issue": document.issue, "digest": document.digest, "likeness": round(found.score, 4), "because": list(found.because),
        "verdict": "", "reason": "", "differences": "",
    }  # fmt: skip


def written_day(day: date | None) -> str:
    return day.isoformat() if day else ""


def query_of(question: Question) -> dict[str, Any]:
    """The search as it was asked (检索方法)."""
    return {
        "text": question.text, "facts": dict(question.facts), "cause": question.cause, "category": question.category,
        "sources": list(question.sources), "level": question.level, "since": written_day(question.since),
        "until": written_day(question.until), "effective": question.effective,
    }  # fmt: skip


def question_in(report: Report) -> Question:
    """The search of a report, to be asked again."""
    asked = report.query
    days = {name: date.fromisoformat(asked[name]) if asked.get(name) else None for name in ("since", "until")}
    same = {name: asked.get(name, "") for name in ("text", "cause", "category", "level")}
    facts, sources = asked.get("facts", {}), tuple(asked.get("sources", ()))
    return Question(
        **same, **days, facts=facts, sources=sources, effective=asked.get("effective", True), case=report.case
    )


def collection(user: User) -> dict[str, int]:
    """How many judgments of each source there were to search: a search of an empty shelf finds nothing."""
    rows = open_documents(user).exclude(indexed_at=None).values_list("source").annotate(n=Count("pk"))
    return dict(rows.order_by("source"))


def content_of(report: Report) -> Content:
    """The report as it is checked."""
    asked = report.query.get("text", "") or "".join(report.query.get("facts", {}))
    return Content(
        platforms=report.query.get("platforms", ""), asked=asked, sources=report.query.get("sources", ()), hits=report.hits,
        issue=report.issue, opinion=report.opinion,
    )  # fmt: skip


def count_hits(report: Report) -> None:
    """Which hits the rules on conflicting judgments count, and how many of them were decided otherwise."""
    day = today()
    years = int(law_in_use().rule_parameters(report.case.court_id)["conflict_window_years"])
    since, courts = add_months(day, -12 * years), frozenset(names_above(report.case.court))
    report.hits = [
        hit | {"counts": is_counted(hit, courts=courts, since=since, until=day)} for hit in report.hits
    ]
    report.conflict_share = share_that_differs(report.hits, report.query.get("proposed", ""))


def names_above(court: Court) -> list[str]:
    """The court and every court above it, by name."""
    names = []
    above: Court | None = court
    while above is not None:
        names.append(above.name)
        above = above.parent
    return names


def digest_of(report: Report) -> str:
    """What binds a finished report: every word of it, who made it and when."""
    said = [
        report.case_id, report.number, report.query, report.hits, report.issue, report.opinion, report.conflict_share,
        report.made_by_id, instant(report.made_at), instant(report.finished_at),
    ]  # fmt: skip
    return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def instant(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


def is_whole(report: Report) -> bool:
    """Whether a finished report still says what it said when it was finished."""
    return report.state == "finished" and report.digest == digest_of(report)


def readable(report: Report, user: User) -> set[int]:
    """The judgments of the report this person may know of; those withdrawn since are still cited."""
    seen = Document.objects.visible_to(user).filter(Q(case=None) | Q(case__sealed=""))
    return set(seen.filter(pk__in=[hit["document"] for hit in report.hits]).values_list("pk", flat=True))
