"""The search in the programming interface: what its owner would find, and nothing else."""

from __future__ import annotations

import pytest

from courts.services import issue_token

pytestmark = pytest.mark.django_db
ASKED = "原告向被告转账,仅有转账凭证,没有借条"


@pytest.fixture
def ask(client, now):
    """``ask(user, q=…)``: the answer to a token of that person."""

    def get(user, scopes=("cases:read",), **query):
        _, secret = issue_token(user=user, name="检索", scopes=scopes, days=30, by=user, at=now)
        return client.get("/api/v1/precedents/", query, headers={"Authorization": f"Bearer {secret}"})

    return get


def test_it_answers_as_the_page_does(ask, judge, loans):
    answer = ask(judge, q=ASKED, source="guiding").json()["results"]
    assert [row["number"] for row in answer] == ["指导案例68号"]
    assert 0 < answer[0]["score"] <= 1 and answer[0]["because"]


def test_a_case_is_asked_with_its_elements(ask, judge, outsider, file_case, record, keep):
    keep("other", "（2024）京0105刑初1号", "第一件", facts={"surrender": True}, cause="交通肇事罪")
    case = file_case(cause="交通肇事罪")
    record(case, surrender=True)
    assert [row["number"] for row in ask(judge, case=case.pk).json()["results"]] == ["（2024）京0105刑初1号"]
    assert ask(outsider, case=case.pk).status_code == 404


def test_what_one_may_not_see_is_not_answered(ask, judge, outsider, keep_own, file_case):
    case = file_case()
    keep_own(case, ASKED)
    assert len(ask(judge, q=ASKED, effective="true").json()["results"]) == 1
    assert ask(outsider, q=ASKED).json()["results"] == []
    case.sealed = "juvenile"
    case.save()
    assert ask(judge, q=ASKED).json()["results"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [({}, "q"), ({"q": ASKED, "top": "0"}, "top"), ({"q": ASKED, "soure": "guiding"}, "soure"), ({"q": ASKED, "since": "x"}, "since"),
     ({"q": ASKED, "source": "x"}, "source")],
)  # fmt: skip
def test_a_question_that_cannot_be_read_is_refused_by_field(ask, judge, query, field):
    answer = ask(judge, **query)
    assert answer.status_code == 400 and field in answer.json()["errors"]


def test_it_takes_the_scope_and_the_post(ask, judge, post):
    assert ask(judge, scopes=("flags:read",), q=ASKED).status_code == 403
    assert ask(post("clerk"), q=ASKED).status_code == 403
