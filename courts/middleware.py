"""Turns a refusal into a page and makes sure it leaves a trace of its own."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audit import trail


class RefusalMiddleware:
    """Records ``trail.Refused`` in a transaction of its own and answers 403 or 409 with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, trail.Refused):
            return None
        with transaction.atomic():
            trail.record(
                exception.act,
                at=timezone.now(),
                by=exception.by,
                on=exception.on,
                because=exception.sentence,
                outcome="refused",
            )
        return render(request, "courts/refused.html", {"sentence": exception.sentence}, status=exception.status)
