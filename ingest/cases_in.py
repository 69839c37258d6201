"""Staged cases into the table of cases: what is new, what differs, what people entered and stays."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection

from audit import trail
from audit.models import Entry
from ingest.book import create_unknown_courts
from ingest.case_lines import CaseLines
from ingest.models import Batch
from ingest.staging import STAGE, Staged
from ingest.words import in_words, plain

WORK = "ingest_work"
LABELS = {
    "cause": "案由", "limit": "审限规则", "procedure": "审判程序", "region": "地区", "division_id": "承办部门",
    "judge_id": "承办人", "presiding_id": "审判长", "members": "合议庭", "filed_on": "立案日期", "accepted_on": "受理日期",
    "closed_on": "结案日期", "closed_how": "结案方式", "amount": "标的额", "plaintiffs": "原告人数",
    "defendants": "被告人数", "detained": "在押", "named": "来源所载姓名",
}  # fmt: skip
#: What a new case has where the file says nothing.
BLANK = {
    "division_id": "NULL", "judge_id": "NULL", "presiding_id": "NULL", "members": "'{}'", "named": "'{}'", "cause": "''",
    "limit": "''", "procedure": "''", "region": "''", "filed_on": "NULL", "accepted_on": "NULL", "closed_on": "NULL",
    "closed_how": "''", "amount": "NULL", "plaintiffs": "NULL", "defendants": "NULL", "detained": "false",
}  # fmt: skip
FIXED = {"readers": "'{}'", "cause_code": "''", "sealed": "''", "entered": "'{}'", "origin": "'feed'"}
IDENTITY = ("number", "number_received", "court_id", "year", "type_code", "category", "serial")
COURT_SENTENCES = {
    "unknown_court": "法院代字“{code}”不在法院目录中，案件暂列于未识别法院，请核对案号或更新目录。",
    "retired_court": "法院代字“{code}”在案号年度已停用或尚未启用，请核对案号。",
    "": "",
}


def quoted(names: list[str] | tuple[str, ...], table: str = "") -> str:
    prefix = f"{table}." if table else ""
    return ", ".join(f'{prefix}"{name}"' for name in names)


def facts_of(staged: Staged) -> list[str]:
    assert isinstance(staged.maker, CaseLines)
    return staged.maker.facts


def differs(names: list[str], ours: str, theirs: str) -> str:
    if not names:
        return "false"
    return f"ROW({quoted(names, ours)}) IS DISTINCT FROM ROW({quoted(names, theirs)})"


def find_work(staged: Staged) -> None:
    """Match the staged rows to cases by number, also by one they carried before; keep those that bring something."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM cases_formernumber)")
        if cursor.fetchone()[0]:
            cursor.execute(
                f"""UPDATE {STAGE} s SET number = c.number, number_received = s.number FROM cases_formernumber f
                JOIN cases_case c ON c.id = f.case_id WHERE f.number = s.number AND NOT EXISTS
                (SELECT 1 FROM {STAGE} t WHERE t.number = c.number) AND NOT EXISTS
                (SELECT 1 FROM cases_case o WHERE o.number = s.number)"""
            )
        cursor.execute(f"DROP TABLE IF EXISTS {WORK}")
        cursor.execute(
            f"""CREATE TEMP TABLE {WORK} AS SELECT s.*, c.id AS case_id FROM {STAGE} s
            LEFT JOIN cases_case c ON c.number = s.number
            WHERE c.id IS NULL OR {differs(facts_of(staged), "c", "s")} ORDER BY s.line"""
        )
        cursor.execute(f"CREATE INDEX ON {WORK} USING brin (line) WITH (pages_per_range = 16)")
        cursor.execute(f"ANALYZE {WORK} (line, number, case_id)")


def create_courts() -> None:
    """Places for the cases whose court code nobody knows."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT court_code FROM {WORK} WHERE court_id IS NULL")
        made = create_unknown_courts(code for (code,) in cursor.fetchall())
        for code, court_id in made.items():
            cursor.execute(
                f"UPDATE {WORK} SET court_id = %s WHERE court_id IS NULL AND court_code = %s",
                [court_id, code],
            )


def create_cases(batch: Batch, staged: Staged, start: int, end: int) -> int:
    """Create what is new between two lines and tell the outbox; court by court, as the indexes have them."""
    facts = facts_of(staged)
    values = (
        BLANK | FIXED | {name: f's."{name}"' for name in (*IDENTITY, *facts)} | {"batch_id": str(batch.pk)}
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {WORK} w SET case_id = c.id FROM cases_case c
            WHERE w.case_id IS NULL AND c.number = w.number AND w.line > %s AND w.line <= %s""",
            [start, end],
        )
        cursor.execute(
            f"""WITH made AS (INSERT INTO cases_case ({quoted(tuple(values))}) SELECT {", ".join(values.values())}
            FROM {WORK} s WHERE s.case_id IS NULL AND s.line > %s AND s.line <= %s
            ORDER BY s.court_id, s.line RETURNING id)
            INSERT INTO cases_change (case_id, at) SELECT id, now() FROM made""",
            [start, end],
        )
        return cursor.rowcount


def update_cases(batch: Batch, staged: Staged, start: int, end: int, at: datetime) -> tuple[int, int]:
    """Bring what differs up to date, leave what people entered, and say so. Returns changed cases and conflicts."""
    facts = facts_of(staged)
    if not facts:
        return 0, 0
    changed: list[int] = []
    entries: list[Entry] = []
    conflicts = 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.id, c.court_id, c.sealed, c.origin, c.entered, c.filed_on, c.closed_on,
                   {quoted(facts, "c")}, {quoted(facts, "w")}
            FROM {WORK} w JOIN cases_case c ON c.id = w.case_id
            WHERE w.line > %s AND w.line <= %s AND {differs(facts, "c", "w")} ORDER BY c.id FOR UPDATE OF c""",
            [start, end],
        )
        for pk, court_id, sealed, origin, entered, filed_on, closed_on, *values in cursor.fetchall():
            ours, theirs = values[: len(facts)], values[len(facts) :]
            given = json.loads(entered) if isinstance(entered, str) else entered
            new = {
                name: b
                for name, a, b in zip(facts, ours, theirs, strict=True)
                if as_read(name, a) != as_read(name, b)
            }
            old = dict(zip(facts, ours, strict=True))
            kept = {name for name in new if is_entered(name, given, origin, old[name])}
            days = {"filed_on": filed_on, "closed_on": closed_on}
            if is_backwards(days | {name: value for name, value in new.items() if name not in kept}):
                kept |= days.keys() & new.keys()
            if given or origin == "entered" or kept:
                conflicts += raise_conflicts(cursor, pk, old, {name: new.pop(name) for name in kept}, at)
                set_one_by_one(cursor, pk, new, batch)
            else:
                changed.append(pk)
            if new:
                before = {name: plain(old[name]) for name in new}
                after = {name: plain(value) for name, value in new.items()}
                entries.append(entry_of(batch, pk, court_id, bool(sealed), before, after, at))
        apply(cursor, batch, facts, changed, start, end)
        tell_outbox(cursor, [entry.case_id for entry in entries])
    trail.record_many(entries)
    return len(entries), conflicts


def is_backwards(days: dict[str, Any]) -> bool:
    """Whether the case would close before it was filed, one of the days being here and the other in the file."""
    return bool(days["filed_on"] and days["closed_on"] and days["closed_on"] < days["filed_on"])


def as_read(name: str, value: Any) -> Any:
    return json.loads(value) if name == "named" and isinstance(value, str) else value


def is_entered(name: str, given: dict[str, Any], origin: str, ours: Any) -> bool:
    field = name.removesuffix("_id")
    if field == "named":
        return origin == "entered" or bool({"judge", "division", "presiding", "members"} & given.keys())
    return field in given or name in given or (origin == "entered" and ours not in (None, "", [], False))


def raise_conflicts(cursor: Any, pk: int, old: dict[str, Any], theirs: dict[str, Any], at: datetime) -> int:
    raised = 0
    for name, value in theirs.items():
        if name != "named" and not (name.endswith("_id") and value is None):
            raised += raise_doubt(
                cursor, pk, "conflict", name.removesuffix("_id"),
                f"来源的{LABELS[name]}与本系统录入的不一致，已保留录入值，请核实。", in_words(name, old[name]), in_words(name, value), at,
            )  # fmt: skip
    return raised


def raise_doubt(
    cursor: Any, case_id: int, kind: str, field: str, sentence: str, ours: str, theirs: str, at: datetime
) -> int:
    """Raise a doubt once: one that a person has settled does not come back with the next file."""
    cursor.execute(
        """INSERT INTO cases_doubt (case_id, kind, field, sentence, ours, theirs, raised_at, settled_how)
        SELECT %(case)s, %(kind)s, %(field)s, %(sentence)s, %(ours)s, %(theirs)s, %(at)s, ''
        WHERE NOT EXISTS (SELECT 1 FROM cases_doubt d WHERE d.case_id = %(case)s AND d.kind = %(kind)s
                          AND d.field = %(field)s AND d.theirs = %(theirs)s)""",
        {
            "case": case_id,
            "kind": kind,
            "field": field,
            "sentence": sentence,
            "ours": ours,
            "theirs": theirs,
            "at": at,
        },
    )
    return int(cursor.rowcount)


def set_one_by_one(cursor: Any, pk: int, new: dict[str, Any], batch: Batch) -> None:
    if new:
        settings = ", ".join(f'"{name}" = %s' for name in new)
        values = [
            json.dumps(as_read(name, value)) if name == "named" else value for name, value in new.items()
        ]
        cursor.execute(
            f"UPDATE cases_case SET {settings}, batch_id = %s WHERE id = %s", [*values, batch.pk, pk]
        )


def apply(cursor: Any, batch: Batch, facts: list[str], changed: list[int], start: int, end: int) -> None:
    if not changed:
        return
    settings = ", ".join(f'"{name}" = w."{name}"' for name in facts)
    cursor.execute(
        f"""UPDATE cases_case c SET {settings}, batch_id = %s FROM {WORK} w
        WHERE c.id = w.case_id AND w.line > %s AND w.line <= %s AND c.id = ANY(%s)""",
        [batch.pk, start, end, changed],
    )
    if "named" in facts:
        cursor.execute(
            """UPDATE cases_doubt d SET settled_at = now(), settled_how = '来源人员、部门已能识别' FROM cases_case c
            WHERE c.id = d.case_id AND d.case_id = ANY(%s) AND d.kind IN ('unknown_person', 'unknown_division')
            AND d.settled_at IS NULL AND NOT (c.named ? d.field)""",
            [changed],
        )


def tell_outbox(cursor: Any, case_ids: list[int]) -> None:
    if case_ids:
        cursor.execute(
            "INSERT INTO cases_change (case_id, at) SELECT unnest(%s::bigint[]), now()", [case_ids]
        )


def entry_of(
    batch: Batch,
    case_id: int,
    court_id: int,
    secret: bool,
    before: dict[str, Any],
    after: dict[str, Any],
    at: datetime,
) -> Entry:
    by = batch.uploaded_by
    return Entry(
        at=at, act="ingest.update_case", actor_id=by.pk if by else None, actor=str(by) if by else "系统",
        capacity=by.capacity() if by else "", about="cases.case", about_id=case_id, case_id=case_id, court_id=court_id,
        because=f"导入批次 {batch.pk}：{batch.filename}", before=before, after=after, secret=secret,
    )  # fmt: skip


def raise_doubts(staged: Staged, start: int, end: int, at: datetime) -> int:
    """Court codes, people and divisions that nobody here knows, as doubts on their cases."""
    raised = 0
    with connection.cursor() as cursor:
        for kind, sentence in COURT_SENTENCES.items():
            if kind:
                cursor.execute(insert_doubts("s.court_doubt = %(kind)s", "'court'", "s.court_code", ""),
                    {"kind": kind, "sentence": sentence, "start": start, "end": end, "at": at})  # fmt: skip
                raised += cursor.rowcount
        if "named" in facts_of(staged):
            for kind, is_division in (("unknown_person", "<>"), ("unknown_division", "=")):
                cursor.execute(
                    insert_doubts(f"s.named <> '{{}}' AND n.key {is_division} 'division'", "n.key", "n.value",
                                  "CROSS JOIN jsonb_each_text(s.named) n"),
                    {"kind": kind, "sentence": "来源所载“{code}”在本院名册中没有唯一对应，请核实。",
                     "start": start, "end": end, "at": at},
                )  # fmt: skip
                raised += cursor.rowcount
    return raised


def insert_doubts(condition: str, field: str, theirs: str, also: str) -> str:
    return f"""INSERT INTO cases_doubt (case_id, kind, field, sentence, ours, theirs, raised_at, settled_how)
        SELECT c.id, %(kind)s, {field}, replace(%(sentence)s, '{{code}}', {theirs}), '', {theirs}, %(at)s, ''
        FROM {STAGE} s JOIN cases_case c ON c.number = s.number {also}
        WHERE s.line > %(start)s AND s.line <= %(end)s AND {condition}
        AND NOT EXISTS (SELECT 1 FROM cases_doubt d WHERE d.case_id = c.id AND d.kind = %(kind)s
                        AND d.field = {field} AND d.theirs = {theirs})"""


def link_cases(staged: Staged, start: int, end: int) -> int:
    """Links to the related numbers; the other case is found where it is here, later otherwise."""
    assert isinstance(staged.maker, CaseLines)
    if "related" not in staged.maker.layout.columns:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH made AS (INSERT INTO cases_caselink (case_id, other_id, other_number, kind)
            SELECT c.id, o.id, n.number, 'related' FROM {STAGE} s JOIN cases_case c ON c.number = s.number
            CROSS JOIN LATERAL unnest(string_to_array(s.related, '、')) n(number) LEFT JOIN cases_case o ON o.number = n.number
            WHERE s.related <> '' AND s.line > %s AND s.line <= %s AND n.number <> '' AND n.number <> s.number
            AND NOT EXISTS (SELECT 1 FROM cases_caselink l WHERE l.case_id = c.id AND l.other_number = n.number)
            ON CONFLICT DO NOTHING RETURNING case_id)
            INSERT INTO cases_change (case_id, at) SELECT DISTINCT case_id, now() FROM made""",
            [start, end],
        )
        return cursor.rowcount


def resolve_links() -> None:
    """Links that waited for their other case."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_caselink l SET other_id = c.id FROM cases_case c WHERE l.other_id IS NULL AND c.number = l.other_number"
        )
