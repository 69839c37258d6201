"""Invented names of people, companies and banks. Any likeness is chance."""

from __future__ import annotations

from random import Random

SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文辉鹏飞玲红梅琴云莉萍春林斌宇浩凯健俊帆雪倩婷旭东志成家豪思远子涵雨欣泽洪永清正义怀德长江川宜宾柏松庆祥瑞安光远中立学礼先明世友"
TRADES = [
    "商贸",
    "建筑工程",
    "物业服务",
    "酒业",
    "农业开发",
    "运输",
    "劳务",
    "建材",
    "机械设备",
    "房地产开发",
    "餐饮管理",
    "信息技术",
    "装饰工程",
    "化工",
    "纺织",
    "竹业",
    "茶业",
    "医药",
    "能源",
    "环保科技",
]
STYLES = [
    "恒泰",
    "金沙",
    "三江",
    "竹海",
    "翠屏",
    "戎州",
    "兴达",
    "宏远",
    "瑞丰",
    "鑫源",
    "天和",
    "永盛",
    "长信",
    "嘉禾",
    "通源",
    "亿家",
    "安顺",
    "盛世",
    "顺达",
    "佳美",
    "华诚",
    "锦绣",
    "聚力",
    "鼎盛",
    "富民",
    "正源",
    "汇通",
    "新城",
]
BANKS = ("宜宾三江商业银行股份有限公司", "戎州农村商业银行股份有限公司", "金沙江村镇银行股份有限公司",
         "长江消费金融有限公司", "竹海小额贷款有限公司", "岷江财产保险股份有限公司宜宾中心支公司")  # fmt: skip


def person(rng: Random) -> str:
    given = rng.choice(GIVEN) + (rng.choice(GIVEN) if rng.random() < 0.78 else "")
    return rng.choice(SURNAMES) + given


def companies(rng: Random, n: int) -> list[str]:
    return [f"宜宾{rng.choice(STYLES)}{rng.choice(GIVEN)}{rng.choice(TRADES)}有限公司" for _ in range(n)]


def people(rng: Random, n: int) -> list[str]:
    """So many names, no two the same: a name finds one person of a court, and a party stands once in a case."""
    found: dict[str, None] = {}
    while len(found) < n:
        found[person(rng)] = None
    return list(found)
