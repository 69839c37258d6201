"""What an element or an outcome may hold (要素与裁判结果的值): what was typed, sent or imported, read once for all of them.

Elements are described by the catalogue ``case_elements``; outcomes are few and the same everywhere. What cannot be
read is refused with a sentence in both languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from catalogues.sentencing_law import CaseElement

Value = bool | int | float | str

YES = frozenset(["是", "有", "1", "y", "yes", "true", "t", "√", "真"])
NO = frozenset(["否", "无", "0", "n", "no", "false", "f", "×", "假"])
LONGEST = 60  # characters of a text
LARGEST = Decimal(10) ** 13
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)(亿|万)?")
_SCALES = {"亿": 100_000_000, "万": 10_000, None: 1}
_TERM = re.compile(r"(?:有期徒刑|拘役)?(?:([0-9]{1,3})年)?零?(?:([0-9]{1,4}(?:\.[0-9]+)?)(?:个?月)?)?")
_PLACES = Decimal("0.0001")


class BadValue(Exception):
    """Why a value cannot be taken: one sentence for the command, one for the pages."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.english, self.chinese = english, chinese


@dataclass(frozen=True)
class Measure:
    """One measure of an outcome (裁判结果的一项) and the cases that have it. ``also`` are its other usual names."""

    code: str
    name: str
    unit: str
    category: str
    also: tuple[str, ...] = ()


MEASURES = {
    each.code: each
    for each in (
        Measure("months", "刑期", "月", "刑事", ("有期徒刑、拘役刑期", "刑期（月）", "主刑刑期", "宣告刑")),
        Measure("fine", "罚金", "元", "刑事", ("罚金金额", "罚金（元）")),
        Measure("probation", "宣告缓刑", "", "刑事", ("缓刑", "是否宣告缓刑", "是否缓刑")),
        Measure("awarded_share", "支持诉讼请求的比例", "", "民事", ("支持比例", "判付比例", "判决支持比例")),
    )
}


# --- elements ----------------------------------------------------------------------------------------------
def element_named(said: str, known: Mapping[str, CaseElement]) -> CaseElement:
    """The element of this key or name. ``BadValue`` names the nearest one known."""
    text = said.strip()
    if text in known:
        return known[text]
    by_name = {element.name: element for element in known.values()}
    if text in by_name:
        return by_name[text]
    hint = nearest(text, [*known, *by_name])
    raise BadValue(
        f"no element is called {text[:40]!r}"
        + (f"; did you mean {hint!r}?" if hint else "; see case_elements"),
        f"没有“{text[:40]}”这一要素" + (f"，是否为“{hint}”？" if hint else "，应为目录“案件要素”所列"),
    )


def element_value(element: CaseElement, said: Any) -> Value:
    """What was said of an element, as it is kept: true or false, a number, a code of the choices, or a text."""
    text = plain(said)
    if not text:
        raise BadValue(
            f"{element.key} is empty; leave the element out or give {wanted(element)[0]}",
            f"“{element.name}”没有填写，应为{wanted(element)[1]}",
        )
    match element.type:
        case "bool" if text.casefold() in YES | NO:
            return text.casefold() in YES
        case "choice":
            if found := choice_of(element, text):
                return found
        case "text" if len(text) <= LONGEST and text.isprintable():
            return text
        case "int" | "number":
            number = number_of(text, element.unit)
            if number is not None and (element.type == "number" or number == int(number)):
                return int(number) if number == int(number) else float(number)
    raise BadValue(
        f"{element.key} is {text[:40]!r} and should be {wanted(element)[0]}",
        f"“{element.name}”的“{text[:40]}”应为{wanted(element)[1]}",
    )


def plain(said: Any) -> str:
    """A value as text without white space around; what a program sent as true or 3.0 reads like what a person typed."""
    if isinstance(said, bool):
        return "true" if said else "false"
    if isinstance(said, float) and said.is_integer():
        said = int(said)
    return "" if said is None else unicodedata.normalize("NFKC", str(said)).strip()


def choice_of(element: CaseElement, text: str) -> str | None:
    found = [code for code, name in element.choices if text in (code, unicodedata.normalize("NFKC", name))]
    return found[0] if found else None


def number_of(text: str, unit: str) -> Decimal | None:
    """A number not below 0, with or without its unit: 12000, 1.2万元, 30%, 8毫克/100毫升."""
    bare = text.replace(",", "").removeprefix("¥").removesuffix(unit).removesuffix("元").strip()
    found = _NUMBER.fullmatch(bare)
    if found is None:
        return None
    number = Decimal(found[1]) * _SCALES[found[2]]
    return number if number < LARGEST else None


def wanted(element: CaseElement) -> tuple[str, str]:
    """What would be right, in English and in Chinese."""
    match element.type:
        case "bool":
            return "是 or 否", "“是”或“否”"
        case "choice":
            names = "、".join(name for _, name in element.choices)
            return f"one of {names}", names
        case "int":
            return "a whole number, 0 or more", "不小于 0 的整数"
        case "text":
            return f"a text of at most {LONGEST} characters", f"不超过 {LONGEST} 个字的文字"
    return "a number, 0 or more", "不小于 0 的数"


def element_in_words(element: CaseElement | None, value: Any) -> str:
    """A value as people read it; as it is where the catalogue knows the element no more."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if element is None:
        return str(value)
    if element.type == "choice":
        return dict(element.choices).get(str(value), str(value))
    unit = f" {element.unit}" if element.unit and element.type in ("int", "number") else ""
    return f"{grouped(value) if element.unit == '元' else value}{unit}"


def grouped(number: Any) -> str:
    return f"{number:,.2f}".removesuffix(".00") if isinstance(number, int | float | Decimal) else str(number)


# --- outcomes ----------------------------------------------------------------------------------------------
def measure_named(said: str) -> Measure:
    """The measure of this code or name. ``BadValue`` names the nearest one known."""
    text = unicodedata.normalize("NFKC", said.strip())
    names = {
        unicodedata.normalize("NFKC", name): each
        for each in MEASURES.values()
        for name in (each.code, each.name, *each.also)
    }
    if text in names:
        return names[text]
    if text in ("trial_days", "审理天数"):
        raise BadValue(
            "trial_days follows from the days of filing and closing and is not recorded",
            "“审理天数”由立案和结案日期得出，无须登记",
        )
    hint = nearest(text, names)
    known = "、".join(each.name for each in MEASURES.values())
    raise BadValue(
        f"no measure is called {text[:40]!r}; "
        + (f"did you mean {hint!r}?" if hint else f"known are {', '.join(MEASURES)}"),
        f"没有“{text[:40]}”这一项目，" + (f"是否为“{hint}”？" if hint else f"应为{known}之一"),
    )


def outcome_value(measure: Measure, said: Any) -> Decimal:
    """What was decided, as a number: months, yuan, 0 or 1, or a share from 0 to 1."""
    text = plain(said)
    found = READERS[measure.code](text)
    if found is None:
        english, chinese = WANTED[measure.code]
        raise BadValue(
            f"{measure.code} is {text[:40]!r} and should be {english}",
            f"“{measure.name}”的“{text[:40]}”应为{chinese}",
        )
    return found.quantize(_PLACES)


def months_of(text: str) -> Decimal | None:
    found = _TERM.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return None
    return 12 * Decimal(found[1] or 0) + Decimal(found[2] or 0)


def yuan_of(text: str) -> Decimal | None:
    return number_of(text, "元")


def probation_of(text: str) -> Decimal | None:
    number = number_of(text, "")
    said = str(int(number)) if number in (0, 1) else text.casefold()
    if said in YES | {"缓刑", "宣告缓刑"}:
        return Decimal(1)
    return Decimal(0) if said in NO | {"实刑", "未宣告缓刑"} else None


def share_of(text: str) -> Decimal | None:
    try:
        share = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except InvalidOperation:
        return None
    return share if share.is_finite() and 0 <= share <= 1 else None


READERS = {"months": months_of, "fine": yuan_of, "probation": probation_of, "awarded_share": share_of}
WANTED = {
    "months": ("a number of months, as 18 or 1年6个月", "月数，如 18 或 1年6个月"),
    "fine": ("an amount in yuan, as 5000", "以元为单位的金额，如 5000"),
    "probation": ("是 or 否", "“是”或“否”"),
    "awarded_share": ("a share from 0 to 1, as 0.85 or 85%", "0 至 1 的比例，如 0.85 或 85%"),
}


def outcome_in_words(code: str, value: Any) -> str:
    """An outcome as people read it."""
    number = Decimal(str(value))
    match code:
        case "probation":
            return "是" if number else "否"
        case "awarded_share":
            return f"{trimmed(number * 100)}%"
        case "months":
            return f"{trimmed(number)} 个月"
        case "fine":
            return f"{grouped(number)} 元"
    return trimmed(number)


def trimmed(number: Decimal) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def nearest(text: str, known: Iterable[str]) -> str:
    found = get_close_matches(text, list(known), n=1, cutoff=0.5)
    return found[0] if found else ""
