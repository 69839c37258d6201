"""What the catalogues of supervision must say together (监督目录的校验).

Each check yields where the fault lies, and what is wrong and right, in English and in Chinese.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalogues.checks import Body, Found, check_versions, unknown
from catalogues.supervision_fields import LINKS, SUPERVISORS

RULE_CODE = re.compile(r"[A-Z]{1,4}\d{2,4}")
STEP_CODE = re.compile(r"N\d{2,3}")
POINT_CODE = re.compile(r"[A-Z]{2}\d{2}-\d{2}")
NUMBER_WORD = re.compile(r"[\u4e00-\u9fff]{1,6}")


@dataclass(frozen=True)
class Range:
    """From which number to which a parameter may be set, and whether only to whole ones."""

    least: float
    most: float
    whole: bool = True


#: The parameters that the shipped rules compare with. A court may add others for rules of its own.
PARAMETERS: Mapping[str, Range] = {
    "group_party_n": Range(2, 1000),
    "mass_party_n": Range(2, 10_000),
    "series_case_n": Range(2, 1000),
    "victim_n": Range(2, 10_000),
    "huge_claim_civil": Range(10_000, 1e12, whole=False),
    "huge_claim_basic": Range(10_000, 1e12, whole=False),
    "long_pending_months": Range(1, 120, whole=False),
    "long_detention_months": Range(1, 240, whole=False),
    "conflict_window_years": Range(1, 10),
    "conflict_score": Range(0.01, 1, whole=False),
    "conflict_min_n": Range(1, 1000),
    "petition_n": Range(1, 100),
    "group_visit_n": Range(2, 1000),
    "media_heat": Range(1, 100),
    "reassign_n": Range(1, 20),
    "extension_n": Range(1, 20),
    "deviation_q": Range(0.0001, 0.5, whole=False),
    "fake_litigation_red": Range(1, 100, whole=False),
    "rep_lawyer_n": Range(2, 1000),
}
#: Of each pair the first may not be above the second.
ORDERED = (("group_party_n", "mass_party_n"), ("huge_claim_basic", "huge_claim_civil"))
#: What each setting of supervision may be: a range of whole numbers; None for a word.
SETTINGS: Mapping[str, tuple[int, int] | None] = {
    "profile": None,
    "confirm_days": (1, 15),
    "dispute_days": (1, 30),
    "escalated_days": (1, 15),
    "first_report_days": (1, 60),
    "progress_report_days": (5, 90),
    "measure_reply_days": (1, 30),
    "supervisor_answer_days": (1, 30),
    "reconsider_max": (1, 2),
    "letter_overdue_grace": (0, 10),
    "letter_short_name": None,
    "circular_number_word": None,
    "small_group": (3, 50),
    "risk_red_score": (2, 25),
    "risk_amber_score": (1, 24),
}
#: Posts of supervision, the lowest first.
RANKS = ("division_head", "ac_member", "vice_president", "president")


def _check_parameters(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        allowed, value = PARAMETERS.get(code), body["value"]
        if not re.fullmatch(r"[a-z][a-z0-9_]*", code):
            yield (
                (code,),
                "is no name of a parameter; write small letters and underscores, like group_party_n",
                "不是参数名；应为小写字母和下划线，如 group_party_n",
            )
        elif allowed and not _within(value, allowed):
            kind = ("a whole number", "整数") if allowed.whole else ("a number", "数")
            yield (
                (code, "value"),
                f"must be {kind[0]} from {allowed.least:g} to {allowed.most:g}, not {value}",
                f"应为 {allowed.least:g} 至 {allowed.most:g} 的{kind[1]}，而不是 {value}",
            )
    yield from _missing(entries, PARAMETERS, "parameter")
    for low, high in ORDERED:
        if low in entries and high in entries and entries[low]["value"] > entries[high]["value"]:
            yield (
                (low, "value"),
                f"{entries[low]['value']} is above {high}, {entries[high]['value']}; set it no higher",
                f"{entries[low]['value']} 高于 {high} 的 {entries[high]['value']}；不应高于它",
            )


def _within(value: float, allowed: Range) -> bool:
    whole = isinstance(value, int) or not allowed.whole
    return whole and allowed.least <= value <= allowed.most


def _missing(entries: Mapping[str, Body], wanted: Mapping[str, object], what: str) -> Found:
    for code in [code for code in wanted if code not in entries]:
        yield (), f'the {what} "{code}" is missing; give it', f"缺少参数 {code}，请补上"


def _check_profiles(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        ways = [bool(body.get("every") == "yes"), bool(body.get("codes")), bool(body.get("heads"))]
        if sum(ways) != 1:
            yield (
                (code,),
                'must give exactly one of every: "yes", codes, heads',
                "“全部规则”“规则”“分类”三项应当只填一项",
            )
        listed = [
            *(body.get("codes") or ()),
            *(one for head in body.get("heads") or () for one in head["codes"]),
        ]
        for one, times in Counter(listed).items():
            if not RULE_CODE.fullmatch(one):
                yield (code,), *_no_rule(one)
            if times > 1:
                yield (
                    (code,),
                    f"names rule {one} {times} times; once is enough",
                    f"规则 {one} 重复列出；只列一次",
                )


def _no_rule(code: str) -> tuple[str, str]:
    return f'"{code}" is no code of a rule; write it like B01', f"“{code}”不是规则编号；应如 B01"


def _check_settings(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        if code not in SETTINGS:
            yield (code,), *unknown("setting", "参数", code, SETTINGS)
            continue
        yield from check_versions(code, body)
        for place, version in enumerate(body["versions"], start=1):
            yield from _check_setting(SETTINGS[code], version, (code, f"versions {place}"))
    yield from _missing(entries, SETTINGS, "setting")


def _check_setting(allowed: tuple[int, int] | None, version: Body, path: tuple[str, ...]) -> Found:
    n, text = version.get("n"), version.get("text")
    if allowed is None:
        if n is not None or not text:
            yield path, 'must have "text" and no "n"', "应填文字值，数值留空"
    elif text or n is None or not allowed[0] <= n <= allowed[1]:
        yield (
            path,
            f'"n" must be a whole number from {allowed[0]} to {allowed[1]}, without "text"',
            f"数值应为 {allowed[0]} 至 {allowed[1]} 的整数，文字值留空",
        )


def _check_measures(entries: Mapping[str, Body]) -> Found:
    for code, body in entries.items():
        if not re.fullmatch(r"M\d{2}", code):
            yield (code,), "is no code of a measure; write it like M01", "不是措施编号；应如 M01"
        floor = RANKS.index(body["min_role"])
        for role in body["roles"]:
            if RANKS.index(role) < floor:
                yield (
                    (code, "roles"),
                    f'"{role}" is below min_role "{body["min_role"]}"; leave it out or lower min_role',
                    f"“{SUPERVISORS[role]}”低于最低职务“{SUPERVISORS[body['min_role']]}”；请删去，或者调低最低职务",
                )
        for role in body.get("when_delegated") or ():
            if role not in body["roles"]:
                yield (
                    (code, "when_delegated"),
                    f'"{role}" is not among roles; name it there too',
                    f"“{SUPERVISORS[role]}”不在可以采取的职务之中；请一并列入",
                )
        if body.get("max_per_case") == 0:
            yield (code, "max_per_case"), "must be 1 or more, or left out", "至少为 1；不限的留空"


#: Letters are of these kinds (提示函、通报函、督办函、警示函); what each is called and takes is the court's.
LETTER_KINDS = ("prompt", "report", "urge", "warn")


def _check_letters(entries: Mapping[str, Body]) -> Found:
    words: dict[str, str] = {}
    for code in LETTER_KINDS:
        if code not in entries:
            yield (), f'the kind of letter "{code}" is missing; give it', f"缺少函件种类 {code}，请补上"
    for code in entries:
        if code not in LETTER_KINDS:
            yield (code,), *unknown("kind of letter", "函件种类", code, LETTER_KINDS)
    for code, body in entries.items():
        word, follows = body["number_word"], body.get("escalates_to") or ""
        if not NUMBER_WORD.fullmatch(word):
            yield (
                (code, "number_word"),
                f'"{word}" is not one to six characters such as 审管督',
                f"“{word}”应为一至六个汉字，如 审管督",
            )
        if word in words:
            yield (
                (code, "number_word"),
                f'"{word}" already numbers {words[word]}; give each kind its own',
                f"“{word}”已用于 {words[word]}；各种函件用字不得相同",
            )
        words[word] = code
        if body["reply_days"] < 1:
            yield (code, "reply_days"), "must be 1 or more", "至少 1 个工作日"
        if follows and follows not in entries:
            yield (code, "escalates_to"), *unknown("kind of letter", "函件种类", follows, entries)
        elif follows and entries[follows]["level"] <= body["level"]:
            yield (
                (code, "escalates_to"),
                f'"{follows}" is of no higher level than {body["level"]}; name a graver kind',
                f"“{follows}”的级次不高于 {body['level']}；应转为更重的一种",
            )


def _check_risks(entries: Mapping[str, Body]) -> Found:
    seen: set[str] = set()
    for code, body in entries.items():
        for place, point in enumerate(body["points"], start=1):
            path = (code, f"points {place}")
            yield from _check_point(code, point, path)
            if point["code"] in seen:
                yield (
                    path,
                    f"{point['code']} is given twice; number each point once",
                    f"编号 {point['code']} 重复；各点编号不得相同",
                )
            seen.add(point["code"])


def _check_point(category: str, point: Body, path: tuple[str, ...]) -> Found:
    if not POINT_CODE.fullmatch(point["code"]) or not point["code"].startswith(f"{category}-"):
        yield (
            path,
            f'"{point["code"]}" must be written like {category}-01',
            f"编号“{point['code']}”应如 {category}-01",
        )
    for name in ("likelihood", "severity"):
        if not 1 <= point[name] <= 5:
            yield (
                (*path, name),
                f"must be from 1 to 5, not {point[name]}",
                f"应为 1 至 5，而不是 {point[name]}",
            )
    links = point.get("linked") or ()
    if bool(links) != (point["detection"] == "machine"):
        yield (
            path,
            'needs "linked" exactly when detection is "machine"',
            "由系统发现的应填系统线索，由人发现的不填",
        )
    for link in links:
        yield from _check_link(link, (*path, "linked"))


def _check_link(text: str, path: tuple[str, ...]) -> Found:
    what, _, code = text.partition(":")
    if what not in LINKS:
        yield path, *unknown("trace", "线索", what, LINKS)
    elif what == "rule":
        if not RULE_CODE.fullmatch(code):
            yield path, *_no_rule(code)
    elif what == "alert" and STEP_CODE.fullmatch(code):
        return
    elif code not in LINKS[what]:
        yield path, *unknown(f"{what}", "线索", code, LINKS[what])


SUPERVISION_CHECKS: Mapping[str, Callable[[Mapping[str, Body]], Found]] = {
    "rule_parameters": _check_parameters,
    "rule_profiles": _check_profiles,
    "supervision_settings": _check_settings,
    "supervision_measures": _check_measures,
    "letter_kinds": _check_letters,
    "risk_points": _check_risks,
}
