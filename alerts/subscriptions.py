"""Subscriptions (订阅): a page with its conditions, sent at intervals, always as the recipient may see it then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone, translation

from alerts import deliveries
from alerts.guarded import each_for_itself
from alerts.hours import Window, later_today
from alerts.lateness import day_of_words, is_overtaken
from alerts.letters import MARK, Letter, and_more, written
from alerts.links import link_to
from alerts.messages import Message
from alerts.models import Delivery, Notice, Subscription
from alerts.pages import ATTACHED, FIRST, SEARCH, NotOffered, Page, Seen, page_at
from alerts.sheets import sheet
from audit import trail
from catalogues.selectors import law_in_use
from courts.models import User
from courts.roles import Permission

SUBSCRIBE, END, SEND = "alerts.subscribe", "alerts.end_subscription", "alerts.send_subscription"
OVERSEES = (Permission.MANAGE_SENDING, Permission.SEND_PROMPT)
TERMS = ("name", "every", "weekday")


# --- beginning and ending ------------------------------------------------------------------------------------
@transaction.atomic
def subscribe(
    *,
    person: User,
    page: str,
    query: str,
    name: str,
    every: str,
    weekday: int,
    by: User,
    at: datetime,
    today: date,
) -> Subscription:
    """Have a view sent to a person of one's own, or as a manager to one of the court. Twice is the same as once."""
    court = court_for(person, by)
    query = tidy(query)
    check(person, page, query, today, by)
    terms = {"name": name, "every": every, "weekday": weekday}
    found, is_new = Subscription.objects.select_for_update().get_or_create(
        person=person, page=page, query=query, ended_at=None,
        defaults=terms | {"owner": by, "court_id": court, "created_at": at, "looked_on": today - timedelta(days=1)},
    )  # fmt: skip
    if is_new or {field: getattr(found, field) for field in TERMS} != terms:
        Subscription.objects.filter(pk=found.pk).update(**terms)
        found.refresh_from_db()
        after = terms | {"name": name_outside(found), "person": person.name}
        after |= {"page": page, "query": unsearched(query)}
        trail.record(SUBSCRIBE, on=found, by=by, at=at, after=after)
    return found


def court_for(person: User, by: User) -> int:
    """The court of the recipient in which the subscriber may order this."""
    courts = [seat.court_id for seat in person.seats] if person.is_active else []
    if person.pk != by.pk:
        mine = set().union(*(by.courts_where(permission) for permission in OVERSEES))
        courts = [court for court in courts if court in mine]
    if not courts:
        raise trail.Refused(
            "只能为本人，或为本院在职人员订阅（须有发送管理或提示的职权）。", act=SUBSCRIBE, on=by, by=by
        )
    return courts[0]


def tidy(query: str) -> str:
    """The conditions without empty ones, without the number of the page and the case that was open beside it."""
    return urlencode([(name, value) for name, value in parse_qsl(query) if name not in ("page", "side")])


def unsearched(query: str) -> str:
    """The conditions without what was searched for, which may be the name of a party."""
    return urlencode([(name, value) for name, value in parse_qsl(query) if name != SEARCH])


def check(person: User, page: str, query: str, today: date, by: User) -> None:
    known = page_at(page)
    problem = "" if known else "这个页面不能订阅，请在案件列表或今日队列中订阅。"
    if known:
        try:
            known.look(person, QueryDict(query), today)
        except NotOffered as refusal:
            problem = f"接收人的可见范围内没有所选的“{refusal.fields}”，请去掉这一条件后再订阅。"
    if problem:
        raise trail.Refused(problem, act=SUBSCRIBE, on=by, by=by, status=409)


@transaction.atomic
def end_subscription(*, subscription: Subscription, by: User | None, because: str, at: datetime) -> None:
    """Send no more. Its owner, its recipient and who manages the court's sending may; ``by=None`` is the system."""
    if by is not None and not may_end(subscription, by):
        raise trail.Refused(
            "只有订阅人、接收人和本院发送管理人员可以终止订阅。", act=END, on=subscription, by=by
        )
    standing = Subscription.objects.filter(pk=subscription.pk, ended_at=None)
    if standing.update(ended_at=at, ended_because=because[:100]):
        before = {"person": subscription.person.name, "name": name_outside(subscription)}
        trail.record(END, on=subscription, by=by, at=at, because=because, before=before)


def may_end(subscription: Subscription, by: User) -> bool:
    is_own = by.pk in (subscription.owner_id, subscription.person_id)
    return is_own or subscription.court_id in by.courts_where(Permission.MANAGE_SENDING)


# --- sending ---------------------------------------------------------------------------------------------------
def queue_subscriptions(*, at: datetime, today: date) -> int:
    """Queue what is due, at most once a day each; end what nobody may receive any more."""
    hour = law_in_use().setting("digest_hour", today)

    def queue_if_time(subscription: Subscription) -> int:
        window = Window.of(subscription.court_id, today)
        has_come = window.is_open(at, hour) and is_time(subscription, today)
        return queue_one(subscription, window, at) if has_come else 0

    waiting = Subscription.objects.filter(ended_at=None).exclude(sent_on=today)
    waiting = waiting.select_related("person", "court").order_by("pk")
    return each_for_itself({f"subscription {each.pk}": each for each in waiting}, queue_if_time)


def is_time(subscription: Subscription, today: date) -> bool:
    """Whether its day has come; a weekly one whose day was off or an outage follows on the next working day."""
    if subscription.every != "week":
        return True
    chosen = today - timedelta(days=(today.isoweekday() - subscription.weekday) % 7)
    return subscription.looked_on < chosen


@transaction.atomic
def queue_one(subscription: Subscription, window: Window, at: datetime) -> int:
    today = window.day
    seen = looked_at(subscription, today)
    if isinstance(seen, str):
        end_subscription(subscription=subscription, by=None, because=seen, at=at)
        return 0
    if later_today(at, window) is None:
        return 0
    Subscription.objects.filter(pk=subscription.pk).exclude(looked_on=today).update(looked_on=today)
    return send(subscription, seen, at, today) if is_worth_sending(subscription, seen) else 0


def looked_at(subscription: Subscription, today: date) -> Seen | str:
    """What the recipient would see now; or why nothing may be sent to them any more."""
    person, page = subscription.person, page_at(subscription.page)
    if not person.is_active or not person.seats:
        return "接收人已停用" if not person.is_active else "接收人已无任职"
    if page is None:
        return "订阅的页面已不存在"
    try:
        return look(page, subscription, today)
    except NotOffered as refusal:
        return f"接收人的可见范围内已没有所选的“{refusal.fields}”"


def look(page: Page, subscription: Subscription, today: date) -> Seen:
    with translation.override(settings.LANGUAGE_CODE):
        return page.look(subscription.person, QueryDict(subscription.query), today)


def is_worth_sending(subscription: Subscription, seen: Seen) -> bool:
    """An empty list is news only where it was not empty before."""
    if subscription.every != "change":
        return seen.count > 0
    return seen.key != subscription.seen_key and bool(seen.count or subscription.seen_key)


@transaction.atomic
def send(subscription: Subscription, seen: Seen, at: datetime, today: date) -> int:
    """One line in the recipient's inbox and one mail; of two beats at once the first alone."""
    mine = Subscription.objects.filter(pk=subscription.pk, ended_at=None).exclude(sent_on=today)
    if not mine.update(sent_on=today, seen_key=seen.key):
        return 0
    line = {"person": subscription.person, "kind": "subscription", "address": address_of(subscription)}
    Notice.objects.filter(**line, read_at=None).update(read_at=at)
    said = {"subject": f"{subscription.name}：{seen.count} 件"[:200], "told_at": at, "told_on": today}
    notice = Notice.objects.create(**line, **said, role="subscriber")
    trail.record(
        SEND, on=subscription, at=at, after={"person": subscription.person.name, "count": seen.count}
    )
    to = {"court": subscription.court, "person": subscription.person, "notices": [notice.pk]}
    deliveries.queue(kind="subscription", channel="email", key=f"{subscription.pk} {today}", at=at, **to)
    return 1


def address_of(subscription: Subscription) -> str:
    """Leads to the page with its conditions, which are not written into what leaves the house."""
    return reverse("alerts:open-subscription", args=[subscription.pk])


def compose(delivery: Delivery, at: datetime) -> Message | None:
    """The view as its recipient sees it now; None where it has ended or nothing is left."""
    pk, _, day_text = delivery.key.partition(" ")
    found = Subscription.objects.filter(pk=pk, ended_at=None).select_related("person", "court").first()
    day = day_of_words(day_text)
    seen = looked_at(found, day) if found else ""
    if is_overtaken(delivery, key__startswith=f"{pk} ") or found is None:
        return None
    if isinstance(seen, str) or not (seen.count or found.every == "change"):
        return None
    name = name_outside(found)
    is_attached = seen.count > 0 and found.person.may(Permission.EXPORT_CASES)
    files = (sheet(f"{name}-{day}", (name, *notes_on(seen, at)), seen.sheet_rows()),) if is_attached else ()
    letter = letter_of(found, name, seen, at, is_attached=is_attached)
    return written(letter, subject=f"{MARK}订阅：{name} {seen.count} 件", count=seen.count, attachments=files)


def name_outside(subscription: Subscription) -> str:
    """The name as it may leave the house: without what was searched for, which may be a party."""
    searched = QueryDict(subscription.query).get(SEARCH, "").strip()
    is_safe = not searched or searched not in subscription.name
    return subscription.name if is_safe else "检索结果"


def notes_on(seen: Seen, at: datetime) -> tuple[str, ...]:
    """Filters, definition and time of the data, as they stand above the table and below the letter."""
    limited = f"；附件至多 {ATTACHED} 件" if seen.count > ATTACHED else ""
    return (
        f"筛选条件：{seen.in_words()}；共 {seen.count} 件{limited}",
        "口径：按接收人发送时的可见范围，不含封存案件；到期日由系统按已登记的事实计算",
        f"数据时间：{seen.day}（{timezone.localtime(at):%Y-%m-%d %H:%M} 生成）",
    )


def letter_of(
    subscription: Subscription, name: str, seen: Seen, at: datetime, *, is_attached: bool
) -> Letter:
    attached = "，清单见附件" if is_attached else ""
    manage = f"这是您订阅的内容，随时可以终止：{link_to(reverse('alerts:subscriptions'))}"
    return Letter(
        greeting=f"{subscription.person.name}，您好：",
        paragraphs=(f"{name}：共 {seen.count} 件{attached}。",),
        lines=seen.lines(),
        more=and_more(seen.count - FIRST),
        link=link_to(address_of(subscription)),
        notes=(*notes_on(seen, at), manage),
    )
