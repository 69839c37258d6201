"""A court's judgments, invented (虚构): causes with facts, each fact in several wordings, names drawn from a small village.

The same facts are told in other words, with other names, dates, sums and formulas; judgments of other facts share names,
places and formulas. How alike two are is known without reading them: by how many of the facts of a cause agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from precedents.index import Document

SURNAMES = "王李张刘陈杨赵黄周吴徐孙朱胡郭何"
GIVEN = ["伟", "芳", "秀英", "建国", "丽", "军", "志强", "海燕", "桂兰", "磊", "国庆", "小红"]
PLACES = ["江苏省苏州市吴中区", "四川省宜宾市翠屏区", "福建省三明市沙县区", "贵州省遵义市汇川区"]
ROADS = ["人民路", "建设大道", "解放街", "滨河路", "204国道"]

#: Cause: opening, then every fact with its values, each in several wordings.
CAUSES: Mapping[str, tuple[str, Mapping[str, tuple[tuple[str, ...], ...]]]] = {
    "交通肇事": ("被告人{a}驾驶{plate}沿{road}行驶，与{b}相撞。", {
        "后果": (("致{b}当场死亡", "造成{b}死亡", "{b}经抢救无效身亡"), ("致{b}重伤", "造成{b}重伤二级", "{b}身受重伤"), ("致二人死亡", "造成两人丧生", "致2人死亡")),
        "逃逸": (("{a}弃车逃跑", "{a}驾车逃逸", "{a}肇事后逃离现场"), ("{a}在现场等候处理", "{a}留在事故现场并报警", "{a}拨打电话报警后原地等候")),
        "资格": (("{a}未取得机动车驾驶证", "{a}无证驾驶", "{a}无驾驶资格"), ("{a}血液中检出酒精，属醉酒驾驶", "{a}醉酒后驾车", "{a}属醉驾"), ("{a}超速行驶", "{a}超过限速百分之五十", "{a}车速过快")),
        "责任": (("{a}负事故全部责任", "认定{a}承担全责"), ("{a}负事故主要责任", "认定{a}承担主责")),
        "赔偿": (("已赔偿被害人亲属并取得谅解", "家属对{a}表示原谅，损失已赔付"), ("至今未作赔偿", "分文未赔")),
    }),
    "盗窃": ("被告人{a}在{place}作案。", {
        "方式": (("翻窗入室窃取", "潜入室内偷走", "撬门进入住宅盗走"), ("在公交车上扒窃", "趁人不备从衣袋内偷走"), ("在超市货架上盗取", "于商场内偷拿")),
        "物品": (("{b}的黄金首饰", "{b}的金项链和戒指"), ("{b}的手机一部", "{b}的移动电话"), ("{b}的电动自行车", "{b}停放的电瓶车")),
        "前科": (("{a}系累犯", "{a}刑满释放后五年内再犯罪"), ("{a}系初犯", "{a}无前科，属首次犯罪")),
        "退赃": (("赃物已发还", "已退赔被害人全部损失"), ("赃款已被挥霍", "赃物未能追回")),
        "供述": (("{a}主动投案并如实供述", "{a}自首"), ("{a}被抓获归案后拒不认罪", "{a}到案后否认作案")),
    }),
    "故意伤害": ("被告人{a}与{b}在{road}发生冲突。", {
        "起因": (("双方因琐事发生口角", "二人因小事争吵"), ("双方因宅基地产生纠纷", "二人为宅基地边界争执"), ("双方酒后言语不和", "二人饮酒后互相辱骂")),
        "手段": (("{a}持刀捅伤{b}", "{a}用水果刀刺伤{b}"), ("{a}拳打脚踢{b}", "{a}徒手殴打{b}"), ("{a}用木棍击打{b}头部", "{a}持棍棒打击{b}头部")),
        "伤情": (("经鉴定为轻伤一级", "伤情评定为轻伤一级"), ("经鉴定为重伤二级", "构成重伤二级"), ("经鉴定为轻伤二级", "损伤程度为轻伤二级")),
        "过错": (("{b}对引发本案有过错", "{b}先动手，存在过错"), ("{b}无明显过错", "{b}在案发起因上没有过错")),
        "谅解": (("{b}出具谅解书", "取得{b}谅解"), ("{b}要求从严惩处", "{b}不予原谅")),
    }),
    "民间借贷": ("原告{a}与被告{b}系朋友，{b}向{a}借款{money}。", {
        "凭证": (("{b}出具借条一张", "{b}写下借据"), ("双方未写借条，仅有微信转账记录", "没有书面凭据，只有网络转账"), ("双方签订借款合同", "订有书面借款协议")),
        "利息": (("约定月息二分", "约定按月利率2%计息"), ("未约定利息", "对利息没有约定"), ("约定年利率24%", "约定年息百分之二十四")),
        "担保": (("第三人提供连带责任保证", "另有一人担保并承担连带清偿"), ("以房屋作抵押", "以房产办理抵押登记"), ("没有担保", "无人担保")),
        "还款": (("{b}到期后分文未还", "{b}逾期拒不归还"), ("{b}已偿还部分本金", "{b}归还了一部分借款")),
        "抗辩": (("{b}辩称系赌债", "{b}主张该款是赌博所欠"), ("{b}辩称已还清", "{b}主张借款清偿完毕"), ("{b}辩称系投资款", "{b}主张该款是合伙投资")),
    }),
    "劳动争议": ("原告{a}在被告{company}工作。", {
        "合同": (("双方未签订书面劳动合同", "公司一直没有与其订立劳动合同"), ("双方签订三年期劳动合同", "订有为期三年的劳动合同")),
        "离职": (("公司以旷工为由辞退{a}", "单位以其旷工为由解除劳动合同"), ("{a}因拖欠工资提出辞职", "{a}以欠薪为由离职"), ("公司经济性裁员", "单位因经营困难裁员")),
        "工资": (("拖欠三个月工资", "三个月劳动报酬未支付"), ("工资已足额发放", "劳动报酬均已付清")),
        "加班": (("长期加班而未付加班费", "延时工作未得到加班工资"), ("不存在加班", "没有加班事实")),
        "社保": (("公司未缴纳社会保险", "单位没有为其参加社保"), ("公司依法缴纳社会保险", "社保均正常缴纳")),
    }),
    "离婚": ("原告{a}与被告{b}登记结婚，现起诉离婚。", {
        "感情": (("夫妻感情确已破裂", "双方感情不和，婚姻无法维系"), ("双方尚有和好可能", "夫妻感情尚未破裂")),
        "原因": (("{b}多次实施家庭暴力", "{b}经常殴打妻子"), ("{b}有婚外情", "{b}与第三者同居"), ("双方分居满两年", "二人分开居住已有两年")),
        "子女": (("婚生子由{a}抚养", "儿子一直随{a}生活"), ("婚生女由{b}抚养", "女儿跟随{b}生活"), ("双方未生育子女", "婚后没有孩子")),
        "财产": (("共同财产有房屋一套", "婚后购买住房一套"), ("无共同财产", "没有夫妻财产需要分割")),
        "彩礼": (("{a}要求返还彩礼", "{a}请求退还聘金"), ("双方对彩礼没有争议", "未涉及彩礼")),
    }),
    "房屋租赁": ("原告{a}将位于{place}的房屋出租给被告{b}，租金{money}。", {
        "违约": (("{b}拖欠租金六个月", "{b}半年未交房租"), ("{b}擅自转租", "{b}未经同意将房屋转给他人使用"), ("{b}擅自拆改承重墙", "{b}破坏房屋主体结构")),
        "请求": (("要求解除合同并腾退房屋", "请求终止租赁、限期搬出"), ("要求继续履行并补交租金", "请求支付欠租，继续履行合同")),
        "押金": (("押金不予退还", "主张没收押金"), ("同意退还押金", "愿意返还保证金")),
        "房况": (("房屋漏水严重", "屋内多处渗水"), ("房屋完好", "房屋使用状况正常")),
    }),
    "医疗损害": ("原告{a}到被告{place}人民医院就诊。", {
        "过错": (("医院误诊延误治疗", "诊断错误致治疗不及时"), ("手术中遗留纱布", "术中将纱布留在体内"), ("医院未尽告知义务", "术前没有告知风险")),
        "后果": (("构成九级伤残", "伤残等级为九级"), ("{a}死亡", "{a}抢救无效去世"), ("需再次手术", "不得不二次手术")),
        "鉴定": (("鉴定意见为主要原因", "参与度为主要"), ("鉴定意见为次要原因", "参与度为次要")),
        "病历": (("病历存在涂改", "病历被篡改"), ("病历完整真实", "病历书写规范")),
    }),
}  # fmt: skip

OPENING = "{court}（{year}）苏05{n:02d}号之一判决书。公诉机关或者原告{a}，被告{b}，住{place}。本院受理后，依法组成合议庭，公开开庭审理了本案，现已审理终结。经审理查明："
ENDING = "上述事实，有当庭出示并经质证的证据证实，足以认定。本院认为，事实清楚，证据确实、充分。依照有关法律之规定，判决如下：如不服本判决，可在判决书送达之日起十五日内，向本院递交上诉状。审判长{a}。"


@dataclass(frozen=True)
class Told:
    """A judgment and what it is about: its cause and which value each fact has."""

    document: Document
    cause: str
    values: tuple[int, ...]


def grade(asked: Told, found: Told) -> int:
    """3 where every fact agrees, 2 and 1 where one or two differ, 0 otherwise."""
    if asked.cause != found.cause:
        return 0
    apart = sum(one != other for one, other in zip(asked.values, found.values, strict=True))
    return max(3 - apart, 0)


def draw(number: int, *, seed: int = 7, prefix: str = "d") -> Iterator[Told]:
    """As many judgments; half with facts stated beside the text."""
    chance = Random(seed)
    causes = list(CAUSES)
    for n in range(number):
        cause = chance.choice(causes)
        facts = CAUSES[cause][1]
        values = tuple(chance.randrange(len(wordings)) for wordings in facts.values())
        yield tell(f"{prefix}{n}", cause, values, chance)


def tell(id: str, cause: str, values: tuple[int, ...], chance: Random) -> Told:
    """One judgment of these facts, in words drawn by chance."""
    opening, facts = CAUSES[cause]
    said = [chance.choice(wordings[value]) for wordings, value in zip(facts.values(), values, strict=True)]
    chance.shuffle(said)
    text = (
        OPENING
        + f"{chance.randint(2015, 2024)}年{chance.randint(1, 12)}月{chance.randint(1, 28)}日，"
        + opening
        + "。".join(said)
        + "。"
        + ENDING
    )
    named = {name: f"{name}{value}" for name, value in zip(facts, values, strict=True)}
    return Told(Document(id, text.format(**_names(chance)), {"案由": cause, **named}), cause, values)


def _names(chance: Random) -> dict[str, object]:
    place = chance.choice(PLACES)
    return {
        "a": chance.choice(SURNAMES) + chance.choice(GIVEN),
        "b": chance.choice(SURNAMES) + chance.choice(GIVEN),
        "place": place,
        "court": f"{place}人民法院",
        "road": chance.choice(ROADS),
        "plate": chance.choice(["小型轿车", "重型货车", "两轮摩托车"]),
        "company": f"{place[3:5]}{chance.choice(['华盛', '新源', '恒通'])}科技有限公司",
        "money": f"{chance.randint(1, 90)}万元",
        "year": chance.randint(2016, 2024),
        "n": chance.randint(1, 99),
    }
