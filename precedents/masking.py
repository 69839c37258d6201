"""Who it was about does not make a case alike (隐去): persons, companies, courts, places and numbers of documents fall out.

Without a segmentation server: a person is named after a role or between the words that people are named between, and
is then masked wherever the name stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from precedents.words import (
    AFTER_A_NAME,
    BEFORE_A_NAME,
    DEEDS,
    DOUBLE_SURNAMES,
    NO_NAMES,
    OTHER_SURNAMES,
    OWN_DEEDS,
    PLAIN_SURNAMES,
    PLATES,
    PROVINCES,
    ROLES,
    TRADES,
)

_HAN = r"\u4e00-\u9fff"
_ROLE = "|".join(sorted(ROLES, key=len, reverse=True))
_DOUBLE = "|".join(DOUBLE_SURNAMES)
_SURNAME = rf"(?:{_DOUBLE}|[{PLAIN_SURNAMES}{OTHER_SURNAMES}])"
_FIXED = re.compile(
    r"[(\[〔](?:19|20)\d\d[)\]〕][^号,。;\s]{1,20}?\d+号(?:之[一二三四五六七八九十])?"
    rf"|[{PLATES}][a-z][a-z0-9·•-]{{4,7}}号?|\d{{6,}}[x\d*]*"
)
_SOMEONE = re.compile(
    rf"(?:{_DOUBLE}|[{PLAIN_SURNAMES}{OTHER_SURNAMES}{_HAN}])某(?:[某甲乙丙丁戊己庚辛]|\d{{1,2}}|[{_HAN}](?=某))?某?"
)
_HOUSE = re.compile(
    r"(?:股份|有限责任|有限|集团)(?:有限)?公司|(?:专业)?合作社|合伙企业|律师事务所|经营部|人民(?:法院|检察院)"
)
_ITS_NAME = re.compile(r"[^\s,.;:、。()\"“”<>《》与和及向由在被对给从将同诉系为至]{2,20}$")
_SHORT_NAME = re.compile(rf"(?:以下简称|下称|简称)[\"“:]?([{_HAN}]{{2,10}}?)[\"”]?[)）]")
_BRIEF_COMPANY = re.compile(rf"([{_HAN}]{{2}})(?=公司)")
_PLACE = re.compile(
    rf"(?:{'|'.join(PROVINCES)})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)?(?:[{_HAN}]{{1,6}}?(?:自治州|市|地区|盟|县|区|旗|镇|乡|街道|村)){{0,4}}"
    rf"|[{_HAN}]{{2,3}}市(?:[{_HAN}]{{1,4}}?(?:县|区|旗|镇|乡|街道|村)){{1,3}}"
)
_AFTER_ROLE = re.compile(rf"(?:{_ROLE})(?:\([^()]{{1,16}}\))?[:\s]?(?P<name>{_SURNAME}[{_HAN}]{{1,2}})")
_NEXT_NAME = re.compile(rf"[、,和与及](?P<name>{_SURNAME}[{_HAN}]{{1,2}})")
_BETWEEN = re.compile(
    rf"(?:^|[^{_HAN}]|[{BEFORE_A_NAME}])(?P<name>(?:{_DOUBLE}|[{PLAIN_SURNAMES}])[{_HAN}]{{1,2}}?)"
    rf"(?={'|'.join(sorted(DEEDS, key=len, reverse=True))}|[、,。]|[和及])"
)
_DOING = re.compile(
    rf"(?:^|[^{_HAN}]|[日时许分])(?P<name>(?:{_DOUBLE}|[{PLAIN_SURNAMES}])[{_HAN}]{{1,2}}?)(?={'|'.join(OWN_DEEDS)})"
)
_TO_WHOM = re.compile(rf"[向与和诉将](?P<name>(?:{_DOUBLE}|[{PLAIN_SURNAMES}])[{_HAN}]{{1,2}})")


def mask(text: str) -> str:
    """The text without the names of persons, companies, courts and places and without numbers of documents."""
    text = _FIXED.sub(" ", text)
    for name in sorted({*companies(text)}, key=lambda name: (-len(name), name)):
        text = text.replace(name, " ")
    text = _PLACE.sub(" ", text)
    for name in sorted({*people(text)}, key=lambda name: (-len(name), name)):
        text = text.replace(name, " ")
    return _SOMEONE.sub(" ", text)


def people(text: str) -> Iterator[str]:
    """Names of persons: after a role, in a row with such a one, or named twice as somebody who does something."""
    for found in _AFTER_ROLE.finditer(text):
        name = _name(found["name"], text)
        if name:
            yield name
            yield from _in_a_row(text, found.start("name") + len(name))
    for found in _DOING.finditer(text):
        if _may_be_given(found["name"]):
            yield found["name"]
            to_whom = _TO_WHOM.match(text, found.end("name"))
            yield from filter(None, [_name(to_whom["name"], text)] if to_whom else [])
    for found in _BETWEEN.finditer(text):
        name = found["name"]
        if text.count(name) > 1 and _may_be_given(name) and not name.endswith(("某", "方", "公司")):
            yield name


def companies(text: str) -> Iterator[str]:
    """Distinctive parts of the names of companies; what kind of business it is stays."""
    full = {*_houses(text)} - TRADES
    yield from full
    yield from (found[1] for found in _SHORT_NAME.finditer(text) if found[1] not in TRADES)
    for found in _BRIEF_COMPANY.finditer(text):
        if found[1] not in TRADES and any(found[1] in name for name in full):
            yield found[1]


def _houses(text: str) -> Iterator[str]:
    """What stands before "有限公司" or "人民法院": looked for backwards, because the ending is rare."""
    for found in _HOUSE.finditer(text):
        before = _ITS_NAME.search(text[max(found.start() - 20, 0) : found.start()])
        if before and (not found[0].startswith("人民") or before[0][-1] in "省市县区州旗级"):
            yield before[0]


def _in_a_row(text: str, at: int) -> Iterator[str]:
    while (found := _NEXT_NAME.match(text, at)) and (name := _name(found["name"], text)):
        yield name
        at = found.start("name") + len(name)


def _name(candidate: str, text: str) -> str:
    """The whole name, or the part of it before the next word; empty where it is hardly a name."""
    family = 2 if candidate[:2] in DOUBLE_SURNAMES else 1
    shorter = candidate[: family + 1]
    if len(candidate) > len(shorter):
        ends = candidate[-1] in AFTER_A_NAME or text.count(shorter) > text.count(candidate)
        candidate = shorter if ends else candidate
    unsure = candidate[0] in OTHER_SURNAMES and len(candidate) == 2 and text.count(candidate) < 2
    return candidate if _may_be_given(candidate) and not unsure else ""


def _may_be_given(name: str) -> bool:
    return name[:2] not in NO_NAMES and not any(character in AFTER_A_NAME for character in name[1:])
