"""What a cell says, column by column: text in, a value out, or the sentence that says why not.

The same few values come back again and again in a ledger, so a ``Cells`` reads each distinct text once and keeps it
in the form COPY takes; a million rows cost a million look-ups, not a million parsings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from ingest.refusals import BadCell

NULL = "\\N"  # as COPY writes it
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_REMEMBERED = 50_000

_DATE = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))"
    r"(?:[T ]*(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_SERIAL_DAY = re.compile(r"[1-9]\d{4}(?:\.\d+)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_PLAIN_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,14})\.[0-9]{2}")
_AMOUNT = re.compile(r"[¥￥]?([0-9]+(?:\.[0-9]+)?)(亿|万|千)?元?")
_COUNT = re.compile(r"([0-9]{1,9})(?:\.0+)?[人个名月日天]?")
_SCALES = {"亿": 100_000_000, "万": 10_000, "千": 1000, None: 1}
_TRUE = frozenset(["是", "有", "1", "y", "yes", "true", "t", "在押", "√", "真"])
_FALSE = frozenset(["否", "无", "0", "n", "no", "false", "f", "未在押", "未羁押", "不在押", "×", "假"])
_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 16

PROCEDURE_NAMES = {
    "普通程序": "ordinary", "普通": "ordinary", "一审普通程序": "ordinary", "简易程序": "summary", "简易": "summary",
    "简转普": "ordinary", "小额诉讼程序": "small", "小额诉讼": "small", "小额程序": "small", "小额": "small",
    "速裁程序": "fast", "速裁": "fast", "刑事速裁程序": "fast", "特别程序": "special", "特别": "special",
    "二审程序": "second", "二审": "second", "审判监督程序": "retrial", "再审程序": "retrial", "再审": "retrial",
}  # fmt: skip
PROCEDURES = frozenset(PROCEDURE_NAMES.values())


class Cells(dict[str, str | None]):
    """Texts of one column in COPY's form, each distinct one read once; None where it cannot be read."""

    def __init__(self, read: Callable[[str], str | None]):
        super().__init__()
        self.read = read

    def __missing__(self, text: str) -> str | None:
        if len(self) >= _REMEMBERED:
            self.clear()
        try:
            found = self.read(text)
        except BadCell:
            self[text] = None
            return None
        self[text] = copied = NULL if found is None else found.translate(_ESCAPES)
        return copied


def text_of(header: str, longest: int) -> Callable[[str], str]:
    """White space trimmed; empty is empty."""

    def read(cell: str) -> str:
        value = cell.strip()
        if len(value) > longest:
            raise BadCell(
                f"{header} has {len(value)} characters, at most {longest} fit",
                f"“{header}”有 {len(value)} 个字，最多 {longest} 个字",
            )
        if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise BadCell(f"{header} holds characters that are not text", f"“{header}”含有无法保存的字符")
        return value

    return read


def day_of(header: str) -> Callable[[str], str | None]:
    """A date as 2026-01-05, from any of the usual ways to write it; empty is none."""

    def read(cell: str) -> str | None:
        value = fold(cell)
        return parse_day(value, header).isoformat() if value else None

    return read


def parse_day(value: str, header: str) -> date:
    found = _DATE.fullmatch(value)
    try:
        if found:
            parts = [part for part in found.groups()[1:7] if part]
            day = date(int(found[1]), int(parts[0]), int(parts[1]))
        elif _SERIAL_DAY.fullmatch(value):
            day = _EXCEL_EPOCH + timedelta(days=int(float(value)))  # a date cell that lost its format
        else:
            raise ValueError
        if not 1949 <= day.year <= 2200:
            raise ValueError
    except ValueError:
        raise BadCell(
            f"{header} {value[:30]!r} is not a date; write it as 2026-01-05",
            f"“{header}”的“{value[:30]}”不是日期，应写作 2026-01-05",
        ) from None
    return day


def time_of(header: str) -> Callable[[str], str | None]:
    """The instant, where a date comes with its hour; none where it does not."""

    def read(cell: str) -> str | None:
        value = fold(cell)
        found = _DATE.fullmatch(value)
        if not found or not found[8] or (int(found[8]), int(found[9])) == (0, 0):
            return None
        try:
            moment = datetime.combine(parse_day(value, header), datetime.min.time())
            return moment.replace(hour=int(found[8]), minute=int(found[9])).isoformat() + "+08:00"
        except ValueError:
            raise BadCell(
                f"{header} {value[:30]!r} is not a time", f"“{header}”的“{value[:30]}”不是时间"
            ) from None

    return read


def flag_of(header: str, empty: str | None = "f") -> Callable[[str], str | None]:
    """是 or 否."""

    def read(cell: str) -> str | None:
        value = fold(cell).casefold()
        if not value:
            return empty
        if value in _TRUE or value in _FALSE:
            return "t" if value in _TRUE else "f"
        raise BadCell(
            f"{header} {cell[:20]!r} is neither 是 nor 否", f"“{header}”的“{cell[:20]}”应为“是”或“否”"
        )

    return read


def count_of(header: str, largest: int = 999_999, empty: str | None = None) -> Callable[[str], str | None]:
    """A whole number, not negative."""

    def read(cell: str) -> str | None:
        value = fold(cell).replace(",", "")
        if not value:
            return empty
        found = _COUNT.fullmatch(value)
        if not found or int(found[1]) > largest:
            raise BadCell(
                f"{header} {cell[:20]!r} is not a whole number from 0 to {largest}",
                f"“{header}”的“{cell[:20]}”应为 0 至 {largest} 的整数",
            )
        return str(int(found[1]))

    return read


def amount_of(header: str, scale: int = 1) -> Callable[[str], str | None]:
    """An amount of money in yuan: 1,234.50, 12万元, ￥3000. ``scale`` is what one unit of the column is worth."""

    def read(cell: str) -> str | None:
        if scale == 1 and _PLAIN_AMOUNT.fullmatch(cell):
            return cell
        value = fold(cell).replace(",", "")
        if not value:
            return None
        try:
            found = _AMOUNT.fullmatch(value)
            amount = (
                Decimal(found[1]) * _SCALES[found[2]] * (1 if found[2] else scale)
                if found
                else Decimal(value) * scale
            )
            amount = amount.quantize(_CENT)
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or not 0 <= amount < _LARGEST:
            raise BadCell(
                f"{header} {cell[:30]!r} is not an amount; write it in yuan, as 12345.60",
                f"“{header}”的“{cell[:30]}”不是金额，应以元为单位，如 12345.60",
            )
        return str(amount)

    return read


def procedure_of(header: str) -> Callable[[str], str]:
    """The procedure (审判程序) under its Chinese name or ours; a name we do not know is refused."""

    def read(cell: str) -> str:
        value = re.sub(r"[(（].*", "", fold(cell))
        found = PROCEDURE_NAMES.get(value, value)
        if found and found not in PROCEDURES:
            raise BadCell(
                f"{header} {cell[:20]!r} is not a procedure; known are {'、'.join(list(PROCEDURE_NAMES)[:2])}……",
                f"“{header}”的“{cell[:20]}”不是已知的审判程序，应为普通程序、简易程序、小额诉讼程序、速裁程序、特别程序、二审程序或审判监督程序",
            )
        return found

    return read


def one_of(header: str, known: dict[str, str], examples: str) -> Callable[[str], str]:
    """One of the known names, given as ours; empty is empty."""

    def read(cell: str) -> str:
        value = fold(cell)
        found = known.get(value, known.get(re.sub(r"\(.*?\)", "", value), ""))
        if value and not found:
            raise BadCell(
                f"{header} {cell[:40]!r} is not in the catalogue; {examples}",
                f"“{header}”的“{cell[:40]}”不在目录中，应如{examples}",
            )
        return found

    return read


def required(header: str, read: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """As ``read``, but the cell must not be empty."""

    def must(cell: str) -> str | None:
        found = read(cell)
        if not found:
            raise BadCell(f"{header} is empty and must be given", f"“{header}”为空，必须填写")
        return found

    return must


def fold(cell: str) -> str:
    """Full-width signs as half-width, no white space around."""
    return unicodedata.normalize("NFKC", cell).strip()


def neutral(cell: str) -> str:
    """A cell that no spreadsheet will take for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def restored(cell: str) -> str:
    """The reverse of ``neutral``, for a file that comes back."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell
