"""Addresses of the pages about time studies, forecasts and the figures of courts."""

from __future__ import annotations

from django.urls import URLPattern, path

from quota import figure_views, forecast_views, study_views

urlpatterns: list[URLPattern] = [
    path("studies/", study_views.studies, name="studies"),
    path("studies/open/", study_views.study_open, name="study-open"),
    path("studies/proxy/", study_views.proxy_ask, name="proxy-ask"),
    path("studies/<int:pk>/", study_views.study, name="study"),
    path("studies/<int:pk>/<slug:act>/", study_views.study_act, name="study-act"),
    path("measurements/<int:pk>/", study_views.measurement, name="measurement"),
    path("forecasts/", forecast_views.forecasts, name="forecasts"),
    path("forecasts/make/<int:pk>/", forecast_views.forecast_ask, name="forecast-ask"),
    path("forecasts/<int:pk>/", forecast_views.forecast, name="forecast"),
    path("figures/", figure_views.figures, name="figures"),
    path("figures/<int:pk>/", figure_views.figure, name="figure"),
    path("context/", forecast_views.context, name="context"),
]
