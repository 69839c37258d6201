"""Pages of the supervision log: found by case, supervisor, measure and what waits; taken out with their conditions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from audit.models import Entry
from supervision import log
from supervision.log import Line
from supervision.log_views import PAGE
from supervision.models import Measure

LOG = "/supervision/log/"


@pytest.fixture
def line(flagged_case, now):
    return Line(
        case_id=flagged_case.pk,
        court_id=flagged_case.court_id,
        act="supervision.raise_flag",
        at=now,
        flag_code="B01",
    )


@pytest.fixture
def logged(line, flagged_case, confirmed_flag, division_head, now):
    """Rows of one case: raised, a measure that waits for its reply, and a secret one."""
    measure = Measure.objects.create(
        flag=confirmed_flag, case=flagged_case, code="M02", mode="process", taken_by=division_head, capacity="庭长",
        basis="法发〔2021〕30号第十条", content="请报告案件进展。", taken_at=now,
    )  # fmt: skip
    log.write_many([line, replace(line, secret=True, content="有人反映")])
    log.write(
        case=flagged_case,
        act="supervision.take_measure",
        by=division_head,
        at=now,
        measure=measure,
        content="请报告案件进展。",
    )
    return flagged_case


def page_of(client, query="") -> str:
    answer = client.get(LOG + query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?number=民初1", True),
        ("?number=民初99", False),
        ("?person=吴", True),
        ("?person=王", False),
        ("?measure=M02", True),
        ("?measure=M07", False),
        ("?measure=M99", False),
        ("?act=supervision.take_measure", True),
        ("?act=supervision.reply_to_measure", False),
        ("?waiting=open", True),
        ("?waiting=replied", False),
        ("?since=2020-01-01", True),
        ("?until=2020-01-01", False),
        ("?since=never", False),
        ("?who=99999999999999999999", False),
        ("?page=99", True),
    ],
)
def test_the_log_is_found_by_case_supervisor_measure_day_and_what_waits(client, judge, logged, query, found):
    client.force_login(judge)
    assert ("请报告案件进展。" in page_of(client, query)) is found


def test_what_waits_is_listed_once_under_the_measure(client, judge, logged, division_head, now):
    log.write(
        case=logged,
        act="supervision.reply_to_measure",
        by=judge,
        at=now,
        measure=Measure.objects.get(),
        content="正在办理",
    )
    client.force_login(judge)
    page = page_of(client, "?waiting=open")
    assert "待答复" in page
    assert "正在办理" not in page


def test_the_secret_chain_is_for_those_who_keep_it(
    client, judge, division_head, trial_office, president, discipline, logged
):
    for person in (judge, division_head, trial_office):
        client.force_login(person)
        assert "有人反映" not in page_of(client)
    client.force_login(president)
    assert "有人反映" in page_of(client)
    client.force_login(discipline)
    page = page_of(client, f"?case={logged.pk}")
    assert "有人反映" in page
    assert "请报告案件进展。" not in page


def test_a_president_who_tries_the_case_keeps_no_secret_about_it(client, president, logged):
    logged.judge = president
    logged.save()
    client.force_login(president)
    page = page_of(client)
    assert "请报告案件进展。" in page
    assert "有人反映" not in page
    assert client.get(f"/supervision/cases/{logged.pk}/file/?stream=secret").status_code == 404


@pytest.mark.parametrize("role", ["itadmin", "politics", "petition", "clerk", "external"])
def test_posts_without_supervision_do_not_open_the_log(client, post, role):
    client.force_login(post(role))
    assert client.get(LOG).status_code == 403
    assert client.get(f"{LOG}sheet/").status_code == 403


def test_the_log_of_a_case_one_does_not_see_is_not_there(client, outsider, logged):
    client.force_login(outsider)
    assert client.get(f"{LOG}?case={logged.pk}").status_code == 404
    assert client.get(f"{LOG}?case=x").status_code == 404
    assert "请报告案件进展。" not in page_of(client)


def test_the_sheet_prints_the_conditions_and_leaves_a_trace(client, judge, logged):
    client.force_login(judge)
    answer = client.get(f"{LOG}sheet/?measure=M02&person=吴&case={logged.pk}")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()
    above = [row[0] for row in rows[:7]]
    assert "人员：吴" in above
    assert any(text.startswith("措施：M02 ") for text in above)
    assert "行数：1" in above
    assert rows[-1][9] == "请报告案件进展。"
    entry = Entry.objects.get(act="supervision.export_log")
    assert (entry.actor_id, entry.after["count"]) == (judge.pk, 1)


@pytest.mark.parametrize("who", ["judge", "division_head", "vice_president", "discipline"])
def test_the_log_of_many_cases_is_not_taken_out_by_those_who_read_it_case_by_case(
    request, client, logged, who
):
    client.force_login(request.getfixturevalue(who))
    assert "log/sheet/" not in page_of(client)
    refused = client.get(f"{LOG}sheet/")
    assert (refused.status_code, "请点案号进入该案的监督日志" in refused.content.decode()) == (403, True)
    assert Entry.objects.get(act="supervision.export_log").outcome == "refused"
    assert "log/sheet/" in page_of(client, f"?case={logged.pk}")
    assert client.get(f"{LOG}sheet/?case={logged.pk}").status_code == 200


@pytest.mark.parametrize("who", ["president", "trial_office"])
def test_those_who_answer_for_the_ledgers_of_a_court_take_out_its_log(request, client, logged, who):
    client.force_login(request.getfixturevalue(who))
    assert "log/sheet/" in page_of(client)
    assert client.get(f"{LOG}sheet/").status_code == 200


def test_a_sheet_with_secret_rows_is_counted_in_no_open_entry(client, president, logged):
    client.force_login(president)
    client.get(f"{LOG}sheet/?case={logged.pk}")
    entry = Entry.objects.get(act="supervision.export_log")
    assert (entry.after["count"], entry.secret) == (3, True)


def test_a_sheet_without_secret_rows_is_an_open_entry(client, president, logged):
    client.force_login(president)
    client.get(f"{LOG}sheet/?case={logged.pk}&measure=M02")
    entry = Entry.objects.get(act="supervision.export_log")
    assert (entry.after["count"], entry.secret) == (1, False)


@pytest.mark.parametrize("address", ["/supervision/log/?case={}", "/supervision/log/sheet/?case={}"])
def test_whoever_opens_the_log_of_a_case_leaves_a_trace(client, judge, president, logged, address):
    for person in (judge, president):  # the judge reads the own case
        client.force_login(person)
        assert client.get(address.format(logged.pk)).status_code == 200
    readers = Entry.objects.filter(act="cases.read", case_id=logged.pk).values_list("actor_id", flat=True)
    assert list(readers) == [president.pk]


def test_the_file_is_handed_out_under_the_number_of_the_case(client, judge, logged):
    client.force_login(judge)
    answer = client.get(f"/supervision/cases/{logged.pk}/file/")
    assert "attachment" in answer["Content-Disposition"]
    assert len(answer.content.decode().splitlines()) == 3
    assert client.get(f"/supervision/cases/{logged.pk}/file/?stream=other").status_code == 404


def test_pages_follow_one_another(client, judge, line, flagged_case):
    log.write_many(
        [replace(line, at=line.at + timedelta(seconds=n), content=f"事项{n}。") for n in range(PAGE + 1)]
    )
    client.force_login(judge)
    assert f"事项{PAGE}。" in page_of(client)
    assert "事项0。" not in page_of(client)
    assert "事项0。" in page_of(client, f"?case={flagged_case.pk}&page=2")


def test_the_page_costs_the_same_however_long(client, judge, line, costs_the_same):
    log.write_many([line])
    client.force_login(judge)
    costs_the_same(lambda: client.get(LOG), grow=lambda: log.write_many([line] * 20))


def test_of_what_was_done_at_one_moment_the_last_comes_first(client, president, line, flagged_case):
    log.write_many([replace(line, content=f"第{place}步") for place in range(1, 7)])
    client.force_login(president)
    shown = client.get(f"{LOG}?case={flagged_case.pk}").context["lines"]
    assert [each.entry.content for each in shown] == [f"第{place}步" for place in range(6, 0, -1)]
