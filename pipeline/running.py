"""Whether the system itself runs (运行状况). The page, the metric and the independent watch all read ``state``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, ClassVar

from django.db import Error
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import KombuError
from redis import RedisError

from catalogues.selectors import NotPublished
from pipeline import parts
from pipeline.checks import Check, TooLong
from pipeline.jobs import jobs

OUT_OF_REACH = (Error, RedisError, KombuError, OSError, NotPublished, TooLong)
REMEMBERED = 60.0  # seconds for which a process shows the same banner without looking again


@dataclass(frozen=True)
class Part:
    """A function that looks, the parts it cannot look without, and whether the database alone can tell."""

    label: Any
    look: Callable[[datetime], Iterable[Check]]
    needs: frozenset[str] = frozenset({"database"})


ALONE: frozenset[str] = frozenset()

#: What is looked after, the servers that others need first. A new part is one function.
PARTS = {
    "database": Part(gettext_lazy("数据库"), parts.database, ALONE),
    "broker": Part(gettext_lazy("任务队列"), parts.broker, ALONE),
    "cache": Part(gettext_lazy("缓存"), parts.cached, ALONE),
    "workers": Part(gettext_lazy("后台进程"), parts.workers, frozenset({"broker"})),
    "mail_server": Part(gettext_lazy("邮件服务器"), parts.mail_server, ALONE),
    "disk": Part(gettext_lazy("磁盘"), parts.disk, ALONE),
    "watch": Part(gettext_lazy("看护进程"), parts.watch, ALONE),
    "sweeps": Part(gettext_lazy("当日巡检"), parts.sweeps),
    "jobs": Part(gettext_lazy("定时任务"), jobs),
    "outbox": Part(gettext_lazy("待重算"), parts.outbox),
    "deliveries": Part(gettext_lazy("消息发送"), parts.deliveries),
    "bounces": Part(gettext_lazy("未送达"), parts.bounces),
    "trail": Part(gettext_lazy("留痕封存"), parts.trail),
    "calendar": Part(gettext_lazy("日历"), parts.calendar, frozenset({"database", "cache"})),
}


def state(at: datetime, *, guard: Callable[[], AbstractContextManager[None]] = nullcontext) -> list[Check]:
    """All checks at that moment. What needs a part that does not answer is left out: it would only repeat it.

    ``guard`` is put around every part: the watch ends what takes too long by raising ``TooLong``.
    """
    found: list[Check] = []
    for name, part in PARTS.items():
        silent = {check.name for check in found if not check.ok}
        if not silent & part.needs:
            found += looked(name, part, at, guard)
    return found


def looked(
    name: str, part: Part, at: datetime, guard: Callable[[], AbstractContextManager[None]] = nullcontext
) -> list[Check]:
    """What the part says; that it cannot be looked at is something wrong too."""
    try:
        with guard():
            return list(part.look(at))
    except OUT_OF_REACH as wrong:
        sentence = _("无法访问（%s）") % type(wrong).__name__
        return [Check(name, str(part.label), ok=False, sentence=sentence, would_be_right=_("应可访问"))]


def wrong_first(checks: Iterable[Check]) -> list[Check]:
    return sorted(checks, key=lambda check: check.ok)


class Memory:
    """What this process saw last: the banner is on every page and must not cost every page a look."""

    troubles = 0
    looked_at: ClassVar[float | None] = None


def count_troubles(at: datetime) -> int:
    """How much is wrong as far as the database alone can tell: the banner waits neither for queue nor for mail."""
    if Memory.looked_at is None or monotonic() - Memory.looked_at > REMEMBERED:
        in_database = {name: part for name, part in PARTS.items() if part.needs == {"database"}}
        checks = [check for name, part in in_database.items() for check in looked(name, part, at)]
        Memory.troubles = sum(not check.ok for check in checks)
        Memory.looked_at = monotonic()
    return Memory.troubles
