"""The parts of the system that are looked after besides its jobs: servers, queues, mail, what piles up (各部分检查)."""

from __future__ import annotations

import shutil
import smtplib
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from time import time

from amqp.exceptions import ChannelError
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, F, Min, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from alerts.deliveries import sending_state
from alerts.models import Delivery, Sweep
from alerts.sweeps import courts_in_use
from audit.models import Entry, Seal
from cases.models import Change
from catalogues.selectors import years_missing
from courts.clock import today
from pipeline.checks import Check, moment
from pipeline.models import Run

PATIENCE = 3.0  # seconds for a server to answer
WAITING_LONG = timedelta(minutes=30)
UNSENT_LONG = timedelta(minutes=30)
UNSEALED_LONG = timedelta(minutes=10)
SWEEPING_LONG = timedelta(hours=2)
TWO_ROUNDS = timedelta(minutes=10)
HANDS_OUT = "alerts.tasks.sweep_courts"
IS_DONE = Q(done_at__gte=F("started_at"))  # one that began again and has not ended is under way
WATCHED_LATELY = 300  # seconds
LEAST_FREE = 1024**3
MANY_QUEUED = 10_000
NO_MAIL = ("console", "locmem", "dummy", "filebased")


# --- servers -----------------------------------------------------------------------------------------
def database(at: datetime) -> Iterable[Check]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
    sentence = _("可访问，占用 %.1f GB") % (size / 1024**3)
    yield Check("database", _("数据库"), ok=True, sentence=sentence, figures={"database_bytes": size})


def broker(at: datetime) -> Iterable[Check]:
    queued = {}
    with current_app.connection_for_read() as line:
        line.ensure_connection(max_retries=1, timeout=PATIENCE)
        for name in queues():
            queued[name] = waiting_in(line.default_channel, name)
    total = sum(queued.values())
    yield Check(
        "broker",
        _("任务队列"),
        ok=total < MANY_QUEUED,
        sentence=_("可访问，排队任务 %s 个") % total,
        would_be_right=_("排队任务应少于 %s 个") % MANY_QUEUED,
        figures={f"queue_{name}_tasks": count for name, count in queued.items()},
    )


def queues() -> set[str]:
    routed = {route["queue"] for route in current_app.conf.task_routes.values()}
    return routed | {current_app.conf.task_default_queue}


def waiting_in(channel: object, name: str) -> int:
    """An empty queue is no queue to the broker."""
    with suppress(ChannelError):
        return channel.queue_declare(queue=name, passive=True).message_count
    return 0


def cached(at: datetime) -> Iterable[Check]:
    cache.get("running")
    yield Check("cache", _("缓存"), ok=True, sentence=_("可访问"))


def workers(at: datetime) -> Iterable[Check]:
    """Every queue has a worker that answers; a worker of no queue does not count."""
    answers = current_app.control.inspect(timeout=1.0).active_queues() or {}
    served = {queue["name"] for each in answers.values() for queue in each}
    unserved = sorted(queues() - served)
    sentence = _("%s 个后台进程应答") % len(answers)
    if unserved:
        sentence += _("，没有进程处理队列 %s") % "、".join(unserved)
    yield Check(
        "workers",
        _("后台进程"),
        ok=not unserved,
        sentence=sentence,
        would_be_right=_("每个队列至少有一个后台进程"),
        figures={"workers": len(answers)},
    )


def mail_server(at: datetime) -> Iterable[Check]:
    if settings.EMAIL_BACKEND.rpartition(".")[0].endswith(NO_MAIL):
        return
    host = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    right = _("%s 应能连接（EMAIL_HOST、EMAIL_PORT）") % host
    try:
        speak = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
        with speak(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=PATIENCE) as line:
            line.noop()
    except OSError as wrong:  # smtplib's own are among them
        sentence = _("%(host)s 无法连接：%(problem)s") % {"host": host, "problem": type(wrong).__name__}
        yield Check("mail_server", _("邮件服务器"), ok=False, sentence=sentence, would_be_right=right)
    else:
        yield Check("mail_server", _("邮件服务器"), ok=True, sentence=_("%s 可连接") % host)


def disk(at: datetime) -> Iterable[Check]:
    free = shutil.disk_usage(settings.VAR_DIR).free
    yield Check(
        "disk",
        _("磁盘"),
        ok=free > LEAST_FREE,
        sentence=_("剩余 %.1f GB") % (free / 1024**3),
        would_be_right=_("剩余应多于 1 GB"),
        figures={"disk_free_bytes": free},
    )


def watch(at: datetime) -> Iterable[Check]:
    """The independent process that tells of all this writes its file at every look."""
    path = settings.VAR_DIR / "watch.json"
    age = time() - path.stat().st_mtime if path.exists() else None
    ok = age is not None and age < WATCHED_LATELY
    sentence = _("%d 秒前看过") % age if age is not None else _("没有运行过")
    yield Check(
        "watch", _("看护进程"), ok=ok, sentence=sentence, would_be_right=_("manage.py watch 应一直运行")
    )


# --- what piles up -----------------------------------------------------------------------------------
def outbox(at: datetime) -> Iterable[Check]:
    found = Change.objects.aggregate(count=Count("*"), oldest=Min("at"))
    age = at - found["oldest"] if found["oldest"] else timedelta()
    sentence = _("没有等待重算的变更")
    if found["count"]:
        told = {"count": found["count"], "oldest": moment(found["oldest"])}
        sentence = _("%(count)s 项变更等待重算，最早一项自 %(oldest)s") % told
    yield Check(
        "outbox",
        _("待重算"),
        ok=age <= WAITING_LONG,
        since=found["oldest"] if age > WAITING_LONG else None,
        sentence=sentence,
        would_be_right=_("应在 30 分钟内重算"),
        figures={"outbox_changes": found["count"], "outbox_oldest_seconds": max(0.0, age.total_seconds())},
    )


def deliveries(at: datetime) -> Iterable[Check]:
    sending = sending_state(at)
    oldest = Delivery.objects.filter(state="waiting", next_at__lte=at).aggregate(at=Min("next_at"))["at"]
    age = at - oldest if oldest else timedelta()
    yield Check(
        "deliveries",
        _("消息发送"),
        ok=age <= UNSENT_LONG,
        since=oldest if age > UNSENT_LONG else None,
        sentence=_("到时未发 %s 件") % sending.waiting,
        would_be_right=_("到时应在 30 分钟内发出"),
        figures={
            "deliveries_waiting": sending.waiting,
            "deliveries_oldest_seconds": age.total_seconds(),
        },
    )


def bounces(at: datetime) -> Iterable[Check]:
    """Apart from what waits: an address that is wrong all day hides no server that stops at noon."""
    sending = sending_state(at)
    told = {"failed": sending.failed_today, "bounced": sending.bounced_today}
    yield Check(
        "bounces",
        _("未送达"),
        ok=not sending.failed_today,
        sentence=_("今日未送达 %(failed)s 件（其中退信 %(bounced)s 件）") % told,
        would_be_right=_("应没有退信或未送达，请核对收件地址"),
        figures={f"deliveries_{name}": count for name, count in told.items()},
    )


def trail(at: datetime) -> Iterable[Check]:
    newest = Seal.objects.order_by("-last_sequence").values_list("highest_entry", flat=True).first() or 0
    oldest = Entry.objects.filter(pk__gt=newest).order_by("pk").values_list("at", flat=True).first()
    ok = oldest is None or at - oldest <= UNSEALED_LONG
    yield Check(
        "trail",
        _("留痕封存"),
        ok=ok,
        since=None if ok else oldest,
        sentence=_("全部已及时封存") if ok else _("有留痕自 %s 起未封存") % moment(oldest),
        would_be_right=_("留痕应在一分钟内封存"),
    )


# --- the work of the day -----------------------------------------------------------------------------
def sweeps(at: datetime) -> Iterable[Check]:
    """Whether every court in use was brought to this day; what was made up is told with it."""
    day, begun = today(), sweeping_since(at)
    swept = Sweep.objects.filter(day=day)
    done = set(swept.filter(IS_DONE).values_list("court_id", flat=True))
    courts = done | set(courts_in_use(day).values_list("pk", flat=True))
    late = sum(swept.values_list("late", flat=True))
    since = behind_since(day, begun, courts - done, at) if at - begun > SWEEPING_LONG else None
    ok = since is None
    sentence = _("%(day)s 已巡检 %(done)s / %(all)s 个法院") % {
        "day": day,
        "done": len(done),
        "all": len(courts),
    }
    yield Check(
        "sweeps",
        _("当日巡检"),
        ok=ok,
        since=since,
        sentence=sentence + (_("，补发 %s 条") % late if late else ""),
        would_be_right=_("当日零时后两小时内应全部巡检"),
        figures={"sweep_courts": len(courts), "sweep_courts_done": len(done), "sweep_late_alerts": late},
    )


def behind_since(day: date, begun: datetime, courts: set[int], at: datetime) -> datetime | None:
    """Since when some of these courts, whose sweep is not done, should have been swept; None where all are in good time.

    A court that comes into use during the day, or is swept once more, has as long as two rounds of ``sweep_courts``.
    """
    known = set(Sweep.objects.filter(day__lt=day, court__in=courts).values_list("court_id", flat=True))
    sweeps = Sweep.objects.filter(day=day, court__in=courts)
    since = [begun if each.done_at is None and each.court_id in known else each.started_at for each in sweeps]
    found = [start for start in since if start == begun or at - start > TWO_ROUNDS]
    if len(since) < len(courts) and not Run.objects.filter(name=HANDS_OUT, done_at__gte=begun).exists():
        found.append(begun)  # none was handed out today; had they been, those left came into use since
    return min(found, default=None)


def sweeping_since(at: datetime) -> datetime:
    """Since when today's sweep could be under way: midnight, or when the sweeping was put in the schedule."""
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    known = Run.objects.filter(name=HANDS_OUT).values_list("expected_at", flat=True).first()
    return max(midnight, known or at)


def calendar(at: datetime) -> Iterable[Check]:
    missing = years_missing(today())
    sentence = _("所需年份的放假安排均已录入")
    if missing:
        sentence = _("%s 年放假安排尚未录入目录") % "、".join(map(str, missing))
    right = _("应在国务院公布后录入节假日与调休")
    yield Check("calendar", _("日历"), ok=not missing, sentence=sentence, would_be_right=right)
