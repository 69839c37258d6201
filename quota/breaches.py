"""Simple cases that are slow (简案超期): found every night court by court, answered by the judge of the case.

A case is held against those of its court, group and procedure that were simple and closed in the last months. Where
these are few, or all alike, nothing is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from audit import trail
from cases.guard import is_visible, locked
from cases.models import Case, ProcedureEvent
from catalogues.selectors import QUOTA, editions_key, law_in_use
from courts.models import Court, User
from quota.models import Breach, CaseWeight, ClassDecision
from quota.peaks import Peak, breaches, peak_deviation, percentile

ACT = "quota.answer_breach"
NOT_YOURS = "简案超期由本案承办人说明；如有需要，请联系承办人"
ENDED = "这项超期已经解除，不必再说明"
NO_WORDS = "请写明说明"
#: Stages of a case (节点用时): from the first event of one name to the first of another after it.
STAGES = {
    "立案至开庭": ("立案", "开庭"),
    "开庭至宣判": ("开庭", "宣判"),
    "宣判至送达判决": ("宣判", "送达判决"),
}
MONTH = 30.4375
Class = tuple[str, str]
CYCLE = "cycle"


@dataclass(frozen=True)
class Simple:
    """One simple case with the days of its stages; ``days`` is the whole cycle, so far where it is open."""

    case: int
    klass: Class
    is_open: bool
    days: int
    stages: Mapping[str, int]


def find_breaches(*, court: Court, day: date, at: datetime) -> int:
    """Bring the breaches of a court's open cases to the day; how many began or ended. Twice is the same as once."""
    on = {code: law_in_use().quota_setting(code, court.pk, day) for code in SETTINGS}
    cases = simple_cases(court, since=day - timedelta(days=round(on["breach_months"] * MONTH)), day=day)
    found: dict[tuple[int, str, str], Breach] = {}
    for klass in sorted({case.klass for case in cases}):
        alike = [case for case in cases if case.klass == klass]
        found |= {(one.case_id, one.kind, one.what): one for one in of_class(alike, on, day)}
    return keep(court, found, day)


SETTINGS = ("breach_months", "breach_percentile", "peak_deviation", "cell_min")


def simple_cases(court: Court, *, since: date, day: date) -> list[Simple]:
    """The open simple cases, and those closed since the day; sealed cases are compared with none.

    Where a person has decided the class (繁简确认), that counts.
    """
    weights = CaseWeight.objects.filter(case__court=court, case__filed_on__lte=day, case__sealed="")
    decided = ClassDecision.objects.filter(superseded_at=None)
    of_class = Q(klass="simple") & ~Q(case__in=decided.exclude(klass="simple").values("case"))
    of_class |= Q(case__in=decided.filter(klass="simple").values("case"))
    lately = Q(case__closed_on=None) | Q(case__closed_on__range=(since, day))
    rows = weights.filter(of_class, lately).order_by("case")
    wanted = list(rows.values_list("case", "group", "procedure", "case__filed_on", "case__closed_on"))
    stages = stages_of([row[0] for row in wanted], until=day)
    return [
        Simple(pk, (group, procedure), closed is None, ((closed or day) - filed).days, stages.get(pk, {}))
        for pk, group, procedure, filed, closed in wanted
    ]


def stages_of(ids: Iterable[int], *, until: date) -> dict[int, dict[str, int]]:
    """How many days each stage of these cases took, as far as both its events are past: a hearing may be fixed ahead."""
    names = {name for stage in STAGES.values() for name in stage}
    events = ProcedureEvent.objects.filter(
        case__in=list(ids), node__in=names, on__lte=until, withdrawn_at=None
    )
    firsts: dict[int, dict[str, date]] = defaultdict(dict)
    for pk, node, on in events.order_by("case", "on").values_list("case", "node", "on"):
        firsts[pk].setdefault(node, on)
    return {
        pk: {
            stage: (said[end] - said[start]).days
            for stage, (start, end) in STAGES.items()
            if start in said and end in said and said[end] >= said[start]
        }
        for pk, said in firsts.items()
    }


def of_class(alike: list[Simple], on: Mapping[str, Any], day: date) -> Iterable[Breach]:
    """The breaches of the open cases of one class."""
    closed = [case for case in alike if not case.is_open]
    bound = percentile([case.days for case in closed], on["breach_percentile"], cell_min=on["cell_min"])
    spent: dict[Hashable, dict[Hashable, float]] = {
        stage: {case.case: case.stages[stage] for case in alike if stage in case.stages} for stage in STAGES
    }
    peaks: dict[str, Mapping[Hashable, Peak]] = {
        str(stage): said for stage, said in peak_deviation(spent, cell_min=on["cell_min"]).items()
    }
    cycles: dict[Hashable, float] = {case.case: case.days for case in alike if case.is_open}
    open_ones = set(cycles)
    edition = editions_key(QUOTA)
    for one in breaches(cycles=cycles, bound=bound, nodes=peaks, flag_above=on["peak_deviation"]):
        if one.case not in open_ones:
            continue
        is_cycle = one.what == CYCLE
        evidence = {"bound": round(one.bound, 1), "n": bound.n if is_cycle else peaks[one.what][one.case].n}
        if is_cycle:
            evidence["percentile"] = on["breach_percentile"]
        else:
            peak = peaks[one.what][one.case]
            evidence |= {"median": peak.median, "spread": round(peak.spread, 2)}
            evidence |= {"deviation": round(peak.deviation or 0, 2)}
        yield Breach(
            case_id=one.case, kind="cycle" if is_cycle else "node", what="" if is_cycle else one.what,
            days=int(one.duration), evidence=evidence, edition=edition, found_on=day,
        )  # fmt: skip


@transaction.atomic
def keep(court: Court, found: Mapping[tuple[int, str, str], Breach], day: date) -> int:
    """Begin what is new, go on with what stands, end what no longer does."""
    standing = {
        (one.case_id, one.kind, one.what): one
        for one in Breach.objects.filter(case__court=court, ended_on=None)
    }
    ended = [one.pk for key, one in standing.items() if key not in found]
    Breach.objects.filter(pk__in=ended).update(ended_on=day)
    for key in standing.keys() & found.keys():
        old, new = standing[key], found[key]
        old.days, old.evidence, old.edition = new.days, new.evidence, new.edition
    going_on = [standing[key] for key in standing.keys() & found.keys()]
    Breach.objects.bulk_update(going_on, ["days", "evidence", "edition"])
    begun = [one for key, one in found.items() if key not in standing]
    Breach.objects.bulk_create(begun)
    return len(ended) + len(begun)


def seen_by(user: User) -> QuerySet[Breach]:
    """The standing breaches of the cases this person sees, in organisational order."""
    rows = Breach.objects.visible_to(user).filter(ended_on=None)
    order = (
        "case__court__position",
        "case__court__code",
        "case__division__position",
        "case__number",
        "kind",
        "what",
    )
    return rows.select_related("case__court", "case__division", "case__judge", "answered_by").order_by(*order)


@transaction.atomic
def answer_breach(*, breach: Breach, answer: str, by: User, at: datetime) -> Breach:
    """The judge's account of a simple case that is slow (超期说明); saying the same twice is once."""
    case: Case = locked(breach.case)
    breach = Breach.objects.select_for_update().get(pk=breach.pk)
    said = answer.strip()
    if case.judge_id != by.pk or not is_visible(case, by):
        raise trail.Refused(NOT_YOURS, act=ACT, on=case, by=by)
    if problem := ENDED if breach.ended_on else "" if said else NO_WORDS:
        raise trail.Refused(problem, act=ACT, on=case, by=by, status=409)
    if breach.answer == said:
        return breach
    before = breach.answer
    breach.answer, breach.answered_by, breach.answered_at = said, by, at
    breach.save(update_fields=["answer", "answered_by", "answered_at"])
    trail.record(ACT, on=case, by=by, at=at, because=said, before=before, secret=bool(case.sealed))
    return breach
