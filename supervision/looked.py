"""Who read a case without sitting on it, when, in which capacity and why (查阅人): for the judge of the case to see.

Why follows from what was so at that time: supervision, where a flag that is no secret was live and the reader may
supervise; else the reader's post. Readings under a secret flag are shown once it is verified or ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Entry
from audit.trail import READING, record_reading
from cases.guard import sits_on
from cases.models import Case
from courts.models import Posting, User
from courts.roles import MAY, Permission
from supervision.models import Flag
from supervision.secrecy import KEEPERS, shown_entries

SUPERVISORS = frozenset(
    role for role, may in MAY.items() if may & {Permission.TAKE_MEASURES, Permission.DECIDE_FLAGS}
)
SUPERVISION, COMPLAINT, POST = _("四类案件监督"), _("核查反映线索"), _("履行职务查阅")


@dataclass(frozen=True)
class Look:
    """One reading: who, when, as what, and for what purpose."""

    at: datetime
    person: str
    capacity: str
    purpose: Any
    codes: str = ""


def note_reading(case: Case, *, by: User, at: datetime) -> None:
    """Whoever learns of the supervision of a case without sitting on it leaves a trace, as on the page of the case."""
    if not sits_on(by, case):
        record_reading(case, by=by, at=at)


def readings_of(case: Case, user: Any) -> QuerySet[Entry]:
    """The readings of the case this person may know of, newest first."""
    entries = Entry.objects.filter(case_id=case.pk, act=READING, outcome="done")
    return shown_entries(entries, user).order_by("-at", "-pk")


def looks(entries: list[Entry], case: Case) -> list[Look]:
    """The readings with their purpose, in three queries however many there are."""
    flags = list(Flag.objects.filter(case=case).select_related("rule").order_by("rule__code"))
    posts = Posting.objects.filter(user__in={entry.actor_id for entry in entries}, court=case.court_id)
    held = list(posts.filter(Q(role__in=SUPERVISORS) | Q(role__in=KEEPERS)))
    return [look_of(entry, flags, held) for entry in entries]


def look_of(entry: Entry, flags: list[Flag], posts: list[Posting]) -> Look:
    day = timezone.localdate(entry.at)
    roles = {post.role for post in posts if post.user_id == entry.actor_id and post.is_held_on(day)}
    purpose, codes = POST, ""
    if roles & SUPERVISORS and (found := [flag.rule.code for flag in flags if was_live(flag, entry.at)]):
        purpose, codes = SUPERVISION, "、".join(found)
    elif roles & set(KEEPERS) and any(was_secret(flag, entry.at) for flag in flags):
        purpose = COMPLAINT
    return Look(entry.at, entry.actor, entry.capacity, purpose, codes)


def was_live(flag: Flag, at: datetime) -> bool:
    """Whether the flag was confirmed, not ended and known to the panel then; one that is secret still never was."""
    if flag.secret or flag.confirmed_at is None or at < flag.confirmed_at:
        return False
    return not was_secret(flag, at) and (flag.ended_at is None or at < flag.ended_at)


def was_secret(flag: Flag, at: datetime) -> bool:
    """Whether the flag, verified since, was a secret then. Of one that was never verified nothing is told."""
    if flag.secret or not flag.born_secret or flag.verified_at is None:
        return False
    return flag.proposed_at <= at < flag.verified_at
