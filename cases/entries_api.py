"""What may be entered about a case through the programming interface. Each body calls one service and adds no rule of its own.

The same call twice is the same as once: the first answers 201, the second 200 with what stands already.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cases import services
from cases.acts import NODES, SCHEDULED
from cases.api import REFERENCE, CaseInterface
from cases.lawful import moment_problem
from cases.models import (
    PROCEDURES,
    Case,
    CaseLink,
    Conversion,
    Element,
    Exclusion,
    Extension,
    Fact,
    Outcome,
    ProcedureEvent,
    Restart,
)
from cases.selectors import divisions_of, judges_of, people_of
from cases.serializers import (
    ConversionColumns,
    EventColumns,
    ExclusionColumns,
    ExtensionColumns,
    FactColumns,
    LinkColumns,
    RestartColumns,
    Withdrawn,
)
from courts.clock import today
from courts.interface import OneOf, Strict
from courts.models import Division, User

NODE_CHOICES = [(name, name) for name in NODES]
CONVERSIONS = [each for each in PROCEDURES if each[0]]
FACT = OpenApiParameter("fact", int, OpenApiParameter.PATH, description="该登记的 id")
KINDS: dict[str, type[Fact]] = {
    "events": ProcedureEvent,
    "exclusions": Exclusion,
    "extensions": Extension,
    "restarts": Restart,
    "conversions": Conversion,
    "elements": Element,
    "outcomes": Outcome,
}
KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(KINDS), description="登记的种类")


def not_to_come(day: date) -> None:
    """Refuse a day that has not come yet; an entry tells what happened."""
    if day > today():
        raise ValidationError(f"{day} 尚未到来，应不晚于今天 {today()}")


def past_day(**options: Any) -> serializers.DateField:
    return serializers.DateField(input_formats=["%Y-%m-%d"], validators=[not_to_come], **options)


def any_day(**options: Any) -> serializers.DateField:
    return serializers.DateField(input_formats=["%Y-%m-%d"], **options)


def reason(**options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=200, help_text="理由", **options)


class Entry(Strict):
    """A body about one case. ``write`` hands it to its service."""

    service: Callable[..., Any]

    @property
    def case(self) -> Case:
        return self.context["case"]

    def write(self, *, by: User, at: datetime) -> Any:
        return type(self).service(case=self.case, by=by, at=at, **self.validated_data)


class EventEntry(Entry):
    service = services.record_event
    node = OneOf(NODE_CHOICES, help_text="节点")
    on = any_day(help_text="日期")
    at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        input_formats=["%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text="时刻，须在该日之内；登记受理须填写，以小时计算的期限自该时刻起算",
        error_messages={"invalid": "时刻应写作 2026-03-02T09:30+08:00 这样的格式"},
    )
    note = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="当庭宣判的注明“当庭”"
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["node"] not in SCHEDULED and given["on"] > today():
            raise ValidationError({"on": [f"{given['on']} 尚未到来，应不晚于今天 {today()}"]})
        if problem := moment_problem(given["node"], given["on"], given.get("at")):
            raise ValidationError({"at": [problem]})
        return given

    def write(self, *, by: User, at: datetime) -> ProcedureEvent:
        given = dict(self.validated_data)
        return services.record_event(case=self.case, by=by, at=at, moment=given.pop("at", None), **given)


class PauseEntry(Entry):
    service = services.pause_clock
    ground = serializers.CharField(max_length=40, help_text="事由代码（目录 exclusion_grounds）")
    starts_on = past_day(help_text="停表之日，自这一天起不计入审限")
    review_on = any_day(help_text="复核日，须晚于停表之日")
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.none(), required=False, help_text="负责人的编号；不填为承办人"
    )
    reason = reason()

    def get_fields(self) -> dict[str, Any]:
        return restricted(super().get_fields(), self.context, owner=lambda case: people_of(case.court_id))

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["review_on"] <= given["starts_on"]:
            raise ValidationError(
                {"review_on": [f"{given['review_on']} 应晚于停表之日 {given['starts_on']}"]}
            )
        return {"owner": self.case.judge or self.context["request"].user} | given


class ExclusionEntry(Entry):
    service = services.exclude_days
    ground = serializers.CharField(max_length=40, help_text="事由代码（目录 exclusion_grounds）")
    starts_on = any_day(help_text="起日，自这一天起不计入审限")
    resumes_on = any_day(help_text="恢复日，自这一天起重新计入审限")
    reason = reason()


class ResumeEntry(Entry):
    service = services.resume_clock
    resumes_on = any_day(help_text="恢复之日，自这一天起重新计入审限")

    def write(self, *, by: User, at: datetime) -> Exclusion:
        return services.resume_clock(exclusion=self.context["fact"], by=by, at=at, **self.validated_data)


class ExtensionEntry(Entry):
    service = services.extend_limit
    months = serializers.IntegerField(min_value=0, max_value=36, required=False, help_text="延长月数")
    days = serializers.IntegerField(min_value=0, max_value=999, required=False, help_text="延长日数")
    workdays = serializers.IntegerField(min_value=0, max_value=999, required=False, help_text="延长工作日数")
    until_on = any_day(required=False, allow_null=True, help_text="延长至")
    approved_on = past_day(help_text="批准日期")
    approver = serializers.CharField(max_length=80, help_text="批准人或批准法院")
    reason = reason()


class RestartEntry(Entry):
    service = services.restart_limit
    ground = serializers.CharField(max_length=40, help_text="重新计算审限的事由代码")
    on = past_day(help_text="重新起算日")
    reason = reason(required=False)


class ConversionEntry(Entry):
    service = services.convert_procedure
    to_procedure = OneOf(CONVERSIONS, help_text="新程序")
    decided_on = past_day(help_text="决定日期")
    reason = reason()


class LinkEntry(Entry):
    service = services.link_cases
    kind = OneOf(CaseLink.LINK_KINDS, help_text="关系")
    other_number = serializers.CharField(max_length=80, help_text="另案案号")
    reason = reason(required=False)


class ClosingEntry(Entry):
    service = services.close_case
    closed_on = past_day(help_text="结案日期")
    closed_how = serializers.CharField(max_length=40, help_text="结案方式")


class AssignmentEntry(Entry):
    service = services.reassign
    judge = serializers.PrimaryKeyRelatedField(queryset=User.objects.none(), help_text="新承办人的编号")
    division = serializers.PrimaryKeyRelatedField(
        queryset=Division.objects.none(),
        required=False,
        allow_null=True,
        default=None,
        help_text="承办部门；不填为不变",
    )
    on = past_day(required=False, help_text="接手之日")
    reason = reason()

    def get_fields(self) -> dict[str, Any]:
        chosen = {
            "judge": lambda case: judges_of(case.court_id),
            "division": lambda case: divisions_of(case.court_id),
        }
        return restricted(super().get_fields(), self.context, **chosen)


class NumberEntry(Entry):
    service = services.correct_number
    number = serializers.CharField(max_length=80, help_text="更正后的案号，括号写法不限")
    reason = reason()


class WithdrawalEntry(Entry):
    service = services.withdraw_fact
    reason = reason()

    def write(self, *, by: User, at: datetime) -> Fact:
        return services.withdraw_fact(fact=self.context["fact"], by=by, at=at, **self.validated_data)


class CaseReference(serializers.Serializer[Any]):
    """The case as the act left it, in brief."""

    id = serializers.IntegerField(source="pk")
    number = serializers.CharField()
    division_id = serializers.IntegerField(allow_null=True)
    judge_id = serializers.IntegerField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    closed_how = serializers.CharField()


def restricted(
    fields: dict[str, Any], context: dict[str, Any], **rows: Callable[[Case], Any]
) -> dict[str, Any]:
    """Choices among the people and divisions of the case's own court."""
    if "case" in context:
        for name, chosen in rows.items():
            fields[name].queryset = chosen(context["case"])
    return fields


def act(
    entry: type[Entry], shown: type[serializers.BaseSerializer], summary: str, **path: Any
) -> Callable[..., Any]:
    """The address and the description of one act."""
    answers = (
        {201: shown, 200: shown}
        if issubclass(shown, FactColumns) and "fact" not in path["url_path"]
        else {200: shown}
    )
    parameters = [REFERENCE, *path.pop("parameters", ())]

    def mark(method: Callable[..., Response]) -> Callable[..., Response]:
        described = extend_schema(
            tags=["entries"], summary=summary, request=entry, responses=answers, parameters=parameters
        )
        return described(action(detail=True, methods=["post"], **path)(method))

    return mark


class EntryInterface(CaseInterface):
    """One way through for all acts on a case: the body checked, its service called, what stands answered."""

    def enter(
        self, entry: type[Entry], shown: type[serializers.BaseSerializer], fact: Fact | None = None
    ) -> Response:
        case = fact.case if fact else self.get_object()
        body = entry(data=self.request.data, context={"case": case, "fact": fact, "request": self.request})
        body.is_valid(raise_exception=True)
        at = timezone.now()
        written = body.write(by=self.request.user, at=at)
        is_new = fact is None and getattr(written, "recorded_at", None) == at
        return Response(shown(written).data, status=201 if is_new else 200)

    def recorded(self, kind: type[Fact], pk: str) -> Fact:
        case = self.get_object()
        found = kind.objects.filter(case=case, pk=int(pk)).select_related("case__court").first()
        if found is None:
            raise NotFound("本案没有这一登记，请核对编号")
        return found


class EntryViewSet(EntryInterface):
    """Acts on a case. The person behind the token needs the duty for the act, and the token the scope cases:write."""

    @act(EventEntry, EventColumns, "登记流程事件", url_path="events")
    def events(self, request: Request, case: str) -> Response:
        return self.enter(EventEntry, EventColumns)

    @act(PauseEntry, ExclusionColumns, "停表", url_path="pauses")
    def pauses(self, request: Request, case: str) -> Response:
        return self.enter(PauseEntry, ExclusionColumns)

    @act(
        ResumeEntry,
        ExclusionColumns,
        "恢复计时",
        url_path=r"pauses/(?P<fact>[0-9]+)/resume",
        parameters=[FACT],
    )
    def resume(self, request: Request, case: str, fact: str) -> Response:
        return self.enter(ResumeEntry, ExclusionColumns, self.recorded(Exclusion, fact))

    @act(ExclusionEntry, ExclusionColumns, "扣除期间", url_path="exclusions")
    def exclusions(self, request: Request, case: str) -> Response:
        return self.enter(ExclusionEntry, ExclusionColumns)

    @act(ExtensionEntry, ExtensionColumns, "登记延长审限", url_path="extensions")
    def extensions(self, request: Request, case: str) -> Response:
        return self.enter(ExtensionEntry, ExtensionColumns)

    @act(RestartEntry, RestartColumns, "重新计算审限", url_path="restarts")
    def restarts(self, request: Request, case: str) -> Response:
        return self.enter(RestartEntry, RestartColumns)

    @act(ConversionEntry, ConversionColumns, "转换程序", url_path="conversions")
    def conversions(self, request: Request, case: str) -> Response:
        return self.enter(ConversionEntry, ConversionColumns)

    @act(LinkEntry, LinkColumns, "关联另案", url_path="links")
    def links(self, request: Request, case: str) -> Response:
        return self.enter(LinkEntry, LinkColumns)

    @act(ClosingEntry, CaseReference, "登记结案", url_path="closing")
    def closing(self, request: Request, case: str) -> Response:
        return self.enter(ClosingEntry, CaseReference)

    @act(AssignmentEntry, CaseReference, "变更承办人", url_path="assignment")
    def assignment(self, request: Request, case: str) -> Response:
        return self.enter(AssignmentEntry, CaseReference)

    @act(NumberEntry, CaseReference, "更正案号", url_path="number")
    def number(self, request: Request, case: str) -> Response:
        return self.enter(NumberEntry, CaseReference)

    @extend_schema(
        tags=["entries"],
        summary="撤销一项登记",
        request=WithdrawalEntry,
        responses={200: Withdrawn},
        parameters=[REFERENCE, KIND, FACT],
    )
    @action(
        detail=True, methods=["post"], url_path=rf"(?P<kind>{'|'.join(KINDS)})/(?P<fact>[0-9]+)/withdrawal"
    )
    def withdrawal(self, request: Request, case: str, kind: str, fact: str) -> Response:
        return self.enter(WithdrawalEntry, Withdrawn, self.recorded(KINDS[kind], fact))
