"""The fields of each kind of catalogue (目录项), with their names for people and the values they may take.

Every table of values maps a code to its Chinese words, so forms, reasons and error messages say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CATEGORIES = {
    "刑事": "刑事", "民事": "民事", "行政": "行政", "执行": "执行", "破产": "破产", "国家赔偿": "国家赔偿",
    "司法救助": "司法救助", "管辖": "管辖", "司法制裁": "司法制裁", "诉前调解": "诉前调解",
}  # fmt: skip
SCOPES = CATEGORIES | {"全部": "各类案件"}
CONFIDENCE = {
    "certain": "法条核对",
    "medium": "有据待核",
    "practice": "实务惯例",
    "uncertain": "存疑，默认关闭",
}
COURT_CONFIDENCE = {
    "certain": "确定", "table": "官方代字表", "rule": "按规则推导", "observed": "公开案号所见", "recalled": "待核",
    "unresolved": "待补",
}  # fmt: skip
DATED_BY = {
    "statute": "法律施行日", "present_text": "现行文本施行日", "practice": "所参照规定的施行日", "unverified": "日期待核",
}  # fmt: skip
UNITS = {
    "day": "日", "month": "个月", "year": "年", "workday": "个工作日", "hour": "小时",
    "by_procedure": "按一审、二审程序", "before_event": "事件之前",
}  # fmt: skip
NODE_UNITS = {
    "day": "日", "month": "个月", "year": "年", "workday": "个工作日", "hour": "小时", "times": "次", "timely": "及时",
}  # fmt: skip
EXTENSION_UNITS = {"day": "日", "month": "个月", "workday": "个工作日", "unspecified": "长度未定"}
APPROVERS = {
    "president_of_this_court": "本院院长", "court_one_level_up": "上一级（上级）人民法院", "high_court": "高级人民法院",
    "supreme_court": "最高人民法院", "report_to_high_court": "层报高级人民法院备案",
    "judicial_aid_committee_chair": "司法救助委员会主任委员", "parties_agree": "双方同意",
}  # fmt: skip
STARTS = {
    "accepted_date": "受理之日", "accepted_at": "受理时刻", "filing_date": "立案之日", "decision_date": "作出决定之日",
    "ruling_date": "作出裁定之日", "received_date": "收到之日", "protest_accepted_date": "接受抗诉之日",
    "protest_received_date": "收到抗诉书之日", "proposal_received_date": "收到建议书之日",
    "application_received_date": "收到申请之日", "objection_received_date": "收到异议之日",
    "objection_period_expiry_date": "异议期满之日", "reconsideration_received_date": "收到复议申请之日",
    "review_application_received_date": "收到复议申请之日", "appeal_received_date": "收到上诉状之日",
    "announcement_expiry_date": "公告期满之日", "security_provided_date": "提供担保之日",
    "retrial_filing_date": "再审立案之日", "mediator_sign_received_date": "调解组织签收材料之日",
}  # fmt: skip
ENDS = {
    "judgment_announced_or_mediation_served": "宣判（裁定宣告）或者调解书送达最后一名当事人",
    "ruling_made": "作出裁定", "decision_made": "作出决定、答复或者裁定", "order_issued": "发出支付令",
    "execution_started": "开始执行", "execution_concluded": "执行结案", "procedure_terminated": "程序终结",
    "mediation_ended": "调解终止",
}  # fmt: skip
EVENTS = {"election_day": "选举日"}
MEANINGS = {"start_within": "须在此期间内开始"}
COUNTINGS = {"civil": "民事月末规则", "criminal": "刑事月末规则"}
ROLLS = {"yes": "顺延", "no": "不顺延", "if_not_detained": "未在押时顺延"}
DIRECTIONS = {"after": "向后数", "before": "倒算"}
NODE_KINDS = {
    "deadline": "法院义务", "party_deadline": "当事人、检察院、执行机关的期间", "minimum": "下限", "maximum": "上限",
    "counter": "次数", "control": "控制点",
}  # fmt: skip
MODES = {
    "exclude": "不计入审限", "suspend": "停表", "restart": "重新计算", "no_effect": "不影响", "local_rule": "地方内规",
}  # fmt: skip
CASE_TYPE_STATUS = {"standard": "国家标准", "observed": "已见使用", "practice": "实务", "legacy": "旧代字"}
CAUSE_STATUS = {"active": "现行", "legacy": "旧类"}
PROCEDURES = {
    "ordinary": "普通程序", "summary": "简易程序", "small": "小额诉讼程序", "fast": "速裁程序", "special": "特别程序",
    "second": "二审程序", "retrial": "审判监督程序",
}  # fmt: skip
WATCHES = {
    "statutory": "审限", "derived": "派生期限", "node": "节点期限", "stalled": "停滞", "pause": "暂停待复核",
    "calendar": "日历待公布", "flag": "标识待确认", "flag_up": "标识待上级决定", "idle": "已确认未监督",
    "measure": "监督事项待答复", "answer": "答复待回应", "letter": "监督函待回复", "contest": "偏离异议待决定",
}  # fmt: skip
STAGES = {"early": "远期", "mid": "中期", "urgent": "紧急", "overdue": "已超"}  # mildest first
MEASURES = {"part": "期间已过几分之几时起", "before": "到期前若干日起", "after": "到期后若干日起"}
CAPACITIES = {
    "judge": "承办法官", "presiding": "审判长", "assistant": "法官助理", "clerk": "书记员", "owner": "暂停负责人",
    "division_head": "庭长", "vice_president": "分管院领导", "president": "院长", "trial_office": "审管办",
    "itadmin": "系统管理员", "supervisor": "提出监督的人", "addressee": "受函人",
}  # fmt: skip
CHANNELS = {"email": "电子邮件", "sms": "短信"}
SETTING_UNITS = {
    "hour": "时（钟点）", "line": "行", "message": "条", "workday": "个工作日", "day": "日", "percent": "%", "case": "件",
    "year": "年", "month": "月", "word": "（文字）",
}  # fmt: skip
MONITORED = CATEGORIES | {"减刑假释": "减刑假释", "申请再审审查": "申请再审审查"}
PROFILES = {"sz": "24 项组", "gz": "42 项组", "sx": "31 项组", "yb": "182 项组"}


@dataclass(frozen=True)
class Field:
    """One field of an entry; ``label`` is for people.

    ``type`` is text, number (whole), decimal, date, texts, dates or items; files that ship may also use flag (true or
    false), names (code to Chinese words) and open (whatever another room reads).
    """

    name: str
    label: str
    type: str = "text"
    required: bool = False
    choices: Mapping[str, str] | None = None
    fields: tuple[Field, ...] = ()  # of each item, when the type is items


@dataclass(frozen=True)
class Kind:
    """One kind of catalogue: its name for people, the file that seeds it, and the fields of its entries."""

    name: str
    label: str
    file: str
    fields: tuple[Field, ...]


def choice(name: str, label: str, choices: Mapping[str, str], *, required: bool = True) -> Field:
    """A field that takes one of the codes of a table."""
    return Field(name, label, required=required, choices=choices)


NAME = Field("name", "名称", required=True)
NOTE = Field("note", "备注")
BASIS = Field("basis", "依据", required=True)
SURE = choice("confidence", "置信度", CONFIDENCE)
WINDOW = (
    Field("effective_from", "起用日", "date", required=True),
    Field("effective_to", "停用日", "date"),
    choice("dated_by", "日期依据", DATED_BY),
)
SCOPE = Field("scope", "适用案件类别", "texts", required=True, choices=SCOPES)
EXTENSION = (
    Field("n", "可延长数", "number"),
    Field("max_n", "单次最长数", "number"),
    choice("unit", "单位", EXTENSION_UNITS),
    choice("approver", "批准主体", APPROVERS),
    Field("times", "可批准次数", "number"),
    BASIS, SURE, NOTE,
)  # fmt: skip
TIME_LIMIT_VERSION = (
    *WINDOW,
    Field("n", "期间", "number"),
    choice("unit", "单位", UNITS, required=False),
    Field("plus_days", "另加日数", "number"),
    Field("max_n", "至迟", "number"),
    Field("first", "一审程序月数", "number"),
    Field("second", "二审程序月数", "number"),
    choice("event", "所待事件", EVENTS, required=False),
    choice("meaning", "含义", MEANINGS, required=False),
    Field("urgent_n", "情况紧急时的期间", "number"),
    Field("urgent_hours", "情况紧急时的小时数", "number"),
    choice("start", "起算", STARTS),
    choice("start_alt", "另一起算", STARTS, required=False),
    choice("end", "终点", ENDS),
    choice("counting", "月末规则", COUNTINGS),
    choice("roll", "顺延", ROLLS),
    BASIS, SURE,
    Field("extensions", "延长", "items", fields=EXTENSION),
    NOTE,
)  # fmt: skip
NODE_VERSION = (
    *WINDOW,
    Field("n", "时限", "number"),
    choice("unit", "单位", NODE_UNITS),
    Field("summary", "简易程序", "number"),
    Field("start_node", "起", required=True),
    Field("end_node", "止", required=True),
    choice("direction", "方向", DIRECTIONS),
    choice("kind", "性质", NODE_KINDS),
    BASIS, SURE, NOTE,
)  # fmt: skip
GROUND_VERSION = (
    *WINDOW,
    choice("mode", "方式", MODES),
    Field("start_event", "起", required=True),
    Field("end_event", "止", required=True),
    Field("max", "上限"),
    Field("max_n", "上限数", "number"),
    choice("max_unit", "上限单位", {"day": "日", "month": "个月"}, required=False),
    BASIS, SURE, NOTE,
)  # fmt: skip
LADDER_STAGE = (
    choice("stage", "阶段", STAGES),
    choice("measure", "起点", MEASURES),
    Field("n", "日数（几分之几的，填分子）", "number", required=True),
    Field("of", "分母（仅几分之几时填）", "number"),
    Field("tell", "告知对象", "texts", required=True, choices=CAPACITIES),
    Field("repeat_days", "每隔几日重复（日，空为只告知一次）", "number"),
    Field("channels", "站内信以外的渠道", "texts", choices=CHANNELS),
)
LADDER_VERSION = (
    *WINDOW,
    Field("stages", "阶段", "items", required=True, fields=LADDER_STAGE),
    choice("lapses", "到期后不再预警", {"yes": "是（逾期不构成违反，如倒算的申请日）", "no": "否"}, required=False),
    BASIS, SURE, NOTE,
)  # fmt: skip
SETTING_VERSION = (
    *WINDOW,
    Field("n", "数值", "number"),
    Field("text", "文字值"),
    choice("unit", "单位", SETTING_UNITS),
    BASIS, SURE, NOTE,
)  # fmt: skip
MONITORED_NODE = (
    Field("stage", "阶段", required=True),
    NAME,
    Field("categories", "适用案件类别", "texts", required=True, choices=MONITORED),
    Field("profiles", "监控组", "texts", choices=PROFILES),
    Field("limits", "所看的节点时限", "texts"),
    Field("events", "所看的流程事件", "texts"),
    SURE, NOTE,
)  # fmt: skip
CAUSE = (
    NAME,
    Field("parent", "上级案由"),
    Field("level", "级别", "number", required=True),
    choice("status", "状态", CAUSE_STATUS),
    SURE, NOTE,
)  # fmt: skip
COURT = (
    NAME,
    Field("level", "级别", "number", required=True),
    Field("parent", "上级法院"),
    Field("province", "省份", required=True),
    Field("prefix", "法院代字"),
    Field("admin_code", "区划代码"),
    choice("confidence", "置信度", COURT_CONFIDENCE),
    NOTE,
)
CASE_TYPE = (
    NAME,
    Field("type_code", "类型代字", required=True),
    Field("category_code", "大类编号"),
    Field("category", "大类", required=True),
    choice("status", "来历", CASE_TYPE_STATUS),
    SURE, NOTE,
)  # fmt: skip
HOLIDAY = (
    NAME,
    Field("from", "首日", "date", required=True),
    Field("to", "末日", "date", required=True),
)
CALENDAR_YEAR = (
    Field("source", "来源", required=True),
    Field("notice", "文号"),
    choice("source_confidence", "来源置信度", CONFIDENCE),
    Field("effective_from", "起用日", "date", required=True),
    Field("holidays", "放假", "items", required=True, fields=HOLIDAY),
    Field("workdays", "调休上班", "dates", required=True),
)


def versions(fields: tuple[Field, ...]) -> Field:
    """The field of an entry that changes with time: its versions, oldest first."""
    return Field("versions", "版本", "items", required=True, fields=fields)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "time_limits", "审限", "time_limits.yaml",
            (
                choice("category", "案件类别", CATEGORIES), NAME,
                Field("case_codes", "类型代字", "texts", required=True), versions(TIME_LIMIT_VERSION),
            ),
        ),
        Kind(
            "nodes", "流程节点", "nodes.yaml",
            (Field("stage", "阶段", required=True), NAME, SCOPE, versions(NODE_VERSION)),
        ),
        Kind("exclusion_grounds", "扣除事由", "exclusion_grounds.yaml", (NAME, SCOPE, versions(GROUND_VERSION))),
        Kind("case_types", "案件类型", "case_types.yaml", CASE_TYPE),
        Kind("causes_civil", "民事案由", "causes_civil.csv", CAUSE),
        Kind("causes_criminal", "刑事案由", "causes_criminal.csv", CAUSE),
        Kind("causes_administrative", "行政案由", "causes_administrative.csv", CAUSE),
        Kind("courts", "法院", "courts.csv", COURT),
        Kind("calendar", "工作日历", "calendars/national.yaml", CALENDAR_YEAR),
        Kind(
            "alert_ladders", "预警阶梯", "alert_ladders.yaml",
            (
                NAME, choice("watches", "所看的事", WATCHES),
                Field("categories", "适用案件类别", "texts", required=True, choices=SCOPES),
                Field("procedures", "适用程序（空为各种程序）", "texts", choices=PROCEDURES), versions(LADDER_VERSION),
            ),
        ),
        Kind("alert_settings", "预警参数", "alert_settings.yaml", (NAME, versions(SETTING_VERSION))),
        Kind("monitored_nodes", "监控节点", "monitored_nodes.yaml", MONITORED_NODE),
    )
}  # fmt: skip
