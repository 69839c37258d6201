"""The pages of weights and classes: who may look, who decides, what a draft would change, and what the pages cost."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from catalogues.models import Item
from catalogues.services import draft_overlay, edit_item
from courts.models import Court, Division
from quota.classes import agreed, agreed_by_month, decide_class, decisions_in
from quota.models import CaseWeight, ClassDecision, Team, TeamMember
from quota.weighing import weigh_cases
from quota.weight_trial import try_draft

DAY = date(2026, 6, 30)
PAGES = ("weights", "weight-trial", "classes", "breaches")


@pytest.fixture
def weighed(file_case, now):
    """``weighed(3, cause=…)``: cases with their weights."""

    def file(n: int = 1, **fields):
        values = {"cause": "物业服务合同纠纷", "procedure": "summary", **fields}
        cases = [file_case(**values) for _ in range(n)]
        weigh_cases([case.pk for case in cases], now)
        return cases

    return file


@pytest.fixture
def draft(court, trial_office):
    """A draft of the court's own: property cases at 0.8 instead of 0.5."""
    edition = draft_overlay(
        kind="weight_bases", court=court, title="本院权重", by=trial_office, at=timezone.now()
    )
    body = deepcopy(
        Item.objects.get(edition__kind="weight_bases", edition__court=None, code="civil/物业").body
    )
    body["versions"][0]["value"] = 0.8
    edit_item(edition=edition, code="civil/物业", body=body, by=trial_office, at=timezone.now())
    return edition


# --- who may look ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "open_pages"),
    [
        ("president", {"weights", "weight-trial", "classes", "breaches"}),
        ("vice_president", {"weights", "weight-trial", "classes", "breaches"}),
        ("division_head", {"weights", "weight-trial", "classes", "breaches"}),
        ("judge", {"weights", "weight-trial", "breaches"}),
        ("trial_office", {"weights", "weight-trial", "classes", "breaches"}),
        ("filing", {"weights"}),
        ("politics", {"weights", "weight-trial", "classes"}),
        ("superior", {"weights"}),
        ("clerk", set()),
        ("assistant", set()),
        ("discipline", set()),
        ("itadmin", set()),
        ("external", set()),
    ],
)
def test_each_page_opens_to_the_posts_that_have_a_use_for_it(client, post, division, role, open_pages):
    own = division if role in ("division_head", "judge", "vice_president") else None
    client.force_login(post(role, division=own))
    statuses = {page: client.get(reverse(f"quota:{page}")).status_code for page in PAGES}
    assert statuses == {page: 200 if page in open_pages else 403 for page in PAGES}


def test_nobody_looks_without_logging_in(client):
    assert all(client.get(reverse(f"quota:{page}")).status_code == 302 for page in PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_another_court_is_not_answered_for(client, president, page):
    client.force_login(president)
    other = Court.objects.get(code="川1503")
    answer = client.get(reverse(f"quota:{page}"), {"court": other.pk})
    assert answer.status_code == (200 if page == "breaches" else 404)


def test_the_tables_say_source_and_how_sure(client, judge):
    client.force_login(judge)
    page = client.get(reverse("quota:weights")).content.decode()
    assert "民事·建设工程" in page and "项目缺省值" in page and "实务惯例" in page and "0.39" not in page


# --- one case ---------------------------------------------------------------------------------------------------------


def test_the_case_page_has_the_part_and_the_part_says_how(client, judge, weighed):
    (case,) = weighed()
    client.force_login(judge)
    assert (
        reverse("quota:case-weight", args=[case.pk])
        in client.get(reverse("cases:page", args=[case.pk])).content.decode()
    )
    part = client.get(
        reverse("quota:case-weight", args=[case.pk]), headers={"hx-request": "true"}
    ).content.decode()
    assert (
        "<html" not in part
        and "民事·物业" in part
        and "简案" in part
        and "要素式" in part
        and "周法官 100%" in part
    )
    assert "没有登记，按没有计" in part


def test_who_sees_the_case_but_has_no_use_for_weights_is_told_nothing(client, post, weighed):
    clerk = post("clerk")
    (case,) = weighed(clerk=clerk)
    client.force_login(clerk)
    part = client.get(reverse("quota:case-weight", args=[case.pk]), headers={"hx-request": "true"})
    assert part.status_code == 200 and not part.content.strip()


def test_a_case_one_does_not_see_is_not_there(client, outsider, weighed):
    (case,) = weighed()
    client.force_login(outsider)
    assert client.get(reverse("quota:case-weight", args=[case.pk])).status_code == 404
    assert client.post(reverse("quota:case-weight", args=[case.pk]), {"klass": "simple"}).status_code == 404


def test_a_sealed_case_is_weighed_for_its_panel_alone(client, judge, president, weighed):
    (case,) = weighed(sealed="juvenile")
    address = reverse("quota:case-weight", args=[case.pk])
    client.force_login(president)
    assert client.get(address).status_code == 404
    client.force_login(judge)
    assert client.get(address).status_code == 200


def test_a_case_without_a_procedure_is_said_not_to_be_weighed(client, judge, weighed):
    (case,) = weighed(procedure="")
    client.force_login(judge)
    page = client.get(reverse("quota:case-weight", args=[case.pk])).content.decode()
    assert "本案没有登记审判程序" in page


# --- people decide ----------------------------------------------------------------------------------------------------


def test_the_judge_keeps_the_class_and_it_is_recorded_once(client, judge, weighed):
    (case,) = weighed()
    client.force_login(judge)
    for _ in range(2):
        answer = client.post(reverse("quota:case-weight", args=[case.pk]), {"klass": "simple", "reason": ""})
        assert answer.status_code == 302
    (decision,) = ClassDecision.objects.all()
    assert (decision.proposed, decision.klass, decision.decided_by) == ("simple", "simple", judge)
    assert Entry.objects.filter(act="quota.decide_class").count() == 1


def test_another_class_needs_a_reason_and_takes_the_place_of_the_last(client, judge, weighed):
    (case,) = weighed()
    client.force_login(judge)
    address = reverse("quota:case-weight", args=[case.pk])
    refused = client.post(address, {"klass": "complex", "reason": " "})
    assert refused.status_code == 422 and "与识别结果不同的，请写明理由" in refused.content.decode()
    client.post(address, {"klass": "simple", "reason": ""})
    client.post(address, {"klass": "complex", "reason": "业主集体争议"})
    standing = ClassDecision.objects.get(superseded_at=None)
    assert (standing.klass, standing.reason) == ("complex", "业主集体争议")
    assert ClassDecision.objects.count() == 2


def test_only_the_panel_the_head_and_the_filing_office_decide(weighed, post, division, president, judge, now):
    (case,) = weighed()
    other = post("judge", division=division)
    for who in (president, other, post("trial_office"), post("politics")):
        with pytest.raises(Refused):
            decide_class(case=case, klass="simple", reason="", by=who, at=now)
    for who in (judge, post("division_head", division=division)):
        decide_class(case=case, klass="simple", reason="", by=who, at=now)
    assert ClassDecision.objects.filter(superseded_at=None).count() == 1


def test_agreement_is_counted_by_class_and_month_and_sealed_cases_in_no_number(weighed, judge, court, now):
    cases = weighed(4)
    (hidden,) = weighed(sealed="juvenile")
    for case in cases[:3]:
        decide_class(case=case, klass="simple", reason="", by=judge, at=now)
    for case in (cases[3], hidden):
        decide_class(case=case, klass="ordinary", reason="争议大", by=judge, at=now)
    lines = agreed(decisions_in(court.pk, None))
    assert [(line.name, line.n, line.same) for line in lines] == [
        ("简案", 4, 3), ("普通案件", 0, 0), ("繁案", 0, 0), ("", 4, 3),
    ]  # fmt: skip
    assert (round(lines[0].low, 3), round(lines[0].high, 3)) == (0.301, 0.954)
    ((month, line),) = agreed_by_month(decisions_in(court.pk, None))
    assert (line.n, line.same) == (4, 3) and month.day == 1


def test_a_head_counts_the_own_division_alone(weighed, court, judge, division, now, client, division_head):
    other = Division.objects.create(court=court, name="民二庭", position=2)
    (mine,) = weighed()
    (theirs,) = weighed(division=other)
    for case in (mine, theirs):
        decide_class(case=case, klass="simple", reason="", by=judge, at=now)
    client.force_login(division_head)
    assert client.get(reverse("quota:classes")).context["lines"][-1].n == 1


# --- the trial of a draft ---------------------------------------------------------------------------------------------


def test_a_draft_says_by_unit_what_would_change_and_writes_nothing(weighed, draft, court, division, judge):
    other = Division.objects.create(court=court, name="立案庭", position=0)
    weighed(3)
    weighed(2, division=other, cause="离婚纠纷")
    before = {row.pk: row.weight for row in CaseWeight.objects.all()}
    trial = try_draft(draft, court=court, day=DAY)
    said = [
        (line.name, line.n, line.changed, float(line.before), float(line.after))
        for _, line in trial.divisions
    ]
    assert said == [("立案庭", 2, 0, 2.2, 2.2), (division.name, 3, 3, 1.5, 2.4)]
    assert {row.pk: row.weight for row in CaseWeight.objects.all()} == before


def test_a_team_of_fewer_judges_than_a_zone_has_is_not_shown(weighed, draft, court, division, judge, post):
    others = [post("judge", division=division) for _ in range(4)]
    weighed(2)
    weighed(1, judge=others[0])
    for name, people in (("一组", [judge, *others]), ("二组", [judge, others[0]]), ("三组", others)):
        team = Team.objects.create(court=court, division=division, name=name, kind="standard", opened_on=DAY)
        for person in people:
            TeamMember.objects.create(team=team, person=person, part="judge", joined_on=DAY)
    trial = try_draft(draft, court=court, day=DAY)
    assert [(line.name, line.n) for _, line in trial.teams] == [("一组", 3)]


def test_a_judge_sees_the_own_cases_alone_and_a_head_the_own_division(
    client, weighed, draft, division, court, post, judge, division_head
):
    weighed(2)
    weighed(3, judge=post("judge", division=division))
    weighed(4, division=Division.objects.create(court=court, name="民二庭", position=2))
    asked = {"draft": draft.pk}
    client.force_login(judge)
    mine = client.get(reverse("quota:weight-trial"), asked).context
    assert mine["own"].n == 6 and "divisions" not in mine
    client.force_login(division_head)
    page = client.get(reverse("quota:weight-trial"), asked)
    assert [line.name for line in page.context["divisions"]] == [division.name] and page.context[
        "total"
    ].n == 5


def test_a_draft_of_a_sister_court_or_a_published_edition_cannot_be_tried(client, post, draft, president):
    client.force_login(post("president", at=Court.objects.get(code="川1503")))
    assert client.get(reverse("quota:weight-trial"), {"draft": draft.pk}).status_code == 404
    client.force_login(president)
    assert client.get(reverse("quota:weight-trial"), {"draft": 999_999}).status_code == 404


def test_a_draft_that_begins_next_year_is_tried_as_of_then(weighed, draft, court, trial_office):
    weighed(2)
    item = draft.items.get(code="civil/物业")
    body = deepcopy(item.body)
    body["versions"].append({**body["versions"][0], "value": 1.0, "effective_from": "2027-01-01"})
    edit_item(edition=draft, code=item.code, body=body, by=trial_office, at=timezone.now())
    ((_, line),) = try_draft(draft, court=court, day=DAY).divisions
    assert float(line.after) == 2.0


# --- what the pages cost ------------------------------------------------------------------------------------------------


def test_the_pages_cost_the_same_however_many_cases(
    client, president, weighed, draft, judge, now, costs_the_same
):
    client.force_login(president)

    def grow(n: int = 20) -> None:
        for case in weighed(n, filed_on=DAY - timedelta(days=9)):
            decide_class(case=case, klass="simple", reason="", by=judge, at=now)

    grow(2)
    addresses = [reverse(f"quota:{page}") for page in PAGES] + [
        reverse("quota:weight-trial") + f"?draft={draft.pk}"
    ]
    for address in addresses:
        costs_the_same(lambda address=address: client.get(address), grow=lambda: grow(3))


def test_every_page_is_a_file_too_and_leaves_a_trace(client, president, weighed, draft, judge, now):
    for case in weighed(2):
        decide_class(case=case, klass="simple", reason="", by=judge, at=now)
    client.force_login(president)
    for page, asked in (
        ("weights", {}),
        ("classes", {}),
        ("weight-trial", {"draft": draft.pk}),
        ("breaches", {}),
    ):
        answer = client.get(reverse(f"quota:{page}"), {**asked, "xlsx": ""})
        assert b"".join(answer.streaming_content)[:2] == b"PK", page
    assert Entry.objects.filter(act="quota.export").count() == 4
