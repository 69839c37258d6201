"""Addresses of the pages about quota judges, selection, teams and availability."""

from __future__ import annotations

from django.urls import URLPattern, path

from quota import candidate_views, people_views, request_views, selection_views, team_views

urlpatterns: list[URLPattern] = [
    path("judges/", people_views.judges, name="judges"),
    path("judges/enter/<int:pk>/", people_views.enter, name="enter"),
    path("judges/<int:pk>/", people_views.judge_term, name="judge-term"),
    path("judges/requests/<int:pk>/", request_views.term_request, name="term-request"),
    path("judges/objections/<int:pk>/", request_views.objection, name="objection"),
    path("judges/object/<slug:about>/<int:pk>/", request_views.object_to, name="object"),
    path("judges/<int:pk>/leave/", people_views.leave, name="leave"),
    path("availability/", people_views.availability, name="availability"),
    path("availability/record/", people_views.availability_record, name="availability-record"),
    path("availability/mine/", people_views.my_availability, name="my-availability"),
    path("availability/<int:pk>/", people_views.availability_change, name="availability-change"),
    path("selections/", selection_views.selections, name="selections"),
    path("selections/open/", selection_views.selection_open, name="selection-open"),
    path("selections/mine/", selection_views.my_candidacy, name="my-candidacy"),
    path("selections/candidates/<int:pk>/", candidate_views.candidate, name="candidate"),
    path("selections/candidates/<int:pk>/<slug:act>/", candidate_views.candidate_act, name="candidate-act"),
    path("selections/<int:pk>/", selection_views.selection, name="selection"),
    path("selections/notices/<int:pk>/", selection_views.notice, name="notice"),
    path("selections/<int:pk>/<slug:act>/", selection_views.selection_act, name="selection-act"),
    path("teams/", team_views.teams, name="teams"),
    path("teams/open/<int:pk>/", team_views.team_open, name="team-open"),
    path("teams/<int:pk>/", team_views.team, name="team"),
    path("teams/<int:pk>/<slug:act>/", team_views.team_act, name="team-act"),
]
