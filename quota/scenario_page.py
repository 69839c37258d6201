"""What the pages about scenarios and plans show (员额测算页面): courts in organisational order, never ranked."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from quota.allocation import METHODS
from quota.kinds import Kinds
from quota.lever_form import SETTINGS, shown_percent
from quota.levers import ALL
from quota.limits import exactly
from quota.models import Plan, Scenario, Seat
from quota.reach import region_of
from quota.scenarios import inputs_of, result_of

#: Plans that are or were in force are open to every court they give seats.
PUBLIC = ("published", "superseded")
RULE_WORDS = {lever: (label, percent) for _code, lever, label, _most, percent in SETTINGS}


def scenarios_seen(user: User) -> QuerySet[Scenario]:
    """Those of the courts whose quota this person may see, and those their seats in force follow from; newest first."""
    seen = region_of(user, Permission.SEE_QUOTA)
    public = public_plans(seen).values("scenario")
    return Scenario.objects.filter(Q(court__in=seen) | Q(pk__in=public)).select_related(
        "court", "base", "made_by"
    )


def plans_seen(user: User) -> QuerySet[Plan]:
    """Those of the courts whose quota this person may see, and every published one that gives them seats."""
    seen = region_of(user, Permission.SEE_QUOTA)
    rows = Plan.objects.filter(Q(court__in=seen) | Q(pk__in=public_plans(seen).values("pk")))
    return rows.select_related("court", "scenario", "submitted_by", "decided_by")


def public_plans(courts: Collection[int]) -> QuerySet[Plan]:
    """What is or was in force for these courts, whoever made it."""
    covering = Seat.objects.filter(court__in=courts).values("plan")
    return Plan.objects.filter(pk__in=covering, state__in=PUBLIC).order_by()


def plans_for(user: User) -> QuerySet[Court]:
    """The courts one may calculate for, in organisational order."""
    ids = region_of(user, Permission.PLAN_QUOTA)
    return Court.objects.filter(pk__in=ids, recognised=True).exclude(code=None).order_by("position", "code")


def kind_names(court: Court) -> dict[str, str]:
    """What the kinds of cases are called, by code, second instances and retrials too."""
    kinds = Kinds(law_in_use().quotas.hours_of(court.pk, today()))
    return {code: kind.name for code, kind in kinds.by_code.items()}


# --- one result ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Tile:
    """A court of a result. ``state``: short, full, even or spare, by the pressure after; "" where it is not known.

    ``stuck``: the yearly change of so few seats is less than one, so that none moves.
    """

    row: Mapping[str, Any]
    state: str
    words: str
    before: str
    after: str
    other_level: int
    court: int | None = None
    stuck: bool = False


STATES = {"short": "明显不足", "full": "偏紧", "even": "相当", "spare": "有余"}


def tiles_of(result: Mapping[str, Any], ids: Mapping[str, int] | None = None) -> list[Tile]:
    """``ids``: the courts by their code, where a tile is to lead to the way to its seats."""
    return [tile_of(row, result["settings"], result["levels"], ids or {}) for row in result["courts"]]


def tile_of(
    row: Mapping[str, Any], settings: Mapping[str, float], levels: int, ids: Mapping[str, int]
) -> Tile:
    state = state_of(row["pressure_after"], settings)
    return Tile(
        row,
        state,
        STATES.get(state, "—"),
        said(row["pressure_before"]),
        said(row["pressure_after"]),
        row["seats_two_level"] if levels == 1 else row["seats_one_level"],
        ids.get(row["code"]),
        is_stuck(row),
    )


def is_stuck(row: Mapping[str, Any]) -> bool:
    held = row["low"] == row["high"] == row["last_seats"]
    return held and "change" in (row["low_from"], row["high_from"])


def ids_of(user: User, result: Mapping[str, Any]) -> dict[str, int]:
    """The courts of a result this person may see, by code."""
    seen = region_of(user, Permission.SEE_QUOTA)
    rows = Court.objects.filter(pk__in=seen, code__in=[row["code"] for row in result.get("courts", [])])
    return dict(rows.order_by().values_list("code", "pk"))


def state_of(pressure: float | None, settings: Mapping[str, float]) -> str:
    if pressure is None:
        return ""
    if pressure >= settings["pressure_high"]:
        return "short"
    if pressure <= settings["pressure_low"]:
        return "spare"
    return "full" if pressure > 1 else "even"


def said(value: float | None, places: int = 2) -> str:
    return "—" if value is None else f"{value:.{places}f}"


def totals_of(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures above the table: name and value, in words."""
    totals, before, after = result["totals"], result["pressure"]["before"], result["pressure"]["after"]
    return [
        ("需求（名）", f"{totals['need']:.2f}（80%区间 {totals['low80']:.1f}–{totals['high80']:.1f}）"),
        ("员额上限（名）", f"{totals['cap']}（编制 {totals['staffing']}）"),
        (
            "本次分配（名）",
            f"{totals['seats']}" + (f"，另预留 {totals['reserve']}" if totals["reserve"] else ""),
        ),
        ("在任（名）", str(totals["sitting"])),
        ("压力最低–最高", f"{spread(before)} → {spread(after)}"),
        ("压力基尼系数", f"{said(before['gini'], 3)} → {said(after['gini'], 3)}"),
    ]


def spread(pressure: Mapping[str, Any]) -> str:
    return f"{said(pressure['least'])}–{said(pressure['most'])}" if pressure["n"] else "—"


def remarks_of(result: Mapping[str, Any]) -> list[str]:
    """What a reader has to know of the result beside its numbers."""
    totals = result["totals"]
    told = []
    if totals["capped"]:
        told.append(f"需要或者设定的 {totals['asked']} 名超过员额上限，按上限 {totals['cap']} 名计算。")
    if totals["unplaced"]:
        told.append(f"各院上限（含年度调整幅度）放不下，少分 {totals['unplaced']} 名，留作机动。")
    if totals["lifted"]:
        told.append(
            f"各院下限（含在任法官）多于按需求计算的名额，多分 {totals['lifted']} 名，占用机动员额（余 {totals['reserve']} 名）。"
        )
    if beyond := beyond_change(result):
        told.append(f"{'、'.join(beyond)}在任（含新增）法官多于年度调整幅度允许的名额，按在任核定。")
    if any(map(is_stuck, result["courts"])):
        told.append(
            "标“不动”的法院上年员额少，年度调整幅度不足一名，不能增减；可以调节“调整幅度不足一名时可动”。"
        )
    names = {row["code"]: row["name"] for row in result["courts"]}
    for each in result["own_ratio"]:
        if each["holds"] is False:
            told.append(
                f"{names[each['code']]}员额占编制 {each['own']:.1%}，高于基层法院平均 {each['mean']:.1%}；"
                "高级人民法院的比例不得高于基层平均，请调整。"
            )
    return told


def beyond_change(result: Mapping[str, Any]) -> list[str]:
    """Courts whose judges in post, those to come too, lift them past the yearly change."""
    limit = exactly(result["settings"]["change_limit"])
    return [
        row["name"]
        for row in result["courts"]
        if row["last_seats"] is not None
        and row["low_from"] == "sitting"
        and row["low"] > row["last_seats"] + math.floor(limit * row["last_seats"])
    ]


def sources_said(inputs: Mapping[str, Any]) -> list[str]:
    """Where the numbers come from, and which of them are only this project's defaults."""
    sources = inputs.get("sources", {})
    if not sources:
        return []
    measured = sources.get("hours", "catalogue") != "catalogue"
    return [
        f"数据截至 {sources['on']}；目录版本摘要 {sources['editions'][:12]}。",
        "案均工时：有实测的用实测结果，没有的用目录数。"
        if measured
        else "案均工时：没有实测，用目录数（项目缺省值，须核对）。",
        "调整因素的权重、可办案日数、上下限为目录数，没有条文依据的为项目缺省值，须核对。",
    ]


# --- levers in words -----------------------------------------------------------------------------------------------
def levers_said(levers: Mapping[str, Any], kinds: Mapping[str, str], courts: Mapping[str, str]) -> list[str]:
    """What a scenario changes, one sentence each; empty for one as it was gathered."""
    return [
        sentence for part in (people_said, cases_said, rules_said) for sentence in part(levers, kinds, courts)
    ]


def people_said(
    levers: Mapping[str, Any], kinds: Mapping[str, str], courts: Mapping[str, str]
) -> Iterable[str]:
    for code, share in levers.get("leave", {}).items():
        yield f"{'各院' if code == ALL else courts.get(code, code)}请假、借调占工作时间 {shown_percent(share)}%"
    for code, count in levers.get("new_judges", {}).items():
        yield f"{courts.get(code, code)}新增在任法官 {count} 名"


def cases_said(
    levers: Mapping[str, Any], kinds: Mapping[str, str], courts: Mapping[str, str]
) -> Iterable[str]:
    for each in levers.get("surge", []):
        kind = "全部" if each.get("type", ALL) == ALL else kinds.get(each["type"], each["type"])
        where = "、".join(courts.get(code, code) for code in each.get("courts") or [])
        yield f"{where}{kind}收案{'增加' if each['ratio'] > 0 else '减少'} {shown_percent(abs(each['ratio']))}%"
    for code, hours in levers.get("weights", {}).items():
        yield f"{kinds.get(code, code)}案均工时改为 {hours:g} 小时"
    if track := levers.get("fast_track"):
        yield f"简案的 {shown_percent(track['share'])}% 交快审团队，用时为原来的 {shown_percent(track['hours_ratio'])}%"


def rules_said(
    levers: Mapping[str, Any], kinds: Mapping[str, str], courts: Mapping[str, str]
) -> Iterable[str]:
    if "seats" in levers:
        yield f"员额总数 {levers['seats']} 名（含预留）"
    for lever, (label, percent) in RULE_WORDS.items():
        if lever in levers:
            yield f"{label}：{shown_percent(levers[lever]) if percent else levers[lever]}"
    if levers.get("change_step"):
        yield f"调整幅度不足一名的，可动 {levers['change_step']} 名"
    if "method" in levers:
        yield f"按{METHODS[levers['method']]}分配"
    if levers.get("levels") == 2:
        yield "先分到地级、再分到各院"


# --- side by side --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Column:
    """One scenario of a comparison: its totals, what it changes, and seats and pressure of each court."""

    scenario: Scenario
    totals: list[tuple[str, str]]
    changes: list[str]
    same_data: bool


@dataclass(frozen=True)
class Compared:
    """``lines``: name of the court, then what each scenario gives it (None: it is not in that one)."""

    columns: list[Column]
    figures: list[tuple[str, list[str]]]
    lines: list[tuple[str, list[Tile | None]]]


def compared(scenarios: Sequence[Scenario]) -> Compared:
    inputs = [inputs_of(each) for each in scenarios]
    results = [result_of(each) for each in scenarios]
    bare = [{**each, "levers": {}} for each in inputs]
    columns = [
        Column(scenario, totals_of(result), changes_of(scenario, given), plain == bare[0])
        for scenario, given, result, plain in zip(scenarios, inputs, results, bare, strict=True)
    ]
    tiles = [{tile.row["code"]: tile for tile in tiles_of(result)} for result in results]
    names = {code: tile.row["name"] for each in reversed(tiles) for code, tile in each.items()}
    order = list(dict.fromkeys(code for each in tiles for code in each))
    figures = [
        (name, [column.totals[place][1] for column in columns])
        for place, (name, _value) in enumerate(columns[0].totals)
    ]
    return Compared(columns, figures, [(names[code], [each.get(code) for each in tiles]) for code in order])


def changes_of(scenario: Scenario, inputs: Mapping[str, Any]) -> list[str]:
    courts = {court["code"]: court["name"] for court in inputs["courts"]}
    return levers_said(inputs["levers"], kind_names(scenario.court), courts)
