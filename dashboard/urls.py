"""Addresses of this room."""

from django.urls import URLPattern, URLResolver, path

from dashboard import own_views, trail_views, views

app_name = "dashboard"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("mine/", own_views.mine, name="mine"),
    path("desk/", own_views.desk, name="desk"),
    path("curve.json", views.curve, name="curve"),
    path("definitions/", views.definitions, name="definitions"),
    path("trail/", trail_views.trail_list, name="trail"),
    path("trail/of-case/<int:pk>/", trail_views.trail_of_case, name="trail-of-case"),
]
