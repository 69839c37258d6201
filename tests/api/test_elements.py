"""Elements and outcomes through the interface: one value a call, once, refused with a sentence."""

import pytest

from cases.models import Element, Outcome, Party


@pytest.fixture
def case(file_case):
    return file_case(number="（2026）川1502刑初7号", type_code="刑初", category="刑事", cause="盗窃罪")


@pytest.fixture
def send(calls, judge, case):
    client = calls(judge)
    return lambda path, body, by=client: by.post(f"/api/v1/cases/{case.pk}/{path}/", body, format="json")


ELEMENT = {"key": "amount", "value": 3200.5}
OUTCOME = {"measure": "months", "value": 8, "decided_on": "2026-04-01"}


@pytest.mark.parametrize(
    ("path", "body", "model"), [("elements", ELEMENT, Element), ("outcomes", OUTCOME, Outcome)]
)
def test_the_same_call_twice_is_the_same_as_once_and_can_be_taken_back(
    send, calls, judge, case, path, body, model
):
    first, second = send(path, body), send(path, body)
    assert (first.status_code, second.status_code) == (201, 200), first.content.decode()
    assert first.json() == second.json()
    told = calls(judge).get(f"/api/v1/cases/{case.pk}/").json()[path]
    assert [each["id"] for each in told] == [first.json()["id"]]
    taken = send(f"{path}/{first.json()['id']}/withdrawal", {"reason": "误录"})
    assert taken.status_code == 200 and model.objects.get().withdrawn_at


def test_a_value_is_answered_as_it_is_kept(send):
    assert send("elements", {"key": "自首", "value": "是"}).json()["value"] is True
    assert send("elements", ELEMENT).json()["value"] == 3200.5


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("elements", {"key": "surender", "value": True}, 409, "是否为“surrender”"),
        ("elements", {"key": "surrender", "value": None}, 400, "value"),
        ("elements", {"key": "surrender", "value": {"a": 1}}, 400, "应为 true、false、数字或文字之一"),
        ("elements", {"key": "surrender", "value": True, "who": 1}, 400, "who"),
        ("outcomes", OUTCOME | {"value": "很久"}, 409, "应为月数"),
        ("outcomes", OUTCOME | {"decided_on": "2999-01-01"}, 400, "尚未到来"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(send, path, body, status, sentence):
    answer = send(path, body)
    assert answer.status_code == status and sentence in answer.content.decode()
    assert not Element.objects.exists() and not Outcome.objects.exists()


def test_an_outcome_of_one_of_several_names_the_person(send, case, file_case):
    first, second = (Party.objects.create(case=case, name=name, standing="被告人") for name in "甲乙")
    assert "2 名被告人" in send("outcomes", OUTCOME).content.decode()
    assert send("outcomes", OUTCOME | {"party": second.pk}).json()["party"] == second.pk
    stranger = Party.objects.create(case=file_case(), name="丙", standing="被告人")
    assert send("outcomes", OUTCOME | {"party": stranger.pk}).status_code == 400
    assert first.pk != second.pk


def test_the_token_needs_the_scope_and_the_person_the_duty(send, calls, judge, outsider, post):
    assert send("elements", ELEMENT, calls(judge, "cases:read")).status_code == 403
    assert send("elements", ELEMENT, calls(outsider)).status_code == 404
    assert send("elements", ELEMENT, calls(post("president"))).status_code == 403
