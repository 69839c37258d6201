"""Rows of cases as lines for COPY: the number read by its stem, names looked up within their court."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import repeat

from cases.numbers import CaseNumber, parse
from ingest.book import Book, Seat
from ingest.columns import Columns, Lines, bad_number, case_columns
from ingest.mapping import Layout
from ingest.readers import Chunk
from ingest.refusals import BadCell, Reason
from ingest.rows import NULL, Cells, fold, restored, text_of


class Stems(dict[str, tuple[str, str] | None]):
    """What a number says before its serial, read once: its identity in COPY's form, and the id of its court.

    None where the text is not yet in the one way to write a number: the whole number is then read on its own.
    """

    def __init__(self, book: Book):
        super().__init__()
        self.book = book

    def __missing__(self, stem: str) -> tuple[str, str] | None:
        if len(self) > 50_000:
            self.clear()
        number = parse(f"{stem}1号", self.book.law.type_codes)
        plain = number.is_valid and number.normalized == f"{stem}1号" and not number.sub
        seat = self.book.seat(number.court or "", number.year or 0) if plain else None
        is_good = seat is not None and not self.book.is_closed_to(seat)
        found = self[stem] = (identity(seat, number), court_of(seat)) if seat and is_good else None
        return found


def court_of(seat: Seat) -> str:
    return NULL if seat.court_id is None else str(seat.court_id)


def identity(seat: Seat, number: CaseNumber) -> str:
    return (
        f"{court_of(seat)}\t{seat.code}\t{seat.doubt}\t{number.year}\t{number.type or ''}\t{number.category}"
    )


PEOPLE = ("division", "judge", "presiding", "members")
IDENTITY = [
    ("number", "text"),
    ("number_received", "text"),
    ("court_id", "bigint"),
    ("court_code", "text"),
    ("court_doubt", "text"),
    ("year", "smallint"),
    ("type_code", "text"),
    ("category", "text"),
    ("serial", "int"),
]
PLACES = {
    "division": ("division_id", "bigint"),
    "judge": ("judge_id", "bigint"),
    "presiding": ("presiding_id", "bigint"),
    "members": ("members", "bigint[]"),
}


class Named(dict[tuple[str, ...], str]):
    """People and divisions by court and names, each combination looked up once."""

    def __init__(self, resolve: Callable[[str, dict[str, str]], str], fields: list[str]):
        super().__init__()
        self.resolve, self.fields = resolve, fields

    def __missing__(self, key: tuple[str, ...]) -> str:
        if len(self) > 30_000:
            self.clear()
        found = self[key] = self.resolve(key[0], dict(zip(self.fields, key[1:], strict=True)))
        return found


class CaseLines:
    """Rows of cases."""

    def __init__(self, layout: Layout, book: Book, limits: dict[str, str]):
        plain = [column for column in case_columns(limits) if column.source in layout.columns]
        if "amount" in layout.columns:
            plain = [column for column in plain if column.source != "amount_in_wan"]
        self.book, self.layout, self.plain = book, layout, plain
        self.cells = Columns(plain, layout)
        self.people = [name for name in PEOPLE if name in layout.columns]
        self.stems = Stems(book)
        self.named = Named(self._resolve, self.people)

    @property
    def columns(self) -> list[tuple[str, str]]:
        found = IDENTITY + [(column.name, column.type) for column in self.plain]
        if self.people:
            found += [PLACES[name] for name in self.people] + [("named", "jsonb")]
        return found + ([("related", "text")] if "related" in self.layout.columns else [])

    @property
    def facts(self) -> list[str]:
        """The columns of the case that this file speaks of."""
        return [
            name
            for name, _ in self.columns
            if name not in {name for name, _ in IDENTITY} and name != "related"
        ]

    def lines(self, chunk: Chunk) -> Lines:
        rows = chunk.rows
        refused: dict[int, Reason] = dict(chunk.broken)
        identities, courts = self._identities(rows, refused)
        read = self.cells.read(rows)
        self._refuse_bad(read, rows, refused)
        self._refuse_closed_before_filed(read, refused)
        if self.people:
            read.append(self._people(rows, courts))
        if "related" in self.layout.columns:
            read.append(self._related(rows, refused))
        joined = zip(map(str, chunk.lines), identities, *read, strict=True)
        if not refused:
            return Lines(list(map("\t".join, joined)), [])
        good = ["\t".join(parts) for place, parts in enumerate(joined) if place not in refused]
        return Lines(good, sorted(refused.items()))

    def _identities(self, rows: list[list[str]], refused: dict[int, Reason]) -> tuple[list[str], list[str]]:
        place, found, courts, stems = self.layout.columns["number"], [], [], self.stems
        for index, row in enumerate(rows):
            text = row[place]
            stem = text[:-1].rstrip("0123456789")
            serial = text[len(stem) : -1]
            known = stems[stem] if text[-1:] == "号" and serial[:1] > "0" and len(serial) < 9 else None
            if known:
                found.append(f"{text}\t\t{known[0]}\t{serial}")
                courts.append(known[1])
                continue
            try:
                identity, court = self._read_number(text, row)
            except BadCell as bad:
                refused.setdefault(index, bad.reason)
                identity, court = "", NULL
            found.append(identity)
            courts.append(court)
        return found, courts

    def _read_number(self, text: str, row: list[str]) -> tuple[str, str]:
        cell = restored(text.strip())
        number = parse(cell, self.book.law.type_codes)
        if number.status == "invalid":
            raise bad_number(cell, self.book)
        if number.status == "legacy":
            number = replace(number, category=_category(number.normalized), year=int(number.normalized[1:5]))
        place = self.layout.columns.get("court")
        code = number.court or (fold(row[place]) if place is not None else "")
        seat = self.book.seat(code[:12], number.year or 0)
        if self.book.is_closed_to(seat):
            raise BadCell(
                f"案号 {cell[:60]!r} belongs to another court than the sender's",
                f"案号“{cell[:60]}”不属于本院及下级法院，不能由本院导入",
            )
        received = "" if cell == number.normalized else text_of("案号", 80)(cell)
        serial = NULL if number.serial is None else str(number.serial)
        escaped = Cells(lambda text: text)
        return f"{number.normalized}\t{escaped[received]}\t{identity(seat, number)}\t{serial}", court_of(seat)

    def _refuse_bad(
        self, read: list[list[str | None]], rows: list[list[str]], refused: dict[int, Reason]
    ) -> None:
        for values in read:
            if None in values:
                for index, value in enumerate(values):
                    if value is None and (reason := self.cells.why(rows[index])):
                        refused.setdefault(index, reason)

    def _refuse_closed_before_filed(self, read: list[list[str | None]], refused: dict[int, Reason]) -> None:
        names = [column.name for column in self.plain]
        if "filed_on" not in names or "closed_on" not in names:
            return
        filed, closed = read[names.index("filed_on")], read[names.index("closed_on")]
        for index, (start, end) in enumerate(zip(filed, closed, strict=True)):
            if start and end and end < start != NULL:
                refused.setdefault(
                    index,
                    Reason(
                        f"结案日期 {end} is before 立案日期 {start}", f"结案日期 {end} 早于立案日期 {start}"
                    ),
                )

    def _people(self, rows: list[list[str]], courts: list[str]) -> list[str | None]:
        cells = list(zip(*rows, strict=False)) or [()] * len(self.layout.columns)
        keys = zip(courts, *[cells[self.layout.columns[name]] for name in self.people], strict=True)
        return list(map(self.named.__getitem__, keys))

    def _resolve(self, court: str, cells: dict[str, str]) -> str:
        """Ids of those whose names are known in that court; the names of the others, kept as the source has them."""
        court_id = int(court) if court != NULL else -1
        ids, unknown = [], {}
        for field, cell in cells.items():
            names = [name for name in _split_names(cell) if name] if field == "members" else [cell.strip()]
            book = self.book.divisions if field == "division" else self.book.people
            found = [book.get((court_id, name)) or 0 for name in names if name]
            strangers = [
                name for name, pk in zip([name for name in names if name], found, strict=True) if not pk
            ]
            if strangers:
                unknown[field] = "、".join(strangers)[:200]
            if field == "members":
                ids.append("{" + ",".join(str(pk) for pk in found if pk) + "}")
            else:
                ids.append(str(found[0]) if found and found[0] else NULL)
        named = json.dumps(unknown, ensure_ascii=False) if unknown else "{}"
        return "\t".join((*ids, Cells(lambda text: text)[named] or "{}"))

    def _related(self, rows: list[list[str]], refused: dict[int, Reason]) -> list[str | None]:
        place = self.layout.columns["related"]
        return list(map(self._links, [row[place] for row in rows], repeat(self.book.law.type_codes)))

    @staticmethod
    def _links(cell: str, type_codes: Mapping[str, str]) -> str | None:
        """Related numbers in the one way to write them; what is no number stays as it is."""
        if not cell.strip():
            return ""
        numbers = (parse(part, type_codes).normalized[:80] for part in _split_names(cell) if part.strip())
        joined = "、".join(dict.fromkeys(number for number in numbers if number))
        return (Cells(text_of("关联案号", 4000))[joined]) or ""


def _split_names(cell: str) -> list[str]:
    for separator in ",，;；/\n\t|":
        cell = cell.replace(separator, "、")
    return [part.strip() for part in cell.split("、")]


def _category(old_number: str) -> str:
    """The category an old-style number shows by its characters (刑、民、行、执、赔)."""
    signs = {"赔": "国家赔偿", "刑": "刑事", "执": "执行", "行": "行政", "民": "民事"}
    return next((category for sign, category in signs.items() if sign in old_number[6:]), "其他")
