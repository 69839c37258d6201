"""XLSX, looked over before it is opened: a workbook is a ZIP of XML and may be far larger than it seems."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

import python_calamine

from ingest.refusals import Unreadable

MAX_FILE = 50 * 1024 * 1024
MAX_INFLATED = 600 * 1024 * 1024
MAX_RATIO = 100
MAX_GRID = 12_000_000  # cells; calamine lays out the whole rectangle that a sheet spans
_BLOCK = 1 << 18
_CELL = re.compile(rb'<(?:\w+:)?c [^>]{0,200}?\br="([A-Z]{1,3})([0-9]{1,7})"')


def is_workbook(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def workbook_rows(path: Path, max_columns: int) -> Iterator[tuple[int, list[str]]]:
    """Row numbers and texts of the first visible sheet. Formula cells count with their stored result."""
    look_over(path, max_columns)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
        ]
        sheet = book.get_sheet_by_name((shown or book.sheet_names)[0])
        for line, row in enumerate(sheet.iter_rows(), start=1):
            yield line, [text_of(cell) for cell in row]
    except (python_calamine.CalamineError, IndexError) as error:
        raise _not_a_workbook() from error


def look_over(path: Path, max_columns: int) -> None:
    """Refuse what is too large, inflates beyond measure or spans an absurd rectangle, without unpacking it."""
    size = path.stat().st_size
    if size > MAX_FILE:
        raise Unreadable(
            f"an XLSX of {size >> 20} MB; at most {MAX_FILE >> 20} MB are read: save it as CSV, which may be larger",
            f"XLSX 文件有 {size >> 20} MB，最多 {MAX_FILE >> 20} MB：请另存为 CSV（可以更大）",
        )
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            members = archive.infolist()
            if sum(member.file_size for member in members) > min(
                MAX_INFLATED, max(size * MAX_RATIO, 1 << 24)
            ):
                raise _bomb()
            if not any(member.filename.startswith("xl/") for member in members):
                raise _not_a_workbook()
            left = MAX_INFLATED
            for member in members:
                left = _look_into(file, member, left, max_columns)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError) as error:
        raise _not_a_workbook() from error


def _look_into(file: BinaryIO, member: zipfile.ZipInfo, left: int, max_columns: int) -> int:
    """Inflate one member piece by piece, believing none of its declared sizes; return what may still be inflated."""
    file.seek(member.header_offset + 26)
    lengths = file.read(4)
    file.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), 1)
    is_sheet = member.filename.startswith("xl/worksheets/")
    widest, deepest, tail = 0, 0, b""
    for piece in _pieces(file, member):
        left -= len(piece)
        if left < 0:
            raise _bomb()
        if is_sheet:
            for letters, row in _CELL.findall(tail + piece):
                widest, deepest = max(widest, column_number(letters)), max(deepest, int(row))
            tail = piece[-300:]
            _check_grid(widest, deepest, max_columns)
    return left


def _pieces(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 1:
        raise _not_a_workbook()
    inflate = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    remaining = member.compress_size
    while remaining > 0 and (block := file.read(min(_BLOCK, remaining))):
        remaining -= len(block)
        if inflate is None:
            yield block
            continue
        while block and not inflate.eof:
            yield inflate.decompress(block, _BLOCK * 4)
            block = inflate.unconsumed_tail


def _check_grid(width: int, height: int, max_columns: int) -> None:
    if width > max_columns:
        raise Unreadable(
            f"{width} columns; at most {max_columns} are read: is this the right file?",
            f"有 {width} 列，最多读取 {max_columns} 列：请确认是否选错了文件",
        )
    if width * height > MAX_GRID:
        raise Unreadable(
            f"a sheet of {height} rows by {width} columns is too large for XLSX; save it as CSV",
            f"工作表有 {height} 行 × {width} 列，过大；请另存为 CSV",
        )


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def text_of(cell: object) -> str:
    """A cell as a person would write it into a CSV."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    return str(cell)


def _bomb() -> Unreadable:
    return Unreadable(
        "this XLSX inflates to far more than a ledger would (a zip bomb); save the table as CSV",
        "这个 XLSX 解压后远大于正常台账（疑似压缩炸弹），不予读取；请另存为 CSV",
    )


def _not_a_workbook() -> Unreadable:
    return Unreadable(
        "this is not an XLSX workbook or it is damaged; open it and save it again, or save it as CSV",
        "这不是有效的 XLSX 工作簿，或者已经损坏；请打开后重新保存，或另存为 CSV",
    )
