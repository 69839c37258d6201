"""Callers of the interface: people with a token in force."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from cases.clocks import recompute
from courts.services import issue_token

EVERYTHING = ["cases:read", "cases:write", "imports:write", "catalogues:read", "flags:read"]


@pytest.fixture
def calls():
    """``calls(president, "cases:read")``: a client with a token of that person; without scopes named, all of them."""

    def create(user, *scopes: str) -> APIClient:
        at = timezone.now() - timedelta(seconds=1)
        _, secret = issue_token(user=user, name="试用", scopes=scopes or EVERYTHING, days=30, by=user, at=at)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return create


@pytest.fixture
def compute():
    """Bring the stored clocks up to date, as the pipeline does within seconds."""
    return lambda *cases: recompute([case.pk for case in cases] or None, timezone.now())
