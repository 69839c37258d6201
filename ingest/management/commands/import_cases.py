"""Import a file of cases or of facts about cases: CSV, XLSX or JSON Lines."""

import json
import sys
from argparse import SUPPRESS, ArgumentParser
from hashlib import file_digest
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, transaction
from django.utils import timezone

from catalogues.selectors import NotPublished, law_in_use
from courts.models import Court
from ingest import commit, services
from ingest.mapping import KINDS, field_named, likely_kind
from ingest.models import Batch, HeaderMapping, RowError
from ingest.readers import open_table
from ingest.refusals import Unreadable
from ingest.staging import TITLES, open_source
from ingest.writings import write_rejected

SHOWN = 20


class Unusable(Exception):
    """The arguments or the file cannot be used; the command says why in one line and exits with 2."""


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Import cases, parties, events, exclusions, extensions, elements, outcomes, diaries of minutes, figures of courts or staff from CSV, XLSX or JSON Lines."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--kind", choices=KINDS, help="what the rows are; default: seen from the headers")
        parser.add_argument("--court", metavar="CODE", help="whose file it is (法院代字)")
        parser.add_argument(
            "--mapping", type=Path, metavar="FILE", help="JSON object: their header → our header"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")
        parser.add_argument("--report", type=Path, metavar="report.json")
        parser.add_argument("--rejected", type=Path, metavar="rejected.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = run(options)
        except Unreadable as problem:
            self.leave(f"{options['file']}: {problem}")
        except (Unusable, NotPublished, OSError) as problem:
            self.leave(str(problem))
        except DatabaseError as problem:
            self.leave(f"the database refused: {str(problem).strip().splitlines()[0]}")
        else:
            self.stdout.write(sentence_about(report, dry=options["dry_run"]))
            sys.exit(1 if report["rejected"] else 0)

    def leave(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(2)


def run(options: dict[str, Any]) -> dict[str, Any]:
    started, path = monotonic(), options["file"]
    court = named_court(options["court"])
    said = read_mapping(options["mapping"]) if options["mapping"] else remembered(court, options["kind"])
    kind = options["kind"] or kind_of(path)
    said = checked(said, kind, options["mapping"])
    for target in (options["report"], options["rejected"]):
        if target and not target.resolve().parent.is_dir():
            raise Unusable(f"{target}: there is no folder {target.parent}")
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    law_in_use()  # refuses before there is a batch
    batch = {
        "kind": kind,
        "court": court,
        "filename": path.name,
        "size": path.stat().st_size,
        "sha256": digest,
        "mapping": said,
    }
    report = rehearse(batch, path, options) if options["dry_run"] else carry_out(batch, path, options)
    report["seconds"] = round(monotonic() - started, 3)
    if options["report"]:
        options["report"].write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    return report


def named_court(code: str | None) -> Court | None:
    if code is None:
        return None
    found = Court.objects.filter(code=code, recognised=True).first()
    if found is None:
        raise Unusable(f"--court {code}: no court has this code; it should look like 川1502")
    return found


def read_mapping(path: Path) -> dict[str, str]:
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise Unusable(f"{path}: not UTF-8 at byte {problem.start + 1}") from None
    except ValueError as problem:
        line = getattr(problem, "lineno", 1)
        raise Unusable(
            f"{path}, line {line}: not JSON; it should be an object such as " + '{"立案时间": "立案日期"}'
        ) from None
    if not isinstance(said, dict) or not all(isinstance(field, str) for field in said.values()):
        raise Unusable(
            f"{path}: it should be one JSON object of texts, such as " + '{"立案时间": "立案日期"}'
        )
    return said


def checked(said: dict[str, str], kind: str, path: Path | None) -> dict[str, str]:
    for field in said.values():
        if path and field and not field_named(field, kind):
            raise Unusable(f"{path}: {kind} have no column {field!r}")
    return said


def remembered(court: Court | None, kind: str | None) -> dict[str, str]:
    found = HeaderMapping.objects.filter(court=court, kind=kind).first()
    return found.mapping if found else {}


def kind_of(path: Path) -> str:
    rows = [row for _, row in open_table(path).first_rows(TITLES)]
    kinds = [likely_kind(row) for row in rows]
    return next((kind for kind in kinds if kind != "cases"), "cases")


def rehearse(fields: dict[str, Any], path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """A preview in a transaction that is taken back."""
    with transaction.atomic():
        batch = Batch.objects.create(uploaded_at=timezone.now(), state="previewing", **fields)
        counts = commit.preview(batch=batch, path=path, at=timezone.now())
        report = report_on(batch, counts, path, options)
        transaction.set_rollback(True)
    return report | {"dry_run": True, "changes": counts["samples"]}


def carry_out(fields: dict[str, Any], path: Path, options: dict[str, Any]) -> dict[str, Any]:
    batch = Batch.objects.create(uploaded_at=timezone.now(), state="running", **fields)
    try:
        with commit.held(batch):
            commit.commit(batch=batch, path=path, clock=timezone.now)
    except Unreadable as problem:
        services.fail(batch, problem, timezone.now())
        raise
    return report_on(batch, batch.counts, path, options) | {"dry_run": False, "batch": batch.pk}


def report_on(batch: Batch, counts: dict[str, Any], path: Path, options: dict[str, Any]) -> dict[str, Any]:
    errors = RowError.objects.filter(batch=batch).order_by("line")
    if options["rejected"]:
        headers = open_source(path, batch.kind, name=batch.filename, said=batch.mapping).headers
        with options["rejected"].open("w", encoding="utf-8-sig", newline="") as file:
            write_rejected(file, headers, errors.iterator(chunk_size=2000))
    known = ("rows", "created", "updated", "unchanged", "rejected", "doubts")
    return {name: counts.get(name, 0) for name in known} | {
        "conflicts": counts.get("conflicts", 0),
        "links": counts.get("links", 0),
        "rows_with_unrecognised_court": counts.get("odd_courts", 0),
        "unknown_headers": batch.unknown_headers,
        "format": batch.format,
        "encoding": batch.encoding,
        "kind": batch.kind,
        "sha256": batch.sha256,
        "rejections": [{"line": error.line, "reason": error.row["english"]} for error in errors[:SHOWN]],
    }


def sentence_about(report: dict[str, Any], *, dry: bool) -> str:
    start = "dry run, nothing changed: would be" if dry else "imported:"
    names = ("created", "updated", "unchanged", "rejected")
    counts = ", ".join(f"{report[name]} {name}" for name in names)
    return f"{start} {counts} of {report['rows']} rows; {report['doubts']} doubts; {report['seconds']} s"
