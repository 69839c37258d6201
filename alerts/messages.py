"""What a channel is given to hand over (消息): words and attachments, and where to. Plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attachment:
    """A file of a message; ``name`` may be Chinese."""

    name: str
    content: bytes
    mimetype: str


@dataclass(frozen=True)
class Message:
    """One message in the two forms every reader can open; robots and gateways get ``count`` and ``link`` alone."""

    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    count: int = 0
    link: str = ""


class Undeliverable(Exception):
    """A channel could not hand a message over; ``lasting``: trying again is of no use (an address that is not)."""

    def __init__(self, problem: str, *, lasting: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.lasting = problem, lasting
