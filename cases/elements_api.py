"""Elements and outcomes through the programming interface (案件要素、裁判结果): one value a call, the same call twice as once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import services
from cases.entries_api import Entry, EntryInterface, act, past_day, restricted
from cases.models import Case, Element, Outcome, Party
from cases.serializers import ElementColumns, OutcomeColumns
from courts.models import User


def parties_of(case: Case) -> Any:
    return Party.objects.filter(case=case, withdrawn_at=None)


class AboutParty(Entry):
    """A body about the case or one of its parties."""

    party = serializers.PrimaryKeyRelatedField(
        queryset=Party.objects.none(), required=False, allow_null=True, default=None,
        help_text="当事人登记的 id；有数名被告人的案件，裁判结果须写明是哪一名",
    )  # fmt: skip

    def get_fields(self) -> dict[str, Any]:
        return restricted(super().get_fields(), self.context, party=parties_of)


class ElementEntry(AboutParty):
    service = services.record_element
    key = serializers.CharField(max_length=60, help_text="要素的代码或名称（目录 case_elements）")
    value = serializers.JSONField(help_text="是否为 true、false，数为数字，选项为其代码或名称")

    def validate_value(self, value: Any) -> Any:
        if isinstance(value, dict | list) or value is None:
            raise serializers.ValidationError("应为 true、false、数字或文字之一")
        return value

    def write(self, *, by: User, at: datetime) -> Element:
        return services.record_element(case=self.case, by=by, at=at, **self.validated_data)


class OutcomeEntry(AboutParty):
    service = services.record_outcome
    measure = serializers.CharField(
        max_length=40, help_text="months 刑期（月），fine 罚金（元），probation 缓刑（0 或 1），awarded_share 支持比例（0 至 1）"
    )  # fmt: skip
    value = serializers.JSONField(help_text="数字，或如 1年6个月、85%、是 的写法")
    decided_on = past_day(help_text="裁判日期")

    def validate_value(self, value: Any) -> Any:
        if isinstance(value, dict | list) or value is None:
            raise serializers.ValidationError("应为数字或文字之一")
        return value

    def write(self, *, by: User, at: datetime) -> Outcome:
        return services.record_outcome(case=self.case, by=by, at=at, **self.validated_data)


@extend_schema(tags=["entries"])
class ElementViewSet(EntryInterface):
    """What a case is about, and how it was decided."""

    @act(ElementEntry, ElementColumns, "登记案件要素", url_path="elements")
    def elements(self, request: Request, case: str) -> Response:
        return self.enter(ElementEntry, ElementColumns)

    @act(OutcomeEntry, OutcomeColumns, "登记裁判结果", url_path="outcomes")
    def outcomes(self, request: Request, case: str) -> Response:
        return self.enter(OutcomeEntry, OutcomeColumns)
