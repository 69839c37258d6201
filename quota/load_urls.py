"""Addresses of the pages about workload now and performance by zone."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
