"""What the demo court's judgments say (演示裁判文书): facts and reasons in varied words, told from the elements of the case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

Elements = Mapping[str, object]
PLACES = ("某小区", "某集贸市场", "某商场", "某工地宿舍", "某停车场", "某网吧", "某村道", "某车站")
THINGS = ("手机一部", "电动车一辆", "现金", "香烟若干条", "电缆线一批", "首饰", "笔记本电脑一台")
TALES = (
    "冒充客服以退款为由",
    "虚构投资平台以高额回报为诱饵",
    "以介绍工作需交押金为由",
    "以恋爱交往为名虚构急需用钱",
    "以代办贷款需收取手续费为由",
)
ROADS = ("某国道", "某县道", "城区某路口", "某乡村道路", "某桥头路段")
WEAPONS = ("木棍", "啤酒瓶", "菜刀", "铁铲")
GOODS = ("建筑钢材", "饲料", "白酒包装盒", "水泥", "办公家具", "水果")


@dataclass(frozen=True)
class Judgment:
    """The words of one judgment; ``result`` as the collection codes it."""

    title: str
    issue: str
    text: str
    result: str


def yuan(value: object) -> str:
    return f"{float(str(value)):,.2f}".removesuffix(".00") + "元"


def told(elements: Elements, *pairs: tuple[str, str]) -> str:
    """The sentences whose element is set."""
    return "".join(sentence for key, sentence in pairs if elements.get(key))


# --- facts of crimes ---------------------------------------------------------------------------------------
def theft(of: Elements, rng: Random) -> str:
    where = "进入被害人住处" if of.get("entered_home") else f"在{rng.choice(PLACES)}"
    how = (
        "趁被害人不备，扒窃随身财物"
        if of.get("pickpocket")
        else rng.choice(("趁无人之机", "采用撬锁的方式", "翻窗进入后"))
    )
    return (
        f"被告人{where}，{how}，先后{of['times']}次盗走{rng.choice(THINGS)}等财物，经价格认定共计价值人民币{yuan(of['amount'])}。"
        + told(of, ("armed", "作案时随身携带匕首一把。"))
        + rng.choice(("赃物销售后得款用于挥霍。", "赃物已被公安机关追回部分。", "所得赃款用于归还债务。"))
    )


def fraud(of: Elements, rng: Random) -> str:
    how = "通过网络聊天工具" if of.get("telecom") else "当面"
    return (
        f"被告人{how}{rng.choice(TALES)}，骗取{of['victims']}名被害人共计人民币{yuan(of['amount'])}，造成实际损失{yuan(of['loss'])}。"
        + rng.choice(
            (
                "所骗钱款用于网络赌博和日常消费。",
                "所骗钱款转入多个银行账户后取现。",
                "案发前已归还其中一部分。",
            )
        )
    )


def injury(of: Elements, rng: Random) -> str:
    cause = (
        "因被害人先行辱骂、推搡引发冲突"
        if of.get("victim_fault")
        else rng.choice(("因琐事发生口角", "酒后因座位发生争执", "因债务发生纠纷"))
    )
    how = f"持{rng.choice(WEAPONS)}击打" if of.get("use_of_weapon") else "用拳头殴打、脚踢"
    hurt = "重伤二级" if of.get("serious") else "轻伤二级"
    return f"被告人与被害人{cause}，随后{how}被害人头面部及身体，经鉴定，被害人的损伤程度为{hurt}。"


def traffic(of: Elements, rng: Random) -> str:
    liability = {"1": "同等责任", "2": "主要责任", "3": "全部责任"}[str(of["liability"])]
    harm = "、".join(
        text
        for key, text in (
            ("deaths", f"{of['deaths']}人死亡"),
            ("serious", f"{of['serious']}人重伤"),
            ("injured", f"{of['injured']}人受伤"),
        )
        if of.get(key)
    )
    return (
        f"被告人驾驶{rng.choice(('小型轿车', '重型货车', '普通二轮摩托车', '轻型货车'))}行至{rng.choice(ROADS)}时，因"
        f"{rng.choice(('未确保安全', '超速行驶', '违反交通信号', '未按规定让行'))}发生碰撞，造成{harm}。经交警部门认定，被告人负事故{liability}。"
        + told(
            of,
            ("no_licence", "被告人未取得相应机动车驾驶证。"),
            ("flee", "事故发生后，被告人驾车逃离现场，后被查获。"),
        )
    )


def drunk(of: Elements, rng: Random) -> str:
    return (
        f"被告人饮酒后驾驶{rng.choice(('小型轿车', '普通二轮摩托车', '小型面包车'))}行至{rng.choice(ROADS)}被执勤民警查获，"
        f"经鉴定，其血液中乙醇含量为{of['alcohol']}mg/100ml。"
        + told(
            of, ("accident", "途中与停放的车辆发生刮撞，致车辆受损。"), ("no_licence", "被告人未取得机动车驾驶证。"),
            ("highway", "其驾驶路段为城市快速路。"),
        )
    )  # fmt: skip


CIRCUMSTANCES = (
    ("surrender", "案发后主动投案，如实供述自己的罪行，系自首"), ("confession", "到案后如实供述自己的罪行，系坦白"),
    ("plea_leniency", "自愿认罪认罚，签署具结书"), ("returned", "已退赔被害人经济损失"), ("compensated", "已赔偿被害方经济损失"),
    ("forgiven", "取得被害方谅解"), ("recidivist", "刑罚执行完毕后五年以内再犯应当判处有期徒刑以上刑罚之罪，系累犯"),
    ("previous", "有犯罪前科"), ("accessory", "在共同犯罪中起次要作用，系从犯"), ("attempt", "因意志以外的原因未得逞，系未遂"),
    ("minor_16_18", "犯罪时已满十六周岁不满十八周岁"), ("merit", "有立功表现"),
)  # fmt: skip
PROOFS = ("被害人陈述、证人证言、辨认笔录、现场勘验笔录、被告人供述", "书证、鉴定意见、监控视频、被告人的供述和辩解",
          "报案材料、扣押清单、鉴定意见、证人证言和被告人供述")  # fmt: skip
CRIMES: Mapping[str, tuple[Callable[[Elements, Random], str], str]] = {
    "盗窃罪": (theft, "以非法占有为目的，秘密窃取他人财物"),
    "诈骗罪": (fraud, "以非法占有为目的，虚构事实、隐瞒真相，骗取他人财物"),
    "故意伤害罪": (injury, "故意伤害他人身体"),
    "交通肇事罪": (traffic, "违反交通运输管理法规，因而发生重大事故"),
    "危险驾驶罪": (drunk, "在道路上醉酒驾驶机动车"),
}


def of_crime(cause: str, elements: Elements, rng: Random) -> Judgment:
    facts, means = CRIMES[cause]
    told_of = "；".join(sentence for key, sentence in CIRCUMSTANCES if elements.get(key))
    reasons = f"被告人{told_of}，依法在量刑时予以考虑。" if told_of else ""
    text = (
        f"公诉机关指控的事实成立。经审理查明，{facts(elements, rng)}上述事实，有{rng.choice(PROOFS)}等证据证实，足以认定。"
        f"本院认为，被告人{means}，其行为已构成{cause}。{reasons}"
    )
    return Judgment(f"{cause.removesuffix('罪')}案", f"被告人的行为构成{cause}及其量刑", text, "convict")


# --- facts of claims ---------------------------------------------------------------------------------------
def lending(of: Elements, rng: Random) -> str:
    paper = "向原告出具借条一张" if of.get("written") else "双方未书立借条"
    paid = (
        "原告通过银行转账交付"
        if of.get("transfer_proof")
        else "原告称以现金交付"
        if of.get("cash")
        else "原告未举示交付凭证"
    )
    rate = f"约定年利率{of['rate']}%" if of.get("rate") else "未约定利息"
    return (
        f"被告因{rng.choice(('资金周转', '经营需要', '购买房屋', '家庭开支'))}向原告借款{yuan(of['principal'])}，{paper}，{rate}，{paid}。"
        f"借款到期后被告未归还，已逾期{of['years_overdue']}年。"
        + told(
            of,
            ("guarantee", "第三人在借条上以保证人身份签名。"),
            ("over_cap", "约定的利率超过合同成立时一年期贷款市场报价利率四倍，超过部分不予支持。"),
        )
    )


def accident(of: Elements, rng: Random) -> str:
    grade = int(str(of["disability"]))
    harm = (
        "受害人死亡"
        if of.get("dead")
        else f"原告构成{'十九八七六五四三二一'[grade - 1]}级伤残"
        if grade
        else "原告受伤住院治疗"
    )
    return (
        f"被告驾驶机动车在{rng.choice(ROADS)}与{'行人' if of.get('non_motor') else '另一机动车'}发生交通事故，造成{harm}。"
        f"根据事故认定，被告方承担{of['liability_share']}%的责任。"
        + told(of, ("insured", "肇事车辆投保了交强险。"), ("insured_extra", "另投保了商业三者险。"))
        + f"原告请求赔偿医疗费、误工费、护理费等共计{yuan(of['claimed'])}。"
    )


def sale(of: Elements, rng: Random) -> str:
    goods = rng.choice(GOODS)
    return (
        f"原告向被告供应{goods}，双方对账确认货款，被告尚欠{yuan(of['claimed'])}。"
        + (
            "货物已经交付并由被告方人员签收。"
            if of.get("delivered")
            else "被告否认收到货物，送货单上无被告方签名。"
        )
        + told(
            of,
            ("quality_dispute", "被告以货物存在质量问题为由拒绝付款。"),
            ("penalty_rate", f"合同约定违约金为货款的{of['penalty_rate']}%。"),
        )
    )


def wages(of: Elements, rng: Random) -> str:
    return (
        f"原告在被告处从事{rng.choice(('木工', '保洁', '销售', '司机', '车间操作'))}工作{of['service_years']}年，月工资约{yuan(of['monthly_wage'])}，"
        f"{'双方订立书面劳动合同' if of.get('written_contract') else '双方未订立书面劳动合同'}。仲裁裁决支持其请求的{of['arbitrated_share']}%。"
        + told(of, ("unlawful_dismissal", "原告主张被告违法解除劳动关系。"))
    )


CLAIMS: Mapping[str, tuple[Callable[[Elements, Random], str], str]] = {
    "民间借贷纠纷": (lending, "借贷关系是否成立，尚欠本息如何认定"),
    "机动车交通事故责任纠纷": (accident, "损失数额和责任比例如何认定"),
    "买卖合同纠纷": (sale, "货款应否支付，违约金是否过高"),
    "追索劳动报酬纠纷": (wages, "被告尚欠劳动报酬的数额"),
}
JUDGED = {
    "support": "原告的诉讼请求有事实和法律依据，本院予以支持。",
    "partial": "原告的诉讼请求部分有事实和法律依据，本院对该部分予以支持，其余不予支持。",
    "dismiss": "原告的举证不足以证明其主张，应承担举证不能的后果，其诉讼请求不予支持。",
}


def of_claim(cause: str, elements: Elements, share: float, rng: Random) -> Judgment:
    facts, issue = CLAIMS[cause]
    result = "support" if share >= 0.97 else "dismiss" if share < 0.03 else "partial"
    absent = told(
        elements, ("absent_defendant", "被告经传票传唤无正当理由拒不到庭，视为放弃答辩和质证的权利。")
    )
    text = f"经审理查明，{facts(elements, rng)}{absent}本院认为，{issue.rstrip('。')}是本案的争议焦点。{JUDGED[result]}"
    return Judgment(f"{cause.removesuffix('纠纷')}纠纷案", issue, text, result)


# --- pairs that disagree -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Quarrel:
    """A question two judgments of one court answered differently: elements and facts alike, reasons opposite."""

    cause: str
    elements: Mapping[str, object]
    issue: str
    facts: str
    granted: str
    refused: str


QUARRELS = (
    Quarrel(
        "民间借贷纠纷", {"rate": 0, "years_overdue": 1.5, "principal": 60_000, "transfer_proof": True},
        "仅有转账凭证没有借条，借贷合意由谁举证",
        "原告通过银行转账向被告交付60,000元，双方未书立借条。被告抗辩该款系归还此前的借款，但未举示证据。原告多次催要，被告拒不归还。",
        "原告提供了金融机构的转账凭证，被告抗辩系偿还此前借款而未举证，应认定双方借贷关系成立，原告的诉讼请求予以支持。",
        "原告仅提供转账凭证，不足以证明双方有借贷合意，原告应就借贷关系成立承担举证责任，其诉讼请求不予支持。",
    ),
    Quarrel(
        "民间借贷纠纷", {"rate": 12, "years_overdue": 2.0, "principal": 100_000, "written": True, "cash": True},
        "夫妻一方以个人名义所借款项是否为共同债务",
        "被告之一在婚姻关系存续期间以个人名义向原告借款100,000元并出具借条，约定年利率12%，款项以现金交付，用于经营的餐馆。其配偶未在借条上签名，"
        "餐馆由二人共同照看。借款到期后未归还。",
        "借款用于夫妻共同生产经营，应认定为夫妻共同债务，原告请求二被告共同偿还，予以支持。",
        "借款数额超出家庭日常生活需要，配偶未签名追认，原告未能证明用于共同生产经营，对配偶的请求及本案诉讼请求不予支持。",
    ),
    Quarrel(
        "买卖合同纠纷", {"penalty_rate": 12.5, "delivered": True, "quality_dispute": True, "absent_defendant": True},
        "送货单由未经授权的人员签收，能否认定货物已经交付",
        "原告按口头约定向被告承建的工地分批供应水泥，双方没有书面合同，送货单由工地现场人员签收，该人员没有被告的书面授权，被告也未为其缴纳社会保险。"
        "被告在书面答辩中否认收货，并称水泥标号不合格，经传票传唤未到庭。原告未举示对账单和付款记录。",
        "现场人员签收货物系履行职务的行为，应认定原告已经交付，被告应支付货款，原告的诉讼请求予以支持。",
        "签收人员没有被告授权，原告未能证明其与被告的关系，不能认定货物已经交付被告，原告的诉讼请求不予支持。",
    ),
)  # fmt: skip


def of_quarrel(quarrel: Quarrel, is_granted: bool) -> Judgment:
    reason = quarrel.granted if is_granted else quarrel.refused
    text = f"经审理查明，{quarrel.facts}本院认为，{quarrel.issue}是本案的争议焦点。{reason}"
    result = "support" if is_granted else "dismiss"
    return Judgment(f"{quarrel.cause.removesuffix('纠纷')}纠纷案", quarrel.issue, text, result)
