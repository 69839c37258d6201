"""Addresses of this room."""

from django.urls import path

from ingest import views

app_name = "ingest"
urlpatterns = [
    path("", views.batch_list, name="list"),
    path("upload/", views.upload, name="upload"),
    path("<int:pk>/", views.batch_page, name="batch"),
    path("<int:pk>/confirm/", views.confirm, name="confirm"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/mapping/", views.map_headers, name="mapping"),
    path("<int:pk>/rejected.csv", views.rejected, name="rejected"),
]
