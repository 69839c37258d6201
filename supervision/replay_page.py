"""What a page shows of a replay (回放页面): numbers in the order of months and courts, cases to those who may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from courts.models import Court, User
from predicates.sentences import label_of
from supervision.models import Replay
from supervision.rulebook import facts
from supervision.workshop_rows import share

#: How wide the longest bar of the chart is, in its own units.
WIDTH = 100
HOW = {
    "day": _("按当日的登记重新计算"),
    "told": _("按当日已经填报、尚未撤销的内容"),
    "both": _("按当日的登记和填报"),
    "told_or_today": _("填报部分按当日；由案件数据得出的部分按今天的数据"),
    "today": _("按今天的数据：以前的值没有保存"),
}
AS_TODAY = ("today", "told_or_today")


@dataclass(frozen=True)
class MonthShown:
    """One row of the chart: the hits of the version tried and of the one in force, with the length of their bars."""

    name: str
    is_whole: bool
    pending: int
    hits: int
    first: int
    standing: int | None
    bar: float
    standing_bar: float


@dataclass(frozen=True)
class Listed:
    """Cases of a list that this person may see; ``count`` is how many there are in all, ``kept`` of how many a list is kept."""

    count: int
    kept: int
    cases: Sequence[Case]

    @property
    def hidden(self) -> int:
        return self.kept - len(self.cases)


def shown(replay: Replay, user: User) -> dict[str, Any]:
    """Everything the page draws of a finished replay."""
    result: Mapping[str, Any] = replay.result or {}
    return {
        "months": months_of(result),
        "draft": result["draft"],
        "standing": result["standing"],
        "cases": sum(result["pending"]),
        "courts": by_court(result),
        "new": listed(result.get("new"), user),
        "lost": listed(result.get("lost"), user),
        "overlap": [overlap_of(one, result["draft"]["cases"]) for one in result["overlap"]],
        "facts": [fact_of(one) for one in result["facts"]],
        "as_today": [label_of(facts()[one["name"]]) for one in result["facts"] if one["how"] in AS_TODAY],
        "idle": result["idle"],
        "unread": names_of(result["unread"]),
        "outside": names_of(result["outside"]),
        "seconds": result["seconds"],
    }


def months_of(result: Mapping[str, Any]) -> list[MonthShown]:
    hits, standing = result["draft"]["hits"], (result["standing"] or {}).get("hits")
    most = max([*hits, *(standing or []), 1])
    return [
        MonthShown(
            name=month["name"],
            is_whole=month["is_whole"],
            pending=result["pending"][place],
            hits=hits[place],
            first=result["draft"]["first"][place],
            standing=standing[place] if standing else None,
            bar=round(WIDTH * hits[place] / most, 1),
            standing_bar=round(WIDTH * standing[place] / most, 1) if standing else 0,
        )
        for place, month in enumerate(result["months"])
    ]


def by_court(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every court of the replay in organisational order, with its hits by month; none left out because it has none."""
    none = [0] * len(result["months"])
    draft, standing = result["draft"], result["standing"] or {"by_court": {}}
    return [
        {
            "court": court,
            "hits": draft["by_court"].get(str(court.pk), none),
            "first": sum(draft["first_by_court"].get(str(court.pk), none)),
            "last": draft["by_court"].get(str(court.pk), none)[-1],
            "standing": standing["by_court"].get(str(court.pk), none)[-1],
        }
        for court in Court.objects.filter(pk__in=result["courts"])
    ]


def listed(said: Mapping[str, Any] | None, user: User) -> Listed | None:
    """Sealed since or not: a case is listed to those who may see it, and sealed ones to nobody here."""
    if said is None:
        return None
    cases = Case.objects.visible_to(user).filter(pk__in=said["cases"], sealed="")
    return Listed(
        said["count"], len(said["cases"]), list(cases.select_related("court").order_by("-filed_on", "-pk"))
    )


def overlap_of(one: Mapping[str, Any], mine: int) -> dict[str, Any]:
    """Which share of the cases of this rule the other one hits, and the other way round."""
    return {**one, "of_mine": share(one["both"], mine), "of_theirs": share(one["both"], one["theirs"])}


def fact_of(one: Mapping[str, Any]) -> dict[str, Any]:
    unknown = one["all"] - one["known"]
    return {
        "label": label_of(facts()[one["name"]]),
        "unknown": share(unknown, one["all"]) if one["all"] else "—",
        "how": HOW[one["how"]],
    }


def names_of(court_ids: Sequence[int]) -> list[str]:
    return [court.name for court in Court.objects.filter(pk__in=court_ids)]
