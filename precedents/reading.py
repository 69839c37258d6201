"""Judgments out of files: many in JSON Lines, one in a DOCX or a text file. What cannot be taken is refused in one sentence.

A line is ``{"source", "number", "title", "court", "cause", "category", "decided_on", "effective_on", "result", "holding",
"issue", "text", "facts", "case"}``: ``text`` and, unless ``case`` names a case of ours, ``source`` and ``number`` are required.
Sources and results are given by code or by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from docx import Document as read_docx
from docx.opc.exceptions import PackageNotFoundError

from cases.models import Case
from cases.numbers import normalize
from precedents.documents import LONGEST, Judgment
from precedents.models import Document

MOST_BYTES, MOST_UNPACKED, MOST_LINES = 20_000_000, 100_000_000, 20_000
LENGTHS = {"number": 80, "title": 200, "court": 80, "cause": 120, "category": 8}
KEYS = {
    *LENGTHS,
    "source",
    "decided_on",
    "effective_on",
    "result",
    "holding",
    "issue",
    "text",
    "facts",
    "case",
}
SOURCES = {**{code: code for code, _ in Document.SOURCES}, **{name: code for code, name in Document.SOURCES}}
RESULTS = {**{code: code for code, _ in Document.RESULTS}, **{name: code for code, name in Document.RESULTS}}


class Unreadable(Exception):
    """Why a file or a line cannot be taken: in English for the command, in Chinese for the page."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


@dataclass(frozen=True)
class Line:
    """A line of a file: the judgment, or why there is none."""

    number: int
    judgment: Judgment | None = None
    problem: Unreadable | None = None


# --- one text ----------------------------------------------------------------------------------------------
def text_of(name: str, content: bytes) -> str:
    """The text of a DOCX or plain text file."""
    if len(content) > MOST_BYTES:
        raise Unreadable("the file is larger than 20 MB; send a smaller one", "文件超过 20 MB，请拆分后上传")
    if name.lower().endswith(".docx"):
        return clean(text_of_docx(content))
    if name.lower().endswith(".txt"):
        return clean(decoded(content))
    raise Unreadable(f"{name}: send a .docx, .txt or .jsonl file", "请上传 .docx、.txt 或者 .jsonl 文件")


def text_of_docx(content: bytes) -> str:
    broken = Unreadable(
        "this is not a readable DOCX file; save it again as .docx",
        "无法读取这份 DOCX 文件，请另存为 .docx 后再上传",
    )
    try:
        with ZipFile(BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise broken
        document = read_docx(BytesIO(content))
    except (BadZipFile, PackageNotFoundError, KeyError, ValueError) as problem:
        raise broken from problem
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(
        "neither UTF-8 nor GB18030; save the file as UTF-8",
        "既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8",
    )


def clean(text: str) -> str:
    """The text as a database can hold it; refused where there is none, or too much."""
    kept = "\n".join(line.strip() for line in text.replace("\0", "").splitlines() if line.strip())
    if not kept:
        raise Unreadable("there is no text in it", "文件中没有文字")
    if len(kept) > LONGEST:
        raise Unreadable(f"the text has more than {LONGEST} characters", f"文书超过 {LONGEST} 字")
    return kept


# --- many lines --------------------------------------------------------------------------------------------
def lines_of(content: bytes) -> Iterator[Line]:
    """The judgments of a JSON Lines file, each with its line number."""
    if len(content) > MOST_BYTES * 5:
        raise Unreadable("the file is larger than 100 MB; split it", "文件超过 100 MB，请拆分后上传")
    lines = [(n, line) for n, line in enumerate(decoded(content).splitlines(), 1) if line.strip()]
    if not lines:
        raise Unreadable("the file is empty", "文件是空的")
    if len(lines) > MOST_LINES:
        raise Unreadable(
            f"more than {MOST_LINES} lines; split the file", f"超过 {MOST_LINES} 行，请拆分后上传"
        )
    for number, line in lines:
        try:
            yield Line(number, judgment=judgment_of(line))
        except Unreadable as problem:
            yield Line(number, problem=problem)


def judgment_of(line: str) -> Judgment:
    """The judgment of one line."""
    try:
        given = json.loads(line)
    except ValueError:
        raise Unreadable("not a line of JSON", "不是一行 JSON") from None
    if not isinstance(given, dict):
        raise Unreadable("a line must be a JSON object", "每行应为一个 JSON 对象")
    if wrong := sorted(set(given) - KEYS):
        raise Unreadable(
            f"unknown field {wrong[0]!r}; known: {', '.join(sorted(KEYS))}", f"没有“{wrong[0]}”这一项"
        )
    if given.get("case"):
        return Judgment(
            source="own", case=case_called(given["case"]), text=clean(word(given, "text")), **shared(given)
        )
    source = SOURCES.get(word(given, "source"))
    if source is None:
        raise Unreadable(
            f"source must be one of {', '.join(code for code, _ in Document.SOURCES)}", "来源不是可选值"
        )
    if not word(given, "number"):
        raise Unreadable("number is missing", "缺少案号或者编号")
    if source in ("own", "superior") and not word(given, "court"):
        raise Unreadable("court is missing: a judgment of this source needs its court", "缺少法院")
    texts = {name: word(given, name) for name in ("number", "cause", "category")}
    return Judgment(
        source=source,
        court_name=word(given, "court"),
        text=clean(word(given, "text")),
        **texts,
        **shared(given),
    )


def shared(given: Mapping[str, Any]) -> dict[str, Any]:
    """What judgments of all sources say."""
    result = word(given, "result")
    if result and result not in RESULTS:
        raise Unreadable(
            f"result must be one of {', '.join(code for code, _ in Document.RESULTS)}", "处理结果不是可选值"
        )
    days = {name: day_of(given, name) for name in ("decided_on", "effective_on")}
    texts = {name: word(given, name) for name in ("title", "holding", "issue")}
    return texts | days | {"result": RESULTS.get(result, ""), "facts": facts_of(given)}


def word(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise Unreadable(f"{name} must be text", f"“{name}”应为文字")
    text = (value or "").replace("\0", "").strip()
    if len(text) > LENGTHS.get(name, LONGEST):
        raise Unreadable(f"{name} has more than {LENGTHS.get(name, LONGEST)} characters", f"“{name}”过长")
    return text


def day_of(given: Mapping[str, Any], name: str) -> date | None:
    text = word(given, name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Unreadable(
            f"{name} must be a day such as 2026-03-02", f"“{name}”应为 2026-03-02 这样的日期"
        ) from None


def facts_of(given: Mapping[str, Any]) -> dict[str, Any]:
    facts = given.get("facts") or {}
    plain = isinstance(facts, dict) and all(
        isinstance(value, str | bool | int | float | list) for value in facts.values() if value is not None
    )
    if not plain:
        raise Unreadable(
            "facts must be an object of texts, numbers and true/false", "要素应为名称到取值的对象"
        )
    return {name: value for name, value in facts.items() if value is not None}


def case_called(number: Any) -> Case:
    found = Case.objects.select_related("court").filter(number=normalize(str(number))).first()
    if found is None:
        raise Unreadable(f"no case {number}", "没有这一案件，或者您无权查看")
    return found
