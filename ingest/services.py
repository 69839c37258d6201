"""What people and workers do with batches: receive, map, preview, confirm, cancel, carry out, resume."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from audit import trail
from courts.models import Court, User
from courts.roles import Permission
from ingest import commit
from ingest.mapping import field_named
from ingest.models import Batch, HeaderMapping
from ingest.refusals import Unreadable

STALE = timedelta(seconds=60)
MOST_ATTEMPTS = 3
UNFINISHED = ("uploaded", "previewing", "queued", "running")
#: Kinds that are not the trial office's.
OTHERS = {
    "staff": Permission.MANAGE_PEOPLE,
    "diary": Permission.PLAN_QUOTA,
    "figures": Permission.PLAN_QUOTA,
}
Clock = Callable[[], datetime]


def permission_for(kind: str) -> Permission:
    """Facts come in with the trial office; people with those who manage people, diaries and figures with those who plan."""
    return OTHERS.get(kind, Permission.IMPORT)


def batches_of(user: User) -> Iterable[Batch]:
    """The batches a person may see: those of the courts where they may send such a file."""
    found = Batch.objects.filter(court__in=user.courts_where(Permission.IMPORT)).exclude(kind__in=OTHERS)
    for kind, permission in OTHERS.items():
        found |= Batch.objects.filter(court__in=user.courts_where(permission), kind=kind)
    return found.select_related("court", "uploaded_by")


def imports_folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def receive_file(*, upload: UploadedFile, kind: str, court: Court, by: User, at: datetime) -> Batch:
    """Put an upload aside under a name of our own and open a batch for it."""
    refuse_unless(by, kind, court)
    size = upload.size or 0
    if size > settings.UPLOAD_MAX_BYTES:
        refuse(
            f"文件有 {size >> 20} MB，最多 {settings.UPLOAD_MAX_BYTES >> 20} MB；请分成几个文件上传。",
            by,
            court,
        )
    path, digest = imports_folder() / uuid4().hex, sha256()
    with path.open("xb") as file:
        for piece in upload.chunks():
            digest.update(piece)
            file.write(piece)
    name = Path(upload.name or "").name[-200:]
    return open_batch(
        path=path, name=name, size=size, digest=digest.hexdigest(), kind=kind, court=court, by=by, at=at
    )


@transaction.atomic
def open_batch(
    *,
    path: Path | None,
    name: str,
    size: int,
    digest: str,
    kind: str,
    court: Court | None,
    by: User | None,
    at: datetime,
) -> Batch:
    remembered = HeaderMapping.objects.filter(court=court, kind=kind).first()
    batch = Batch.objects.create(
        kind=kind, court=court, uploaded_by=by, uploaded_at=at, filename=name, path=str(path or ""), size=size,
        sha256=digest, mapping=remembered.mapping if remembered else {},
    )  # fmt: skip
    trail.record(
        "ingest.receive_file", on=batch, by=by, at=at, after={"file": name, "sha256": digest, "kind": kind}
    )
    return batch


@transaction.atomic
def map_headers(*, batch: Batch, mapping: dict[str, str], by: User, at: datetime) -> None:
    """Say what unknown headers mean (对应表头), for this file and for the court's next ones; the preview starts anew."""
    refuse_unless(by, batch.kind, batch.court)
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.state not in ("previewed", "failed") or batch.position:
        refuse("这一批已经开始导入，不能再改表头对应。", by, batch, status=409)
    said = {header: field for header, field in mapping.items() if field_named(field, batch.kind)}
    before, batch.mapping, batch.state = batch.mapping, batch.mapping | said, "uploaded"
    batch.attempts = 0
    batch.save(update_fields=["mapping", "state", "attempts"])
    HeaderMapping.objects.update_or_create(
        court=batch.court, kind=batch.kind, defaults={"mapping": batch.mapping}
    )
    trail.record("ingest.map_headers", on=batch, by=by, at=at, before=before, after=batch.mapping)


@transaction.atomic
def confirm_batch(*, batch: Batch, by: User, at: datetime) -> Batch:
    """Let a previewed batch in (确认导入). Confirming twice is the same as once."""
    refuse_unless(by, batch.kind, batch.court)
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state in ("queued", "running", "done"):
        return batch
    if batch.state != "previewed" or batch.problem:
        refuse("这一批还没有可以确认的预览。", by, batch, status=409)
    batch.state, batch.claimed_at, batch.attempts = "queued", at, 0
    batch.save(update_fields=["state", "claimed_at", "attempts"])
    expected = {name: value for name, value in batch.counts.items() if name != "samples"}
    trail.record(
        "ingest.confirm_batch", on=batch, by=by, at=at, after={"sha256": batch.sha256, "preview": expected}
    )
    return batch


@transaction.atomic
def cancel_batch(*, batch: Batch, by: User, at: datetime) -> None:
    """Put a batch away before it was let in (放弃)."""
    refuse_unless(by, batch.kind, batch.court)
    changed = Batch.objects.filter(pk=batch.pk, state__in=("uploaded", "previewed", "failed"), position=0)
    if not changed.update(state="cancelled", finished_at=at):
        refuse("这一批已经开始导入，不能放弃。", by, batch, status=409)
    trail.record("ingest.cancel_batch", on=batch, by=by, at=at)


def refuse_unless(by: User, kind: str, court: Court | None) -> None:
    if court is None or court.pk not in by.courts_where(permission_for(kind)):
        refuse("您没有在该法院导入数据的权限。", by, court)


def refuse(sentence: str, by: User, on: Batch | Court | None, status: int = 403) -> None:
    raise trail.Refused(sentence, act="ingest.import", on=on, by=by, status=status)


# --- what workers do ---------------------------------------------------------------------------------
def preview_batch(*, batch: Batch, clock: Clock) -> None:
    """Read the whole file and note what would happen. A file that cannot be read becomes a failed batch."""
    try:
        with commit.held(batch):
            batch.refresh_from_db()
            if batch.state not in ("uploaded", "previewing"):
                return
            take_up(batch, state="previewing", at=clock())
            counts = commit.preview(batch=batch, path=Path(batch.path), at=clock())
            note(batch, state="previewed", counts=counts, problem="", claimed_at=None, format=batch.format,
                 encoding=batch.encoding, unknown_headers=batch.unknown_headers)  # fmt: skip
    except commit.InOtherHands:
        return
    except (Unreadable, FileNotFoundError) as problem:
        fail(batch, problem, clock())


def commit_batch(
    *, batch: Batch, clock: Clock, seconds: float = float("inf"), slice_rows: int = commit.SLICE
) -> bool:
    """Carry a confirmed batch on; False when time ran out and someone must call again."""
    try:
        with commit.held(batch):
            batch.refresh_from_db()
            if batch.state not in ("queued", "running"):
                return True
            take_up(batch, state="running", at=clock())
            path = Path(batch.path)
            return commit.commit(batch=batch, path=path, clock=clock, seconds=seconds, slice_rows=slice_rows)
    except commit.InOtherHands:
        return True
    except (Unreadable, FileNotFoundError) as problem:
        fail(batch, problem, clock())
        return True


def take_up(batch: Batch, *, state: str, at: datetime) -> None:
    """Begin or go on; a batch that stopped its worker again and again at one place is not tried for ever."""
    if batch.attempts >= MOST_ATTEMPTS:
        raise Unreadable(
            f"the import stopped {MOST_ATTEMPTS} times at row {batch.position + 1} or after; split the file and upload the parts",
            f"这一批已尝试 {MOST_ATTEMPTS} 次，都在第 {batch.position + 1} 行或其后中断，不再重试；请把文件拆成几份重新上传，仍不行请告知系统管理员。",
        )
    note(batch, state=state, claimed_at=at, attempts=batch.attempts + 1)


def note(batch: Batch, **fields: object) -> None:
    Batch.objects.filter(pk=batch.pk).update(**fields)
    for name, value in fields.items():
        setattr(batch, name, value)


def fail(batch: Batch, problem: Exception, at: datetime) -> None:
    """A batch that cannot go on says why in one sentence; what was committed before stays."""
    known = isinstance(problem, Unreadable)
    sentence = problem.reason.chinese if known else "上传的文件已不在服务器上，请重新上传。"
    fields = {"format": batch.format, "encoding": batch.encoding, "unknown_headers": batch.unknown_headers}
    with transaction.atomic():
        note(batch, state="failed", problem=sentence, claimed_at=None, finished_at=at, **fields)
        trail.record(
            "ingest.fail_batch", on=batch, by=batch.uploaded_by, at=at, because=sentence, outcome="refused"
        )


def left_behind(at: datetime) -> list[Batch]:
    """Uploaded batches that nobody has worked on for a while: their worker died or their task was lost."""
    waiting = Batch.objects.filter(state__in=UNFINISHED).exclude(path="")
    return [batch for batch in waiting if (batch.claimed_at or batch.uploaded_at) < at - STALE]
