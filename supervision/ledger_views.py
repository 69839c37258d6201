"""Pages of the supervisors' ledger (履职台账)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit import trail
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from supervision.ledger import CELLS, DAYS, Duty, Month, duties, flags_behind, known_flags
from supervision.models import Flag
from supervision.sheets import sheet_response, taken_out

SEE, EXPORT = "supervision.see_ledger", "supervision.export_ledger"
PAGE = 50
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@login_required
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """The ledger of one's court in a month; of oneself for a supervisor whose post opens no more."""
    month = month_asked(request)
    rows = rows_for(request.user, month, SEE)
    context = {"month": month, "rows": rows, "cells": CELLS, "days": DAYS, "own": not courts_of(request.user)}
    return render(request, "supervision/ledger.html", context | {"has_next": month.after <= month.today})


@login_required
@require_GET
def ledger_sheet(request: HttpRequest) -> HttpResponseBase:
    """The same as XLSX. Leaves a trace."""
    month, now = month_asked(request), timezone.now()
    rows = rows_for(request.user, month, EXPORT)
    with transaction.atomic():
        trail.record(
            EXPORT, by=request.user, at=now, after={"conditions": {"月份": str(month)}, "count": len(rows)}
        )
    meaning = [(str(name), str(says)) for name, says in [*CELLS.values(), DAYS]]
    above = [("月份", str(month)), *meaning, *taken_out(request.user, now, len(rows))]
    columns = [
        ("法院", 24),
        ("姓名", 12),
        ("职务", 30),
        *((str(name), 12) for name, _ in CELLS.values()),
        (str(DAYS[0]), 12),
        ("件数", 8),
    ]
    return sheet_response("履职台账", above=above, columns=columns, rows=map(values, rows))


@login_required
@require_GET
def ledger_flags(request: HttpRequest) -> HttpResponse:
    """The flags behind one number, as far as the reader may see them."""
    month, what = month_asked(request), request.GET.get("what", "")
    who = request.GET.get("who"), request.GET.get("court")
    rows = rows_for(request.user, month, SEE)
    duty = next((row for row in rows if (str(row.person.pk), str(row.court.pk)) == who), None)
    if duty is None or what not in CELLS:
        raise Http404
    seen = Flag.objects.visible_to(request.user)
    flags = known_flags(request.user, [duty.court.pk]).filter(pk__in=seen.values("pk"))
    found = (
        flags_behind(what, duty, flags, month)
        .select_related("case", "rule", "version")
        .order_by("-proposed_at", "pk")
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "month": month,
        "duty": duty,
        "what": CELLS[what],
        "page": page,
        "kept": f"month={month}&who={duty.person.pk}&court={duty.court.pk}&what={what}",
    }
    return render(request, "supervision/ledger_flags.html", context)


def rows_for(user: User, month: Month, act: str) -> list[Duty]:
    """The rows this person may see: their court's, or their own."""
    if courts := courts_of(user):
        return duties(user, courts, month)
    if not user.may(Permission.TAKE_MEASURES):
        raise trail.Refused("您的职务不能查看履职台账。", act=act, by=user)
    return duties(user, {seat.court_id for seat in user.seats}, month, only=user)


def courts_of(user: User) -> set[int]:
    return user.courts_where(Permission.SEE_LEDGER)


def month_asked(request: HttpRequest) -> Month:
    """The month of the address, else the one under way."""
    day = today()
    if asked := MONTH.fullmatch(request.GET.get("month", "")):
        return Month(date(int(asked[1]), int(asked[2]), 1), day)
    return Month(day.replace(day=1), day)


def values(duty: Duty) -> tuple[Any, ...]:
    counts = [duty.counts[name] for name in CELLS]
    took = f"{duty.days:.1f}" if duty.days is not None else ""
    return duty.court.name, duty.person.name, duty.capacity, *counts, took, duty.days_n
