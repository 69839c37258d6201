"""The fields of the catalogues of quota and workload (员额、案件权重、绩效), with their names for people."""

from __future__ import annotations

from catalogues.fields import (
    BASIS,
    CATEGORIES,
    NAME,
    NOTE,
    PROCEDURES,
    SURE,
    WINDOW,
    Field,
    Kind,
    choice,
    versions,
)
from catalogues.sentencing_fields import yes

UNITS = {
    "day": "日", "hour": "小时", "share": "比例", "case": "件", "year": "年", "month": "个月", "person": "人", "seat": "名",
    "score": "分", "times": "倍", "turn": "次", "court": "个法院",
}  # fmt: skip
CASE_TYPES = {
    "civil": "民事", "criminal": "刑事", "administrative": "行政", "enforcement": "执行", "other": "其他",
}  # fmt: skip
PANELS = {"single": "独任", "panel": "合议"}
EFFECTS = {"more": "增加", "less": "减少"}
ROLES = {"sole": "独任", "undertaking": "承办", "presiding": "审判长非承办", "member": "合议庭成员"}
#: What a case may be asked when it is weighed and told apart as simple or complex; each is gathered in the database.
FACTS = {
    "amount": "标的额（元）", "parties": "当事人数", "related_cases": "关联案件数", "petitions": "信访次数",
    "mutual_suits": "当事人近三年互诉次数", "evidence_volumes": "证据册数", "volumes": "卷宗册数", "hearings": "开庭次数",
    "series_place": "系列案中第几件", "counterclaim": "有反诉", "third_party": "追加第三人", "appraisal": "需鉴定评估审计",
    "publication": "公告送达", "foreign": "涉外涉港澳台", "whereabouts_unknown": "被告下落不明", "remanded": "曾发回重审",
    "committee": "审委会讨论", "specialist_meeting": "专业法官会议", "four_category": "四类案件标识",
    "settled_or_withdrawn": "调解撤诉结案", "complex_cause": "案由复杂", "simple_form": "要素式案由",
}  # fmt: skip
#: Those that the cause of a case alone decides.
CAUSE_FACTS = ("complex_cause", "simple_form")
LEVELS = {"basic": "基层", "intermediate": "中级", "high": "高级"}
POSTS = {"president": "院长", "leader": "其他入额院领导", "division_head": "庭长"}
MEANS = {"court": "本院法官人均结案", "division": "本庭法官人均结案"}
HOUR_KINDS = {"hours": "案均工时", "times": "倍数"}
LEAVING = {"exit": "退出员额", "suspend": "中止计员额"}


def number(name: str, label: str, *, required: bool = True) -> Field:
    return Field(name, label, "decimal", required=required)


CODES = Field("causes", "案由代码（含下级案由）", "texts")
ANY_PROCEDURE = Field("procedures", "审判程序", "texts", choices=PROCEDURES)
SAID = (BASIS, SURE, NOTE)
VALUE_VERSION = (*WINDOW, number("value", "数值"), *SAID)
SETTING_VERSION = (*WINDOW, number("value", "数值"), choice("unit", "单位", UNITS), *SAID)
BASE = (
    NAME,
    choice("case_type", "类别", CASE_TYPES),
    Field("group", "案由组", required=True),
    CODES,
    Field("called", "案由名称（没有代码时）", "texts"),
    Field("type_codes", "类型代字", "texts"),
    yes("rest", "收其余各案由（其他）"),
    Field("procedure", "没有审判程序的按此程序计"),
    versions(VALUE_VERSION),
)
PROCEDURE = (
    NAME,
    Field("procedures", "审判程序", "texts", required=True, choices=PROCEDURES),
    choice("panel", "独任或者合议（空为不分）", PANELS, required=False),
    versions(VALUE_VERSION),
)
ADDER_VERSION = (
    *WINDOW,
    choice("effect", "方向", EFFECTS),
    number("value", "每次"),
    number("beyond", "超过", required=False),
    number("step", "每", required=False),
    Field("most", "至多计几次（空为不限）", "number"),
    *SAID,
)
ADDER = (NAME, choice("fact", "所计事实", FACTS), versions(ADDER_VERSION))
ROLE = (NAME, choice("role", "角色", ROLES), versions(VALUE_VERSION))
POINT_VERSION = (
    *WINDOW,
    choice("effect", "方向", EFFECTS),
    number("points", "分值"),
    number("above", "超过", required=False),
    number("at_least", "不少于", required=False),
    number("at_most", "不多于", required=False),
    CODES,
    yes("never_simple", "不得识别为简单案件"),
    *SAID,
)
POINT = (NAME, choice("fact", "所看事实", FACTS), versions(POINT_VERSION))
ZONE = (
    NAME,
    *WINDOW,
    Field("categories", "案件类别", "texts", choices=CATEGORIES),
    ANY_PROCEDURE,
    Field("type_codes", "类型代字", "texts"),
    *SAID,
)
FACTOR_VERSION = (
    *WINDOW, choice("effect", "高于均值时", EFFECTS), number("beta", "系数"), Field("unit", "单位", required=True), *SAID,
)  # fmt: skip
HOURS = (
    NAME,
    choice("kind", "性质", HOUR_KINDS),
    choice("case_type", "类别", CASE_TYPES, required=False),
    ANY_PROCEDURE,
    versions(VALUE_VERSION),
)
ELEMENT = (NAME, *WINDOW, Field("called", "其他写法", "texts"), *SAID)
TEAM_VERSION = (
    *WINDOW,
    number("judges", "法官"),
    number("assistants", "法官助理"),
    number("clerks", "书记员"),
    yes("fast", "速裁团队"),
    *SAID,
)
DUTY_VERSION = (
    *WINDOW, number("low", "比例下限"), number("high", "比例上限"), choice("of", "基数", MEANS), *SAID,
)  # fmt: skip
DUTY = (
    NAME, choice("level", "法院级别", LEVELS), choice("post", "职务", POSTS), versions(DUTY_VERSION),
)  # fmt: skip
SELECTION_VERSION = (
    *WINDOW,
    number("assessment", "考核"),
    number("exam", "考试"),
    number("interview", "面试"),
    *SAID,
)
SELECTION = (
    NAME,
    choice("level", "法院级别（空为各级）", LEVELS, required=False),
    Field("category", "岗位类别（空为各类）"),
    versions(SELECTION_VERSION),
)
EXIT = (
    NAME,
    *WINDOW,
    choice("effect", "后果", LEAVING),
    Field("months", "满几个月", "number"),
    Field("proof", "须有的材料"),
    yes("at_once", "登记即生效（事实，不须另一人批准）"),
    *SAID,
)
GRADE_VERSION = (*WINDOW, choice("effect", "方向", EFFECTS), number("step", "幅度"), *SAID)

KINDS = {
    kind.name: kind
    for kind in (
        Kind("quota_settings", "员额与工作量参数", "quota_settings.yaml", (NAME, versions(SETTING_VERSION))),
        Kind("weight_bases", "基础案件权重", "weight_bases.yaml", BASE),
        Kind("weight_procedures", "程序案件权重", "weight_procedures.yaml", PROCEDURE),
        Kind("weight_adders", "繁简浮动系数", "weight_adders.yaml", ADDER),
        Kind("weight_roles", "合议庭角色系数", "weight_roles.yaml", ROLE),
        Kind("complexity_points", "繁简识别分值", "complexity_points.yaml", POINT),
        Kind("assessment_zones", "考核区", "assessment_zones.yaml", ZONE),
        Kind("quota_factors", "员额调整因素", "quota_factors.yaml", (NAME, versions(FACTOR_VERSION))),
        Kind("cell_hours", "案均工时", "cell_hours.yaml", HOURS),
        Kind("trial_elements", "审判流程要素", "trial_elements.yaml", ELEMENT),
        Kind("team_types", "审判团队", "team_types.yaml", (NAME, versions(TEAM_VERSION))),
        Kind("leader_duties", "院庭长办案比例", "leader_duties.yaml", DUTY),
        Kind("selection_weights", "遴选权重", "selection_weights.yaml", SELECTION),
        Kind("exit_triggers", "退出员额的情形", "exit_triggers.yaml", EXIT),
        Kind("review_grades", "评查等次", "review_grades.yaml", (NAME, versions(GRADE_VERSION))),
    )
}  # fmt: skip
#: A court may lay its own entries over these (本院参数), for itself and the courts below.
OVERLAID = (
    "quota_settings", "weight_bases", "weight_procedures", "weight_adders", "weight_roles", "complexity_points",
    "cell_hours", "team_types", "leader_duties", "selection_weights", "quota_factors",
)  # fmt: skip
#: In these it may also add entries the national catalogue has not.
ADDED_TO = ("weight_bases", "weight_adders", "complexity_points", "team_types", "selection_weights")
