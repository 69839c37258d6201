"""Judgments of one court that may disagree (裁判分歧): found by the machine side by side, judged by people, never by it.

A pair is two effective judgments of one court on the same cause, alike beyond the catalogue's measure, with results of
which one excludes the other. Whether the law was applied differently, and which way is right, the machine does not say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from audit import trail
from cases.periods import add_months
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from precedents.documents import words_of
from precedents.fact_sql import AGAINST
from precedents.models import Conflict, Document
from precedents.search import OPEN, Found, Question, most_alike, open_documents

DECIDE = "precedents.decide_conflict"
CONFIRM, DISMISS, SETTLE = (
    "precedents.confirm_conflict",
    "precedents.dismiss_conflict",
    "precedents.settle_conflict",
)
NOT_YOURS = "裁判分歧由该院审判管理办公室甄别，您的职务没有此项权限。"
NO_REASON = "请写明理由。"
NOT_NOW = "该项分歧的状态已经变化，不能这样处理；请刷新页面。"
SLICE, NEAREST = 50, 20
WINDOW, LIKENESS = "conflict_window_years", "conflict_likeness"
#: State and act → state. What was dismissed may be found to be one after all.
AFTER = {
    ("found", CONFIRM): "confirmed",
    ("found", DISMISS): "dismissed",
    ("dismissed", CONFIRM): "confirmed",
    ("confirmed", DISMISS): "dismissed",
    ("confirmed", SETTLE): "settled",
}
RESULTS = dict(Document.RESULTS)


# --- finding them ------------------------------------------------------------------------------------------
def find_conflicts(*, at: datetime, most: int = 2_000) -> int:
    """Hold every judgment indexed since against the others of its court; how many new pairs that makes."""
    new = done = 0
    while done < most:
        found, looked = compare_slice(at=at)
        new, done = new + found, done + looked
        if not looked:
            break
    return new


@transaction.atomic
def compare_slice(*, at: datetime) -> tuple[int, int]:
    """The judgments that wait longest to be compared: how many pairs are new, how many judgments were looked at."""
    waiting = Document.objects.select_for_update(of=("self",), skip_locked=True).filter(compared_at=None)
    rows = waiting.exclude(indexed_at=None).select_related("case__court").order_by("indexed_at", "pk")
    documents = list(rows[:SLICE])
    courts = courts_of(documents)
    pairs = [pair for each in documents for pair in pairs_with(each, courts.get(each.pk), at)]
    known = set(
        Conflict.objects.filter(first__in=[pair.first_id for pair in pairs]).values_list("first", "second")
    )
    new = {(pair.first_id, pair.second_id): pair for pair in pairs}
    Conflict.objects.bulk_create(
        [pair for ends, pair in new.items() if ends not in known], ignore_conflicts=True
    )
    Document.objects.filter(pk__in=[document.pk for document in documents]).update(compared_at=at)
    return len(new.keys() - known), len(documents)


def courts_of(documents: Sequence[Document]) -> dict[int, Court]:
    """The court of ours that gave each judgment: that of its case, or the one that bears its name."""
    names = {document.court_name for document in documents if not document.case_id}
    bearers = {court.name: court for court in Court.objects.filter(name__in=names, recognised=True)}
    found = {each.pk: each.case.court if each.case else bearers.get(each.court_name) for each in documents}
    return {pk: court for pk, court in found.items() if court is not None}


def pairs_with(document: Document, court: Court | None, at: datetime) -> list[Conflict]:
    """The pairs this judgment makes with those of its court that are alike and were decided otherwise."""
    if court is None or not may_disagree(document, court):
        return []
    question = Question(text=words_of(vars(document)), facts=document.facts)
    found = most_alike(question, others_of(document, court), top=NEAREST)
    enough = law_in_use().deviation_setting(LIKENESS, court.pk, today())
    return [pair_of(document, each, court, at) for each in found if each.score >= enough]


def may_disagree(document: Document, court: Court) -> bool:
    """Whether it is an effective judgment of an open case, recent enough, with a result that another may exclude."""
    is_open = document.withdrawn_at is None and (document.case is None or not document.case.sealed)
    day = document.effective_on
    recent = day is not None and since(court) <= day <= today()
    return is_open and recent and bool(document.cause) and document.result in AGAINST


def others_of(document: Document, court: Court) -> QuerySet[Document]:
    given_here = Q(case__court=court) | Q(case=None, court_name=court.name)
    rows = Document.objects.filter(given_here, OPEN, cause=document.cause).exclude(indexed_at=None)
    recent = rows.filter(effective_on__gte=since(court), effective_on__lte=today())
    return recent.filter(result__in=AGAINST[document.result]).exclude(pk=document.pk)


def since(court: Court) -> date:
    """The first day whose judgments still count (近三年)."""
    return add_months(today(), -12 * int(law_in_use().rule_parameters(court.pk)[WINDOW]))


def pair_of(document: Document, found: Found, court: Court, at: datetime) -> Conflict:
    """The two in the order in which pairs are kept, with what they have in common and how they were decided."""
    first, second = sorted((document, found.document), key=lambda each: each.pk)
    differs = [f"处理结果：甲案{RESULTS[first.result]}，乙案{RESULTS[second.result]}"]
    because = [reason for reason in found.because if not reason.startswith("不同：")]
    return Conflict(
        court=court, first=first, second=second, likeness=round(found.score, 4), because=because, differs=differs, found_at=at
    )  # fmt: skip


# --- people judge them ---------------------------------------------------------------------------------------
def conflicts_for(user: User) -> QuerySet[Conflict]:
    """The pairs of which this person may read both judgments: all of them in the courts they keep, elsewhere those confirmed."""
    seen = open_documents(user)
    rows = Conflict.objects.filter(first__in=seen, second__in=seen).select_related(
        "court", "first", "second", "decided_by"
    )
    known = Q(state__in=("confirmed", "settled"))
    return rows.filter(known | Q(court__in=user.courts_where(Permission.KEEP_PRECEDENTS)))


def may_decide(user: User, conflict: Conflict) -> bool:
    return conflict.court_id in user.courts_where(Permission.KEEP_PRECEDENTS)


@transaction.atomic
def decide_conflict(*, conflict: Conflict, act: str, reason: str, by: User, at: datetime) -> Conflict:
    """Confirm, dismiss or settle a pair, with a reason (甄别裁判分歧). Doing it twice is the same as once."""
    held = Conflict.objects.select_for_update(of=("self",)).get(pk=conflict.pk)
    if not may_decide(by, held) or not conflicts_for(by).filter(pk=held.pk).exists():
        raise trail.Refused(NOT_YOURS, act=act, on=held, by=by)
    if not reason.strip():
        raise trail.Refused(NO_REASON, act=act, on=held, by=by, status=409)
    state = AFTER.get((held.state, act))
    if state is None and held.state in {after for (_, known), after in AFTER.items() if known == act}:
        return held
    if state is None:
        raise trail.Refused(NOT_NOW, act=act, on=held, by=by, status=409)
    before, held.state = held.state, state
    held.reason, held.decided_by, held.decided_at = reason.strip(), by, at
    held.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    trail.record(act, on=held, by=by, at=at, because=held.reason, before=before, after=state)
    if "confirmed" in (before, state):
        tell_cases(held, at)
    return held


def tell_cases(conflict: Conflict, at: datetime) -> None:
    """The open cases of the court and cause are looked at again: what is unsettled there bears on them."""
    with connection.cursor() as cursor:
        cursor.execute(TELL, [at, conflict.court_id, conflict.first.cause])


TELL = """
INSERT INTO cases_change (case_id, at)
SELECT id, %s FROM cases_case WHERE court_id = %s AND cause = %s AND closed_on IS NULL"""
