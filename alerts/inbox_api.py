"""A person's own inbox and watched cases in the programming interface."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
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

from alerts.models import Notice
from alerts.prompts import acknowledge_prompt
from alerts.watching import unwatch, watch_case
from cases.api import REFERENCE, CaseInterface
from courts.interface import Flag, Id, Interface, Moment, Pick, Strict

NOT_FOUND = "没有这一告知，或者它不是告知您的；请核对编号"
NOTICE = OpenApiParameter("id", int, OpenApiParameter.PATH, description="告知的 id")


class NoticeColumns(serializers.Serializer[Any]):
    """The caller was told of an alert, a prompt, or something else, in a capacity."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Notice.KINDS, help_text="类别")
    role = serializers.ChoiceField(Notice.ROLES, help_text="因何告知")
    case_id = serializers.IntegerField(allow_null=True)
    number = serializers.CharField(allow_null=True, help_text="案号；与案件无关的为空")
    alert_id = serializers.IntegerField(allow_null=True, help_text="所告知的预警")
    round = serializers.IntegerField(help_text="重复告知的次序，首次为 0")
    prompt_by = serializers.CharField(allow_null=True, help_text="提示的发出人")
    prompt_words = serializers.CharField(allow_null=True, help_text="提示的内容")
    answer_by = serializers.DateField(allow_null=True, help_text="提示的应确认日")
    told_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True, help_text="提示的确认时间")
    answer = serializers.CharField(help_text="对提示的回复")


class NoticeFilters(filters.FilterSet):
    unread = Flag(field_name="read_at", lookup_expr="isnull", label="true 未读，false 已读；不填为全部")
    kind = Pick(choices=Notice.KINDS, label="类别")
    case = Id(field_name="case_id", label="案件的编号")
    told_since = Moment(field_name="told_at", lookup_expr="gte", label="自此时刻起告知")

    class Meta:
        model = Notice
        fields: list[str] = []


class AnswerEntry(Strict):
    answer = serializers.CharField(
        max_length=500, required=False, allow_blank=True, default="", help_text="回复"
    )


@extend_schema(tags=["notices"])
@extend_schema_view(list=extend_schema(summary="本人的告知", operation_id="notices_list"))
class NoticeViewSet(ViewSetMixin, ListModelMixin, Interface):
    """What the caller was told of: of open alerts and of cases they may still see."""

    required_scopes = {"GET": "cases:read", "POST": "cases:write"}
    serializer_class = NoticeColumns
    filterset_class = NoticeFilters
    queryset = Notice.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Notice]:
        words = {"prompt_by": F("prompt__by__name"), "prompt_words": F("prompt__words")}
        found = Notice.objects.of(self.request.user).standing()
        return found.annotate(number=F("case__number"), answer_by=F("prompt__answer_by"), **words)

    @extend_schema(
        summary="确认一项提示", request=AnswerEntry, responses={200: NoticeColumns}, parameters=[NOTICE]
    )
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        notice = self.get_queryset().filter(pk=int(pk)).first()
        if notice is None:
            raise NotFound(NOT_FOUND)
        body = AnswerEntry(data=request.data)
        body.is_valid(raise_exception=True)
        acknowledge_prompt(notice=notice, by=request.user, at=timezone.now(), **body.validated_data)
        return Response(NoticeColumns(self.get_queryset().get(pk=notice.pk)).data)


class WatchEntry(Strict):
    note = serializers.CharField(max_length=200, help_text="关注原因")


class WatchColumns(serializers.Serializer[Any]):
    """A case the caller follows, and why."""

    case_id = serializers.IntegerField()
    note = serializers.CharField(help_text="关注原因")
    at = serializers.DateTimeField()


class WatchViewSet(CaseInterface):
    """Following a case."""

    required_scopes = {"POST": "cases:write", "DELETE": "cases:write"}

    @extend_schema(
        tags=["notices"], summary="关注案件", request=WatchEntry, responses={200: WatchColumns}, parameters=[REFERENCE]
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def watch(self, request: Request, case: str) -> Response:
        followed = self.get_object()
        body = WatchEntry(data=request.data)
        body.is_valid(raise_exception=True)
        watch = watch_case(case=followed, by=request.user, at=timezone.now(), **body.validated_data)
        return Response(WatchColumns(watch).data)

    @extend_schema(tags=["notices"], summary="取消关注", responses={204: None}, parameters=[REFERENCE])
    @watch.mapping.delete
    def unwatch(self, request: Request, case: str) -> Response:
        unwatch(case=self.get_object(), by=request.user, at=timezone.now())
        return Response(status=204)
