"""The sets of monitored nodes, switching between them, and how the nodes of one case stand."""

from datetime import date, timedelta

import pytest
import time_machine

from alerts.models import NodeWatch
from alerts.node_profiles import (
    ALL,
    PROFILES,
    choose_profile,
    difference,
    profile_in_use,
    profile_of,
    warned_of,
)
from alerts.node_states import DONE, NA, OVERDUE, PENDING, SUSPENDED, states_of
from alerts.sources import monitored_rows
from alerts.sweeps import bring_court, courts_to_sweep
from audit.models import Entry
from audit.trail import Refused
from cases.models import Clock, ProcedureEvent
from catalogues.selectors import law_in_use

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-06-30T12:00:00+08:00", tick=False):
        yield TODAY


@pytest.fixture
def law(db):
    return law_in_use()


@pytest.fixture
def state(law):
    """``state(case, "S14")``: how that node of the case stands."""

    def of(case, node, profile=ALL):
        found = {each.node.id: each for each in states_of(case, profile_of(law, profile), TODAY)}
        return found.get(node)

    return of


@pytest.fixture
def clock():
    def create(case, rule, state="running", **fields):
        return Clock.objects.create(case=case, kind="node", rule=rule, state=state, start_on=TODAY, **fields)

    return create


# --- the sets ------------------------------------------------------------------------------------------
def test_the_sets_have_the_published_sizes(law):
    assert {code: len(profile_of(law, code).nodes) for code in ("sz", "gz", "sx", ALL)} == {
        "sz": 24, "gz": 42, "sx": 31, ALL: 71,
    }  # fmt: skip
    assert profile_of(law, "yb").pairs == 182


def test_a_set_warns_of_timed_steps_alone_and_the_whole_set_of_all_of_them(law):
    assert {("N20", "民事"), ("N90", "执行"), ("N68", "刑事")} <= warned_of(law, ALL)
    assert ("N68", "民事") not in warned_of(law, ALL)
    for code in PROFILES:
        assert warned_of(law, code) <= warned_of(law, ALL)
        assert {step for step, _ in warned_of(law, code)} <= set(law.nodes)


def test_the_words_about_a_set_and_the_sweep_follow_one_rule(law):
    rows = {(row["profile"], row["rule"], row["category"]) for row in monitored_rows()}
    for code in ("sz", "gz", "sx", "yb"):
        assert warned_of(law, code) == {pair for pair in warned_of(law, ALL) if (code, *pair) in rows}


def test_a_court_without_a_choice_has_the_catalogues_set(law, court):
    assert profile_in_use(court.pk, law, TODAY) == law.setting("node_profile", TODAY)
    NodeWatch.objects.create(court=court, profile="sz", at="2026-06-30T00:00:00Z")
    assert profile_in_use(court.pk, law, TODAY) == "sz"


def test_what_switching_changes_is_what_differs(law):
    change = difference(law, ALL, "sz", TODAY)
    names = {each.name: each.categories for each in change.fewer}
    assert not change.more and "起诉状副本送达被告" not in names
    assert (
        "民事" not in names["案件归档"] and "破产" in names["案件归档"]
    )  # no node of any set is for these cases
    assert names["上诉状副本送达对方"] == ("民事", "行政")  # N65 is in no published set
    assert difference(law, "sz", ALL, TODAY).more == change.fewer
    assert difference(law, "sz", "sz", TODAY).more == ()


# --- switching -----------------------------------------------------------------------------------------
def test_switching_leaves_a_trace_and_the_court_is_swept_again_the_same_day(court, trial_office, now):
    bring_court(court.pk, TODAY, now)
    assert court.pk not in courts_to_sweep(TODAY)
    choose_profile(court=court, profile="sz", by=trial_office, at=now + timedelta(seconds=1))
    entry = Entry.objects.get(act="alerts.choose_profile")
    assert (entry.after, entry.court_id) == ("sz", court.pk)
    assert court.pk in courts_to_sweep(TODAY)


def test_switching_to_what_is_on_already_changes_nothing(court, trial_office, now):
    for hours in (0, 1):
        choose_profile(court=court, profile="sz", by=trial_office, at=now + timedelta(hours=hours))
    assert Entry.objects.filter(act="alerts.choose_profile").count() == 1
    assert NodeWatch.objects.get().at == now


@pytest.mark.parametrize("person", ["judge", "president", "outsider"])
def test_nobody_else_switches(request, court, person, now):
    with pytest.raises(Refused):
        choose_profile(court=court, profile="sz", by=request.getfixturevalue(person), at=now)
    assert not NodeWatch.objects.exists()


def test_the_office_of_another_court_switches_its_own_alone(court, upper_court, post, client):
    client.force_login(post("trial_office", at=upper_court))
    assert client.post("/alerts/nodes/choose/", {"court": court.pk, "profile": "sz"}).status_code == 403
    assert not NodeWatch.objects.exists()


def test_an_unknown_set_is_refused_in_a_sentence(client, court, trial_office):
    client.force_login(trial_office)
    answer = client.post("/alerts/nodes/choose/", {"court": court.pk, "profile": "xx"})
    assert answer.status_code == 409 and "没有这一监控组" in answer.content.decode()
    for nonsense in ({}, {"court": "x"}, {"court": "999999999", "profile": "sz"}):
        assert client.post("/alerts/nodes/choose/", nonsense).status_code == 404


# --- the page --------------------------------------------------------------------------------------------
def test_the_page_names_nodes_periods_and_basis_and_says_what_a_switch_changes(client, trial_office):
    client.force_login(trial_office)
    page = client.get("/alerts/nodes/?profile=sz").content.decode()
    for said in (
        "切换为关键节点组",
        "不再预警",
        "上诉状副本送达对方（民事、行政）",
        "起诉状副本送达",
        "民诉法",
        "本院使用的监控组",
    ):
        assert said in page, said
    assert page.count('scope="row"') == 24


def test_who_may_not_switch_reads_without_a_button(client, judge):
    client.force_login(judge)
    page = client.get("/alerts/nodes/?profile=sz").content.decode()
    assert "翠屏区" in page and "切换为" not in page


def test_after_switching_the_page_says_so(client, trial_office, court):
    client.force_login(trial_office)
    answer = client.post("/alerts/nodes/choose/", {"court": court.pk, "profile": "gz"}, follow=True)
    assert "监控组已切换" in answer.content.decode()
    assert NodeWatch.objects.get(court=court).profile == "gz"


def test_posts_that_have_nothing_to_do_with_cases_do_not_see_it(client, post):
    client.force_login(post("petition"))
    assert client.get("/alerts/nodes/").status_code == 403


# --- the nodes of one case --------------------------------------------------------------------------------
def test_a_step_whose_day_has_passed_is_overdue_and_one_to_come_is_pending(file_case, clock, state):
    case = file_case()
    clock(case, "N20", due_on=TODAY - timedelta(days=1))
    clock(case, "N90", due_on=TODAY + timedelta(days=9))
    assert (state(case, "S14").state, state(case, "S14").due_on) == (OVERDUE, TODAY - timedelta(days=1))
    assert state(case, "S68").state == PENDING


def test_a_step_due_today_is_not_overdue(file_case, clock, state):
    case = file_case()
    clock(case, "N20", due_on=TODAY)
    assert state(case, "S14").state == PENDING


def test_a_step_done_late_is_done_and_says_so(file_case, clock, state):
    case = file_case()
    clock(case, "N20", "met", due_on=TODAY - timedelta(days=9), met_on=TODAY - timedelta(days=2))
    found = state(case, "S14")
    assert (found.state, found.met_on, found.was_late) == (DONE, TODAY - timedelta(days=2), True)


def test_of_two_turns_the_one_still_owed_decides(file_case, clock, state):
    case = file_case()
    clock(case, "N20", "met", due_on=TODAY, met_on=TODAY)
    clock(case, "N20", turn=1, due_on=TODAY - timedelta(days=1))
    assert state(case, "S14").state == OVERDUE


def test_a_node_without_a_clock_is_done_by_its_event(file_case, state, law):
    case = file_case()
    node = next(
        node
        for node in law.monitored.values()
        if node.events and not node.limits and "民事" in node.categories
    )
    assert state(case, node.id).state == PENDING
    event = ProcedureEvent.objects.create(case=case, node=node.events[0], on=TODAY - timedelta(days=3))
    assert (state(case, node.id).state, state(case, node.id).met_on) == (DONE, event.on)


def test_an_event_withdrawn_or_still_to_come_does_not_count(file_case, state, law, now):
    case = file_case()
    node = next(node for node in law.monitored.values() if "开庭" in node.events and not node.limits)
    ProcedureEvent.objects.create(case=case, node="开庭", on=TODAY, withdrawn_at=now)
    ProcedureEvent.objects.create(case=case, node="开庭", on=TODAY + timedelta(days=2))
    assert state(case, node.id).state == PENDING


def test_a_period_to_answer_is_not_over_because_it_has_begun(file_case, state):
    case = file_case()
    ProcedureEvent.objects.create(case=case, node="送达副本", on=TODAY)
    assert (state(case, "S15").state, state(case, "S13").state) == (PENDING, DONE)


def test_a_day_counted_back_that_has_passed_is_no_breach(file_case, clock, state):
    case = file_case()
    Clock.objects.create(
        case=case,
        kind="derived",
        rule="N53",
        state="running",
        backwards=True,
        due_on=TODAY - timedelta(days=1),
    )
    assert state(case, "S42").state == NA
    Clock.objects.filter(case=case).update(due_on=TODAY)
    assert state(case, "S42").state == PENDING


def test_a_case_that_is_paused_suspends_what_is_not_done(file_case, state):
    case = file_case()
    Clock.objects.create(case=case, kind="statutory", rule="civ_first_ordinary", state="paused")
    assert state(case, "S51").state == SUSPENDED


def test_a_node_that_is_only_listed_does_not_apply(file_case, state, law):
    node = next(
        node
        for node in law.monitored.values()
        if not node.limits and not node.events and "民事" in node.categories
    )
    assert state(file_case(), node.id).state == NA


def test_nodes_of_other_categories_are_not_shown(file_case, state):
    assert state(file_case(), "S61") is None  # enforcement
    assert state(file_case(category="执行", type_code="执"), "S61") is not None


def test_retrial_reviews_and_commutations_have_nodes_of_their_own(file_case, state):
    assert state(file_case(type_code="刑更", category="刑事"), "S71") is not None
    assert state(file_case(type_code="刑初", category="刑事"), "S71") is None
    assert state(file_case(type_code="民申"), "S14") is None


def test_the_part_of_the_case_page_shows_the_set_of_its_court(client, judge, court, file_case):
    NodeWatch.objects.create(court=court, profile="sz", at="2026-06-30T00:00:00Z")
    case = file_case()
    client.force_login(judge)
    part = client.get(f"/alerts/case/{case.pk}/nodes/").content.decode()
    assert "<html" not in part and "关键节点组" in part and "起诉状副本送达(5日)" not in part
    assert f'hx-get="/alerts/case/{case.pk}/nodes/"' in client.get(f"/cases/{case.pk}/").content.decode()


def test_the_part_shows_what_is_under_way_and_folds_the_rest(client, judge, file_case, clock):
    case = file_case()
    clock(case, "N20", due_on=TODAY - timedelta(days=1))
    client.force_login(judge)
    part = client.get(f"/alerts/case/{case.pk}/nodes/").content.decode()
    table, folded = part.split("<details>")
    assert "起诉状副本送达(5日)" in table and "■ 逾期" in table
    assert "卷宗归档" not in table and "卷宗归档" in folded


def test_the_part_costs_the_same_however_many_clocks_and_events(
    client, judge, file_case, clock, costs_the_same
):
    case = file_case()
    client.force_login(judge)

    def grow():
        for turn in range(1, 8):
            clock(case, "N20", turn=turn, due_on=TODAY)
            ProcedureEvent.objects.create(case=case, node="开庭", on=TODAY - timedelta(days=turn))

    clock(case, "N20", due_on=TODAY)
    costs_the_same(lambda: client.get(f"/alerts/case/{case.pk}/nodes/"), grow=grow)


@pytest.mark.parametrize("asked", ["9" * 5000, "²", "", "\0"])
def test_a_court_that_cannot_be_is_not_found(client, trial_office, asked):
    client.force_login(trial_office)
    assert client.post("/alerts/nodes/choose/", {"court": asked, "profile": "sz"}).status_code == 404
