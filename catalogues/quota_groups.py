"""Which group of causes a case belongs to when it is weighed (案由归组), and which causes make a fact true. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from catalogues.cause_tags import Causes
from catalogues.quota_law import ComplexityPoint, WeightBase
from catalogues.sentencing_law import unmarked

#: The case type of each category of our cases (案件类别); what is not here is "other".
TYPE_OF = {
    "民事": "civil",
    "破产": "civil",
    "刑事": "criminal",
    "行政": "administrative",
    "执行": "enforcement",
}
OTHER = "other"
TRIED = ("civil", "criminal", "administrative", OTHER)


@dataclass(frozen=True)
class Groups:
    """How cases find their base weight: by type code, by cause or anything above it, by name, else 其他.

    ``lists`` are the lists of causes, every edition of each.
    """

    bases: Mapping[str, WeightBase]
    lists: tuple[Causes, ...]

    def of(self, *, category: str, type_code: str, cause_code: str, cause: str) -> WeightBase | None:
        """The base of a case; None where the tables have none for such a case."""
        case_type, name = TYPE_OF.get(category, OTHER), unmarked(cause)
        found = (
            self.by_call.get((case_type, name))
            or self.by_type_code.get(type_code)
            or self.by_cause.get((case_type, cause_code))
            or self.by_cause.get((case_type, name))
            or self.rest.get(case_type)
        )
        return self.bases[found] if found else None

    @cached_property
    def by_call(self) -> dict[tuple[str, str], str]:
        """By case type and a name that stands in no list of causes."""
        bases = self.bases.values()
        return {(base.case_type, unmarked(name)): base.code for base in bases for name in base.called}

    @cached_property
    def by_type_code(self) -> dict[str, str]:
        return {code: base.code for base in self.bases.values() for code in base.type_codes}

    @cached_property
    def rest(self) -> dict[str, str]:
        """The group of each case type that takes what no other takes (其他)."""
        return {base.case_type: base.code for base in self.bases.values() if base.rest}

    @cached_property
    def by_cause(self) -> dict[tuple[str, str], str]:
        """By case type and code or name of a cause that belongs to a group, by itself or by what is above it.

        What a group of "other" claims (司法确认、诉前保全) it takes from any trial, but not from enforcement.
        """
        claimed = {code: base.code for base in self.bases.values() for code in base.causes}
        names = {code: unmarked(cause.name) for causes in self.lists for code, cause in causes.items()}
        return {
            (case_type, said): base
            for code, base in claims(claimed, self.lists)
            for case_type in taking(self.bases[base].case_type)
            for said in (code, names[code])
        }


def taking(case_type: str) -> tuple[str, ...]:
    return TRIED if case_type == OTHER else (case_type,)


def claims(claimed: Mapping[str, str], lists: Iterable[Causes]) -> Iterator[tuple[str, str]]:
    """Every code of the lists with what claims it: the nearest of itself and the causes above it."""
    for causes in lists:
        for code in causes:
            at = code
            while at and at not in claimed:
                at = causes[at].parent if at in causes else ""
            if at:
                yield code, claimed[at]


def causes_making(
    points: Mapping[str, ComplexityPoint], lists: tuple[Causes, ...]
) -> dict[str, frozenset[str]]:
    """By fact that the cause of a case decides (案由复杂、要素式): the codes and names of the causes that make it true."""
    found: dict[str, frozenset[str]] = {}
    for point in points.values():
        if point.causes:
            codes = {code for code, _ in claims(dict.fromkeys(point.causes, ""), lists)}
            names = {unmarked(causes[code].name) for causes in lists for code in codes if code in causes}
            found[point.fact] = found.get(point.fact, frozenset()) | codes | names
    return found
