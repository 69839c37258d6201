"""What pages show of weights (案件权重页面): the tables in force with their sources, and how one case came by its weight."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.guard import may_on
from cases.models import Case
from catalogues.fields import CONFIDENCE
from catalogues.quota_fields import CASE_TYPES, FACTS
from catalogues.quota_law import Dated
from catalogues.selectors import law_in_use
from courts.models import User
from courts.roles import Permission
from quota.models import CaseWeight, ClassDecision
from quota.weights import Tables, shares, tables_of

OPEN_TO = (
    Permission.SEE_OWN_WORKLOAD, Permission.SEE_WORKLOAD, Permission.SEE_QUOTA, Permission.CLASSIFY_CASES,
)  # fmt: skip
#: The kinds whose tables stand on the page, with their names there and the place in ``Quotas``.
TABLES = (
    ("weight_bases", _("基础权重"), "bases_of"),
    ("weight_procedures", _("程序系数"), "procedures_of"),
    ("weight_adders", _("浮动系数"), "adders_of"),
    ("weight_roles", _("角色份额"), "roles_of"),
    ("complexity_points", _("繁简分值"), "points_of"),
)
NUMBERS = (
    "base_hours", "float_low", "float_high", "simple_below", "complex_from", "agreement_target", "breach_percentile",
    "peak_deviation", "breach_months", "mutual_years",
)  # fmt: skip


def may_look(user: User) -> bool:
    """Who may read the tables and the counts over them."""
    return any(user.may(permission) for permission in OPEN_TO)


# --- the tables --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Row:
    """One entry: its name, its number, what it counts, where it is from and how sure we are."""

    name: str
    value: str
    about: str
    basis: str
    sure: str
    note: str


@dataclass(frozen=True)
class Table:
    name: Any
    kind: str
    edition: int | None
    rows: list[Row]


def tables_shown(court_id: int | None, day: date) -> list[Table]:
    """Every table of weights as it holds in a court that day, the numbers they go by last."""
    law = law_in_use()
    found = [
        Table(name, kind, law.editions.get(kind), rows_of(getattr(law.quotas, place)(court_id, day).values()))
        for kind, name, place in TABLES
    ]
    settings = law.quotas.settings.in_force(law.quotas.courts(court_id), day, before_first=True)
    numbers = [settings[code] for code in NUMBERS if code in settings]
    return [*found, Table(_("参数"), "quota_settings", law.editions.get("quota_settings"), rows_of(numbers))]


def rows_of(entries: Iterable[Dated]) -> list[Row]:
    return [
        Row(one.name, number_of(one), about(one), one.basis, CONFIDENCE.get(one.confidence, ""), one.note)
        for one in entries
    ]


def number_of(one: Dated) -> str:
    value = getattr(one, "points", None)
    value = getattr(one, "value", None) if value is None else value
    return "" if value is None else f"{value:g}"


def about(one: Dated) -> str:
    """What an entry is about, in words: its case type, or the fact it counts."""
    fact, case_type = getattr(one, "fact", ""), getattr(one, "case_type", "")
    return FACTS.get(fact, "") or CASE_TYPES.get(case_type, "")


# --- one case ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Point:
    name: str
    points: str
    value: str
    bars: bool


@dataclass(frozen=True)
class Explained:
    """How a case came by its weight and class, for the people who see it."""

    weight: CaseWeight
    group: str
    base: float
    factor: float
    adders: list[tuple[str, int, str]]
    points: list[Point]
    unknown: list[str]
    shares: list[tuple[str, float]]
    stale: bool


def explained(case: Case, day: date) -> Explained | None:
    """None where the case cannot be weighed."""
    weight = CaseWeight.objects.filter(case=case).first()
    if weight is None:
        return None
    quotas, tables = law_in_use().quotas, tables_of(law_in_use().quotas, case.court_id, day)
    bases, points = quotas.bases_of(case.court_id, day), quotas.points_of(case.court_id, day)
    base = bases.get(weight.group)
    return Explained(
        weight=weight,
        group=base.name if base else weight.group,
        base=base.value if base else 0,
        factor=tables.procedures.get(weight.procedure, 0),
        adders=[(name, n, f"{n * tables.adders.get(name, 0):+g}") for name, n in weight.adders.items()],
        points=[
            Point(
                points[code].name if code in points else code, f"{score:+g}", said(value),
                code in points and points[code].never_simple,
            )
            for code, score, value in weight.points
        ],
        unknown=[FACTS.get(fact, fact) for fact in weight.unknown],
        shares=shares_of(case, tables),
        stale=base is None,
    )  # fmt: skip


def said(value: float) -> str:
    return "" if value == 1 else f"{value:,g}" if value < 1e6 else f"{value:,.0f}"


def shares_of(case: Case, tables: Tables) -> list[tuple[str, float]]:
    """Who carries how much of the case, by name; nobody where no one is named here."""
    people = shares(tables=tables, judge=case.judge_id, presiding=case.presiding_id, members=case.members)
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
    return [(names[pk], 100 * share) for pk, share in people.items() if pk in names]


def decision_of(case: Case) -> ClassDecision | None:
    return ClassDecision.objects.filter(case=case, superseded_at=None).select_related("decided_by").first()


def sees_weight(user: User) -> bool:
    """Whether somebody who sees a case is told what it weighs."""
    return (
        user.may(Permission.SEE_OWN_WORKLOAD)
        or user.may(Permission.SEE_WORKLOAD)
        or user.may(Permission.CLASSIFY_CASES)
    )


def may_decide(user: User, case: Case) -> bool:
    return may_on(user, Permission.CLASSIFY_CASES, case)
