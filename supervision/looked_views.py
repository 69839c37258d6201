"""The page of who read a case (查阅人); a fragment for the case page, a page by itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cases.models import Case
from supervision.looked import looks, readings_of

PAGE = 50
FEW = 5  # on the case page


@login_required
@require_GET
def looked(request: HttpRequest, pk: int) -> HttpResponse:
    """Who read the case without sitting on it; for whoever sees the case."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    size = FEW if request.htmx else PAGE
    page = Paginator(readings_of(case, request.user), size).get_page(request.GET.get("page"))
    context = {"case": case, "page": page, "looks": looks(list(page.object_list), case), "kept": ""}
    return render(
        request, "supervision/looked_part.html" if request.htmx else "supervision/looked.html", context
    )
