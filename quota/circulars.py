"""The circular of leaders' cases (院领导办案通报): drafted, looked at by those it names, approved by another, published."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit import trail
from audit.models import Entry
from cases.numbers import PROVINCES
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission, Role
from quota.canonical import digest
from quota.circular_paper import circular_paper
from quota.duty_counting import rows_of
from quota.duty_spans import Period, periods_over
from quota.models import DutyCircular, DutyNote
from quota.official_paper import Paper
from quota.reach import region_of

DRAFT, REDRAW, NOTE = "quota.draft_circular", "quota.redraw_circular", "quota.note_circular"
APPROVE, WITHDRAW = "quota.approve_circular", "quota.withdraw_circular"
NOTE_LENGTH = REASON_LENGTH = 300
NOT_YOURS = "院领导办案通报由政治部起草、院长批准，您的职务不能办理这一步。"
SAME_HAND = "起草或者重新统计过本期通报的人不能批准，请由另一人批准。"
CHANGED = "您打开页面之后，本期通报有变化（重新统计，或者本人说明有变动），没有批准；请核对现在的内容再批准。"
NOT_NAMED = "本期通报没有列出您，不需要您核对。"
NO_LEADERS = "{court}在{period}没有登记任职的院领导、庭长，没有可以通报的内容；请先登记任职。"
NOT_OVER = "{period}尚未结束，请在{day}之后起草。"
TAKEN = "{court}的{period}通报已经起草，请直接办理；需要重新起草的，先撤回原通报。"
NOT_A_DRAFT = "本期通报{state}，不能再办理这一步。"
TOO_SOON = "还有{n}人没有核对本人的数字，请等全部核对，或者在{day}之后批准。"
BAD_UNTIL = "核对期限应晚于今天{day}，好让被列出的人先看到数字。"
NAMES_A_CASE = "说明会随通报公布，请不要写案号。"
#: A case number, whole or without its year, in new or old style; the numbers of documents (法发〔2017〕10号) are none.
CASE_NUMBER = re.compile(
    rf"(?:最高法|[{''.join(PROVINCES)}]\d{{0,4}})\D{{0,2}}[民刑行执赔破商知司财诉]\D{{0,4}}\d+号|[民刑行执赔破][初终再申监保恢异复]\D{{0,2}}\d+号|字第\d+号"
)


# --- who -----------------------------------------------------------------------------------------------------
def drafting_courts(user: User) -> set[int]:
    return region_of(user, Permission.PLAN_QUOTA)


def approving_courts(user: User) -> set[int]:
    return region_of(user, Permission.APPROVE_QUOTA)


def keeping_courts(user: User) -> set[int]:
    """Whose figures a person may see before they are published."""
    return drafting_courts(user) | approving_courts(user)


def circulars_for(user: User) -> QuerySet[DutyCircular]:
    """Published ones for everybody at work in the court and those who oversee it; drafts for those who keep or stand in them."""
    at_work = {seat.court_id for seat in user.seats if seat.role != Role.EXTERNAL}
    readers = at_work | region_of(user, Permission.SEE_QUOTA)
    named = DutyNote.objects.filter(person=user).values("circular")
    return DutyCircular.objects.filter(
        Q(court__in=keeping_courts(user)) | Q(court__in=readers, state="published") | Q(pk__in=named, state="draft")
    )  # fmt: skip


def has_a_hand_in(circular: DutyCircular, user: User) -> bool:
    """Whether the person drew it up, now or before: two pairs of eyes means two people."""
    if circular.prepared_by_id == user.pk:
        return True
    drawn = Entry.objects.filter(
        act__in=(DRAFT, REDRAW), about="quota.dutycircular", about_id=circular.pk, actor_id=user.pk
    )
    return drawn.filter(outcome="done").exists()


def version_of(circular: DutyCircular) -> str:
    """A digest of all that would be published: the figures, what they rest on, and what those named say of them."""
    notes = circular.notes.order_by("person").values_list("person", "note")
    return digest([circular.rows, circular.editions, list(notes)])


# --- drafting ------------------------------------------------------------------------------------------------
@transaction.atomic
def draft_circular(
    *, court: Court, period: Period, notes_until: date, by: User, at: datetime
) -> DutyCircular:
    """Count a period that is over (起草). Those it names have until ``notes_until`` to look and say something."""
    if court.pk not in drafting_courts(by):
        raise trail.Refused(NOT_YOURS, act=DRAFT, on=court, by=by)
    Court.objects.select_for_update(no_key=True).get(pk=court.pk)  # two at once draft it once
    rows = rows_of(court, period)
    refuse_if(drafting_problem(court, period, notes_until, rows), DRAFT, court, by)
    circular = DutyCircular.objects.create(
        court=court, starts_on=period.starts_on, ends_on=period.ends_on, notes_until=notes_until,
        rows=rows, editions=editions_now(), prepared_by=by, prepared_at=at,
    )  # fmt: skip
    people = dict.fromkeys(row["person"] for row in rows)
    DutyNote.objects.bulk_create(DutyNote(circular=circular, person_id=person) for person in people)
    trail.record(DRAFT, on=circular, by=by, at=at, after={"period": period.name, "people": len(people)})
    return circular


def drafting_problem(court: Court, period: Period, notes_until: date, rows: list[dict[str, Any]]) -> str:
    if period.ends_on >= today():
        return NOT_OVER.format(period=period.name, day=period.ends_on)
    if notes_until <= today():
        return BAD_UNTIL.format(day=today())
    standing = DutyCircular.objects.exclude(state="withdrawn")
    if standing.filter(court=court, starts_on=period.starts_on, ends_on=period.ends_on).exists():
        return TAKEN.format(court=court, period=period.name)
    return "" if rows else NO_LEADERS.format(court=court, period=period.name)


@transaction.atomic
def redraw_circular(*, circular: DutyCircular, by: User, at: datetime) -> DutyCircular:
    """Count a draft anew (重新统计). Whose figures changed looks again."""
    circular = locked(circular)
    if circular.court_id not in drafting_courts(by):
        raise trail.Refused(NOT_YOURS, act=REDRAW, on=circular, by=by)
    refuse_if(not_a_draft(circular), REDRAW, circular, by)
    before, rows = circular.rows, rows_of(circular.court, period_of_circular(circular))
    circular.rows, circular.editions = rows, editions_now()
    circular.prepared_by, circular.prepared_at = by, at
    circular.save(update_fields=["rows", "editions", "prepared_by", "prepared_at"])
    changed = ask_again(circular, before, rows)
    trail.record(REDRAW, on=circular, by=by, at=at, after={"changed": len(changed)})
    return circular


def ask_again(circular: DutyCircular, before: list[dict[str, Any]], rows: list[dict[str, Any]]) -> set[int]:
    """The people whose lines are not what they were; they have not seen them yet."""
    people = {row["person"] for row in rows}
    changed = {person for person in people if lines_of(before, person) != lines_of(rows, person)}
    circular.notes.exclude(person__in=people).delete()
    circular.notes.filter(person__in=changed).update(seen_at=None)
    known = set(circular.notes.values_list("person", flat=True))
    DutyNote.objects.bulk_create(DutyNote(circular=circular, person_id=person) for person in people - known)
    return changed


def lines_of(rows: list[dict[str, Any]], person: int) -> list[dict[str, Any]]:
    return [row for row in rows if row["person"] == person]


# --- looking, approving, withdrawing ---------------------------------------------------------------------------
@transaction.atomic
def note_circular(*, circular: DutyCircular, note: str, by: User, at: datetime) -> DutyNote:
    """Say that one has looked at one's own figures (核对), with a note that is printed or none."""
    circular, note = locked(circular), " ".join(note.split())
    own = circular.notes.filter(person=by).first()
    if own is None:
        raise trail.Refused(NOT_NAMED, act=NOTE, on=circular, by=by)
    refuse_if(not_a_draft(circular) or note_problem(note), NOTE, circular, by)
    own.note, own.seen_at, own.noted_at = note, at, at if note else None
    own.save(update_fields=["note", "seen_at", "noted_at"])
    trail.record(NOTE, on=circular, by=by, at=at, after={"note": bool(note)})
    return own


def note_problem(note: str) -> str:
    if len(note) > NOTE_LENGTH:
        return f"说明不超过{NOTE_LENGTH}字，请缩短。"
    plain = "".join(unicodedata.normalize("NFKC", note).split())
    return NAMES_A_CASE if CASE_NUMBER.search(plain) else ""


@transaction.atomic
def approve_circular(*, circular: DutyCircular, version: str, by: User, at: datetime) -> DutyCircular:
    """Approve and publish what the approver has seen (批准通报), by its ``version_of``.

    Not whoever drew it up, and not before those it names could look.
    """
    circular = locked(circular)
    if circular.court_id not in approving_courts(by):
        raise trail.Refused(NOT_YOURS, act=APPROVE, on=circular, by=by)
    if has_a_hand_in(circular, by):
        raise trail.Refused(SAME_HAND, act=APPROVE, on=circular, by=by)
    refuse_if(not_a_draft(circular) or too_soon(circular), APPROVE, circular, by)
    refuse_if("" if version == version_of(circular) else CHANGED, APPROVE, circular, by)
    circular.state, circular.approved_by, circular.approved_at = "published", by, at
    circular.save(update_fields=["state", "approved_by", "approved_at"])
    trail.record(APPROVE, on=circular, by=by, at=at, after={"period": period_of_circular(circular).name})
    return circular


def too_soon(circular: DutyCircular) -> str:
    """Why it cannot be approved yet: somebody named has not looked and still may."""
    waiting = circular.notes.filter(seen_at=None).count()
    until = circular.notes_until
    if not waiting or until is None or today() > until:
        return ""
    return TOO_SOON.format(n=waiting, day=until)


@transaction.atomic
def withdraw_circular(*, circular: DutyCircular, reason: str, by: User, at: datetime) -> DutyCircular:
    """Take it back (撤回): a draft by those who draft, a published one by those who approve. It stays, with the reason."""
    circular, reason = locked(circular), reason.strip()
    may = drafting_courts(by) if circular.state == "draft" else approving_courts(by)
    if circular.court_id not in may:
        raise trail.Refused(NOT_YOURS, act=WITHDRAW, on=circular, by=by)
    problem = "" if circular.state != "withdrawn" else NOT_A_DRAFT.format(state="已撤回")
    refuse_if(problem or reason_problem(reason), WITHDRAW, circular, by)
    circular.state, circular.reason = "withdrawn", reason
    circular.save(update_fields=["state", "reason"])
    trail.record(WITHDRAW, on=circular, by=by, at=at, because=reason)
    return circular


def reason_problem(reason: str) -> str:
    return "" if 0 < len(reason) <= REASON_LENGTH else f"请写明撤回的理由，不超过{REASON_LENGTH}字。"


# --- reading -------------------------------------------------------------------------------------------------
def paper_of(circular: DutyCircular) -> Paper:
    notes = dict(circular.notes.exclude(note="").values_list("person", "note"))
    signed = timezone.localdate(circular.approved_at) if circular.approved_at else None
    paper = circular_paper(
        circular.court.name, period_of_circular(circular).name, circular.rows, notes, signed
    )
    return replace(paper, draft="已撤回") if circular.state == "withdrawn" else paper


def period_of_circular(circular: DutyCircular) -> Period:
    return Period(circular.starts_on, circular.ends_on)


def periods_offered() -> list[Period]:
    return periods_over(today())


def editions_now() -> dict[str, Any]:
    return {"leader_duties": law_in_use().editions.get("leader_duties")}


def locked(circular: DutyCircular) -> DutyCircular:
    return DutyCircular.objects.select_for_update(of=("self",)).select_related("court").get(pk=circular.pk)


def not_a_draft(circular: DutyCircular) -> str:
    return "" if circular.state == "draft" else NOT_A_DRAFT.format(state=circular.get_state_display())


def refuse_if(problem: str, act: str, on: Any, by: User) -> None:
    if problem:
        raise trail.Refused(problem, act=act, on=on, by=by, status=409)
