"""Addresses of the pages about assignment by lot."""

from __future__ import annotations

from django.urls import URLPattern, path

from quota import draw_views as views
from quota import lot_reading_views as reading
from quota import recusal_views

urlpatterns: list[URLPattern] = [
    path("lots/", views.day, name="lots"),
    path("lots/exceptions/", views.exceptions, name="lot-exceptions"),
    path("lots/exceptions/export/", views.exceptions_sheet, name="lot-exceptions-export"),
    path("lots/of-case/<int:pk>/", reading.of_case, name="lots-of-case"),
    path("lots/records/", reading.days, name="lot-days"),
    path("lots/records/<int:pk>/", reading.record, name="lot-record"),
    path("lots/recusals/", recusal_views.standing, name="standing-recusals"),
    path("lots/recusals/record/", recusal_views.record, name="standing-record"),
    path("lots/recusals/<int:pk>/confirm/", recusal_views.confirm, name="standing-confirm"),
    path("lots/recusals/<int:pk>/end/", recusal_views.end, name="standing-end"),
    path("lots/case/<int:pk>/", views.case, name="lot-case"),
    path("lots/case/<int:pk>/propose/", views.propose, name="lot-propose"),
    path("lots/case/<int:pk>/assign/", views.assign, name="lot-assign"),
    path("lots/case/<int:pk>/recuse-self/", reading.recuse_self, name="lot-recuse-self"),
    path("lots/case/<int:pk>/recuse/", views.recuse, name="lot-recuse"),
    path("lots/case-recusals/<int:pk>/withdraw/", views.unrecuse, name="lot-unrecuse"),
    path("lots/<int:pk>/", views.lot, name="lot"),
    path("lots/<int:pk>/accept/", views.accept, name="lot-accept"),
    path("lots/<int:pk>/depart/", views.depart, name="lot-depart"),
    path("lots/<int:pk>/void/", views.void, name="lot-void"),
]
