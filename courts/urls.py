"""Addresses of this room."""

from django.urls import URLPattern, URLResolver

app_name = "courts"
urlpatterns: list[URLPattern | URLResolver] = []
