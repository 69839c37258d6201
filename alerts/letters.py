"""What a message looks like on paper (信件): words in, HTML and its plain twin out. Messages are in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string

from alerts.messages import Attachment, Message
from alerts.models import Alert

MARK = "〔明镜〕"
STAGES = dict(Alert.STAGES)
WORST_FIRST = tuple(reversed(STAGES))
#: The words on a stage: dark on light, readable without the colour.
COLOURS = {"overdue": "#a8201a", "urgent": "#7a4b00", "mid": "#7a4b00", "early": "#16406b", "": "#51606f"}


@dataclass(frozen=True)
class Line:
    """One case in a message: its number, and what is to be said of it. ``stage`` gives the colour of the badge."""

    title: str
    details: tuple[str, ...]
    url: str = ""
    badge: str = ""
    stage: str = ""
    is_new: bool = False

    @property
    def colour(self) -> str:
        return COLOURS[self.stage]


@dataclass(frozen=True)
class Letter:
    """Greeting, paragraphs, cases, how many more there are, where to look, and notes in small print."""

    greeting: str
    paragraphs: tuple[str, ...]
    link: str
    link_label: str = "登录明镜查看"
    lines: tuple[Line, ...] = ()
    more: str = ""
    notes: tuple[str, ...] = ()
    new_word: str = "新"


def written(letter: Letter, *, subject: str, count: int, attachments: tuple[Attachment, ...] = ()) -> Message:
    """The letter as a message in both forms; ``count`` and the link are all that robots and gateways get."""
    context = {"letter": letter, "subject": subject}
    return Message(
        subject=subject,
        text=render_to_string("email/letter.txt", context).strip() + "\n",
        html=render_to_string("email/letter.html", context),
        attachments=attachments,
        count=count,
        link=letter.link,
    )


def counted(stages: Mapping[str, int]) -> str:
    """«已超 2 件、紧急 3 件»: the worst first, and only what there is."""
    return "、".join(f"{STAGES[stage]} {stages[stage]} 件" for stage in WORST_FIRST if stages.get(stage))


def when_due(kind: str, due_on: date, today: date) -> str:
    """By when, and how long it is to that. A stalled case breaks no limit: it only stays longer than usual."""
    if kind == "stalled":
        return f"停滞，超过通常停留 {max((today - due_on).days, 0)} 天"
    return f"{'复核日' if kind == 'pause' else '到期日'} {due_on} · {time_left(due_on, today)}"


def time_left(due_on: date, today: date) -> str:
    left = (due_on - today).days
    if left < 0:
        return f"已超 {-left} 天"
    return f"剩余 {left} 天" if left else "今日到期"


def and_more(rest: int) -> str:
    return f"另有 {rest} 件，请登录查看" if rest > 0 else ""
