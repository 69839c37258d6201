"""The API's addresses under /api/v1/; each endpoint lives beside what it exposes."""

from django.urls import URLPattern, URLResolver

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = []
