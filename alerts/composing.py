"""Who writes the words of a delivery (撰写): at the moment of sending, after looking again at what the person may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.urls import reverse
from django.utils.module_loading import import_string

from alerts.links import link_to
from alerts.messages import Message
from alerts.models import Delivery

Composer = Callable[[Delivery, datetime], Message | None]


def by_name(name: str) -> Composer:
    """A composer looked up when it is needed: the modules that write messages also queue them."""
    return lambda delivery, at: import_string(name)(delivery, at)


def compose_test(delivery: Delivery, at: datetime) -> Message | None:
    """What a person has sent to see whether the channel works."""
    words = "这是一封测试消息：明镜的这个发送通道可用。"
    return Message(subject="〔明镜〕测试消息", text=words, link=link_to(reverse("dashboard:home")))


WRITERS = {
    "digest": "alerts.digest.compose", "list": "alerts.lists.compose", "group": "alerts.groups.compose",
    "prompt": "alerts.prompts.compose", "subscription": "alerts.subscriptions.compose",
}  # fmt: skip
#: A composer answers None when nothing is left to say; the delivery is then dropped.
COMPOSERS: dict[str, Composer] = {kind: by_name(name) for kind, name in WRITERS.items()}
COMPOSERS["system"] = compose_test
