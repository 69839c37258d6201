"""The mail server's own words: Django's SMTP backend, which also keeps the answer to each message (送达凭据)."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import EmailMessage


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
