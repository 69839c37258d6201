"""What waits for the people who answer for cases (今日队列): which cases stand under which tab, and how many.

A row is a case: the alerts of one case are folded into it. The rows of a tab, the number on it and its sentence of
definition (口径) come from this one place. What a person put off or dealt with leaves their own 今日必办 and nothing
else; being looked at removes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case as Switch
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert, Handling, Notice, Watch
from cases.finished import looks_finished
from cases.models import Case, Doubt
from cases.querying import by_fields, found_by, with_statutory_clock
from courts.models import User
from courts.roles import Permission

#: What stands still once a case is finished: alerts of these kinds would nag for nothing.
FALSE_IF_FINISHED = ("statutory", "derived", "stalled")
#: Doubts that leave a case without a clock, and so without a warning.
WITHOUT_CLOCK = ("no_start", "no_limit_rule", "bad_fact")
PRESSING = ("urgent", "overdue")
WORST_FIRST = ("overdue", "urgent", "mid", "early")
KINDS_FIRST = (
    "statutory", "derived", "flag", "flag_up", "measure", "answer", "letter", "contest", "idle", "pause", "node", "stalled"
)  # fmt: skip
#: Past these limits the law is broken. A pause past its review day or a stalled case only waits to be looked at.
BREACHES = ("statutory", "node")


@dataclass(frozen=True)
class Tab:
    """One list of the day page. ``says`` defines it; ``good`` is what its emptiness means."""

    code: str
    name: Any
    says: Any
    good: Any
    is_apart: bool = False


TABS = (
    Tab("today", _("今日必办"),
        _("未解除、处于紧急或已超阶段的期限预警（包括已到复核日的暂停），您设为“稍后”而已到期的预警，您发出而逾期未确认的提示，以及使审限无法计算、由您处理的数据疑点；您本人标为“稍后”或“已处理”而尚未到期的不计；停滞、疑似已结未点的另列。"),
        _("今日没有必办事项。")),
    Tab("near", _("临近审限"), _("法定审限处于紧急阶段、尚未届满的案件；疑似已结未点的另列。"), _("目前没有临近审限的案件。")),
    Tab("overdue", _("已超"), _("已过法定审限或流程节点期限而未完成的案件；疑似已结未点的，其审限另列。"), _("今日无超审限，也没有超期的节点。")),
    Tab("pause", _("暂停待复核"), _("审限暂停中、已到登记的复核日，须核对暂停原因是否已经消失的案件。"), _("没有到复核日的暂停。")),
    Tab("stalled", _("停滞"), _("最近一次流程事件以来的天数超过同类案件在该节点通常停留天数的案件；疑似已结未点的另列。"), _("没有停滞的案件。")),
    Tab("doubts", _("数据疑点"), _("有数据疑点等待人工判断的案件。"), _("没有待处理的数据疑点。")),
    Tab("watched", _("我关注的"), _("您本人关注而未取消的案件，不论有无预警。"), _("您还没有关注的案件；选中案件后可在下方“关注”。")),
    Tab("all", _("全部预警"), _("有任一未解除预警的案件，不论阶段和类别。"), _("没有未解除的预警。")),
    Tab("finished", _("疑似已结未点"),
        _("未登记结案，却已有宣判、送达判决、生效、上网、归档等结案时或结案后事件的案件。核实后点“登记结案”即可；在此之前不作催办。"),
        _("没有疑似已结未点的案件。"), is_apart=True),
)  # fmt: skip
BY_CODE = {tab.code: tab for tab in TABS}


@dataclass(frozen=True)
class Asked:
    """Who asks, on which day, narrowed by what (``queue_filters``)."""

    user: User
    today: date
    wanted: dict[str, Any]

    @property
    def of_alert(self) -> dict[str, str]:
        """The conditions that one and the same alert must meet."""
        return {name: self.wanted[name] for name in ("kind", "stage") if self.wanted.get(name)}


def tabs_for(user: User) -> list[Tab]:
    """The tabs this person's posts open."""
    return [tab for tab in TABS if tab.code != "doubts" or user.may(Permission.SEE_DOUBTS)]


def cases_in(tab: str, asked: Asked) -> QuerySet[Case]:
    """The cases under a tab that the person may see and that meet the conditions."""
    cases = by_fields(Case.objects.visible_to(asked.user), asked.wanted).filter(MEMBERS[tab](asked))
    if asked.of_alert:
        same = Alert.objects.known_to(asked.user).open().filter(case=OuterRef("pk"), **asked.of_alert)
        cases = cases.filter(Exists(same))
    return found_by(cases, asked.wanted["q"]) if asked.wanted.get("q") else cases


def counts(asked: Asked) -> dict[str, int]:
    """How many cases stand under each tab, in one query."""
    first, *others = [counted(tab.code, asked) for tab in tabs_for(asked.user)]
    return dict.fromkeys(BY_CODE, 0) | dict(first.union(*others, all=True))


def counted(tab: str, asked: Asked) -> QuerySet[Any, tuple[str, int]]:
    found = cases_in(tab, asked).order_by().annotate(tab=Value(tab, CharField()))
    return found.values("tab").annotate(n=Count("pk")).values_list("tab", "n")


def cases_of(pk: int, asked: Asked) -> QuerySet[Case]:
    """One case as the rows have it."""
    found = with_statutory_clock(Case.objects.visible_to(asked.user).filter(pk=pk))
    return found.select_related("court", "division", "judge")


def in_order(cases: QuerySet[Case], sort: str, user: User) -> QuerySet[Case]:
    """Joined with the statutory clock, in the order asked for; the worst alert one sees first unless said otherwise."""
    cases = with_statutory_clock(cases)
    if sort in ORDERS:
        return cases.order_by(*ORDERS[sort])
    seen = Alert.objects.known_to(user).open().filter(case=OuterRef("pk"))
    worst = seen.annotate(key=severity()).order_by("key")
    cases = cases.annotate(worst=Subquery(worst.values("key")[:1]))
    return cases.order_by(F("worst").asc(nulls_last=True), F("due_on").asc(nulls_last=True), "pk")


ORDERS = {
    "due": (F("due_on").asc(nulls_last=True), "pk"),
    "filed": (F("filed_on").asc(nulls_last=True), "pk"),
    "number": ("year", "court__position", "type_code", "serial", "pk"),
    "judge": (F("division__position").asc(nulls_last=True), "division", F("judge__name").asc(nulls_last=True), F("due_on").asc(nulls_last=True), "pk"),
}  # fmt: skip


def severity() -> Any:
    """A text that sorts alerts: a breach first, then by stage, limits of cases before other clocks, then by due day."""
    not_broken = When(~Q(kind__in=BREACHES), stage="overdue", then=Value(str(WORST_FIRST.index("urgent"))))
    stage = placed("stage", WORST_FIRST, not_broken)
    return Concat(stage, placed("kind", KINDS_FIRST), Cast("due_on", CharField()))


def placed(field: str, values: tuple[str, ...], *first: When) -> Switch:
    whens = (When(**{field: value}, then=Value(str(place))) for place, value in enumerate(values))
    return Switch(*first, *whens, default=Value("9"), output_field=CharField())


# --- what stands under which tab ---------------------------------------------------------------------
def alerted(asked: Asked, *conditions: Any, **more: Any) -> Q:
    """Cases with an open alert that meets the conditions."""
    found = Alert.objects.known_to(asked.user).open().filter(case__isnull=False, **asked.of_alert)
    return Q(pk__in=found.filter(*conditions, **more).values("case"))


def today_cases(asked: Asked) -> Q:
    pressing = Alert.objects.known_to(asked.user).open().filter(
        Q(stage__in=PRESSING) | came_back(asked), ~handled(asked), not_false(), case__isnull=False,
        **asked.of_alert,
    )  # fmt: skip
    parts = [unanswered(asked).values("case")]
    if asked.user.may(Permission.SETTLE_DOUBT):
        doubts = Doubt.objects.filter(settled_at=None, kind__in=WITHOUT_CLOCK, case__closed_on=None)
        parts.append(doubts.values("case"))
    return Q(pk__in=pressing.values("case").union(*parts))


def handled(asked: Asked) -> Exists:
    """The person put the alert off or dealt with it, and that still stands."""
    mine = Handling.objects.filter(alert=OuterRef("pk"), person=asked.user, ended_at=None)
    return Exists(mine.filter(act__in=("snoozed", "done"), until_on__gt=asked.today))


def came_back(asked: Asked) -> Exists:
    """The person put the alert off until a day that has come."""
    mine = Handling.objects.filter(alert=OuterRef("pk"), person=asked.user, act="snoozed")
    return Exists(mine.filter(until_on__lte=asked.today))


def not_false() -> Q:
    """Not an alert about a limit of a case that is probably finished."""
    return ~Q(looks_finished("case_id"), kind__in=FALSE_IF_FINISHED)


def unanswered(asked: Asked) -> QuerySet[Notice]:
    """Prompts this person sent about open cases that were not acknowledged in time."""
    sent = Notice.objects.filter(prompt__by=asked.user, case__closed_on=None, case__isnull=False)
    return sent.filter(acknowledged_at=None, prompt__answer_by__lt=asked.today)


def doubted(asked: Asked) -> Q:
    return Q(pk__in=Doubt.objects.filter(settled_at=None).values("case"))


def watched(asked: Asked) -> Q:
    return Q(pk__in=Watch.objects.filter(person=asked.user, ended_at=None).values("case"))


def finished(asked: Asked) -> Q:
    return Q(looks_finished("pk"), closed_on=None)


MEMBERS: dict[str, Callable[[Asked], Q]] = {
    "today": today_cases,
    "near": lambda asked: alerted(asked, not_false(), kind="statutory", stage="urgent"),
    "overdue": lambda asked: alerted(asked, not_false(), kind__in=BREACHES, stage="overdue"),
    "pause": lambda asked: alerted(asked, kind="pause", due_on__lte=asked.today),
    "stalled": lambda asked: alerted(asked, not_false(), kind="stalled"),
    "doubts": doubted,
    "watched": watched,
    "all": alerted,
    "finished": finished,
}


def house_alerts(user: User) -> QuerySet[Alert]:
    """Open alerts that are about no case (日历待公布), for who keeps the court's catalogues."""
    return Alert.objects.visible_to(user).open().filter(case=None).order_by("due_on", "pk")
