"""The monthly circular (审管通报): drawn from the month, remarked on, issued with a number; then it stands as it was."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from audit import trail
from audit.models import Entry
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from supervision.circular_content import content_of, month_of
from supervision.circular_paper import circular_paper
from supervision.letter_numbers import number_of
from supervision.letter_paper import Paper
from supervision.letter_people import issues
from supervision.letter_signing import short_of
from supervision.models import Circular
from supervision.wording import directives_in, refusal

DRAFT, EDIT, ISSUE = "supervision.draft_circular", "supervision.edit_circular", "supervision.issue_circular"
WORD = "circular_number_word"
REMARKS = 3000
NOT_YOURS = "审管通报由本院审管办拟稿、院领导签发。"


def drafts(user: User, court_id: int) -> bool:
    """Whether the person draws up the court's circular: whoever issues its 通报函 (审管办)."""
    return issues(user, law_in_use().letter_kinds["report"], court_id)


def may_issue(user: User, court_id: int) -> bool:
    return court_id in user.courts_where(Permission.APPROVE_LETTERS)


def has_a_hand_in(circular: Circular, user: User) -> bool:
    """Whether the person drew it up, now or before, or wrote its remarks: two pairs of eyes means two people."""
    if circular.drafted_by_id == user.pk:
        return True
    written = Entry.objects.filter(act__in=(DRAFT, EDIT), about="supervision.circular", about_id=circular.pk)
    return written.filter(actor_id=user.pk, outcome="done").exists()


def circulars_for(user: User) -> QuerySet[Circular]:
    """Drafts for those who write or sign them; issued ones for everybody at work in the court, and the courts above."""
    keeps = user.courts_where(Permission.WRITE_LETTERS) | user.courts_where(Permission.APPROVE_LETTERS)
    here = {seat.court_id for seat in user.seats if user.may(Permission.SEE_DASHBOARD)} | user.reach.courts
    return Circular.objects.filter(Q(court__in=keeps) | Q(court__in=here, state="issued"))


@transaction.atomic
def draft_circular(*, court: Court, month: date, by: User, at: datetime) -> Circular:
    """Draw up the circular of a month that is over (拟稿). A draft is drawn anew; an issued one stays as it was."""
    span = month_of(month)
    if not drafts(by, court.pk):
        raise trail.Refused(NOT_YOURS, act=DRAFT, on=court, by=by)
    if span.last >= today():
        raise trail.Refused(
            f"{span.first:%Y年%m月}尚未结束，请在 {span.last} 之后拟制。",
            act=DRAFT,
            on=court,
            by=by,
            status=409,
        )
    content = content_of(court, span)
    values = {"content": content, "drafted_by": by, "drafted_at": at}
    circular, is_new = Circular.objects.select_for_update().get_or_create(
        court=court, month=span.first, defaults=values
    )
    if not is_new and (circular.state == "issued" or circular.content == content):
        return circular
    if not is_new:
        circular.content, circular.drafted_by, circular.drafted_at = content, by, at
        circular.save(update_fields=list(values))
    trail.record(DRAFT, on=circular, by=by, at=at, after={"month": content["month"]})
    return circular


@transaction.atomic
def edit_remarks(*, circular: Circular, remarks: str, by: User, at: datetime) -> Circular:
    """Write what the circular says beside its figures (有关要求)."""
    circular, remarks = locked(circular), remarks.strip()
    if not drafts(by, circular.court_id):
        raise trail.Refused(NOT_YOURS, act=EDIT, on=circular, by=by)
    refuse_if(issued(circular) or remarks_problem(remarks), EDIT, circular, by)
    if circular.remarks != remarks:
        circular.remarks = remarks
        circular.save(update_fields=["remarks"])
        trail.record(EDIT, on=circular, by=by, at=at, after={"month": circular.content["month"]})
    return circular


@transaction.atomic
def issue_circular(*, circular: Circular, by: User, at: datetime) -> Circular:
    """Sign and number it (签发). Whoever wrote any of it does not sign it; from now on its figures stand."""
    circular = locked(circular)
    if circular.state == "issued" and circular.issued_by_id == by.pk:
        return circular
    if not may_issue(by, circular.court_id) or has_a_hand_in(circular, by):
        raise trail.Refused(NOT_YOURS, act=ISSUE, on=circular, by=by)
    refuse_if(issued(circular), ISSUE, circular, by)
    circular.number, circular.state = next_number(circular.court), "issued"
    circular.issued_by, circular.issued_at = by, at
    circular.save(update_fields=["number", "state", "issued_by", "issued_at"])
    after = {"month": circular.content["month"], "number": circular.number}
    trail.record(ISSUE, on=circular, by=by, at=at, after=after)
    return circular


def locked(circular: Circular) -> Circular:
    return Circular.objects.select_for_update(of=("self",)).select_related("court").get(pk=circular.pk)


def refuse_if(problem: str, act: str, circular: Circular, by: User) -> None:
    if problem:
        raise trail.Refused(problem, act=act, on=circular, by=by, status=409)


def issued(circular: Circular) -> str:
    return f"本期通报已经签发（{circular.number}），内容不再改动。" if circular.state == "issued" else ""


def remarks_problem(remarks: str) -> str:
    if len(remarks) > REMARKS:
        return f"有关要求不超过 {REMARKS} 字，请缩短。"
    return refusal(directives_in([remarks]))


def next_number(court: Court) -> str:
    """The next number of the court's year (文号), one signer at a time; none is ever taken back, so none is missing."""
    year = today().year
    with connection.cursor() as cursor:
        wanted = f"circular number {court.pk} {year}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [wanted])
    word = str(law_in_use().supervision_setting(WORD, court.pk, today()))
    given = Circular.objects.filter(court=court, state="issued", number__contains=f"〔{year}〕").count()
    return number_of(short_of(court), word, year, given + 1)


def paper_of(circular: Circular) -> Paper:
    signed = circular.issued_at.astimezone().date() if circular.issued_at else None
    return circular_paper(circular.court.name, circular.number, circular.content, circular.remarks, signed)


def months_over(day: date, count: int = 12) -> list[date]:
    """The first days of the last months that are over, newest first."""
    before = day.year * 12 + day.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(before - 1, before - 1 - count, -1)]
