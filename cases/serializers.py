"""How cases and the facts about them are written in the programming interface."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.models import (
    CATEGORIES,
    PROCEDURES,
    SEALED,
    CaseLink,
    Conversion,
    Doubt,
    Element,
    Exclusion,
    Extension,
    FormerNumber,
    Outcome,
    Party,
    ProcedureEvent,
    Restart,
)

STATES = [
    ("running", "计时中"),
    ("paused", "暂停"),
    ("no_limit", "无法定审限"),
    ("unknown", "无法计算"),
    ("met", "已完成"),
]
LEVELS = [
    ("none", "正常"),
    ("early", "远期"),
    ("mid", "中期"),
    ("urgent", "紧急"),
    ("overdue", "已超"),
    ("paused", "暂停"),
    ("no_limit", "无法定审限"),
    ("unknown", "无法计算"),
    ("closed", "已结"),
]
CALENDARS = [("published", "已公布"), ("provisional", "待公布，按周末推定")]
PROVENANCE = ["id", "origin", "batch_id", "recorded_by", "recorded_at", "withdrawn_at"]


class ClockColumns(serializers.Serializer[Any]):
    """The statutory clock of a case as last computed, in the words of the batch contract ``due``."""

    limit = serializers.CharField(allow_null=True, help_text="审限规则（目录 time_limits 的代码）")
    state = serializers.ChoiceField(STATES)
    level = serializers.ChoiceField(LEVELS, help_text="临近程度；已结、无审限、无法计算的案件如实注明")
    start = serializers.DateField(allow_null=True, help_text="起算日")
    nominal = serializers.DateField(allow_null=True, help_text="名义到期日")
    excluded_days = serializers.IntegerField(help_text="已扣除天数，重叠只计一次")
    before_roll = serializers.DateField(allow_null=True, help_text="顺延前到期日")
    due_on = serializers.DateField(allow_null=True, help_text="法定届满日")
    due_at = serializers.DateTimeField(allow_null=True, help_text="以小时计的审限的届满时刻")
    remaining_days = serializers.IntegerField(
        allow_null=True, help_text="剩余天数，超期为负；暂停的为停表时所剩；已结的为空"
    )
    paused_on = serializers.DateField(allow_null=True, help_text="停表之日")
    paused_days = serializers.IntegerField(help_text="扣除天数加上尚未恢复的停表至今的天数")
    calendar = serializers.ChoiceField(CALENDARS, allow_null=True)
    problem = serializers.CharField(help_text="无法计算的原因；可以计算的为空")
    changed_at = serializers.DateTimeField(allow_null=True, help_text="最近一次重算使之变化的时刻")


class LatestEvent(serializers.Serializer[Any]):
    node = serializers.CharField()
    on = serializers.DateField()


class CaseColumns(serializers.Serializer[Any]):
    """A case with every column of the list."""

    id = serializers.IntegerField()
    number = serializers.CharField(help_text="案号")
    court = serializers.CharField(allow_null=True, help_text="法院代字")
    court_name = serializers.CharField()
    division_id = serializers.IntegerField(allow_null=True)
    division = serializers.CharField(allow_null=True, help_text="承办部门")
    judge_id = serializers.IntegerField(allow_null=True)
    judge = serializers.CharField(allow_null=True, help_text="承办人")
    presiding = serializers.CharField(allow_null=True, help_text="审判长")
    assistant = serializers.CharField(allow_null=True, help_text="法官助理")
    clerk = serializers.CharField(allow_null=True, help_text="书记员")
    year = serializers.IntegerField()
    type_code = serializers.CharField(help_text="类型代字")
    category = serializers.ChoiceField(CATEGORIES)
    serial = serializers.IntegerField(allow_null=True)
    cause = serializers.CharField(help_text="案由")
    cause_code = serializers.CharField()
    procedure = serializers.ChoiceField(PROCEDURES, help_text="审判程序；空：未注明")
    region = serializers.CharField()
    filed_on = serializers.DateField(allow_null=True)
    accepted_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    closed_how = serializers.CharField()
    amount = serializers.DecimalField(
        max_digits=18, decimal_places=2, allow_null=True, help_text="标的额（元）"
    )
    plaintiffs = serializers.IntegerField(allow_null=True)
    defendants = serializers.IntegerField(allow_null=True)
    detained = serializers.BooleanField()
    sealed = serializers.ChoiceField(SEALED, help_text="空：未封存")
    origin = serializers.CharField(help_text="feed 数据接入；entered 本系统录入")
    days_in_hand = serializers.IntegerField(allow_null=True, help_text="在办天数：立案至结案或今日")
    latest_event = LatestEvent(allow_null=True, help_text="最近的流程事件")
    clock = ClockColumns(help_text="审限")


# --- facts -------------------------------------------------------------------------------------------
class FactColumns(serializers.ModelSerializer[Any]):
    recorded_by = serializers.CharField(allow_null=True, read_only=True, help_text="录入人")
    origin = serializers.CharField(read_only=True, help_text="feed 数据接入；entered 本系统录入")


class PartyColumns(FactColumns):
    class Meta:
        model = Party
        fields = [*PROVENANCE, "name", "standing", "kind", "agent", "detained"]
        read_only_fields = fields


class EventColumns(FactColumns):
    class Meta:
        model = ProcedureEvent
        fields = [*PROVENANCE, "node", "on", "at", "note"]
        read_only_fields = fields


class ExtensionColumns(FactColumns):
    class Meta:
        model = Extension
        fields = [*PROVENANCE, "months", "days", "workdays", "until_on", "approved_on", "approver", "reason"]
        read_only_fields = fields


class ExclusionColumns(FactColumns):
    owner = serializers.CharField(allow_null=True, read_only=True, help_text="停表的负责人")

    class Meta:
        model = Exclusion
        fields = [*PROVENANCE, "ground", "starts_on", "resumes_on", "review_on", "owner", "reason"]
        read_only_fields = fields


class RestartColumns(FactColumns):
    class Meta:
        model = Restart
        fields = [*PROVENANCE, "ground", "on"]
        read_only_fields = fields


class ConversionColumns(FactColumns):
    from_procedure = serializers.ChoiceField(PROCEDURES, read_only=True)
    to_procedure = serializers.ChoiceField(PROCEDURES, read_only=True)

    class Meta:
        model = Conversion
        fields = [*PROVENANCE, "from_procedure", "to_procedure", "decided_on", "reason"]
        read_only_fields = fields


class ElementColumns(FactColumns):
    party = serializers.IntegerField(
        source="party_id", allow_null=True, read_only=True, help_text="当事人登记的 id；空：属于全案"
    )
    value = serializers.JSONField(read_only=True, help_text="true、false、数字、选项代码或文字")

    class Meta:
        model = Element
        fields = [*PROVENANCE, "party", "key", "value"]
        read_only_fields = fields


class OutcomeColumns(FactColumns):
    party = serializers.IntegerField(
        source="party_id", allow_null=True, read_only=True, help_text="当事人登记的 id；空：属于全案"
    )

    class Meta:
        model = Outcome
        fields = [*PROVENANCE, "party", "measure", "value", "decided_on"]
        read_only_fields = fields


class Withdrawn(FactColumns):
    """A withdrawn fact as it stays: marked, and counted no more."""

    class Meta:
        model = ProcedureEvent
        fields = PROVENANCE
        read_only_fields = fields


class FormerNumberColumns(serializers.ModelSerializer[Any]):
    class Meta:
        model = FormerNumber
        fields = ["number", "changed_at", "reason"]
        read_only_fields = fields


class DoubtColumns(serializers.ModelSerializer[Any]):
    kind = serializers.CharField(source="get_kind_display", help_text="疑点类别")
    settled_by = serializers.CharField(allow_null=True, help_text="处理人")

    class Meta:
        model = Doubt
        fields = [
            "id", "kind", "field", "sentence", "ours", "theirs", "raised_at", "settled_at", "settled_by", "settled_how",
        ]  # fmt: skip
        read_only_fields = fields


class LinkColumns(serializers.ModelSerializer[Any]):
    kind = serializers.ChoiceField(CaseLink.LINK_KINDS)

    class Meta:
        model = CaseLink
        fields = ["id", "other_number", "kind"]
        read_only_fields = fields


class TieColumns(serializers.Serializer[Any]):
    """A case tied to this one, directly or along the chain of instances."""

    id = serializers.IntegerField(source="pk", allow_null=True, help_text="空：不在您的职责范围内")
    number = serializers.CharField()
    kind = serializers.CharField(help_text="关系")
    filed_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)


class CaseDetail(CaseColumns):
    """One case with all its facts; withdrawn ones stay, with the day of their withdrawal."""

    former_numbers = FormerNumberColumns(many=True)
    parties = PartyColumns(many=True)
    events = EventColumns(many=True)
    exclusions = ExclusionColumns(many=True)
    extensions = ExtensionColumns(many=True)
    restarts = RestartColumns(many=True)
    conversions = ConversionColumns(many=True)
    elements = ElementColumns(many=True)
    outcomes = OutcomeColumns(many=True)
    links = TieColumns(many=True)
    doubts = DoubtColumns(many=True)


# --- clocks ------------------------------------------------------------------------------------------
class ClockExplained(serializers.Serializer[Any]):
    """A clock with its reasons; the fields of the batch contract ``due``."""

    kind = serializers.ChoiceField([("statutory", "审限"), ("derived", "派生期限"), ("node", "节点期限")])
    rule = serializers.CharField(allow_null=True, help_text="审限或节点在目录中的代码")
    name = serializers.CharField(help_text="名称")
    turn = serializers.IntegerField(help_text="同一节点的第几次，自 0 起")
    state = serializers.ChoiceField(STATES)
    start = serializers.CharField(allow_null=True, help_text="YYYY-MM-DD；以小时计的为时刻")
    nominal = serializers.CharField(allow_null=True)
    excluded_days = serializers.IntegerField()
    before_roll = serializers.CharField(allow_null=True)
    due = serializers.CharField(allow_null=True, help_text="到期日；暂停、无审限、无法计算的为空")
    remaining_days = serializers.IntegerField(allow_null=True)
    level = serializers.ChoiceField(LEVELS)
    calendar = serializers.ChoiceField(CALENDARS, allow_null=True)
    met_on = serializers.DateField(allow_null=True, help_text="完成日")
    because = serializers.ListField(child=serializers.CharField(), help_text="逐行说明日期从何而来，各附依据")


class AsOf(serializers.Serializer[Any]):
    as_of = serializers.DateField(
        required=False, input_formats=["%Y-%m-%d"], help_text="以哪一天计算剩余天数，默认今天"
    )


class Clocks(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    clocks = ClockExplained(many=True)
