"""Addresses of the pages about time studies, forecasts and the figures of courts."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
