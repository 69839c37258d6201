"""How alike people found the hits (相关性评价), and what that says about the ranking: never about a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from statistics import mean, stdev

from django.db import transaction

from audit import trail
from courts.models import User
from courts.roles import Permission
from precedents.evaluation import ndcg
from precedents.models import Document, Grade, Report
from precedents.reports import readable

GRADE = "precedents.grade_hit"
NOT_SEEN = "没有这一检索结果，或者您无权查看。"
NOT_YOURS = "您的职务不能评价检索结果。"
GRADES = [(0, "不相关"), (1, "略有关联"), (2, "比较相似"), (3, "高度相似")]
CUTS = (5, 10)
#: From so many reports on the mean and its interval say something; below it is shown how few there are instead.
ENOUGH = 20
NORMAL_95 = 1.96


@transaction.atomic
def grade_hit(*, report: Report, document: Document, grade: int, by: User, at: datetime) -> Grade:
    """Say how alike a hit is (0 to 3); saying it again changes what was said."""
    if not by.may(Permission.SEARCH_PRECEDENTS):
        raise trail.Refused(NOT_YOURS, act=GRADE, on=report, by=by)
    if document.pk not in readable(report, by):
        raise trail.Refused(NOT_SEEN, act=GRADE, on=report, by=by, status=409)
    held = Grade.objects.select_for_update().filter(report=report, document=document, by=by).first()
    if held is not None and held.grade == grade:
        return held
    before = held.grade if held else None
    held = held or Grade(report=report, document=document, by=by)
    held.grade, held.at = grade, at
    held.save()
    trail.record(GRADE, on=report, by=by, at=at, before=before, after=grade)
    return held


@dataclass(frozen=True)
class Quality:
    """How good the ranking was over the graded reports: mean nDCG, its 95 % interval where there are enough."""

    cut: int
    reports: int
    value: float | None
    low: float | None
    high: float | None

    @property
    def enough(self) -> bool:
        return self.reports >= ENOUGH


@dataclass(frozen=True)
class Measured:
    """The quality of the ranking; ``irrelevant``: reports whose graded hits were all found irrelevant, where no order is better."""

    cuts: list[Quality]
    reports: int
    irrelevant: int
    grades: int


def quality(reports: Iterable[Report]) -> Measured:
    """Measured over the reports of which at least two hits are graded; the grade of a hit is the mean of what people say."""
    graded = [(ranked, grades) for ranked, grades in map(graded_ranking, reports) if len(ranked) > 1]
    telling = [(ranked, grades) for ranked, grades in graded if any(grades.values())]
    cuts = [measured(cut, [ndcg(ranked, grades, cut) for ranked, grades in telling]) for cut in CUTS]
    return Measured(cuts, len(graded), len(graded) - len(telling), sum(len(ranked) for ranked, _ in graded))


def graded_ranking(report: Report) -> tuple[list[str], dict[str, float]]:
    """The graded hits in the order of the search, with their grades; a hit nobody graded is no worse for it."""
    said: dict[int, list[int]] = defaultdict(list)
    for grade in report.grades.all():
        said[grade.document_id].append(grade.grade)
    ranked = [
        hit["document"] for hit in sorted(report.hits, key=lambda hit: hit["rank"]) if hit["document"] in said
    ]
    return [str(pk) for pk in ranked], {str(pk): mean(said[pk]) for pk in ranked}


def measured(cut: int, values: list[float]) -> Quality:
    n = len(values)
    if not n:
        return Quality(cut, 0, None, None, None)
    middle = mean(values)
    if n < ENOUGH:
        return Quality(cut, n, middle, None, None)
    wide = NORMAL_95 * stdev(values) / sqrt(n)
    return Quality(cut, n, middle, max(middle - wide, 0.0), min(middle + wide, 1.0))
