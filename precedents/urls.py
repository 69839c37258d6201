"""Addresses of this room."""

from django.urls import path

from precedents import conflict_views, document_views, report_views, views

app_name = "precedents"
urlpatterns = [
    path("", views.search, name="search"),
    path("cases/<int:pk>/", views.for_case, name="for-case"),
    path("documents/", document_views.collection, name="collection"),
    path("documents/new/", document_views.new, name="document-new"),
    path("documents/upload/", document_views.upload, name="upload"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/edit/", document_views.edit, name="document-edit"),
    path("documents/<int:pk>/withdraw/", document_views.withdraw, name="document-withdraw"),
    path("reports/", report_views.listing, name="reports"),
    path("reports/new/", report_views.new, name="report-new"),
    path("reports/<int:pk>/", report_views.report, name="report"),
    path("reports/<int:pk>/save/", report_views.save, name="report-save"),
    path("reports/<int:pk>/search/", report_views.repeat, name="report-search"),
    path("reports/<int:pk>/grades/", report_views.grade, name="report-grade"),
    path("reports/<int:pk>/docx/", report_views.docx, name="report-docx"),
    path("quality/", report_views.measured, name="quality"),
    path("conflicts/", conflict_views.listing, name="conflicts"),
    path("conflicts/<int:pk>/", conflict_views.conflict, name="conflict"),
    path("conflicts/<int:pk>/decide/", conflict_views.decide, name="conflict-decide"),
]
