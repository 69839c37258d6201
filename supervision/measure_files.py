"""Files that go with a reply (答复附件): which kinds, how large, and the digest under which the log knows them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile

MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
#: What a file of each kind begins with; office files since 2007 and OFD are zip archives.
KINDS = {
    "pdf": (b"%PDF-",), "ofd": (b"PK",), "docx": (b"PK",), "xlsx": (b"PK",), "wps": (b"\xd0\xcf\x11\xe0", b"PK"),
    "doc": (b"\xd0\xcf\x11\xe0",), "xls": (b"\xd0\xcf\x11\xe0",), "png": (b"\x89PNG",), "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
}  # fmt: skip


@dataclass(frozen=True)
class Attached:
    """A file as it will be kept, or why it will not be. Nothing at all where none was given."""

    file: UploadedFile | None = None
    name: str = ""
    digest: str = ""
    problem: str = ""

    def kept(self) -> dict[str, Any]:
        """The columns of the reply; the file lies under a random name, so that its name tells nothing."""
        if self.file is None:
            return {}
        self.file.name = f"{uuid4().hex}.{kind_of(self.name)}"
        return {"attachment": self.file, "attachment_name": self.name, "attachment_hash": self.digest}


def attached(file: UploadedFile | None) -> Attached:
    """Look at a file before it is kept."""
    if file is None:
        return Attached()
    name = PurePath(file.name or "").name[-160:]
    if problem := problem_of(file, name):
        return Attached(problem=problem)
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return Attached(file=file, name=name, digest=digest.hexdigest())


def kind_of(name: str) -> str:
    return PurePath(name).suffix.lower().lstrip(".")


def problem_of(file: UploadedFile, name: str) -> str:
    if kind_of(name) not in KINDS:
        return f"附件只收 {'、'.join(KINDS)}，“{name}”不是其中之一。"
    size = file.size or 0
    if size > LARGEST:
        return f"附件不超过 {LARGEST // MEGABYTE} MB，“{name}”为 {size / MEGABYTE:.1f} MB。"
    head = file.read(8)
    file.seek(0)
    if not head.startswith(KINDS[kind_of(name)]):
        return f"“{name}”的内容与扩展名不符，请另存为该格式后上传。"
    return ""
