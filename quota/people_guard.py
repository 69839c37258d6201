"""Whose people are whose to manage: entry, exit, selection, teams, availability. ``by=None`` is the system itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from audit import trail
from courts.clock import today
from courts.models import Court, Posting, User
from courts.roles import Permission, Role
from quota.reach import region_of

NOT_YOURS = "{court}的员额、遴选、团队和可用时间由本院或者上级法院政治部办理，您的职务没有这项权限。"
OWN = "不能办理自己的员额、遴选、团队和可用时间，请由其他人员办理。"


def permit(
    act: str, *, court: Court, by: User | None, people: Collection[int] = (), also: Permission | None = None
) -> None:
    """Refuse who does not plan the quota of the court (nor has the ``also`` permission there), and one's own affairs."""
    if by is None:
        return
    allowed = [Permission.PLAN_QUOTA, *([also] if also else [])]
    if court.pk not in region_of(by, *allowed):
        raise trail.Refused(NOT_YOURS.format(court=court), act=act, on=court, by=by)
    if by.pk in people:
        raise trail.Refused(OWN, act=act, on=court, by=by)


def refuse_if(problem: str, act: str, *, on: Any, by: User | None) -> None:
    """Refuse what is not possible now, with the sentence that says why; nothing where there is none.

    The sentence may name people and what is recorded of them, so its trace is nobody's to browse.
    """
    if problem:
        raise trail.Refused(problem, act=act, on=on, by=by, status=409, secret=True)


def staff_of(courts: Collection[int]) -> QuerySet[User]:
    """The people who hold a post at one of the courts today."""
    held = Posting.objects.held_on(today()).filter(court__in=courts)
    return User.objects.filter(is_active=True, pk__in=held.values("user"))


def person_named(words: str, courts: Collection[int]) -> tuple[User | None, str]:
    """The person of these courts with this staff number, username or name; else None and the sentence that says why."""
    people = staff_of(courts)
    exact = people.filter(Q(staff_no=words) | Q(username=words)).first()
    found = [exact] if exact else list(people.filter(name=words).order_by("pk")[:2])
    if not found:
        return None, f"没有找到在职的“{words}”，请核对姓名，或者改填人事编号"
    if len(found) > 1:
        return None, f"有多人名叫“{words}”，请改填人事编号"
    return found[0], ""


def is_posted(person: User, court: Court, *roles: Role) -> bool:
    """Whether the person holds a post at the court today; one of these roles, where any are named."""
    held = Posting.objects.held_on(today()).filter(user=person, court=court)
    return (held.filter(role__in=roles) if roles else held).exists()
