"""Addresses of runs, their cards and the trust page."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
