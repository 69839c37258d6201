"""Mail as it goes over the wire: Django's, with long Chinese subjects folded right and the server's answer kept (送达凭据)."""

from __future__ import annotations

import smtplib
from email.header import Header
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import EmailMessage


class Mail(EmailMultiAlternatives):
    """Django leaves the line of a long subject empty and begins it on the next, which some servers cut off."""

    def message(self) -> Any:
        whole = super().message()
        if not self.subject.isascii():
            whole.replace_header("Subject", Header(self.subject, "utf-8", header_name="Subject"))
        return whole


class Answering:
    """Remembers what the server said when it took the words of a message; empty where it did not take them."""

    answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, said = super().data(msg)
        self.answer = f"{code} {said.decode('utf-8', 'replace')}" if code == 250 else ""
        return code, said


class AnsweringSMTP(Answering, smtplib.SMTP):
    pass


class AnsweringSMTPS(Answering, smtplib.SMTP_SSL):
    pass


class AnsweringBackend(EmailBackend):
    """``answer`` is what the server said to the last message it took."""

    answer = ""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return AnsweringSMTPS if self.use_ssl else AnsweringSMTP

    def _send(self, email_message: EmailMessage) -> bool:
        sent = super()._send(email_message)
        self.answer = self.connection.answer
        return sent
