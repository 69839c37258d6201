"""Who calls the programming interface: tokens that are hashed, scoped and expire, or the session of a page."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from courts.backends import may_log_in
from courts.models import Token, User
from courts.services import digest_of

NOTED_EVERY = timedelta(minutes=1)  # last use is written at most this often


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer mj_…``; the token in force becomes ``request.auth``."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        now = timezone.now()
        secret = words[1].decode("ascii", "replace") if len(words) == 2 else ""
        token = Token.objects.select_related("user").filter(digest=digest_of(secret)).first()
        if token is None or not in_force(token, now):
            raise AuthenticationFailed(_("令牌无效、已过期或已撤销；请在“我的账号”中创建新的令牌。"))
        note_use(token, now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def in_force(token: Token, now: datetime) -> bool:
    return token.revoked_at is None and token.expires_at > now and may_log_in(token.user)


def note_use(token: Token, now: datetime) -> None:
    if token.last_used_at is None or token.last_used_at < now - NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
        Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)


class HasScope(IsAuthenticated):
    """People on a page need no scope; a token needs the one its view names for the method.

    The view says ``required_scopes = {"GET": "cases:read", …}``; a method it does not name is closed to tokens.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if request.auth is None:
            return True
        method = "GET" if request.method in ("HEAD", "OPTIONS") else request.method
        needed = getattr(view, "required_scopes", {}).get(method)
        self.message = _("令牌没有此项范围：%(scope)s。") % {"scope": needed or request.method}
        return needed in request.auth.scopes


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI description names our tokens."""

    target_class = "courts.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "mj_…"}
