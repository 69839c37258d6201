"""What the rules learn of similar cases: from the latest finished report, and from conflicts confirmed and not settled."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from precedents import reports
from precedents.conflicts import CONFIRM, SETTLE, decide_conflict, find_conflicts
from precedents.fact_sql import SIMILAR_SQL
from precedents.models import Conflict, Document
from precedents.reports import Written
from precedents.search import Question
from tests.precedents.test_conflicts import ALIKE

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)


def facts(day: date = TODAY) -> dict[int, dict]:
    with connection.cursor() as cursor:
        sql = f"WITH scope AS (SELECT * FROM cases_case) {SIMILAR_SQL}"
        cursor.execute(sql, {"today": day, "conflict_years": 3})
        names = [column.name for column in cursor.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def finish(case, judge, now, *, text, verdict="follow", proposed=""):
    report = reports.draft_report(question=Question(text=text, case=case), by=judge, at=now)
    word = {"verdict": verdict, "holding": "要旨", "differences": "无", "reason": "理由"}
    said = {hit["document"]: word for hit in report.hits}
    written = Written(hits=said, issue="焦点", opinion="说明", proposed=proposed)
    reports.save_report(report=report, written=written, by=judge, at=now)
    return reports.finish_report(report=report, by=judge, at=now)


def test_a_case_without_report_and_conflict_is_not_spoken_of(loans, file_case):
    file_case()
    assert facts() == {}


def test_a_draft_says_nothing_and_the_latest_finished_report_speaks(loans, file_case, judge, now):
    case = file_case()
    finish(case, judge, now, text="原告仅有转账凭证,没有借条", proposed="dismiss")
    first = facts()[case.pk]
    assert (first["similar_n"], first["similar_conflict_share"], first["no_precedent"]) == (3, 1.0, None)
    reports.draft_report(question=Question(text="原告仅有转账凭证", case=case), by=judge, at=now)
    assert facts()[case.pk] == first
    finish(case, judge, now, text="原告仅有转账凭证,没有借条", verdict="unlike")
    last = facts()[case.pk]
    assert (last["similar_n"], last["similar_conflict_share"], last["no_precedent"]) == (0, None, True)


def test_only_confirmed_and_unsettled_conflicts_of_the_court_and_cause_count(
    keep_own, file_case, trial_office, upper_court
):
    for result in ("support", "dismiss"):
        keep_own(file_case(), ALIKE, result=result, effective_on=date(2026, 3, 1))
    find_conflicts(at=timezone.now())
    pair = Conflict.objects.get()
    here, other_cause, elsewhere = file_case(), file_case(cause="买卖合同纠纷"), file_case(court=upper_court)

    def split():
        return {pk for pk, known in facts().items() if known["court_internal_split"]}

    assert split() == set()
    decide_conflict(conflict=pair, act=CONFIRM, reason="尺度不一", by=trial_office, at=timezone.now())
    assert here.pk in split() and not {other_cause.pk, elsewhere.pk} & split()
    assert facts(date(2029, 6, 30)) == {}
    first = pair.first.case
    first.sealed = "juvenile"
    first.save()
    assert split() == set()
    first.sealed = ""
    first.save()
    decide_conflict(conflict=pair, act=SETTLE, reason="审委会已统一", by=trial_office, at=timezone.now())
    assert split() == set()


@pytest.mark.parametrize(
    "corrected",
    [{"effective_on": None}, {"effective_on": date(2020, 1, 1)}, {"result": "support"}, {"result": ""}],
)
def test_a_confirmed_conflict_counts_only_while_both_are_effective_and_exclude_each_other(
    keep_own, file_case, trial_office, corrected
):
    for result in ("support", "dismiss"):
        keep_own(file_case(), ALIKE, result=result, effective_on=date(2026, 3, 1))
    find_conflicts(at=timezone.now())
    pair = Conflict.objects.get()
    decide_conflict(conflict=pair, act=CONFIRM, reason="尺度不一", by=trial_office, at=timezone.now())
    assert any(known["court_internal_split"] for known in facts().values())
    Document.objects.filter(result="dismiss").update(**corrected)
    assert not any(known["court_internal_split"] for known in facts().values())
