"""The list of cases: every column in one call, only what one may see, and strict questions."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, CaseLink, Doubt, Exclusion, FormerNumber, Party, ProcedureEvent
from courts.models import Court

CASES = "/api/v1/cases/"


def numbers(answer) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [case["number"] for case in answer.json()["results"]]


def test_one_call_gives_every_column_and_the_clock(calls, president, file_case, compute, judge):
    case = file_case(amount="12000.50")
    Exclusion.objects.create(
        case=case, ground="appraisal", starts_on=date(2026, 4, 1), resumes_on=date(2026, 4, 11)
    )
    ProcedureEvent.objects.create(case=case, node="开庭", on=date(2026, 4, 20))
    compute(case)
    [row] = calls(president).get(CASES).json()["results"]
    assert (row["number"], row["court"], row["judge"]) == ("（2026）川1502民初1号", "川1502", "周法官")
    assert (row["filed_on"], row["amount"], row["judge_id"]) == ("2026-03-02", "12000.50", judge.pk)
    assert row["latest_event"] == {"node": "开庭", "on": "2026-04-20"}
    clock = row["clock"]
    assert (clock["state"], clock["due_on"], clock["excluded_days"]) == ("running", "2026-09-14", 10)
    assert (clock["before_roll"], clock["calendar"], clock["limit"]) == (
        "2026-09-12",
        "published",
        "civ_first_ordinary",
    )
    assert clock["remaining_days"] == (date(2026, 9, 14) - timezone.localdate()).days


def test_a_case_whose_clock_is_not_computed_yet_is_unknown(calls, president, file_case):
    file_case()
    [row] = calls(president).get(CASES, {"clock": "unknown"}).json()["results"]
    assert (row["clock"]["state"], row["clock"]["calendar"], row["clock"]["due_on"]) == (
        "unknown",
        None,
        None,
    )


def test_open_only_is_filtered_by_the_server(calls, president, file_case):
    file_case(), file_case(closed_on=date(2026, 5, 1))
    client = calls(president)
    assert numbers(client.get(CASES, {"open": "true"})) == ["（2026）川1502民初1号"]
    assert numbers(client.get(CASES, {"open": "false"})) == ["（2026）川1502民初2号"]
    assert len(numbers(client.get(CASES))) == 2


@pytest.mark.parametrize(
    "written",
    ["（2026）川1502民初1号", "(2026)川1502民初1号", "〔2026〕川1502民初1号", "(2026) 川1502 民初 1 号"],
)
def test_a_number_is_found_however_its_brackets_are_written(calls, president, file_cases, written):
    file_cases(2)
    client = calls(president)
    assert numbers(client.get(CASES, {"number": written})) == ["（2026）川1502民初1号"]
    assert client.get(f"{CASES}{quote(written)}/").json()["number"] == "（2026）川1502民初1号"


def test_a_former_number_leads_to_the_case_and_yields_to_the_present_bearer(calls, president, file_case):
    corrected = file_case(number="（2026）川1502民初77号")
    FormerNumber.objects.create(
        case=corrected, number="（2026）川1502民初7号", changed_at=timezone.now(), reason="误"
    )
    client = calls(president)
    address = f"{CASES}{quote('(2026)川1502民初7号')}/"
    assert client.get(address).json()["id"] == corrected.pk
    bearer = file_case(number="（2026）川1502民初7号")
    assert client.get(address).json()["id"] == bearer.pk


def test_the_filters_narrow(calls, president, file_case, compute, post, court):
    other = post("judge", "别的法官")
    soon = file_case(filed_on=date(2026, 1, 5))
    late = file_case(filed_on=date(2026, 3, 2), judge=other, cause="离婚纠纷")
    done = file_case(closed_on=date(2026, 4, 1), procedure="summary")
    compute(soon, late, done)
    client = calls(president)
    expected = {
        "due_by=2026-07-06": [soon],
        "due_from=2026-07-07": [late],
        "clock=met": [done],
        "clock=running": [soon, late],
        f"judge={other.pk}": [late],
        "cause=离婚": [late],
        "procedure=summary": [done],
        "category=刑事": [],
        "filed_from=2026-03-02&filed_to=2026-03-02": [late, done],
        "closed_from=2026-04-01&closed_to=2026-04-30": [done],
        f"division={soon.division_id}&open=true": [soon, late],
        "court=川1502": [soon, late, done],
        "court=川1503": [],
        "q=民初2": [late],
        "changed_since=2026-01-01T00:00:00Z": [soon, late, done],
        "changed_since=2126-01-01T00:00:00Z": [],
    }
    for query, found in expected.items():
        assert numbers(client.get(f"{CASES}?{query}")) == [case.number for case in found], query


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("opne=true", "opne：没有这一项，是否为 open？"),
        ("open=yes", "open：应为 true 或 false"),
        ("court=川99", "court：没有“川99”这一法院代字，应如 川1502"),
        ("filed_from=2026-02-30", "filed_from：应为 YYYY-MM-DD 格式的日期，如 2026-03-02"),
        ("judge=甲", "judge：应为正整数编号"),
        ("page_size=0", "page_size：应为 1 至 1000 的整数"),
        ("changed_since=昨天", "changed_since：应为带时区的时刻"),
    ],
)
def test_a_wrong_question_is_refused_with_one_sentence(calls, president, query, sentence):
    answer = calls(president).get(f"{CASES}?{query}")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(sentence)
    assert "\n" not in answer.json()["detail"]


def test_an_unknown_choice_is_answered_with_those_there_are(calls, president):
    detail = calls(president).get(f"{CASES}?procedure=quick").json()["detail"]
    assert "procedure：“quick”不是可选值" in detail
    assert "summary（简易程序）" in detail


def test_pages_follow_one_another_while_cases_arrive(calls, president, file_case, file_cases):
    file_cases(5)
    client, seen = calls(president), []
    address = f"{CASES}?page_size=2"
    while address:
        answer = client.get(address).json()
        seen += [case["id"] for case in answer["results"]]
        file_case() if len(seen) == 2 else None
        address = answer["next"]
    assert seen == sorted(set(seen))
    assert len(seen) == 6


@pytest.mark.parametrize("cursor", ["xyz", "cD1hYmM=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "%00"])
def test_an_invented_cursor_leads_nowhere(calls, president, cursor):
    assert calls(president).get(f"{CASES}?cursor={cursor}").status_code == 404


def test_others_cases_do_not_exist_for_an_outsider(calls, outsider, file_case, judge):
    case = file_case()
    client = calls(outsider)
    assert numbers(client.get(CASES)) == []
    reached = [CASES + str(case.pk), f"{CASES}{quote(case.number)}", f"{CASES}{case.pk}/clocks"]
    invented = client.get(f"{CASES}999999/")
    for address in reached:
        answer = client.get(f"{address}/")
        assert (answer.status_code, answer.content) == (404, invented.content)
    assert (
        client.post(
            f"{CASES}{case.pk}/events/", {"node": "开庭", "on": "2026-04-01"}, format="json"
        ).status_code
        == 404
    )


def test_a_sealed_case_is_seen_by_its_panel_alone(calls, president, judge, file_case):
    file_case(sealed="juvenile")
    assert numbers(calls(president).get(CASES)) == []
    assert len(numbers(calls(judge).get(CASES))) == 1


def test_the_list_costs_the_same_however_long(calls, president, file_cases, costs_the_same):
    client = calls(president)
    file_cases(2)
    costs_the_same(lambda: client.get(CASES), grow=lambda: file_cases(20))


def test_the_detail_costs_the_same_however_much_happened(calls, president, file_case, costs_the_same):
    case = file_case()
    client = calls(president)

    def happen(days: int) -> None:
        for day in range(1, days):
            ProcedureEvent.objects.create(case=case, node="开庭", on=date(2026, 4, day), note=str(days))
            Party.objects.create(case=case, name=f"{days}甲{day}", standing="原告")

    happen(3)
    costs_the_same(lambda: client.get(f"{CASES}{case.pk}/"), grow=lambda: happen(20))


def test_the_detail_tells_every_fact(calls, president, file_case, now):
    case, other = file_case(), file_case()
    Party.objects.create(case=case, name="张三", standing="原告")
    ProcedureEvent.objects.create(case=case, node="开庭", on=date(2026, 4, 1), withdrawn_at=now)
    CaseLink.objects.create(case=case, other=other, other_number=other.number, kind="related")
    Doubt.objects.create(case=case, kind="no_start", sentence="缺少立案日期", raised_at=now)
    found = calls(president).get(f"{CASES}{case.pk}/").json()
    assert [party["name"] for party in found["parties"]] == ["张三"]
    assert found["events"][0]["withdrawn_at"] is not None
    assert found["links"] == [
        {"id": other.pk, "number": other.number, "kind": "关联", "filed_on": "2026-03-02", "closed_on": None}
    ]
    assert found["doubts"][0]["kind"] == "缺少起算日"
    assert {"exclusions", "extensions", "restarts", "conversions", "former_numbers", "clock"} <= found.keys()


def test_reading_the_case_of_another_leaves_a_trace_and_ones_own_does_not(calls, president, judge, file_case):
    case = file_case()
    calls(judge).get(f"{CASES}{case.pk}/")
    assert not Entry.objects.filter(act="cases.read").exists()
    calls(president).get(f"{CASES}{case.pk}/clocks/")
    assert Entry.objects.get(act="cases.read").actor == "郑院长"


def test_a_page_is_read_along_an_index_however_many_cases_there_are(calls, president, file_case):
    template = file_case()
    fields = {
        f.attname: getattr(template, f.attname)
        for f in Case._meta.fields
        if f.attname not in ("id", "number")
    }
    Case.objects.bulk_create(Case(**fields, number=f"（2026）川1502民初{n}号") for n in range(100, 3100))
    client = calls(president)
    with CaptureQueriesContext(connection) as asked:
        assert len(numbers(client.get(f"{CASES}?open=true"))) == 100
    [page] = [query["sql"] for query in asked if query["sql"].endswith("LIMIT 101")]
    with connection.cursor() as cursor:
        # The test's rows are too few and too new for statistics: ask whether the order can be read off an index.
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {page}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using cases_case_pkey" in plan
    assert "Sort" not in plan


def test_there_is_no_way_to_rank_people_or_to_write_an_opinion(calls, judge, file_case):
    case = file_case()
    client = calls(judge)
    assert client.get(f"{CASES}?ordering=judge").status_code == 400
    for invented in ("opinion", "judgment", "ranking"):
        assert client.post(f"{CASES}{case.pk}/{invented}/", {}, format="json").status_code == 404
    assert client.put(f"{CASES}{case.pk}/", {}, format="json").status_code in (403, 405)
    assert Court.objects.filter(cases=case).exists()
