"""Passwords for the people of the demo court that manuals and visitors log in as."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from audit import trail
from courts.models import User
from pipeline.demo.load import CannotSynthesize
from pipeline.demo.people import DEMO_LOGINS


@dataclass(frozen=True)
class Login:
    """One person of the demo: ``roles`` and ``court`` as a visitor reads them."""

    username: str
    password: str
    name: str
    roles: str
    court: str


@transaction.atomic
def give_logins(*, at: datetime) -> list[Login]:
    """New random passwords for the known people of the demo, every role among them. Only where debugging is on."""
    if not (settings.DEBUG and settings.DEMO):
        raise CannotSynthesize("demo logins need DEBUG and DEMO switched on; a real court never has them")
    people = {user.username: user for user in User.objects.filter(username__in=DEMO_LOGINS, is_demo=True)}
    if not people:
        raise CannotSynthesize("there is no demo court here; run synthesize --court 川15 first")
    logins = [renew(people[username]) for username in DEMO_LOGINS if username in people]
    User.objects.bulk_update(people.values(), ["password"])
    trail.record("pipeline.give_logins", at=at, because="演示登录", after={"usernames": list(people)})
    return logins


def renew(user: User) -> Login:
    password = secrets.token_urlsafe(9)
    user.set_password(password)
    roles = "、".join(dict.fromkeys(seat.get_role_display() for seat in user.seats))
    return Login(user.username, password, user.name, roles, str(user.seats[0].court))
