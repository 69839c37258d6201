"""The fields of the catalogues of supervision (四类案件监督管理的目录项), with their names for people.

Rules, facts and the tags of causes ship as files alone: a fact needs a column, and a court's own rules have a workshop of
their own. The other kinds are editions like every catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping

from catalogues.fields import BASIS, CONFIDENCE, NAME, NOTE, SURE, WINDOW, Field, Kind, choice, versions
from courts.roles import ROLE_CHOICES

YES_NO = {"yes": "是", "no": "否"}
ROLES = dict(ROLE_CHOICES)
SUPERVISORS = {
    "president": "院长", "vice_president": "副院长(分管)", "ac_member": "审委会专职委员", "division_head": "庭长",
}  # fmt: skip
FACT_STAGES = {"filing": "立案", "trial": "审理", "closing": "结案", "any": "全程"}
ORIGINS = {"derived": "由案件数据得出", "stated": "由人员填报"}
RULE_MODES = {"auto": "系统提出、由人确认", "assist": "系统提示、由人判断", "manual": "只由人提出"}
RULE_SEVERITY = {"high": "高", "mid": "中"}
PARAMETER_UNITS = {
    "person": "人", "case": "件", "yuan": "元", "month": "月", "year": "年", "times": "次", "point": "分", "share": "占比",
    "q": "q 值",
}  # fmt: skip
SETTING_UNITS = {
    "workday": "个工作日", "times": "次", "person": "人", "point": "分", "word": "（文字）",
}  # fmt: skip
SUPERVISION_WAYS = {
    "process": "过程监管", "similar_cases": "类案监管", "meeting": "会议监管", "organisation": "组织监管", "other": "其他",
}  # fmt: skip
MEASURE_AFTER = {"deliberation_recorded": "已有评议记录"}
LETTER_SEVERITY = {"blue": "蓝", "yellow": "黄", "orange": "橙", "red": "红"}
ADDRESSEES = {
    "leaders": "院领导", "division_head": "庭长", "court": "法院", "division": "部门", "panel": "合议庭", "person": "本人",
}  # fmt: skip
COPIES = {"leaders": "院领导", "discipline": "督察", "resident_discipline": "派驻纪检监察"}
POST_LEVELS = {"A": "审判执行岗位", "B": "司法事务岗位", "C": "其他岗位"}
REVIEWS = {"monthly": "每月", "quarterly": "每季", "half_yearly": "每半年"}
DETECTION = {"machine": "系统可以发现", "people": "由督察、评查发现"}
#: What the system can notice of a risk point: the kind of trace, and the codes it may carry.
LINKS: Mapping[str, Mapping[str, str]] = {
    "rule": {},  # a code of a supervision rule
    "alert": {"statutory": "审限已超", "derived": "派生期限已超", "stalled": "停滞", "pause": "暂停待复核"},  # or a step
    "measure_refused": {
        "any": "各项措施", **{f"M{place:02}": f"措施 M{place:02}" for place in range(1, 11)},
    },
    "letter_overdue": {
        "any": "各类函件", "prompt": "提示函", "report": "通报函", "urge": "督办函", "warn": "警示函",
    },
    "flag_expired": {"any": "标识逾期未确认"},
    "supervisor_idle": {"any": "确认后逾期未监督"},
    "access_refused": {"any": "越权查阅被拒"},
}  # fmt: skip

PARAMETER = (
    NAME,
    Field("value", "数值", "decimal", required=True),
    choice("unit", "单位", PARAMETER_UNITS),
    BASIS, SURE, NOTE,
)  # fmt: skip
HEAD = (NAME, Field("codes", "规则", "texts", required=True))
PROFILE = (
    NAME,
    choice("every", "全部规则", YES_NO, required=False),
    Field("codes", "规则（全部规则的留空，有分类的也留空）", "texts"),
    Field("heads", "分类", "items", fields=HEAD),
    choice("reconstructed", "是否重构（原清单未公开）", YES_NO),
    BASIS, SURE, NOTE,
)  # fmt: skip
SETTING_VERSION = (
    *WINDOW,
    Field("n", "数值", "number"),
    Field("text", "文字值"),
    choice("unit", "单位", SETTING_UNITS),
    BASIS, SURE, NOTE,
)  # fmt: skip
MEASURE = (
    NAME,
    choice("mode", "监督方式", SUPERVISION_WAYS),
    choice("min_role", "最低职务", SUPERVISORS),
    Field("roles", "可以采取的职务", "texts", required=True, choices=SUPERVISORS),
    Field("when_delegated", "其中须经委托的职务", "texts", choices=SUPERVISORS),
    Field("proposed_by", "可以提议的职务", "texts", choices=SUPERVISORS),
    Field("decided_by", "由谁决定（空为采取的人）", "texts", choices=SUPERVISORS),
    choice("needs_reason", "须写理由", YES_NO),
    choice("notify_parties", "须告知当事人", YES_NO),
    choice("free_text", "内容自拟", YES_NO),
    Field("max_per_case", "一案最多次数（空为不限）", "number"),
    choice("only_after", "须在何事之后", MEASURE_AFTER, required=False),
    BASIS, SURE, NOTE,
)  # fmt: skip
LETTER = (
    NAME,
    Field("level", "级次", "number", required=True),
    Field("trigger", "何时发出", required=True),
    Field("issuers", "签发职务", "texts", required=True, choices=ROLES),
    Field("approvers", "批准职务（空为不须批准）", "texts", choices=ROLES),
    Field("addressees", "发给", "texts", required=True, choices=ADDRESSEES),
    Field("reply_days", "几个工作日内回复", "number", required=True),
    Field("copies", "抄送", "texts", choices=COPIES),
    Field("number_word", "文号用字", required=True),
    Field("escalates_to", "逾期未回复转为（空为不再升级）"),
    choice("severity", "颜色", LETTER_SEVERITY),
    BASIS, SURE, NOTE,
)  # fmt: skip
POINT = (
    Field("code", "编号", required=True),
    NAME,
    Field("likelihood", "可能性（1 至 5）", "number", required=True),
    Field("severity", "严重性（1 至 5）", "number", required=True),
    choice("detection", "如何发现", DETECTION),
    Field("linked", "系统线索（如 rule:D07）", "texts"),
)
RISKS = (
    NAME,
    choice("level", "岗位等级", POST_LEVELS),
    choice("review", "研判周期", REVIEWS),
    Field("points", "风险点", "items", required=True, fields=POINT),
    BASIS, SURE, NOTE,
)  # fmt: skip

KINDS = {
    kind.name: kind
    for kind in (
        Kind("rule_parameters", "规则参数", "rule_parameters.yaml", PARAMETER),
        Kind("rule_profiles", "识别方案", "rule_profiles.yaml", PROFILE),
        Kind(
            "supervision_settings", "监督参数", "supervision_settings.yaml", (NAME, versions(SETTING_VERSION))
        ),
        Kind("supervision_measures", "监督措施", "supervision_measures.yaml", MEASURE),
        Kind("letter_kinds", "函件种类", "letter_kinds.yaml", LETTER),
        Kind("risk_points", "风险点", "risk_points.yaml", RISKS),
    )
}
#: The kinds a court may lay its own entries over (本院参数): only those that differ, for it and every court below.
OVERLAID = ("rule_parameters", "supervision_settings")

# --- the catalogues that ship as files alone -----------------------------------------------------------
FACT = (
    choice(
        "type", "类型",
        {"enum": "枚举", "str": "文字", "list": "多项", "int": "整数", "float": "小数", "money": "金额", "bool": "是否"},
    ),
    Field("label", "名称", required=True),
    Field("unit", "单位"),
    Field("choices", "取值", "names"),
    choice("stage", "何时可得", FACT_STAGES),
    Field("secret", "保密", "flag"),
    choice("origin", "来源", ORIGINS),
    Field("stated_by", "由谁填报", "texts", choices=ROLES),
    Field("meaning", "含义", required=True),
    BASIS,
)  # fmt: skip
EXAMPLE = (NAME, Field("hits", "应否命中", "flag", required=True), Field("facts", "事实", "open"))
RULE = (
    NAME,
    Field("category", "类别", required=True),
    choice("stage", "何时识别", FACT_STAGES),
    choice("mode", "方式", RULE_MODES),
    choice("severity", "程度", RULE_SEVERITY),
    Field("secret", "保密", "flag"),
    Field("tick", "立案勾选", "flag"),
    Field("when", "条件", "open", required=True),
    BASIS,
    choice("confidence", "置信度", CONFIDENCE),
    Field("remarks", "备注"),
    Field("examples", "例子", "items", required=True, fields=EXAMPLE),
)
TAGGED = (
    Field("list", "案由目录", required=True),
    NAME,
    Field("also", "旧称", "texts"),
    Field("tags", "标签", "texts", required=True),
    SURE, NOTE,
)  # fmt: skip
