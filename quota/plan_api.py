"""Published plans in the programming interface (员额方案): to read, with the seats of every court."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from audit import trail
from courts.interface import Interface, Pick
from courts.roles import Permission
from quota.models import Plan, Seat
from quota.scenario_page import PUBLIC, plans_seen

NOT_FOUND = "没有这一方案，或者它不在您可查看的范围内；请核对编号"
NOT_FOR_YOU = "员额方案由政治部、院领导和上级法院读取。"
PLAN_ID = OpenApiParameter("id", int, OpenApiParameter.PATH, description="方案的 id")
STATES = [state for state in Plan.STATES if state[0] in PUBLIC]


class QuotaSeatColumns(serializers.Serializer[Any]):
    """The seats of one court (员额), in organisational order."""

    court = serializers.CharField(source="court.code", help_text="法院代字")
    need = serializers.FloatField(help_text="需求（名）")
    seats = serializers.IntegerField(help_text="员额（名）")
    sitting = serializers.IntegerField(help_text="公布时在任（名）")


class PlanColumns(serializers.Serializer[Any]):
    """One plan that is or was in force, and the digests of what it was calculated from."""

    id = serializers.IntegerField()
    court = serializers.CharField(source="court_code", allow_null=True, help_text="编制方案的法院代字")
    year = serializers.IntegerField(help_text="年度")
    state = serializers.ChoiceField(STATES, help_text="状态")
    published_at = serializers.DateTimeField(source="decided_at", help_text="公布时间")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="被替代的时间")
    inputs_digest = serializers.CharField(source="scenario.inputs_digest", help_text="输入摘要（SHA-256）")
    result_digest = serializers.CharField(source="scenario.result_digest", help_text="结果摘要（SHA-256）")


class PlanDetail(PlanColumns):
    """A plan with the seats of its courts."""

    seats = QuotaSeatColumns(many=True)


class PlanFilters(filters.FilterSet):
    court = filters.CharFilter(field_name="court__code", label="编制方案的法院代字")
    year = filters.NumberFilter(label="年度")
    state = Pick(choices=STATES, label="状态")

    class Meta:
        model = Plan
        fields: list[str] = []


@extend_schema(tags=["quota"])
@extend_schema_view(list=extend_schema(summary="已公布的员额方案", operation_id="quota_plans_list"))
class PlanViewSet(ViewSetMixin, ListModelMixin, Interface):
    """Plans in force or superseded, of the courts whose quota the caller may see."""

    required_scopes = {"GET": "quota:read"}
    serializer_class = PlanColumns
    filterset_class = PlanFilters
    queryset = Plan.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Plan]:
        user = self.request.user
        if not user.may(Permission.SEE_QUOTA):
            raise trail.Refused(NOT_FOR_YOU, act="quota.see_plans", by=user)
        rows = plans_seen(user).filter(state__in=PUBLIC).annotate(court_code=F("court__code"))
        return rows.defer("scenario__inputs", "scenario__result")

    @extend_schema(
        summary="一个方案及各院员额",
        operation_id="quota_plans_retrieve",
        responses={200: PlanDetail},
        parameters=[PLAN_ID],
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        seats = (
            Seat.objects.select_related("court")
            .order_by("court__position", "court__code")
            .defer("explanation")
        )
        plan = self.get_queryset().prefetch_related(Prefetch("seats", seats)).filter(pk=int(pk)).first()
        if plan is None:
            raise NotFound(NOT_FOUND)
        return Response(PlanDetail(plan).data)
