"""The time machine (规则回放): a version tried on the cases of the last 24 months, in the background.

Cases are listed to those who may see them; numbers are of the courts where the asker makes rules, and below.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from audit import trail
from courts.clock import today
from courts.models import Court, User
from courts.reach import court_and_below
from courts.roles import Permission
from predicates.language import Misread
from supervision.models import Replay, RuleVersion
from supervision.replay_counting import months_upto
from supervision.replay_result import replayed
from supervision.rule_content import content_hash
from supervision.rule_guard import ENDED, IN_FORCE, locked, may_approve, may_edit
from supervision.rulebook import condition_of, rulebooks

ASK = "supervision.ask_replay"
MONTHS = 24
STALE = timedelta(seconds=60)
MOST_ATTEMPTS = 3
UNFINISHED = ("waiting", "running")
REPLAYING = 0x6D70  # with the number of a replay: the lock of whoever runs it
Clock = Callable[[], datetime]

SECRET = "本规则读取涉密事实，不回放：命中多少、命中哪些案件，都会说出不该知道的事。"
EDITED = "规则内容在回放开始前又有修改，请重新回放。"
GIVEN_UP = f"回放{MOST_ATTEMPTS}次都中途中断，不再重试；可以重新发起，仍不行请告知系统管理员。"


def replay_courts(user: User) -> frozenset[int]:
    """The courts over which the person may hold rules against the past: those where they write or approve rules."""
    return frozenset(user.courts_where(Permission.EDIT_RULES) | user.courts_where(Permission.APPROVE_RULES))


def may_replay(user: User, version: RuleVersion, court: Court) -> bool:
    """What is being prepared, those who prepare or approve it; what holds or held, everybody who makes rules there."""
    prepares = may_edit(user, version.rule) or may_approve(user, version.rule)
    return court.pk in replay_courts(user) and (prepares or version.status in (IN_FORCE, *ENDED))


def courts_of(version: RuleVersion, court: Court) -> set[int]:
    """The court and those below it, as far as the rule reaches."""
    here = court_and_below(court.pk)
    return here & court_and_below(version.rule.court_id) if version.rule.court_id else here


@transaction.atomic
def ask_replay(*, version: RuleVersion, months: int = MONTHS, court: Court, by: User, at: datetime) -> Replay:
    """Have a version tried on the past of the court and those below it. The same once more is the one asked before."""
    if not may_replay(by, version, court):
        raise trail.Refused("您的职务不能在该法院回放这一规则。", act=ASK, on=version, by=by)
    version = locked(version)
    if problem := why_not(version, court):
        raise trail.Refused(problem, act=ASK, on=version, by=by, status=409)
    span = months_upto(today(), months)
    same = {
        "version": version, "court": court, "content_hash": content_hash(version), "basis": basis_of(version, court),
        "starts_on": span[0].first, "ends_on": span[-1].last,
    }  # fmt: skip
    if asked := Replay.objects.filter(**same).exclude(state="failed").first():
        return asked
    replay = Replay.objects.create(**same, asked_by=by, asked_at=at)
    after = {"court": str(court), "starts_on": str(replay.starts_on), "ends_on": str(replay.ends_on)}
    trail.record(ASK, on=version, by=by, at=at, because=str(version), after=after)
    return replay


def why_not(version: RuleVersion, court: Court) -> str | None:
    """Why a version cannot be replayed there, if so."""
    if version.secret:
        return SECRET
    if not courts_of(version, court):
        return f"这是{version.rule.court}的规则，不在{court}适用。"
    try:
        condition_of(version)
    except Misread as wrong:
        return f"规则现在不能读取，请先改正：{wrong.problems[0].chinese}"
    return None


def basis_of(version: RuleVersion, court: Court) -> str:
    """A digest of the rules and numbers in force that a replay is held against."""
    books = [
        [
            book.court_ids,
            book.profile,
            sorted(book.parameters.items()),
            [one.pk for one in book.versions.values()],
        ]
        for book in rulebooks(today(), courts_of(version, court))
    ]
    return hashlib.sha256(json.dumps(books).encode()).hexdigest()


# --- what workers do ---------------------------------------------------------------------------------
def run_replay(replay_id: int, clock: Clock) -> bool:
    """Carry a replay out from its beginning; False where it is not ours to do. What a dead worker began begins anew."""
    with held(replay_id) as is_alone:
        replay = Replay.objects.select_related("version__rule__court", "court").filter(pk=replay_id).first()
        if not is_alone or replay is None or replay.court is None or replay.state not in UNFINISHED:
            return False
        if problem := cannot_run(replay):
            return not note(replay, state="failed", problem=problem, ended_at=clock())
        note(replay, state="running", progress=0, began_at=clock(), attempts=replay.attempts + 1)
        result = replayed(
            version=replay.version,
            court_ids=courts_of(replay.version, replay.court),
            months=months_upto(replay.ends_on, months_between(replay)),
            tell=lambda percent: note(replay, progress=percent),
        )
        return note(replay, state="done", progress=100, ended_at=clock(), result=result)


def cannot_run(replay: Replay) -> str | None:
    if replay.attempts >= MOST_ATTEMPTS:
        return GIVEN_UP
    if content_hash(replay.version) != replay.content_hash:
        return EDITED
    return why_not(replay.version, replay.court) if replay.court else None


def months_between(replay: Replay) -> int:
    first, last = replay.starts_on, replay.ends_on
    return (last.year - first.year) * 12 + last.month - first.month + 1


def note(replay: Replay, **fields: Any) -> bool:
    """Write how far it is; at once, so that whoever waits sees it."""
    for name, value in fields.items():
        setattr(replay, name, value)
    return bool(Replay.objects.filter(pk=replay.pk).update(**fields))


@contextmanager
def held(replay_id: int) -> Iterator[bool]:
    """Whether nobody else runs it; kept by the connection, so that a worker that dies lets go of it."""
    key = [REPLAYING, replay_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if (
            is_alone
            and not connection.needs_rollback
            and connection.connection
            and not connection.connection.closed
        ):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def left_behind(at: datetime) -> list[int]:
    """Replays nobody has begun or ended for a while: their worker died or their task was lost, or they are long ones."""
    waiting = Replay.objects.filter(state__in=UNFINISHED)
    return [one.pk for one in waiting if (one.began_at or one.asked_at) < at - STALE]
