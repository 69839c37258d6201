"""Alerts in the programming interface, and what a person does about one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from alerts.handling import ACKNOWLEDGED, DONE, SNOOZED, handle
from alerts.models import Alert, Handling
from alerts.models.alert import KINDS
from courts.interface import Day, Flag, Id, Interface, Moment, Pick, Strict

NOT_FOUND = "没有这一预警，或者它不在您的职责范围内；请核对编号"
ALERT = OpenApiParameter("id", int, OpenApiParameter.PATH, description="预警的 id")


class AlertColumns(serializers.Serializer[Any]):
    """Something watched has reached a stage: a clock of a case, or something of a court itself."""

    id = serializers.IntegerField()
    case_id = serializers.IntegerField(allow_null=True, help_text="空：与案件无关，如下一年度日历待公布")
    number = serializers.CharField(allow_null=True, help_text="案号")
    court = serializers.CharField(source="court_code", allow_null=True, help_text="法院代字")
    kind = serializers.ChoiceField(KINDS, help_text="类别")
    clock = serializers.CharField(help_text="期限在目录中的代码")
    turn = serializers.IntegerField()
    stage = serializers.ChoiceField(Alert.STAGES)
    due_on = serializers.DateField()
    began_on = serializers.DateField(help_text="进入阶段日")
    late = serializers.BooleanField(help_text="补发：进入阶段当日没有巡检")
    raised_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_because = serializers.CharField()


class HandlingColumns(serializers.Serializer[Any]):
    """What a person did about an alert; it holds for that person until the day before ``until_on``."""

    id = serializers.IntegerField()
    alert_id = serializers.IntegerField()
    act = serializers.ChoiceField(Handling.ACTS, help_text="处理")
    reason = serializers.CharField()
    until_on = serializers.DateField(help_text="此日（含）以后重新提醒")
    at = serializers.DateTimeField()


class HandlingEntry(Strict):
    reason = serializers.CharField(max_length=300, help_text="理由")
    until_on = serializers.DateField(
        input_formats=["%Y-%m-%d"], help_text="此日（含）以后重新提醒；最迟之日由预警参数与本院日历决定"
    )


class AlertFilters(filters.FilterSet):
    open = Flag(field_name="closed_at", lookup_expr="isnull", label="true 未解除，false 已解除；不填为全部")
    kind = Pick(choices=KINDS, label="类别")
    stage = Pick(choices=Alert.STAGES, label="阶段")
    clock = filters.CharFilter(label="期限在目录中的代码")
    case = Id(field_name="case_id", label="案件的编号")
    court = filters.CharFilter(field_name="court_code", label="法院代字")
    due_by = Day(field_name="due_on", lookup_expr="lte", label="到期日不晚于")
    raised_since = Moment(field_name="raised_at", lookup_expr="gte", label="自此时刻起发出")

    class Meta:
        model = Alert
        fields: list[str] = []


def handled(summary: str, path: str) -> Callable[..., Any]:
    """The address and the description of one act."""

    def mark(method: Callable[..., Response]) -> Callable[..., Response]:
        described = extend_schema(
            summary=summary, request=HandlingEntry, responses={200: HandlingColumns}, parameters=[ALERT]
        )
        return described(action(detail=True, methods=["post"], url_path=path)(method))

    return mark


@extend_schema(tags=["alerts"])
@extend_schema_view(list=extend_schema(summary="期限预警", operation_id="alerts_list"))
class AlertViewSet(ViewSetMixin, ListModelMixin, Interface):
    """Alerts about the cases the caller may see, and about the courts whose catalogues they keep."""

    required_scopes = {"GET": "cases:read", "POST": "cases:write"}
    serializer_class = AlertColumns
    filterset_class = AlertFilters
    queryset = Alert.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Alert]:
        found = Alert.objects.visible_to(self.request.user)
        return found.annotate(
            number=F("case__number"), court_code=Coalesce("case__court__code", "court__code")
        )

    def handle(self, act: str) -> Response:
        alert = self.get_queryset().filter(pk=int(self.kwargs["pk"])).first()
        if alert is None:
            raise NotFound(NOT_FOUND)
        body = HandlingEntry(data=self.request.data)
        body.is_valid(raise_exception=True)
        written = handle(act, alert=alert, by=self.request.user, at=timezone.now(), **body.validated_data)
        return Response(HandlingColumns(written).data)

    @handled("已知悉", "acknowledge")
    def acknowledge(self, request: Request, pk: str) -> Response:
        return self.handle(ACKNOWLEDGED)

    @handled("稍后提醒", "snooze")
    def snooze(self, request: Request, pk: str) -> Response:
        return self.handle(SNOOZED)

    @handled("已处理", "done")
    def done(self, request: Request, pk: str) -> Response:
        return self.handle(DONE)
