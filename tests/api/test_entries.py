"""Acts through the interface: one service each, once only, within the duty of the person behind the token."""

from __future__ import annotations

from datetime import date

import pytest

from audit.models import Entry
from cases.models import Case, Change, Conversion, Exclusion, Extension, ProcedureEvent

PAUSE = {"ground": "appraisal", "starts_on": "2026-04-01", "review_on": "2026-06-01", "reason": "等待鉴定"}
EVENT = {"node": "开庭", "on": "2026-04-20"}
EXTENSION = {"months": 6, "approved_on": "2026-08-01", "approver": "郑院长", "reason": "案情复杂"}


@pytest.fixture
def act(calls, judge, file_case):
    """``act("events", {…})``: post it about one case of the judge."""
    case = file_case()
    client = calls(judge)

    def post(path: str, body: dict, by=client):
        return by.post(f"/api/v1/cases/{case.pk}/{path}/", body, format="json")

    post.case = case
    return post


@pytest.mark.parametrize(
    ("path", "body", "model"),
    [
        ("events", EVENT, ProcedureEvent),
        ("pauses", PAUSE, Exclusion),
        (
            "exclusions",
            {"ground": "appraisal", "starts_on": "2026-04-01", "resumes_on": "2026-05-01", "reason": "鉴定"},
            Exclusion,
        ),
        ("extensions", EXTENSION | {"approved_on": "2026-04-01"}, Extension),
        (
            "conversions",
            {"to_procedure": "summary", "decided_on": "2026-04-01", "reason": "事实清楚"},
            Conversion,
        ),
    ],
)
def test_the_same_act_twice_is_the_same_as_once(act, path, body, model):
    first, second = act(path, body), act(path, body)
    assert (first.status_code, second.status_code) == (201, 200), (
        first.content.decode(),
        second.content.decode(),
    )
    assert first.json() == second.json()
    assert model.objects.filter(case=act.case).count() == 1
    assert Entry.objects.filter(case_id=act.case.pk, outcome="done", act__startswith="cases.").count() == 1
    assert Change.objects.filter(case_id=act.case.pk).exists()


def test_a_pause_stops_the_clock_and_its_end_starts_it_again(act, calls, judge):
    pause = act("pauses", PAUSE).json()
    address = f"/api/v1/cases/{act.case.pk}/clocks/?as_of=2026-05-01"
    clock = calls(judge).get(address).json()["clocks"][0]
    assert (clock["state"], clock["due"]) == ("paused", None)
    ended = act(f"pauses/{pause['id']}/resume", {"resumes_on": "2026-04-11"})
    assert (ended.status_code, ended.json()["resumes_on"]) == (200, "2026-04-11")
    assert act(f"pauses/{pause['id']}/resume", {"resumes_on": "2026-04-11"}).status_code == 200
    clock = calls(judge).get(address).json()["clocks"][0]
    assert (clock["state"], clock["due"], clock["excluded_days"]) == ("running", "2026-09-14", 10)


def test_a_limit_in_hours_runs_from_the_moment_that_was_sent(act, calls, judge):
    Case.objects.filter(pk=act.case.pk).update(type_code="民保令", procedure="")
    address = f"/api/v1/cases/{act.case.pk}/clocks/?as_of=2026-03-03"
    assert calls(judge).get(address).json()["clocks"][0]["state"] == "unknown"
    accepted = {"node": "受理", "on": "2026-03-02"}
    assert "须填写时刻" in act("events", accepted).content.decode()
    assert "不在 2026-03-02 当日" in act("events", accepted | {"at": "2026-03-02T23:30Z"}).content.decode()
    assert "时刻应写作" in act("events", accepted | {"at": "2026-03-02"}).content.decode()
    event = act("events", accepted | {"at": "2026-03-02T01:30Z"})
    assert (event.status_code, event.json()["at"]) == (201, "2026-03-02T09:30:00+08:00")
    assert act("events", accepted | {"at": "2026-03-02T09:30+08:00"}).status_code == 200
    clock = calls(judge).get(address).json()["clocks"][0]
    assert (clock["state"], clock["due"]) == ("running", "2026-03-05T09:30:00+08:00")
    assert clock["because"][1] == "起算日取受理时刻 2026-03-02 09:30"


def test_a_time_is_added_to_an_event_once_and_changed_by_withdrawing_it(act):
    assert act("events", EVENT).json()["at"] is None
    event = act("events", EVENT | {"at": "2026-04-20T09:00"}).json()
    assert event["at"] == "2026-04-20T09:00:00+08:00"
    other = EVENT | {"at": "2026-04-20T10:00"}
    assert "已登记时刻 09:00" in act("events", other).content.decode()
    act(f"events/{event['id']}/withdrawal", {"reason": "登记有误"})
    assert act("events", other).json()["at"] == "2026-04-20T10:00:00+08:00"
    assert ProcedureEvent.objects.count() == 1


def test_a_pause_without_an_owner_is_the_judges(act, judge):
    assert act("pauses", PAUSE).json()["owner"] == judge.name


def test_what_was_withdrawn_stays_and_counts_no_more(act):
    event = act("events", EVENT).json()
    answer = act(f"events/{event['id']}/withdrawal", {"reason": "登记有误"})
    assert answer.status_code == 200
    assert answer.json()["withdrawn_at"] is not None
    assert act(f"exclusions/{event['id']}/withdrawal", {"reason": "登记有误"}).status_code == 404


def test_closing_linking_and_correcting(act, calls, trial_office):
    assert (
        act("closing", {"closed_on": "2026-05-01", "closed_how": "判决"}).json()["closed_on"] == "2026-05-01"
    )
    assert (
        act("links", {"kind": "appeal", "other_number": "(2026)川15民终9号"}).json()["other_number"]
        == "（2026）川15民终9号"
    )
    office = calls(trial_office)
    answer = act("number", {"number": "(2026)川1502民初900号", "reason": "误录"}, by=office)
    assert answer.json()["number"] == "（2026）川1502民初900号"


def test_a_case_is_given_to_a_judge_of_its_own_court_alone(
    act, calls, division_head, post, division, outsider
):
    head, heir = calls(division_head), post("judge", "李法官", division=division)
    given = act("assignment", {"judge": heir.pk, "reason": "轮岗"}, by=head)
    assert (given.status_code, given.json()["judge_id"]) == (200, heir.pk)
    assert act("assignment", {"judge": outsider.pk, "reason": "轮岗"}, by=head).status_code == 400


def test_who_may_read_but_not_write_is_refused_with_a_sentence_and_a_trace(act, calls, president):
    answer = act("pauses", PAUSE, by=calls(president))
    assert answer.status_code == 403
    assert "没有此项权限" in answer.json()["detail"]
    refusal = Entry.objects.get(outcome="refused")
    assert (refusal.act, refusal.case_id, refusal.actor) == ("cases.pause_clock", act.case.pk, "郑院长")
    assert not Exclusion.objects.exists()


def test_what_the_law_does_not_allow_is_refused_with_a_sentence_and_a_trace(act):
    answer = act("pauses", PAUSE | {"ground": "new_counsel"})
    assert answer.status_code == 409
    assert answer.json().keys() == {"detail"}
    assert Entry.objects.filter(outcome="refused", because=answer.json()["detail"]).exists()


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("events", {"node": "开廷", "on": "2026-04-20"}, "node：“开廷”不是可选值"),
        ("events", {"node": "开庭", "on": "20/4/2026"}, "on："),
        ("events", {"node": "开庭"}, "on："),
        ("events", EVENT | {"notes": "x"}, "notes：没有这一项，是否为 note？"),
        ("events", {"node": "宣判", "on": "2999-01-01"}, "on：2999-01-01 尚未到来"),
        ("pauses", PAUSE | {"review_on": "2026-03-01"}, "review_on：2026-03-01 应晚于停表之日 2026-04-01"),
        ("extensions", EXTENSION | {"months": "六"}, "months："),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_by_field(act, path, body, sentence):
    answer = act(path, body)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(sentence), answer.json()


def test_broken_json_is_refused_with_a_sentence(act, calls, judge):
    answer = calls(judge).post(f"/api/v1/cases/{act.case.pk}/events/", "{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("请求正文无法读取")


def test_a_hearing_may_be_announced_and_is_not_yet_the_latest_event(act, calls, judge):
    assert act("events", {"node": "开庭", "on": "2999-01-01"}).status_code == 201
    [row] = calls(judge).get("/api/v1/cases/").json()["results"]
    assert row["latest_event"] is None
    assert act.case.filed_on == date(2026, 3, 2)
