"""The law in use: the published editions, read from the database and kept until a newer one is published."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any, TypeVar
from uuid import uuid4

from django.core.cache import cache

from catalogues import (
    quota_fields,
    quota_schema,
    schema,
    sentencing_fields,
    sentencing_schema,
    supervision_fields,
    supervision_schema,
)
from catalogues.dated import in_force
from catalogues.ladders import narrowest_first
from catalogues.law import (
    AlertLadder,
    AlertSetting,
    CaseType,
    Cause,
    Ground,
    MonitoredNode,
    Node,
    TimeLimit,
)
from catalogues.models import Edition, Item
from catalogues.quotas import Quotas
from catalogues.sentenced import Layered, Sentenced
from catalogues.sentencing_law import CaseElement, DeviationModel, DeviationReason, Guideline
from catalogues.supervised import Supervised
from catalogues.supervision_law import LetterKind, MeasureRule, Number, RiskCategory, RuleProfile
from catalogues.workdays import CalendarYear, WorkCalendar
from courts.models import Court

VERSION = "catalogues:version"
NATIONAL = 0
Body = Mapping[str, Any]
Entries = list[tuple[str, dict[str, Any]]]
V = TypeVar("V", TimeLimit, Node, Ground, AlertLadder, AlertSetting)
P = TypeVar("P")

#: The category of our cases (案件类别) for each chapter of the table of case types; the codes that differ follow.
CHAPTERS = {
    "01": "管辖", "02": "刑事", "03": "民事", "04": "行政", "05": "国家赔偿", "06": "其他", "07": "其他",
    "08": "司法制裁", "09": "民事", "10": "执行", "11": "破产",
}  # fmt: skip
CHAPTER_OF_PRACTICE_CODES = {
    "商初": "民事", "诉前调": "诉前调解", "民诉前调": "诉前调解", "行诉前调": "诉前调解", "诉前调确": "诉前调解",
    "执前调": "诉前调解", "民破": "破产", "民算": "破产",
}  # fmt: skip


@dataclass(frozen=True)
class Law:
    """The published catalogues as values. Limits, nodes and grounds come in versions, oldest first."""

    limits: Mapping[str, tuple[TimeLimit, ...]]
    nodes: Mapping[str, tuple[Node, ...]]
    grounds: Mapping[str, tuple[Ground, ...]]
    type_codes: Mapping[str, str]
    editions: Mapping[str, int]
    national: WorkCalendar
    local: Mapping[int, WorkCalendar] = field(default_factory=dict)
    ladders: Mapping[str, tuple[AlertLadder, ...]] = field(default_factory=dict)
    settings: Mapping[str, tuple[AlertSetting, ...]] = field(default_factory=dict)
    monitored: Mapping[str, MonitoredNode] = field(default_factory=dict)
    supervised: Supervised = field(default_factory=Supervised)
    sentenced: Sentenced = field(default_factory=Sentenced)
    quotas: Quotas = field(default_factory=Quotas)

    def rule_parameters(self, court_id: int | None) -> dict[str, Number]:
        """What the rules of a court compare with (规则参数): the national numbers under those of its own and the courts above."""
        return self.supervised.parameters_of(court_id)

    def supervision_setting(self, code: str, court_id: int | None, on: date) -> int | str:
        """A number or word supervision goes by (监督参数). ``KeyError`` with a sentence for an unknown one."""
        return self.supervised.setting(code, court_id, on)

    def profile_codes(self, name: str) -> frozenset[str] | None:
        """The codes of the rules in a profile (识别方案); None: every rule. ``KeyError`` with a sentence for an unknown one."""
        return self.supervised.profile_codes(name)

    @property
    def profiles(self) -> Mapping[str, RuleProfile]:
        return self.supervised.profiles

    @property
    def measures(self) -> Mapping[str, MeasureRule]:
        return self.supervised.measures

    @property
    def letter_kinds(self) -> Mapping[str, LetterKind]:
        return self.supervised.letter_kinds

    @property
    def risk_categories(self) -> tuple[RiskCategory, ...]:
        return self.supervised.risk_categories

    def guideline(self, court_id: int | None, on: date) -> Guideline:
        """The sentencing guideline (量刑指导意见) with the tables of the court and those above it."""
        return self.sentenced.guideline(court_id, on)

    def case_elements(self, court_id: int | None, on: date) -> Mapping[str, CaseElement]:
        """The elements that cases record (案件要素) by key; ``fits`` of each says in which, ``usable`` whether as a feature."""
        return self.sentenced.elements_of(court_id, on)

    def deviation_models(self, court_id: int | None, on: date) -> Mapping[str, DeviationModel]:
        """The outcomes that are compared (偏离度模型) by code: months, fine, probation, awarded_share, trial_days."""
        return self.sentenced.models_of(court_id, on)

    def deviation_reasons(self, court_id: int | None, on: date) -> Mapping[str, DeviationReason]:
        """The reasons a judge may give for an outcome that differs (说明理由) by code."""
        return self.sentenced.reasons_of(court_id, on)

    def deviation_setting(self, code: str, court_id: int | None, on: date) -> Number:
        """A number the deviation goes by (偏离度参数). ``KeyError`` with a sentence for an unknown one."""
        return self.sentenced.setting(code, court_id, on)

    def quota_setting(self, code: str, court_id: int | None, on: date) -> Number:
        """A number quota and workload go by (员额与工作量参数). ``KeyError`` with a sentence for an unknown one."""
        return self.quotas.setting(code, court_id, on)

    def ladders_on(self, day: date) -> tuple[AlertLadder, ...]:
        """The warning ladders (预警阶梯) in force that day, in the order in which a case tries them."""
        return narrowest_first(self.ladders.values(), day)

    def setting(self, code: str, on: date) -> int | str:
        """A number or word the alerts go by (预警参数) on a day. ``KeyError`` with a sentence for an unknown one."""
        if code not in self.settings:
            known = ", ".join(sorted(self.settings)) or "none are published"
            raise KeyError(f'no alert setting is called "{code}"; known: {known}')
        found = version_for(self.settings[code], on)
        return found.text if found.n is None else found.n

    def limit(self, code: str, on: date) -> TimeLimit:
        """The version for a case filed that day; a case older than the first version gets the first one."""
        return version_for(self.limits[code], on)

    def node(self, code: str, on: date) -> Node:
        return version_for(self.nodes[code], on)

    def ground(self, code: str, on: date) -> Ground:
        return version_for(self.grounds[code], on)

    @cached_property
    def ground_by_name(self) -> dict[str, str]:
        """Ground ids by their Chinese names."""
        return {versions[-1].name: code for code, versions in self.grounds.items()}

    def calendar(self, court_id: int | None) -> WorkCalendar:
        return self.local.get(court_id or NATIONAL, self.national)

    def calendar_id(self, court_id: int | None) -> int:
        """The number the set-based clocks know the court's calendar by: its own id where it has an overlay, else 0."""
        return court_id if court_id in self.local else NATIONAL


def version_for(versions: tuple[V, ...], on: date) -> V:
    begun = [version for version in versions if version.effective_from <= on]
    return in_force(begun, on) if begun else versions[0]


class NotPublished(Exception):
    """There is no law to compute by yet; the sentence says what to do."""

    def __init__(self) -> None:
        super().__init__("no catalogues are published: run publish_catalogues first")


class Shelf:
    """One process's copy of the law, with the version it was read at."""

    law: Law | None = None
    version: str | None = None
    forgotten = 0


def law_in_use() -> Law:
    """The published law; another process's publication is noticed at the next call."""
    version = cache.get(VERSION)
    if Shelf.law is None or version is None or version != Shelf.version:
        version = version or new_version()
        Shelf.law = read_law()
        Shelf.version = version
    return Shelf.law


def new_version() -> str:
    """Tell every process that its copy of the law is out of date."""
    version = uuid4().hex
    cache.set(VERSION, version, timeout=None)
    Shelf.forgotten += 1
    return version


def read_law() -> Law:
    national = {
        edition.kind: edition for edition in Edition.objects.in_use().filter(court=None).order_by("number")
    }
    if not national.keys() >= set(READ):
        raise NotPublished
    entries = {kind: bodies_of(edition) for kind, edition in national.items() if kind in READ}
    types = [parsed for code, body in entries["case_types"] for parsed in schema.parse_case_type(code, body)]
    years = [year for code, body in entries["calendar"] for year in schema.parse_calendar_year(code, body)]
    calendar = WorkCalendar(years)
    return Law(
        limits={code: schema.parse_time_limit(code, body) for code, body in entries["time_limits"]},
        nodes={code: schema.parse_node(code, body) for code, body in entries["nodes"]},
        grounds={code: schema.parse_ground(code, body) for code, body in entries["exclusion_grounds"]},
        type_codes={case_type.type_code: category_of(case_type) for case_type in types},
        editions={kind: edition.number for kind, edition in national.items()},
        national=calendar,
        local=local_calendars(calendar),
        ladders={code: schema.parse_ladder(code, body) for code, body in entries["alert_ladders"]},
        settings={code: schema.parse_setting(code, body) for code, body in entries["alert_settings"]},
        monitored={code: schema.parse_monitored(code, body)[0] for code, body in entries["monitored_nodes"]},
        supervised=read_supervised({kind: national[kind] for kind in SUPERVISED if kind in national}),
        sentenced=read_sentenced({kind: national[kind] for kind in SENTENCED if kind in national}),
        quotas=read_quotas({kind: national[kind] for kind in QUOTA if kind in national}),
    )


#: What the clocks are computed from; the rest says who is told of them, and when.
COMPUTED_FROM = ("time_limits", "nodes", "exclusion_grounds", "case_types", "calendar")
READ = (*COMPUTED_FROM, "alert_ladders", "alert_settings", "monitored_nodes")
#: What supervision goes by: the clocks and warnings run without it.
SUPERVISED = tuple(supervision_fields.KINDS)
#: What sentencing and deviation go by: everything else runs without it.
SENTENCED = tuple(sentencing_fields.KINDS)
#: What quota and workload go by: everything else runs without it.
QUOTA = tuple(quota_fields.KINDS)


def read_supervised(national: Mapping[str, Edition]) -> Supervised:
    """The catalogues of supervision, as far as they are published, with what courts laid over them (本院参数)."""
    entries = {kind: bodies_of(edition) for kind, edition in national.items()}
    local = {kind: overlays_of(kind) for kind in supervision_fields.OVERLAID}
    return Supervised(
        parameters=single(supervision_schema.parse_parameter, entries.get("rule_parameters", [])),
        settings=versioned(entries.get("supervision_settings", [])),
        profiles=single(supervision_schema.parse_profile, entries.get("rule_profiles", [])),
        measures=single(supervision_schema.parse_measure, entries.get("supervision_measures", [])),
        letter_kinds=single(supervision_schema.parse_letter, entries.get("letter_kinds", [])),
        risk_categories=tuple(
            single(supervision_schema.parse_risks, entries.get("risk_points", [])).values()
        ),
        local_parameters={
            court: single(supervision_schema.parse_parameter, bodies)
            for court, bodies in local["rule_parameters"].items()
        },
        local_settings={court: versioned(bodies) for court, bodies in local["supervision_settings"].items()},
        above=courts_above() if any(local.values()) else {},
    )


def read_sentenced(national: Mapping[str, Edition]) -> Sentenced:
    """The catalogues of sentencing and deviation, as far as they are published, with what courts laid over them."""
    local = {kind: overlays_of(kind) for kind in SENTENCED}
    layers = layered(national, local, sentencing_schema.PARSERS)
    return Sentenced(
        factors=layers["guideline_factors"],
        offences=layers["guideline_offences"],
        increments=layers["guideline_increments"],
        elements=layers["case_elements"],
        models=layers["deviation_models"],
        reasons=layers["deviation_reasons"],
        settings=layers["deviation_settings"],
        above=courts_above() if any(local.values()) else {},
    )


def read_quotas(national: Mapping[str, Edition]) -> Quotas:
    """The catalogues of quota and workload, as far as they are published, with what courts laid over them."""
    local = {kind: overlays_of(kind) if kind in quota_fields.OVERLAID else {} for kind in QUOTA}
    layers = layered(national, local, quota_schema.PARSERS)
    return Quotas(
        **{name: layers[kind] for name, kind in quota_schema.PLACES.items()},
        above=courts_above() if any(local.values()) else {},
    )


def layered(
    national: Mapping[str, Edition], local: Mapping[str, dict[int, Entries]], parsers: Mapping[str, Any]
) -> dict[str, Layered[Any]]:
    """Every version of every entry of these kinds, by kind, with those of the courts over them."""

    def parsed(kind: str, entries: Entries) -> dict[str, tuple[Any, ...]]:
        return {code: parsers[kind](code, body) for code, body in entries}

    return {
        kind: Layered(
            parsed(kind, bodies_of(national[kind]) if kind in national else []),
            {court: parsed(kind, bodies) for court, bodies in local[kind].items()},
        )
        for kind in local
    }


def single(parse: Callable[[str, Body], tuple[P, ...]], entries: Entries) -> dict[str, P]:
    return {code: parse(code, body)[0] for code, body in entries}


def versioned(entries: Entries) -> dict[str, tuple[AlertSetting, ...]]:
    return {code: supervision_schema.parse_setting(code, body) for code, body in entries}


def overlays_of(kind: str) -> dict[int, Entries]:
    """The entries that courts have laid over the national ones, by court."""
    editions = Edition.objects.in_use().filter(kind=kind).exclude(court=None)
    return {edition.court_id: bodies_of(edition) for edition in editions}


def courts_above() -> dict[int, int | None]:
    return dict(Court.objects.values_list("pk", "parent_id"))


def editions_key(kinds: Collection[str] = COMPUTED_FROM) -> str:
    """What stands for the law of these kinds (those the clocks follow), local calendars and all: another edition, another key.

    Empty before there is any.
    """
    ids = Edition.objects.in_use().filter(kind__in=kinds).order_by("pk").values_list("pk", flat=True)
    said = " ".join(map(str, ids))
    return sha256(said.encode()).hexdigest() if said else ""


def bodies_of(edition: Edition) -> Entries:
    return list(edition.items.order_by("position", "code").values_list("code", "body"))


def category_of(case_type: CaseType) -> str:
    if case_type.type_code.startswith("司救"):
        return "司法救助"
    return CHAPTER_OF_PRACTICE_CODES.get(case_type.type_code) or CHAPTERS[case_type.category_code]


def local_calendars(national: WorkCalendar) -> dict[int, WorkCalendar]:
    """Calendars with a court's own days laid over the national ones (地方假日)."""
    found: dict[int, WorkCalendar] = {}
    for edition in Edition.objects.in_use().filter(kind="calendar").exclude(court=None).order_by("number"):
        years = [year for code, body in bodies_of(edition) for year in schema.parse_calendar_year(code, body)]
        found[edition.court_id] = overlaid(national, years)
    return found


def overlaid(national: WorkCalendar, years: list[CalendarYear]) -> WorkCalendar:
    off = [day for year in years for day in year.days_off]
    work = [day for year in years for day in year.days_worked]
    return national.with_overlay(extra_off=off, extra_work=work)


def causes_on(kind: str, day: date) -> dict[str, Cause]:
    """The causes (案由) of ``causes_civil|criminal|administrative`` for a case filed that day, by code."""
    editions = Edition.objects.in_use().filter(kind=kind, court=None)
    edition = editions.filter(effective_from__lte=day).order_by("-effective_from", "-number").first()
    items = Item.objects.filter(edition=edition or editions.order_by("effective_from").first())
    return {code: schema.parse_cause(code, body)[0] for code, body in items.values_list("code", "body")}


def years_missing(today: date) -> list[int]:
    """Years whose holiday notice should be catalogued by now and is not: this year, and the next from December on."""
    wanted = [today.year] + ([today.year + 1] if today.month == 12 else [])
    return [year for year in wanted if not law_in_use().national.is_published(year)]
