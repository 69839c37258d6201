"""Addresses of the pages about workload now and performance by zone."""

from __future__ import annotations

from django.urls import URLPattern, path

from quota import load_views as views

urlpatterns: list[URLPattern] = [
    path("load/", views.load, name="load"),
    path("load/export/", views.load_sheet, name="load-export"),
    path("load/mine/", views.my_load, name="my-load"),
]
