"""Numbers in a judgment's text (数字): a date says nothing, "一人" is "1人", an amount is as large as its neighbours.

Small whole numbers become one character of the private use area, so that "致1人死亡" is five characters however it was
written; sums of money, weights and alcohol become two overlapping steps of size, so that near amounts share one.
"""

from __future__ import annotations

import math
import re

SMALL, STEPS = 0xE000, 0xE400
MOST_SMALL = 999
STEPS_A_TENFOLD = 3
MONEY, WEIGHT, ALCOHOL = 0, 1, 2

_DIGITS = {character: n for n, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1_000}
_MULTIPLES = {
    "": 1,
    "十": 10,
    "百": 100,
    "千": 1_000,
    "万": 10_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 10**8,
}
_CHINESE = "零〇一二两三四五六七八九十百千万亿"
_NUMBER = rf"(?P<number>\d[\d,]*(?:\.\d+)?|[{_CHINESE}]*[零〇一二两三四五六七八九十百千万亿])"
_DATES = re.compile(
    r"(?:19|20)\d\d年(?:\d{1,2}月(?:\d{1,2}日)?)?(?:\s?(?:凌晨|早上|上午|中午|下午|晚上?|夜间)?\d{1,2}[时:](?:\d{1,2}分?)?)?许?"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|[一二][〇零九○][〇零一二三四五六七八九○]{2}年(?:[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}日)?)?"
    r"|(?:同|次|当)?年?\d{1,2}月\d{1,2}日(?:\d{1,2}时(?:\d{1,2}分)?)?许?"
)
_ARTICLES = re.compile(rf"第([{_CHINESE}\d]+)条")
_LAWS = re.compile(r"《(?:中华人民共和国)?([^》]{2,60})》")
_SIZES = re.compile(
    _NUMBER
    + r"(?:余|多)?(?P<multiple>百万|千万|[十百千万亿])?(?:余|多)?(?P<unit>元|美元|港元|欧元|公斤|千克|mg|毫克|克|吨|kg|g)(?P<per>/100\s?ml|/100毫升)?"
)
_COUNTS = re.compile(
    _NUMBER
    + r"(?=(?:余|多)?(?:人|名|个|次|年|月|日|天|岁|周岁|公里|千米|米|亩|平方米|级|处|辆|条|款|起|户|份|张|套|件|倍|小时|分钟|周|死|伤))"
)
_OTHERS = re.compile(r"\d[\d,.]*%?")
_UNITS = {"公斤": (WEIGHT, 1e3), "千克": (WEIGHT, 1e3), "kg": (WEIGHT, 1e3), "吨": (WEIGHT, 1e6)}
_UNITS |= {"克": (WEIGHT, 1.0), "g": (WEIGHT, 1.0), "毫克": (WEIGHT, 0.001), "mg": (WEIGHT, 0.001)}


def fold_numbers(text: str) -> str:
    """The text with its numbers in one form; what only dates or counts something unknown is gone."""
    text = _LAWS.sub(r" \1", _DATES.sub(" ", text))
    text = _ARTICLES.sub(lambda found: _small(value(found[1])) + "条", text)
    text = _SIZES.sub(_size, text)
    text = _COUNTS.sub(lambda found: _small(value(found["number"])), text)
    return _OTHERS.sub(" ", text)


def value(written: str) -> float:
    """What a number says, in digits or in Chinese: "12,000", "三十六", "一百三十三"."""
    if written[0].isdigit():
        return float(written.replace(",", ""))
    total = section = digit = 0
    for character in written:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _PLACES:
            section, digit = section + (digit or 1) * _PLACES[character], 0
        else:
            total = (total + section + digit or 1) * (10_000 if character == "万" else 10**8)
            section = digit = 0
    return float(total + section + digit)


def steps(amount: float, kind: int = MONEY) -> str:
    """Two characters that stand for the size; amounts within a third of each other share at least one."""
    size = math.log10(max(amount, 1e-3)) * STEPS_A_TENFOLD + 10
    own = STEPS + kind * 0x100
    low, high = (min(max(math.floor(at), 0), 0x7F) for at in (size, size + 0.5))
    return f" {chr(own + low)} {chr(own + 0x80 + high)} "


def readable(normalised: str) -> str:
    """The text as a person reads it: small numbers as digits."""
    return "".join(
        str(ord(character) - SMALL) if SMALL <= ord(character) <= SMALL + MOST_SMALL else character
        for character in normalised
    )


def _small(number: float) -> str:
    whole = round(number)
    return chr(SMALL + whole) if 0 <= whole <= MOST_SMALL else " "


def _size(found: re.Match[str]) -> str:
    amount = value(found["number"]) * _MULTIPLES[found["multiple"] or ""]
    if found["per"]:
        return steps(amount, ALCOHOL)
    kind, times = _UNITS.get(found["unit"], (MONEY, 1.0))
    return steps(amount * times, kind)
