"""Addresses of this room."""

from django.urls import URLPattern

app_name = "deviation"
urlpatterns: list[URLPattern] = []
