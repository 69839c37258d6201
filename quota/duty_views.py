"""Pages of leaders' cases (院庭长办案): the figures as they stand, the circulars, one circular and its files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from cases.forms import court_asked
from courts.clock import today
from courts.models import Court, User
from quota import circulars
from quota.circular_paper import DEFINITIONS, HEADS, values_of
from quota.duty_counting import rows_of
from quota.duty_forms import DraftForm, NoteForm, ReasonForm
from quota.duty_page import courts_among, courts_led, lines_shown, periods_shown
from quota.duty_rows import added, summary
from quota.duty_spans import Period
from quota.models import DutyCircular
from quota.official_docx import as_docx
from quota.sheets import sheet_response

PER_PAGE = 50
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NO_COURT = "没有这一法院，或者您无权查看"
NO_CIRCULAR = "没有这一通报，或者您无权查看"
NOT_A_LEADER = "通报以前的办案数字由院领导、庭长本人以及政治部、院长查看；已经公布的见“院领导办案通报”。"
WIDTHS = (12, 24, 10, 12, 14, 12, 10, 10, 14, 10, 10, 18, 24)


# --- the figures as they stand ---------------------------------------------------------------------------------
@login_required
@require_GET
def duties(request: HttpRequest) -> HttpResponseBase:
    """Leaders of a court in a period, to those who draft and approve; one's own line to a leader; as a file too."""
    courts, court, only = asked_court(request)
    period = asked_period(request)
    rows = rows_of(court, period, only=only)
    if "xlsx" in request.GET:
        return table_file(request.user, f"院庭长办案_{court}", court, period, rows)
    context = {
        "courts": courts,
        "court": court,
        "periods": periods_shown(),
        "period": period,
        "running": period.ends_on >= today(),
        "lines": lines_shown(rows, request.user, court, period),
        "told": summary(rows),
        "own": only is not None,
    }
    return render(request, "quota/duties.html", context)


def asked_court(request: HttpRequest) -> tuple[Any, Court, int | None]:
    """The courts there are to choose from, the one asked for, and whose lines alone (None: everybody's)."""
    kept, led = courts_among(circulars.keeping_courts(request.user)), courts_led(request.user)
    courts = kept if kept.exists() else led
    first = courts.first()
    if first is None:
        raise trail.Refused(NOT_A_LEADER, act="quota.see_duties", by=request.user)
    asked = request.GET.get("court", "")
    court = court_asked(courts | led, asked) if asked else first
    if court is None:
        raise Http404(NO_COURT)
    return courts, court, None if court.pk in circulars.keeping_courts(request.user) else request.user.pk


def asked_period(request: HttpRequest) -> Period:
    """The period of the address, else the quarter under way."""
    offered = {period.key: period for period in periods_shown()}
    return offered.get(request.GET.get("period", ""), periods_shown()[0])


def table_file(
    by: User, name: str, court: Court, period: Period, rows: list[dict[str, Any]]
) -> HttpResponseBase:
    above = [
        ("法院", str(court)),
        ("统计期间", period.name),
        *(("口径", definition) for definition in DEFINITIONS),
    ]
    columns = list(zip(HEADS, WIDTHS, strict=True))
    return sheet_response(
        f"{name}_{period.name}", by=by, above=above, columns=columns, rows=[values_of(row) for row in rows]
    )


# --- the circulars ---------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def circular_list(request: HttpRequest) -> HttpResponse:
    """Circulars in sight, newest period first, with the sum of those published; the politics department drafts here."""
    courts = courts_among(circulars.drafting_courts(request.user))
    posted = request.POST if request.method == "POST" else None
    form = DraftForm(courts, posted) if courts else None
    if posted is not None:
        if form is None:
            raise trail.Refused(circulars.NOT_YOURS, act=circulars.DRAFT, by=request.user)
        if form.is_valid():
            drawn = circulars.draft_circular(**form.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, _("通报草稿已按登记的案件统计，请核对。"))
            return redirect("quota:circular", drawn.pk)
    return list_shown(request, form, status=422 if posted is not None else 200)


def list_shown(request: HttpRequest, form: Form | None, *, status: int) -> HttpResponse:
    found = circulars.circulars_for(request.user).select_related("court", "approved_by")
    page = Paginator(
        found.order_by("-starts_on", "-ends_on", "court__position", "court__code", "pk"), PER_PAGE
    ).get_page(request.GET.get("page"))
    kept = circulars.keeping_courts(request.user)
    lines = [
        (
            each,
            circulars.period_of_circular(each),
            summary(each.rows) if each.state == "published" or each.court_id in kept else None,
        )
        for each in page.object_list
    ]
    context = {
        "page": page,
        "lines": lines,
        "totals": totals_of(lines),
        "form": form,
        "keeps": bool(kept),
        "leads": courts_led(request.user).exists(),
    }
    return render(request, "quota/circulars.html", context, status=status)


def totals_of(lines: list[Any]) -> list[Any]:
    """Of each period with several published circulars on the page, all courts together."""
    by_period: dict[Period, list[Any]] = {}
    for each, period, told in lines:
        if each.state == "published":
            by_period.setdefault(period, []).append(told)
    return [(period, len(told), added(told)) for period, told in by_period.items() if len(told) > 1]


# --- one circular ----------------------------------------------------------------------------------------------
def circular_of(request: HttpRequest, pk: int) -> DutyCircular:
    found = circulars.circulars_for(request.user).select_related("court", "prepared_by", "approved_by")
    circular = found.filter(pk=pk).first()
    if circular is None:
        raise Http404(NO_CIRCULAR)
    return circular


def sees_whole(circular: DutyCircular, user: User) -> bool:
    """Whether the person may see everybody's figures; of a draft those it names see their own."""
    return circular.state == "published" or circular.court_id in circulars.keeping_courts(user)


@login_required
@require_GET
def circular(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, circular_of(request, pk))


def shown(request: HttpRequest, found: DutyCircular, typed: dict[str, Form] | None = None) -> HttpResponse:
    user, period = request.user, circulars.period_of_circular(found)
    whole = sees_whole(found, user)
    rows = found.rows if whole else circulars.lines_of(found.rows, user.pk)
    notes = list(found.notes.select_related("person").order_by("pk"))
    own = next((note for note in notes if note.person_id == user.pk), None)
    context = {
        "circular": found,
        "period": period,
        "whole": whole,
        "paper": circulars.paper_of(found) if whole else None,
        "lines": lines_shown(rows, user, found.court, period),
        "own": own,
        "notes": notes if found.court_id in circulars.keeping_courts(user) else [],
        "too_soon": circulars.too_soon(found) if found.state == "draft" else "",
        **acts_open(found, user, own is not None, typed or {}),
    }
    return render(request, "quota/circular.html", context, status=422 if typed else 200)


def acts_open(found: DutyCircular, user: User, is_named: bool, typed: dict[str, Form]) -> dict[str, Any]:
    """What this person may do with it as it stands: forms, and whether the buttons are there."""
    is_draft = found.state == "draft"
    drafts, approves = (
        found.court_id in courts
        for courts in (circulars.drafting_courts(user), circulars.approving_courts(user))
    )
    withdraws = drafts if is_draft else approves and found.state == "published"
    own = found.notes.filter(person=user).first() if is_named else None
    return {
        "version": circulars.version_of(found),
        "may_redraw": is_draft and drafts,
        "may_approve": is_draft and approves and not circulars.has_a_hand_in(found, user),
        "note_form": (typed.get("note") or NoteForm(initial={"note": own.note}))
        if is_draft and own
        else None,
        "withdraw_form": (typed.get("withdraw") or ReasonForm()) if withdraws else None,
    }


@login_required
@require_POST
def circular_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Count it anew, say that one has looked, approve it, take it back."""
    found, about = circular_of(request, pk), {"by": request.user, "at": timezone.now()}
    if act == "redraw":
        circulars.redraw_circular(circular=found, **about)
        messages.success(request, _("已按现在的登记重新统计；数字有变化的人需要再次核对。"))
    elif act == "approve":
        circulars.approve_circular(circular=found, version=request.POST.get("version", ""), **about)
        messages.success(request, _("已批准并通报。"))
    elif act in ("note", "withdraw"):
        form = NoteForm(request.POST) if act == "note" else ReasonForm(request.POST)
        if not form.is_valid():
            return shown(request, found, {act: form})
        if act == "note":
            circulars.note_circular(circular=found, note=form.cleaned_data["note"], **about)
            messages.success(request, _("已记下您核对过本人的数字。"))
        else:
            circulars.withdraw_circular(circular=found, reason=form.cleaned_data["reason"], **about)
            messages.success(request, _("已撤回。"))
            return redirect("quota:circulars")
    else:
        raise Http404(NO_CIRCULAR)
    return redirect("quota:circular", pk)


def whole_circular(request: HttpRequest, pk: int) -> DutyCircular:
    found = circular_of(request, pk)
    if not sees_whole(found, request.user):
        raise Http404(NO_CIRCULAR)
    return found


@login_required
@require_GET
def circular_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The circular as a DOCX file in official form."""
    paper = circulars.paper_of(whole_circular(request, pk))
    headers = {"Content-Disposition": content_disposition_header(True, f"{paper.title}.docx")}
    return HttpResponse(as_docx(paper), content_type=DOCX, headers=headers)


@login_required
@require_GET
def circular_xlsx(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Its table as a spreadsheet."""
    found = whole_circular(request, pk)
    period = circulars.period_of_circular(found)
    return table_file(request.user, f"院领导办案通报_{found.court}", found.court, period, found.rows)
