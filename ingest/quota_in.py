"""Diaries of minutes (工时日志) and figures of courts (法院概况): read here, kept by the services of ``quota``."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from cases.numbers import parse
from catalogues.quota_fields import CASE_TYPES
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court
from courts.reach import court_and_below
from ingest.models import Batch
from ingest.refusals import BadCell, Reason, Unreadable
from ingest.rows import count_of, day_of, fold, one_of, procedure_of, required, restored, text_of
from ingest.staging import Source
from quota.diaries import DiaryRow, receive_diary
from quota.figures import receive_figures
from quota.models.weights import CLASSES

Refused = list[tuple[int, list[str], Reason]]
Read = Callable[[str], Any]

TYPES = {name: code for code, name in CASE_TYPES.items()} | {code: code for code in CASE_TYPES}
KLASSES = {name: code for code, name in CLASSES} | {code: code for code, _ in CLASSES}
KLASSES |= {
    "简单": "simple",
    "一般": "ordinary",
    "普通": "ordinary",
    "复杂": "complex",
    "疑难复杂": "complex",
}
LONGEST_DAY = 24 * 60
REMEMBERED = 50_000
YEARS = (1990, 2100)

NO_COURT = Unreadable("a diary needs its court: give --court CODE", "工时日志须写明是哪一法院的，请选择法院")


# --- diaries -------------------------------------------------------------------------------------------------------
def receive_diaries(batch: Batch, source: Source, at: datetime) -> tuple[dict[str, int], Refused]:
    """Take a whole diary in one transaction; returns counts and the refused rows with their lines."""
    if batch.court is None:
        raise NO_COURT
    readers = diary_readers(batch.court)
    day = today()  # once a file: it may ask the database
    good, refused = read_rows(source, lambda said: diary_row(said, readers, day))
    found = receive_diary(
        rows=[row for _, _, row in good], court=batch.court, allowed=open_to(batch), batch_id=batch.pk
    )
    refused += [(*good[place][:2], Reason(english, chinese)) for place, english, chinese in found.refused]
    counts = {"created": found.created, "updated": found.updated, "unchanged": found.unchanged}
    return with_rows(counts, len(good), refused)


def diary_readers(court: Court) -> dict[str, Read]:
    law = law_in_use()
    elements = law.quotas.elements_of(court.pk, today())
    named = {name: code for code, one in elements.items() for name in (code, one.name, *one.called)}
    readers = {
        "number": number_of(law.type_codes),
        "person_no": required("人员编号", text_of("人员编号", 40)),
        "element": required("环节", element_of(named)),
        "on": required("日期", day_of("日期")),
        "minutes": required("分钟", count_of("分钟", LONGEST_DAY)),
        "case_type": one_of("案件类别", TYPES, "民事、刑事、行政、执行"),
        "procedure": procedure_of("程序"),
        "klass": one_of("繁简", KLASSES, "简案、普通案件、繁案"),
    }
    # The same few texts come back again and again: each is read once.
    return {name: lru_cache(maxsize=REMEMBERED)(read) for name, read in readers.items()}


def number_of(type_codes: Any) -> Read:
    """In the one way to write it; a number that is none (a study's own) is kept as it is."""
    plain = required("案号", text_of("案号", 80))

    def read(cell: str) -> str:
        said = restored(str(plain(cell)))
        number = parse(said, type_codes)
        return said if number.status == "invalid" else number.normalized

    return read


def element_of(named: dict[str, str]) -> Read:
    def read(cell: str) -> str:
        value = fold(cell)
        if value and value not in named:
            near = get_close_matches(value, named, n=1, cutoff=0.4)
            better = (f"; did you mean {near[0]}?", f"，是否应为“{near[0]}”") if near else ("", "")
            raise BadCell(
                f"环节 {value[:30]!r} is not an element of the catalogue{better[0]}",
                f"“环节”的“{value[:30]}”不在目录“审判流程要素”中{better[1]}",
            )
        return named.get(value, "")

    return read


def diary_row(said: dict[str, str], readers: dict[str, Read], day: date) -> DiaryRow:
    row = {name: read(said.get(name, "")) for name, read in readers.items()}
    minutes, on = int(row["minutes"]), date.fromisoformat(row["on"])
    if minutes == 0:
        raise BadCell("分钟 is 0; leave the row out", "“分钟”为 0，没有用时的不必填写")
    if on > day:
        raise BadCell(f"日期 {on} lies in the future", f"“日期”{on} 晚于今天")
    return DiaryRow(**{**row, "minutes": minutes, "on": on})


# --- figures -------------------------------------------------------------------------------------------------------
def receive_court_figures(batch: Batch, source: Source, at: datetime) -> tuple[dict[str, int], Refused]:
    """Take a list of figures in one transaction."""
    allowed = open_to(batch)
    courts = {court.code: court for court in Court.objects.filter(recognised=True).exclude(code=None)}
    present = source.layout.columns.keys()
    good, refused = read_rows(source, lambda said: figure_row(said, courts, allowed, present))
    found = receive_figures(rows=[row for _, _, row in good], by=batch.uploaded_by, at=at)
    refused += [(*good[place][:2], Reason(english, chinese)) for place, english, chinese in found.refused]
    counts = {"created": found.created, "updated": found.updated, "unchanged": found.unchanged}
    return with_rows(counts, len(good), refused)


def figure_row(
    said: dict[str, str], courts: dict[str | None, Court], allowed: frozenset[int] | None, present: Any
) -> dict[str, Any]:
    """A column the file does not have leaves what is kept here; an empty cell takes it back."""
    code = fold(said["court"])
    court = courts.get(code)
    if court is None or (allowed is not None and court.pk not in allowed):
        raise BadCell(
            f"法院代字 {code[:20]!r} is not a court you may speak of",
            f"“法院代字”的“{code[:20]}”不是您可以填报的法院",
        )
    year = int(required("年度", count_of("年度"))(said["year"]) or 0)
    if not YEARS[0] <= year <= YEARS[1]:
        raise BadCell(f"年度 {year} is not a year such as 2025", f"“年度”的“{year}”应为如 2025 的年份")
    staffing = int(required("编制", count_of("编制", 100_000))(said["staffing"]) or 0)
    if staffing == 0:
        raise BadCell("编制 is 0; a court has at least one post", "“编制”为 0，应为政法专项编制的人数")
    values = {name: read(said[name]) for name, read in FIGURES.items() if name in present}
    source = text_of("来源", 200)(said.get("source", ""))
    return {"court": court, "year": year, "staffing": staffing, **values, "source": source or "导入"}


def decimal_of(header: str, largest: float) -> Read:
    """A number from 0 on; per cent is understood."""

    def read(cell: str) -> float | None:
        value = fold(cell).replace(",", "")
        if not value:
            return None
        try:
            number = float(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
        except ValueError:
            number = math.nan
        if not 0 <= number <= largest:
            raise BadCell(
                f"{header} {cell[:20]!r} is not a number from 0 to {largest:g}",
                f"“{header}”的“{cell[:20]}”应为 0 至 {largest:g} 的数",
            )
        return number

    return read


FIGURES: dict[str, Read] = {
    "area": decimal_of("面积", 2_000_000),
    "population": decimal_of("人口", 20_000),
    "gdp": decimal_of("人均GDP", 1_000),
    "minorities": decimal_of("少数民族占比", 1),
    "experience": decimal_of("任职年限", 60),
    "closed": decimal_of("人均结案", 10_000),
}


# --- both ----------------------------------------------------------------------------------------------------------
def open_to(batch: Batch) -> frozenset[int] | None:
    """A person's upload speaks of their court and those below it; the operator's command of any."""
    from_person = batch.uploaded_by is not None and batch.court is not None
    return frozenset(court_and_below(batch.court_id)) if from_person else None


def read_rows(
    source: Source, read: Callable[[dict[str, str]], Any]
) -> tuple[list[tuple[int, list[str], Any]], Refused]:
    good: list[tuple[int, list[str], Any]] = []
    refused: Refused = []
    for line, cells, broken in lines_of(source):
        try:
            if broken:
                raise BadCell(broken.english, broken.chinese)
            good.append(
                (line, cells, read({name: cells[place] for name, place in source.layout.columns.items()}))
            )
        except BadCell as bad:
            refused.append((line, cells, bad.reason))
    return good, refused


def lines_of(source: Source) -> Iterator[tuple[int, list[str], Reason | None]]:
    for chunk in source.chunks():
        for place, (line, cells) in enumerate(zip(chunk.lines, chunk.rows, strict=True)):
            yield line, cells, chunk.broken.get(place)


def with_rows(counts: dict[str, int], good: int, refused: Refused) -> tuple[dict[str, int], Refused]:
    at_first = good + len(refused) - (good - sum(counts.values()))
    return {"rows": at_first, **counts, "rejected": len(refused)}, sorted(refused, key=lambda row: row[0])
