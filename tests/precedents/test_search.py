"""Searching for similar cases: what is alike comes first and says why; what one may not see is not there."""

from __future__ import annotations

from datetime import date

import pytest

from precedents.models import Document
from precedents.search import Question, find, question_of

pytestmark = pytest.mark.django_db
ASKED = "原告向被告转账,仅有转账凭证,没有借条,被告抗辩转账系偿还先前债务"


def numbers(found):
    return [each.document.number for each in found]


def test_the_judgment_on_the_same_point_comes_first_and_says_why(loans, judge):
    found = find(Question(text=ASKED), judge)
    assert found[0].document.number == "指导案例68号"
    assert found[0].because and "转账" in "".join(found[0].because)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert all(0 < each.score <= 1 for each in found)


def test_a_judgment_that_is_not_indexed_or_withdrawn_is_not_found(loans, keep, judge, now):
    waiting = keep("guiding", "指导案例99号", ASKED, waits=True)
    Document.objects.filter(pk=loans[0].pk).update(withdrawn_at=now)
    found = find(Question(text=ASKED), judge)
    assert waiting not in [each.document for each in found]
    assert loans[0] not in [each.document for each in found]
    assert found


def test_an_own_judgment_is_found_by_whoever_sees_its_case_alone(
    keep_own, file_case, judge, president, outsider, post
):
    case = file_case()
    own = keep_own(case, ASKED)
    colleague = post("judge", "另一法官", division=case.division)
    for person, sees in [(judge, True), (president, True), (outsider, False), (colleague, False)]:
        assert (own in [each.document for each in find(Question(text=ASKED), person)]) is sees, person


def test_a_sealed_case_is_nobodys_comparison(keep_own, file_case, judge):
    case = file_case()
    keep_own(case, ASKED)
    case.sealed = "juvenile"
    case.save()
    assert find(Question(text=ASKED), judge) == []


def test_the_case_itself_is_not_among_its_like(keep_own, file_case, judge):
    case, other = file_case(), file_case()
    keep_own(case, ASKED)
    alike = keep_own(other, ASKED + "。")
    assert [each.document for each in find(case, judge)] == [alike]


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"sources": ("guiding",)}, ["指导案例68号"]),
        ({"level": "high"}, ["2024-01-2-103-001"]),
        ({"level": "intermediate"}, ["（2025）川15民终88号"]),
        ({"level": "supreme", "cause": "借贷"}, ["指导案例68号"]),
        ({"cause": "借贷", "level": "basic"}, ["（2024）京0105民初1号", "（2024）沪0101民初2号"]),
        ({"until": date(2024, 12, 31)}, []),
        ({"category": "刑事"}, ["2024-05-1-054-002"]),
        ({"cause": "没有这种案由"}, []),
    ],
)
def test_filters_narrow(loans, judge, narrowed, expected):
    text = ASKED + "借款利息争议,借条系受胁迫出具,肇事逃逸"
    assert sorted(numbers(find(Question(text=text, **narrowed), judge))) == sorted(expected)


def test_what_is_not_effective_is_left_out_unless_asked_for(keep, judge):
    keep("other", "（2026）京0105民初9号", ASKED, effective_on=None)
    assert numbers(find(Question(text=ASKED), judge)) == []
    assert numbers(find(Question(text=ASKED, effective=False), judge)) == ["（2026）京0105民初9号"]


def test_elements_alone_find_and_are_told_by_their_names(keep, file_case, judge, record):
    for n, facts in enumerate([{"surrender": True, "flee": False}, {"surrender": False, "flee": True}]):
        keep(
            "other", f"（2024）京0105刑初{n}号", f"第{n}件", facts=facts, cause="交通肇事罪", category="刑事"
        )
    case = file_case(cause="交通肇事罪", category="刑事", type_code="刑初")
    record(case, surrender=True, flee=False)
    found = find(question_of(case), judge)
    assert found[0].document.number == "（2024）京0105刑初0号"
    told = "".join(found[0].because)
    assert "自首" in told and "surrender" not in told and "是" in told


def test_a_question_that_says_nothing_finds_nothing(loans, judge):
    assert find(Question(), judge) == []


def test_a_search_costs_the_same_however_much_is_held(loans, keep, judge, costs_the_same):
    def more():
        for n in range(20):
            keep("other", f"（2023）京0105民初{n}号", f"原告提交转账凭证{n},没有借条", waits=n < 19)

    costs_the_same(lambda: find(Question(text=ASKED), judge), grow=more)
