"""Disclosed notices of deviation in the programming interface: to read, within what one may see. Private ones for nobody."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from audit.trail import Refused
from courts.interface import Id, Interface, Moment, Pick
from courts.roles import Permission
from deviation.lifecycle import STANDING
from deviation.models import Notice, Score
from deviation.models.notices import STATES, UNSEEN
from deviation.notice_views import read_by

SCOPE = {"GET": "deviation:read"}
NOT_YOURS = "您的职务不能查看已公开的偏离提示。"
SHOWN_STATES = [(state, name) for state, name in STATES if state not in UNSEEN or state == "adjusted"]


class DeviationColumns(serializers.Serializer[Any]):
    """An outcome that differs from comparable cases, after the private days of its judge (已公开的偏离提示)."""

    id = serializers.IntegerField()
    case_id = serializers.IntegerField()
    number = serializers.CharField(help_text="案号")
    court = serializers.CharField(source="court_code", help_text="法院代字")
    measure = serializers.CharField(source="code", help_text="项目")
    state = serializers.ChoiceField(SHOWN_STATES, help_text="状态")
    stands = serializers.SerializerMethodField(help_text="未撤回；异议审查中的不得用于评价")
    stage = serializers.ChoiceField(Score.STAGES, source="score.stage", help_text="时点")
    stratum = serializers.CharField(source="score.stratum", help_text="类别")
    outcome = serializers.FloatField(source="score.outcome", help_text="拟判或者裁判")
    expected = serializers.FloatField(source="score.expected", allow_null=True, help_text="预期")
    low = serializers.FloatField(source="score.low", allow_null=True, help_text="90%区间下限")
    high = serializers.FloatField(source="score.high", allow_null=True, help_text="90%区间上限")
    low99 = serializers.FloatField(source="score.low99", allow_null=True, help_text="99%区间下限")
    high99 = serializers.FloatField(source="score.high99", allow_null=True, help_text="99%区间上限")
    baseline = serializers.FloatField(source="score.baseline", allow_null=True, help_text="可比案件中位数")
    peers = serializers.IntegerField(source="score.peers", allow_null=True, help_text="可比案件数")
    q = serializers.FloatField(source="score.q", allow_null=True, help_text="误报控制后的 q 值")
    breaches = serializers.SerializerMethodField(help_text="超出量刑指导意见之处")
    reason_code = serializers.CharField(help_text="承办法官的理由代码")
    disclosed_at = serializers.DateTimeField(help_text="公开时间")
    contest_until = serializers.DateField(allow_null=True, help_text="可提出异议至")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="结束时间")

    def get_stands(self, row: Notice) -> bool:
        return row.state in STANDING

    def get_breaches(self, row: Notice) -> list[str]:
        return list(row.score.guideline.get("breaches") or [])


class DeviationFilters(filters.FilterSet):
    case = Id(field_name="case_id", label="案件的编号")
    court = filters.CharFilter(field_name="court_code", label="法院代字")
    measure = filters.CharFilter(field_name="code", label="项目")
    state = Pick(choices=SHOWN_STATES, label="状态")
    disclosed_since = Moment(field_name="disclosed_at", lookup_expr="gte", label="自此时刻起公开")

    class Meta:
        model = Notice
        fields: list[str] = []


@extend_schema(tags=["deviation"])
@extend_schema_view(list=extend_schema(summary="已公开的偏离提示", operation_id="deviations_list"))
class DeviationViewSet(ViewSetMixin, ListModelMixin, Interface):
    """Disclosed notices of the cases the caller may see. Before its disclosure a notice is on no list, not even its judge's."""

    required_scopes = SCOPE
    serializer_class = DeviationColumns
    filterset_class = DeviationFilters
    queryset = Notice.objects.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        user = request.user
        if not (user.may(Permission.SEE_DEVIATION) or user.may(Permission.CHECK_DRAFT)):
            raise Refused(NOT_YOURS, act="deviation.read_interface", by=user)

    def get_queryset(self) -> QuerySet[Notice]:
        found = Notice.objects.visible_to(self.request.user).filter(
            disclosed_at__isnull=False, score__band="red"
        )
        return found.select_related("score").annotate(number=F("case__number"), court_code=F("court__code"))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        if (
            request.query_params.get("case") and answer.data["results"]
        ):  # whoever asks about one case reads it
            asked = self.filter_queryset(self.get_queryset()).select_related("case").first()
            if asked.judge_id != request.user.pk:
                read_by(request.user, asked)
        return answer
