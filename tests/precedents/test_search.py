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
