"""Addresses of the pages about what cases weigh and of which class they are."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
