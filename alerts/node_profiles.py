"""Which set of monitored nodes (节点监控组) a court has switched on, what each set watches, and switching it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from alerts.models import NodeWatch
from audit import trail
from cases.models import CATEGORIES
from cases.nodes import TABLE
from catalogues.law import MonitoredNode
from catalogues.selectors import Law
from courts.models import Court, User
from courts.roles import Permission

ALL = "all"
#: The sets, by what the courts that published their numbers call them; the counts come from the catalogue.
PROFILES = {
    "sz": _("关键节点组"),
    "gz": _("时限预警组"),
    "sx": _("监控节点组"),
    "yb": _("按案件类别组"),
    ALL: _("全部节点"),
}
CHOOSE = "alerts.choose_profile"


#: The steps the system keeps time for (cases.nodes), each in the categories it is kept in: what a set can warn of.
TIMED = frozenset(
    (rule.node, category)
    for rule in TABLE
    for category in rule.categories or [name for name, _ in CATEGORIES]
)


@dataclass(frozen=True)
class Profile:
    """One set: its nodes, and how many pairs of node and case category they make."""

    code: str
    nodes: tuple[MonitoredNode, ...]

    @property
    def name(self) -> str:
        return str(PROFILES[self.code])

    @property
    def pairs(self) -> int:
        return sum(len(node.categories) for node in self.nodes)


def profile_of(law: Law, code: str) -> Profile:
    return Profile(code, tuple(node for node in law.monitored.values() if code in (ALL, *node.profiles)))


def warned_of(law: Law, code: str) -> frozenset[tuple[str, str]]:
    """The timed steps, with the category of case, that a court with this set is warned of; the whole set leaves out none."""
    if code == ALL:
        return TIMED
    nodes = profile_of(law, code).nodes
    return TIMED & {
        (limit, category) for node in nodes for limit in node.limits for category in node.categories
    }


def profile_in_use(court_id: int | None, law: Law, on: date) -> str:
    """The set the court has switched on; without a choice of its own, the catalogue's default."""
    chosen = NodeWatch.objects.filter(court=court_id).values_list("profile", flat=True).first()
    return chosen or str(law.setting("node_profile", on))


@dataclass(frozen=True)
class Change:
    """A step that is warned of from a switch on, or no more; in which categories of cases."""

    name: str
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """What switching would change: steps warned of from then on, and steps warned of no more."""

    more: tuple[Change, ...]
    fewer: tuple[Change, ...]


def difference(law: Law, before: str, after: str, on: date) -> Difference:
    old, new = warned_of(law, before), warned_of(law, after)
    return Difference(changes(law, new - old, on), changes(law, old - new, on))


def changes(law: Law, pairs: frozenset[tuple[str, str]], on: date) -> tuple[Change, ...]:
    """The steps of these pairs in the order of their codes, each with its categories in the usual order."""
    order = [name for name, _ in CATEGORIES]
    return tuple(
        Change(law.node(step, on).name, tuple(name for name in order if (step, name) in pairs))
        for step in sorted({step for step, _ in pairs})
        if step in law.nodes
    )


@transaction.atomic
def choose_profile(*, court: Court, profile: str, by: User, at: datetime) -> NodeWatch:
    """Switch a set on for a court (切换节点监控组); at its next sweep, within minutes, its alerts follow.

    Switching on what is on already changes nothing.
    """
    if court.pk not in by.courts_where(Permission.MANAGE_SENDING):
        raise trail.Refused(
            str(_("您的职务不能切换该法院的节点监控组；请由审管办或系统管理员办理。")),
            act=CHOOSE,
            on=court,
            by=by,
        )
    if profile not in PROFILES:
        raise trail.Refused(
            str(_("没有这一监控组，请从列表中选择。")), act=CHOOSE, on=court, by=by, status=409
        )
    before = NodeWatch.objects.select_for_update().filter(court=court).first()
    if before and before.profile == profile:
        return before
    watch, _new = NodeWatch.objects.update_or_create(court=court, defaults={"profile": profile, "at": at})
    trail.record(CHOOSE, on=court, by=by, at=at, before=before and before.profile, after=profile)
    return watch


def courts_to_choose_for(user: User) -> list[Court]:
    return list(Court.objects.filter(pk__in=user.courts_where(Permission.MANAGE_SENDING)))


def own_courts(user: User) -> list[Court]:
    """The courts where the person holds a post today, in organisational order."""
    return list(Court.objects.filter(pk__in={seat.court_id for seat in user.seats}))
