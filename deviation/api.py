"""Runs and their model cards in the programming interface: to read, the same as everybody of the court may."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from courts.clock import today
from courts.interface import Interface, Pick
from deviation.models import Run
from deviation.run_page import public_card, runs_seen, told_of
from deviation.using import unusable

NOT_FOUND = "没有这一模型，或者它不在您可查看的范围内；请核对编号"
RUN_ID = OpenApiParameter("id", int, OpenApiParameter.PATH, description="模型的 id")


class RunColumns(serializers.Serializer[Any]):
    """One trained model (训练批次): of which court and outcome, on which data, whether it is in use."""

    id = serializers.IntegerField()
    court = serializers.CharField(source="court_code", allow_null=True, help_text="法院代字")
    code = serializers.CharField(help_text="模型代码")
    state = serializers.ChoiceField(Run.STATES, help_text="状态")
    window_from = serializers.DateField(allow_null=True, help_text="数据起")
    window_to = serializers.DateField(allow_null=True, help_text="数据止")
    n = serializers.IntegerField(help_text="样本数")
    digest = serializers.CharField(help_text="模型摘要（SHA-256）")
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True, help_text="校验时间")
    released_at = serializers.DateTimeField(allow_null=True, help_text="启用时间")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="停用时间")


class RunDetail(RunColumns):
    """A run with its model card, what the check on planted and null data found, and how it has done since."""

    unusable = serializers.SerializerMethodField(help_text="停止评价的原因；空：可以使用")
    editions = serializers.JSONField(help_text="依据的目录版本")
    card = serializers.SerializerMethodField(help_text="模型卡")
    trust = serializers.JSONField(help_text="对照检验")
    drift = serializers.SerializerMethodField(help_text="启用以后；每增加一组案件更新一次")

    def get_unusable(self, run: Run) -> str | None:
        return unusable(run, today()) if run.card else None

    def get_card(self, run: Run) -> dict[str, Any]:
        return public_card(run, today()) if run.card else {}

    def get_drift(self, run: Run) -> dict[str, Any]:
        return told_of(run)


class RunFilters(filters.FilterSet):
    court = filters.CharFilter(field_name="court__code", label="法院代字")
    code = filters.CharFilter(label="模型代码")
    state = Pick(choices=Run.STATES, label="状态")

    class Meta:
        model = Run
        fields: list[str] = []


@extend_schema(tags=["deviation"])
@extend_schema_view(list=extend_schema(summary="偏离度模型", operation_id="deviation_runs_list"))
class RunViewSet(ViewSetMixin, ListModelMixin, Interface):
    """Runs that bear on the courts of the caller; those being prepared only for who keeps them."""

    required_scopes = {"GET": "deviation:read"}
    serializer_class = RunColumns
    filterset_class = RunFilters
    queryset = Run.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Run]:
        return runs_seen(self.request.user).annotate(court_code=F("court__code"))

    @extend_schema(
        summary="一个模型及其模型卡",
        operation_id="deviation_runs_retrieve",
        responses={200: RunDetail},
        parameters=[RUN_ID],
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        run = self.get_queryset().filter(pk=int(pk)).first()
        if run is None:
            raise NotFound(NOT_FOUND)
        return Response(RunDetail(run).data)
