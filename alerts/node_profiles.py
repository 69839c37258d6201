"""Which set of monitored nodes (节点监控组) a court has switched on, what each set watches, and switching it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from alerts.models import NodeWatch
from audit import trail
from cases.models import Case, Change, Clock
from catalogues.law import MonitoredNode, Node
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


@dataclass(frozen=True)
class Profile:
    """One set: its nodes, how many pairs of node and case category they make, and the legal periods it watches."""

    code: str
    nodes: tuple[MonitoredNode, ...]
    limits: frozenset[str]

    @property
    def name(self) -> str:
        return str(PROFILES[self.code])

    @property
    def pairs(self) -> int:
        return sum(len(node.categories) for node in self.nodes)


def profile_of(law: Law, code: str) -> Profile:
    nodes = tuple(node for node in law.monitored.values() if code in (ALL, *node.profiles))
    return Profile(code, nodes, limits_of(law, code))


def limits_of(law: Law, code: str) -> frozenset[str]:
    """The steps of the catalogue of nodes whose legal period the set watches; the whole set watches every step."""
    if code == ALL:
        return frozenset(law.nodes)
    nodes = (node for node in law.monitored.values() if code in node.profiles)
    return frozenset(limit for node in nodes for limit in node.limits)


def profile_in_use(court_id: int | None, law: Law, on: date) -> str:
    """The set the court has switched on; without a choice of its own, the catalogue's default."""
    chosen = NodeWatch.objects.filter(court=court_id).values_list("profile", flat=True).first()
    return chosen or str(law.setting("node_profile", on))


@dataclass(frozen=True)
class Difference:
    """What switching would change: steps watched from then on, and steps watched no more."""

    more: tuple[Node, ...]
    fewer: tuple[Node, ...]


def difference(law: Law, before: str, after: str, on: date) -> Difference:
    old, new = limits_of(law, before), limits_of(law, after)
    return Difference(
        tuple(law.node(code, on) for code in sorted(new - old) if code in law.nodes),
        tuple(law.node(code, on) for code in sorted(old - new) if code in law.nodes),
    )


@transaction.atomic
def choose_profile(*, court: Court, profile: str, by: User, at: datetime) -> NodeWatch:
    """Switch a set on for a court (切换节点监控组); its open cases are looked at again within seconds.

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
    put_in_line(court)
    return watch


def put_in_line(court: Court) -> int:
    """Have the alerts brought up to date of every case that is open or still owes a step (待重算)."""
    owed = Clock.objects.filter(case=OuterRef("pk"), kind="node", state="running")
    cases = Case.objects.filter(Q(closed_on=None) | Exists(owed), court=court).order_by()
    ids = cases.values_list("pk", flat=True)
    return len(Change.objects.bulk_create([Change(case_id=pk) for pk in ids], batch_size=1000))


def courts_to_choose_for(user: User) -> list[Court]:
    return list(Court.objects.filter(pk__in=user.courts_where(Permission.MANAGE_SENDING)))


def own_courts(user: User) -> list[Court]:
    """The courts where the person holds a post today, in organisational order."""
    return list(Court.objects.filter(pk__in={seat.court_id for seat in user.seats}))
