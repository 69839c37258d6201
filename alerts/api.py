"""Alerts in the programming interface."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import ViewSetMixin

from alerts.models import Alert
from courts.interface import Day, Flag, Id, Interface, Moment, Pick


class AlertColumns(serializers.Serializer[Any]):
    """A clock of a case has reached a stage."""

    id = serializers.IntegerField()
    case_id = serializers.IntegerField()
    number = serializers.CharField(help_text="案号")
    court = serializers.CharField(source="court_code", allow_null=True, help_text="法院代字")
    clock = serializers.CharField(help_text="期限在目录中的代码")
    turn = serializers.IntegerField()
    stage = serializers.ChoiceField(Alert.STAGES)
    due_on = serializers.DateField()
    raised_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_because = serializers.CharField()


class AlertFilters(filters.FilterSet):
    open = Flag(field_name="closed_at", lookup_expr="isnull", label="true 未解除，false 已解除；不填为全部")
    stage = Pick(choices=Alert.STAGES, label="阶段")
    clock = filters.CharFilter(label="期限在目录中的代码")
    case = Id(field_name="case_id", label="案件的编号")
    court = filters.CharFilter(field_name="case__court__code", label="法院代字")
    due_by = Day(field_name="due_on", lookup_expr="lte", label="到期日不晚于")
    raised_since = Moment(field_name="raised_at", lookup_expr="gte", label="自此时刻起发出")

    class Meta:
        model = Alert
        fields: list[str] = []


@extend_schema(tags=["alerts"])
@extend_schema_view(list=extend_schema(summary="期限预警", operation_id="alerts_list"))
class AlertViewSet(ViewSetMixin, ListModelMixin, Interface):
    """Alerts about the cases the caller may see."""

    required_scopes = {"GET": "cases:read"}
    serializer_class = AlertColumns
    filterset_class = AlertFilters
    queryset = Alert.objects.none()

    def get_queryset(self) -> QuerySet[Alert]:
        found = Alert.objects.visible_to(self.request.user)
        return found.annotate(number=F("case__number"), court_code=F("case__court__code"))
