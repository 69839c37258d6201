"""Addresses of facts, statements and the boxes at filing."""

from __future__ import annotations

from django.urls import URLPattern, path

from supervision import fact_views, tick_views

FACT_PAGES: list[URLPattern] = [
    path("cases/<int:pk>/facts/", fact_views.facts, name="facts"),
    path("cases/<int:pk>/facts/<slug:fact>/", fact_views.state, name="state-fact"),
    path("cases/<int:pk>/ticks/", tick_views.boxes, name="ticks"),
    path("to-tick/", tick_views.to_tick, name="to-tick"),
    path("statements/new/", fact_views.state_by_number, name="state"),
    path("statements/<int:pk>/withdraw/", fact_views.withdraw, name="withdraw-statement"),
]
