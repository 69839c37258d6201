"""How much work lies with whom (工作量): weighted cases by person, beside the time they have.

A case counts once, shared among its panel as the table of roles says. Sealed cases (封存) are part of the sums, and of
nothing else. A case nobody has weighed yet is counted and weighs nothing; whoever shows the sum says how many.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from cases.services import REASSIGNED
from catalogues.selectors import law_in_use
from courts.models import Availability
from quota.weights import tables_of

OPEN = "c.closed_on IS NULL"
#: What is drawn by: what became of sealed cases today shows in no ticket of today.
MORNING = f"""{OPEN} AND NOT (c.sealed <> '' AND (c.filed_on >= %(today)s OR EXISTS (
    SELECT 1 FROM cases_procedureevent e WHERE e.case_id = c.id AND e.node = %(given)s AND e."on" >= %(today)s)))"""
CLOSED = "c.closed_on BETWEEN %(start)s AND %(end)s"
LOADS = """
    WITH one AS MATERIALIZED (
        SELECT c.id, c.judge_id, c.presiding_id, c.members, w.weight,
               COALESCE(t.zone, p.zone, g.zone, '') AS zone
        FROM cases_case c
        LEFT JOIN quota_caseweight w ON w.case_id = c.id
        LEFT JOIN unnest(%(type_codes)s::text[], %(type_zones)s::text[]) AS t(code, zone) ON t.code = c.type_code
        LEFT JOIN unnest(%(procedures)s::text[], %(procedure_zones)s::text[]) AS p(code, zone) ON p.code = c.procedure
        LEFT JOIN unnest(%(categories)s::text[], %(category_zones)s::text[]) AS g(code, zone) ON g.code = c.category
        WHERE c.court_id = %(court)s AND {condition}
    ), place AS (
        SELECT id, judge_id AS person, %(undertaking)s::numeric AS part FROM one WHERE judge_id IS NOT NULL
        UNION ALL
        SELECT id, presiding_id, %(presiding)s FROM one
        WHERE presiding_id IS NOT NULL AND presiding_id IS DISTINCT FROM judge_id
        UNION ALL
        SELECT DISTINCT id, member, %(member)s::numeric FROM one, unnest(members) AS member
        WHERE member IS DISTINCT FROM judge_id AND member IS DISTINCT FROM presiding_id
    ), share AS (
        SELECT id, person, part / sum(part) OVER (PARTITION BY id) AS part FROM place
    )
    SELECT person, zone, count(*), count(*) FILTER (WHERE person = judge_id),
           COALESCE(sum(share.part * weight), 0), count(*) FILTER (WHERE weight IS NULL)
    FROM share JOIN one USING (id) GROUP BY person, zone
"""


@dataclass(frozen=True)
class Load:
    """``cases`` somebody sits on, ``own`` of them as 承办; ``weighted`` is their part of them; ``unweighed`` weigh nothing yet."""

    cases: int = 0
    own: int = 0
    weighted: Decimal = Decimal(0)
    unweighed: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(
            self.cases + other.cases, self.own + other.own,
            self.weighted + other.weighted, self.unweighed + other.unweighed,
        )  # fmt: skip


@dataclass(frozen=True)
class Norms:
    """What a court goes by on a day: weighted cases a full-time judge can carry in a month, and how many months are full."""

    monthly: Decimal
    normal_months: Decimal
    cap_months: Decimal

    def months(self, weighted: Decimal, available: Decimal) -> Decimal | None:
        """Months of work at hand (在手工作月数); None for whoever has no time for cases."""
        return weighted / (self.monthly * available) if available > 0 else None


def norms_of(court_id: int, on: date) -> Norms:
    held = law_in_use().quotas.settings_of(court_id, on)
    said = {code: Decimal(str(value)) for code, value in held.items()}
    hours = said["judge_days_per_year"] * said["case_hours_per_day"] / 12
    return Norms(hours / said["base_hours"], said["stock_months_normal"], said["draw_cap_months"])


def open_loads(court_id: int, on: date) -> dict[int, Load]:
    """By person, of the open cases of a court."""
    return _by_person(_loads(OPEN, court_id, on, {}))


def loads_for_lots(court_id: int, on: date) -> dict[int, Load]:
    """The same without the sealed cases that were filed or given to a judge today: a record of lots betrays none."""
    return _by_person(_loads(MORNING, court_id, on, {"today": on, "given": REASSIGNED}))


def _by_person(loads: Mapping[tuple[int, str], Load]) -> dict[int, Load]:
    found: dict[int, Load] = {}
    for (person, _zone), load in loads.items():
        found[person] = found.get(person, Load()) + load
    return found


def closed_loads(court_id: int, start: date, end: date) -> dict[tuple[int, str], Load]:
    """By person and assessment zone (考核区), of the cases a court closed from ``start`` to ``end``, both included."""
    return _loads(CLOSED, court_id, end, {"start": start, "end": end})


def available_on(people: Collection[int], day: date) -> dict[int, Decimal]:
    """The share of their time each has for cases on a day; all of it where nothing is recorded."""
    return available_between(people, day, day)


def available_between(people: Collection[int], start: date, end: date) -> dict[int, Decimal]:
    """The mean over the days of a period, both ends included."""
    days = (end - start).days + 1
    found = dict.fromkeys(people, Decimal(1))
    rows = Availability.objects.filter(user__in=people, starts_on__lte=end, ends_on__gte=start)
    for row in rows:
        overlap = (min(row.ends_on, end) - max(row.starts_on, start)).days + 1
        found[row.user_id] -= (1 - row.fraction) * overlap / days
    return found


def _loads(condition: str, court_id: int, on: date, more: Mapping[str, Any]) -> dict[tuple[int, str], Load]:
    panel = tables_of(law_in_use().quotas, court_id, on).panel
    shares = {name: Decimal(str(panel[name])) for name in ("undertaking", "presiding", "member")}
    with connection.cursor() as cursor:
        cursor.execute(
            LOADS.format(condition=condition), {"court": court_id, **shares, **_zones(court_id, on), **more}
        )
        return {(person, zone): Load(*counted) for person, zone, *counted in cursor.fetchall()}


def _zones(court_id: int, on: date) -> dict[str, list[str]]:
    """What puts a case into a zone, the type code before the procedure before the category."""
    zones = law_in_use().quotas.zones_of(court_id, on)
    found: dict[str, list[str]] = {}
    for name, by in (("type_codes", "type_zones"), ("procedures", "procedure_zones"), ("categories", "category_zones")):  # fmt: skip
        pairs = {code: zone for zone, one in zones.items() for code in getattr(one, name)}
        found |= {name: list(pairs), by: list(pairs.values())}
    return found
