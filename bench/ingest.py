"""Import of a ledger and of a daily feed, beside the raw COPY of the same rows and the ways of the ORM.

Ours is the whole of ``import_cases``: reading, recognising, validating, matching, writing with trail and outbox.
The floor is a COPY of the very rows that result into a table without a single index.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from bench.harness import Peer, measure, scratch_database

HEADERS = [
    "案号",
    "案由",
    "审判程序",
    "法院代字",
    "地区",
    "承办部门",
    "承办人",
    "审判长",
    "立案日期",
    "受理日期",
    "结案日期",
    "结案方式",
    "标的额",
    "原告人数",
    "被告人数",
    "在押",
]
COURTS = [f"川15{number:02}" for number in (2, 3, 23, 24, 25, 26, 27, 28, 29)]
DIVISIONS = ("立案庭", "刑事审判庭", "民事审判第一庭", "民事审判第二庭", "行政审判庭", "执行局")
CAUSES = (
    "民间借贷纠纷",
    "离婚纠纷",
    "买卖合同纠纷",
    "机动车交通事故责任纠纷",
    "物业服务合同纠纷",
    "劳动争议",
    "盗窃罪",
    "危险驾驶罪",
)
PEER_ROWS = 5_000
#: ``ru_maxrss`` of a child begins with what its parent held; the high water mark of its own memory does not.
MEASURED = """
import atexit, sys
from django.core.management import execute_from_command_line
atexit.register(lambda: print(open("/proc/self/status").read()))
execute_from_command_line(sys.argv)
"""
ROUNDS = 5


def run(rows: int = 1_000_000) -> int:
    with TemporaryDirectory() as folder, scratch_database("ingest"):
        people()
        ledger, feed = Path(folder, "ledger.csv"), Path(folder, "feed.csv")
        write_ledger(ledger, rows)
        write_ledger(feed, rows, changed=0.05)
        first_load(ledger, rows)
        daily_feed(ledger, feed, rows)
        memory(ledger, rows)
    return 0


def first_load(ledger: Path, rows: int) -> None:
    load(ledger)
    copy = copy_of_cases()
    measure(
        "ingest: import_cases of a new ledger", rows=rows, ours=lambda: (empty(), load(ledger)),
        floor="raw COPY, no index", floor_work=lambda: raw_copy(copy), peers=orm_peers(), mismatches=wrong(ledger, rows),
        rounds=ROUNDS,
    )  # fmt: skip


def daily_feed(ledger: Path, feed: Path, rows: int) -> None:
    """Alternately the feed and the ledger, so that each time 5 % of the rows have changed."""
    empty()
    load(ledger)
    turn: Iterator[Path] = alternating(feed, ledger)
    copy = copy_of_cases()
    measure(
        "ingest: daily feed, 5 % changed", rows=rows, ours=lambda: load(next(turn)), floor="raw COPY, no index",
        floor_work=lambda: raw_copy(copy), peers=upsert_peers(), mismatches=wrong(ledger, rows), rounds=ROUNDS,
    )  # fmt: skip


def memory(ledger: Path, rows: int) -> None:
    """Peak memory of the command in a process of its own, as the system counts it for that program alone."""
    empty()
    command = [sys.executable, "-c", MEASURED, "import_cases", str(ledger)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout
    peak = int(said.rpartition("VmHWM:")[2].split()[0]) // 1024
    print(
        json.dumps(
            {
                "bench": "ingest: peak memory",
                "rows": rows,
                "file_mb": ledger.stat().st_size >> 20,
                "peak_mb": peak,
            }
        )
    )


def alternating(*files: Path) -> Iterator[Path]:
    while True:
        yield from files


def load(path: Path) -> None:
    from django.core.management import call_command

    try:
        call_command("import_cases", str(path), kind="cases", stdout=StringIO())
    except SystemExit as left:
        if left.code:
            raise


def people() -> None:
    from django.utils import timezone

    from courts.models import Court
    from courts.services import receive_staff

    courts = list(Court.objects.filter(code__in=COURTS))
    rows = [
        {"name": f"法官{seat}", "username": f"{court.code}-{seat}", "role": "judge", "court": court,
         "division": DIVISIONS[seat % len(DIVISIONS)], "starts_on": date(2015, 1, 1)}
        for court in courts for seat in range(40)
    ]  # fmt: skip
    receive_staff(rows, None, timezone.now())


def write_ledger(path: Path, rows: int, changed: float = 0.0) -> None:
    """The same ledger every time; with ``changed`` that share of the rows has a new closing date."""
    from courts.models import Court

    codes = [code for code in COURTS if Court.objects.filter(code=code).exists()]
    chance, other = Random(1), Random(2)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for serial in range(rows):
            code, filed = (
                codes[serial % len(codes)],
                date(2018, 1, 1) + timedelta(days=chance.randrange(3000)),
            )
            judge, closed = chance.randrange(40), filed + timedelta(days=chance.randrange(1, 300))
            if other.random() < changed:
                closed += timedelta(days=400)
            writer.writerow(
                [f"（{filed.year}）{code}民初{serial + 1}号", CAUSES[serial % 8], "简易程序", code, "四川省宜宾市",
                 DIVISIONS[judge % 6], f"法官{judge}", f"法官{(judge + 7) % 40}", filed, filed, closed, "判决",
                 f"{chance.randrange(1, 9_000_000) / 100:.2f}", chance.randrange(1, 4), chance.randrange(1, 5), "否"]
            )  # fmt: skip


def cursor() -> Any:
    from django.db import connection

    return connection.cursor()


def empty() -> None:
    with cursor() as link:
        link.execute("SELECT tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 32 <> 0")
        guarded = sorted({table for (table,) in link.fetchall()})  # those nobody empties by accident
        for table in guarded:
            link.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        link.execute("TRUNCATE cases_case, cases_change, ingest_batch, audit_entry CASCADE")
        for table in guarded:
            link.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def copy_of_cases() -> bytes:
    with cursor() as link, BytesIO() as file:
        link.copy_expert("COPY cases_case TO STDOUT", file)
        link.execute("CREATE TABLE IF NOT EXISTS bench_floor (LIKE cases_case)")
        return file.getvalue()


def raw_copy(rows: bytes) -> None:
    with cursor() as link:
        link.execute("TRUNCATE bench_floor")
        link.copy_expert("COPY bench_floor FROM STDIN", BytesIO(rows), 1 << 20)


def orm_peers() -> dict[str, Peer]:
    import django

    from cases.models import Case

    some = list(Case.objects.order_by("pk")[:PEER_ROWS])

    def afresh() -> list[Any]:
        Case.objects.filter(number__startswith="peer").delete()
        return [clone(case, f"peer{place}") for place, case in enumerate(some)]

    return {
        f"bulk_create django {django.__version__}": Peer(
            len(some), lambda: Case.objects.bulk_create(afresh(), batch_size=1000)
        ),
        f"save() django {django.__version__}": Peer(
            min(1000, len(some)), lambda: [case.save() for case in afresh()[:1000]]
        ),
    }


def upsert_peers() -> dict[str, Peer]:
    import django

    from cases.models import Case

    some = list(Case.objects.order_by("pk")[:PEER_ROWS])
    fields = ["cause", "procedure", "region", "division", "judge", "presiding", "filed_on", "accepted_on", "closed_on", "closed_how",
              "amount", "plaintiffs", "defendants", "detained"]  # fmt: skip

    def upsert() -> None:
        rows = [clone(case, case.number) for case in some]
        Case.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["number"], update_fields=fields, batch_size=1000
        )

    return {f"bulk_create(update_conflicts) django {django.__version__}": Peer(len(some), upsert)}


def clone(case: Any, number: str) -> Any:
    values = {
        field.attname: getattr(case, field.attname)
        for field in case._meta.concrete_fields
        if not field.primary_key
    }
    return type(case)(**(values | {"number": number}))


def wrong(ledger: Path, rows: int) -> int:
    """Rows of the file that the table does not hold as they were given, read with nothing of ours."""
    from cases.models import Case

    held = dict(Case.objects.values_list("number", "closed_on").iterator(chunk_size=20_000))
    with ledger.open(encoding="utf-8", newline="") as file:
        missed = sum(str(held.get(row["案号"])) != row["结案日期"] for row in csv.DictReader(file))
    return missed + abs(len(held) - rows)
