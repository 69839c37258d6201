"""What the catalogues of quota and workload must say together (员额、案件权重、绩效目录的校验).

Each check yields where the fault lies, and what is wrong and right, in English and in Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from catalogues.checks import Body, Found, check_versions, unknown
from catalogues.quota_fields import CASE_TYPES, CAUSE_FACTS, PANELS, ROLES
from catalogues.sentencing_checks import KEY, check_window, no_key
from catalogues.supervision_checks import Range

SHARE = Range(0, 1, whole=False)
#: From which number to which each number of quota and workload may be set.
SETTINGS: Mapping[str, Range] = {
    "judge_days_per_year": Range(100, 300),
    "case_hours_per_day": Range(1, 10, whole=False),
    "base_hours": Range(0.5, 40, whole=False),
    "cap_ratio": Range(
        0.01, 0.39, whole=False
    ),  # 39 % is the national ceiling: lower may be set, never higher
    "court_floor": Range(1, 10),
    "ceiling_ratio": Range(0.1, 1, whole=False),
    "reserve_ratio": Range(0, 0.3, whole=False),
    "adjustment_low": Range(0.5, 1, whole=False),
    "adjustment_high": Range(1, 2, whole=False),
    "change_limit": SHARE,
    "pressure_high": Range(1, 5, whole=False),
    "pressure_low": SHARE,
    "pressure_years": Range(1, 5),
    "cell_min": Range(5, 1000),
    "winsor_low": Range(0, 0.25, whole=False),
    "winsor_high": Range(0.75, 1, whole=False),
    "float_low": Range(0.1, 1, whole=False),
    "float_high": Range(1, 10, whole=False),
    "simple_below": Range(1, 100, whole=False),
    "complex_from": Range(1, 200, whole=False),
    "peak_deviation": Range(1, 20, whole=False),
    "breach_percentile": Range(0.5, 0.999, whole=False),
    "breach_months": Range(3, 60),
    "mutual_years": Range(1, 10),
    "agreement_target": SHARE,
    "zone_min": Range(5, 100),  # fewer people would show one of them: a court may ask for more, never fewer
    "index_cap": Range(1, 3, whole=False),
    "score_workload": SHARE,
    "score_quality": SHARE,
    "score_effect": SHARE,
    "quality_low": SHARE,
    "quality_high": Range(1, 2, whole=False),
    "stock_months_normal": Range(0.5, 12, whole=False),
    "draw_cap_months": Range(0.5, 24, whole=False),
    "draw_step_months": Range(0.25, 6, whole=False),  # finer would show single cases
    "draw_turns": Range(1, 5),
    "courts_min": Range(10, 1000),
    "diary_whole_share": SHARE,
    "traced_days": Range(90, 1095),
    "relative_hearing": SHARE,
    "relative_record": SHARE,
    "relative_days": SHARE,
    "relative_judgment": SHARE,
}
#: Of each pair the first must be below the second.
ORDERED = (
    ("pressure_low", "pressure_high"), ("winsor_low", "winsor_high"), ("simple_below", "complex_from"),
    ("stock_months_normal", "draw_cap_months"),
)  # fmt: skip
SCORE = ("score_workload", "score_quality", "score_effect")
RELATIVE = ("relative_hearing", "relative_record", "relative_days", "relative_judgment")
#: Each of these groups makes a whole.
WHOLES = (
    (SCORE, "three parts of the score", "三项比重"),
    (RELATIVE, "four weights of traces", "四项痕迹比重"),
)
FACTORS = ("area", "pop", "gdp", "eth", "exp", "closed")
ZONES = ("Z1", "Z2", "Z3", "Z4")
Checker = Callable[[Mapping[str, Body]], Found]


def _each_version(entries: Mapping[str, Body]) -> Iterator[tuple[Body, tuple[str, ...]]]:
    for code, body in entries.items():
        for place, version in enumerate(body["versions"], start=1):
            yield version, (code, f"versions {place}")


def _versions(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        yield from check_versions(code, body)


def _within(version: Body, path: tuple[str, ...], name: str, allowed: Range) -> Found:
    value = version.get(name)
    if value is None:
        return
    whole = isinstance(value, int) or not allowed.whole
    if not whole or not allowed.least <= value <= allowed.most:
        kind = ("a whole number", "整数") if allowed.whole else ("a number", "数")
        yield (
            (*path, name),
            f"must be {kind[0]} from {allowed.least:g} to {allowed.most:g}, not {value}",
            f"应为 {allowed.least:g} 至 {allowed.most:g} 的{kind[1]}，而不是 {value}",
        )


def ranged(**allowed: Range) -> Checker:
    """Checks the versions of every entry, and these numbers of each."""

    def check(entries: Mapping[str, Body]) -> Found:
        yield from _versions(entries)
        for version, path in _each_version(entries):
            for name, numbers in allowed.items():
                yield from _within(version, path, name, numbers)

    return check


def _backwards(path: tuple[str, ...], low: float | None, high: float | None) -> Found:
    if low is not None and high is not None and low > high:
        yield path, f"runs from {low:g} down to {high:g}; swap the two", f"{low:g} 高于 {high:g}，请对调"


def _called(entries: Mapping[str, Body], first: str, second: str) -> Found:
    """An entry that is found by two of its fields is entered under both."""
    for code, body in entries.items():
        right = f"{body[first]}/{body[second]}"
        if code != right:
            yield (code,), f'must be entered under "{right}"', f"编号应为“{right}”"


def _once(entries: Mapping[str, Body], *names: str) -> Found:
    """What two entries claim belongs to neither."""
    for name in names:
        holder: dict[str, str] = {}
        for code, body in entries.items():
            for one in body.get(name) or ():
                if one in holder:
                    yield (
                        (code, name),
                        f'"{one}" already belongs to {holder[one]}; keep it in one',
                        f"“{one}”已归入 {holder[one]}；只能归入一处",
                    )
                holder[one] = code


def _all_there(entries: Mapping[str, Body], wanted: tuple[str, ...]) -> Found:
    for code in wanted:
        if code not in entries:
            yield (), f'"{code}" is missing; give it', f"缺少 {code}，请补上"
    for code in entries:
        if code not in wanted:
            yield (code,), *unknown("entry", "条目", code, wanted)


def _keys(entries: Mapping[str, Body]) -> Found:
    for code in entries:
        if not KEY.fullmatch(code):
            yield (code,), *no_key(code)


def _check_settings(entries: Mapping[str, Body]) -> Found:
    yield from _all_there(entries, tuple(SETTINGS))
    known = {code: body for code, body in entries.items() if code in SETTINGS}
    yield from _versions(known)
    for version, path in _each_version(known):
        yield from _within(version, path, "value", SETTINGS[path[0]])
    for low, high in ORDERED:
        if low in known and high in known and _last(known[low]) >= _last(known[high]):
            yield (
                (low,),
                f"must be below {high}, {_last(known[high]):g}",
                f"应低于 {high} 的 {_last(known[high]):g}",
            )
    for parts, said, named in WHOLES:
        total = sum(_last(known[one]) for one in parts if one in known)
        if abs(total - 1) > 1e-9:
            yield parts[:1], f"the {said} make {total:g}, not 1", f"{named}之和为 {total:g}，应为 1"


def _last(body: Body) -> float:
    return float(body["versions"][-1]["value"])


def _check_bases(entries: Mapping[str, Body]) -> Found:
    yield from ranged(value=Range(0.01, 50, whole=False))(entries)
    yield from _called(entries, "case_type", "group")
    yield from _once(entries, "causes", "type_codes")
    rest = [body["case_type"] for body in entries.values() if body.get("rest") == "yes"]
    for case_type, name in CASE_TYPES.items():
        if rest.count(case_type) != 1:
            yield (
                (),
                f'{case_type} needs exactly one group with rest: "yes", not {rest.count(case_type)}',
                f"{name}类应恰有一组收其余各案由，现有 {rest.count(case_type)} 组",
            )


def _check_procedures(entries: Mapping[str, Body]) -> Found:
    yield from ranged(value=Range(0.01, 10, whole=False))(entries)
    holder: dict[tuple[str, str], str] = {}
    panels = {"": tuple(PANELS), **{panel: (panel,) for panel in PANELS}}
    for code, body in entries.items():
        for procedure in body["procedures"]:
            for panel in panels[body.get("panel") or ""]:
                if (procedure, panel) in holder:
                    yield (
                        (code, "procedures"),
                        f"{procedure} already belongs to {holder[procedure, panel]}; keep it in one",
                        f"{procedure} 已归入 {holder[procedure, panel]}；只能归入一处",
                    )
                holder[procedure, panel] = code


def _check_roles(entries: Mapping[str, Body]) -> Found:
    yield from ranged(value=Range(0.01, 1, whole=False))(entries)
    roles = [body["role"] for body in entries.values()]
    for role, name in ROLES.items():
        if roles.count(role) != 1:
            yield (), f"{role} needs exactly one entry, not {roles.count(role)}", f"{name}应恰有一项"


def _check_points(entries: Mapping[str, Body]) -> Found:
    yield from _keys(entries)
    yield from ranged(points=Range(0, 100))(entries)
    for version, path in _each_version(entries):
        yield from _backwards(path, version.get("at_least"), version.get("at_most"))
        yield from _backwards(path, version.get("above"), version.get("at_most"))
        if bool(version.get("causes")) != (entries[path[0]]["fact"] in CAUSE_FACTS):
            yield (
                (*path, "causes"),
                f"belong to the facts {' and '.join(CAUSE_FACTS)}, and only to them",
                "只有案由一类的事实须列案由，其他事实不列",
            )


def _check_zones(entries: Mapping[str, Body]) -> Found:
    yield from _all_there(entries, ZONES)
    yield from _once(entries, "categories", "procedures", "type_codes")
    for code, body in entries.items():
        yield from check_window(code, body)


def _check_factors(entries: Mapping[str, Body]) -> Found:
    yield from _all_there(entries, FACTORS)
    yield from ranged(beta=SHARE)(entries)


def _check_hours(entries: Mapping[str, Body]) -> Found:
    yield from _keys(entries)
    yield from ranged(value=Range(0.01, 1000, whole=False))(entries)
    for code, body in entries.items():
        if (body["kind"] == "hours") != bool(body.get("case_type")):
            yield (
                (code, "case_type"),
                "belongs to hours, and only to them",
                "案均工时须写明类别，倍数不写",
            )


def _check_elements(entries: Mapping[str, Body]) -> Found:
    yield from _keys(entries)
    names = {
        code: {**body, "called": [body["name"], *(body.get("called") or ())]}
        for code, body in entries.items()
    }
    yield from _once(names, "called")
    for code, body in entries.items():
        yield from check_window(code, body)


def _check_duties(entries: Mapping[str, Body]) -> Found:
    yield from ranged(low=SHARE, high=SHARE)(entries)
    yield from _called(entries, "level", "post")
    for version, path in _each_version(entries):
        yield from _backwards(path, version["low"], version["high"])


def _check_selection(entries: Mapping[str, Body]) -> Found:
    yield from ranged(assessment=SHARE, exam=SHARE, interview=SHARE)(entries)
    if "default" not in entries:
        yield (), 'the entry "default" is missing; give it', "缺少 default，请补上"
    for version, path in _each_version(entries):
        total = version["assessment"] + version["exam"] + version["interview"]
        if abs(total - 1) > 1e-9:
            yield path, f"the three weights make {total:g}, not 1", f"三项之和为 {total:g}，应为 1"


def _check_exits(entries: Mapping[str, Body]) -> Found:
    yield from _keys(entries)
    for code, body in entries.items():
        yield from check_window(code, body)


def _keyed(check: Checker) -> Checker:
    def both(entries: Mapping[str, Body]) -> Found:
        yield from _keys(entries)
        yield from check(entries)

    return both


QUOTA_CHECKS: Mapping[str, Checker] = {
    "quota_settings": _check_settings,
    "weight_bases": _check_bases,
    "weight_procedures": _check_procedures,
    "weight_adders": ranged(value=Range(0, 5, whole=False), step=Range(0.01, 1e9, whole=False)),
    "weight_roles": _check_roles,
    "complexity_points": _check_points,
    "assessment_zones": _check_zones,
    "quota_factors": _check_factors,
    "cell_hours": _check_hours,
    "trial_elements": _check_elements,
    "team_types": _keyed(
        ranged(
            judges=Range(0.1, 100, whole=False),
            assistants=Range(0, 100, whole=False),
            clerks=Range(0, 100, whole=False),
        )
    ),
    "leader_duties": _check_duties,
    "selection_weights": _check_selection,
    "exit_triggers": _check_exits,
    "review_grades": _keyed(ranged(step=SHARE)),
}
