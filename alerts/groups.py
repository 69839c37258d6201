"""What groups are told (群通报): how many cases stand at each stage, and where to look; never which cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse

from alerts.deliveries import queue
from alerts.guarded import each_for_itself
from alerts.hours import Window, later_today
from alerts.lateness import day_of_words, is_overtaken
from alerts.letters import MARK, WORST_FIRST, counted
from alerts.links import link_to
from alerts.messages import Message
from alerts.models import Alert, Delivery, Endpoint
from catalogues.selectors import law_in_use

QUIET_CHANNELS = ("sms",)  # text messages go to people


def queue_groups(*, at: datetime, today: date) -> int:
    """One message a working day for every active robot and webhook of a court in which anything stands."""
    hour = law_in_use().setting("digest_hour", today)
    endpoints = (
        Endpoint.objects.filter(active=True).exclude(channel__in=QUIET_CHANNELS).select_related("court")
    )
    done = set(Delivery.objects.filter(kind="group", key=str(today)).values_list("endpoint", flat=True))
    courts = set(standing({each.court_id for each in endpoints}).values_list("case__court", flat=True))

    def queue_one(endpoint: Endpoint) -> int:
        window = Window.of(endpoint.court_id, today)
        if not (window.is_open(at, hour) and later_today(at, window)):
            return 0
        to = {"court": endpoint.court, "endpoint": endpoint}
        return queue(kind="group", channel=endpoint.channel, key=str(today), at=at, **to) is not None

    told = (each for each in endpoints if each.court_id in courts and each.pk not in done)
    return each_for_itself({f"group message to endpoint {each.pk}": each for each in told}, queue_one)


def standing(courts: Iterable[int]) -> QuerySet[Alert]:
    """The open alerts that may be counted outside the house: none of a sealed case (封存), none about a deviation (偏离)."""
    found = Alert.objects.open().filter(case__court__in=courts, case__sealed="")
    return found.exclude(kind="contest")


def counts_of(court: int) -> Counter[str]:
    """How many cases stand at each stage, each case once, at its worst."""
    worst: dict[int, str] = {}
    for case, stage in standing({court}).values_list("case", "stage").distinct():
        worst[case] = min(stage, worst.get(case, stage), key=WORST_FIRST.index)
    return Counter(worst.values())


def compose(delivery: Delivery, at: datetime) -> Message | None:
    """The counts as they are now; None where nothing stands any more."""
    stages = counts_of(delivery.court_id)
    total, link = sum(stages.values()), link_to(reverse("alerts:day"))
    if not total or is_overtaken(delivery, endpoint=delivery.endpoint_id):
        return None
    subject = f"{MARK}{delivery.court}期限预警：{counted(stages)}"
    text = f"{subject}（{day_of_words(delivery.key)}，共 {total} 件，不含封存案件）。详情请登录查看：{link}"
    return Message(subject=subject, text=text, count=total, link=link)
