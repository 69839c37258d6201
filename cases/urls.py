"""Addresses of this room."""

from django.urls import URLPattern, URLResolver, path

from cases import element_views, entry_views, export_views, views

app_name = "cases"

#: Entries about a case (its number in the address) and about one fact of it (the fact's number).
ABOUT_CASE = (
    "event",
    "pause",
    "exclude",
    "extend",
    "restart",
    "convert",
    "reassign",
    "close",
    "number",
    "link",
    "seal",
)
ABOUT_FACT = {
    "resume": "pauses/<int:pk>/resume/",
    "withdraw-event": "events/<int:pk>/withdraw/",
    "withdraw-exclusion": "pauses/<int:pk>/withdraw/",
    "withdraw-extension": "extensions/<int:pk>/withdraw/",
    "withdraw-restart": "restarts/<int:pk>/withdraw/",
    "withdraw-conversion": "conversions/<int:pk>/withdraw/",
    "withdraw-element": "elements/<int:pk>/withdraw/",
    "withdraw-outcome": "outcomes/<int:pk>/withdraw/",
    "revoke": "grants/<int:pk>/revoke/",
    "settle": "doubts/<int:pk>/settle/",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.case_list, name="list"),
    path("export/", export_views.export, name="export"),
    path("doubts/", views.doubts, name="doubts"),
    path("access/", entry_views.grant_access, name="access"),
    path("<int:pk>/", views.case_detail, name="page"),
    path("<int:pk>/elements/", element_views.elements, name="elements"),
    path("<int:pk>/outcomes/", element_views.outcomes, name="outcomes"),
    *(path(f"<int:pk>/{name}/", entry_views.page_for(name), name=name) for name in ABOUT_CASE),
    *(path(address, entry_views.page_for(name), name=name) for name, address in ABOUT_FACT.items()),
]
