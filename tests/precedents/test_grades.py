"""What people say of the hits measures the search: modestly, and never a person."""

from __future__ import annotations

import pytest

from audit.trail import Refused
from precedents import reports
from precedents.grades import ENOUGH, grade_hit, quality
from precedents.models import Document, Grade, Report
from precedents.search import Question

pytestmark = pytest.mark.django_db
ASKED = "原告向被告转账,仅有转账凭证,没有借条,被告抗辩转账系偿还先前债务"


@pytest.fixture
def report(loans, file_case, judge, now):
    return reports.draft_report(question=Question(text=ASKED, case=file_case()), by=judge, at=now)


def in_rank(report):
    hits = sorted(report.hits, key=lambda hit: hit["rank"])
    return [Document.objects.get(pk=hit["document"]) for hit in hits]


def test_a_grade_said_again_changes_what_was_said(report, judge, now):
    document = in_rank(report)[0]
    grade_hit(report=report, document=document, grade=2, by=judge, at=now)
    grade_hit(report=report, document=document, grade=3, by=judge, at=now)
    assert list(Grade.objects.values_list("grade", flat=True)) == [3]


def test_who_does_not_search_does_not_grade(report, post, now):
    with pytest.raises(Refused):
        grade_hit(report=report, document=in_rank(report)[0], grade=2, by=post("clerk"), at=now)


def test_what_is_no_hit_is_not_graded(report, keep, judge, now):
    stranger = keep("other", "（2020）京0105民初77号", "离婚纠纷,感情破裂")
    with pytest.raises(Refused):
        grade_hit(report=report, document=stranger, grade=2, by=judge, at=now)


def test_the_best_order_measures_one_and_the_worst_less(report, judge, now):
    best, worst = in_rank(report)[0], in_rank(report)[-1]
    grade_hit(report=report, document=best, grade=3, by=judge, at=now)
    grade_hit(report=report, document=worst, grade=0, by=judge, at=now)
    assert quality([report]).cuts[0].value == 1.0
    Grade.objects.filter(document=best).update(grade=0)
    Grade.objects.filter(document=worst).update(grade=3)
    assert quality([Report.objects.get()]).cuts[0].value < 1.0


def test_a_few_reports_have_no_interval_and_are_not_enough(report, judge, now):
    assert quality([report]).reports == 0
    for document, grade in zip(in_rank(report), (3, 1), strict=False):
        grade_hit(report=report, document=document, grade=grade, by=judge, at=now)
    few = quality([report]).cuts[0]
    assert (few.reports, few.enough, few.low) == (1, False, None)
    many = quality([report] * ENOUGH).cuts[0]
    assert many.enough and many.low is not None and many.low <= many.value <= many.high


def test_where_all_is_irrelevant_no_order_is_better(report, judge, now):
    for document in in_rank(report)[:2]:
        grade_hit(report=report, document=document, grade=0, by=judge, at=now)
    measured = quality([report])
    assert (measured.reports, measured.irrelevant, measured.cuts[0].value) == (1, 1, None)
