"""Addresses of runs, their cards and the trust page."""

from django.urls import URLPattern, path

from deviation import run_views as views

urlpatterns: list[URLPattern] = [
    path("runs/", views.run_list, name="runs"),
    path("runs/ask/", views.run_ask, name="run-ask"),
    path("runs/<int:pk>/", views.run_page, name="run"),
    path("runs/<int:pk>/impact.docx", views.run_impact, name="run-impact"),
    path("runs/<int:pk>/<slug:act>/", views.run_decide, name="run-decide"),
    path("trust/", views.trust, name="trust"),
]
