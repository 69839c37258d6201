"""Addresses of drafts, notices, contests."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
