"""From a chunk of rows to lines that COPY takes: column by column, each distinct text read once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cases.numbers import explain, nearest, parse
from ingest.book import Book
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
    of_party: bool = False  # whether a row may name the party it is about; the table knows it by ``party_id``

    @property
    def names(self) -> tuple[str, ...]:
        """The columns as the table has them."""
        return tuple(
            "party_id" if self.of_party and column.name == "party" else column.name for column in self.columns
        )

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name not in self.key)

    @property
    def staged_key(self) -> tuple[str, ...]:
        """The key as the file has it: parties by name."""
        return tuple("party" if self.of_party and name == "party_id" else name for name in self.key)


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
    ground = required(
        "事由", not_restarting(one_of("事由", grounds, "announcement、公告期间、鉴定期间"), restarting)
    )
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
    return Reason(
        "the extension is empty: give 延长月, 延长日 or 延长至",
        "没有写明延长多久：请填写“延长月”“延长日”或“延长至”",
    )


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
    better = (
        f"; did you mean {guess.normalized}?" if guess else "; it should look like （2024）川1502民初4567号"
    )
    words = "；".join(explain(number, book.law.type_codes))
    return BadCell(
        f"案号 {cell[:60]!r} cannot be read ({number.problem}){better}", f"案号“{cell[:60]}”无法识别：{words}"
    )


class FactLines:
    """Rows of one kind of facts."""

    def __init__(self, kind: FactKind, layout: Layout, book: Book):
        self.kind = kind
        self.stage = (number_column(book), *kind.columns)
        self.cells = Columns(self.stage, layout)
        self.names = [column.name for column in self.stage]

    @property
    def columns(self) -> list[tuple[str, str]]:
        return [(column.name, column.type) for column in self.stage]

    def read(self, rows: list[list[str]]) -> list[list[str | None]]:
        """The rows column by column as COPY takes them; None for a cell that cannot be read."""
        return self.cells.read(rows)

    def why(self, row: list[str]) -> Reason | None:
        return self.cells.why(row)

    def lines(self, chunk: Chunk) -> Lines:
        read = self.read(chunk.rows)
        lines = Lines([], [])
        for place, (line, values) in enumerate(zip(chunk.lines, zip(*read, strict=True), strict=True)):
            reason = chunk.broken.get(place)
            if reason is None and None in values:
                reason = self.why(chunk.rows[place])
            if reason is None:
                reason = self.kind.check(dict(zip(self.names, values, strict=True)))
            if reason is None:
                lines.good.append(f"{line}\t" + "\t".join(values))
            else:
                lines.refused.append((place, reason))
        return lines
