"""Which column holds what. Headers are recognised in any order and under their usual other names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """A column we understand: its name in the program, its header, and what else courts call it."""

    name: str
    header: str
    synonyms: tuple[str, ...] = ()
    required: bool = False


_NUMBER = Field("number", "案号", ("案件编号", "案件号", "案号全称", "case_number"), required=True)

FIELDS: dict[str, tuple[Field, ...]] = {
    "cases": (
        _NUMBER,
        Field("cause", "案由", ("立案案由", "结案案由", "罪名", "案由名称")),
        Field("limit", "审限规则", ("审限规则代码",)),
        Field("procedure", "审判程序", ("适用程序", "程序", "审理程序")),
        Field("court", "法院代字", ("法院代码", "法院", "court_code")),
        Field("region", "地区", ("所属地区", "行政区划")),
        Field("division", "承办部门", ("承办庭室", "庭室", "业务庭", "审判庭", "承办庭", "部门")),
        Field("judge", "承办人", ("承办法官", "主审法官", "主审人", "法官")),
        Field("presiding", "审判长"),
        Field("members", "合议庭", ("合议庭成员", "合议庭组成人员")),
        Field("filed_on", "立案日期", ("立案时间", "收案日期", "立案日", "收案时间")),
        Field("accepted_on", "受理日期", ("受理时间", "受理日")),
        Field("closed_on", "结案日期", ("结案时间", "结案日", "审结日期", "审结时间")),
        Field("closed_how", "结案方式", ("结案形式", "处理结果")),
        Field("amount", "标的额", ("诉讼标的额", "标的金额", "标的", "标的额元")),
        Field("amount_in_wan", "标的额（万元）", ("诉讼标的额万元", "标的金额万元")),
        Field("plaintiffs", "原告人数", ("原告数",)),
        Field("defendants", "被告人数", ("被告数", "被告人人数")),
        Field("detained", "在押", ("是否在押", "羁押", "是否羁押")),
        Field("related", "关联案号", ("关联案件", "原审案号", "相关案号")),
    ),
    "parties": (
        _NUMBER,
        Field("name", "姓名或名称", ("姓名", "名称", "当事人", "当事人名称", "当事人姓名"), required=True),
        Field("standing", "诉讼地位", ("地位", "当事人地位", "诉讼主体地位"), required=True),
        Field("kind", "类型", ("当事人类型", "主体类型")),
        Field("agent", "代理人", ("诉讼代理人", "委托代理人", "辩护人")),
        Field("detained", "在押", ("是否在押", "羁押", "是否羁押")),
    ),
    "events": (
        _NUMBER,
        Field("node", "节点", ("流程节点", "节点名称", "事件"), required=True),
        Field("on", "日期", ("节点日期", "发生日期", "时间"), required=True),
        Field("note", "说明", ("备注", "内容")),
    ),
    "exclusions": (
        _NUMBER,
        Field("ground", "事由", ("扣除事由", "扣除原因", "中止事由"), required=True),
        Field("starts_on", "起", ("起始日期", "开始日期", "扣除起日", "起日", "开始"), required=True),
        Field("resumes_on", "止", ("截止日期", "结束日期", "恢复日期", "扣除止日", "止日", "结束", "恢复日")),
        Field("reason", "说明", ("备注",)),
    ),
    "extensions": (
        _NUMBER,
        Field("approved_on", "批准日期", ("批准时间", "审批日期", "批准日")),
        Field("approver", "批准人", ("审批人", "批准机关")),
        Field("months", "延长月", ("延长月数", "延长月份")),
        Field("days", "延长日", ("延长日数", "延长天数", "延长天")),
        Field("workdays", "延长工作日", ("延长工作日数",)),
        Field("until_on", "延长至", ("延长至日期", "延长到")),
        Field("reason", "事由", ("延长事由", "延长理由", "说明", "备注")),
    ),
    "elements": (
        _NUMBER,
        Field("party", "当事人", ("姓名", "姓名或名称", "被告人", "被告人姓名", "当事人姓名")),
        Field("key", "要素", ("案件要素", "要素名称", "要素代码", "情节"), required=True),
        Field("value", "值", ("要素值", "取值", "内容"), required=True),
    ),
    "outcomes": (
        _NUMBER,
        Field("party", "当事人", ("姓名", "姓名或名称", "被告人", "被告人姓名", "当事人姓名")),
        Field("measure", "项目", ("裁判项目", "结果项目", "裁判结果"), required=True),
        Field("value", "值", ("结果", "数值", "取值"), required=True),
        Field("decided_on", "裁判日期", ("判决日期", "宣判日期", "裁判时间"), required=True),
    ),
    "diary": (
        _NUMBER,
        Field("person_no", "人员编号", ("人事编号", "工号", "法官编号"), required=True),
        Field("element", "环节", ("流程要素", "审判环节", "工作环节"), required=True),
        Field("on", "日期", ("工作日期",), required=True),
        Field("minutes", "分钟", ("用时", "用时（分钟）", "分钟数", "时长"), required=True),
        Field("case_type", "案件类别", ("案件类型",)),
        Field("procedure", "程序", ("审判程序", "适用程序")),
        Field("klass", "繁简", ("繁简类别", "繁简分类")),
    ),
    "figures": (
        Field("court", "法院代字", ("法院代码", "法院"), required=True),
        Field("year", "年度", ("年份", "年"), required=True),
        Field("staffing", "编制", ("政法专项编制", "中央政法专项编制", "编制数"), required=True),
        Field("area", "面积", ("辖区面积", "辖区面积（平方公里）")),
        Field("population", "人口", ("常住人口", "常住人口（万人）")),
        Field("gdp", "人均GDP", ("人均地区生产总值", "人均地区生产总值（万元）")),
        Field("minorities", "少数民族占比", ("少数民族人口占比", "少数民族比例")),
        Field("experience", "任职年限", ("法官平均任职年限", "平均任职年限")),
        Field("closed", "人均结案", ("近三年法官人均结案", "法官人均结案")),
        Field("source", "来源", ("数据来源",)),
    ),
    "staff": (
        Field("staff_no", "人事编号", ("工号", "人员编号", "编号")),
        Field("name", "姓名", required=True),
        Field("username", "用户名", ("登录名", "账号")),
        Field("court", "法院代字", ("法院代码", "法院")),
        Field("division", "部门", ("庭室", "所在部门")),
        Field("role", "职务", ("岗位", "角色"), required=True),
        Field("starts_on", "任职日", ("任职日期", "到岗日期"), required=True),
        Field("ends_on", "免职日", ("免职日期", "离岗日期")),
        Field("email", "电子邮箱", ("邮箱", "电子邮件", "email")),
    ),
}
KINDS = tuple(FIELDS)
RETURNED = ("行号", "原因")  # columns of the file of refused rows: they may come back with it


@dataclass(frozen=True)
class Layout:
    """Where each field stands in a row; which headers say nothing to us; which required fields are missing."""

    columns: Mapping[str, int]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]


def recognise(headers: Sequence[str], kind: str, said: Mapping[str, str] | None = None) -> Layout:
    """Read the header row. ``said`` maps headers to our fields or headers and goes before what we know ourselves.

    A field named twice keeps its first column; the other header counts as unknown.
    """
    known = _names(kind)
    told = {plain(header): known.get(plain(field), "") for header, field in (said or {}).items()}
    columns: dict[str, int] = {}
    unknown = []
    for place, header in enumerate(headers):
        field = told.get(plain(header)) if plain(header) in told else known.get(plain(header))
        if field and field not in columns:
            columns[field] = place
        elif header.strip() and header.strip() not in RETURNED:
            unknown.append(header.strip())
    missing = tuple(field.header for field in FIELDS[kind] if field.required and field.name not in columns)
    return Layout(columns, tuple(unknown), missing)


def likely_kind(headers: Sequence[str]) -> str:
    """What a file holds, when nobody said so: the kind whose required columns are all there, else cases."""
    special = [
        kind
        for kind in ("parties", "exclusions", "diary", "events", "figures", "staff", "elements", "outcomes")
        if not recognise(headers, kind).missing
    ]
    if special:
        return special[0]
    extends = {"months", "days", "until_on"} & recognise(headers, "extensions").columns.keys()
    return "extensions" if extends else "cases"


def header_row(rows: Iterable[Sequence[str]], kind: str, said: Mapping[str, str] | None = None) -> int | None:
    """Which of the first rows is the header: the one with most known names. Titles may stand above it."""
    scores = [len(recognise(row, kind, said).columns) for row in rows]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def field_named(name: str, kind: str) -> str | None:
    """The field that a header or a field name stands for."""
    return _names(kind).get(plain(name))


def plain(header: str) -> str:
    """A header without what does not matter: width, white space, asterisks, colons and brackets."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"[\s*:()\[\]【】“”\"'_、]|\ufeff", "", folded)


def _names(kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in FIELDS[kind]:
        for name in (field.name, field.header, *field.synonyms):
            found.setdefault(plain(name), field.name)
    return found
