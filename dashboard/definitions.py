"""What every number on the pages means (口径): who is counted, from which day, and what it is not."""

from __future__ import annotations

from dataclasses import dataclass

#: Days without a step after which an open case counts as quiet (无进展): a reading of this page, not a rule of law.
QUIET_DAYS = 60


@dataclass(frozen=True)
class Definition:
    """A number's name, what is counted, and its formula where it has one. ``note`` says what to beware of."""

    name: str
    says: str
    formula: str = ""
    note: str = ""


DEFINITIONS = {
    "old": Definition("旧存", "统计期开始前一日终了时尚未结案的案件：立案日期早于统计期首日，且当时未结案。"),
    "new": Definition("新收", "立案日期在统计期内（含首日和末日）的案件。"),
    "accepted": Definition("受理", "统计期内在办过的全部案件。", "旧存 + 新收"),
    "closed": Definition("审结", "结案日期在统计期内（含首日和末日）的案件。"),
    "pending": Definition(
        "未结",
        "统计期末日终了时尚未结案的案件。",
        "旧存 + 新收 − 审结",
        "每次计算都核对上式，不平即不显示。没有立案日期的案件不计入收结存，列入数据疑点。",
    ),
    "clearance_rate": Definition(
        "结收比",
        "审结数与同期新收数之比，反映收结是否平衡。",
        "审结 ÷ 新收",
        "分母是新收，不是受理；新收为零时不计算，显示“—”。",
    ),
    "closing_rate": Definition(
        "结案率",
        "审结数与同期受理数之比。",
        "审结 ÷ 受理",
        "分母是受理（旧存 + 新收），不是新收；受理为零时不计算，显示“—”。",
    ),
    "change": Definition(
        "同比",
        "与上年同一时段比较。件数按百分比，比率按百分点。统计期未满的，上年也只算到同一天。",
        "件数：（本期 − 上年同期）÷ 上年同期；比率：本期 − 上年同期",
        "四舍五入到小数点后两位。上年同期为零时不计算，显示“—”。",
    ),
    "near": Definition(
        "临近审限",
        "未结、法定审限正在计算、按今天有效的预警阶梯处于“紧急”阶段、尚未超过到期日的案件。",
        note="“紧急”从到期前几日起，见管理目录 › 预警阶梯。暂停（扣除、中止尚未恢复）的案件没有到期日，不在其内。",
    ),
    "overdue": Definition("已超审限", "未结、法定审限正在计算、到期日早于今天的案件。"),
    "paused": Definition("暂停", "未结、因扣除或中止审限事由而停止计算、尚未恢复的案件。"),
    "long_pending": Definition(
        "长期未结",
        "未结、立案至今超过 12 个月的案件；其中超过 18 个月、36 个月的另行列出。",
        note="按自然日历计算，不扣除暂停天数。",
    ),
    "quiet": Definition(
        f"{QUIET_DAYS} 日无进展",
        f"未结、审限未暂停，立案以来或最近 {QUIET_DAYS} 日内没有任何流程事件的案件。",
        note=f"立案不满 {QUIET_DAYS} 日的不计。“停滞”预警另按同类案件在该节点的通常停留计算，见“今日”页。",
    ),
    "doubts": Definition(
        "数据疑点", "尚待人工处理的疑点：来源与录入不一致、法院代字未识别、缺少立案日期、审限无法计算等。"
    ),
    "computable": Definition(
        "审限可算率",
        "全部未结案件中，能够得出审限结论（计时中、暂停、无法定审限）的比例。其余因缺少立案日期或无法确定审限规则而无法计算。",
        "（未结 − 无法计算）÷ 未结",
    ),
    "as_of": Definition("数据截至", "审限最近一次重新计算的时刻。页面登记的变动在数秒内反映到这里。"),
    "due": Definition(
        "法定届满", "按立案日期、审限规则、延长、扣除和节假日顺延算出的届满日，案件页逐行说明来历。"
    ),
    "remaining": Definition(
        "剩余天数", "今天至法定届满日的自然日数；负数为已超。暂停的案件显示暂停时尚余天数。"
    ),
    "in_hand": Definition("在办天数", "立案日至今天（或结案日）的自然日数，不扣除暂停。"),
    "paused_days": Definition(
        "暂停天数", "各项扣除、中止合计的天数，重叠的日子只算一次，尚未恢复的算到今天。"
    ),
    "curve": Definition(
        "十二个月收结存",
        "截至统计期末日的十二个月，逐月的新收、审结，以及月末未结。最后一个月未满时算到统计期末日。",
        note="月末未结由期末未结逐月倒推：上月末未结 = 本月末未结 − 本月新收 + 本月审结。",
    ),
    "multiples": Definition(
        "各单位未结走势",
        "每个法院（或部门）十二个月的月末未结。按机构序排列，不按数值排列。",
        note="图下为期末未结，括号内是十二个月中的最低和最高。各图纵轴自成比例，只看走势，不比高低。",
    ),
}
