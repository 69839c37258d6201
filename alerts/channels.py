"""The channels (通道), one class each: every one hands a message over and returns the proof, or says why it could not.

What leaves the house by a webhook, robot or text message is a count and a link. The inbox needs no sending: its
``Notice`` rows are written in the transaction that raises the alert, so being told and the alert are one fact.
"""

from __future__ import annotations

import hmac
import re
import time
from email.utils import parseaddr
from hashlib import sha256
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import get_connection

from alerts.messages import Message, Undeliverable
from alerts.models import Delivery, Notice
from alerts.outgoing import Unreachable, post
from alerts.post import Mail
from alerts.robots import DingTalk, Feishu, WeCom, as_json, secret_of

BOUNCED = "收件地址被拒收"  # how a refused address is found again among the failures
MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")  # what the settings take is what can be sent to


class Channel(Protocol):
    """One way to reach somebody."""

    def send(self, message: Message, delivery: Delivery) -> str:
        """Hand the message over and return the proof of it; raises ``Undeliverable``."""


class Inbox:
    """站内: the hand-over is the row itself."""

    def send(self, message: Message, delivery: Delivery) -> str:
        told = Notice.objects.filter(pk__in=delivery.notices, person=delivery.person_id).count()
        return f"站内告知 {told} 条"


# --- e-mail ------------------------------------------------------------------------------------------------
class Email:
    """电子邮件: the proof is the server's answer. A repeat carries the same Message-ID, by which it is known as one."""

    def send(self, message: Message, delivery: Delivery) -> str:
        server = get_connection()
        try:
            mail = written(message, delivery)
            mail.message()  # an impossible address or header shows here, before anything is sent
        except ValueError:
            raise Undeliverable("收件地址或标题无法写入邮件，请核对此人的电子邮箱", lasting=True) from None
        try:
            server.send_messages([mail])
        except OSError as error:
            if not getattr(server, "answer", ""):  # else it was taken, and only the farewell failed
                raise why(error) from None
        return getattr(server, "answer", "") or mail.extra_headers["Message-ID"]


def written(message: Message, delivery: Delivery) -> Mail:
    house = domain()
    headers = {
        "Message-ID": f"<delivery-{delivery.pk}@{house}>",
        "List-Id": f"<{delivery.kind}.mingjing.{house}>",
        "Auto-Submitted": "auto-generated",
    }
    to = [delivery.person.email]
    mail = Mail(one_line(message.subject), message.text, to=to, headers=headers)
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    for file in message.attachments:
        mail.attach(one_line(file.name).replace("/", "／"), file.content, file.mimetype)
    return mail


def domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def one_line(text: str) -> str:
    return " ".join(text.split())


def why(error: OSError) -> Undeliverable:
    """The server's refusal in a sentence: 5xx of the address or the words lasts, all else may pass."""
    if isinstance(error, SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return Undeliverable(f"{BOUNCED}：{code} {as_text(said)}", lasting=code >= 500)
    if isinstance(error, SMTPDataError):
        return Undeliverable(
            f"邮件服务器拒收内容：{error.smtp_code} {as_text(error.smtp_error)}",
            lasting=error.smtp_code >= 500,
        )
    return Unreachable(f"邮件服务器 {settings.EMAIL_HOST} 无法使用：{as_text(error)}"[:300])


def as_text(said: Any) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return one_line(text)[:200]


# --- webhook and text message --------------------------------------------------------------------------------
class Webhook:
    """签名回调: signed over time and body, so that the receiver knows the sender and an old message sent again."""

    def send(self, message: Message, delivery: Delivery) -> str:
        endpoint = delivery.endpoint
        body = as_json(
            {"id": delivery.pk, "kind": delivery.kind, "count": message.count, "link": message.link}
        )
        secret = secret_of(endpoint)
        if not secret:
            raise Undeliverable("签名回调没有密钥，请在发送端点中填写", lasting=True)
        headers = {
            "Mingjing-Signature": signature(secret, int(time.time()), body),
            "Idempotency-Key": str(delivery.pk),
        }
        return f"HTTP {post(endpoint.address, body, headers).status}"


def signature(secret: str, moment: int, body: bytes) -> str:
    """``t=<seconds>,v1=<hex>``: HMAC-SHA256 over ``<seconds>.<body>``."""
    made = hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
    return f"t={moment},v1={made}"


class Sms:
    """短信: the court's gateway takes the template of its endpoint; the secret goes along as a bearer token."""

    def send(self, message: Message, delivery: Delivery) -> str:
        endpoint = delivery.endpoint
        values = {
            "{phone}": mobile(delivery.person.phone),
            "{count}": str(message.count),
            "{link}": message.link,
        }
        secret = secret_of(endpoint)
        headers = {"Idempotency-Key": str(delivery.pk)}
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        return f"HTTP {post(endpoint.address, as_json(filled(endpoint.template, values)), headers).status}"


def mobile(phone: str) -> str:
    found = MOBILE.fullmatch(re.sub(r"[\s-]", "", phone))
    if found is None:
        raise Undeliverable("手机号应为 11 位大陆手机号码，请在人员资料中更正", lasting=True)
    return found[1]


def filled(template: Any, values: dict[str, str]) -> Any:
    """The template with its placeholders replaced, however deep they stand."""
    if isinstance(template, dict):
        return {key: filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, values) for value in template]
    if isinstance(template, str):
        for name, value in values.items():
            template = template.replace(name, value)
    return template


CHANNELS: dict[str, Channel] = {
    "inbox": Inbox(), "email": Email(), "sms": Sms(), "webhook": Webhook(),
    "wecom": WeCom(), "dingtalk": DingTalk(), "feishu": Feishu(),
}  # fmt: skip
