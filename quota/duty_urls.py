"""Addresses of the pages about leaders' cases and subsidies."""

from __future__ import annotations

from django.urls import URLPattern, path

from quota import duty_views as views
from quota import subsidy_views

urlpatterns: list[URLPattern] = [
    path("duties/", views.duties, name="duties"),
    path("circulars/", views.circular_list, name="circulars"),
    path("circulars/<int:pk>/", views.circular, name="circular"),
    path("circulars/<int:pk>/docx/", views.circular_docx, name="circular-docx"),
    path("circulars/<int:pk>/xlsx/", views.circular_xlsx, name="circular-xlsx"),
    path("circulars/<int:pk>/<slug:act>/", views.circular_act, name="circular-act"),
    path("subsidies/", subsidy_views.subsidies_list, name="subsidies"),
    path("subsidies/own/", subsidy_views.my_subsidy, name="my-subsidy"),
    path("subsidies/own/<int:pk>/", subsidy_views.object_to, name="my-subsidy-object"),
    path("subsidies/<int:pk>/", subsidy_views.subsidy, name="subsidy"),
    path("subsidies/<int:pk>/xlsx/", subsidy_views.subsidy_xlsx, name="subsidy-xlsx"),
    path("subsidies/<int:pk>/<slug:act>/", subsidy_views.subsidy_act, name="subsidy-act"),
]
