"""Addresses of this room."""

from django.urls import URLPattern

app_name = "precedents"
urlpatterns: list[URLPattern] = []
