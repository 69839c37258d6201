"""Addresses of what is told of groups."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
