"""Who may state which fact of which case, what a value must be, and that a secret statement betrays itself nowhere."""

from __future__ import annotations

import pytest
from django.http import Http404

from audit.models import Entry
from audit.trail import Refused
from cases.models import Change
from catalogues import library
from courts.models import Court
from supervision.facts import facts_of, refresh_facts
from supervision.models import SecretFacts, Statement
from supervision.statements import (
    blind_facts,
    case_by_number,
    may_state,
    problem_of,
    readable,
    state_fact,
    stated_by,
    withdraw_statement,
)

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def petition(post):
    return post("petition", "信访办陆")


@pytest.fixture
def tell(file_case, now):
    """``tell(case, "panel_dissent", True, judge)``: the fact stated."""

    def state(case, fact, value, by, basis="合议庭笔录"):
        return state_fact(case=case, fact=fact, value=value, basis=basis, by=by, at=now)

    return state


def refused(act) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


# --- who may -------------------------------------------------------------------------------------------------
def test_whoever_the_catalogue_names_may_state_a_fact_within_their_reach_and_nobody_else(
    file_case,
    judge,
    division_head,
    president,
    trial_office,
    outsider,
    post,
    petition,
    discipline,
    upper_court,
):
    case = file_case()
    people = {
        "judge": judge, "division_head": division_head, "president": president, "trial_office": trial_office,
        "petition": petition, "discipline": discipline, "superior": post("superior", at=upper_court),
    }  # fmt: skip
    for name, fact in library.rule_facts().items():
        assert {role for role, person in people.items() if may_state(person, name, case)} == {
            *fact.stated_by
        } & {*people}
        assert not may_state(outsider, name, case)


def test_another_judge_of_the_division_states_nothing(file_case, post, division):
    assert not may_state(post("judge", division=division), "panel_dissent", file_case())


def test_the_filing_desk_states_while_the_case_has_no_judge(file_case, filing):
    assert may_state(filing, "victim_n", file_case(judge=None))
    assert not may_state(filing, "victim_n", file_case())


def test_a_derived_fact_is_nobodys_to_state(file_case, judge, tell):
    refusal = refused(lambda: tell(file_case(), "months_pending", 1.0, judge))
    assert refusal.status == 403
    assert not Statement.objects.exists()


def test_who_sees_no_cases_states_by_number_in_their_own_court_alone(file_case, petition, upper_court):
    assert {fact.name for fact in blind_facts(petition)} >= {"petition_n", "media_heat", "opinion_alert"}
    case, elsewhere, sealed = file_case(), file_case(court=upper_court), file_case(sealed="juvenile")
    assert case_by_number(petition, f" {case.number.replace('（', '(')} ") == case
    assert case_by_number(petition, elsewhere.number) is None
    assert case_by_number(petition, sealed.number) is None
    assert not may_state(petition, "petition_n", sealed)
    assert not may_state(petition, "petition_n", elsewhere)


def test_a_judge_states_nothing_by_number(judge, file_case):
    assert blind_facts(judge) == []
    assert case_by_number(judge, file_case().number) is None
    assert "panel_dissent" in {fact.name for fact in stated_by(judge)}


# --- what a value must be ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        ("victim_n", -1, "应在 0 至"),
        ("victim_n", 3_000_000_000, "应在 0 至"),
        ("victim_n", 2.5, "整数"),
        ("victim_n", True, "整数"),
        ("victim_n", None, "请填写被害人人数"),
        ("similar_conflict_share", 60, "应在 0 至 1 之间"),
        ("similar_conflict_share", float("nan"), "类案占比"),
        ("media_heat", 101, "应在 0 至 100 之间"),
        ("panel_dissent", "是", "合议庭重大分歧"),
        ("proposed_outcome", "fine", "拟裁判结果"),
        ("sensitive_tags", ["gold"], "敏感事项"),
        ("sensitive_tags", "ethnic", "敏感事项"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_one_sentence(fact, value, words):
    assert words in problem_of(library.rule_facts()[fact], value)


@pytest.mark.parametrize(
    ("fact", "value"),
    [("victim_n", 0), ("similar_conflict_share", 0.6), ("media_heat", 100), ("proposed_outcome", "none"), ("sensitive_tags", [])],
)  # fmt: skip
def test_a_value_that_can_be_is_taken(fact, value):
    assert problem_of(library.rule_facts()[fact], value) == ""


def test_a_statement_needs_its_basis(file_case, judge, tell):
    assert (
        refused(lambda: tell(file_case(), "panel_dissent", True, judge, basis=" ")).sentence == "请填写依据"
    )
    assert (
        "300" in refused(lambda: tell(file_case(), "panel_dissent", True, judge, basis="长" * 301)).sentence
    )


# --- what it leaves ------------------------------------------------------------------------------------------------
def test_a_statement_leaves_a_trace_and_has_the_case_screened_again(file_case, judge, tell):
    case = file_case()
    tell(case, "panel_dissent", True, judge)
    entry = Entry.objects.get(act="supervision.state_fact")
    assert (entry.case_id, entry.because, entry.secret) == (case.pk, "合议庭笔录", False)
    assert entry.after == {"fact": "panel_dissent", "value": True}
    assert Change.objects.filter(case_id=case.pk).count() == 1


def test_stating_the_same_twice_is_the_same_as_once_and_something_else_takes_its_place(
    file_case, judge, tell
):
    case = file_case()
    first = tell(case, "panel_dissent", True, judge)
    assert tell(case, "panel_dissent", True, judge) == first
    assert Entry.objects.filter(act="supervision.state_fact").count() == 1
    second = tell(case, "panel_dissent", False, judge)
    first.refresh_from_db()
    assert first.withdrawn_at is not None
    assert list(Statement.objects.standing()) == [second]


def test_a_withdrawn_statement_counts_no_more_and_says_why(file_case, judge, tell, now, monday):
    case = file_case()
    told = tell(case, "panel_dissent", True, judge)
    refresh_facts([case.pk], monday)
    withdraw_statement(statement=told, reason="误填", by=judge, at=now)
    withdraw_statement(statement=told, reason="误填", by=judge, at=now)
    refresh_facts([case.pk], monday)
    assert "panel_dissent" not in facts_of(case.pk)
    assert Statement.objects.get().withdrawn_because == "误填"
    assert Entry.objects.filter(act="supervision.withdraw_statement").count() == 1


def test_a_statement_of_a_case_one_does_not_see_is_one_there_is_not(file_case, judge, outsider, tell, now):
    told = tell(file_case(), "panel_dissent", True, judge)
    with pytest.raises(Http404):
        withdraw_statement(statement=told, reason="误填", by=outsider, at=now)


def test_who_sees_a_statement_but_may_not_make_it_does_not_take_it_back(
    file_case, judge, president, tell, now
):
    told = tell(file_case(), "panel_dissent", True, judge)
    assert (
        refused(lambda: withdraw_statement(statement=told, reason="误填", by=president, at=now)).status == 403
    )


# --- secret ---------------------------------------------------------------------------------------------------------
def test_a_secret_statement_is_read_by_those_who_keep_secrets_and_by_nobody_else(
    file_case, judge, division_head, president, discipline, trial_office, outsider, tell, monday
):
    case = file_case()
    tell(case, "complaint_realname_leads", True, discipline, basis="实名举报信")
    refresh_facts([case.pk], monday)
    everything = Statement.objects.all()
    assert readable(discipline, everything).exists()
    assert readable(president, everything).exists()
    for person in (judge, division_head, trial_office, outsider):
        assert not readable(person, everything).exists()
        assert not Statement.objects.visible_to(person).exists()
    assert SecretFacts.objects.get().complaint_realname_leads is True
    assert "complaint_realname_leads" not in facts_of(case.pk)
    assert Entry.objects.get(act="supervision.state_fact").secret is True


def test_a_president_who_tries_the_case_does_not_read_what_is_said_of_it(
    file_case, president, discipline, tell
):
    case = file_case(presiding=president)
    tell(case, "complaint_realname_leads", True, discipline)
    assert not readable(president, Statement.objects.all()).exists()


def test_a_secret_value_that_is_refused_leaves_a_secret_trace(file_case, discipline, tell):
    refusal = refused(lambda: tell(file_case(), "complaint_realname_leads", "是", discipline))
    assert refusal.secret


def test_a_public_statement_by_number_is_seen_by_its_author_until_the_case_is_sealed(
    file_case, petition, tell
):
    case = file_case()
    tell(case, "petition_n", 3, petition, basis="来访登记")
    assert readable(petition, Statement.objects.all()).exists()
    case.sealed = "state_secret"
    case.save()
    assert not readable(petition, Statement.objects.all()).exists()


def test_a_person_who_left_the_court_no_longer_reads_what_they_stated(file_case, petition, tell):
    tell(file_case(), "petition_n", 3, petition)
    petition.postings.update(court=Court.objects.get(code="川1503"))
    del petition.seats
    assert not readable(petition, Statement.objects.all()).exists()
