"""The personnel office's list of staff (人事名册): read here, kept by ``courts.services.receive_staff``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from courts.models import Court
from courts.roles import ROLE_CHOICES
from courts.services import receive_staff
from ingest.models import Batch
from ingest.refusals import BadCell, Reason
from ingest.rows import day_of, fold, required, text_of
from ingest.staging import Source

ROLE_SYNONYMS = {
    "副院长": "vice_president", "审判委员会专职委员": "ac_member", "审委会委员": "ac_member", "专职委员": "ac_member",
    "副庭长": "presiding", "法官": "judge", "员额法官": "judge", "审判员": "judge", "承办人": "judge", "助理": "assistant",
    "审判辅助人员": "assistant", "立案庭人员": "filing", "立案": "filing", "审判管理办公室": "trial_office", "审管": "trial_office",
    "纪检": "discipline", "纪检监察": "discipline", "督察": "discipline", "政治部": "politics", "人事": "politics",
    "信访": "petition", "宣传": "petition", "管理员": "itadmin", "技术": "itadmin", "信息技术": "itadmin",
}  # fmt: skip
ROLES = (
    {code: code for code, _ in ROLE_CHOICES}
    | ROLE_SYNONYMS
    | {fold(name): code for code, name in ROLE_CHOICES}
)
ROLES |= {fold(name).split("(")[0].split("/")[0]: code for code, name in ROLE_CHOICES}
READERS = {
    "staff_no": text_of("人事编号", 40), "name": required("姓名", text_of("姓名", 40)), "username": text_of("用户名", 60),
    "division": text_of("部门", 40), "email": text_of("电子邮箱", 254),
}  # fmt: skip


def receive(
    batch: Batch, source: Source, at: datetime
) -> tuple[dict[str, int], list[tuple[int, list[str], Reason]]]:
    """Take the whole list in one transaction; returns counts and the refused rows with their lines."""
    courts = {court.code: court for court in Court.objects.filter(recognised=True).exclude(code=None)}
    good: list[tuple[int, list[str], dict[str, Any]]] = []
    refused: list[tuple[int, list[str], Reason]] = []
    rows = 0
    for line, cells in lines_of(source):
        rows += 1
        try:
            good.append((line, cells, read_row(cells, source, courts, batch.court)))
        except BadCell as bad:
            refused.append((line, cells, bad.reason))
    received = receive_staff([row for _, _, row in good], batch.uploaded_by, at)
    for index, sentence in received.refused:
        refused.append((good[index][0], good[index][1], Reason(sentence, sentence)))
    counts = {
        "rows": rows, "created": received.created, "updated": received.updated, "unchanged": received.unchanged,
        "rejected": len(refused), "divisions": received.divisions, "postings": received.postings,
    }  # fmt: skip
    return counts, sorted(refused, key=lambda row: row[0])


def lines_of(source: Source) -> Iterator[tuple[int, list[str]]]:
    for chunk in source.chunks():
        yield from zip(chunk.lines, chunk.rows, strict=True)


def read_row(cells: list[str], source: Source, courts: dict[str, Court], own: Court | None) -> dict[str, Any]:
    said = {name: cells[place] for name, place in source.layout.columns.items()}
    row: dict[str, Any] = {name: read(said.get(name, "")) for name, read in READERS.items()}
    role = fold(said["role"])
    row["role"] = ROLES.get(role, role)
    code = fold(said.get("court", ""))
    row["court"] = courts.get(code) if code else own
    row["starts_on"] = as_date(required("任职日", day_of("任职日"))(said["starts_on"]))
    row["ends_on"] = as_date(day_of("免职日")(said.get("ends_on", "")))
    if row["email"]:
        try:
            validate_email(row["email"])
        except ValidationError:
            raise BadCell(
                f"电子邮箱 {row['email']!r} is not an address",
                f"“电子邮箱”的“{row['email']}”不是电子邮箱地址",
            ) from None
    return row


def as_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
