"""Files as courts send them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

TableWriter = Callable[..., Path]


@pytest.fixture
def table(tmp_path) -> TableWriter:
    """``table(headers, rows)``: a CSV file."""

    def write(
        headers: Sequence[str],
        rows: Sequence[Sequence[Any]],
        name: str = "ledger.csv",
        encoding: str = "utf-8",
    ) -> Path:
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([headers, *rows])
        return path

    return write


@pytest.fixture
def import_file(tmp_path, db):
    """``import_file(path, kind=…)``: the command's report, with its exit code as ``code``."""

    def run(path: Path, *more: str, **options: Any) -> dict[str, Any]:
        report = tmp_path / "report.json"
        report.unlink(missing_ok=True)
        with pytest.raises(SystemExit) as left:
            call_command("import_cases", str(path), *more, report=report, **options)
        return (json.loads(report.read_text()) if report.exists() else {}) | {"code": left.value.code}

    return run


@pytest.fixture
def ledger(table, import_file):
    """``ledger([cells…], headers=…)``: import rows of cases and return the report."""

    def run(*rows, headers="案号 案由 立案日期", **options):
        return import_file(table(headers.split(), rows), **options)

    return run
