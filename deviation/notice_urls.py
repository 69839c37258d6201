"""Addresses of drafts, notices, contests."""

from django.urls import URLPattern, path

from deviation import notice_views as views

urlpatterns: list[URLPattern] = [
    path("", views.mine, name="mine"),
    path("cases/<int:pk>/", views.for_case, name="for-case"),
    path("cases/<int:pk>/draft/", views.draft, name="draft"),
    path("notices/<int:pk>/", views.notice, name="notice"),
    path("notices/<int:pk>/<slug:act>/", views.notice_act, name="notice-act"),
    path("contests/", views.contest_desk, name="contests"),
    path("disclosed/", views.disclosed_list, name="disclosed"),
]
