"""The president's list (院长清单): which cases of the court are near their limit, as a sheet, to each of its presidents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from alerts.deliveries import queue
from alerts.guarded import each_for_itself
from alerts.hours import Window, later_today
from alerts.lateness import day_of_words, is_overtaken
from alerts.letters import MARK, STAGES, Letter, written
from alerts.links import link_to
from alerts.messages import Message
from alerts.models import Alert, Delivery, Notice
from alerts.reminders import SEVERE
from alerts.selectors import open_alerts
from alerts.sheets import masked, sheet
from cases.models import Clock
from cases.selectors import days_paused
from catalogues.selectors import law_in_use
from courts.models import Court, Posting, User
from courts.roles import Role


def near_limit(alerts: QuerySet[Alert], courts: Iterable[int]) -> QuerySet[Alert]:
    """The open alerts about limits near their end or past it, as the pages say 临近审限; never of a sealed case (封存)."""
    return alerts.filter(kind="statutory", stage__in=SEVERE, case__court__in=courts, case__sealed="")


def queue_lists(*, at: datetime, today: date) -> int:
    """Queue the list for the presidents of every court where it changed or the week begins; once a day and person."""
    hour = law_in_use().setting("digest_hour", today)
    done = set(
        Delivery.objects.filter(kind="list", key__startswith=f"{today} ").values_list("court", flat=True)
    )
    presidents = {court: people for court, people in presidents_on(today).items() if court.pk not in done}
    contents = contents_of(presidents)

    def queue_court(court: Court) -> int:
        window = Window.of(court.pk, today)
        is_time = window.is_open(at, hour) and later_today(at, window)
        return queue_for(court, presidents[court], contents[court.pk], window, at) if is_time else 0

    listed = {f"list of court {court.pk}": court for court in presidents if contents.get(court.pk)}
    return each_for_itself(listed, queue_court)


def presidents_on(day: date) -> dict[Court, list[User]]:
    posts = Posting.objects.held_on(day).filter(role=Role.PRESIDENT, user__is_active=True)
    found: dict[Court, list[User]] = defaultdict(list)
    for post in posts.select_related("court", "user").order_by("court", "pk"):
        if post.user not in found[post.court]:
            found[post.court].append(post.user)
    return found


def contents_of(courts: Iterable[Court]) -> dict[int, list[str]]:
    """What stands on each court's list, as texts that differ when anything on it does."""
    alerts = near_limit(Alert.objects.open(), [court.pk for court in courts])
    found: dict[int, list[str]] = defaultdict(list)
    for court, case, stage, due_on in alerts.order_by("case").values_list(
        "case__court", "case", "stage", "due_on"
    ):
        found[court].append(f"{case} {stage} {due_on}")
    return found


@transaction.atomic
def queue_for(court: Court, people: Sequence[User], content: list[str], window: Window, at: datetime) -> int:
    """The list of one court to each of its presidents who has not had it like this, or not yet this week."""
    Court.objects.select_for_update(no_key=True).get(pk=court.pk)  # two beats at once: one after the other
    state, before = sha256("\n".join(content).encode()).hexdigest()[:32], last_lists(court, people)
    queued = 0
    for person in people:
        last_day, last_state = before.get(person.pk, ("", ""))
        is_same = last_state == state or (last_day and not person.email)  # without mail: once a week
        if last_day == str(window.day) or (is_same and not window.is_first_of_the_week()):
            continue
        stages = [line.split()[1] for line in content]
        queued += tell_president(court, person, f"{window.day} {court.pk} {state}", stages, at)
    return queued


def last_lists(court: Court, people: Iterable[User]) -> dict[int, tuple[str, str]]:
    """The day and the state of the last list of the court each of these people got, by mail or in the inbox alone."""
    notices = Notice.objects.filter(kind="list", person__in=people, address=address_of(court))
    told = notices.order_by("person", "-told_on").distinct("person").values_list("person_id", "told_on")
    rows = Delivery.objects.filter(kind="list", court=court, person__in=people).exclude(state="failed")
    sent = rows.order_by("person", "-pk").distinct("person").values_list("person_id", "key")
    return {person: (str(day), "") for person, day in told} | {
        person: (key.split()[0], key.split()[2]) for person, key in sent
    }


def tell_president(court: Court, person: User, key: str, stages: list[str], at: datetime) -> int:
    """One line in the inbox, which takes the place of an older one still unread, and the mail with the sheet."""
    line = {"person": person, "kind": "list", "address": address_of(court)}
    Notice.objects.filter(**line, read_at=None).update(read_at=at)
    notice = Notice.objects.create(
        **line,
        role="president",
        subject=counted_near(stages),
        told_at=at,
        told_on=date.fromisoformat(key.split()[0]),
    )
    to = {"court": court, "person": person, "notices": [notice.pk]}
    return int(queue(kind="list", channel="email", key=key, at=at, **to) is not None)


def counted_near(stages: Sequence[str]) -> str:
    """«共有 20 件案件临近审限、2 件已超审限»; together they are the rows of the list."""
    over = stages.count("overdue")
    near = f"{len(stages) - over} 件案件临近审限" if len(stages) > over else ""
    late = f"{over} 件{'' if near else '案件'}已超审限" if over else ""
    return f"系统监测到你院共有 {'、'.join(filter(None, (near, late)))}"


def sentence(alerts: Sequence[Alert]) -> str:
    return f"{counted_near([alert.stage for alert in alerts])}，清单见附件"


def address_of(court: Court) -> str:
    """Where the same cases stand on a page."""
    return f"{reverse('alerts:near')}?{urlencode({'court': court.code or court.pk})}"


def compose(delivery: Delivery, at: datetime) -> Message | None:
    """The list as it stands now, of what its reader may see; None where they preside no more or nothing is near."""
    day, court, person = day_of_words(delivery.key.split()[0]), delivery.court, delivery.person
    if person is None or court is None or not presides(person, court, day):
        return None
    if is_overtaken(delivery, court=court):
        return None
    alerts = list(near_limit(open_alerts(person), [court.pk]))
    if not alerts:
        return None
    name = f"{court.name}-临近审限案件清单-{day}"
    above = (f"{court.name} 临近审限案件清单", *heading(court, len(alerts), day, at))
    attachment = sheet(name, above, rows_of(alerts, day))
    letter = letter_of(court, person, alerts, day, at)
    subject = f"{MARK}{sentence(alerts)}"
    return written(letter, subject=subject, count=len(alerts), attachments=(attachment,))


def presides(person: User, court: Court, day: date) -> bool:
    posts = Posting.objects.held_on(day).filter(user=person, court=court, role=Role.PRESIDENT)
    return person.is_active and posts.exists()


def heading(court: Court, count: int, day: date, at: datetime) -> tuple[str, ...]:
    """Filters, definition and time of the data, as they stand above the table and below the letter."""
    stages = "、".join(STAGES[stage] for stage in SEVERE)
    return (
        f"范围：{court.name}未结案件，不含封存案件；共 {count} 件",
        f"口径：法定审限已到预警{stages}阶段的案件，一案一行；到期日由系统按已登记的事实计算，暂停天数为已扣除的天数",
        f"数据时间：{day}（{timezone.localtime(at):%Y-%m-%d %H:%M} 生成）",
    )


def rows_of(alerts: Sequence[Alert], day: date) -> list[tuple[object, ...]]:
    clocks = Clock.objects.filter(case__in=[alert.case_id for alert in alerts], kind="statutory")
    paused = {clock.case_id: days_paused(clock.excluded_days, clock.paused_on, day) for clock in clocks}
    return [
        masked(alert.case, alert.due_on, (alert.due_on - day).days, STAGES[alert.stage], paused.get(alert.case_id, 0))
        for alert in alerts
    ]  # fmt: skip


def letter_of(court: Court, person: User, alerts: Sequence[Alert], day: date, at: datetime) -> Letter:
    return Letter(
        greeting=f"{person.name}院长，您好：",
        paragraphs=(f"{sentence(alerts)}。",),
        link=link_to(address_of(court)),
        notes=heading(court, len(alerts), day, at),
    )
