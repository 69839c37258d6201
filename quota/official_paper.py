"""Official paper of quota (公文): what the page prints and the DOCX holds, part by part. Pure.

The form is that of 《党政机关公文格式》(GB/T 9704): mark of the office, title, addressee, body, signature and day, annex.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Table:
    """A table of the paper: its heads and rows, all words. A ``wide`` one stands on a page of its own, turned."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the body under a heading of its own."""

    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Paper:
    """The paper from top to bottom; ``draft`` says on its face that it is not signed yet."""

    mark: str  # 发文机关标志
    title: str
    to: str  # 主送
    sections: tuple[Section, ...]
    signed: str  # 署名
    day: str  # 成文日期
    annex: Section | None = None  # 附件
    draft: str = ""


def in_words(day: date) -> str:
    """2026年7月6日, as papers are dated."""
    return f"{day.year}年{day.month}月{day.day}日"
