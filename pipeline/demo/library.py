"""Twenty judgments of no court (演示类案库): made up, marked as such, so that a search finds more than one's own cases.

None of them exists. Number, title and text say so, and the wording is nobody's but ours.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = "【演示文书，并非真实裁判】"


@dataclass(frozen=True)
class Example:
    """One made-up judgment of the collection."""

    source: str
    category: str
    cause: str
    title: str
    holding: str
    facts: str
    result: str


_C, _M = "刑事", "民事"
EXAMPLES = (
    Example("guiding", _C, "盗窃罪", "网络支付账户内资金的窃取", "秘密转走他人网络支付账户内资金的，以盗窃罪论处。",
            "被告人拾得被害人手机后猜配支付密码，分三次转走账户内资金九千余元，案发后退赔并取得谅解。", "convict"),
    Example("guiding", _C, "交通肇事罪", "逃逸后又返回现场的认定", "为逃避法律追究离开现场，后虽返回，仍应认定逃逸。",
            "被告人驾驶货车致一人死亡后驶离，行驶二公里后返回现场报警并等候处理，负事故全部责任。", "convict"),
    Example("guiding", _C, "诈骗罪", "虚构交易骗取预付款", "没有履行能力而以虚假交易骗取预付款的，具有非法占有目的。",
            "被告人虚构货源，通过网络聊天工具收取四名被害人预付款共计八万元后失去联系。", "convict"),
    Example("guiding", _M, "民间借贷纠纷", "转账凭证与借贷合意的举证", "原告仅凭转账凭证起诉，被告抗辩系偿还旧债的，应就其主张举证。",
            "原告向被告转账六万元，没有借条；被告称系归还此前借款，但不能举证。", "support"),
    Example("guiding", _M, "机动车交通事故责任纠纷", "体质状况与赔偿责任", "受害人自身体质状况不属于减轻侵权人责任的法定情形。",
            "受害人高龄且患有骨质疏松，被机动车碰撞致十级伤残，机动车一方负全部责任。", "support"),
    Example("guiding", _M, "买卖合同纠纷", "违约金过高的调整", "违约金以实际损失为基础，兼顾履行情况和过错，公平衡量。",
            "双方约定违约金为货款的百分之三十，买受人迟延付款四个月，未举证证明出卖人实际损失。", "partial"),
    Example("library", _C, "危险驾驶罪", "短距离挪车的处理", "醉酒后为停车短距离挪动车辆，情节显著轻微的，可以不作为犯罪处理。",
            "被告人血液酒精含量为每百毫升一百一十毫克，在小区停车场内挪车十余米，未造成事故。", "acquit"),
    Example("library", _C, "危险驾驶罪", "醉驾并发生事故的从重", "醉酒驾驶发生事故并负全部责任的，从重处理。",
            "被告人血液酒精含量为每百毫升二百毫克，与两车发生碰撞，负全部责任，事后赔偿损失。", "convict"),
    Example("library", _C, "盗窃罪", "多次盗窃与数额的关系", "二年内盗窃三次以上，数额未达较大的，仍构成盗窃罪。",
            "被告人一年内在集贸市场扒窃五次，所得共计七百余元，系累犯。", "convict"),
    Example("library", _C, "盗窃罪", "入户盗窃的住处认定", "供人家庭生活、与外界相对隔离的场所为户。",
            "被告人翻窗进入被害人租住的房屋，盗走现金和首饰，价值一万余元，到案后如实供述。", "convict"),
    Example("library", _C, "诈骗罪", "电信网络诈骗中取款人的作用", "仅按指示取款、起次要作用的，可以认定为从犯。",
            "被告人受他人雇用取款十二次，涉及被害人二十余名，个人获利四千元，自愿认罪认罚。", "convict"),
    Example("library", _C, "故意伤害罪", "被害人过错与量刑", "被害人对矛盾激化负有直接责任的，可以酌情从轻。",
            "被害人先持木棍追打被告人，被告人夺下后击打致其轻伤，已赔偿并取得谅解。", "convict"),
    Example("library", _C, "故意伤害罪", "正当防卫的时机", "不法侵害正在进行，为制止侵害造成轻伤的，不负刑事责任。",
            "深夜两人闯入被告人住处殴打，被告人持凳子还击致一人轻伤。", "acquit"),
    Example("library", _C, "帮助信息网络犯罪活动罪", "出租银行卡的明知", "短期内出租多张银行卡、收取明显高于市场的报酬的，可以认定明知。",
            "被告人出租五张银行卡，流水二百余万元，获利三千元，主动投案并退缴违法所得。", "convict"),
    Example("library", _M, "民间借贷纠纷", "职业放贷合同的效力", "未经批准以放贷为业，向不特定对象出借的，借贷合同无效。",
            "原告二年内起诉二十余件借贷纠纷，借条格式相同，约定利率超过法定上限。", "partial"),
    Example("library", _M, "民间借贷纠纷", "夫妻一方所借款项", "借款用于夫妻共同生产经营的，为夫妻共同债务。",
            "一方以个人名义借款十万元，用于共同经营的餐馆，另一方未在借条上签名。", "support"),
    Example("library", _M, "买卖合同纠纷", "现场人员签收的效力", "工地现场人员签收货物，外观上足以使人相信其有权限的，构成交付。",
            "出卖人向工地供应水泥，送货单由现场管理人员签收，买受人否认收货。", "support"),
    Example("library", _M, "买卖合同纠纷", "质量异议的期间", "买受人在合理期间内未提出异议的，视为质量符合约定。",
            "买受人收到包装盒后使用三个月，被催要货款时才称存在质量问题。", "support"),
    Example("library", _M, "机动车交通事故责任纠纷", "好意同乘的责任", "非营运机动车无偿搭乘发生事故的，应当减轻机动车一方的责任。",
            "被告驾车无偿搭载同事途中发生单方事故，致同事九级伤残，车辆投保交强险。", "partial"),
    Example("library", _M, "追索劳动报酬纠纷", "工资支付的举证", "用人单位应当对工资支付情况承担举证责任。",
            "劳动者主张拖欠四个月工资，双方未订立书面劳动合同，用人单位不能提供工资支付记录。", "support"),
)  # fmt: skip


def number_of(place: int, example: Example) -> str:
    return f"演示{'指导' if example.source == 'guiding' else '入库'}案例第{place}号"


def text_of(example: Example) -> str:
    return f"{MARK}经审理查明，{example.facts}本院认为，{example.holding}"
