"""Which words of the case data stand for which fact: types, standings, names of bodies. Pure: tables an auditor can read.

What these tables do not name stays unknown: nothing is guessed.
"""

from __future__ import annotations

#: Type codes whose cases decide whether there is to be a retrial (再审审查), by the names of 法〔2015〕137号.
RETRIAL_REVIEWS = (
    "刑监",
    "刑申",
    "刑抗",
    "民监",
    "民申",
    "民抗",
    "行监",
    "行申",
    "行抗",
    "行赔监",
    "行赔申",
    "行赔抗",
)
COMMUTATIONS = ("刑更", "刑更监", "刑更备")
PROTESTS = ("刑抗", "民抗", "行抗", "行赔抗")
#: 特别程序一审终审；第三人撤销之诉按第一审程序审理.
ALSO_FIRST = ("民特", "民撤")

#: 破产案件适用民事诉讼法（企业破产法第四条）. The other categories are none of the types rules speak of.
CASE_TYPES = {
    "刑事": "criminal", "民事": "civil", "破产": "civil", "行政": "administrative", "国家赔偿": "compensation",
    "执行": "enforcement",
}  # fmt: skip

#: Standings (诉讼地位) on either side. 公诉机关 is on neither: it stands for the state.
PLAINTIFFS = (
    "原告", "申请人", "起诉人", "自诉人", "上诉人", "申请执行人", "再审申请人", "申诉人", "赔偿请求人", "异议人", "复议申请人",
    "反诉原告", "原审原告", "附带民事诉讼原告", "附带民事诉讼原告人",
)  # fmt: skip
DEFENDANTS = (
    "被告", "被告人", "被申请人", "被起诉人", "被上诉人", "被执行人", "被申诉人", "赔偿义务机关", "被处罚人", "反诉被告", "原审被告",
    "原审被告人", "附带民事诉讼被告", "附带民事诉讼被告人", "罪犯",
)  # fmt: skip
PROSECUTION = ("公诉机关", "抗诉机关")
DEBTORS = ("被执行人",)
OBLIGED_ORGANS = ("赔偿义务机关",)
PROTESTING = ("抗诉机关",)
#: Events by which a court records that the procurator protests (抗诉).
PROTEST_EVENTS = ("抗诉", "提出抗诉", "检察院抗诉", "收到抗诉书", "受理抗诉")

#: Types (类型) a feed gives its parties.
ORGAN_KINDS = ("机关", "机关法人", "国家机关", "行政机关", "党政机关")
FOREIGN_KINDS = ("外国人", "外国自然人", "外国企业", "外国法人", "外国组织", "无国籍人")
NEIGHBOUR_KINDS = (
    "港澳台居民", "港澳台企业", "香港居民", "澳门居民", "台湾居民", "香港企业", "澳门企业", "台湾企业", "台湾地区居民",
)  # fmt: skip
FOREIGN_TYPES = ("协外认",)
NEIGHBOUR_TYPES = ("认台", "认港", "认澳")

#: Names that only an organ of government bears. A bare 局 is none: 中铁二局 is a company.
GOVERNMENT_NAME = (
    "(人民政府|人民政府[^公司厂店]{1,12}(街道)?办事处|人民政府办公[室厅]"
    "|(公安|国家安全|司法|财政|民政|教育|税务|审计|统计|林业|水利|水务|交通运输|农业农村|自然资源|自然资源和规划|规划和自然资源"
    "|生态环境|住房和城乡建设|人力资源和社会保障|医疗保障|退役军人事务|卫生健康|应急管理|市场监督管理|综合行政执法|城市管理|行政审批"
    "|文化广播电视和旅游|乡村振兴|信访|经济和信息化|商务)(局|厅|分局|委员会)|发展和改革(局|委员会)|纪律检查委员会|监察委员会)$"
)
MILITARY_NAME = "^(中国人民解放军|中国人民武装警察部队)"
BANK_NAME = "(银行(股份)?(有限(责任)?)?公司.{0,24}|银行.{2,20}[支分]行|农村信用(合作)?(联)?社.{0,12})$"
LAWYER = "律师"
