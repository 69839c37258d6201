"""Pages in the reader's language, sessions that end politely, refusals that leave a trace."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from audit import trail
from courts.offers import offer_of


def asked_by_the_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that an open page asks by itself, again and again: nobody need be sitting before it."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.is_asked_by_the_page = True
        return view(request, *args, **kwargs)

    return answer


class SessionMiddleware(sessions.SessionMiddleware):
    """Every request of a person prolongs their session; what a page asks by itself neither prolongs nor writes it."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if not getattr(request, "is_asked_by_the_page", False):
            return super().process_response(request, response)
        patch_vary_headers(response, ("Cookie",))
        return response


class PersonMiddleware:
    """Activates the language a person chose, and tells those whose session ended while they were away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        if has_timed_out(request, response):
            return to_login(request, response)
        return response


def has_timed_out(request: HttpRequest, response: HttpResponse) -> bool:
    """Sent to log in although the browser still carries a session."""
    login = resolve_url(settings.LOGIN_URL)
    sent_to_login = response.status_code == 302 and urlsplit(response["Location"]).path == login
    return (
        sent_to_login
        and settings.SESSION_COOKIE_NAME in request.COOKIES
        and not request.user.is_authenticated
    )


def to_login(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The login page says why; a fragment (htmx) takes the whole page there instead of showing it inside."""
    if "HX-Request" not in request.headers:
        response["Location"] += "&expired=1"
        return response
    back = urlsplit(request.headers.get("HX-Current-URL", "/"))
    query = urlencode({"next": f"{back.path}?{back.query}" if back.query else back.path, "expired": 1})
    return HttpResponse(headers={"HX-Redirect": f"{resolve_url(settings.LOGIN_URL)}?{query}"})


class RefusalMiddleware:
    """Records ``trail.Refused`` in a transaction of its own and answers 403 or 409 with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, trail.Refused):
            return None
        by = request.user if request.user.is_authenticated else None
        trail.record_refusal(exception, by=by, at=timezone.now())
        context = {"sentence": exception.sentence, "offer": offer_of(exception, by) if by else ""}
        return render(request, "courts/refused.html", context, status=exception.status)
