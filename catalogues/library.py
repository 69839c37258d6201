"""The catalogue files that ship with the program, read once and kept (目录). Files only: no database, no settings."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from catalogues import cause_tags as tagging
from catalogues import quota_schema, rulebook, schema, sentencing_schema, supervision_schema
from catalogues.law import (
    AlertLadder,
    AlertSetting,
    CaseType,
    Cause,
    CourtEntry,
    FormerPrefix,
    Ground,
    MonitoredNode,
    Node,
    Superseded,
    TimeLimit,
)
from catalogues.quotas import Quotas
from catalogues.sentenced import Layered, Sentenced
from catalogues.supervision_law import (
    LetterKind,
    MeasureRule,
    Number,
    RiskCategory,
    RuleCategory,
    RuleFact,
    RuleProfile,
    ShippedRule,
    TaggedCause,
)
from catalogues.workdays import WorkCalendar
from predicates.catalogue import Rule

DATA = Path(__file__).parent / "data"
LOADER = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # libyaml reads ten times as fast where it is installed
NUMBERS = frozenset({"level"})

V = TypeVar("V")


@dataclass(frozen=True)
class SeedEdition:
    """One edition of a catalogue as the files give it, ready to be stored: every body is plain JSON."""

    kind: str
    title: str
    basis: str
    entries: tuple[tuple[str, dict[str, Any]], ...]
    source: str
    effective_from: date
    note: str


@dataclass(frozen=True)
class Table:
    """A catalogue kept as rows (CSV): what a YAML catalogue says of itself at its head."""

    kind: str
    file: str
    title: str
    basis: str
    effective_from: date
    note: str = ""


TABLES = (
    Table(
        "causes_civil", "causes_civil_2021.csv", "民事案件案由规定（2020年修正）",
        "《民事案件案由规定》（2020年第二次修正，2021-01-01施行）", date(2021, 1, 1),
        "由2026年版逆推：去掉2026年新设案由，恢复可以确定的旧名和旧上级，逐条标明置信度。一级11、二级54与公布数相同；"
        "三级460（公布473）、四级387（公布391），2026年删去的三级13个、四级4个资料未载，不补造。",
    ),
    Table(
        "causes_civil", "causes_civil_2026.csv", "民事案件案由规定（2025年修正）",
        "《民事案件案由规定》（2025年第三次修正，法〔2025〕226、227号，2026-01-01施行）", date(2026, 1, 1),
        "三级514与公布末号相符；四级470未能与公布数核对。LOCAL-* 七条为补录，无通行代码。",
    ),
    Table(
        "causes_criminal", "causes_criminal.csv", "刑事案由（罪名）", "刑法及罪名司法解释（依法院系统通行案由代码）",
        date(1997, 10, 1), "叶子罪名484个，通称483，差1未查明；2024年以后可能的新增罪名未含。",
    ),
    Table(
        "causes_administrative", "causes_administrative.csv", "行政案件案由",
        "《关于行政案件案由的暂行规定》（2020年，2021-01-01施行）", date(2021, 1, 1),
        "“法律法规有明确名称的其他行政行为/事项”项下11条为不可诉事项；带“××”的案由录入时须填充。",
    ),
    Table(
        "courts", "courts.csv", "全国法院", "全国法院分级码；代字依法〔2015〕137号、法〔2018〕335号", date(2016, 1, 1),
        "不含军事法院系统；代字多由区划代码按规则推导，逐条标明置信度，222个留空待补。",
    ),
)  # fmt: skip
DOCUMENTS = (
    "time_limits.yaml", "exclusion_grounds.yaml", "nodes.yaml", "case_types.yaml", "calendars/national.yaml",
    "alert_ladders.yaml", "alert_settings.yaml", "monitored_nodes.yaml", "rule_parameters.yaml", "rule_profiles.yaml",
    "supervision_settings.yaml", "supervision_measures.yaml", "letter_kinds.yaml", "risk_points.yaml",
    "guideline_factors.yaml", "guideline_offences.yaml", "guideline_increments.yaml", "case_elements.yaml",
    "deviation_models.yaml", "deviation_settings.yaml", "deviation_reasons.yaml",
    "quota_settings.yaml", "weight_bases.yaml", "weight_procedures.yaml", "weight_adders.yaml", "weight_roles.yaml",
    "complexity_points.yaml", "assessment_zones.yaml", "quota_factors.yaml", "cell_hours.yaml", "trial_elements.yaml",
    "team_types.yaml", "leader_duties.yaml", "selection_weights.yaml", "exit_triggers.yaml", "review_grades.yaml",
)  # fmt: skip


@cache
def time_limits() -> dict[str, tuple[TimeLimit, ...]]:
    """Every time limit (审限) by id: its versions, oldest first. The number is always the present one."""
    return _parsed("time_limits.yaml", schema.parse_time_limit)


@cache
def nodes() -> dict[str, tuple[Node, ...]]:
    """Every procedural step (流程节点) by id: its versions, oldest first."""
    return _parsed("nodes.yaml", schema.parse_node)


@cache
def grounds() -> dict[str, tuple[Ground, ...]]:
    """Every ground of exclusion (扣除事由) by id: its versions, oldest first."""
    return _parsed("exclusion_grounds.yaml", schema.parse_ground)


@cache
def case_types() -> tuple[CaseType, ...]:
    """The case types of the national standard, then the codes seen in practice only."""
    parsed = _parsed("case_types.yaml", schema.parse_case_type)
    return tuple(case_type for found in parsed.values() for case_type in found)


@cache
def type_codes() -> dict[str, str]:
    """Every code a case number may carry (类型代字), with the category of cases it stands for."""
    return {case_type.type_code: case_type.category for case_type in case_types()}


@cache
def ladders() -> dict[str, tuple[AlertLadder, ...]]:
    """Every warning ladder (预警阶梯) by id: its versions, oldest first."""
    return _parsed("alert_ladders.yaml", schema.parse_ladder)


@cache
def settings() -> dict[str, tuple[AlertSetting, ...]]:
    """Every number and word the alerts go by (预警参数) by id: its versions, oldest first."""
    return _parsed("alert_settings.yaml", schema.parse_setting)


@cache
def monitored_nodes() -> dict[str, MonitoredNode]:
    """The flow nodes that are watched (监控节点) by id."""
    return _single("monitored_nodes.yaml", schema.parse_monitored)


@cache
def rule_facts() -> dict[str, RuleFact]:
    """The facts that rules may read (规则事实) by name; ``.fact`` of each is the fact of the rule language."""
    return {name: rulebook.parse_fact(name, body) for name, body in entries_of("rule_facts.yaml").items()}


@cache
def rule_categories() -> tuple[RuleCategory, ...]:
    """The four categories and those treated alike (四类), A to E."""
    listed = document("supervision_rules.yaml")["categories"]
    return tuple(rulebook.parse_category(code, body) for code, body in listed.items())


@cache
def rule_parameters() -> dict[str, Number]:
    """The numbers that rules compare with (规则参数) as they ship; ``Law.rule_parameters`` has those of a court."""
    parsed = _parsed("rule_parameters.yaml", supervision_schema.parse_parameter)
    return {code: found.value for code, (found,) in parsed.items()}


@cache
def shipped_rules() -> dict[str, ShippedRule]:
    """The rules that ship (识别规则) by code, with their conditions as JSON, their tick at filing and their remarks."""
    facts = {name: found.fact for name, found in rule_facts().items()}
    return {
        code: rulebook.parse_rule(code, body, facts, rule_parameters())
        for code, body in entries_of("supervision_rules.yaml").items()
    }


def supervision_rules() -> tuple[Rule, ...]:
    """The rules that ship (识别规则) as the rule language knows them, in the order of their codes."""
    return tuple(shipped.rule for shipped in shipped_rules().values())


def filing_ticks() -> tuple[str, ...]:
    """The codes of the boxes at filing (立案勾选)."""
    return tuple(code for code, shipped in shipped_rules().items() if shipped.tick)


@cache
def rule_profiles() -> dict[str, RuleProfile]:
    """The sets of rules a court may choose (识别方案) by name."""
    return _single("rule_profiles.yaml", supervision_schema.parse_profile)


@cache
def supervision_settings() -> dict[str, tuple[AlertSetting, ...]]:
    """Every number and word supervision goes by (监督参数) by id: its versions, oldest first."""
    return _parsed("supervision_settings.yaml", supervision_schema.parse_setting)


@cache
def measures() -> dict[str, MeasureRule]:
    """The measures of supervision (监督措施) by code."""
    return _single("supervision_measures.yaml", supervision_schema.parse_measure)


@cache
def letter_kinds() -> dict[str, LetterKind]:
    """The kinds of letters (函件种类) by code."""
    return _single("letter_kinds.yaml", supervision_schema.parse_letter)


@cache
def risk_categories() -> tuple[RiskCategory, ...]:
    """The categories of risk points (风险点), in the order of the catalogue."""
    return tuple(_single("risk_points.yaml", supervision_schema.parse_risks).values())


@cache
def sentenced() -> Sentenced:
    """What ships of sentencing and deviation (量刑、要素、偏离度); ``Law`` has what holds in a court."""
    return Sentenced(
        factors=Layered(_parsed("guideline_factors.yaml", sentencing_schema.parse_factor)),
        offences=Layered(_parsed("guideline_offences.yaml", sentencing_schema.parse_offence)),
        increments=Layered(_parsed("guideline_increments.yaml", sentencing_schema.parse_increment)),
        elements=Layered(_parsed("case_elements.yaml", sentencing_schema.parse_element)),
        models=Layered(_parsed("deviation_models.yaml", sentencing_schema.parse_model)),
        reasons=Layered(_parsed("deviation_reasons.yaml", sentencing_schema.parse_reason)),
        settings=Layered(_parsed("deviation_settings.yaml", sentencing_schema.parse_setting)),
    )


@cache
def quotas() -> Quotas:
    """What ships of quota and workload (员额、案件权重、绩效); ``Law`` has what holds in a court."""
    read = {
        name: _parsed(f"{kind}.yaml", quota_schema.PARSERS[kind])
        for name, kind in quota_schema.PLACES.items()
    }
    return Quotas(**{name: Layered(versions) for name, versions in read.items()})


@cache
def work_calendar() -> WorkCalendar:
    """The national calendar of working days (工作日)."""
    parsed = _parsed("calendars/national.yaml", schema.parse_calendar_year)
    return WorkCalendar(year for found in parsed.values() for year in found)


@cache
def causes(file: str) -> dict[str, Cause]:
    """One edition of a list of causes (案由) by code; the file is one of those in ``TABLES``."""
    return {code: schema.parse_cause(code, body)[0] for code, body in _rows(file)}


def cause_lists() -> dict[str, tuple[dict[str, Cause], ...]]:
    """Every edition of each list of causes, oldest first."""
    kinds = dict.fromkeys(table.kind for table in TABLES if table.kind.startswith("causes_"))
    return {kind: tuple(causes(table.file) for table in TABLES if table.kind == kind) for kind in kinds}


@cache
def cause_tags() -> dict[str, TaggedCause]:
    """The causes that carry tags of their own (案由标签) by code; what is below them in their list carries them too."""
    return {code: tagging.parse_tagged(code, body) for code, body in entries_of("cause_tags.yaml").items()}


@cache
def cause_tag_rows() -> list[tuple[str, str, tuple[str, ...]]]:
    """Code, name and tags of every cause there is, once for each name; a cause without tags has an empty tuple."""
    lists = [causes for editions in cause_lists().values() for causes in editions]
    return [*tagging.tag_rows(cause_tags(), lists)]


def tags_of(cause_code: str, cause_name: str = "") -> tuple[str, ...] | None:
    """The tags of a case (案由标签) by the code of its cause, else by its name; None for a cause in no list."""
    found = _tags_by("code").get(cause_code)
    return _tags_by("name").get(cause_name) if found is None else found


@cache
def _tags_by(what: str) -> dict[str, tuple[str, ...]]:
    place = ("code", "name").index(what)
    found: dict[str, set[str]] = {}
    for row in cause_tag_rows():
        found.setdefault(str(row[place]), set()).update(row[2])
    return {known: tuple(sorted(tags)) for known, tags in found.items()}


@cache
def courts() -> dict[str, CourtEntry]:
    """Every court (法院) of the national table by its code."""
    return {code: schema.parse_court(code, body)[0] for code, body in _rows("courts.csv")}


@cache
def former_prefixes() -> dict[str, FormerPrefix]:
    """Court codes that were given out once and have been replaced (旧法院代字), by prefix."""
    rows = _rows("court_prefixes_former.csv", key="prefix")
    return {prefix: schema.parse_former_prefix(prefix, body) for prefix, body in rows}


@cache
def superseded() -> dict[str, tuple[Superseded, ...]]:
    """Numbers the law once had (已被取代的旧数字) by id of the limit, step or ground. For display only."""
    found: dict[str, tuple[Superseded, ...]] = {}
    for file in ("time_limits.yaml", "exclusion_grounds.yaml", "nodes.yaml"):
        for body in document(file)["superseded"]:
            found[body["id"]] = (*found.get(body["id"], ()), schema.parse_superseded(body))
    return found


def editions() -> list[SeedEdition]:
    """Every edition that ships with the program, in the order in which they should be published."""
    return [*map(_document_edition, DOCUMENTS), *map(_table_edition, TABLES)]


def _document_edition(file: str) -> SeedEdition:
    head = document(file)
    entries = tuple((str(code), _plain(body)) for code, body in head["entries"].items())
    return SeedEdition(
        head["kind"],
        head["title"],
        head["basis"],
        entries,
        file,
        head["effective_from"],
        head.get("note", ""),
    )


def _table_edition(table: Table) -> SeedEdition:
    return SeedEdition(
        table.kind,
        table.title,
        table.basis,
        tuple(_rows(table.file)),
        table.file,
        table.effective_from,
        table.note,
    )


def _plain(value: Any) -> Any:
    """The value as JSON keeps it: dates become text."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _parsed(file: str, parse: Callable[[str, Mapping[str, Any]], tuple[V, ...]]) -> dict[str, tuple[V, ...]]:
    return {code: parse(code, body) for code, body in entries_of(file).items()}


def _single(file: str, parse: Callable[[str, Mapping[str, Any]], tuple[V, ...]]) -> dict[str, V]:
    """The values of a catalogue whose entries have no versions."""
    return {code: found for code, (found,) in _parsed(file, parse).items()}


def entries_of(file: str) -> dict[str, Mapping[str, Any]]:
    """The entries of a YAML catalogue by code."""
    return {str(code): body for code, body in document(file)["entries"].items()}


@cache
def document(file: str) -> dict[str, Any]:
    """A YAML catalogue as it stands, head and entries."""
    with (DATA / file).open(encoding="utf-8") as opened:
        read: dict[str, Any] = yaml.load(opened, Loader=LOADER)
    return read


def _rows(file: str, *, key: str = "code") -> list[tuple[str, dict[str, Any]]]:
    """The rows of a table by their key, without the cells that are empty."""
    with (DATA / file).open(encoding="utf-8", newline="") as opened:
        return [(row.pop(key), _filled(row)) for row in csv.DictReader(opened)]


def _filled(row: Mapping[str, str]) -> dict[str, Any]:
    return {name: int(cell) if name in NUMBERS else cell for name, cell in row.items() if cell}
