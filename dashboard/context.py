"""The main navigation: what a person's posts open, in one order on every page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from courts.models import User
from courts.roles import Permission
from supervision.waiting import heaps_of


@dataclass(frozen=True)
class Entry:
    """A place one may go to, and what waits there."""

    url: str
    label: Any
    says: Any
    current: bool


def sees_cases(user: User) -> bool:
    return user.may(Permission.SEE_DASHBOARD)


def may(*permissions: Permission) -> Callable[[User], bool]:
    return lambda user: any(user.may(permission) for permission in permissions)


#: Address, label, what waits there, and for whom.
PLACES = (
    ("alerts:day", _("今日"), _("今日必办、临近和已超的案件，逐件或成批办理"), sees_cases),
    ("dashboard:home", _("首页"), _("今天需要关注的事项"), lambda user: True),
    ("cases:list", _("案件"), _("查案号、当事人，按条件筛选"), sees_cases),
    ("cases:doubts", _("数据疑点"), _("等待人工判断的数据"), may(Permission.SEE_DOUBTS)),
    ("supervision:to-tick", _("立案勾选"), _("新立案的案件，核对四类案件标识"), may(Permission.TICK_AT_FILING)),
    ("supervision:state", _("填报"), _("按案号填报信访、舆情和反映情况"), may(Permission.STATE_PUBLIC_CONCERN, Permission.VERIFY_COMPLAINTS)),
    ("supervision:waiting", _("四类案件"), _("待确认的标识和正在监督的案件"), lambda user: bool(heaps_of(user))),
    ("supervision:letters", _("监督函"), _("提示函、通报函、督办函、警示函"), may(Permission.WRITE_LETTERS, Permission.APPROVE_LETTERS, Permission.DECIDE_FLAGS, Permission.REPLY_TO_MEASURES)),
    ("supervision:rules", _("规则"), _("识别规则的起草、试算和批准"), may(Permission.EDIT_RULES, Permission.APPROVE_RULES)),
    ("deviation:mine", _("偏离提示"), _("拟判核对，以及仅本人可见的提示"), may(Permission.CHECK_DRAFT)),
    ("deviation:disclosed", _("偏离度"), _("已公开的偏离提示、异议、模型与检验"), may(Permission.SEE_DEVIATION)),
    ("precedents:search", _("类案"), _("检索类案，写类案检索报告"), may(Permission.SEARCH_PRECEDENTS, Permission.KEEP_PRECEDENTS)),
    ("quota:lots", _("分案"), _("随机分案：抽签、例外与理由、公开记录"), may(Permission.DRAW_CASES)),
    ("quota:load", _("工作量"), _("在手案件、折算件与可办案时间"), may(Permission.SEE_WORKLOAD)),
    ("quota:my-load", _("我的工作量"), _("本人的工作量和考核区"), lambda user: user.may(Permission.SEE_OWN_WORKLOAD) and not user.may(Permission.SEE_WORKLOAD)),
    ("quota:home", _("员额"), _("员额测算、方案，谁在任、还缺几名"), may(Permission.SEE_QUOTA)),
    ("supervision:risks", _("风险点"), _("风险点及已发生的情形"), may(Permission.SEE_RISKS)),
    ("ingest:list", _("数据接入"), _("上传、核对、导入"), may(Permission.IMPORT, Permission.MANAGE_PEOPLE)),
    ("alerts:deliveries", _("发送"), _("消息是否送达，发到哪里"), may(Permission.MANAGE_SENDING)),
    ("dashboard:trail", _("留痕"), _("谁在何时做了什么"), may(Permission.SEE_TRAIL)),
    ("pipeline:running", _("运行"), _("系统自身是否按时运行"), may(Permission.SEE_RUNNING)),
    ("admin:index", _("管理目录"), _("审限、节点、案由、假日等目录，以及人员任职"), lambda user: user.is_staff or user.may(Permission.MANAGE_PEOPLE)),
)  # fmt: skip


def entries_for(request: HttpRequest) -> list[Entry]:
    """The places open to this person. The current one is the longest address the page's own begins with."""
    open_places = [
        (reverse(name), label, says) for name, label, says, is_open in PLACES if is_open(request.user)
    ]
    here = max((url for url, *_ in open_places if is_within(request.path, url)), key=len, default="")
    return [Entry(url, label, says, url == here) for url, label, says in open_places]


def is_within(path: str, url: str) -> bool:
    """Whether a page belongs to a place; to the first page belongs itself alone, though every address begins with it."""
    return path == url if url == reverse("dashboard:home") else path.startswith(url)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """``navigation`` and ``sees_running`` for the page head; nothing for visitors who are not logged in."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    return {
        "navigation": SimpleLazyObject(lambda: entries_for(request)),
        "sees_running": SimpleLazyObject(lambda: request.user.may(Permission.SEE_RUNNING)),
    }
