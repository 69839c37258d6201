"""Every clock with its reasons: the same lines as the page and as the batch command."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from django.core.management import call_command

from cases.facts import explain, with_facts
from cases.models import Case, Exclusion, Extension, Party, ProcedureEvent
from catalogues.selectors import law_in_use

AS_OF = "2026-06-30"
FIELDS = (
    "state",
    "start",
    "nominal",
    "excluded_days",
    "before_roll",
    "due",
    "remaining_days",
    "level",
    "calendar",
)


@pytest.fixture
def clocks(calls, president):
    client = calls(president)

    def ask(case, as_of=AS_OF):
        answer = client.get(f"/api/v1/cases/{case.pk}/clocks/", {"as_of": as_of})
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()["clocks"]

    return ask


def batch(tmp_path, record: dict) -> dict:
    asked, told = tmp_path / "asked.jsonl", tmp_path / "told.jsonl"
    asked.write_text(json.dumps({"id": "1", "as_of": AS_OF} | record), encoding="utf-8")
    call_command("due", input=str(asked), output=str(told), stderr=io.StringIO())
    return json.loads(told.read_text(encoding="utf-8"))


def test_page_interface_and_batch_show_the_same_date_for_the_same_reasons(clocks, file_case, tmp_path):
    case = file_case(filed_on=date(2024, 1, 15), accepted_on=date(2024, 1, 15))
    Extension.objects.create(case=case, months=6, approved_on=date(2024, 6, 20))
    Exclusion.objects.create(
        case=case, ground="appraisal", starts_on=date(2024, 3, 1), resumes_on=date(2024, 4, 10)
    )
    [clock, *_] = clocks(case)
    told = batch(
        tmp_path,
        {
            "limit": "civ_first_ordinary",
            "start": "2024-01-15",
            "extensions": [{"months": 6, "approved_on": "2024-06-20"}],
            "exclusions": [{"ground": "appraisal", "from": "2024-03-01", "to": "2024-04-10"}],
        },
    )
    assert {name: clock[name] for name in FIELDS} == {name: told[name] for name in FIELDS}
    assert clock["because"][-len(told["because"]) :] == told["because"]
    shown = explain(with_facts(Case.objects).get(pk=case.pk), law_in_use(), date.fromisoformat(AS_OF))
    assert clock["because"] == list(shown.because)


def test_a_step_of_the_procedure_is_the_batch_commands_too(clocks, file_case, tmp_path):
    case = file_case()
    ProcedureEvent.objects.create(case=case, node="庭审结束", on=date(2026, 4, 1))
    steps = {clock["rule"]: clock for clock in clocks(case) if clock["kind"] == "node"}
    told = batch(tmp_path, {"limit": "N51", "start": "2026-04-01"})
    assert {name: steps["N51"][name] for name in (*FIELDS, "because")} == {
        name: told[name] for name in (*FIELDS, "because")
    }
    assert steps["N20"]["name"]


def test_by_when_an_extension_is_to_be_asked_for_follows_from_the_limit(clocks, file_case, compute):
    case = file_case()
    compute(case)
    found = {clock["rule"]: clock["due"] for clock in clocks(case) if clock["kind"] == "derived"}
    stored = {clock.rule: str(clock.due_on) for clock in case.clocks.filter(kind="derived")}
    assert found == stored
    assert found


def test_a_step_that_was_taken_is_met(clocks, file_case):
    case = file_case()
    ProcedureEvent.objects.create(case=case, node="送达副本", on=date(2026, 3, 5))
    [served] = [clock for clock in clocks(case) if clock["rule"] == "N20"]
    assert (served["state"], served["level"], served["met_on"]) == ("met", "closed", "2026-03-05")


def test_a_case_without_a_start_says_why_there_is_no_date(clocks, file_case):
    [clock] = clocks(file_case(filed_on=None))
    assert (clock["state"], clock["due"], clock["level"]) == ("unknown", None, "unknown")
    assert clock["because"] == ["缺少立案日期和受理日期，无法计算审限，请补录"]


def test_stored_and_explained_clocks_agree(clocks, file_case, compute):
    cases = [
        file_case(),
        file_case(type_code="刑初", category="刑事", number="（2026）川1502刑初1号", detained=True),
        file_case(procedure="small", filed_on=date(2026, 5, 30)),
        file_case(closed_on=date(2026, 5, 30)),
    ]
    Party.objects.create(case=cases[1], name="李四", standing="被告人", detained=True)
    ProcedureEvent.objects.create(case=cases[0], node="开庭", on=date(2026, 4, 1))
    compute(*cases)
    for case in cases:
        told = {(c["kind"], c["rule"], c["turn"]): (c["due"], c["state"]) for c in clocks(case)}
        kept = {(c.kind, c.rule, c.turn): (c.due_on and str(c.due_on), c.state) for c in case.clocks.all()}
        assert told == kept, case.number


def test_a_day_that_is_no_day_is_refused(calls, president, file_case):
    answer = calls(president).get(f"/api/v1/cases/{file_case().pk}/clocks/?as_of=2026-6")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("as_of：")
