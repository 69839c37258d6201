"""Pages of the supervision log, and the files made from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from audit import trail
from cases.models import Case
from courts.models import User
from courts.roles import Permission
from supervision.files import export_file
from supervision.log_queries import LogForm, LogLine, lines_of, matching
from supervision.looked import note_reading
from supervision.models import LogEntry
from supervision.secrecy import keeps, kept_by
from supervision.sheets import sheet_response, taken_out

PAGE = 50
MOST_SHOWN = 10_000
MOST_ROWS = 50_000
EXPORT = "supervision.export_log"
NOT_IN_BULK = "您的职务只能逐案导出监督日志：请点案号进入该案的监督日志，再导出。"
COLUMNS = (
    ("时间", 18), ("案号", 30), ("行为", 16), ("行为人", 12), ("身份", 30), ("职责范围", 20), ("标识", 10), ("措施", 30),
    ("依据", 40), ("内容", 60), ("意见发表场合", 16), ("附件摘要", 20), ("答复期限", 12), ("现状", 14),
)  # fmt: skip


class NewestFirst(Paginator):
    """Pages of the newest rows: who looks further back says what for. Nothing counts the whole log for a page of it."""

    @cached_property
    def count(self) -> int:
        return int(self.object_list[:MOST_SHOWN].count())


@login_required
@require_GET
def log_list(request: HttpRequest) -> HttpResponse:
    """What was done in supervising the cases one sees, newest first; of one case with ``case=``, which leaves a trace."""
    refuse_strangers(request.user, "supervision.see_log")
    form, case = LogForm(request.GET), case_asked(request)
    if case:
        note_reading(case, by=request.user, at=timezone.now())
    page = NewestFirst(entries_for(request.user, form, case), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "case": case, "page": page, "lines": lines_of(list(page.object_list))}
    context |= {"kept": kept(request), "keeps": case is not None and keeps(request.user, case)}
    context["may_take_out"] = case is not None or bool(exporting_courts(request.user))
    context["sees_ledger"] = request.user.may(Permission.SEE_LEDGER) or request.user.may(
        Permission.TAKE_MEASURES
    )
    return render(request, "supervision/log.html", context)


@login_required
@require_GET
def log_sheet(request: HttpRequest) -> HttpResponseBase:
    """The rows of one case as XLSX, or of the courts one answers for, with the conditions above them. Leaves a trace."""
    refuse_strangers(request.user, EXPORT)
    form, case, now = LogForm(request.GET), case_asked(request), timezone.now()
    found = entries_to_take_out(request.user, form, case)
    count = found.count()
    if count > MOST_ROWS:
        sentence = f"符合条件的记录超过 {MOST_ROWS:,} 条，请缩小条件再导出"
        raise trail.Refused(sentence, act=EXPORT, by=request.user, status=409)
    asked = form.described() if form.is_valid() else []
    above = [*([("案号", case.number)] if case else []), *asked, *taken_out(request.user, now, count)]
    if case:
        note_reading(case, by=request.user, at=now)
    with transaction.atomic():  # a count that includes a secret chain would betray it to the case's judge
        after, secret = {"conditions": dict(asked), "count": count}, found.filter(stream="secret").exists()
        trail.record(EXPORT, by=request.user, at=now, on=case, after=after, secret=secret)
    return sheet_response("监督日志", above=above, columns=COLUMNS, rows=rows_of(found))


@login_required
@require_GET
def case_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The supervision file of a case, to be kept and verified by whoever gets it; ``stream=secret`` is another file."""
    stream = request.GET.get("stream", "open")
    cases = Case.objects.select_related("court")
    seen = cases.filter(kept_by(request.user, "")) if stream == "secret" else cases.visible_to(request.user)
    case = get_object_or_404(seen, pk=pk)
    lines = export_file(case=case, stream=stream, by=request.user, at=timezone.now())
    response = HttpResponse("".join(lines), content_type="application/jsonl; charset=utf-8")
    name = f"监督档案_{case.number}{'_涉密' if stream == 'secret' else ''}.jsonl"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def refuse_strangers(user: User, act: str) -> None:
    if not (user.may(Permission.SEE_FLAGS) or user.may(Permission.SEE_SECRET_FLAGS)):
        raise trail.Refused("您的职务不能查看监督日志。", act=act, by=user)


def case_asked(request: HttpRequest) -> Case | None:
    """The case named in the address; one the user may not know of is one there is not."""
    number = request.GET.get("case", "")
    if not number:
        return None
    if not number.isdecimal() or len(number) > 18:
        raise Http404
    seen = Case.objects.visible_to(request.user) | Case.objects.filter(kept_by(request.user, ""))
    return get_object_or_404(seen, pk=int(number))


def entries_for(user: User, form: LogForm, case: Case | None) -> Any:
    entries = LogEntry.objects.visible_to(user)
    return matching(entries.filter(case=case) if case else entries, form)


def entries_to_take_out(user: User, form: LogForm, case: Case | None) -> Any:
    """Rows of one case for whoever reads them; of many cases only for those who may take out lists and see ledgers."""
    entries = entries_for(user, form, case)
    if case:
        return entries
    courts = exporting_courts(user)
    if not courts:
        raise trail.Refused(NOT_IN_BULK, act=EXPORT, by=user)
    return entries.filter(court__in=courts)


def exporting_courts(user: User) -> set[int]:
    """Courts whose log this person may take out as a whole."""
    return user.courts_where(Permission.SEE_LEDGER) & user.courts_where(Permission.EXPORT_CASES)


def kept(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def rows_of(entries: Any) -> Iterator[tuple[Any, ...]]:
    batch: list[LogEntry] = []
    for entry in entries.iterator(chunk_size=2000):
        batch.append(entry)
        if len(batch) == 2000:
            yield from map(values, lines_of(batch))
            batch = []
    yield from map(values, lines_of(batch))


def values(line: LogLine) -> tuple[Any, ...]:
    entry = line.entry
    return (
        f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}", entry.case.number, line.act, entry.person, entry.capacity,
        entry.remit, entry.flag_code, line.measure, entry.basis, entry.content, entry.opinion_at, entry.attachment_hash,
        entry.reply_by, line.state,
    )  # fmt: skip
