"""The fields of the catalogues of sentencing and deviation (量刑指导意见、案件要素、偏离度), with their names for people."""

from __future__ import annotations

from catalogues.fields import BASIS, CATEGORIES, NAME, NOTE, SURE, WINDOW, Field, Kind, choice, versions
from catalogues.supervision_fields import YES_NO

DIRECTIONS = {"lenient": "从宽（减少）", "severe": "从严（增加）"}
TIERS = {"1": "先行连乘", "2": "其后相加"}
SENTENCES = {"有期徒刑": "有期徒刑", "拘役": "拘役"}
ELEMENT_TYPES = {"bool": "是否", "int": "整数", "number": "数", "choice": "选项", "text": "文字（不作要素）"}
SCALES = {"log": "对数", "identity": "原值", "binary": "有无"}
STRATA = {"cause": "同一案由", "category": "同一案件类别"}
SETTING_UNITS = {
    "workday": "个工作日", "day": "日", "share": "比例", "case": "件", "period": "个周期", "point": "（指标值）",
}  # fmt: skip


def yes(name: str, label: str) -> Field:
    return choice(name, label, YES_NO, required=False)


FACTOR_VERSION = (
    *WINDOW,
    choice("direction", "方向", DIRECTIONS),
    Field("least", "最小比例（0.1 即 10%）", "decimal", required=True),
    Field("most", "最大比例", "decimal", required=True),
    choice("tier", "适用步骤", TIERS),
    yes("mitigates", "可以减轻处罚（低于法定最低刑）"),
    yes("must", "应当适用"),
    yes("more_if_minor", "犯罪较轻的可以超出最大比例或者免除处罚"),
    Field("min_months", "增加一般不少于（月）", "number"),
    Field("excluded_by", "有下列情节的不再适用", "texts"),
    Field("counted_with", "与下列情节不作重复评价", "texts"),
    Field("combined_cap", "与上述情节合计的最大比例", "decimal"),
    Field("family", "同一情节的不同档（只计一项）"),
    Field("strict_for", "对下列罪名从严掌握", "texts"),
    Field("except_for", "下列情形除外", "texts"),
    BASIS, SURE, NOTE,
)  # fmt: skip
BAND = (
    Field("when", "情形", required=True),
    Field("start_low", "起点下限（月，0 含拘役）", "decimal", required=True),
    Field("start_high", "起点上限（月）", "decimal", required=True),
    Field("law_low", "法定刑下限（月）", "decimal", required=True),
    Field("law_high", "法定刑上限（月，180 即十五年）", "decimal", required=True),
    yes("life", "可以判处无期徒刑"),
    choice("kind", "刑种（空为有期徒刑）", SENTENCES, required=False),
)
AMOUNT = (
    NAME,
    Field("least", "下限（元）", "decimal", required=True),
    Field("most", "上限（元）", "decimal", required=True),
)
OFFENCE_VERSION = (
    *WINDOW,
    Field("article", "刑法条文", required=True),
    Field("bands", "量刑幅度", "items", required=True, fields=BAND),
    Field("amounts", "数额标准（各省在幅度内确定）", "items", fields=AMOUNT),
    BASIS, SURE, NOTE,
)  # fmt: skip
INCREMENT_VERSION = (
    *WINDOW,
    Field("offence", "罪名", required=True),
    Field("when", "所属情形（空为各种情形）"),
    Field("element", "所计要素"),
    Field("step", "每增加", "decimal", required=True),
    Field("unit", "单位", required=True),
    Field("months_low", "增加刑期下限（月）", "decimal", required=True),
    Field("months_high", "增加刑期上限（月）", "decimal", required=True),
    BASIS, SURE, NOTE,
)  # fmt: skip
CHOICE = (Field("code", "代码", required=True), NAME)
CATEGORY_LIST = Field("categories", "案件类别（空为各类）", "texts", choices=CATEGORIES)
CAUSES = Field("causes", "案由（名称或代码，空为各案由）", "texts")
ELEMENT = (
    NAME,
    *WINDOW,
    choice("type", "类型", ELEMENT_TYPES),
    Field("unit", "单位"),
    Field("choices", "选项", "items", fields=CHOICE),
    CATEGORY_LIST, CAUSES,
    Field("guideline", "对应的量刑情节"),
    Field("excepts", "所指的除外情形"),
    yes("protected", "受保护属性（只用于公平检查）"),
    Field("proxy_for", "可能替代的受保护属性"),
    Field("reason", "不作要素的理由"),
    BASIS, SURE, NOTE,
)  # fmt: skip
MODEL = (
    NAME,
    *WINDOW,
    Field("unit", "单位", required=True),
    CATEGORY_LIST, CAUSES,
    choice("scale", "尺度", SCALES),
    choice("stratum", "同类的范围", STRATA),
    Field("elements", "所用要素（空为该类案件的全部可用要素）", "texts"),
    Field("min_history", "往案至少（件）", "number", required=True),
    Field("history_years", "往案年数", "number", required=True),
    Field("min_peers", "可比案件至少（件）", "number", required=True),
    BASIS, SURE, NOTE,
)  # fmt: skip
REASON = (NAME, *WINDOW, yes("need_note", "须写说明"), CATEGORY_LIST, BASIS, SURE, NOTE)
SETTING_VERSION = (
    *WINDOW,
    Field("value", "数值", "decimal", required=True),
    choice("unit", "单位", SETTING_UNITS),
    BASIS, SURE, NOTE,
)  # fmt: skip

KINDS = {
    kind.name: kind
    for kind in (
        Kind("guideline_factors", "量刑情节", "guideline_factors.yaml", (NAME, versions(FACTOR_VERSION))),
        Kind("guideline_offences", "罪名量刑起点", "guideline_offences.yaml", (NAME, versions(OFFENCE_VERSION))),
        Kind("guideline_increments", "增加刑罚量", "guideline_increments.yaml", (NAME, versions(INCREMENT_VERSION))),
        Kind("case_elements", "案件要素", "case_elements.yaml", ELEMENT),
        Kind("deviation_models", "偏离度模型", "deviation_models.yaml", MODEL),
        Kind("deviation_settings", "偏离度参数", "deviation_settings.yaml", (NAME, versions(SETTING_VERSION))),
        Kind("deviation_reasons", "说明理由", "deviation_reasons.yaml", REASON),
    )
}  # fmt: skip
#: A court may lay its own entries over every one of them (本院参数), for itself and the courts below.
OVERLAID = tuple(KINDS)
#: In these it may also add entries the national catalogue has not.
ADDED_TO = ("guideline_increments", "case_elements", "deviation_reasons")
