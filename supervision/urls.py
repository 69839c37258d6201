"""Addresses of supervision (四类案件监督)."""

from __future__ import annotations

from django.urls import URLPattern, path

from supervision import ledger_views, log_views, looked_views

app_name = "supervision"
urlpatterns: list[URLPattern] = [
    path("log/", log_views.log_list, name="log"),
    path("log/sheet/", log_views.log_sheet, name="log-sheet"),
    path("cases/<int:pk>/file/", log_views.case_file, name="file"),
    path("cases/<int:pk>/looked/", looked_views.looked, name="looked"),
    path("ledger/", ledger_views.ledger, name="ledger"),
    path("ledger/sheet/", ledger_views.ledger_sheet, name="ledger-sheet"),
    path("ledger/flags/", ledger_views.ledger_flags, name="ledger-flags"),
]
