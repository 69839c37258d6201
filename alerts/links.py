"""Addresses for messages that are read outside the house."""

from __future__ import annotations

from django.conf import settings


def link_to(path: str) -> str:
    """The whole address of one of our paths (``reverse(...)``), as a message carries it."""
    return settings.SITE_ADDRESS.rstrip("/") + path
