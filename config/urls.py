"""Addresses. Each room names its own; rooms meet on a page by these names."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("dashboard.urls")),
    path("", include("courts.urls")),
    path("cases/", include("cases.urls")),
    path("alerts/", include("alerts.urls")),
    path("supervision/", include("supervision.urls")),
    path("deviation/", include("deviation.urls")),
    path("quota/", include("quota.urls")),
    path("precedents/", include("precedents.urls")),
    path("imports/", include("ingest.urls")),
    path("running/", include("pipeline.urls")),
    path("api/v1/", include("config.api")),
    path("admin/", admin.site.urls),
]
