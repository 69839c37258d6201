"""The supervision file of a case (监督档案): one chain of its log as a file that outsiders verify without us."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from audit import trail
from audit.sidechain import file_lines, parsed
from cases.models import Case
from courts.models import User
from courts.roles import Permission
from supervision.log import rows_of
from supervision.looked import note_reading
from supervision.secrecy import keeps

KIND = "supervision"
ACT = "supervision.export_file"


def may_export(user: User, case: Case, stream: str) -> bool:
    """Whoever may read a chain may take it out: the open one with the case, the secret one as its keeper."""
    if stream == "secret":
        return keeps(user, case)
    seen = Case.objects.visible_to(user).filter(pk=case.pk)
    return stream == "open" and user.may(Permission.SEE_FLAGS) and seen.exists()


@transaction.atomic
def export_file(*, case: Case, stream: str, by: User, at: datetime) -> list[str]:
    """The lines of the file. Its seal goes into the trail, and is sealed and anchored with it: a file made up, cut short or
    given another number has a seal the trail does not know.

    Whoever may not read the chain is told what is said of a case there is not.
    """
    if not may_export(by, case, stream):
        raise Http404
    links = rows_of(case.pk, stream)
    lines = file_lines(KIND, str(timezone.localdate(at)), about(case, stream), links)
    root = links[-1][1] if links else ""
    after = {"stream": stream, "rows": len(links), "root": root, "seal": parsed(lines[0])["seal"]}
    note_reading(case, by=by, at=at)
    trail.record(ACT, on=case, by=by, at=at, after=after, secret=stream == "secret")
    return lines


def about(case: Case, stream: str) -> dict[str, Any]:
    return {"case_id": case.pk, "number": case.number, "court": case.court.name, "stream": stream}
