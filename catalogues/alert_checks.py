"""What ladders, settings and monitored nodes of the alerts must say together (预警阶梯、预警参数、监控节点的校验).

Each check yields where the fault lies, and what is wrong and right, in English and in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from catalogues.checks import Body, Found, check_versions, unknown
from catalogues.fields import PROFILES, STAGES, WATCHES

SEVERITY = tuple(STAGES)
#: What each setting of the alerts may be: a range of whole numbers, or one of some words.
SETTINGS: Mapping[str, tuple[int, int] | Mapping[str, str]] = {
    "digest_hour": (0, 23),
    "quiet_from": (0, 23),
    "quiet_to": (0, 23),
    "digest_lines": (3, 10),
    "messages_a_day": (1, 50),
    "snooze_workdays": (1, 10),
    "done_workdays": (1, 30),
    "prompt_answer_workdays": (1, 30),
    "stalled_percentile": (50, 99),
    "stalled_min_cases": (10, 1000),
    "stalled_years": (1, 10),
    "stalled_least_days": (1, 365),
    "pause_review_days": (1, 365),
    "node_profile": {"all": "全部节点", **PROFILES},
    "calendar_warn_month": (1, 12),
}


def _check_ladders(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        yield from check_versions(code, body)
        for place, version in enumerate(body["versions"], start=1):
            path = (code, f"versions {place}")
            lapses, stalls = version.get("lapses") == "yes", body["watches"] == "stalled"
            yield from _check_order(version["stages"], path)
            for order, stage in enumerate(version["stages"], start=1):
                yield from _check_stage(stage, (*path, f"stages {order}"), lapses=lapses)
            if stalls and version["stages"][-1]["stage"] in ("urgent", "overdue"):
                yield (
                    path,
                    'a stalled case breaks no law; use the stages "early" and "mid" alone',
                    "停滞不违反期限；只用“远期”“中期”两个阶段",
                )
            if not lapses and not stalls and version["stages"][-1]["stage"] != "overdue":
                yield (
                    path,
                    'has no stage "overdue"; add it as the last one, or let the ladder lapse',
                    "没有“已超”阶段；请补为最后一个阶段，或者注明到期后不再预警",
                )
    yield from _check_reach(entries)


def _check_order(stages: Sequence[Body], path: tuple[str, ...]) -> Found:
    """Mildest first, each once, and each beginning no earlier than the one before it."""
    for place in range(1, len(stages)):
        before, stage = stages[place - 1], stages[place]
        here = (*path, f"stages {place + 1}")
        names = STAGES[before["stage"]], STAGES[stage["stage"]]
        if SEVERITY.index(stage["stage"]) <= SEVERITY.index(before["stage"]):
            yield (
                here,
                f'"{stage["stage"]}" comes after "{before["stage"]}"; list the mildest first, each once',
                f"“{names[1]}”不应排在“{names[0]}”之后；请由轻到重排列，每个阶段一次",
            )
        elif _begins_earlier(stage, before):
            yield (
                here,
                f'"{stage["stage"]}" begins earlier than "{before["stage"]}"; let the graver stage begin later',
                f"“{names[1]}”早于“{names[0]}”开始；较重的阶段应当较晚开始",
            )


def _begins_earlier(stage: Body, than: Body) -> bool:
    """Only where it can be told without knowing how long the time is."""
    measures = str(stage["measure"]), str(than["measure"])
    if measures == ("before", "before"):
        return int(stage["n"]) >= int(than["n"])
    if measures == ("after", "after"):
        return int(stage["n"]) <= int(than["n"])
    if measures == ("part", "part"):
        return int(stage["n"]) * int(than.get("of") or 1) <= int(than["n"]) * int(stage.get("of") or 1)
    return measures[1] == "after"


def _check_stage(stage: Body, path: tuple[str, ...], *, lapses: bool) -> Found:
    of, n = stage.get("of"), stage["n"]
    if stage["measure"] == "part" and (not of or not 0 < n <= of):
        yield (
            path,
            f'measure "part" needs "of", at least as large as "n" (2 of 3), not {n} of {of}',
            f"按几分之几起算的，须填分母，且分子为 1 至分母之间，如 2/3，而不是 {n}/{of or '—'}",
        )
    if stage["measure"] != "part" and of is not None:
        yield (
            path,
            f'"of" belongs to measure "part" alone; leave it out of "{stage["measure"]}"',
            "分母只用于按几分之几起算的阶段，请删去",
        )
    if stage["stage"] == "overdue" and (stage["measure"] != "after" or n < 1):
        yield (
            path,
            '"overdue" begins at the earliest one day after the due day; use measure "after", "n" 1 or more',
            "“已超”最早于到期后 1 日开始；起点应为到期后，日数至少为 1",
        )
    if lapses and stage["measure"] == "after":
        yield (
            path,
            "is never reached: the ladder lapses on the due day; leave the stage out",
            "到期后不再预警，此阶段永远不会开始，请删去",
        )
    if stage.get("repeat_days") == 0:
        yield (
            path,
            '"repeat_days" must be 1 or more; leave it out to tell once',
            "重复间隔至少 1 日；只告知一次的留空",
        )
    if "sms" in stage.get("channels", ()) and stage["stage"] not in ("urgent", "overdue"):
        yield (
            path,
            f'"sms" is for "urgent" and "overdue" alone; leave it out of "{stage["stage"]}"',
            f"短信只用于“紧急”“已超”，请从“{STAGES[stage['stage']]}”中删去",
        )


def _check_reach(entries: Mapping[str, Body]) -> Found:
    """Every case finds one ladder for everything that is watched, and no two that are equally narrow."""
    listed = list(entries.items())
    for place, (code, body) in enumerate(listed):
        for other, earlier in listed[:place]:
            if _meet(body, earlier):
                yield (
                    (code,),
                    f"fits the same cases as {other}; name other categories or procedures in one of the two",
                    f"与 {other} 适用于同样的案件；请在其中一条改用不同的类别或程序",
                )
    caught = {
        body["watches"] for _, body in listed if "全部" in body["categories"] and not body.get("procedures")
    }
    for watches, name in WATCHES.items():
        if watches not in caught:
            yield (
                (),
                f'no ladder for "{watches}" fits every case; let one have the category 全部 and no procedures',
                f"没有适用于各类案件的“{name}”预警阶梯；其中一条的类别应为“各类案件”，程序留空",
            )


def _meet(one: Body, other: Body) -> bool:
    """Whether some case would find both ladders equally narrow."""
    if one["watches"] != other["watches"]:
        return False
    every = "全部" in one["categories"], "全部" in other["categories"]
    procedures = set(one.get("procedures") or ()), set(other.get("procedures") or ())
    if every[0] != every[1] or bool(procedures[0]) != bool(procedures[1]):
        return False
    same_category = every[0] or bool(set(one["categories"]) & set(other["categories"]))
    return same_category and (not procedures[0] or bool(procedures[0] & procedures[1]))


def _check_settings(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        if code not in SETTINGS:
            yield (code,), *unknown("setting", "参数", code, SETTINGS)
            continue
        yield from check_versions(code, body)
        for place, version in enumerate(body["versions"], start=1):
            yield from _check_setting(SETTINGS[code], version, (code, f"versions {place}"))
    for code in [code for code in SETTINGS if code not in entries]:
        yield (), f'the setting "{code}" is missing; give it', f"缺少参数 {code}，请补上"


def _check_setting(
    allowed: tuple[int, int] | Mapping[str, str], version: Body, path: tuple[str, ...]
) -> Found:
    n, text = version.get("n"), version.get("text")
    if isinstance(allowed, Mapping):
        if n is not None or text not in allowed:
            names = "、".join(f"{value}（{name}）" for value, name in allowed.items())
            yield (
                path,
                f'"text" must be one of: {", ".join(allowed)}',
                f"文字值应为下列之一：{names}；数值留空",
            )
    elif text or n is None or not allowed[0] <= n <= allowed[1]:
        yield (
            path,
            f'"n" must be a whole number from {allowed[0]} to {allowed[1]}, without "text"',
            f"数值应为 {allowed[0]} 至 {allowed[1]} 的整数，文字值留空",
        )


def _check_monitored(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        for limit in body.get("limits") or ():
            if not re.fullmatch(r"N\d{2,3}", limit):
                yield (
                    (code, "limits"),
                    f'"{limit}" is no step; write it like N20',
                    f"“{limit}”不是节点编号；应如 N20",
                )


ALERT_CHECKS: Mapping[str, Callable[[Mapping[str, Body]], Found]] = {
    "alert_ladders": _check_ladders,
    "alert_settings": _check_settings,
    "monitored_nodes": _check_monitored,
}
