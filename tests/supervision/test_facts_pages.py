"""The page of facts, the form by number, and taking a statement back: what each person sees and may do there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalogues import library
from supervision.facts import refresh_facts
from supervision.models import Statement
from supervision.statements import state_fact

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def case(file_case, monday):
    found = file_case(plaintiffs=12, defendants=1, amount=12_000_000)
    refresh_facts([found.pk], monday)
    return found


@pytest.fixture
def petition(post):
    return post("petition", "信访办陆")


def page_of(client, person, case) -> str:
    client.force_login(person)
    return client.get(reverse("supervision:facts", args=[case.pk])).content.decode()


def test_every_open_fact_is_on_the_page_with_its_value_and_origin_or_as_unknown(client, judge, case, now):
    state_fact(case=case, fact="panel_dissent", value=True, basis="评议笔录第三页", by=judge, at=now)
    refresh_facts([case.pk], now.date())
    page = page_of(client, judge, case)
    for fact in library.rule_facts().values():
        assert (fact.label in page) is not fact.secret
    assert "1200万元" in page
    assert "12人" in page
    assert "评议笔录第三页" in page
    assert "案件数据" in page


def test_who_may_state_a_fact_finds_its_form_and_others_read_whose_it_is(client, judge, president, case):
    address = reverse("supervision:state-fact", args=[case.pk, "panel_dissent"])
    assert address in page_of(client, judge, case)
    page = page_of(client, president, case)
    assert address not in page
    assert "由审判长、承办法官填报" in page


def test_stating_on_the_page_keeps_the_value_in_its_type(client, judge, case):
    client.force_login(judge)
    for fact, given, kept in [
        ("panel_dissent", {"value": "no"}, False),
        ("victim_n", {"value": "31"}, 31),
        ("similar_conflict_share", {"value": "0.6"}, 0.6),
        ("proposed_outcome", {"value": "exempt"}, "exempt"),
        ("sensitive_tags", {"value": ["ethnic", "religion"]}, ["ethnic", "religion"]),
        ("party_flags", {}, []),
    ]:
        typed = {f"{fact}-{name}": value for name, value in ({"basis": "卷宗"} | given).items()}
        answer = client.post(reverse("supervision:state-fact", args=[case.pk, fact]), typed)
        assert answer.status_code == 302, answer.content.decode()
        assert Statement.objects.get(fact=fact).value == kept


def test_what_was_typed_stays_when_something_is_wrong(client, judge, case):
    client.force_login(judge)
    typed = {"similar_conflict_share-value": "60", "similar_conflict_share-basis": "类案检索报告"}
    page = client.post(reverse("supervision:state-fact", args=[case.pk, "similar_conflict_share"]), typed)
    assert "应在 0 至 1 之间" in page.content.decode()
    assert "类案检索报告" in page.content.decode()
    assert not Statement.objects.exists()


@pytest.mark.parametrize("fact", ["complaint_realname_leads", "months_pending", "no_such_fact"])
def test_no_address_states_a_secret_a_derived_or_an_unknown_fact(client, judge, case, fact):
    client.force_login(judge)
    assert client.post(reverse("supervision:state-fact", args=[case.pk, fact]), {}).status_code == 404


def test_stating_what_is_not_ones_own_is_refused_on_the_record(client, president, case):
    client.force_login(president)
    address = reverse("supervision:state-fact", args=[case.pk, "panel_dissent"])
    typed = {"panel_dissent-value": "yes", "panel_dissent-basis": "听说"}
    assert client.post(address, typed).status_code == 403


def test_a_stranger_and_a_clerk_find_no_facts(client, outsider, post, case):
    client.force_login(outsider)
    assert client.get(reverse("supervision:facts", args=[case.pk])).status_code == 404
    clerk = post("clerk")
    case.clerk = clerk
    case.save()
    client.force_login(clerk)
    assert client.get(reverse("supervision:facts", args=[case.pk])).status_code == 403


def test_the_page_costs_the_same_with_more_statements(client, judge, case, now, costs_the_same):
    client.force_login(judge)

    def grow():
        for fact in ("panel_dissent", "guidance_value", "no_precedent", "ac_required", "novelty_declared"):
            state_fact(case=case, fact=fact, value=True, basis="卷宗", by=judge, at=now)

    costs_the_same(lambda: client.get(reverse("supervision:facts", args=[case.pk])), grow=grow)


# --- secret ------------------------------------------------------------------------------------------------------
def complain(case, by, at, monday):
    told = state_fact(case=case, fact="complaint_realname_leads", value=True, basis="举报信甲", by=by, at=at)
    refresh_facts([case.pk], monday)
    return told


def test_the_president_reads_secret_facts_and_the_panel_reads_the_same_page_as_before(
    client, judge, division_head, president, discipline, case, now, monday
):
    before = {person: page_of(client, person, case) for person in (judge, division_head)}
    complain(case, discipline, now, monday)
    assert "举报信甲" in page_of(client, president, case)
    for person, page in before.items():
        assert without_tokens(page_of(client, person, case)) == without_tokens(page)


def without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf" not in line.lower()]


# --- by number -----------------------------------------------------------------------------------------------------
def post_number(client, fact, number, value):
    typed = {f"{fact}-number": number, f"{fact}-value": value, f"{fact}-basis": "来信登记"}
    return client.post(f"{reverse('supervision:state')}?fact={fact}", typed)


def test_petitions_are_stated_by_number_and_taken_back(client, petition, case):
    client.force_login(petition)
    assert post_number(client, "petition_n", case.number, "3").status_code == 302
    told = Statement.objects.get()
    assert (told.case, told.value, told.secret) == (case, 3, False)
    page = client.get(reverse("supervision:state")).content.decode()
    assert case.number in page
    assert case.cause not in page
    answer = client.post(reverse("supervision:withdraw-statement", args=[told.pk]), {"reason": "重复登记"})
    assert answer.url == reverse("supervision:state")
    assert not Statement.objects.standing().exists()


def test_a_wrong_number_and_a_sealed_case_are_answered_with_the_same_page(client, petition, file_case):
    sealed = file_case(sealed="juvenile", number="（2026）川1502民初90001号")
    client.force_login(petition)
    found = [
        without_tokens(post_number(client, "petition_n", number, "3").content.decode())
        for number in (sealed.number, "（2026）川1502民初90002号")
    ]
    assert found[0] == [line.replace("90002", "90001") for line in found[1]]
    assert "本院没有这一案号的案件" in "".join(found[0])


def test_discipline_states_complaints_there_and_petition_finds_no_such_form(
    client, discipline, petition, case
):
    client.force_login(discipline)
    assert post_number(client, "complaint_realname_leads", case.number, "yes").status_code == 302
    assert Statement.objects.get().secret is True
    client.force_login(petition)
    page = client.get(f"{reverse('supervision:state')}?fact=complaint_realname_leads").content.decode()
    assert "实名反映" not in page
    assert case.number not in page


def test_who_sees_cases_has_no_form_by_number(client, judge):
    client.force_login(judge)
    assert client.get(reverse("supervision:state")).status_code == 403


def test_a_secret_statement_cannot_be_found_by_its_number(
    client, judge, trial_office, discipline, case, now, monday
):
    told = complain(case, discipline, now, monday)
    for person in (judge, trial_office):
        client.force_login(person)
        assert client.get(reverse("supervision:withdraw-statement", args=[told.pk])).status_code == 404
        assert client.get(reverse("supervision:withdraw-statement", args=[told.pk + 1])).status_code == 404
