"""Addresses of letters, circulars and risk points."""

from __future__ import annotations

from django.urls import path

from supervision import circular_views, letter_views, risk_views

LETTER_PAGES = [
    path("letters/", letter_views.desk, name="letters"),
    path("letters/new/", letter_views.new, name="letter-new"),
    path("letters/<int:pk>/", letter_views.letter, name="letter"),
    path("letters/<int:pk>/edit/", letter_views.edit, name="letter-edit"),
    path("letters/<int:pk>/docx/", letter_views.docx, name="letter-docx"),
    path("letters/<int:pk>/<slug:act>/", letter_views.act, name="letter-act"),
    path("circulars/", circular_views.circular_list, name="circulars"),
    path("circulars/<int:pk>/", circular_views.circular, name="circular"),
    path("circulars/<int:pk>/docx/", circular_views.docx, name="circular-docx"),
    path("circulars/<int:pk>/<slug:act>/", circular_views.act, name="circular-act"),
    path("risks/", risk_views.matrix, name="risks"),
    path("risks/quarter/", risk_views.quarter, name="risk-quarter"),
    path("risks/<slug:code>/", risk_views.point, name="risk"),
]
