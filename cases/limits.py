"""Which time limit (审限) a case has when none is named: from its type code, procedure, court and date. A table.

Rows are read from the top; the first that fits decides. A row without a limit abstains: its ``why`` says what must be
told before the limit can be known. Where a row takes the shorter or the usual of two limits, ``why`` says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

BASIC_COURT, INTERMEDIATE_COURT, HIGH_COURT = 4, 3, 2
PROCEDURE_NAMES = {
    "ordinary": "普通程序", "summary": "简易程序", "small": "小额诉讼程序", "fast": "速裁程序", "special": "特别程序",
    "second": "二审程序", "retrial": "审判监督程序", "": "未注明程序",
}  # fmt: skip
SMALL_CLAIMS_LIMIT_FROM = date(
    2022, 1, 1
)  # 民诉法(2021修正)168: before it small claims had no limit of their own


class Choice(NamedTuple):
    """The id of the limit, or None, and why."""

    limit: str | None
    why: str


@dataclass(frozen=True)
class Row:
    """For cases of ``types`` that meet every condition given: the limit and why it is this one."""

    types: tuple[str, ...]
    limit: str | None
    why: str
    procedures: tuple[str, ...] | None = None
    levels: tuple[int, ...] | None = None
    detained: bool | None = None
    cause: tuple[str, ...] = ()  # one of these words stands in the cause
    filed_before: date | None = None

    def fits(self, procedure: str, level: int, filed_on: date | None, cause: str, detained: bool) -> bool:
        return (
            (self.procedures is None or procedure in self.procedures)
            and (self.levels is None or level in self.levels)
            and (self.detained is None or self.detained == detained)
            and (not self.cause or any(word in cause for word in self.cause))
            and (self.filed_before is None or (filed_on is not None and filed_on < self.filed_before))
        )


PLAIN = ("ordinary", "")
TABLE = (
    # 刑事
    Row(("刑初",), "crim_private_detained", "自诉案件，被告人在押", PLAIN, detained=True, cause=("自诉",)),
    Row(("刑初",), "crim_private_free", "自诉案件，被告人未被羁押", PLAIN, detained=False, cause=("自诉",)),
    Row(("刑初",), "crim_first_ordinary", "公诉一审普通程序", ("ordinary",)),
    Row(("刑初",), "crim_first_ordinary", "未注明程序，按公诉一审普通程序；简易、速裁或自诉案件须注明", ("",)),
    Row(("刑初",), "crim_summary", "简易程序，刑期未注明，按较短的20日；可能判处超过三年的须注明审限规则", ("summary",)),
    Row(("刑初",), "crim_fast", "速裁程序，刑期未注明，按较短的10日；可能判处超过一年的须注明审限规则", ("fast",)),
    Row(("刑终",), "crim_second", "刑事二审"),
    Row(("刑再",), "crim_retrial", "刑事再审"),
    Row(("刑抗",), "crim_retrial_direct", "抗诉案件决定指令再审"),
    Row(("刑申", "刑监"), "crim_petition_review", "刑事申诉审查"),
    Row(("刑没",), "crim_confiscation_second", "违法所得没收二审", ("second",)),
    Row(("刑没",), "crim_confiscation_first", "违法所得没收一审", levels=(INTERMEDIATE_COURT, BASIC_COURT)),
    Row(("刑没",), "crim_confiscation_second", "高级人民法院受理的没收程序，按二审", levels=(HIGH_COURT,)),
    Row(("刑没",), None, "未注明没收程序按一审还是二审审理"),
    Row(("刑医",), "crim_compulsory_medical", "强制医疗决定"),
    Row(("刑医复", "刑医解", "刑医监"), "crim_compulsory_medical_review", "强制医疗复议、解除、监督"),
    Row(("刑更",), "crim_commutation_community", "基层人民法院的刑罚执行变更，按撤销缓刑、收监等30日", levels=(BASIC_COURT,)),
    Row(("刑更",), "crim_commutation_life_fixed", "减刑、假释；死缓、管制、拘役和社区矫正对象须注明审限规则"),
    Row(("刑核",), None, "死刑复核无法定审限，法定刑以下复核为2个月，须注明审限规则"),
    # 民事
    Row(("民初",), "civ_exec_objection_suit", "案由为执行异议之诉，适用普通程序", cause=("执行异议之诉",)),
    Row(("民初",), "civ_maritime_collision", "案由为船舶碰撞、共同海损", PLAIN, cause=("船舶碰撞", "共同海损")),
    Row(("民初",), "civ_first_ordinary", "一审普通程序", ("ordinary",)),
    Row(("民初",), "civ_first_ordinary", "未注明程序，按一审普通程序；涉外案件无审限，须注明审限规则", ("",)),
    Row(("民初",), "civ_summary", "一审简易程序", ("summary",)),
    Row(
        ("民初",), "civ_summary", "2022年前立案的小额诉讼没有独立审限，按简易程序", ("small",),
        filed_before=SMALL_CLAIMS_LIMIT_FROM,
    ),
    Row(("民初",), "civ_small", "小额诉讼程序", ("small",)),
    Row(("民终",), "civ_second_judgment", "二审，按不服判决；不服裁定的须注明审限规则"),
    Row(("民辖终",), "civ_second_ruling", "管辖权异议上诉，按不服裁定"),
    Row(("民特",), "civ_voter", "选民资格案件", cause=("选民",)),
    Row(("民特",), "civ_arbitration_setaside", "申请撤销仲裁裁决", cause=("撤销仲裁", "仲裁裁决撤销")),
    Row(("民特",), "civ_special", "特别程序"),
    Row(("民督",), "civ_payment_order", "督促程序"),
    Row(("民催",), "civ_public_summons", "公示催告"),
    Row(("民再",), "civ_retrial_second", "再审，按二审程序", ("second",)),
    Row(("民再",), "civ_retrial_first", "再审，按一审程序", ("ordinary", "summary")),
    Row(("民再",), "civ_retrial_first", "基层人民法院再审，按一审程序", levels=(BASIC_COURT,)),
    Row(("民再",), None, "未注明再审按一审还是二审程序审理"),
    Row(("民申",), "civ_retrial_review", "申请再审审查"),
    Row(("民抗",), "civ_protest_ruling", "抗诉案件裁定再审"),
    Row(("民监",), "civ_proc_suggestion", "再审检察建议审查"),
    Row(("民撤",), "civ_third_party_revocation", "第三人撤销之诉，适用普通程序"),
    Row(("民保令",), "civ_protection_order", "人身安全保护令"),
    Row(("司惩复",), "civ_fine_detention_review", "罚款、拘留决定复议"),
    Row(("财保",), "civ_preserve_ruling", "财产保全裁定"),
    # 破产
    Row(("破申",), None, "债权人申请与债务人申请的期限不同，须注明审限规则"),
    Row(("破", "强清"), "civ_bankruptcy", "破产、强制清算"),
    # 行政
    Row(("行初",), "adm_first_ordinary", "一审普通程序", ("ordinary",)),
    Row(("行初",), "adm_first_ordinary", "未注明程序，按一审普通程序", ("",)),
    Row(("行初",), "adm_summary", "一审简易程序", ("summary",)),
    Row(("行终",), "adm_second", "行政二审"),
    Row(("行再",), "adm_retrial", "行政再审"),
    Row(("行申",), "adm_retrial_review", "申请再审审查"),
    Row(("行抗",), "adm_protest_ruling", "抗诉案件裁定再审"),
    Row(("行监",), "adm_proc_suggestion", "再审检察建议审查"),
    Row(("行审",), "adm_expropriation_review", "案由为征收补偿，按房屋征收补偿决定非诉审查", cause=("征收",)),
    Row(("行审",), "adm_nonlit_review", "非诉行政执行审查，按书面审查；听取意见的须注明审限规则"),
    Row(("行审复",), "adm_nonlit_reconsider", "非诉执行复议，按不准予执行；不予受理的须注明审限规则"),
    Row(("行赔初", "行赔终"), "adm_compensation", "行政赔偿"),
    # 执行
    Row(("执",), "exec_nonlit", "案由为非诉行政执行", cause=("非诉",)),
    Row(("执",), "crim_property_exec", "刑事裁判涉财产部分执行", cause=("涉财产部分", "罚金", "没收财产", "责令退赔")),
    Row(("执",), "exec_first", "首次执行"),
    Row(("执恢",), "exec_resume", "恢复执行"),
    Row(("执保",), "exec_preserve", "保全执行"),
    Row(("执异",), "exec_objection", "执行异议"),
    Row(("执复",), "exec_exit_ban_review", "限制出境复议", cause=("限制出境",)),
    Row(("执复",), "exec_reconsideration", "执行复议"),
    Row(("执监",), "exec_supervision", "执行监督"),
    # 国家赔偿、司法救助及其他
    Row(("法赔",), "comp_self", "法院自赔"),
    Row(("委赔",), "comp_committee", "赔偿委员会审理"),
    Row(("委赔监",), "comp_petition", "赔偿申诉审查"),
    Row(("委赔再", "委赔提"), "comp_rehear", "赔偿委员会重新审理"),
    Row(("司救刑", "司救民", "司救行", "司救赔", "司救执", "司救访", "司救他"), "judicial_aid", "司法救助"),
    Row(("刑辖", "民辖", "行辖"), "jurisdiction_designation", "指定、提级管辖"),
    Row(("司惩",), "judicial_sanction", "司法制裁"),
    Row(("诉前调", "民诉前调", "行诉前调"), "pretrial_mediation", "诉前委派调解"),
)  # fmt: skip


def limit_for(
    *,
    type_code: str,
    procedure: str,
    court_level: int,
    filed_on: date | None,
    cause: str = "",
    detained: bool = False,
) -> Choice:
    """The time limit of such a case and why, or None and what must be known first."""
    rows = ROWS_BY_TYPE.get(type_code)
    if rows is None:
        return Choice(None, f"“{type_code}”案件没有可以推定的审限规则，须注明审限规则")
    for row in rows:
        if row.fits(procedure, court_level, filed_on, cause, detained):
            return Choice(row.limit, row.why)
    named = PROCEDURE_NAMES.get(procedure, procedure)
    return Choice(None, f"审判程序“{named}”与“{type_code}”案件不符，无法推定审限规则，请核对审判程序")


def instance_of(*, type_code: str, procedure: str, court_level: int) -> str | None:
    """``first`` or ``second`` for limits that differ by it (按一审、二审程序); None where it cannot be told."""
    if type_code.endswith("初"):
        return "first"
    if type_code.endswith("终") or procedure == "second":
        return "second"
    return "first" if procedure in ("ordinary", "summary") or court_level == BASIC_COURT else None


def turning_days() -> list[date]:
    """The filing dates on which the table changes its answer, for set-based readers."""
    return sorted({row.filed_before for row in TABLE if row.filed_before})


def _by_type(rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        for type_code in row.types:
            found[type_code] = (*found.get(type_code, ()), row)
    return found


ROWS_BY_TYPE = _by_type(TABLE)
