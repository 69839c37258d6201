"""Addresses of this room."""

from django.urls import path

from pipeline import views

app_name = "pipeline"
urlpatterns = [
    path("", views.running, name="running"),
    path("now/", views.running_now, name="running-now"),
    path("banner/", views.banner, name="banner"),
    path("metrics", views.metrics, name="metrics"),
]
