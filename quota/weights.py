"""What a case weighs (案件权重): base × procedure × floating factor × role share, in exact decimals. Pure.

1.00 is an ordinary civil summary case. The tables are the catalogues' (``tables_of``); nothing here is a number of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from hashlib import sha256
from typing import TypeVar

from catalogues.quota_law import WeightAdder
from catalogues.quotas import Quotas

P = TypeVar("P")
Fact = float | bool | None
PLACES = Decimal("0.0001")
ONE = Decimal(1)


class Unknown(ValueError):
    """A name the tables do not have: the field, the value and the nearest name there is."""

    def __init__(self, field: str, value: object, right: str, *, nearest: str | None = None):
        self.field, self.value, self.nearest = field, value, nearest
        super().__init__(f"{field}: {right}")


@dataclass(frozen=True)
class Tables:
    """The tables of weights as they hold in a court on a day; ``digest`` tells one set of numbers from another.

    ``roles`` are by name (独任、承办…), ``panel`` by what they are: sole, undertaking, presiding, member.
    """

    bases: Mapping[tuple[str, str], float]
    procedures: Mapping[str, float]
    adders: Mapping[str, float]
    roles: Mapping[str, float]
    panel: Mapping[str, float]
    float_low: float
    float_high: float
    digest: str


@dataclass(frozen=True)
class Weighed:
    """The floating factor (浮动系数) and the weight, and how they came about line by line in Chinese."""

    floating: float
    weight: float
    because: tuple[str, ...]


def tables_of(quotas: Quotas, court_id: int | None, on: date) -> Tables:
    """The tables in force in a court (None: the national ones) on a day."""
    roles = quotas.roles_of(court_id, on).values()
    bases = quotas.bases_of(court_id, on).values()
    low, high = (float(quotas.setting(code, court_id, on)) for code in ("float_low", "float_high"))
    found = {
        "bases": {base.code: base.value for base in bases},
        "procedures": {code: one.value for code, one in quotas.procedures_of(court_id, on).items()},
        "adders": {code: one.value for code, one in quotas.adders_of(court_id, on).items()},
        "roles": {role.code: role.value for role in roles},
        "panel": {role.role: role.value for role in roles},
    }
    said = json.dumps([found, low, high], sort_keys=True, ensure_ascii=False)
    return Tables(
        bases={(base.case_type, base.group): base.value for base in bases},
        procedures=found["procedures"],
        adders=found["adders"],
        roles=found["roles"],
        panel=found["panel"],
        float_low=low,
        float_high=high,
        digest=sha256(said.encode()).hexdigest(),
    )


def weigh(
    *,
    tables: Tables,
    cause: str,
    procedure: str,
    adders: Sequence[str],
    role: str,
    case_type: str | None = None,
) -> Weighed:
    """The weight that a role carries of a case; an adder counts once for each time it is named.

    ``case_type`` may be left out where the cause is in one table only. Raises ``Unknown`` for a name that is in none.
    """
    kind = _case_type(tables, cause, case_type)
    base = exact(tables.bases[kind, cause])
    times = exact(_named("procedure", procedure, tables.procedures))
    moved = [exact(_named("adders", name, tables.adders)) for name in adders]
    share = exact(_named("role", role, tables.roles))
    summed = ONE + sum(moved, Decimal(0))
    floating = min(max(summed, exact(tables.float_low)), exact(tables.float_high))
    weight = base * times * floating * share
    because = (
        f"基础权重：{cause} {base}",
        f"程序系数：{procedure} {times}",
        _said_floating(adders, moved, summed, floating),
        f"角色系数：{role} {share}",
        f"权重：{base} × {times} × {floating} × {share} = {rounded(weight)}",
    )
    return Weighed(float(floating), float(weight), because)


def floating_of(tables: Tables, adders: Iterable[str]) -> float:
    """The floating factor alone, within its bounds; the oracle of ``weight_sql``, as ``counted`` is."""
    summed = ONE + sum((exact(_named("adders", name, tables.adders)) for name in adders), Decimal(0))
    return float(min(max(summed, exact(tables.float_low)), exact(tables.float_high)))


def counted(adders: Mapping[str, WeightAdder], facts: Mapping[str, Fact]) -> tuple[list[str], list[str]]:
    """Which adders a case has, each as often as it counts, and the facts that are not known (counted for nothing).

    The oracle of the statement that weighs all cases (``weight_sql``): tests and the bench hold that to this.
    """
    mentioned: list[str] = []
    unknown: list[str] = []
    for name, adder in adders.items():
        times = adder.times(facts.get(adder.fact))
        if times is None:
            unknown.append(adder.fact)
        else:
            mentioned += [name] * times
    return mentioned, list(dict.fromkeys(unknown))


def shares(*, tables: Tables, judge: P | None, presiding: P | None, members: Sequence[P]) -> dict[P, float]:
    """Who carries how much of a case: together exactly one case, whatever the panel.

    The shares of the table are divided by their sum, so that the panel of one undertaking judge (承办), one presiding
    judge (审判长) and one member is the table itself. Empty where nobody is named.
    """
    raw: dict[P, Decimal] = {}
    if judge is not None:
        raw[judge] = exact(tables.panel["undertaking"])
    if presiding is not None and presiding not in raw:
        raw[presiding] = exact(tables.panel["presiding"])
    for member in members:
        raw.setdefault(member, exact(tables.panel["member"]))
    whole = sum(raw.values(), Decimal(0))
    return {person: float(share / whole) for person, share in raw.items()}


def rounded(number: float | Decimal) -> Decimal:
    """To four decimals, half up (四舍五入)."""
    return exact(number).quantize(PLACES, ROUND_HALF_UP)


def exact(number: float | Decimal) -> Decimal:
    """The decimal that the tables write, not the nearest binary fraction."""
    return number if isinstance(number, Decimal) else Decimal(repr(number))


def _said_floating(
    adders: Sequence[str], moved: Sequence[Decimal], summed: Decimal, floating: Decimal
) -> str:
    parts = "".join(f"，{name} {value:+}" for name, value in zip(adders, moved, strict=True))
    limited = "" if summed == floating else f"，限于 {floating}"
    return f"浮动系数：1{parts}，合计 {summed}{limited}"


def _case_type(tables: Tables, cause: str, case_type: str | None) -> str:
    """The case type whose table the cause is in."""
    types = list(dict.fromkeys(kind for kind, _ in tables.bases))
    holding = [kind for kind in types if (kind, cause) in tables.bases]
    if case_type is not None and case_type not in types:
        raise _unknown("case_type", case_type, types)
    if case_type in holding:
        return case_type
    if case_type is not None and holding:
        raise Unknown(
            "cause", cause, f'"{cause}" belongs to {" and ".join(holding)}, not to {case_type}; give the case_type it belongs to'
        )  # fmt: skip
    if not holding:
        raise _unknown("cause", cause, [name for kind, name in tables.bases if case_type in (None, kind)])
    if len(holding) > 1:
        raise Unknown(
            "case_type", None, f'missing; "{cause}" is a cause of several: give one of {", ".join(holding)}'
        )
    return holding[0]


def _named(field: str, name: str, known: Mapping[str, float]) -> float:
    if name not in known:
        raise _unknown(field, name, known)
    return known[name]


def _unknown(field: str, value: str, known: Iterable[str]) -> Unknown:
    names = list(dict.fromkeys(known))
    near = get_close_matches(value, names, n=1, cutoff=0.3)
    hint = f'did you mean "{near[0]}"?' if near else f"give one of: {', '.join(names)}"
    return Unknown(field, value, f'"{_short(value)}" is unknown; {hint}', nearest=near[0] if near else None)


def _short(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:57]}…"
