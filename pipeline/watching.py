"""The path that does not depend on what it watches (独立看护): problems are told when they begin, daily, and when over.

Neither Celery nor Valkey nor beat takes part. What was told is remembered in a file, so that the database may be
down; mail goes straight to the server, and where mail fails, to the inbox, to a webhook and to standard error.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import Error
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from alerts.messages import Undeliverable
from alerts.models import Notice
from alerts.outgoing import post
from courts.clock import today
from courts.models import Posting, User
from courts.roles import Role
from pipeline.addresses import is_address
from pipeline.checks import Check, TooLong

AGAIN = timedelta(days=1)
SERVERS = {
    "database",
    "broker",
    "cache",
}  # while one of them is silent, others say nothing: they are not over

#: What is put around work in the database, to end by ``TooLong`` what takes too long.
Guard = Callable[[], AbstractContextManager[None]]

log = logging.getLogger(__name__)


# --- what is remembered --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Problem:
    """Something wrong: since when the watch sees it, and when it last told of it (never: ``None``)."""

    name: str
    label: str
    sentence: str
    would_be_right: str
    seen_at: datetime
    told_at: datetime | None = None


@dataclass(frozen=True)
class Remembered:
    """The open problems, and the administrators' addresses as they were when the database last answered."""

    problems: dict[str, Problem] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()


def recall(path: Path) -> Remembered:
    """What the file says; a file that is missing or cannot be read is an empty memory."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        problems = [Problem(**as_instants(each)) for each in kept["problems"]]
        return Remembered({each.name: each for each in problems}, tuple(kept["addresses"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Remembered()


def as_instants(each: dict[str, str | None]) -> dict[str, object]:
    read = {name: each[name] and datetime.fromisoformat(each[name]) for name in ("seen_at", "told_at")}
    return {**each, **read}


def keep(path: Path, memory: Remembered) -> None:
    """Whole or not at all, for this account alone. The file's age says when the watch looked last."""
    said = {"problems": [asdict(each) for each in memory.problems.values()], "addresses": memory.addresses}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False, indent=1, default=datetime.isoformat)
    draft.replace(path)


# --- what is new ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class News:
    """What is to be told: begun, still wrong after a day, and over."""

    begun: list[Problem]
    lasting: list[Problem]
    over: list[Problem]

    def __bool__(self) -> bool:
        return bool(self.begun or self.lasting or self.over)

    @property
    def wrong(self) -> list[Problem]:
        return self.begun + self.lasting


def follow(
    known: dict[str, Problem], checks: Iterable[Check], at: datetime
) -> tuple[dict[str, Problem], dict[str, Problem]]:
    """The problems that stand now, and those of ``known`` that are over."""
    seen = {check.name: check for check in checks}
    wrong = {name: check for name, check in seen.items() if not check.ok}
    standing = {name: problem_of(check, known.get(name), at) for name, check in wrong.items()}
    if SERVERS & set(wrong):
        standing |= {name: problem for name, problem in known.items() if name not in seen}
    return standing, {name: problem for name, problem in known.items() if name not in standing}


def problem_of(check: Check, known: Problem | None, at: datetime) -> Problem:
    if known:
        return replace(known, sentence=check.sentence, label=check.label)
    return Problem(check.name, check.label, check.sentence, check.would_be_right, seen_at=at)


def news_of(
    standing: dict[str, Problem], over: dict[str, Problem], at: datetime, patience: timedelta
) -> News:
    """``patience``: how long something must have been seen wrong before it is told. What was not told is not over."""
    return News(
        begun=[each for each in standing.values() if each.told_at is None and at - each.seen_at >= patience],
        lasting=[
            each for each in standing.values() if each.told_at is not None and at - each.told_at >= AGAIN
        ],
        over=[each for each in over.values() if each.told_at is not None],
    )


# --- telling -------------------------------------------------------------------------------------------
def look(
    checks: list[Check], *, at: datetime, path: Path, patience: timedelta, guard: Guard = nullcontext
) -> News:
    """Compare with what is remembered, tell what is new and remember it. What reached nobody is told next time."""
    memory = recall(path)
    standing, over = follow(memory.problems, checks, at)
    news = news_of(standing, over, at, patience)
    people = administrators(guard)
    addresses = memory.addresses if people is None else tuple(each.email for each in people if each.email)
    if news and tell(news, at=at, people=people or [], addresses=addresses, guard=guard):
        standing |= {each.name: replace(each, told_at=at) for each in news.wrong}
    elif news:
        standing |= {each.name: each for each in news.over}
    keep(path, Remembered(standing, addresses))
    return news


def administrators(guard: Guard = nullcontext) -> list[User] | None:
    """Who keeps the system: the people posted as 系统管理员 today. None where the database does not say."""
    try:
        with guard():
            posted = Posting.objects.held_on(today()).filter(role=Role.ITADMIN).values("user")
            return list(User.objects.filter(pk__in=posted, is_active=True).order_by("pk"))
    except (Error, TooLong):
        return None


def tell(
    news: News, *, at: datetime, people: list[User], addresses: Iterable[str], guard: Guard = nullcontext
) -> bool:
    """By mail; to the inbox of whom mail does not reach; by webhook if mail fails. Whether anybody was reached."""
    subject, text = subject_of(news), text_of(news, at)
    log.warning("%s\n%s", subject, text)
    mailed = send_mail(subject, text, sorted({*settings.ALARM_TO, *addresses}))
    unmailed = [each for each in people if not (mailed and is_address(each.email))]
    noticed = put_into_inbox(subject, at, unmailed, guard)
    return mailed or (call_webhook(subject, text) or noticed)


def send_mail(subject: str, text: str, addresses: list[str]) -> bool:
    """To those that are addresses at all: one that is not would keep the mail from all the others."""
    to = [each for each in addresses if is_address(each)]
    for each in set(addresses) - set(to):
        log.error('left out of the mail: "%s" is no e-mail address', each)
    if not to:
        log.error("nobody to mail: set ALARM_TO, or give a 系统管理员 an e-mail address")
        return False
    try:
        return bool(EmailMessage(subject, text, to=to).send())
    except (OSError, ValueError) as wrong:  # ValueError: a subject or sender that cannot be written
        log.error("the mail was not sent: %s", wrong)
        return False


def put_into_inbox(subject: str, at: datetime, people: list[User], guard: Guard = nullcontext) -> bool:
    if not people:
        return False  # and the database is not asked
    address = reverse("pipeline:running")
    words = {"kind": "system", "role": "itadmin", "subject": subject[:200], "address": address, "told_at": at}
    try:
        with guard():
            return bool(Notice.objects.bulk_create(Notice(person=each, **words) for each in people))
    except (Error, TooLong) as wrong:
        log.error("the inbox was not written: %s", str(wrong) or "the database did not answer in time")
        return False


def call_webhook(subject: str, text: str) -> bool:
    if not settings.ALARM_WEBHOOK:
        return False
    body = json.dumps({"subject": subject, "text": text}, ensure_ascii=False).encode()
    try:
        post(settings.ALARM_WEBHOOK, body, {})
    except Undeliverable as wrong:
        log.error("the webhook was not called: %s", wrong.problem)
        return False
    return True


def subject_of(news: News) -> str:
    if not news.wrong:
        return _("【明镜】运行恢复：%s") % named(news.over)
    return _("【明镜】运行异常 %(count)s 项：%(names)s") % {
        "count": len(news.wrong),
        "names": named(news.wrong),
    }


def named(problems: list[Problem]) -> str:
    return "、".join(problem.label for problem in problems)


def text_of(news: News, at: datetime) -> str:
    parts = (
        (_("新出现的异常"), news.begun, line_of),
        (_("仍未解决的异常（每日提醒一次）"), news.lasting, line_of),
        (_("已恢复"), news.over, over_of),
    )
    lines = [line for title, found, said in parts if found for line in (title, *map(said, found), "")]
    told = {
        "address": settings.SITE_ADDRESS + reverse("pipeline:running"),
        "at": f"{localtime(at):%Y-%m-%d %H:%M}",
    }
    return "\n".join([*lines, _("查看运行状况：%(address)s（%(at)s）") % told])


def line_of(problem: Problem) -> str:
    told = {"label": problem.label, "sentence": problem.sentence, "right": problem.would_be_right}
    since = f"{localtime(problem.seen_at):%m-%d %H:%M}"
    return "· " + _("%(label)s：%(sentence)s。%(right)s。发现于 %(since)s") % {**told, "since": since}


def over_of(problem: Problem) -> str:
    since = f"{localtime(problem.seen_at):%m-%d %H:%M}"
    return "· " + _("%(label)s：恢复正常（异常发现于 %(since)s）") % {"label": problem.label, "since": since}
