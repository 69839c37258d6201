"""The number of a letter (文号): short name of the court, word of the kind, year, serial: «宜审管督〔2026〕12号». Pure."""

from __future__ import annotations

import re

#: What a court's setting says when its short name follows from its name.
BY_NAME = "按院名"
PROVINCE = re.compile(r"^(?:.{2,7}?(?:省|自治区))(?=.)")
KIND = re.compile(r"(?:最高|高级|中级|基层)?人民法院$")
PLACE = re.compile(r"([^省市县区州盟旗]+)(?:自治)?(?:市|县|区|州|盟|旗)")


def short_name(court: str, prefix: str = "", *, said: str = BY_NAME) -> str:
    """How a court calls itself in numbers (法院简称): what it said, or else the first character of its place.

    «四川省宜宾市中级人民法院» is 宜, «宜宾市翠屏区人民法院» 翠; a high court goes by the prefix of its case numbers (川).
    """
    if said != BY_NAME:
        return said
    place = KIND.sub("", court)
    places = [] if "高级" in court else PLACE.findall(PROVINCE.sub("", place))
    return places[-1][0] if places else (prefix or place)[:1]


def number_of(short: str, word: str, year: int, serial: int) -> str:
    """The number as it stands on the paper."""
    return f"{short}{word}〔{year}〕{serial}号"
