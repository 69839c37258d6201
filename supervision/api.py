"""Flags, the facts they rest on and the supervision log in the programming interface: to read, within what one may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from audit.trail import Refused
from courts.interface import Day, Id, Interface, Moment, Pick
from courts.interface import Flag as TrueOrFalse
from courts.pagination import ByCursor
from courts.roles import Permission
from courts.scoping import by_seat
from supervision.acts import ACTS
from supervision.facts import columns_of
from supervision.looked import note_reading
from supervision.models import CaseFacts, Flag, LogEntry, Step
from supervision.models.flags import OPEN, STATES
from supervision.models.rules import CATEGORIES

SCOPE = {"GET": "flags:read"}
NOT_FOUND = "没有这一标识，或者它不在您的职责范围内；请核对编号"
NOT_YOURS = "您的职务不能查看四类案件标识及监督日志。"
FLAG_ID = OpenApiParameter("id", int, OpenApiParameter.PATH, description="标识的 id")


class OfSupervision(ViewSetMixin, ListModelMixin, Interface):
    """What these endpoints share: the scope, and that a post must open them at all."""

    required_scopes = SCOPE
    act = "supervision.read_interface"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        user = request.user
        if not (user.may(Permission.SEE_FLAGS) or user.may(Permission.SEE_SECRET_FLAGS)):
            raise Refused(NOT_YOURS, act=self.act, by=user)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        if (
            request.query_params.get("case") and answer.data["results"]
        ):  # whoever asks about one case reads it
            asked = self.filter_queryset(self.get_queryset()).select_related("case").first()
            note_reading(asked.case, by=request.user, at=timezone.now())
        return answer


# --- flags ------------------------------------------------------------------------------------------------
class FlagColumns(serializers.Serializer[Any]):
    """A case is, or may be, one of the four categories: by which rule and version, on which frozen evidence."""

    id = serializers.IntegerField()
    case_id = serializers.IntegerField()
    number = serializers.CharField(help_text="案号")
    court = serializers.CharField(source="court_code", help_text="法院代字")
    rule = serializers.CharField(source="rule_code", help_text="规则编号")
    name = serializers.CharField(source="rule_name", help_text="情形")
    version = serializers.IntegerField(source="version_number", help_text="规则版次")
    edition = serializers.CharField(help_text="规则内容摘要")
    category = serializers.ChoiceField(CATEGORIES, help_text="类别")
    state = serializers.ChoiceField(STATES, help_text="状态")
    level = serializers.IntegerField(help_text="层级：0 庭长，1 分管副院长，2 院长")
    how = serializers.ChoiceField(Flag.HOWS, help_text="来源")
    secret = serializers.BooleanField(help_text="涉密")
    holds = serializers.BooleanField(help_text="目前仍命中")
    missed = serializers.BooleanField(help_text="应标未标")
    params = serializers.JSONField(help_text="识别时所用参数")
    evidence = serializers.JSONField(help_text="识别时的证据")
    evidence_hash = serializers.CharField(help_text="证据摘要")
    proposed_at = serializers.DateTimeField()
    due_on = serializers.DateField(allow_null=True, help_text="办理期限")
    confirmed_at = serializers.DateTimeField(allow_null=True)
    first_measure_due_on = serializers.DateField(allow_null=True, help_text="首次监督期限")
    decided_at = serializers.DateTimeField(allow_null=True)
    reason_code = serializers.CharField(help_text="理由代码")
    reason = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)


class StepColumns(serializers.ModelSerializer[Step]):
    """One step in the life of a flag (标识流转)."""

    by = serializers.CharField(source="by.name", default=None, allow_null=True, help_text="办理人；空：系统")

    class Meta:
        model = Step
        fields = (
            "act",
            "from_state",
            "to_state",
            "by",
            "capacity",
            "at",
            "reason_code",
            "reason",
            "evidence",
        )


class FlagDetail(FlagColumns):
    """A flag with every step of its life."""

    steps = StepColumns(many=True)


class FlagFilters(filters.FilterSet):
    case = Id(field_name="case_id", label="案件的编号")
    court = filters.CharFilter(field_name="court_code", label="法院代字")
    rule = filters.CharFilter(field_name="rule_code", label="规则编号")
    category = Pick(choices=CATEGORIES, label="类别")
    state = Pick(choices=STATES, label="状态")
    open = TrueOrFalse(method="by_open", label="true 未结束，false 已结束；不填为全部")
    missed = TrueOrFalse(label="应标未标")
    due_by = Day(field_name="due_on", lookup_expr="lte", label="办理期限不晚于")
    proposed_since = Moment(field_name="proposed_at", lookup_expr="gte", label="自此时刻起提出")

    class Meta:
        model = Flag
        fields: list[str] = []

    def by_open(self, flags: QuerySet[Flag], name: str, value: bool) -> QuerySet[Flag]:
        return flags.filter(state__in=OPEN) if value else flags.exclude(state__in=OPEN)


@extend_schema(tags=["supervision"])
@extend_schema_view(list=extend_schema(summary="四类案件标识", operation_id="flags_list"))
class FlagViewSet(OfSupervision):
    """Flags of the cases the caller may see; secret ones for those who keep them."""

    serializer_class = FlagColumns
    filterset_class = FlagFilters
    queryset = Flag.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Flag]:
        user = self.request.user
        sees = Q(case__sealed="") | by_seat(user, "case__")  # who verifies a complaint need not see the case
        return Flag.objects.visible_to(user).annotate(
            number=Case(When(sees, then=F("case__number")), default=Value("")), court_code=F("court__code"), rule_code=F("rule__code"),
            rule_name=F("version__name"), version_number=F("version__number"),
        )  # fmt: skip

    @extend_schema(summary="一项标识及其流转", responses={200: FlagDetail}, parameters=[FLAG_ID])
    def retrieve(self, request: Request, pk: str) -> Response:
        flag = (
            self.get_queryset()
            .select_related("case")
            .prefetch_related("steps__by")
            .filter(pk=int(pk))
            .first()
        )
        if flag is None:
            raise NotFound(NOT_FOUND)
        note_reading(flag.case, by=request.user, at=timezone.now())
        return Response(FlagDetail(flag).data)


# --- facts ------------------------------------------------------------------------------------------------
class FactColumns(serializers.Serializer[Any]):
    """The open facts of a case (案件事实) that rules read. A fact that is not known is not in it."""

    case_id = serializers.IntegerField()
    number = serializers.CharField(help_text="案号")
    as_of = serializers.DateField(help_text="计算日")
    facts = serializers.SerializerMethodField(help_text="事实及其取值")

    def get_facts(self, row: CaseFacts) -> dict[str, Any]:
        known = ((name, getattr(row, name)) for name in columns_of(CaseFacts))
        return {name: value for name, value in known if value is not None}


class FactFilters(filters.FilterSet):
    case = Id(field_name="case_id", label="案件的编号")
    court = filters.CharFilter(field_name="case__court__code", label="法院代字")
    closed = TrueOrFalse(label="true 已结，false 未结；不填为全部")

    class Meta:
        model = CaseFacts
        fields: list[str] = []


@extend_schema(tags=["supervision"])
@extend_schema_view(list=extend_schema(summary="案件事实", operation_id="facts_list"))
class FactViewSet(OfSupervision):
    """The facts of the cases the caller may see. Secret facts are not among them."""

    serializer_class = FactColumns
    filterset_class = FactFilters
    queryset = CaseFacts.objects.none()

    def get_queryset(self) -> QuerySet[CaseFacts]:
        found = CaseFacts.objects.visible_to(self.request.user)
        if not self.request.user.may(Permission.SEE_FLAGS):
            found = found.none()
        return found.annotate(number=F("case__number"))


# --- the log ----------------------------------------------------------------------------------------------
class LogColumns(serializers.Serializer[Any]):
    """One row of the supervision log (监督日志) with its place in the chain of its case."""

    id = serializers.IntegerField()
    case_id = serializers.IntegerField()
    number = serializers.CharField(help_text="案号")
    stream = serializers.ChoiceField(LogEntry.STREAMS, help_text="链")
    sequence = serializers.IntegerField(help_text="在本链中的序号")
    at = serializers.DateTimeField()
    act = serializers.CharField(help_text="行为代码")
    act_name = serializers.SerializerMethodField(help_text="行为")
    person = serializers.CharField()
    capacity = serializers.CharField(help_text="身份")
    remit = serializers.CharField(help_text="职责范围")
    flag_code = serializers.CharField(help_text="规则编号")
    measure_code = serializers.CharField(help_text="措施编号")
    measure_id = serializers.IntegerField(allow_null=True)
    basis = serializers.CharField(help_text="依据")
    content = serializers.CharField(help_text="内容")
    meeting = serializers.CharField(source="opinion_at", help_text="发言所在的会议")
    attachment_hash = serializers.CharField(help_text="附件摘要")
    reply_by = serializers.DateField(allow_null=True, help_text="答复期限")
    digest = serializers.CharField(help_text="摘要")

    def get_act_name(self, row: LogEntry) -> str:
        return str(ACTS.get(row.act, row.act))


class LogFilters(filters.FilterSet):
    case = Id(field_name="case_id", label="案件的编号")
    person = filters.CharFilter(lookup_expr="icontains", label="人员")
    act = Pick(choices=list(ACTS.items()), label="行为代码")
    measure = filters.CharFilter(field_name="measure_code", label="措施编号")
    since = Moment(field_name="at", lookup_expr="gte", label="自此时刻起")

    class Meta:
        model = LogEntry
        fields: list[str] = []


class AlongTheChain(ByCursor):
    ordering = ("sequence", "pk")


@extend_schema(tags=["supervision"])
@extend_schema_view(list=extend_schema(summary="监督日志", operation_id="supervision_log_list"))
class LogViewSet(OfSupervision):
    """The log of the cases the caller may see; the secret chains for those who keep secret flags."""

    serializer_class = LogColumns
    filterset_class = LogFilters
    queryset = LogEntry.objects.none()
    pagination_class = AlongTheChain

    def get_queryset(self) -> QuerySet[LogEntry]:
        return LogEntry.objects.visible_to(self.request.user).annotate(number=F("case__number"))
