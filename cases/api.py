"""Cases in the programming interface: the list with every column in one call, one case, and its clocks with reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from audit import trail
from cases.all_clocks import clocks_of
from cases.facts import with_facts
from cases.guard import sits_on
from cases.marks import FOUR_CATEGORY, is_mark
from cases.models import CATEGORIES, PROCEDURES, Case, Clock, FormerNumber, ProcedureEvent
from cases.numbers import normalize
from cases.page import with_everything
from cases.querying import found_by, with_statutory_clock
from cases.selectors import Row, chain_of, rows
from cases.serializers import STATES, AsOf, CaseColumns, CaseDetail, Clocks
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.interface import Day, Flag, Id, Interface, Moment, Pick
from courts.models import Court, Division, User

PEOPLE = ("judge", "presiding", "assistant", "clerk")
NOT_FOUND = "没有这一案件，或者它不在您的职责范围内；请核对编号或案号"
REFERENCE = OpenApiParameter(
    "case", str, OpenApiParameter.PATH, description="案件的 id，或案号（任何括号写法，也可为更正前的案号）"
)
CLOCK = {
    "clock_rule": "rule",
    "nominal_on": "nominal_on",
    "before_roll_on": "before_roll_on",
    "due_at": "due_at",
    "clock_changed_at": "computed_at",
}


# --- which cases -------------------------------------------------------------------------------------
def numbered(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """The case that bears this number or once bore it, however its brackets are written."""
    number = normalize(text)
    former = FormerNumber.objects.filter(number=number).values("case")
    return cases.filter(pk__in=Case.objects.filter(number=number).values("pk").union(former))


def referred(cases: QuerySet[Case], reference: str) -> Case:
    """The case of an address: by id, or by number. The present bearer of a number comes before a former one."""
    if reference.isascii() and reference.isdecimal():
        found = cases.filter(pk=int(reference)).first()
    else:
        bearers = sorted(
            numbered(cases, reference.replace("\x00", ""))[:10],
            key=lambda case: case.number != normalize(reference),
        )
        found = bearers[0] if bearers else None
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


class CaseFilters(filters.FilterSet):
    open = Flag(method="by_open", label="true 未结，false 已结；不填为全部")
    court = filters.CharFilter(method="by_court", label="法院代字，如 川1502")
    division = Id(field_name="division_id", label="承办部门的编号")
    judge = Id(field_name="judge_id", label="承办人的编号")
    category = Pick(choices=CATEGORIES, label="案件类别")
    procedure = Pick(choices=PROCEDURES, label="审判程序")
    cause = filters.CharFilter(lookup_expr="contains", label="案由包含")
    number = filters.CharFilter(method="by_number", label="案号，任何括号写法，也可为更正前的案号")
    q = filters.CharFilter(method="by_text", label="案号、曾用案号或当事人包含")
    filed_from = Day(field_name="filed_on", lookup_expr="gte", label="立案日期不早于")
    filed_to = Day(field_name="filed_on", lookup_expr="lte", label="立案日期不晚于")
    closed_from = Day(field_name="closed_on", lookup_expr="gte", label="结案日期不早于")
    closed_to = Day(field_name="closed_on", lookup_expr="lte", label="结案日期不晚于")
    clock = Pick(method="by_clock", choices=STATES, label="审限的状态")
    due_from = Day(method="by_due", lookup_expr="gte", label="未结案件的法定届满日不早于")
    due_by = Day(method="by_due", lookup_expr="lte", label="未结案件的法定届满日不晚于")
    changed_since = Moment(method="by_change", label="审限自此时刻起有变化")

    class Meta:
        model = Case
        fields: list[str] = []

    def by_open(self, cases: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        return cases.filter(closed_on__isnull=value)

    def by_court(self, cases: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return cases.filter(court=court_named(value))

    def by_number(self, cases: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return numbered(cases, value)

    def by_text(self, cases: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return found_by(cases, value)

    def by_clock(self, cases: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        if value == "unknown":
            # A case whose clock has not been computed yet is as unknown as one whose clock cannot be.
            return cases.exclude(pk__in=limits().exclude(state="unknown").values("case"))
        return cases.filter(pk__in=limits().filter(state=value).values("case"))

    def by_due(self, cases: QuerySet[Case], name: str, value: date) -> QuerySet[Case]:
        bound = {"due_on__gte" if name == "due_from" else "due_on__lte": value}
        return cases.filter(closed_on=None, pk__in=limits().filter(state="running", **bound).values("case"))

    def by_change(self, cases: QuerySet[Case], name: str, value: Any) -> QuerySet[Case]:
        return cases.filter(pk__in=limits().filter(computed_at__gte=value).values("case"))


def limits() -> QuerySet[Clock]:
    """The statutory clocks (审限) of all cases, to filter by. A join would be paid for even where no filter asks."""
    return Clock.objects.filter(kind="statutory")


def court_named(code: str) -> Court:
    found = Court.objects.filter(code=code).first()
    if found is None:
        raise ValidationError({"court": [f"没有“{code}”这一法院代字，应如 川1502"]})
    return found


# --- what is said of them ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Names:
    """What the numbers of people and divisions on one page of the list stand for, and what happened there last."""

    people: dict[int, str]
    divisions: dict[int, str]
    latest: dict[int, dict[str, Any]]


def columns(line: Row, names: Names) -> dict[str, Any]:
    """One line of the list, as ``CaseColumns`` describes it."""
    case: Any = line.case
    return {name: getattr(case, name) for name in OWN} | {
        "amount": None if case.amount is None else f"{case.amount:.2f}",
        "court": case.court.code,
        "court_name": case.court.name,
        "division": names.divisions.get(case.division_id),
        **{name: names.people.get(getattr(case, f"{name}_id")) for name in PEOPLE},
        "days_in_hand": line.in_hand,
        "latest_event": names.latest.get(case.pk),
        "clock": clock_columns(case, line),
    }


OWN = (
    "id", "number", "division_id", "judge_id", "year", "type_code", "category", "serial", "cause", "cause_code",
    "procedure", "region", "filed_on", "accepted_on", "closed_on", "closed_how", "plaintiffs", "defendants", "detained",
    "sealed", "origin",
)  # fmt: skip


def clock_columns(case: Any, line: Row) -> dict[str, Any]:
    computed = case.clock_state in ("running", "paused", "met")
    return {
        "limit": case.clock_rule or case.limit or None,
        "state": case.clock_state or "unknown",
        "level": line.level,
        "start": case.clock_start,
        "nominal": case.nominal_on,
        "excluded_days": case.excluded_days or 0,
        "before_roll": case.before_roll_on,
        "due_on": line.due_on,
        "due_at": case.due_at and timezone.localtime(case.due_at),
        "remaining_days": line.remaining,
        "paused_on": case.paused_on,
        "paused_days": line.paused_days,
        "calendar": ("provisional" if case.is_provisional else "published") if computed else None,
        "problem": case.clock_problem or "",
        "changed_at": case.clock_changed_at and timezone.localtime(case.clock_changed_at),
    }


def latest_events(ids: Iterable[int], day: date) -> dict[int, dict[str, Any]]:
    """The most recent event of each case, nothing that is only announced."""
    told = ProcedureEvent.objects.exclude(node=FOUR_CATEGORY)
    found = told.filter(case__in=list(ids), withdrawn_at=None, on__lte=day)
    latest = found.order_by("case_id", "-on", "-pk").distinct("case_id")
    return {case: {"node": node, "on": on} for case, node, on in latest.values_list("case_id", "node", "on")}


def lines(ids: list[int], day: date) -> list[dict[str, Any]]:
    """The lines of these cases, in this order. Names are looked up beside: a join for each person made planning slow."""
    found = with_columns(Case.objects.filter(pk__in=ids)).in_bulk()
    cases = [found[pk] for pk in ids if pk in found]
    people = {getattr(case, f"{name}_id") for case in cases for name in PEOPLE}
    divisions = {case.division_id for case in cases}
    names = Names(
        people=dict(User.objects.filter(pk__in=people - {None}).values_list("pk", "name")),
        divisions=dict(Division.objects.filter(pk__in=divisions - {None}).values_list("pk", "name")),
        latest=latest_events(ids, day),
    )
    return [columns(line, names) for line in rows(cases, day)]


def with_columns(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with their court and their statutory clock."""
    joined = with_statutory_clock(cases).select_related("court")
    return joined.annotate(**{name: F(f"statutory__{column}") for name, column in CLOCK.items()})


# --- endpoints ---------------------------------------------------------------------------------------
class CaseInterface(ViewSetMixin, Interface):
    """What every endpoint about a case shares: which case it is."""

    required_scopes = {"GET": "cases:read", "POST": "cases:write"}
    queryset = Case.objects.none()
    serializer_class = CaseColumns
    lookup_url_kwarg = "case"
    lookup_value_regex = "[^/]+"

    def get_queryset(self) -> QuerySet[Case]:
        return Case.objects.visible_to(self.request.user)

    def get_object(self) -> Case:
        return referred(self.get_queryset().select_related("court"), self.kwargs["case"])


@extend_schema(tags=["cases"])
@extend_schema_view(
    list=extend_schema(summary="案件列表，各列一次给出", operation_id="cases_list"),
    retrieve=extend_schema(summary="一个案件及其全部事实", parameters=[REFERENCE], responses=CaseDetail),
)
class CaseViewSet(ListModelMixin, RetrieveModelMixin, CaseInterface):
    """Cases the caller may see."""

    filterset_class = CaseFilters

    def get_queryset(self) -> QuerySet[Case]:
        found = super().get_queryset()
        return found.values("pk") if self.is_list() else found  # a page is found by its ids alone

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(lines([each["pk"] for each in page], today()))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        pk = self.get_object().pk
        case = with_everything(pk, request.user)
        if case is None:
            raise NotFound(NOT_FOUND)
        [line] = lines([pk], today())
        note_reading(case, request)
        return Response(CaseDetail(line | facts_of(case, request.user)).data)

    @extend_schema(
        summary="一个案件的全部期限，逐行说明理由",
        operation_id="cases_clocks",
        parameters=[REFERENCE, AsOf],
        responses=Clocks,
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def clocks(self, request: Request, case: str) -> Response:
        """Every clock of a case: computed from the facts as they stand this moment."""
        asked = AsOf(data=request.query_params)
        asked.is_valid(raise_exception=True)
        as_of = asked.validated_data.get("as_of") or today()
        found = with_facts(self.get_queryset()).get(pk=self.get_object().pk)
        note_reading(found, request)
        return Response({"as_of": as_of, "clocks": clocks_of(found, law_in_use(), as_of)})

    def parameters(self) -> set[str]:
        return {"as_of"} if self.action == "clocks" else super().parameters()


def facts_of(case: Case, user: Any) -> dict[str, Any]:
    related = {
        "former_numbers": "formernumber_rows",
        "parties": "party_rows",
        "events": "procedureevent_rows",
        "exclusions": "exclusion_rows",
        "extensions": "extension_rows",
        "restarts": "restart_rows",
        "conversions": "conversion_rows",
        "elements": "element_rows",
        "outcomes": "outcome_rows",
        "doubts": "doubts",
    }
    found = {name: list(getattr(case, attribute).all()) for name, attribute in related.items()}
    found["events"] = [event for event in found["events"] if not is_mark(event)]
    return found | {"links": chain_of(case, user)}


def note_reading(case: Case, request: Request) -> None:
    """Whoever reads a case without sitting on it leaves a trace, here as on the page."""
    if not sits_on(request.user, case):
        trail.record_reading(case, by=request.user, at=timezone.now())
