"""Addresses of the pages about scenarios and plans."""

from __future__ import annotations

from django.urls import URLPattern, path

from quota import plan_views, scenario_views

urlpatterns: list[URLPattern] = [
    path("", plan_views.home, name="home"),
    path("scenarios/", scenario_views.scenarios, name="scenarios"),
    path("scenarios/make/", scenario_views.scenario_make, name="scenario-make"),
    path("scenarios/compare/", scenario_views.compare, name="compare"),
    path("scenarios/<int:pk>/", scenario_views.scenario, name="scenario"),
    path("scenarios/<int:pk>/bundle/", scenario_views.scenario_bundle, name="scenario-bundle"),
    path("scenarios/<int:pk>/<slug:act>/", scenario_views.scenario_act, name="scenario-act"),
    path("plans/", plan_views.plans, name="plans"),
    path("plans/<int:pk>/", plan_views.plan, name="plan"),
    path("plans/<int:pk>/<slug:act>/", plan_views.plan_act, name="plan-act"),
    path("seats/<int:pk>/", plan_views.court_seats, name="court-seats"),
]
