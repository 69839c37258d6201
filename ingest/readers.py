"""Rows out of a file, in chunks, whatever its format; memory does not grow with the file (CSV, JSON Lines).

``open_table`` decides the format and the encoding on the whole file before the first row is handed out, so that a
file is refused as a whole or not at all.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.refusals import Reason, Unreadable
from ingest.workbooks import is_workbook, workbook_rows

CHUNK = 5_000
MAX_COLUMNS = 300
MAX_CELL = 32_767  # as many characters as a spreadsheet cell holds
_BLOCK = 1 << 20
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
Cells = list[str]


@dataclass
class Chunk:
    """Some rows in the order of the file, with their line numbers; ``broken`` says which cannot be read and why."""

    lines: list[int]
    rows: list[Cells]
    broken: dict[int, Reason] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """An opened file. ``chunks()`` starts from the first row each time; blank rows are left out."""

    format: str  # csv | xlsx | jsonl
    encoding: str
    chunks: Callable[[], Iterator[Chunk]]

    def first_rows(self, n: int) -> list[tuple[int, Cells]]:
        rows = (
            (line, row) for chunk in self.chunks() for line, row in zip(chunk.lines, chunk.rows, strict=True)
        )
        return list(islice(rows, n))


def open_table(path: Path, name: str = "") -> Table:
    """Open a CSV, XLSX or JSON Lines file; ``name`` is what its sender calls it. Raises ``Unreadable``."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Unreadable("the file is empty", "文件是空的")
    if head.startswith(_OLD_OFFICE):
        raise Unreadable(
            "this is an old .xls workbook or one with a password; save it as .xlsx without a password, or as CSV",
            "这是旧式 .xls 或加了密码的工作簿；请另存为不带密码的 .xlsx 或 CSV",
        )
    if is_workbook(head):
        return Table("xlsx", "", lambda: _in_chunks(workbook_rows(path, MAX_COLUMNS)))
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"\x1f\x8b", b"7z\xbc\xaf")):
        raise Unreadable(
            "this is not a table; send CSV, XLSX or JSON Lines",
            "这不是表格文件；请提供 CSV、XLSX 或 JSON Lines 文件",
        )
    encoding = encoding_of(path)
    if (name or path.name).lower().endswith((".jsonl", ".ndjson", ".json")):
        return _json_lines(path, encoding)
    return _csv(path, encoding)


def encoding_of(path: Path) -> str:
    """``utf-8`` (``utf-8-sig`` with its mark) or ``gb18030``, whichever the whole file is."""
    flaw = _first_flaw(path, "utf-8")
    if flaw is None:
        with path.open("rb") as file:
            return "utf-8-sig" if file.read(3) == codecs.BOM_UTF8 else "utf-8"
    other = _first_flaw(path, "gb18030")
    if other is None:
        return "gb18030"
    line, position = max(flaw, other)
    raise Unreadable(
        f"neither UTF-8 nor GB18030: byte {position + 1} (line {line}) fits neither; save the file as UTF-8",
        f"既不是 UTF-8 也不是 GB18030 编码：第 {position + 1} 个字节（第 {line} 行）无法识别；请另存为 UTF-8",
    )


def _first_flaw(path: Path, encoding: str) -> tuple[int, int] | None:
    """Line and byte position of the first thing that is not text in this encoding; a NUL ends the matter at once."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done, lines = 0, 1
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if b"\0" in block:
                _refuse_nul(done, lines, block)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                start = max(error.start - pending, 0)
                return lines + block[:start].count(b"\n"), done - pending + error.start
            done, lines = done + len(block), lines + block.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return lines, done - 1
    return None


def _refuse_nul(done: int, lines: int, block: bytes) -> None:
    at = block.index(b"\0")
    line = lines + block[:at].count(b"\n")
    raise Unreadable(
        f"a NUL byte at byte {done + at + 1} (line {line}): a damaged, binary or UTF-16 file; save it as UTF-8",
        f"第 {done + at + 1} 个字节（第 {line} 行）是空字符（NUL）：文件已损坏、不是文本，或是 UTF-16 编码；请另存为 UTF-8",
    )


# --- CSV -------------------------------------------------------------------------------------------
def _csv(path: Path, encoding: str) -> Table:
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(_BLOCK)
    delimiter = max(",\t;", key=first.count)
    return Table("csv", encoding, lambda: _csv_chunks(path, encoding, delimiter))


def _csv_chunks(path: Path, encoding: str, delimiter: str) -> Iterator[Chunk]:
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding=encoding, newline="", buffering=_BLOCK) as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        while True:
            before = reader.line_num
            try:
                rows = list(islice(reader, CHUNK))
            except csv.Error as error:
                _refuse_csv(reader.line_num, str(error))
            if not rows:
                return
            if before == 0 and max(map(len, rows)) > MAX_COLUMNS:
                refuse_width(max(map(len, rows)))
            yield _without_blanks(_line_numbers(rows, before, reader.line_num), rows)


def _refuse_csv(line: int, what: str) -> None:
    if "field larger" in what:
        raise Unreadable(
            f"line {line}: a cell of more than {MAX_CELL} characters; probably a quotation mark is not closed",
            f"第 {line} 行：单元格超过 {MAX_CELL} 个字符，多半是前面的引号没有成对",
        )
    raise Unreadable(
        f"line {line}: a quotation mark is out of place; quotes around a cell come in pairs, those inside are doubled",
        f"第 {line} 行：引号位置不对；单元格外的引号应成对，内部的引号应写两个",
    )


def _line_numbers(rows: list[Cells], before: int, after: int) -> list[int]:
    if after - before == len(rows):
        return list(range(before + 1, after + 1))
    lines, line = [], before + 1
    for row in rows:
        lines.append(line)
        line += 1 + sum(len(re.findall(r"\r\n|\r|\n", cell)) for cell in row)
    return lines


def _without_blanks(lines: list[int], rows: list[Cells]) -> Chunk:
    if all(map(any, rows)):
        return Chunk(lines, rows)
    kept = [(line, row) for line, row in zip(lines, rows, strict=True) if any(cell.strip() for cell in row)]
    return Chunk([line for line, _ in kept], [row for _, row in kept])


def refuse_width(width: int) -> None:
    raise Unreadable(
        f"{width} columns; at most {MAX_COLUMNS} are read: is this the right file?",
        f"有 {width} 列，最多读取 {MAX_COLUMNS} 列：请确认是否选错了文件",
    )


def _in_chunks(rows: Iterator[tuple[int, Cells]]) -> Iterator[Chunk]:
    while some := list(islice(rows, CHUNK)):
        chunk = _without_blanks([line for line, _ in some], [row for _, row in some])
        chunk.broken |= {
            place: NOT_TEXT for place, row in enumerate(chunk.rows) if _NOT_TEXT.search("".join(row))
        }
        yield chunk


# --- JSON Lines ------------------------------------------------------------------------------------
def _json_lines(path: Path, encoding: str) -> Table:
    headers: dict[str, int] = {}
    for _, record in _json_records(path, encoding):
        if isinstance(record, dict):
            for key in record:
                headers.setdefault(_NOT_TEXT.sub("\ufffd", key), len(headers))
        if len(headers) > MAX_COLUMNS:
            refuse_width(len(headers))
    return Table("jsonl", encoding, lambda: _json_chunks(path, encoding, list(headers)))


def _json_chunks(path: Path, encoding: str, headers: list[str]) -> Iterator[Chunk]:
    yield Chunk([0], [headers])
    records = _json_records(path, encoding)
    while some := list(islice(records, CHUNK)):
        chunk = Chunk([line for line, _ in some], [])
        for place, (_, record) in enumerate(some):
            if isinstance(record, dict):
                chunk.rows.append([as_text(record.get(key)) for key in headers])
                if _NOT_TEXT.search("".join(chunk.rows[place])):
                    chunk.broken[place] = NOT_TEXT
            else:
                chunk.rows.append([str(record)])
                chunk.broken[place] = NOT_AN_OBJECT
        yield chunk


NOT_AN_OBJECT = Reason(
    'this line is not a JSON object; it should look like {"案号": "（2024）川1502民初1号"}',
    '本行不是 JSON 对象，应如 {"案号": "（2024）川1502民初1号"}',
)


NOT_TEXT = Reason(
    "this line holds a NUL or half a character (a lone surrogate), which is no text",
    "本行含有无法保存的字符（空字符或不完整的字符）",
)


def _json_records(path: Path, encoding: str) -> Iterator[tuple[int, Any]]:
    with path.open(encoding=encoding, buffering=_BLOCK) as file:
        for line, text in enumerate(file, start=1):
            if text.strip():
                try:
                    yield line, json.loads(text)
                except (ValueError, RecursionError):
                    yield line, text.rstrip("\n")


def as_text(value: object) -> str:
    """A JSON value as the cell of a table would show it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(as_text(part) for part in value)
    return str(value)
