"""What a person is shown of groups: own units with their own values, in organisational order, and the definitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import expm1
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.selectors import courts_within
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, Division, User
from courts.roles import Permission
from deviation import quarters
from deviation.group_charts import Bar
from deviation.groups import expected_false, expected_once
from deviation.models import Run, Summary
from deviation.using import runs_for

AXES = {
    "log": gettext_lazy("比可比案件的预期高或者低（%）"),
    "identity": gettext_lazy("比可比案件的预期高或者低（百分点）"),
    "binary": gettext_lazy("比可比案件的预期高或者低（百分点）"),
}
BETWEEN = {
    "courts": gettext_lazy("各法院"),
    "divisions": gettext_lazy("各部门"),
    "age": gettext_lazy("年龄段"),
}
AGE_BANDS = {
    "0-17": gettext_lazy("不满 18 周岁"), "18-29": gettext_lazy("18–29 周岁"), "30-44": gettext_lazy("30–44 周岁"),
    "45-59": gettext_lazy("45–59 周岁"), "60-200": gettext_lazy("60 周岁以上"),
}  # fmt: skip

YES_NO = {"True": gettext_lazy("是"), "False": gettext_lazy("否")}


# --- whose, and of what ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Asked:
    """What the address asks for: one of the person's courts and one kind of outcome, with the run that speaks of it."""

    user: User
    court: Court
    courts: tuple[Court, ...]
    codes: tuple[tuple[str, str], ...]
    code: str
    run: Run | None

    @property
    def query(self) -> str:
        return urlencode({"court": self.court.pk, "code": self.code})

    def summary(self, kind: str) -> Summary | None:
        """The latest of this kind."""
        found = Summary.objects.filter(run=self.run, kind=kind) if self.run else Summary.objects.none()
        return found.order_by("-period").first()


def asked_in(user: User, court: str, code: str) -> Asked | None:
    """None where the court is none of the person's or the outcome is not compared there."""
    courts = tuple(courts_of(user))
    chosen = next((each for each in courts if not court or court in (str(each.pk), each.code)), None)
    if chosen is None:
        return None
    names = {code: model.name for code, model in law_in_use().deviation_models(chosen.pk, today()).items()}
    used = {code: run for code, run in runs_for(chosen.pk).items() if code in names}
    if code and code not in names:
        return None
    wanted = code or next((each for each in names if each in used), next(iter(names), ""))
    return Asked(user, chosen, courts, tuple(names.items()), wanted, used.get(wanted))


def courts_of(user: User) -> QuerySet[Court]:
    """The courts a person answers for, as a whole or a division of; for judges the one they sit in."""
    if answers_for_units(user):
        return courts_within(user)
    return Court.objects.filter(pk__in=[seat.court_id for seat in user.seats])


def answers_for_units(user: User) -> bool:
    """Whether a post opens a court or a division to this person, and aggregates with it."""
    return user.may(Permission.SEE_DASHBOARD) and bool(user.reach.courts or user.reach.divisions)


def may_see_fairness(user: User) -> bool:
    """Those who answer for units, and everyone whose own cases are compared."""
    return answers_for_units(user) or user.may(Permission.CHECK_DRAFT)


# --- courts and divisions ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """One unit as it is shown. ``value`` is empty where it must not be: too few cases."""

    name: str
    n: int
    value: str
    interval: str
    state: str
    tone: str
    address: str
    course: tuple[str, ...]
    bar: Bar | None


@dataclass(frozen=True)
class Table:
    """Units of one kind with what they are read against: the median and quartiles of the cases of all of them."""

    name: str
    lines: tuple[Line, ...]
    periods: tuple[str, ...]
    quartiles: tuple[str, str, str] | None
    common: str
    once: str
    false: str

    @property
    def bars(self) -> list[Bar]:
        return [line.bar for line in self.lines if line.bar]


def tables(asked: Asked, summary: Summary) -> list[Table]:
    """The courts the person answers for as courts, and the divisions of the chosen one they answer for."""
    body, reach = summary.body, asked.user.reach
    found = []
    courts = [court for court in asked.courts if court.pk in reach.courts]
    if body["courts"]["standings"] and len(courts) > 0:
        units = [(str(court.pk), court.name, {"court": court.code or court.pk}) for court in courts]
        found.append(table(_("法院"), units, body["courts"], summary))
    divisions = Division.objects.filter(court=asked.court)
    if asked.court.pk not in reach.courts:
        divisions = divisions.filter(pk__in=reach.divisions)
    if within := body["divisions"].get(str(asked.court.pk)):
        place = {"court": asked.court.code or asked.court.pk}
        units = [(str(each.pk), each.name, place | {"division": each.pk}) for each in divisions]
        found.append(table(_("部门"), units, within, summary))
    return found


def table(
    name: str, units: Sequence[tuple[str, str, dict[str, Any]]], survey: dict[str, Any], summary: Summary
) -> Table:
    """Only these units, in this order; what is said of numbers to be expected is said of what is shown."""
    standings = {each["unit"]: each for each in survey["standings"]}
    periods = sorted({each["period"] for one in standings.values() for each in one["course"]})
    lines = [
        line(title, standings.get(unit), place, periods, survey, summary) for unit, title, place in units
    ]
    shown = sum(each.bar is not None for each in lines)
    persistence, scale = summary.body["persistence"], summary.body["scale"]
    quartiles = survey["quartiles"] and tuple(told(value, scale) for value in survey["quartiles"])
    return Table(
        name=name,
        lines=tuple(lines),
        periods=tuple(periods),
        quartiles=quartiles,
        common=survey["common"],
        once=few(expected_once(shown)),
        false=few(expected_false(shown, persistence)),
    )


def line(
    name: str,
    standing: dict[str, Any] | None,
    place: dict[str, Any],
    periods: Sequence[str],
    survey: dict[str, Any],
    summary: Summary,
) -> Line:
    if standing is None:
        return Line(name, 0, "", "", _("案件或者法官人数不足，不显示"), "", "", ("",) * len(periods), None)
    scale, mean = summary.body["scale"], standing["mean"]
    course = {each["period"]: told(each["value"], scale) for each in standing["course"]}
    state, tone = state_of(standing, survey["common"], summary.body["persistence"])
    return Line(
        name=name,
        n=mean["n"],
        value=told(mean["value"], scale),
        interval=between(mean, scale),
        state=state,
        tone=tone,
        address=cases_of(place, summary.period),
        course=tuple(course.get(period, "") for period in periods),
        bar=bar(name, mean, scale),
    )


def state_of(standing: dict[str, Any], common: str, persistence: int) -> tuple[str, str]:
    if common:
        return _("多数单位同向，不单独评价"), ""
    if standing["persistent"]:
        return _("在通常波动之外（连续 %s 期）") % persistence, "mid"
    if standing["periods"] < persistence:
        return _("不足 %s 期，不评价") % persistence, ""
    return _("在通常波动之内"), ""


def cases_of(place: dict[str, Any], period: str) -> str:
    days = {"closed_from": quarters.first_day(period), "closed_to": quarters.last_day(period)}
    return f"{reverse('cases:list')}?{urlencode(place | {'status': 'closed'} | days)}"


# --- protected groups ----------------------------------------------------------------------------------------------
def names_of_groups(asked: Asked) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """What attributes and their groups are called in the catalogue."""
    elements = law_in_use().case_elements(asked.court.pk, today())
    attributes = {key: one.name for key, one in elements.items()} | {
        key: str(name) for key, name in BETWEEN.items()
    }
    groups = {(key, code): name for key, one in elements.items() for code, name in one.choices or ()}
    return attributes, groups | {("age", code): str(name) for code, name in AGE_BANDS.items()}


def named(groups: dict[tuple[str, str], str], each: dict[str, Any]) -> str:
    """What a group is called; a text of the data itself where the catalogue has no choices."""
    group = each["group"]
    return groups.get((each["attribute"], group)) or str(YES_NO.get(group, group))


@dataclass(frozen=True)
class GroupLine:
    """One group of one attribute: its difference, its coverage, and whether more than chance is in it."""

    attribute: str
    group: str
    n: int
    value: str
    interval: str
    coverage: str
    coverage_interval: str
    found: bool
    bar: Bar


def fairness_lines(asked: Asked, body: dict[str, Any]) -> list[GroupLine]:
    attributes, groups = names_of_groups(asked)
    lines = []
    for each in body["findings"]:
        attribute = attributes.get(each["attribute"], each["attribute"])
        group = named(groups, each)
        coverage = each["coverage"]
        lines.append(
            GroupLine(
                attribute=attribute,
                group=group,
                n=each["mean"]["n"],
                value=told(each["mean"]["value"], body["scale"]),
                interval=between(each["mean"], body["scale"]),
                coverage=f"{coverage['value']:.1%}",
                coverage_interval=f"{coverage['low']:.1%} – {coverage['high']:.1%}",
                found=each["found"],
                bar=bar(f"{attribute} · {group}", each["mean"], body["scale"]),
            )
        )
    return lines


@dataclass(frozen=True)
class ProxyLine:
    """How well what is used gives one group away."""

    attribute: str
    group: str
    auc: str
    interval: str
    beyond_chance: bool


def proxy_lines(asked: Asked, body: dict[str, Any]) -> list[ProxyLine]:
    attributes, groups = names_of_groups(asked)
    return [
        ProxyLine(
            attributes.get(each["attribute"], each["attribute"]),
            named(groups, each),
            f"{each['auc']:.2f}",
            f"{each['low']:.2f} – {each['high']:.2f}",
            each["beyond_chance"],
        )
        for each in body["proxies"]
    ]


# --- consistency and spread ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ConsistencyLine:
    """How far the groups of one kind disagree about the same cases, beside what chance makes."""

    name: str
    groups: int
    n: int
    disagreement: str
    chance: str
    chance_high: str
    beyond: bool


def consistency_lines(asked: Asked, body: dict[str, Any]) -> list[ConsistencyLine]:
    attributes, __ = names_of_groups(asked)
    found = body["between"]
    order = [name for name in ("courts", "divisions") if name in found]
    order += [name for name in sorted(found) if name not in order]
    return [consistency_line(attributes.get(name, name), found[name], body["scale"]) for name in order]


def consistency_line(name: str, each: dict[str, Any], scale: str) -> ConsistencyLine:
    said = [f"{points(each[key], scale):.1f}" for key in ("disagreement", "chance", "chance_high")]
    return ConsistencyLine(name, each["groups"], each["n"], *said, each["beyond"])


@dataclass(frozen=True)
class SpreadLine:
    """How close outcomes of a cause lie together after the launch, beside before."""

    name: str
    n_before: int
    n_after: int
    before: str
    after: str
    ratio: str
    interval: str
    narrowed: bool
    bar: Bar


def spread_lines(body: dict[str, Any]) -> list[SpreadLine]:
    scale = body["scale"]
    return [
        SpreadLine(
            each["stratum"] or _("以上各案由合计"),
            each["n_before"],
            each["n_after"],
            f"{points(each['before'], scale):.1f}",
            f"{points(each['after'], scale):.1f}",
            f"{each['ratio']:.2f}",
            f"{each['low']:.2f} – {each['high']:.2f}",
            each["narrowed"],
            (each["stratum"] or _("以上各案由合计"), each["ratio"], each["low"], each["high"]),
        )
        for each in body["changes"]
        if each["high"] is not None
    ]


# --- numbers in words ------------------------------------------------------------------------------------------------
def points(value: float, scale: str) -> float:
    """A difference on the scale of the model as per cent of the expectation, or as percentage points."""
    return 100 * (expm1(value) if scale == "log" else value)


def told(value: float, scale: str) -> str:
    """«+3.1%», «−0.8 个百分点»."""
    number = f"{points(value, scale):+.1f}".replace("-", "−")
    return f"{number}%" if scale == "log" else _("%s 个百分点") % number


def between(mean: dict[str, Any], scale: str) -> str:
    return f"{told(mean['low'], scale)} ~ {told(mean['high'], scale)}" if mean["low"] is not None else "—"


def bar(name: str, mean: dict[str, Any], scale: str) -> Bar:
    value = points(mean["value"], scale)
    low, high = (value if mean[end] is None else points(mean[end], scale) for end in ("low", "high"))
    return name, round(value, 2), round(low, 2), round(high, 2)


def few(number: float) -> str:
    """A number of false signals to be expected, in plain words."""
    return _("不到 0.01 个") if 0 < number < 0.01 else _("约 %s 个") % f"{number:.2g}"


def any_found(lines: Iterable[Any], mark: str) -> int:
    return sum(bool(getattr(each, mark)) for each in lines)
