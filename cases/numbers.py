"""Case numbers (案号): read, tidied and explained, under 法〔2015〕137号 as changed by 法〔2018〕335号.

A number names year, court, special trial code, type of case and serial: （2024）川1502民初4567号. What cannot be read is
answered with ``invalid`` and a problem, never guessed into something else; ``explain`` offers the nearest readable form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

PROVINCES = {
    "京": "北京", "津": "天津", "冀": "河北", "晋": "山西", "内": "内蒙古", "辽": "辽宁", "吉": "吉林", "黑": "黑龙江",
    "沪": "上海", "苏": "江苏", "浙": "浙江", "皖": "安徽", "闽": "福建", "赣": "江西", "鲁": "山东", "豫": "河南",
    "鄂": "湖北", "湘": "湖南", "粤": "广东", "桂": "广西", "琼": "海南", "渝": "重庆", "川": "四川", "黔": "贵州",
    "云": "云南", "藏": "西藏", "陕": "陕西", "甘": "甘肃", "青": "青海", "宁": "宁夏", "新": "新疆", "兵": "兵团",
    "军": "军事",
}  # fmt: skip
SUPREME = "最高法"
FIRST_YEAR = 2016  # 法〔2015〕137号 has been in force since 2016-01-01

MALFORMED = "格式不符"
LEGACY = "旧式案号"
TOO_EARLY = "新式案号自2016年起使用"
TOO_LATE = "2016年后不应使用“字第”旧式"

_OPENING = "([{〔【〖〘〚〈⟨❲"
_CLOSING = ")]}〕】〗〙〛〉⟩❳"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "（" * len(_OPENING) + "）" * len(_CLOSING))
_COURT = rf"(?:{SUPREME}|[{''.join(PROVINCES)}](?:[0-9]{{2}}(?:[0-9]{{2}})?)?)"
_OLD_STYLE = re.compile(r"（([0-9]{4})）[^（）]+字第[^（）]*[0-9][^（）]*号[^（）]*")
_NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True)
class CaseNumber:
    """A case number as read. The parts are None unless ``status`` is ``valid``; ``problem`` is None exactly then."""

    input: str
    status: str  # valid | legacy | invalid
    normalized: str
    year: int | None = None
    court: str | None = None
    special: str | None = None
    type: str | None = None
    category: str | None = None
    serial: int | None = None
    sub: str | None = None
    problem: str | None = None

    @property
    def is_valid(self) -> bool:
        return self.status == "valid"


def normalize(text: str) -> str:
    """The one way to write a number: NFKC, no white space or invisible characters, every bracket as （ ）."""
    folded = unicodedata.normalize("NFKC", text)
    seen = (sign for sign in folded if not sign.isspace() and unicodedata.category(sign) not in ("Cf", "Cc"))
    return "".join(seen).translate(_BRACKETS)


def parse(text: str, type_codes: Mapping[str, str]) -> CaseNumber:
    """Read one case number. ``type_codes`` maps every type code (类型代字) to its category of cases."""
    grammar = _grammar(tuple(type_codes))
    # Most numbers arrive tidy, and a number that reads as it stands has nothing to normalise.
    found = grammar.fullmatch(text)
    normalized = text if found else normalize(text)
    found = found or grammar.fullmatch(normalized)
    if found is None:
        return _read_old_style(text, normalized)
    if int(found["year"]) < FIRST_YEAR:
        return CaseNumber(text, "invalid", normalized, problem=TOO_EARLY)
    return CaseNumber(
        input=text,
        status="valid",
        normalized=normalized,
        year=int(found["year"]),
        court=found["court"],
        special=found["special"],
        type=found["type"],
        category=type_codes[found["type"]],
        serial=int(found["serial"]),
        sub=found["sub"],
    )


def explain(number: CaseNumber, type_codes: Mapping[str, str]) -> tuple[str, ...]:
    """In Chinese, what each part means; for an unreadable number what is wrong and what would be right."""
    if number.is_valid:
        return tuple(_meanings(number))
    if number.status == "legacy":
        return (f"{number.normalized}：2016 年以前的旧式案号，原样保存，不再拆分",)
    guess, faults = nearest(number.normalized, type_codes)
    if guess is not None:
        return (*faults, f"是否应为“{guess.normalized}”？")
    return (*faults, _first_unreadable(number, type_codes))


def nearest(text: str, type_codes: Mapping[str, str]) -> tuple[CaseNumber | None, tuple[str, ...]]:
    """The valid number most likely meant, if there is one, and the slips that lie between."""
    faults: list[str] = []
    candidate = normalize(text)
    for fault, pattern, right in _SLIPS:
        mended = re.sub(pattern, right, candidate)
        if mended != candidate:
            faults.append(fault)
            candidate = mended
    mended = _SERIAL_OF_DOCUMENT.sub(_document, candidate)
    if mended != candidate:
        faults.append("文书序号不用“-1”，应写在“号”后，如“号之一”")
        candidate = mended
    mended, fault = _mend_type(candidate, type_codes)
    if fault:
        faults.append(fault)
    guess = parse(mended, type_codes)
    return (replace(guess, input=text) if guess.is_valid else None), tuple(faults)


@lru_cache(maxsize=8)
def _grammar(codes: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, so that 执恢 is not read as 执 and 民辖终 not as 民辖.
    types = "|".join(re.escape(code) for code in sorted(codes, key=len, reverse=True))
    return re.compile(
        rf"（(?P<year>[0-9]{{4}})）(?P<court>{_COURT})(?P<special>知)?(?P<type>{types})"
        r"(?P<serial>[1-9][0-9]{0,7})号(?P<sub>之[一二三四五六七八九十]+)?"
    )


def _read_old_style(text: str, normalized: str) -> CaseNumber:
    old = _OLD_STYLE.fullmatch(normalized)
    if old is None:
        return CaseNumber(text, "invalid", normalized, problem=MALFORMED)
    if int(old[1]) < FIRST_YEAR:
        return CaseNumber(text, "legacy", normalized, problem=LEGACY)
    return CaseNumber(text, "invalid", normalized, problem=TOO_LATE)


def _meanings(number: CaseNumber) -> Iterator[str]:
    yield f"{number.year}：收案年度"
    yield f"{number.court}：法院代字，{_court_in_words(number.court or '')}"
    if number.special:
        yield f"{number.special}：专门审判代字，技术类知识产权"
    yield f"{number.type}：类型代字，属{number.category}"
    yield f"{number.serial}：编号"
    if number.sub:
        yield f"{number.sub}：文书序号，不是案号的组成部分"


def _court_in_words(court: str) -> str:
    if court == SUPREME:
        return "最高人民法院"
    level = {1: "高级人民法院", 3: "中级或专门法院", 5: "基层法院"}[len(court)]
    return f"{PROVINCES[court[0]]}，{level}"


# What people mistype, in the order it is mended: the sentence, the slip, and what would be right. None of the patterns
# touches a number that is already valid.
_FULL_NAMES = tuple(
    (
        f"法院代字用省级简称“{short}”，不用“{full}”",
        rf"(?<=）){full}(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|生产建设)?",
        short,
    )
    for short, full in PROVINCES.items()
)
_SLIPS = (
    ("首尾有多余的标点", r"^[“”\"'‘’《》,，.。;；:：、]+|[“”\"'‘’《》,，.。;；:：、]+$", ""),
    ("年度之前多了序号", r"^（[0-9]{1,2}）(?=（[0-9]{4}）)", ""),
    ("收案年度应置于一对圆括号内", r"^(?!（[0-9]{4}）[^）])（*([0-9]{4})）*(?=[^0-9）])", r"（\1）"),
    ("收案年度应为 4 位数字", r"^（?([0-9]{2})）(?=[^0-9）])", r"（20\1）"),
    ("数字“0”误写为字母", r"(?<=[^A-Za-z])[Oo〇](?=[0-9])", "0"),
    ("内蒙古的法院代字为“内”，不是“蒙”", r"(?<=）)蒙(?=[0-9\u4e00-\u9fff])", "内"),
    *_FULL_NAMES,
    ("新式案号不用“字第”", r"字?第(?=[0-9])|字(?=[0-9])", ""),
    ("“号”应在编号之后", r"号(?=[0-9]+号)", ""),
    ("“号”重复", r"号{2,}", "号"),
    ("缺少“号”", r"([0-9])$", r"\1号"),
    ("缺少“号”", r"(?<=[0-9])(?=之[一二三四五六七八九十]+$)", "号"),
    ("编号前不应补零", r"(?<=[^0-9（-])0+(?=[1-9][0-9]*(?:-[0-9]+)?号)", ""),
    ("文书序号前应有“之”", r"号([一二三四五六七八九十]+)$", r"号之\1"),
)
_SERIAL_OF_DOCUMENT = re.compile(r"-([1-9])号$")
_PARTS = re.compile(rf"(（[0-9]{{4}}）{_COURT}知?)([^0-9（）]+)([0-9]+号.*)")


def _document(found: re.Match[str]) -> str:
    return f"号之{_NUMERALS[int(found[1]) - 1]}"


def _mend_type(text: str, type_codes: Mapping[str, str]) -> tuple[str, str]:
    parts = _PARTS.fullmatch(text)
    if parts is None or parts[2] in type_codes:
        return text, ""
    likeness = sorted(
        ((SequenceMatcher(None, parts[2], code).ratio(), code) for code in type_codes), reverse=True
    )
    clear = len(likeness) > 1 and likeness[0][0] >= 0.6 and likeness[0][0] > likeness[1][0]
    if not clear:
        return text, ""
    return parts[1] + likeness[0][1] + parts[
        3
    ], f"类型代字目录中没有“{parts[2]}”，最接近的是“{likeness[0][1]}”"


def _first_unreadable(number: CaseNumber, type_codes: Mapping[str, str]) -> str:
    """Name the first part, from the left, that cannot be read."""
    text = number.normalized
    if number.problem == TOO_EARLY:
        return f"{TOO_EARLY}，请核对收案年度；更早的案件应写旧式案号，如“（2015）翠屏民管字第29号”"
    year = re.match(r"（[0-9]{4}）", text)
    if year is None:
        return "案号应以收案年度开头，如“（2024）川1502民初4567号”：年度为 4 位数字，置于括号内"
    rest = text[year.end() :]
    letters = re.match(rf"({SUPREME}|[{''.join(PROVINCES)}])([0-9]*)", rest)
    if letters is None:
        return f"年度之后应为法院代字（“{SUPREME}”或省级简称加数字），不是“{rest[:1]}”"
    if len(letters[2]) not in ((0,) if letters[1] == SUPREME else (0, 2, 4)):
        return (
            f"法院代字“{letters[0]}”的数字应为 2 位（中级法院）或 4 位（基层法院），现为 {len(letters[2])} 位"
        )
    kind = re.match(r"[^0-9]*", rest[letters.end() :])
    name = kind[0] if kind else ""
    if name.removeprefix("知") not in type_codes:
        return f"类型代字目录中没有“{name}”，应为“民初”“刑终”“执恢”等已登记的代字"
    return "编号应为 1 至 8 位自然数，不补零，后接“号”；案号止于“号”或“号之一”等文书序号"
