"""A rule held against the past: what is counted, that it runs once and to its end, and that nothing secret is told by it."""

from __future__ import annotations

import os
import re
from contextlib import closing
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from audit.models import Entry
from audit.trail import Refused
from cases.models import Case
from courts.models import Court, FixedDay
from supervision import replay_result, rules, tasks
from supervision.evidence import evidence_of
from supervision.facts import refresh_facts
from supervision.models import CaseFacts, Flag, Replay, RuleVersion, SecretFacts
from supervision.replay import GIVEN_UP, ask_replay, left_behind, run_replay
from supervision.replay_counting import Month, a_week, idle_parts, months_upto, parts_of
from supervision.replay_difference import compare_version, difference, has_moved
from supervision.rule_approval import is_compared
from tests.conftest import connection_to, owner_connection

TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
MANY = {"f": "same_side_max", "op": "gte", "v": 20}
SECRET = {"f": "inspection_finding", "op": "is_true"}


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """The queue takes note and does nothing."""
    sent = []
    monkeypatch.setattr(tasks.replay_rule, "delay_on_commit", lambda *args: sent.append(args))
    monkeypatch.setattr(tasks.replay_rule, "delay", lambda *args: sent.append(args))
    return sent


def in_force(code="B01"):
    return RuleVersion.objects.select_related("rule__court").get(
        rule__code=code, rule__court=None, status="in_force"
    )


@pytest.fixture
def draft(trial_office, now):
    """B01 asks for twenty instead of ten."""
    version = rules.draft_version(rule=in_force().rule, by=trial_office, at=now)
    said = {"condition": MANY, "effective_from": TODAY}
    return rules.edit_version(version=version, said=said, by=trial_office, at=now)


@pytest.fixture
def docket(file_case):
    """Cases of 1, 12, 25 people of which some are closed, filed over two years."""
    cases = [
        file_case(
            filed_on=TODAY - timedelta(40 * place + 3),
            closed_on=TODAY - timedelta(40 * place - 60) if place % 3 and place > 1 else None,
            plaintiffs=[1, 12, 25][place // 3 % 3] if place < 27 else 30,
        )
        for place in range(30)
    ]  # fmt: skip
    refresh_facts(None, TODAY)
    return cases


@pytest.fixture
def ran(draft, docket, court, trial_office):
    """The draft replayed in its court."""
    replay = ask_replay(version=draft, court=court, by=trial_office, at=NOW)
    assert run_replay(replay.pk, lambda: NOW)
    return Replay.objects.get(pk=replay.pk)


def refused(status, word=""):
    return pytest.raises(Refused, match=word or None, check=lambda wrong: wrong.status == status)


def pending_in(case: Case, month: Month) -> bool:
    return case.filed_on <= month.last and (case.closed_on is None or case.closed_on >= month.first)


# --- what is counted ---------------------------------------------------------------------------------------
def test_the_counts_are_those_of_going_through_every_month_by_hand(ran, docket, court):
    months, result = months_upto(TODAY, 24), ran.result
    hit = {case.pk for case in docket if case.plaintiffs >= 20}
    old = {case.pk for case in docket if case.plaintiffs >= 10}
    by_hand = [[case.pk for case in docket if pending_in(case, month)] for month in months]
    assert [month["name"] for month in result["months"]] == [f"{month.first:%Y-%m}" for month in months]
    assert result["pending"] == [len(cases) for cases in by_hand]
    assert result["draft"]["hits"] == [len(hit & set(cases)) for cases in by_hand]
    assert result["standing"]["hits"] == [len(old & set(cases)) for cases in by_hand]
    seen: set[int] = set()
    first = []
    for cases in by_hand:
        first.append(len((hit & set(cases)) - seen))
        seen |= hit & set(cases)
    assert result["draft"]["first"] == first and sum(first) == result["draft"]["cases"] == len(seen) > 3
    assert result["draft"]["by_court"] == {str(court.pk): result["draft"]["hits"]}
    assert result["new"] == {"count": 0, "cases": []}
    lost = {pk for cases in by_hand for pk in cases} & (old - hit)
    assert result["lost"] == {"count": len(lost), "cases": sorted(lost, reverse=True)} and lost


def test_it_says_which_other_rules_hit_the_same_cases_and_how_many(
    draft, docket, court, trial_office, rule_of
):
    rule_of("B07", condition={"f": "same_side_max", "op": "gte", "v": 12})
    rule_of("B08", condition={"f": "same_side_max", "op": "gte", "v": 30})
    rule_of("B09", condition={"f": "same_side_max", "op": "lt", "v": 2})
    result = replay_result.replayed(version=draft, court_ids=[court.pk], months=months_upto(TODAY, 24))
    found = {one["code"]: (one["both"], one["theirs"]) for one in result["overlap"]}
    mine = result["draft"]["cases"]
    assert found["B07"] == (mine, result["standing"]["cases"])
    assert found["B08"] == (1, 1) and "B09" not in found and "B01" not in found


def test_it_says_which_parts_never_held_and_how_complete_the_facts_were(
    docket, court, trial_office, now, draft
):
    condition = {"any": [MANY, {"f": "petition_n", "op": "gte", "v": 1}, {"f": "same_side_max", "op": "gt", "v": 500},
                         {"all": [{"f": "same_side_max", "op": "lt", "v": 5}, {"f": "same_side_max", "op": "gt", "v": 15}]}]}  # fmt: skip
    version = rules.edit_version(version=draft, said={"condition": condition}, by=trial_office, at=now)
    result = replay_result.replayed(version=version, court_ids=[court.pk], months=months_upto(TODAY, 24))
    assert [(one["why"], one["is_group"]) for one in result["idle"]] == [
        ("unknown", False),
        ("never", False),
        ("never", True),
    ]
    assert "500" in result["idle"][1]["said"]
    said = {one["name"]: one for one in result["facts"]}
    assert said["petition_n"]["known"] == 0 < said["same_side_max"]["known"] == sum(result["pending"])
    assert (said["petition_n"]["how"], said["same_side_max"]["how"]) == ("told", "today")


def test_the_rate_leaves_out_the_stock_found_at_the_start_and_the_month_that_is_not_over():
    months = months_upto(date(2026, 6, 12), 8)
    assert not months[-1].is_whole and months[-1].days == 12 and months[0].first == date(2025, 11, 1)
    rate = a_week(months, [500, 31, 0, 0, 0, 0, 31, 900])
    days = sum(month.days for month in months[1:-1])
    assert (
        rate == {"mean": round(7 * 62 / days, 1), "low": 0.0, "high": rate["high"], "months": 6}
        and 0 < rate["high"] <= 7.1
    )
    assert a_week(months_upto(date(2026, 6, 12), 2), [5, 5]) is None


def test_a_group_is_called_idle_only_where_its_own_leaves_held():
    read = replay_result.condition_of(in_force())
    parts = [part for _, part in parts_of(read)]
    assert idle_parts([(part, 0) for part in parts], {"case_type": 5, "same_side_max": 0}) == [
        (1, "never"),
        (2, "unknown"),
    ]
    assert idle_parts([(parts[0], 0), (parts[1], 3), (parts[2], 2)], {}) == [(0, "never")]


# --- it runs once, and to its end ----------------------------------------------------------------------------------
def test_the_same_content_and_period_asked_twice_is_one_replay(ran, draft, court, trial_office, now):
    assert ask_replay(version=draft, court=court, by=trial_office, at=now) == ran
    assert Entry.objects.filter(act="supervision.ask_replay").count() == 1
    edited = rules.edit_version(version=draft, said={"note": "另一内容"}, by=trial_office, at=now)
    assert ask_replay(version=edited, court=court, by=trial_office, at=now) != ran


def test_so_it_is_not_when_another_rule_or_number_came_into_force_meanwhile(
    ran, draft, court, trial_office, rule_of, now
):
    rule_of("B07", condition=MANY)
    assert ask_replay(version=draft, court=court, by=trial_office, at=now) != ran


def test_the_page_says_when_another_rule_or_number_came_into_force_since(
    ran, draft, client, trial_office, rule_of
):
    client.force_login(trial_office)
    address = reverse("supervision:replay", args=[draft.pk])
    assert "以下是变化前的结果" not in text_of(client.get(address))
    rule_of("B07", condition=MANY)
    assert "以下是变化前的结果" in text_of(client.get(address))


def test_what_was_edited_before_it_began_is_not_run(draft, court, trial_office, now):
    replay = ask_replay(version=draft, court=court, by=trial_office, at=NOW)
    rules.edit_version(version=draft, said={"note": "另一内容"}, by=trial_office, at=now)
    run_replay(replay.pk, lambda: NOW)
    replay.refresh_from_db()
    assert (replay.state, replay.result) == ("failed", None) and "修改" in replay.problem


def die_in(monkeypatch, place, death):
    """The worker dies in the middle of that month."""
    ask = replay_result.ask_month

    def ask_until(past, month, *rest):
        if month == place:
            death()
        ask(past, month, *rest)

    monkeypatch.setattr(replay_result, "ask_month", ask_until)


@pytest.mark.django_db(transaction=True)
def test_a_replay_whose_worker_was_killed_is_taken_up_again_from_its_beginning(
    draft, docket, court, trial_office, monkeypatch
):
    replay = ask_replay(version=draft, court=court, by=trial_office, at=NOW)

    def end_the_session():
        pid = connection.connection.get_backend_pid()
        with closing(connection_to(os.environ["DATABASE_URL"])) as link, link.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    with monkeypatch.context() as patched:
        die_in(patched, 9, end_the_session)
        with pytest.raises(OperationalError):
            run_replay(replay.pk, lambda: NOW)
    connection.close()
    replay.refresh_from_db()
    assert replay.state == "running" and 0 < replay.progress < 50 and replay.attempts == 1
    assert left_behind(NOW + timedelta(seconds=30)) == [] and left_behind(NOW + timedelta(minutes=2)) == [
        replay.pk
    ]
    assert run_replay(replay.pk, lambda: NOW)
    replay.refresh_from_db()
    assert (replay.state, replay.progress, replay.attempts) == ("done", 100, 2)
    assert sum(replay.result["draft"]["hits"]) > 0 and not run_replay(replay.pk, lambda: NOW)


def test_one_that_never_gets_through_is_given_up_and_may_be_asked_anew(
    draft, court, trial_office, monkeypatch
):
    replay = ask_replay(version=draft, court=court, by=trial_office, at=NOW)

    def stop():
        raise SystemExit

    die_in(monkeypatch, 3, stop)
    for _ in range(3):
        with pytest.raises(SystemExit):
            run_replay(replay.pk, lambda: NOW)
    run_replay(replay.pk, lambda: NOW)
    replay.refresh_from_db()
    assert (replay.state, replay.problem) == ("failed", GIVEN_UP)
    assert ask_replay(version=draft, court=court, by=trial_office, at=NOW).state == "waiting"


def test_two_workers_do_not_run_the_same_replay(draft, court, trial_office):
    replay = ask_replay(version=draft, court=court, by=trial_office, at=NOW)
    with owner_connection() as link, link.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [0x6D70, replay.pk])
        assert not run_replay(replay.pk, lambda: NOW)
    link.close()
    replay.refresh_from_db()
    assert (replay.state, replay.attempts) == ("waiting", 0)


def test_what_lies_about_is_asked_for_again(draft, court, trial_office, quiet):
    replay = ask_replay(version=draft, court=court, by=trial_office, at=NOW - timedelta(days=400))
    assert tasks.resume_replays() == 1 and quiet == [(replay.pk,)]


# --- secrecy ----------------------------------------------------------------------------------------------------
def test_a_secret_rule_is_not_replayed_and_the_page_says_why(rule_of, court, trial_office, client, now):
    version = rules.draft_version(rule=rule_of("D03").rule, by=trial_office, at=now)
    with refused(409, "涉密"):
        ask_replay(version=version, court=court, by=trial_office, at=now)
    client.force_login(trial_office)
    answer = client.get(reverse("supervision:replay", args=[version.pk]))
    assert answer.status_code == 409 and "涉密" in answer.content.decode()


def test_no_secret_rule_and_no_secret_fact_is_read_beside_it(ran, draft, docket, court, rule_of):
    for case in docket:
        SecretFacts.objects.create(case=case, inspection_finding=True)
    secret = rule_of("D09", condition=SECRET, secret=True)
    with CaptureQueriesContext(connection) as asked:
        result = replay_result.replayed(version=draft, court_ids=[court.pk], months=months_upto(TODAY, 24))
        difference(draft, TODAY)
    everything = "".join(query["sql"] for query in asked.captured_queries)
    assert "supervision_secretfacts" not in everything and "inspection_finding" not in everything
    assert secret.rule.code not in {one["code"] for one in result["overlap"]}


# --- scope -----------------------------------------------------------------------------------------------------
def test_who_makes_no_rules_in_a_court_replays_none_there(
    draft, docket, court, upper_court, judge, president, post, now
):
    for person in (judge, post("judge"), post("trial_office", at=Court.objects.get(code="川1503"))):
        with refused(403):
            ask_replay(version=draft, court=court, by=person, at=now)
    with refused(403):
        ask_replay(version=draft, court=upper_court, by=president, at=now)


def test_the_court_above_counts_the_courts_below_and_a_court_counts_itself_alone(
    draft, docket, court, upper_court, post, file_case
):
    case = file_case(court=upper_court, division=None, judge=None, plaintiffs=40)
    refresh_facts([case.pk], TODAY)
    above = post("trial_office", at=upper_court)
    replay = ask_replay(version=draft, court=upper_court, by=above, at=NOW)
    run_replay(replay.pk, lambda: NOW)
    replay.refresh_from_db()
    assert {int(pk) for pk in replay.result["draft"]["by_court"]} == {court.pk, upper_court.pk}
    assert court.pk in replay.result["courts"] and len(replay.result["courts"]) > 5


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def test_the_page_lists_cases_to_those_who_may_see_them_and_counts_for_the_others(
    ran, draft, client, trial_office, post
):
    lost = Case.objects.filter(pk__in=ran.result["lost"]["cases"])
    client.force_login(trial_office)
    page = client.get(reverse("supervision:replay", args=[draft.pk]))
    assert page.status_code == 200 and all(case.number in page.content.decode() for case in lost)
    sealed = lost[0]
    Case.objects.filter(pk=sealed.pk).update(sealed="juvenile", readers=[trial_office.pk])
    text = text_of(client.get(reverse("supervision:replay", args=[draft.pk])))
    assert sealed.number not in text and "另有 1 件不在您可查看的范围" in text
    administrator = post("itadmin")
    client.force_login(administrator)
    answer = client.get(reverse("supervision:replay", args=[draft.pk]))
    assert answer.status_code == 200 and not [case for case in lost if case.number in answer.content.decode()]
    assert f"{lost.count()} 件" in text_of(answer)


def test_the_page_shows_the_progress_and_then_everything(draft, docket, court, client, trial_office, quiet):
    client.force_login(trial_office)
    address = reverse("supervision:replay", args=[draft.pk])
    assert "开始回放" in text_of(client.get(address))
    assert client.post(reverse("supervision:replay-ask", args=[draft.pk])).status_code == 302
    replay = Replay.objects.get()
    assert quiet == [(replay.pk,)] and "排队中" in text_of(client.get(address))
    Replay.objects.update(state="running", progress=40)
    part = client.get(address, headers={"HX-Request": "true"})
    assert "40%" in text_of(part) and b"<html" not in part.content and b"every 2s" in part.content
    Replay.objects.update(state="waiting")
    run_replay(replay.pk, lambda: NOW)
    assert client.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    text = text_of(client.get(address))
    for words in (
        "完成",
        "各月命中",
        "2026-06",
        "预计每周新标识",
        "哪些回不到当时",
        "同一方人数",
        "按今天的数据",
    ):
        assert words in text, words
    assert client.post(reverse("supervision:replay-ask", args=[draft.pk]), follow=True).status_code == 200
    assert Replay.objects.count() == 1


def test_a_draft_is_replayed_by_those_who_prepare_it_alone(draft, client, judge, president, division_head):
    for person, status in ((judge, 403), (division_head, 403), (president, 200)):
        client.force_login(person)
        answer = client.get(reverse("supervision:replay", args=[draft.pk]))
        assert answer.status_code in (status, 404 if status == 403 else status), person


# --- what releasing it would change today ---------------------------------------------------------------------
@pytest.fixture
def approve(president):
    """``approve(draft)``: as if it had gone its way, whatever its examples say."""

    def pass_on(version: RuleVersion) -> RuleVersion:
        row = RuleVersion.objects.filter(pk=version.pk)
        row.update(status="submitted")
        row.update(status="approved", approved_by=president, approved_hash=version.content_hash)
        return row.select_related("rule__court").get()

    return pass_on


@pytest.fixture
def approved(draft, approve):
    return approve(draft)


def test_the_difference_counts_the_open_cases_hit_otherwise_and_the_flags_left_without_a_hit(
    approved, docket, make_flag, post, now
):
    open_cases = [case for case in docket if case.closed_on is None]
    lost = [case for case in open_cases if 10 <= case.plaintiffs < 20]
    sealed, flagged, *_ = lost
    Case.objects.filter(pk=sealed.pk).update(sealed="juvenile")
    make_flag(flagged, "B01", "CONFIRMED")
    make_flag(lost[2], "B01", "REJECTED")
    said = difference(approved, TODAY)
    assert said["new"] == 0 and said["lost"] == len(lost) - 1 and said["flags"] == 1
    assert said["kept"] == len([case for case in open_cases if case.plaintiffs >= 20])
    assert said["lost_cases"] == sorted((case.pk for case in lost[1:]), reverse=True)
    assert (said["hash"], said["against"], said["on"]) == (approved.content_hash, in_force().pk, "2026-06-30")


def test_the_other_way_round_the_same_cases_are_new(draft, approve, docket, trial_office, now):
    said = {"condition": {"f": "same_side_max", "op": "gte", "v": 1}}
    wider = approve(rules.edit_version(version=draft, said=said, by=trial_office, at=now))
    small = [case for case in docket if case.closed_on is None and case.plaintiffs < 10]
    found = difference(wider, TODAY)
    assert found["lost"] == 0 and found["new"] == len(small) > 0


def test_it_says_how_many_cases_somebody_left_out_before_would_be_proposed_again(
    approved, docket, make_flag, client, president, now
):
    """B01 reads two facts, the draft one of them: what was decided on the two is other evidence."""
    case = next(case for case in docket if case.closed_on is None and case.plaintiffs >= 20)
    flag = make_flag(case, "B01", "REJECTED")
    for version, count in ((in_force(), 1), (approved, 0)):
        Flag.objects.filter(pk=flag.pk).update(
            evidence_hash=evidence_of(case.pk, version, {"group_party_n": 10}).digest
        )
        assert difference(approved, TODAY)["again"] == count
    Flag.objects.filter(pk=flag.pk).update(evidence_hash="other")
    compare_version(version=approved, by=president, at=now)
    client.force_login(president)
    assert "1 件以前已经决定不予确认" in text_of(
        client.get(reverse("supervision:rule-release", args=[approved.pk]))
    )


def test_it_is_kept_by_who_releases_and_by_nobody_else(approved, docket, judge, president, now):
    with refused(403):
        compare_version(version=approved, by=judge, at=now)
    compared = compare_version(version=approved, by=president, at=now)
    assert is_compared(compared)
    entry = Entry.objects.get(act="supervision.compare_rule")
    assert entry.after["lost"] == compared.difference["lost"] and "lost_cases" not in entry.after


def test_it_is_made_anew_when_it_is_old_or_the_cases_have_moved_since(
    approved, docket, president, file_cases, now
):
    compared = compare_version(version=approved, by=president, at=now)
    assert not has_moved(compared)
    more = file_cases(6, plaintiffs=12)
    refresh_facts([case.pk for case in more], TODAY)
    assert has_moved(compared)
    FixedDay.objects.update(day=TODAY + timedelta(days=1))
    assert is_compared(compared)
    FixedDay.objects.update(day=TODAY + timedelta(days=2))
    assert not is_compared(compared)


def test_a_release_after_the_cases_moved_shows_the_new_difference_first(
    approved, docket, president, file_cases, client, now
):
    compare_version(version=approved, by=president, at=now)
    more = file_cases(6, plaintiffs=12)
    refresh_facts([case.pk for case in more], TODAY)
    client.force_login(president)
    text = text_of(client.post(reverse("supervision:rule-release", args=[approved.pk]), follow=True))
    assert "已重新比较" in text
    approved.refresh_from_db()
    assert approved.status == "approved" and not has_moved(approved)


def test_courts_whose_profile_leaves_the_rule_out_are_not_compared(approved, docket, monkeypatch):
    monkeypatch.setattr("supervision.replay_difference.applies_in", lambda version, book: False)
    assert difference(approved, TODAY)["lost"] == 0
    assert CaseFacts.objects.filter(closed=False).exists()
