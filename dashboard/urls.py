"""Addresses of this room."""

from django.urls import URLPattern, URLResolver, path

from dashboard import trail_views

app_name = "dashboard"
urlpatterns: list[URLPattern | URLResolver] = [
    path("trail/", trail_views.trail_list, name="trail"),
    path("trail/of-case/<int:pk>/", trail_views.trail_of_case, name="trail-of-case"),
]
