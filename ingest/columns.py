"""From a chunk of rows to lines that COPY takes: column by column, each distinct text read once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

from cases.numbers import CaseNumber, explain, nearest, parse
from ingest.book import Book, Seat
from ingest.mapping import Layout
from ingest.readers import Chunk
from ingest.refusals import BadCell, Reason
from ingest.rows import (
    NULL,
    Cells,
    amount_of,
    count_of,
    day_of,
    flag_of,
    fold,
    one_of,
    procedure_of,
    required,
    restored,
    text_of,
    time_of,
)

Read = Callable[[str], str | None]
Refused = list[tuple[int, Reason]]


@dataclass(frozen=True)
class Column:
    """One column of the table: the field it is read from, its type, and how a cell is read."""

    name: str
    type: str
    read: Read
    field: str = ""
    default: str = ""  # in COPY's form, where the file has no such column

    @property
    def source(self) -> str:
        return self.field or self.name


@dataclass(frozen=True)
class FactKind:
    """A kind of rows about cases: what makes two rows the same fact, and what may then still change."""

    kind: str
    table: str
    label: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    withdrawable_key: bool = True  # whether a withdrawn row leaves room for another of the same key
    check: Callable[[dict[str, str]], Reason | None] = lambda row: None

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.name not in self.key)


def case_columns(law_limits: dict[str, str]) -> tuple[Column, ...]:
    """The plain columns of a case, those that need no one else's name."""
    return (
        Column("cause", "text", text_of("案由", 120)),
        Column("limit", "text", one_of("审限规则", law_limits, "civ_first_ordinary")),
        Column("procedure", "text", procedure_of("审判程序")),
        Column("region", "text", text_of("地区", 60)),
        Column("filed_on", "date", day_of("立案日期"), default=NULL),
        Column("accepted_on", "date", day_of("受理日期"), default=NULL),
        Column("closed_on", "date", day_of("结案日期"), default=NULL),
        Column("closed_how", "text", text_of("结案方式", 40)),
        Column("amount", "numeric(18,2)", amount_of("标的额"), default=NULL),
        Column("amount", "numeric(18,2)", amount_of("标的额（万元）", 10_000), "amount_in_wan", NULL),
        Column("plaintiffs", "int", count_of("原告人数"), default=NULL),
        Column("defendants", "int", count_of("被告人数"), default=NULL),
        Column("detained", "bool", flag_of("在押"), default="f"),
    )


def fact_kinds(grounds: dict[str, str], restarting: frozenset[str]) -> dict[str, FactKind]:
    ground = required("事由", not_restarting(one_of("事由", grounds, "announcement、公告期间、鉴定期间"), restarting))
    return {
        "parties": FactKind(
            "parties", "cases_party", "当事人",
            (
                Column("name", "text", required("姓名或名称", text_of("姓名或名称", 120))),
                Column("standing", "text", required("诉讼地位", text_of("诉讼地位", 20))),
                Column("kind", "text", text_of("类型", 20)),
                Column("agent", "text", text_of("代理人", 200)),
                Column("detained", "bool", flag_of("在押", None), default=NULL),
            ),
            key=("name", "standing"), withdrawable_key=False,
        ),
        "events": FactKind(
            "events", "cases_procedureevent", "流程事件",
            (
                Column("node", "text", required("节点", text_of("节点", 40))),
                Column("on", "date", required("日期", day_of("日期"))),
                Column("note", "text", text_of("说明", 300)),
                Column("at", "timestamptz", time_of("日期"), "on", NULL),
            ),
            key=("node", "on", "note"), withdrawable_key=False,
        ),
        "exclusions": FactKind(
            "exclusions", "cases_exclusion", "扣除与中止",
            (
                Column("ground", "text", ground),
                Column("starts_on", "date", required("起", day_of("起"))),
                Column("resumes_on", "date", day_of("止"), default=NULL),
                Column("reason", "text", text_of("说明", 300)),
            ),
            key=("ground", "starts_on"), check=ends_before_it_starts,
        ),
        "extensions": FactKind(
            "extensions", "cases_extension", "延长审限",
            (
                Column("approved_on", "date", day_of("批准日期"), default=NULL),
                Column("months", "smallint", count_of("延长月", 240, "0"), default="0"),
                Column("days", "smallint", count_of("延长日", 3660, "0"), default="0"),
                Column("workdays", "smallint", count_of("延长工作日", 3660, "0"), default="0"),
                Column("until_on", "date", day_of("延长至"), default=NULL),
                Column("approver", "text", text_of("批准人", 80)),
                Column("reason", "text", text_of("事由", 300)),
            ),
            key=("approved_on", "months", "days", "workdays", "until_on"), check=extends_nothing,
        ),
    }  # fmt: skip


def not_restarting(read: Callable[[str], str], restarting: frozenset[str]) -> Read:
    def found(cell: str) -> str:
        ground = read(cell)
        if ground in restarting:
            raise BadCell(
                f"事由 {cell[:40]!r} restarts the limit and excludes no days",
                f"“事由”的“{cell[:40]}”是重新计算审限的事由，不是扣除事由",
            )
        return ground

    return found


def ends_before_it_starts(row: dict[str, str]) -> Reason | None:
    start, end = row["starts_on"], row["resumes_on"]
    if end == NULL or end >= start:
        return None
    return Reason(f"止 {end} is before 起 {start}", f"“止”{end} 早于“起”{start}")


def extends_nothing(row: dict[str, str]) -> Reason | None:
    if row["until_on"] != NULL or any(row[unit] != "0" for unit in ("months", "days", "workdays")):
        return None
    return Reason("the extension is empty: give 延长月, 延长日 or 延长至", "没有写明延长多久：请填写“延长月”“延长日”或“延长至”")


@dataclass
class Lines:
    """What a chunk gives: lines for COPY and the rows that are refused, by their place in the chunk."""

    good: list[str]
    refused: Refused


class Columns:
    """Reads the plain columns of rows; the cells of one column share one memory."""

    def __init__(self, columns: Sequence[Column], layout: Layout):
        self.columns = [(column, layout.columns.get(column.source)) for column in columns]
        self.memory = [Cells(column.read) for column, _ in self.columns]

    def read(self, rows: list[list[str]]) -> list[list[str | None]]:
        found: list[list[str | None]] = []
        cells = list(zip(*rows, strict=False))
        for (column, place), memory in zip(self.columns, self.memory, strict=True):
            if place is None or not cells:
                found.append([column.default] * len(rows))
            else:
                found.append(list(map(memory.__getitem__, cells[place])))
        return found

    def why(self, row: list[str]) -> Reason | None:
        """The first thing wrong with a row."""
        for column, place in self.columns:
            try:
                column.read(row[place] if place is not None else "") if place is not None else None
            except BadCell as bad:
                return bad.reason
        return None


def number_column(book: Book) -> Column:
    """The case a fact is about, by its number in the one way to write it."""

    def read(cell: str) -> str:
        number = parse(restored(cell.strip()), book.law.type_codes)
        if number.status == "invalid":
            raise bad_number(cell, book)
        return number.normalized

    return Column("number", "text", read)


def bad_number(cell: str, book: Book) -> BadCell:
    if not cell.strip():
        return BadCell("案号 is empty and must be given", "“案号”为空，必须填写")
    number = parse(cell, book.law.type_codes)
    guess, _ = nearest(cell, book.law.type_codes)
    better = f"; did you mean {guess.normalized}?" if guess else "; it should look like （2024）川1502民初4567号"
    words = "；".join(explain(number, book.law.type_codes))
    return BadCell(f"案号 {cell[:60]!r} cannot be read ({number.problem}){better}", f"案号“{cell[:60]}”无法识别：{words}")


class FactLines:
    """Rows of parties, events, exclusions or extensions."""

    def __init__(self, kind: FactKind, layout: Layout, book: Book):
        self.kind = kind
        self.stage = (number_column(book), *kind.columns)
        self.cells = Columns(self.stage, layout)
        self.names = [column.name for column in self.stage]

    @property
    def columns(self) -> list[tuple[str, str]]:
        return [(column.name, column.type) for column in self.stage]

    def lines(self, chunk: Chunk) -> Lines:
        read = self.cells.read(chunk.rows)
        lines = Lines([], [])
        for place, (line, values) in enumerate(zip(chunk.lines, zip(*read, strict=True), strict=True)):
            reason = chunk.broken.get(place)
            if reason is None and None in values:
                reason = self.cells.why(chunk.rows[place])
            if reason is None:
                reason = self.kind.check(dict(zip(self.names, values, strict=True)))
            if reason is None:
                lines.good.append(f"{line}\t" + "\t".join(values))
            else:
                lines.refused.append((place, reason))
        return lines


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
    return f"{court_of(seat)}\t{seat.code}\t{seat.doubt}\t{number.year}\t{number.type or ''}\t{number.category}"


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
        return [name for name, _ in self.columns if name not in {name for name, _ in IDENTITY} and name != "related"]

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
                refused.setdefault(index, Reason(f"结案日期 {end} is before 立案日期 {start}", f"结案日期 {end} 早于立案日期 {start}"))

    def _people(self, rows: list[list[str]], courts: list[str]) -> list[str]:
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
            strangers = [name for name, pk in zip([name for name in names if name], found, strict=True) if not pk]
            if strangers:
                unknown[field] = "、".join(strangers)[:200]
            if field == "members":
                ids.append("{" + ",".join(str(pk) for pk in found if pk) + "}")
            else:
                ids.append(str(found[0]) if found and found[0] else NULL)
        named = json.dumps(unknown, ensure_ascii=False) if unknown else "{}"
        return "\t".join((*ids, Cells(lambda text: text)[named] or "{}"))

    def _related(self, rows: list[list[str]], refused: dict[int, Reason]) -> list[str]:
        place = self.layout.columns["related"]
        return list(map(self._links, [row[place] for row in rows], repeat(self.book.law.type_codes)))

    @staticmethod
    def _links(cell: str, type_codes: dict[str, str]) -> str:
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
