"""Addresses of what is told of groups."""

from django.urls import URLPattern, path

from deviation import group_views

urlpatterns: list[URLPattern] = [
    path("groups/", group_views.groups, name="groups"),
    path("groups/chart/<int:place>/", group_views.groups_chart, name="groups-chart"),
    path("groups/consistency/", group_views.consistency, name="consistency"),
    path("groups/fairness/", group_views.fairness, name="fairness"),
    path("groups/fairness/chart/", group_views.fairness_chart, name="fairness-chart"),
    path("groups/spread/", group_views.spread, name="spread"),
    path("groups/spread/chart/", group_views.spread_chart, name="spread-chart"),
]
