"""What the trail recorded, in the words of the pages: field names, grounds and instants (留痕内容)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from cases.models import PROCEDURES, SEALED
from catalogues.selectors import law_in_use
from supervision.lifecycle import REASONS
from supervision.measure_forms import OUTCOMES
from supervision.models.flags import STATES

#: What the recorded fields are called. A field without a name here is shown as it was recorded.
FIELDS = {
    "accepted_on": _("受理日期"), "amount": _("标的额"), "approved_on": _("批准日期"), "approver": _("批准人或批准法院"),
    "based_on": _("所依版本"), "cause": _("案由"), "closed_how": _("结案方式"), "closed_on": _("结案日期"),
    "conditions": _("筛选条件"), "conflicts": _("不一致"), "count": _("件数"), "counts": _("结果"), "court": _("法院"),
    "created": _("新增"), "days": _("延长日数"), "decided_on": _("决定日期"), "detained": _("在押"), "division": _("部门"),
    "division_id": _("部门编号"), "doubts": _("数据疑点"), "email": _("电子邮箱"), "ends_on": _("免职日"), "expires_at": _("到期"),
    "fact": _("登记编号"), "file": _("文件"), "filed_on": _("立案日期"), "format": _("格式"), "ground": _("事由"),
    "hash": _("内容摘要"), "judge": _("承办人"), "judge_id": _("承办人编号"), "kind": _("类别"), "limit": _("审限规则"),
    "links": _("关联案件"), "months": _("延长月数"), "name": _("名称"), "node": _("节点"), "note": _("说明"), "number": _("案号"),
    "odd_courts": _("未识别法院"), "on": _("日期"), "owner_id": _("负责人编号"), "page": _("页面"), "person": _("人员"),
    "position": _("次序"), "post": _("职务"), "preview": _("预览"), "procedure": _("审判程序"), "reader": _("人员编号"),
    "region": _("地区"), "rejected": _("拒收"), "resumes_on": _("恢复日"), "review_on": _("复核日"), "rows": _("行数"),
    "scopes": _("范围"), "sealed": _("封存"), "sha256": _("文件摘要"), "staff_no": _("人事编号"), "starts_on": _("起日"),
    "take_theirs": _("采用来源值"), "to_procedure": _("转为"), "unchanged": _("无变化"), "until_on": _("延长至"),
    "flag": _("标识"), "level": _("层级"), "reason": _("理由"), "state": _("状态"), "version": _("版本"),
    "agreed": _("同意"), "answer_by": _("回应期限"), "code": _("措施"), "effective_from": _("施行日"), "kept": _("仍然命中"),
    "lost": _("不再命中"), "month": _("月份"), "new": _("新增命中"), "ordinal": _("第几次"), "outcome": _("处理"), "point": _("风险点"),
    "reply_by": _("答复期限"), "root": _("链的摘要"), "seal": _("文件封印"), "status": _("状态"), "stream": _("档案"), "happened_on": _("发生日期"),
    "party": _("当事人"), "updated": _("变更"), "username": _("用户名"), "withdrawn": _("已撤销"), "workdays": _("延长工作日数"),
}  # fmt: skip


def as_words(value: Any) -> str:
    """A recorded value on one line."""
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        told = {name: READERS.get(name, as_words)(part) for name, part in value.items()}
        return "；".join(f"{FIELDS.get(name, name)}：{part or '—'}" for name, part in told.items())
    if isinstance(value, list):
        return "、".join(map(as_words, value))
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    return str(value)


def ground_named(code: Any) -> str:
    """The ground's name in the catalogue in use; the code where there is none any more."""
    versions = law_in_use().grounds.get(str(code))
    return versions[-1].name if versions else str(code)


def instant(value: Any) -> str:
    return f"{localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}" if value else ""


def procedure_named(code: Any) -> str:
    return str(dict(PROCEDURES).get(code, code))


def sealing_named(code: Any) -> str:
    return str(dict(SEALED).get(code, code))


def state_named(code: Any) -> str:
    """The state of a flag in Chinese; other rooms' states as they were recorded."""
    return dict(STATES).get(code, str(code or ""))


def outcome_named(code: Any) -> str:
    return str(OUTCOMES.get(code, code))


def stream_named(code: Any) -> str:
    return {"open": str(_("监督档案")), "secret": str(_("涉密监督档案"))}.get(code, str(code))


def reason_named(code: Any) -> str:
    return REASONS[code].name if code in REASONS else str(code)


#: Fields whose recorded value is a code or an instant, and how each is told.
READERS: dict[str, Callable[[Any], str]] = {
    "ground": ground_named,
    "expires_at": instant,
    "procedure": procedure_named,
    "to_procedure": procedure_named,
    "sealed": sealing_named,
    "state": state_named,
    "reason": reason_named,
    "outcome": outcome_named,
    "stream": stream_named,
}
