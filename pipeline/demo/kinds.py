"""The kinds of case the demo court hears: how often, how long they last, about what, how they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Weighted = Mapping[str, float]

CONTRACT: Weighted = {
    "民间借贷纠纷": 13, "买卖合同纠纷": 10, "金融借款合同纠纷": 12, "离婚纠纷": 13, "物业服务合同纠纷": 8,
    "机动车交通事故责任纠纷": 9, "信用卡纠纷": 6, "劳务合同纠纷": 4, "房屋租赁合同纠纷": 3, "追偿权纠纷": 4,
    "抚养费纠纷": 2, "赡养费纠纷": 1, "承揽合同纠纷": 2, "提供劳务者受害责任纠纷": 2, "追索劳动报酬纠纷": 2,
    "保证合同纠纷": 1, "运输合同纠纷": 1, "小额借款合同纠纷": 2, "同居关系纠纷": 1, "装饰装修合同纠纷": 1,
}  # fmt: skip
SMALL: Weighted = {
    "物业服务合同纠纷": 18, "信用卡纠纷": 14, "买卖合同纠纷": 14, "民间借贷纠纷": 14, "金融借款合同纠纷": 10,
    "小额借款合同纠纷": 8, "劳务合同纠纷": 7, "追索劳动报酬纠纷": 4, "机动车交通事故责任纠纷": 6, "承揽合同纠纷": 3,
    "房屋租赁合同纠纷": 2,
}  # fmt: skip
WEIGHTY: Weighted = {
    "建设工程施工合同纠纷": 16, "买卖合同纠纷": 12, "民间借贷纠纷": 12, "离婚纠纷": 8, "继承纠纷": 5, "法定继承纠纷": 4,
    "金融借款合同纠纷": 10, "机动车交通事故责任纠纷": 8, "商品房预售合同纠纷": 7, "合伙合同纠纷": 4, "排除妨害纠纷": 3,
    "确认劳动关系纠纷": 4, "案外人执行异议之诉": 3, "股东出资纠纷": 2, "债权人代位权纠纷": 2,
}  # fmt: skip
CRIMES: Weighted = {
    "危险驾驶罪": 22, "盗窃罪": 17, "诈骗罪": 9, "故意伤害罪": 8, "帮助信息网络犯罪活动罪": 9, "交通肇事罪": 6,
    "掩饰、隐瞒犯罪所得、犯罪所得收益罪": 6, "寻衅滋事罪": 5, "开设赌场罪": 5, "非法捕捞水产品罪": 2, "强奸罪": 4,
    "抢劫罪": 1, "容留他人吸毒罪": 2, "妨害公务罪": 1, "敲诈勒索罪": 1, "聚众斗殴罪": 1, "合同诈骗罪": 1,
}  # fmt: skip
PETTY_CRIMES: Weighted = {
    "危险驾驶罪": 60,
    "盗窃罪": 20,
    "交通肇事罪": 8,
    "帮助信息网络犯罪活动罪": 6,
    "容留他人吸毒罪": 3,
}
GRAVE_CRIMES: Weighted = {
    "故意杀人罪": 4,
    "故意伤害罪": 4,
    "抢劫罪": 2,
    "受贿罪": 4,
    "贪污罪": 2,
    "非法吸收公众存款罪": 2,
}
ADMINISTRATIVE: Weighted = {"罚款": 4, "行政拘留": 6, "征收或者征用房屋": 5, "征收或者征用土地": 4, "房屋所有权登记": 3,
                            "强制拆除房屋或者设施": 5, "颁发机动车驾驶证": 1, "责令限期拆除": 2}  # fmt: skip
LAND: Weighted = {"罚款": 5, "责令限期拆除": 3, "没收违法所得": 1}
NOTHING: Weighted = {"": 1}
OWED: Weighted = {
    "民间借贷纠纷": 22, "金融借款合同纠纷": 18, "买卖合同纠纷": 14, "信用卡纠纷": 10, "劳务合同纠纷": 8, "物业服务合同纠纷": 7,
    "追偿权纠纷": 6, "机动车交通事故责任纠纷": 6, "追索劳动报酬纠纷": 4, "抚养费纠纷": 3, "房屋租赁合同纠纷": 2,
}  # fmt: skip

VERDICTS: Weighted = {"判决": 46, "调解": 27, "撤诉": 24, "驳回起诉": 3}
SMALL_VERDICTS: Weighted = {"判决": 38, "调解": 32, "撤诉": 30}
CONVICTIONS: Weighted = {"判决": 97, "撤回起诉": 2, "终止审理": 1}
APPEALS: Weighted = {"维持": 64, "改判": 10, "发回重审": 3, "撤回上诉": 12, "调解": 11}
CRIMINAL_APPEALS: Weighted = {"维持": 75, "改判": 12, "发回重审": 3, "撤回上诉": 10}
ENFORCED: Weighted = {"执行完毕": 42, "终结执行": 30, "执行和解": 8, "终结本次执行程序": 20}
REVIEWED: Weighted = {"驳回": 75, "准许": 25}
GRANTED: Weighted = {"准许": 90, "驳回": 10}

CIVIL_SIDES = ("原告", "被告")
CRIMINAL_SIDES = ("公诉机关", "被告人")
APPEAL_SIDES = ("上诉人", "被上诉人")
ENFORCEMENT_SIDES = ("申请执行人", "被执行人")
APPLICATION_SIDES = ("申请人", "被申请人")

CIVIL_SLOW = ("appraisal", "announcement", "objection", "settlement", "stay", "extension", "conversion")
ORDINARY_SLOW = ("appraisal", "announcement", "objection", "settlement", "stay", "extension")
CRIMINAL_SLOW = ("investigation", "psychiatric", "extension")
ENFORCEMENT_SLOW = ("auction", "valuation", "exec_settlement", "extension")


@dataclass(frozen=True)
class Kind:
    """One kind of case. ``limit`` is its time limit; ``named`` says that the case itself must name it, because type
    and procedure leave it open. ``days`` is its length in days, roughly; ``mean`` how long such a case lasts."""

    key: str
    code: str  # 类型代字
    category: str
    procedure: str
    limit: str
    days: int
    mean: float
    share: float  # of a hundred cases that are filed
    bench: str  # kind of division that hears it
    causes: Weighted
    endings: Weighted
    sides: tuple[str, str]
    course: str  # trial | criminal | enforcement | review
    upper: bool = False  # heard by the intermediate court
    named: bool = False
    panel: bool = False
    amount: float = 0.0  # median, in yuan
    detained: float = 0.0
    slow: tuple[str, ...] = ()


_C, _K, _A, _E = CIVIL_SIDES, CRIMINAL_SIDES, APPLICATION_SIDES, ENFORCEMENT_SIDES

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        # what comes to the basic courts
        Kind("civ_small", "民初", "民事", "small", "civ_small", 59, 17, 14, "民事", SMALL, SMALL_VERDICTS, _C, "trial",
             amount=9_000, slow=("announcement", "extension")),
        Kind("civ_summary", "民初", "民事", "summary", "civ_summary", 89, 25, 31.5, "民事", CONTRACT, VERDICTS, _C, "trial",
             amount=38_000, slow=CIVIL_SLOW),
        Kind("civ_ordinary", "民初", "民事", "ordinary", "civ_first_ordinary", 181, 52, 8.2, "民事", WEIGHTY, VERDICTS, _C,
             "trial", panel=True, amount=160_000, slow=ORDINARY_SLOW),
        Kind("civ_special", "民特", "民事", "special", "civ_special", 30, 5, 1, "立案", {"申请司法确认调解协议": 1}, GRANTED,
             _A, "review"),
        Kind("civ_payment", "民督", "民事", "", "civ_payment_order", 15, 4, 0.3, "立案", {"申请支付令": 1}, GRANTED, _A,
             "review", amount=12_000),
        Kind("crim_fast", "刑初", "刑事", "fast", "crim_fast", 10, 5, 2.4, "刑事", PETTY_CRIMES, CONVICTIONS, _K, "criminal",
             detained=0.1),
        Kind("crim_summary", "刑初", "刑事", "summary", "crim_summary", 20, 10, 1.7, "刑事", CRIMES, CONVICTIONS, _K,
             "criminal", detained=0.4, slow=("crim_conversion",)),
        Kind("crim_summary_over3y", "刑初", "刑事", "summary", "crim_summary_over3y", 45, 22, 0.5, "刑事", CRIMES,
             CONVICTIONS, _K, "criminal", named=True, detained=0.8, slow=("crim_conversion",)),
        Kind("crim_ordinary", "刑初", "刑事", "ordinary", "crim_first_ordinary", 59, 34, 1.9, "刑事", CRIMES, CONVICTIONS,
             _K, "criminal", panel=True, detained=0.7, slow=CRIMINAL_SLOW),
        Kind("adm_ordinary", "行初", "行政", "ordinary", "adm_first_ordinary", 181, 60, 0.68, "行政", ADMINISTRATIVE, VERDICTS,
             _C, "trial", panel=True, slow=("stay", "mediation")),
        Kind("adm_summary", "行初", "行政", "summary", "adm_summary", 45, 24, 0.3, "行政", ADMINISTRATIVE, VERDICTS, _C,
             "trial"),
        Kind("adm_nonlit", "行审", "行政", "", "adm_nonlit_review", 7, 4, 0.3, "行政", LAND, GRANTED, _A, "review"),
        Kind("exec_objection", "执异", "执行", "", "exec_objection", 15, 9, 0.5, "执行", NOTHING, REVIEWED, _A, "review"),
        Kind("exec_preserve", "执保", "执行", "", "exec_preserve", 5, 3, 0.7, "执行", NOTHING, {"保全完毕": 1}, _A, "review",
             amount=80_000),
        Kind("aid", "司救执", "司法救助", "", "judicial_aid", 14, 8, 0.08, "执行", NOTHING, GRANTED, ("申请人", ""), "review"),
        Kind("comp_self", "法赔", "国家赔偿", "", "comp_self", 59, 30, 0.01, "行政", NOTHING, REVIEWED, ("申请人", ""),
             "review"),
        Kind("sanction", "司惩", "司法制裁", "", "judicial_sanction", 400, 3, 0.05, "执行", NOTHING, {"准许": 1},
             ("", "被处罚人"), "review"),
        # enforcement, wherever it comes from
        Kind("exec_first", "执", "执行", "", "exec_first", 181, 42, 0, "执行", OWED, ENFORCED, _E, "enforcement",
             amount=42_000, slow=ENFORCEMENT_SLOW),
        Kind("exec_resume", "执恢", "执行", "", "exec_resume", 181, 45, 0, "执行", OWED, ENFORCED, _E, "enforcement",
             amount=60_000, slow=ENFORCEMENT_SLOW),
        # the intermediate court at first instance
        Kind("civ_upper", "民初", "民事", "ordinary", "civ_first_ordinary", 181, 60, 0.25, "民事", WEIGHTY, VERDICTS, _C,
             "trial", upper=True, panel=True, amount=60_000_000, slow=ORDINARY_SLOW),
        Kind("crim_upper", "刑初", "刑事", "ordinary", "crim_first_ordinary", 59, 40, 0.15, "刑事", GRAVE_CRIMES, CONVICTIONS,
             _K, "criminal", upper=True, panel=True, detained=0.97, slow=CRIMINAL_SLOW),
        Kind("adm_upper", "行初", "行政", "ordinary", "adm_first_ordinary", 181, 60, 0.12, "行政", ADMINISTRATIVE, VERDICTS,
             _C, "trial", upper=True, panel=True, slow=("stay", "mediation")),
        Kind("civ_arbitration", "民特", "民事", "special", "civ_arbitration_setaside", 59, 32, 0.06, "民事",
             {"申请撤销仲裁裁决": 1}, REVIEWED, _A, "review", upper=True),
        Kind("crim_commutation", "刑更", "刑事", "", "crim_commutation_life_fixed", 30, 18, 0.6, "审监", NOTHING, GRANTED,
             ("", "罪犯"), "review", upper=True, panel=True, detained=1.0),
        Kind("exec_reconsider", "执复", "执行", "", "exec_reconsideration", 30, 18, 0.15, "执行", NOTHING, REVIEWED, _A,
             "review", upper=True, panel=True),
        Kind("insolvency_petition", "破申", "破产", "", "civ_bankruptcy_accept_other", 15, 9, 0.05, "民事",
             {"申请破产清算": 1}, GRANTED, _A, "review", upper=True, named=True, panel=True),
        Kind("insolvency", "破", "破产", "", "civ_bankruptcy", 400, 90, 0.04, "民事", {"申请破产清算": 1}, {"终结破产程序": 1},
             _A, "review", upper=True, panel=True),
        Kind("comp_committee", "委赔", "国家赔偿", "", "comp_committee", 90, 50, 0.02, "审监", NOTHING, REVIEWED,
             ("赔偿请求人", "赔偿义务机关"), "review", upper=True, panel=True),
        # second instance and retrial
        Kind("civ_second", "民终", "民事", "second", "civ_second_judgment", 90, 38, 0, "民事", CONTRACT, APPEALS, APPEAL_SIDES,
             "trial", upper=True, panel=True, amount=60_000, slow=("extension", "settlement", "appraisal")),
        Kind("crim_second", "刑终", "刑事", "second", "crim_second", 59, 32, 0, "刑事", CRIMES, CRIMINAL_APPEALS,
             ("", "上诉人"), "criminal", upper=True, panel=True, detained=0.8, slow=("reading",)),
        Kind("adm_second", "行终", "行政", "second", "adm_second", 90, 40, 0, "行政", ADMINISTRATIVE, APPEALS, APPEAL_SIDES,
             "trial", upper=True, panel=True),
        Kind("civ_retrial", "民再", "民事", "retrial", "civ_retrial_second", 90, 50, 0, "审监", CONTRACT, APPEALS,
             ("再审申请人", "被申请人"), "trial", upper=True, named=True, panel=True, amount=80_000),
    )
}  # fmt: skip

#: What is filed on its own, with its share; second instance, retrial and enforcement follow from other cases.
ORIGINAL = tuple(kind for kind in KINDS.values() if kind.share)
SECOND_SHARE = 4.2  # of a hundred filings
ENFORCEMENT_SHARE = 25.6
SECOND = {"民事": "civ_second", "刑事": "crim_second", "行政": "adm_second"}
UNLINKED_SECOND: Weighted = {"civ_second": 76, "crim_second": 17, "adm_second": 7}
