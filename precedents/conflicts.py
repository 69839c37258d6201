"""Judgments of one court that may disagree (裁判分歧): found by the machine side by side, judged by people, never by it.

A pair is two effective judgments of one court on the same cause, alike beyond the catalogue's measure, with results of
which one excludes the other. Whether the law was applied differently, and which way is right, the machine does not say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from audit import trail
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from precedents.comparing import Alike, Comparison, courts_of
from precedents.fact_sql import AGAINST
from precedents.models import Conflict, Document
from precedents.search import open_documents

DECIDE = "precedents.decide_conflict"
CONFIRM, DISMISS, SETTLE = (
    "precedents.confirm_conflict",
    "precedents.dismiss_conflict",
    "precedents.settle_conflict",
)
NOT_YOURS = "裁判分歧由该院审判管理办公室甄别，您的职务没有此项权限。"
NO_REASON = "请写明理由。"
NOT_NOW = "该项分歧的状态已经变化，不能这样处理；请刷新页面。"
SLICE = 50
Ends = tuple[int, int]
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
    """The judgments that wait longest to be compared: how many pairs are new, how many judgments were looked at.

    Those not yet in effect go on waiting.
    """
    waiting = Document.objects.select_for_update(of=("self",), skip_locked=True).filter(compared_at=None)
    ready = waiting.exclude(indexed_at=None).exclude(effective_on__gt=today())
    documents = list(ready.select_related("case__court").order_by("indexed_at", "pk")[:SLICE])
    held = pairs_with(documents)
    compared = Comparison(documents, {end for ends in held for end in ends})
    new = Conflict.objects.bulk_create(new_pairs(compared, documents, held, at), ignore_conflicts=True)
    review(compared, [pair for pair in held.values() if pair.state == "found"])
    Document.objects.filter(pk__in=[document.pk for document in documents]).update(compared_at=at)
    return len(new), len(documents)


def pairs_with(documents: Sequence[Document]) -> dict[Ends, Conflict]:
    """The pairs that any of these judgments makes already, by their ends."""
    pks = [document.pk for document in documents]
    rows = Conflict.objects.filter(Q(first__in=pks) | Q(second__in=pks))
    whole = rows.select_related("first__case__court", "second__case__court")
    light = whole.defer(*(f"{end}__{name}" for end in ("first", "second") for name in ("terms", "counts")))
    return {(pair.first_id, pair.second_id): pair for pair in light}


def new_pairs(
    compared: Comparison, documents: Sequence[Document], held: Collection[Ends], at: datetime
) -> list[Conflict]:
    found: dict[Ends, tuple[Document, Alike]] = {}
    for document in documents:
        for alike in compared.alike(document):
            found.setdefault(ends_of(document.pk, alike.document), (document, alike))
    fresh = {ends: each for ends, each in found.items() if ends not in held}
    others = Document.objects.defer("terms", "counts").in_bulk(
        {alike.document for _, alike in fresh.values()}
    )
    return [
        pair_of(compared, document, others[alike.document], alike.likeness, at)
        for document, alike in fresh.values()
    ]


def ends_of(one: int, other: int) -> Ends:
    """Two judgments in the order in which pairs are kept."""
    return min(one, other), max(one, other)


def pair_of(
    compared: Comparison, document: Document, other: Document, likeness: float, at: datetime
) -> Conflict:
    """The two in the order in which pairs are kept, with what they have in common and how they were decided."""
    first, second = sorted((document, other), key=lambda each: each.pk)
    return Conflict(
        court=compared.courts[document.pk], first=first, second=second, likeness=round(likeness, 4),
        because=compared.because(document, other), differs=differences(first, second), found_at=at,
    )  # fmt: skip


def differences(first: Document, second: Document) -> list[str]:
    return [f"处理结果：甲案{RESULTS[first.result]}，乙案{RESULTS[second.result]}"]


def review(compared: Comparison, pairs: Sequence[Conflict]) -> None:
    """Pairs nobody has judged yet follow their judgments as corrected; what is no pair any more is taken away."""
    courts = courts_of([document for pair in pairs for document in (pair.first, pair.second)])
    gone, kept = [], []
    for pair in pairs:
        likeness = likeness_now(compared, pair, courts)
        if likeness is None:
            gone.append(pair.pk)
            continue
        pair.likeness, pair.differs = round(likeness, 4), differences(pair.first, pair.second)
        if any(each.indexed_at and each.indexed_at > pair.found_at for each in (pair.first, pair.second)):
            pair.because = compared.because(pair.first, pair.second)
        kept.append(pair)
    Conflict.objects.filter(pk__in=gone, state="found").delete()
    Conflict.objects.bulk_update(kept, ["likeness", "because", "differs"])


def likeness_now(compared: Comparison, pair: Conflict, courts: Mapping[int, Court]) -> float | None:
    """How alike the two are; None where they make no pair. Sealed ones are hidden, and stay as they are."""
    first, second, court = pair.first, pair.second, pair.court_id
    in_force = all(
        each.withdrawn_at is None and compared.counts(each, pair.court) for each in (first, second)
    )
    here = all(each.pk in courts and courts[each.pk].pk == court for each in (first, second))
    if not (
        in_force and here and first.cause == second.cause and second.result in AGAINST.get(first.result, ())
    ):
        return None
    likeness = max(
        compared.likeness(first.pk, [second.pk])[second.pk],
        compared.likeness(second.pk, [first.pk])[first.pk],
    )
    return likeness if likeness >= compared.enough(pair.court) else None


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
