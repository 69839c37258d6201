"""Login and account pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page has been open too long: say so instead of a bare 403."""
    return render(request, "courts/stale.html", status=403)
