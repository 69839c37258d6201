"""The API's addresses under /api/v1/; each endpoint lives beside what it exposes."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView, SpectacularYAMLAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import SimpleRouter

from alerts.api import AlertViewSet
from alerts.inbox_api import NoticeViewSet, WatchViewSet
from cases.api import CaseViewSet
from cases.elements_api import ElementViewSet
from cases.entries_api import EntryViewSet
from catalogues.api import EditionViewSet
from catalogues.api import EntryViewSet as CatalogueEntryViewSet
from courts.api import CourtViewSet, MeViewSet
from courts.interface import nothing_here
from deviation.api import RunViewSet
from deviation.notice_api import DeviationViewSet
from ingest.api import BatchViewSet, RejectedViewSet
from precedents.api import PrecedentViewSet
from quota.plan_api import PlanViewSet
from supervision.api import FactViewSet, FlagViewSet, LogViewSet

router = SimpleRouter()
router.register("cases", CaseViewSet, basename="case")
router.register("cases", EntryViewSet, basename="entry")
router.register("cases", ElementViewSet, basename="element")
router.register("cases", WatchViewSet, basename="watch")
router.register("alerts", AlertViewSet, basename="alert")
router.register("notices", NoticeViewSet, basename="notice")
router.register("catalogues/editions", EditionViewSet, basename="edition")
router.register(
    r"catalogues/editions/(?P<edition>[0-9]+)/entries", CatalogueEntryViewSet, basename="catalogue-entry"
)
router.register("imports", BatchViewSet, basename="import")
router.register(r"imports/(?P<import>[0-9]+)/rejected", RejectedViewSet, basename="rejected")
router.register("courts", CourtViewSet, basename="court")
router.register("flags", FlagViewSet, basename="flag")
router.register("facts", FactViewSet, basename="fact")
router.register("deviation/runs", RunViewSet, basename="deviation-run")
router.register("deviations", DeviationViewSet, basename="deviation")
router.register("precedents", PrecedentViewSet, basename="precedent")
router.register("quota-plans", PlanViewSet, basename="quota-plan")
router.register("supervision-log", LogViewSet, basename="supervision-log")

# The browser of the API is a page: from our own static files, for people who are logged in.
browser = SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html")

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path("me/", MeViewSet.as_view({"get": "retrieve"}), name="me"),
    path("schema/", SpectacularYAMLAPIView.as_view(permission_classes=[IsAuthenticated]), name="schema"),
    path("docs/", login_required(browser), name="docs"),
    re_path("", nothing_here, name="nothing-here"),
]
