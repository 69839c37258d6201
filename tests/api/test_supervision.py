"""Flags, facts and the supervision log by interface: within what one may see, secrets for who keeps them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.models import Entry
from courts.clock import today
from supervision import log
from supervision.log import Line
from supervision.models import CaseFacts, Flag, Rule, RuleVersion, Step

V1 = "/api/v1/"


@pytest.fixture
def case(file_case):
    return file_case()


@pytest.fixture
def flag_of(case, now):
    def create(code="X01", **fields) -> Flag:
        rule = Rule.objects.create(code=code, category="B")
        version = RuleVersion.objects.create(
            rule=rule, number=1, status="in_force", name="试规则", stage="any", mode="auto", severity="high", origin="git",
            condition={}, basis="依据", content_hash="h", drafted_at=now,
        )  # fmt: skip
        values = {
            "case": case,
            "court": case.court,
            "rule": rule,
            "version": version,
            "edition": "h",
            "category": "B",
        }
        return Flag.objects.create(
            **(values | {"proposed_at": now, "evidence": {"same_side_max": 12}} | fields)
        )

    return create


@pytest.fixture
def logged(case, now):
    line = Line(case_id=case.pk, court_id=case.court_id, act="supervision.raise_flag", at=now)
    log.write_many([line, replace(line, secret=True, content="有人反映"), line])
    return case


def results(client, path):
    answer = client.get(V1 + path)
    assert answer.status_code == 200, answer.json()
    return answer.json()["results"]


def test_a_flag_comes_with_its_evidence_version_and_state(calls, judge, flag_of, case):
    flag = flag_of()
    row = results(calls(judge), "flags/")[0]
    assert (row["id"], row["number"], row["rule"], row["version"]) == (flag.pk, case.number, "X01", 1)
    assert (row["state"], row["evidence"], row["secret"]) == ("PROPOSED", {"same_side_max": 12}, False)


def test_one_flag_comes_with_its_steps(calls, judge, flag_of, now):
    flag = flag_of()
    Step.objects.create(flag=flag, act="propose", to_state="PROPOSED", at=now)
    steps = calls(judge).get(f"{V1}flags/{flag.pk}/").json()["steps"]
    assert [(step["act"], step["by"]) for step in steps] == [("propose", None)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?rule=X01", True),
        ("?rule=X02", False),
        ("?category=B", True),
        ("?category=A", False),
        ("?state=PROPOSED", True),
        ("?open=true", True),
        ("?open=false", False),
        ("?missed=true", False),
        ("?court=川1502", True),
        ("?court=川15", False),
        ("?case=999999", False),
        ("?due_by=2026-01-01", False),
        ("?proposed_since=2020-01-01T00:00:00Z", True),
    ],
)
def test_flags_are_found_by(calls, president, flag_of, query, found):
    flag_of()
    assert bool(results(calls(president), f"flags/{query}")) is found


def test_a_secret_flag_is_for_those_who_keep_it_and_to_others_a_number_nobody_has(
    calls, judge, trial_office, president, flag_of
):
    flag = flag_of(secret=True)
    assert results(calls(president), "flags/")[0]["secret"] is True
    for person in (judge, trial_office):
        client = calls(person)
        assert results(client, "flags/") == []
        hidden, unknown = client.get(f"{V1}flags/{flag.pk}/"), client.get(f"{V1}flags/17/")
        assert (hidden.status_code, hidden.content) == (404, unknown.content)


def test_flags_of_another_court_are_not_there(calls, outsider, flag_of):
    flag_of()
    assert results(calls(outsider), "flags/") == []


def test_the_log_follows_its_chain(calls, judge, logged):
    rows = results(calls(judge), f"supervision-log/?case={logged.pk}")
    assert [(row["stream"], row["sequence"]) for row in rows] == [("open", 1), ("open", 2)]
    assert rows[0]["act_name"] == "提出标识"
    client = calls(judge)
    first = client.get(f"{V1}supervision-log/?page_size=1").json()
    assert [row["sequence"] for row in client.get(first["next"]).json()["results"]] == [2]


def test_the_secret_chain_is_for_those_who_keep_it(calls, president, trial_office, logged):
    assert "有人反映" in str(results(calls(president), "supervision-log/"))
    assert "有人反映" not in str(results(calls(trial_office), "supervision-log/"))


def test_facts_that_are_known_are_told(calls, judge, outsider, case):
    CaseFacts.objects.create(case=case, court_id=case.court_id, as_of=today(), same_side_max=12)
    assert results(calls(judge), f"facts/?case={case.pk}")[0]["facts"] == {"same_side_max": 12}
    assert results(calls(outsider), "facts/") == []


@pytest.mark.parametrize("path", ["flags/", "facts/", "supervision-log/"])
def test_a_post_without_supervision_reads_none_of_it(calls, post, path):
    answer = calls(post("itadmin")).get(V1 + path)
    assert (answer.status_code, answer.json()["detail"]) == (403, "您的职务不能查看四类案件标识及监督日志。")


@pytest.mark.parametrize(
    "path", ["flags/?case={case}", "flags/{flag}/", "facts/?case={case}", "supervision-log/?case={case}"]
)
def test_whoever_asks_about_one_case_without_sitting_on_it_leaves_a_trace(
    calls, judge, president, flag_of, logged, path
):
    CaseFacts.objects.update_or_create(case=logged, defaults={"court_id": logged.court_id, "as_of": today()})
    address = V1 + path.format(case=logged.pk, flag=flag_of().pk)
    for person in (judge, president):
        assert calls(person).get(address).status_code == 200
    readers = Entry.objects.filter(act="cases.read", case_id=logged.pk).values_list("actor_id", flat=True)
    assert list(readers) == [president.pk]


def test_a_list_over_cases_is_no_reading_of_one(calls, president, flag_of):
    flag_of()
    assert results(calls(president), "flags/?case=") and results(calls(president), "flags/?rule=X01")
    assert not Entry.objects.filter(act="cases.read").exists()
