"""The content security policy of the admin: Unfold's Alpine needs what our own pages forbid."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

RELAXED = {
    "script-src": ["'self'", "'unsafe-eval'", "'unsafe-inline'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}


class AdminPolicyMiddleware:
    """Relaxes the policy under the admin's address, and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(reverse("admin:index")):
            response._csp_replace = RELAXED
        return response
