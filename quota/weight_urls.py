"""Addresses of the pages about what cases weigh and of which class they are."""

from __future__ import annotations

from django.urls import URLPattern, path

from quota import weight_views as views

urlpatterns: list[URLPattern] = [
    path("weights/", views.weights, name="weights"),
    path("weights/trial/", views.weight_trial, name="weight-trial"),
    path("weights/case/<int:pk>/", views.case_weight, name="case-weight"),
    path("classes/", views.classes, name="classes"),
    path("breaches/", views.breaches, name="breaches"),
    path("breaches/<int:pk>/answer/", views.answer, name="answer-breach"),
]
