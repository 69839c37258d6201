"""API tokens: hashed, scoped, expiring."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import exception_handler


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Any) -> None:
        return None


class HasScope(IsAuthenticated):
    pass


def explain_refusal(exception: Exception, context: dict[str, Any]) -> Any:
    return exception_handler(exception, context)
