"""From the facts of one case to its clock, with the reasons the page shows."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from cases.facts import clock_input, explain, explain_step, steps_of, with_facts
from cases.models import Case, Exclusion, Extension, ProcedureEvent, Restart
from catalogues.selectors import law_in_use

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)


def told(case, as_of=TODAY):
    return explain(with_facts(Case.objects).get(pk=case.pk), law_in_use(), as_of)


def test_the_reasons_begin_with_the_rule_and_the_recorded_start(file_case):
    said = told(file_case(filed_on=date(2026, 1, 5)))
    assert said.deadline.due == date(2026, 7, 6)
    assert (said.remaining_days, said.level) == (6, "mid")
    assert "一审普通程序" in said.because[0]
    assert said.because[1] == "起算日取立案日期 2026-01-05"


def test_a_criminal_limit_runs_from_acceptance_and_says_so_when_it_is_not_recorded(file_case):
    fields = {"type_code": "刑初", "category": "刑事", "procedure": "ordinary", "filed_on": date(2026, 1, 5)}
    assert told(file_case(**fields, accepted_on=date(2026, 1, 8))).deadline.start == date(2026, 1, 8)
    said = told(file_case(**fields))
    assert said.deadline.start == date(2026, 1, 5)
    assert said.because[1] == "法律规定自受理之日起算，案件未记录该日，暂按立案日期计算（2026-01-05）"
    assert said.because[2].startswith("2026-01-05 立案之日起算")


@pytest.mark.parametrize(
    ("fields", "anchor"),
    [
        ({"type_code": "刑再", "category": "刑事", "procedure": "first"}, "作出决定之日"),
        ({"limit": "civ_bankruptcy_accept_creditor"}, "异议期满之日"),
        ({"type_code": "执保", "category": "执行", "procedure": ""}, "作出裁定之日"),
    ],
)
def test_a_start_the_law_names_and_nobody_recorded_is_said_not_assumed(file_case, fields, anchor):
    said = told(file_case(**fields))
    assert said.deadline.start == date(2026, 3, 2)
    assert said.because[1] == f"法律规定自{anchor}起算，案件未记录该日，暂按立案日期计算（2026-03-02）"
    assert said.because[2].startswith("2026-03-02 立案之日起算")
    assert not any(line.startswith(f"2026-03-02 {anchor}") for line in said.because)


def test_the_filing_of_a_retrial_case_is_the_day_the_law_means(file_case):
    said = told(file_case(type_code="民再", procedure="second"))
    assert said.because[1] == "起算日取立案日期 2026-03-02"
    assert "再审立案之日起算" in said.because[2]


def test_a_case_with_its_date_of_acceptance_alone_says_that_it_stands_in_for_filing(file_case):
    said = told(file_case(filed_on=None, accepted_on=date(2026, 3, 4)))
    assert said.because[1] == "法律规定自立案之日起算，案件未记录该日，暂按受理日期计算（2026-03-04）"
    assert said.because[2].startswith("2026-03-04 受理之日起算")


def test_a_limit_named_on_the_case_is_taken_as_it_is(file_case):
    assert told(file_case(limit="civ_foreign")).deadline.state == "no_limit"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda case: Exclusion.objects.create(
                case=case, ground="psychiatric", starts_on=date(2026, 4, 1)
            ),
            "只适用于刑事",
        ),
        (
            lambda case: Exclusion.objects.create(case=case, ground="no_such", starts_on=date(2026, 4, 1)),
            "不在目录中",
        ),
        (
            lambda case: Restart.objects.create(case=case, ground="stay", on=date(2026, 4, 1)),
            "不是重新计算审限的事由",
        ),
        (lambda case: Extension.objects.create(case=case, months=999), "请核对"),
        (lambda case: Extension.objects.create(case=case, until_on=date(2999, 1, 1)), "请核对"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_one_sentence(file_case, change, sentence):
    case = file_case()
    change(case)
    said = told(case)
    assert said.deadline is None
    assert sentence in said.problem
    assert said.because == (said.problem,)


def test_a_limit_in_hours_needs_the_moment_of_acceptance(file_case):
    case = file_case(type_code="民保令", procedure="")
    assert "缺少时刻" in told(case).problem
    at = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    ProcedureEvent.objects.create(case=case, node="受理", on=at.date(), at=at)
    assert told(case).deadline.due == datetime(2026, 3, 5, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_retrial_needs_to_know_by_which_procedure_it_goes(file_case, upper_court):
    case = file_case(type_code="行再", category="行政", procedure="retrial", court=upper_court)
    assert "一审程序还是二审程序" in told(case).problem
    case.procedure = "second"
    case.save()
    assert told(case).deadline.state == "running"


def test_an_election_case_ends_the_day_before(file_case):
    case = file_case(type_code="民特", cause="选民资格", procedure="special")
    ProcedureEvent.objects.create(case=case, node="选举日", on=date(2026, 4, 20))
    assert told(case).deadline.due == date(2026, 4, 19)


def test_a_step_is_explained_like_a_limit(file_case):
    case = file_case(filed_on=date(2024, 2, 8))
    ProcedureEvent.objects.create(case=case, node="送达副本", on=date(2024, 2, 18))
    case = with_facts(Case.objects).get(pk=case.pk)
    step = next(step for step in steps_of(case) if step.node == "N20")
    assert step.met_on == date(2024, 2, 18)
    assert explain_step(case, step, law_in_use()).due == date(2024, 2, 18)


def test_a_page_of_cases_reads_its_facts_in_a_fixed_number_of_queries(file_cases, django_assert_num_queries):
    file_cases(5)
    law = law_in_use()
    with django_assert_num_queries(6):
        for case in with_facts(Case.objects.all()):
            clock_input(case, law)
