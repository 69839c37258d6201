"""Addresses of the pages about leaders' cases and subsidies."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
