"""Addresses of the pages about quota judges, selection, teams and availability."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
