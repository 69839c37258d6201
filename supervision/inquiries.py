"""Entries under the Three Provisions (三个规定记录): somebody asked after a case outside their duty. For discipline alone.

The content is kept encrypted. Neither the one who asked nor any head of the court learns that there is an entry, and the
trail names neither the reporter nor the case: it keeps a digest that binds both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from audit import trail
from cases.guard import is_visible, locked
from cases.models import Case, Change
from courts.ciphers import INQUIRIES, Unreadable, lock, unlock
from courts.clock import today
from courts.models import User
from courts.offers import read_offer
from courts.roles import Permission
from supervision.models import Inquiry, Statement
from supervision.statements import REPLACED

FILE, READ = "supervision.file_inquiry", "supervision.read_inquiry"
FACT = "three_rules_report"
LONGEST = 5000
KINDS = dict(Inquiry.KINDS)
#: What the statement says: that there is an entry, never what it says or who made it.
BASIS = "三个规定记录，可能影响公正（内容由督察掌握）"


@dataclass(frozen=True)
class Occasion:
    """What an entry is about: a case the reporter may see, or one whose refusal offered it. ``act`` is what was refused."""

    case: Case
    act: str = ""


def occasion(user: User, *, offer: str = "", case_id: int | None = None) -> Occasion:
    """The occasion by what the address says; 404 for a case that is neither seen nor offered."""
    if offer:
        read = read_offer(offer, user)
        if read is None:
            raise Http404("链接已过期，请从案件页重新登记。")
        return Occasion(Case.objects.select_related("court").get(pk=read[0]), read[1])
    found = Case.objects.visible_to(user).select_related("court").filter(pk=case_id or 0).first()
    if found is None:
        raise Http404("没有这一案件，或者您无权查看")
    return Occasion(found)


@transaction.atomic
def file_inquiry(
    *,
    about: Occasion,
    kind: str,
    content: str,
    happened_on: date,
    may_influence: bool,
    by: User,
    at: datetime,
) -> Inquiry:
    """File an entry (登记三个规定记录). The same on the same day is the same as once.

    ``may_influence``: the reporter says it may affect the fairness of the case; only then does the case itself carry the
    secret fact from which discipline learns of it as a flag.
    """
    if problem := problem_of(kind, content, happened_on):
        raise trail.Refused(problem, act=FILE, by=by, status=409)
    if same := already_filed(about.case, kind, content.strip(), happened_on, by):
        return same
    inquiry = Inquiry.objects.create(
        case=about.case,
        court=about.case.court,
        kind=kind,
        reporter=by,
        reported_at=at,
        happened_on=happened_on,
        content=lock(content.strip(), INQUIRIES).decode(),
        refused_act=about.act,
    )
    trail.record(FILE, at=at, after={"entry": digest_of(inquiry)}, secret=True)
    if may_influence:
        let_the_case_carry_it(about.case, at=at)
    return inquiry


def let_the_case_carry_it(case: Case, *, at: datetime) -> None:
    """State the secret fact from which the rule on interference follows: every time anew, and by nobody's name.

    Not through ``statements``: only discipline states this fact by hand, and whoever keeps the secrets of the case, the
    president too, would read who reported.
    """
    standing = Statement.objects.standing().filter(case=locked(case), fact=FACT)
    standing.update(withdrawn_at=at, withdrawn_because=REPLACED)
    Statement.objects.create(case=case, fact=FACT, value=True, secret=True, basis=BASIS, stated_at=at)
    Change.objects.create(case_id=case.pk)


def problem_of(kind: str, content: str, happened_on: date) -> str | None:
    if kind not in KINDS:
        return "请选择类型：" + "、".join(KINDS.values())
    if happened_on > today():
        return f"发生日期应不晚于今天 {today()}，现为 {happened_on}。"
    return (
        None
        if 0 < len(content.strip()) <= LONGEST
        else f"请写明何人、以何种方式、提出什么要求，不超过{LONGEST}字。"
    )


def already_filed(case: Case, kind: str, content: str, happened_on: date, by: User) -> Inquiry | None:
    alike = Inquiry.objects.filter(case=case, kind=kind, happened_on=happened_on, reporter=by)
    return next((inquiry for inquiry in alike if content_of(inquiry) == content), None)


def digest_of(inquiry: Inquiry) -> str:
    """What binds an entry to the trail: who, about which case, when and what, as it is kept."""
    said = f"{inquiry.pk} {inquiry.reporter_id} {inquiry.case_id} {inquiry.kind} {inquiry.happened_on} {inquiry.content}"
    return sha256(said.encode()).hexdigest()


def content_of(inquiry: Inquiry) -> str:
    """The content, for those who may see the entry at all."""
    try:
        return unlock(inquiry.content.encode(), INQUIRIES)
    except Unreadable:
        return "（内容以另一密钥加密，请联系系统管理员恢复密钥）"


def inquiries_for(user: User) -> QuerySet[Inquiry]:
    """One's own entries, and those of the courts one verifies complaints for; newest first."""
    found = Inquiry.objects.visible_to(user).select_related("case", "court", "reporter")
    return found.order_by("-reported_at", "-pk")


def shown_number(inquiry: Inquiry, user: User) -> str:
    """The number of the case, as far as this person may know it."""
    keeps = inquiry.court_id in courts_kept(user)
    return (
        inquiry.case.number if (keeps and not inquiry.case.sealed) or is_visible(inquiry.case, user) else ""
    )


def courts_kept(user: User) -> set[int]:
    return user.courts_where(Permission.VERIFY_COMPLAINTS)
