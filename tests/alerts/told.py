"""What the tests of digests, lists and subscriptions share: alerts and notices as they are told, and mail as it is read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from alerts.channels import CHANNELS
from alerts.messages import Message
from alerts.models import Alert, Delivery, Notice
from alerts.quiet_hours import COURT_TIME
from cases.models import Case, Clock, Party
from courts.models import User

TODAY = date(2026, 6, 30)  # a Tuesday
PARTY = "绝密当事人"


def moment(hour: int, minute: int = 5, day: date = TODAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=COURT_TIME)


EIGHT = moment(8)
DUE = {"overdue": -3, "urgent": 4, "mid": 20, "early": 60}


def alert_on(case: Case, stage: str = "overdue", **fields: Any) -> Alert:
    """An open alert about the case's limit at that stage, with the clock and a party of the case."""
    due_on = fields.pop("due_on", TODAY + timedelta(days=DUE[stage]))
    rule = fields.setdefault("clock", "civ_first_ordinary")
    Party.objects.get_or_create(case=case, name=f"{PARTY}{case.pk}", standing="原告")
    if fields.setdefault("kind", "statutory") == "statutory":
        start = {"state": "running", "start_on": case.filed_on, "due_on": due_on, "excluded_days": 7}
        Clock.objects.update_or_create(case=case, rule=rule, defaults=start | {"kind": "statutory"})
    return Alert.objects.create(
        case=case, stage=stage, due_on=due_on, began_on=TODAY, raised_at=moment(2), **fields
    )


def tell(person: User, alert: Alert, role: str = "judge", round: int = 0, on: date = TODAY) -> Notice:
    return Notice.objects.create(
        person=person, alert=alert, case=alert.case, kind="alert", role=role, round=round, told_at=moment(7, day=on),
        told_on=on,
    )  # fmt: skip


def sent(delivery: Delivery) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(state="sent", sent_at=delivery.next_at)
    return delivery


def posted(server: Any, message: Message, delivery: Delivery) -> EmailMessage:
    """The message as the mail server took it."""
    CHANNELS["email"].send(message, delivery)
    return server.mails[-1]


def words_of(mail: EmailMessage) -> str:
    """Every word of a mail: subject, both bodies, names of attachments and each of their cells."""
    words = [str(mail["Subject"])]
    for part in mail.walk():
        if part.is_multipart():
            continue
        words.append(part.get_filename() or "")
        if part.get_content_maintype() == "text":
            words.append(part.get_content())
        elif name := part.get_filename():
            assert name.endswith(".xlsx")
            words += [str(cell) for row in cells_of(part.get_content()) for cell in row]
    return "\n".join(words)


def cells_of(content: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]


def table_of(content: bytes) -> list[list[Any]]:
    """The rows below the headings."""
    rows = cells_of(content)
    head = next(number for number, row in enumerate(rows) if row[0] == "案号")
    return rows[head + 1 :]
