"""The trail on pages: one's own court's, and a case's own; nothing about a sealed case to who may not see it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from audit import trail
from courts.models import Posting
from dashboard.acts import ACTS
from dashboard.trail_views import PAGE

HOUSE = Path(__file__).resolve().parents[2]
ROOMS = [
    "pipeline",
    "dashboard",
    "ingest",
    "alerts",
    "supervision",
    "deviation",
    "quota",
    "precedents",
    "cases",
    "catalogues",
    "courts",
]


@pytest.fixture
def recorded(judge, file_case, outsider, now):
    """Entries about a case, about a sealed case, and of another court."""
    case, sealed = file_case(), file_case(sealed="juvenile")
    trail.record("cases.pause_clock", on=case, by=judge, at=now, because="委托鉴定")
    trail.record("cases.pause_clock", on=sealed, by=judge, at=now, because="涉密理由")
    trail.record("courts.logout", on=outsider, by=outsider, at=now)
    return case, sealed


def page_of(client, query="", **kwargs) -> str:
    return client.get(f"/trail/{query}", **kwargs).content.decode()


def test_the_president_sees_what_was_done_in_the_court_and_nothing_of_a_sealed_case(
    client, president, recorded
):
    client.force_login(president)
    page = page_of(client)
    assert "委托鉴定" in page
    assert recorded[0].number in page
    assert "涉密理由" not in page
    assert recorded[1].number not in page
    assert "外院院长" not in page


def test_entries_from_before_a_case_was_sealed_are_hidden_too(client, president, recorded):
    case, _ = recorded
    case.sealed = "juvenile"
    case.save()
    client.force_login(president)
    assert "委托鉴定" not in page_of(client)


def test_discipline_sees_that_something_was_done_but_not_what_about(client, post, recorded):
    client.force_login(post("discipline"))
    page = page_of(client)
    assert "登记暂停计时" in page
    assert "委托鉴定" not in page
    assert recorded[0].number not in page


@pytest.mark.parametrize("role", ["judge", "division_head", "itadmin", "clerk", "superior"])
def test_other_posts_do_not_open_the_trail_of_the_court(client, post, role):
    client.force_login(post(role))
    assert client.get("/trail/").status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?person=周", True),
        ("?person=王", False),
        ("?act=cases.pause_clock", True),
        ("?act=courts.logout", False),
        ("?outcome=refused", False),
        ("?number=民初1", True),
        ("?number=民初99", False),
        ("?since=2020-01-01&until=2020-01-02", False),
        ("?since=never", False),
        ("?before=99999999999999999999999", False),
    ],
)
def test_filters_find_what_they_say(client, president, recorded, query, found):
    client.force_login(president)
    assert ("委托鉴定" in page_of(client, query)) is found


def test_the_judge_sees_the_trail_of_the_own_case_and_who_read_it(client, judge, president, recorded, now):
    case, sealed = recorded
    trail.record_reading(case, by=president, at=now)
    client.force_login(judge)
    page = client.get(f"/trail/of-case/{case.pk}/").content.decode()
    assert "查阅案件" in page
    assert "郑院长" in page
    assert "涉密理由" in client.get(f"/trail/of-case/{sealed.pk}/").content.decode()


def test_the_trail_of_a_case_is_for_who_sees_the_case(client, outsider, president, recorded):
    case, sealed = recorded
    client.force_login(outsider)
    assert client.get(f"/trail/of-case/{case.pk}/").status_code == 404
    client.force_login(president)
    assert client.get(f"/trail/of-case/{sealed.pk}/").status_code == 404


def test_a_fragment_is_no_page(client, judge, recorded):
    client.force_login(judge)
    part = client.get(f"/trail/of-case/{recorded[0].pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_pages_follow_one_another_without_gap(client, judge, president, file_case, now):
    case = file_case()
    for number in range(PAGE + 3):
        trail.record(
            "cases.record_event",
            on=case,
            by=judge,
            at=now + timedelta(seconds=number),
            because=f"事项{number}。",
        )
    client.force_login(president)
    first = client.get("/trail/")
    second = page_of(client, f"?{first.context['older_query']}")
    assert "事项3。" in first.content.decode()
    assert "事项2。" not in first.content.decode()
    assert "事项2。" in second
    assert "更早的记录" not in second


def test_the_page_costs_the_same_however_long(client, judge, president, file_cases, now, costs_the_same):
    client.force_login(president)

    def grow():
        for case in file_cases(20):
            trail.record("cases.record_event", on=case, by=judge, at=now)

    grow()
    costs_the_same(lambda: client.get("/trail/"), grow=grow)


def test_a_post_elsewhere_opens_the_trail_elsewhere_and_not_here(client, president, recorded, upper_court):
    Posting.objects.filter(user=president).update(court=upper_court)
    client.force_login(president)
    assert "委托鉴定" not in page_of(client)


def test_every_act_recorded_anywhere_has_a_name_people_understand():
    named = r"(?:record\(\s*|Refused\([^)]*?act=|\bact=|\bact = |\bACT = )\"([a-z]+\.[a-z_]+)\""
    sources = [path.read_text() for room in ROOMS for path in (HOUSE / room).rglob("*.py")]
    recorded = {act for source in sources for act in re.findall(named, source)}
    assert len(recorded) > 30
    assert recorded <= set(ACTS)
    assert not [label for label in ACTS.values() if str(label).isascii()]


def test_what_was_recorded_is_told_in_the_words_of_the_pages(client, president, judge, file_case, now):
    case = file_case()
    after = {"ground": "appraisal", "starts_on": "2026-03-02", "resumes_on": None}
    trail.record("cases.exclude_days", on=case, by=judge, at=now, after=after)
    trail.record(
        "cases.convert_procedure", on=case, by=judge, at=now, after={"odd": True, "procedure": "summary"}
    )
    client.force_login(president)
    page = page_of(client)
    assert "事由：鉴定期间；起日：2026-03-02；恢复日：—" in page
    assert "odd：是；审判程序：简易程序" in page
