"""Which words of the case data stand for which fact when cases are weighed. Pure: tables an auditor can read.

What these tables do not name stays unknown. A court that keeps volumes, petitions and the like as case elements (案件要素)
has them counted under the key of the fact.
"""

from __future__ import annotations

PLAINTIFFS = (
    "原告", "申请人", "起诉人", "自诉人", "上诉人", "申请执行人", "再审申请人", "申诉人", "赔偿请求人", "异议人", "复议申请人",
    "反诉原告", "原审原告", "附带民事诉讼原告", "附带民事诉讼原告人",
)  # fmt: skip
DEFENDANTS = (
    "被告", "被告人", "被申请人", "被起诉人", "被上诉人", "被执行人", "被申诉人", "赔偿义务机关", "被处罚人", "反诉被告", "原审被告",
    "原审被告人", "附带民事诉讼被告", "附带民事诉讼被告人", "罪犯",
)  # fmt: skip
#: They stand for the state: no parties of the dispute.
PROSECUTION = ("公诉机关", "抗诉机关")
COUNTERCLAIM = ("反诉原告", "反诉被告", "反诉原告人", "反诉被告人")
THIRD = ("第三人", "有独立请求权的第三人", "无独立请求权的第三人", "原审第三人")
FOREIGN = (
    "外国人", "外国自然人", "外国企业", "外国法人", "外国组织", "无国籍人", "港澳台居民", "港澳台企业", "香港居民", "澳门居民",
    "台湾居民", "香港企业", "澳门企业", "台湾企业", "台湾地区居民",
)  # fmt: skip
FOREIGN_TYPES = ("协外认", "认台", "认港", "认澳")
#: Events (流程事件) by name.
HEARING = ("开庭",)
COUNTERCLAIMED = ("反诉", "受理反诉")
JOINED = ("追加第三人", "追加当事人")
APPRAISED = ("鉴定", "委托鉴定", "评估", "委托评估", "审计", "委托审计")
PUBLISHED = ("公告送达", "公告")
COMMITTEE = ("审委会讨论", "审判委员会讨论", "提交审委会")
SPECIALISTS = ("专业法官会议",)
FOUR_CATEGORY = ("四类案件标识", "四类案件确认")
PETITION = ("信访", "来信来访", "涉诉信访")
MISSING = ("下落不明",)
#: Grounds on which days are excluded (扣除事由), by code.
APPRAISAL_GROUNDS = ("appraisal", "audit_valuation", "psychiatric", "comp_self_appraisal")
PUBLICATION_GROUNDS = ("announcement",)
COMMITTEE_GROUNDS = ("committee_discussion",)
#: How another case belongs, apart from being an instance of the same dispute.
RELATED = ("related", "merged", "split")
SUITS = ("民事", "行政")
#: How a case was closed (结案方式) when the parties settled it or the suit was dropped.
SETTLED = "^(调解|撤诉|准许撤诉|准予撤诉|准许撤回|准予撤回|按撤诉|按自动撤回|撤回)"
