"""The daily digest (每日摘要): one message a person a day of what stands, the worst first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from alerts.guarded import each_for_itself
from alerts.hours import Window, later_today
from alerts.lateness import day_of_words, is_overtaken
from alerts.letters import MARK, WORST_FIRST, Letter, Line, and_more, counted, when_due, written
from alerts.links import link_to
from alerts.messages import Message
from alerts.models import Delivery, Endpoint, Notice, Preference
from alerts.reminders import SEVERE, Reminder, Sent, last_digests, reminders_of, resumed, standing
from alerts.selectors import described
from cases.finished import looks_finished
from catalogues.selectors import law_in_use
from courts.models import Posting, User

DUTY = "职责范围内的期限提醒不能关闭；行数、免打扰时段和关注案件的邮件可以在“提醒设置”中调整。"
FINISHED = "疑似已结未点：请核实，已经审结的请登记结案"
WHY = {"watch": "您关注此案", "stand_in": "您代办此案"}


@dataclass(frozen=True)
class Told:
    """One person's part of the decision: what they were last sent by each channel, and what ended since."""

    person: User
    preference: Preference
    sent: Mapping[tuple[int, str], Sent]
    resumed: Mapping[tuple[int, int], date]

    def wanted(self, channel: str, reminders: Iterable[Reminder]) -> list[Reminder]:
        """What the channel would tell: what its stage says and the person has not switched off."""
        found = [each for each in reminders if channel in each.channels]
        if not self.preference.mail_of_watched:
            found = [each for each in found if each.role != "watch"]
        return [each for each in found if channel == "email" or each.stage in SEVERE]

    def is_due(self, channel: str, reminders: Iterable[Reminder]) -> bool:
        """Whether a round is due: something was told, or came back, since the last message by this channel."""
        last = self.sent.get((self.person.pk, channel), Sent())
        return any(self.is_new(each, last) for each in reminders)

    def is_new(self, each: Reminder, last: Sent) -> bool:
        if self.resumed.get((self.person.pk, each.alert), date.min) > last.day:
            return True
        is_repeat = each.is_repeat and self.preference.only_changed
        return each.notice not in last.notices and not is_repeat


def queue_digests(*, at: datetime, today: date) -> int:
    """Queue what is due today, once a person; after an outage the same day makes up for the morning."""
    law = law_in_use()
    hour, ladders = law.setting("digest_hour", today), law.ladders_on(today)

    def queue_court(told: tuple[int, list[User]]) -> int:
        window = Window.of(told[0], today)
        return queue_for(*told, window, ladders, at, today) if window.is_open(at, hour) else 0

    courts = people_to_tell(today)
    return each_for_itself(
        {f"digests of court {court}": (court, courts[court]) for court in courts}, queue_court
    )


def people_to_tell(today: date) -> dict[int, list[User]]:
    """Who can be reached, holds a post, stands to be reminded of something and has not been today, by first court."""
    first = Posting.objects.held_on(today).filter(user=OuterRef("pk")).order_by("pk").values("court")[:1]
    done = Delivery.objects.filter(kind="digest", person=OuterRef("pk"), key=str(today))
    waits = Notice.objects.filter(person=OuterRef("pk"), kind="alert", alert__closed_at=None)
    found = User.objects.filter(~Q(email="", phone=""), Exists(waits), ~Exists(done), is_active=True)
    by_court: dict[int, list[User]] = defaultdict(list)
    for person in found.annotate(home=Subquery(first)).filter(home__isnull=False).order_by("home", "pk"):
        by_court[person.home].append(person)
    return by_court


@transaction.atomic
def queue_for(
    court: int, people: Sequence[User], window: Window, ladders: Sequence, at: datetime, today: date
) -> int:
    """The digests of one court's people, in as many queries for one as for all of them."""
    ids = [person.pk for person in people]
    reminders = reminders_of(ids, today, ladders)
    preferences = {each.person_id: each for each in Preference.objects.filter(person__in=ids)}
    sent, ended = last_digests(ids), resumed(ids, today)
    gateway = Endpoint.objects.filter(court=court, channel="sms", active=True).order_by("pk").first()
    deliveries = []
    for person in people:
        told = Told(person, preferences.get(person.pk) or Preference(person=person), sent, ended)
        next_at = later_today(at, window.for_person(told.preference))
        if next_at:
            chosen = deliveries_of(told, reminders.get(person.pk, []), gateway)
            deliveries += [delivery_of(court, person, *each, at, next_at, today) for each in chosen]
    return len(Delivery.objects.bulk_create(deliveries, ignore_conflicts=True))


def deliveries_of(
    told: Told, reminders: Collection[Reminder], gateway: Endpoint | None
) -> Iterator[tuple[str, Endpoint | None, list[int]]]:
    """The channels by which this person is told today: their mail, and one short message of what is severe."""
    ways = {"email": (bool(told.person.email), None)}
    if gateway and told.preference.sms:
        ways["sms"] = (bool(told.person.phone), gateway)
    for channel, (is_reachable, endpoint) in ways.items():
        wanted = told.wanted(channel, reminders) if is_reachable else []
        if told.is_due(channel, wanted):
            yield channel, endpoint, [each.notice for each in wanted]


def delivery_of(
    court: int, person: User, channel: str, endpoint: Endpoint | None, notices: list[int],
    at: datetime, next_at: datetime, today: date,
) -> Delivery:  # fmt: skip
    return Delivery(
        court_id=court, person=person, endpoint=endpoint, channel=channel, kind="digest", key=str(today),
        notices=notices, created_at=at, next_at=next_at,
    )  # fmt: skip


def compose(delivery: Delivery, at: datetime) -> Message | None:
    """The words, of what the person may still see and has not handled since; None where nothing is left to say."""
    day, person = day_of_words(delivery.key), delivery.person
    if person is None or not person.is_active or not person.seats or is_overtaken(delivery):
        return None
    notices = list(readable(delivery, person, day))
    described([notice.alert for notice in notices], day)
    entries = by_case(notices)
    if not entries:
        return None
    stages = Counter(entry[0].alert.stage for entry in entries)
    subject = f"{MARK}期限提醒：{counted(stages)}"
    if delivery.channel == "sms":
        return short_message(subject, len(entries))
    return written(letter_of(delivery, person, entries, stages, day), subject=subject, count=len(entries))


def readable(delivery: Delivery, person: User, day: date) -> QuerySet[Notice]:
    mine = Notice.objects.of(person).filter(pk__in=delivery.notices)
    found = standing(day).filter(pk__in=mine.values("pk")).select_related("alert__court", "case")
    return found.annotate(looks_finished=looks_finished("case_id"))


def by_case(notices: Iterable[Notice]) -> list[list[Notice]]:
    """The notices of each case together, its worst first; the cases by their worst, then by due date."""
    found: dict[object, list[Notice]] = defaultdict(list)
    for notice in sorted(notices, key=severity):
        found[notice.case_id or f"house {notice.alert_id}"].append(notice)
    return list(found.values())


def severity(notice: Notice) -> tuple[int, date, int]:
    return WORST_FIRST.index(notice.alert.stage), notice.alert.due_on, notice.pk


def short_message(subject: str, count: int) -> Message:
    link = link_to(reverse("alerts:inbox"))
    return Message(subject=subject, text=f"{subject}。请登录查看：{link}", count=count, link=link)


def letter_of(
    delivery: Delivery, person: User, entries: list[list[Notice]], stages: Counter[str], day: date
) -> Letter:
    at_most = lines_for(person, day)
    before = told_before(delivery)
    return Letter(
        greeting=f"{person.name}，您好：",
        paragraphs=(f"您有 {len(entries)} 件案件的期限需要处理：{counted(stages)}。",),
        lines=tuple(line_of(entry, before, day) for entry in entries[:at_most]),
        more=and_more(len(entries) - at_most),
        link=link_to(reverse("alerts:inbox")),
        notes=(
            f"截至 {day} 的情况，由系统按已登记的事实计算。",
            DUTY,
            link_to(reverse("alerts:preferences")),
        ),
    )


def lines_for(person: User, day: date) -> int:
    preference = Preference.objects.filter(person=person).first() or Preference()
    return min(int(law_in_use().setting("digest_lines", day)), preference.lines)


def told_before(delivery: Delivery) -> frozenset[int] | None:
    """The alerts the digest before this one told of; None where this is the first."""
    earlier = Delivery.objects.filter(
        kind="digest", channel=delivery.channel, person=delivery.person_id, state="sent", pk__lt=delivery.pk
    )
    notices = earlier.order_by("-pk").values_list("notices", flat=True).first()
    if notices is None:
        return None
    return frozenset(Notice.objects.filter(pk__in=notices).values_list("alert", flat=True))


def line_of(entry: list[Notice], before: frozenset[int] | None, day: date) -> Line:
    """A case in a line: number, what is due, when, how long it is to that, and why this person is told."""
    worst, rest = entry[0], len(entry) - 1
    alert, case = worst.alert, worst.case
    what = f"{alert.clock_name}{f'等 {rest + 1} 项' if rest else ''}"
    why = WHY.get(worst.role) or f"您是{worst.get_role_display()}"
    details = [what, f"{when_due(alert.kind, alert.due_on, day)} · {why}"]
    if worst.looks_finished:
        details.append(FINISHED)
    return Line(
        title=case.number if case else str(alert.court),
        url=link_to(reverse("cases:page", args=[case.pk])) if case else "",
        badge=alert.get_stage_display(),
        stage=alert.stage,
        details=tuple(details),
        is_new=before is not None and any(notice.alert_id not in before for notice in entry),
    )
