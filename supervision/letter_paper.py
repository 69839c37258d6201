"""A letter or a circular as official paper (公文): what the page prints and the DOCX holds, part by part. Pure.

The form is that of 《党政机关公文格式》(GB/T 9704): mark of the office, number, title, addressee, body, signature and day, copies.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from supervision.letter_texts import in_words

WITHHELD = "（涉及封存案件的内容不予显示）"


@dataclass(frozen=True)
class Table:
    """A small table of the paper: its heads and rows, all words."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A part of the body under a heading of its own; letters have one without a heading."""

    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Paper:
    """The paper from top to bottom. ``number`` is empty on a draft, and ``draft`` then says so on its face."""

    mark: str  # 发文机关标志
    number: str  # 文号
    title: str
    to: str  # 主送
    sections: tuple[Section, ...]
    signed: str  # 署名
    day: str  # 成文日期
    copies: str = ""  # 抄送
    draft: str = ""


def letter_paper(
    *,
    court: str,
    number: str,
    title: str,
    to: str,
    body: str,
    basis: str,
    required: str,
    signed_on: date | None,
    copies: Sequence[str],
    hidden: Collection[str] = (),
    shown: Collection[str] = (),
) -> Paper:
    """A letter on paper, without what may speak of the ``hidden`` case numbers (``withhold``)."""
    grounds = basis.splitlines()
    cited = [f"依据：{grounds[0]}", *grounds[1:]] if grounds else []
    said = [*body.splitlines(), *cited, *required.splitlines()]
    paragraphs = withhold("\n".join(line for line in said if line.strip()), hidden, shown).splitlines()
    return Paper(
        mark=court,
        number=number,
        title=title,
        to=f"{to}：",
        sections=(Section(paragraphs=tuple(paragraphs)),),
        signed=court,
        day=in_words(signed_on) if signed_on else "",
        copies=f"抄送：{'、'.join(copies)}。" if copies else "",
        draft="" if signed_on else "草稿，未签批",
    )


def withhold(text: str, hidden: Collection[str], shown: Collection[str] = ()) -> str:
    """The text for somebody who may not know of the ``hidden`` cases: only its lines about the ``shown`` ones are left.

    What speaks of no case by its number might speak of a hidden one, so it is not shown either.
    """
    if not hidden or not text:
        return text
    safe = [line for line in text.splitlines() if has(line, shown) and not has(line, hidden)]
    return "\n".join([*safe, WITHHELD])


def has(line: str, numbers: Collection[str]) -> bool:
    return any(number in line for number in numbers)
