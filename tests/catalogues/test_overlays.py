"""What a court lays over the national parameters: for itself and below, the nearest one winning, published by another."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from catalogues.models import Edition, Item
from catalogues.selectors import law_in_use
from catalogues.services import draft_overlay, edit_item, problems_of, publish_edition, withdraw_edition
from courts.models import Court

DAY = date(2026, 6, 30)


@pytest.fixture
def lay(post):
    """``lay("rule_parameters", court, victim_n=50)``: an overlay of that court, drafted by one and published by another."""

    def publish(kind: str, court: Court, **numbers) -> Edition:
        office = post("trial_office", at=court)
        draft = draft_overlay(kind=kind, court=court, title="本院参数", by=office, at=timezone.now())
        for code, number in numbers.items():
            body = changed(kind, code, number)
            edit_item(edition=draft, code=code, body=body, by=office, at=timezone.now())
        return publish_edition(edition=draft, by=post("trial_office", at=court), at=timezone.now())

    return publish


def changed(kind: str, code: str, number) -> dict:
    body = deepcopy(Item.objects.get(edition__kind=kind, edition__court=None, code=code).body)
    if kind == "rule_parameters":
        return body | {"value": number}
    body["versions"][0] |= {"text": number} if isinstance(number, str) else {"n": number}
    return body


@pytest.fixture
def sister(db) -> Court:
    """Another court under the same intermediate court."""
    return Court.objects.get(code="川1503")


def test_a_court_without_parameters_of_its_own_has_the_national_ones(court):
    assert law_in_use().rule_parameters(court.pk) == law_in_use().rule_parameters(None)


def test_an_overlay_holds_in_its_court_and_nowhere_beside_it(lay, court, sister):
    lay("rule_parameters", court, huge_claim_basic=5000000)
    law = law_in_use()
    assert law.rule_parameters(court.pk) == law.rule_parameters(None) | {"huge_claim_basic": 5000000}
    assert law.rule_parameters(sister.pk)["huge_claim_basic"] == 10000000


def test_an_overlay_holds_in_every_court_below_and_the_nearest_one_wins(lay, upper_court, court, sister):
    lay("rule_parameters", upper_court, victim_n=50, petition_n=4)
    lay("rule_parameters", court, victim_n=20)
    numbers = [law_in_use().rule_parameters(one.pk) for one in (court, sister, upper_court)]
    assert [each["victim_n"] for each in numbers] == [20, 50, 50]
    assert [each["petition_n"] for each in numbers] == [4, 4, 4]
    assert law_in_use().rule_parameters(upper_court.parent_id)["victim_n"] == 30


def test_settings_are_laid_over_in_the_same_way(lay, upper_court, court, sister):
    lay("supervision_settings", upper_court, confirm_days=5, profile="yibin_28")
    lay("supervision_settings", court, confirm_days=2)
    law = law_in_use()
    said = [law.supervision_setting("confirm_days", one, DAY) for one in (court.pk, sister.pk, None)]
    assert said == [2, 5, 3]
    assert law.supervision_setting("profile", court.pk, DAY) == "yibin_28"
    assert law.supervision_setting("dispute_days", court.pk, DAY) == 5


def test_what_is_handed_out_can_be_changed_without_changing_the_law(lay, court):
    lay("rule_parameters", court, victim_n=20)
    law_in_use().rule_parameters(court.pk)["victim_n"] = 1
    assert law_in_use().rule_parameters(court.pk)["victim_n"] == 20


def test_asking_twice_costs_no_query(lay, court, django_assert_num_queries):
    lay("rule_parameters", court, victim_n=20)
    law = law_in_use()
    with django_assert_num_queries(0):
        law.rule_parameters(court.pk)
        law.supervision_setting("confirm_days", court.pk, DAY)


def test_a_withdrawn_overlay_gives_way_to_the_national_numbers(lay, court, post):
    edition = lay("rule_parameters", court, victim_n=20)
    withdraw_edition(edition=edition, reason="误发", by=post("trial_office"), at=timezone.now())
    assert law_in_use().rule_parameters(court.pk)["victim_n"] == 30


def test_a_second_overlay_starts_from_the_first(lay, court, trial_office):
    first = lay("rule_parameters", court, victim_n=20)
    draft = draft_overlay(
        kind="rule_parameters", court=court, title="再改", by=trial_office, at=timezone.now()
    )
    assert draft.based_on == first
    assert [item.code for item in draft.items.all()] == ["victim_n"]


def test_an_overlay_adds_no_entry_and_the_whole_must_be_sound(court, trial_office):
    draft = draft_overlay(kind="rule_parameters", court=court, title="x", by=trial_office, at=timezone.now())
    body = changed("rule_parameters", "huge_claim_basic", 300000000)
    edit_item(edition=draft, code="huge_claim_basic", body=body, by=trial_office, at=timezone.now())
    (problem,) = problems_of(draft)
    assert "300000000 is above huge_claim_civil, 100000000" in str(problem)
    edit_item(edition=draft, code="huge_claim_bsic", body=body, by=trial_office, at=timezone.now())
    assert 'unknown entry "huge_claim_bsic"; did you mean "huge_claim_basic"?' in str(problems_of(draft)[0])


def test_an_empty_overlay_is_not_published(court, trial_office, post):
    draft = draft_overlay(kind="rule_parameters", court=court, title="x", by=trial_office, at=timezone.now())
    with pytest.raises(Refused, match="至少应有一条"):
        publish_edition(edition=draft, by=post("trial_office"), at=timezone.now())


def test_a_court_follows_only_a_profile_that_is_published(court, trial_office):
    draft = draft_overlay(
        kind="supervision_settings", court=court, title="x", by=trial_office, at=timezone.now()
    )
    body = changed("supervision_settings", "profile", "yibin_29")
    edit_item(edition=draft, code="profile", body=body, by=trial_office, at=timezone.now())
    assert "没有“yibin_29”这一识别方案" in problems_of(draft)[0].chinese


def test_only_a_court_of_ones_own_is_drafted_for_and_only_where_courts_may_differ(
    court, sister, trial_office
):
    with pytest.raises(Refused, match="不能起草本院参数"):
        draft_overlay(kind="rule_parameters", court=sister, title="x", by=trial_office, at=timezone.now())
    with pytest.raises(Refused, match="各院统一"):
        draft_overlay(kind="supervision_measures", court=court, title="x", by=trial_office, at=timezone.now())


def test_a_judge_drafts_no_overlay(court, judge):
    with pytest.raises(Refused, match="不能起草本院参数"):
        draft_overlay(kind="rule_parameters", court=court, title="x", by=judge, at=timezone.now())


def test_the_drafter_does_not_publish_and_the_draft_is_on_the_record(court, trial_office):
    draft = draft_overlay(kind="rule_parameters", court=court, title="x", by=trial_office, at=timezone.now())
    with pytest.raises(Refused, match="起草人不能发布"):
        publish_edition(edition=draft, by=trial_office, at=timezone.now())
    entry = Entry.objects.get(act="catalogues.draft_overlay")
    assert (entry.actor_id, entry.after) == (
        trial_office.pk,
        {"court": court.name, "kind": "rule_parameters"},
    )


# --- the pages ------------------------------------------------------------------------------------------
def address(name: str, edition: Edition, *args: str) -> str:
    return reverse(f"admin:catalogues_edition_{name}", args=[edition.pk, *args])


def typed(client, draft: Edition, code: str, **changes) -> dict:
    form = client.get(address("entry", draft, code)).context["form"]
    return {name: "" if value is None else value for name, value in form.initial.items()} | changes


def test_an_administrator_starts_an_overlay_and_sets_a_number_on_its_pages(client, court, trial_office, post):
    client.force_login(trial_office)
    national = Edition.objects.get(kind="rule_parameters")
    start = reverse("admin:catalogues_overlay", args=["rule_parameters"])
    assert start in client.get(address("page", national)).content.decode()
    client.post(start, {"court": court.pk, "title": "本院参数"})
    draft = Edition.objects.get(status="draft")
    page = client.get(address("page", draft)).content.decode()
    assert "沿用上级法院或者全国数值" in page and address("entry", draft, "conflict_score") in page
    client.post(
        address("entry", draft, "conflict_score"), typed(client, draft, "conflict_score", value="0.75")
    )
    client.post(address("entry", draft, "petition_n"), typed(client, draft, "petition_n", value="4"))
    client.force_login(post("trial_office", "审管办李"))
    client.post(address("publish", draft))
    assert Item.objects.get(edition=draft, code="petition_n").body["value"] == 4
    assert law_in_use().rule_parameters(court.pk)["conflict_score"] == 0.75


def test_a_number_out_of_range_is_refused_on_the_page_and_kept_as_typed(client, court, trial_office):
    client.force_login(trial_office)
    client.post(
        reverse("admin:catalogues_overlay", args=["rule_parameters"]), {"court": court.pk, "title": "x"}
    )
    draft = Edition.objects.get(status="draft")
    answer = client.post(
        address("entry", draft, "petition_n"), typed(client, draft, "petition_n", value="4.5")
    )
    assert "应为 1 至 100 的整数，而不是 4.5" in answer.content.decode()
    assert answer.context["form"].data["value"] == "4.5"
    assert not draft.items.exists()


def test_a_court_below_sees_what_the_court_above_has_set(client, lay, upper_court, court, trial_office):
    lay("rule_parameters", upper_court, victim_n=50)
    draft = draft_overlay(kind="rule_parameters", court=court, title="x", by=trial_office, at=timezone.now())
    client.force_login(trial_office)
    left = {
        found.code: (said, found.court)
        for found, said in client.get(address("page", draft)).context["inherited"]
    }
    assert left["victim_n"] == ("50 人", upper_court)
    assert left["petition_n"] == ("3 次", None)
    assert typed(client, draft, "victim_n")["value"] == 50


def test_other_catalogues_have_no_overlay_and_an_unknown_entry_is_not_found(client, court, trial_office):
    client.force_login(trial_office)
    assert client.get("/admin/catalogues/edition/overlay/nodes/").status_code == 404
    draft = draft_overlay(kind="rule_parameters", court=court, title="x", by=trial_office, at=timezone.now())
    assert client.get(address("entry", draft, "no_such")).status_code == 404


@pytest.mark.parametrize(
    "kind",
    [
        "rule_parameters",
        "rule_profiles",
        "supervision_settings",
        "supervision_measures",
        "letter_kinds",
        "risk_points",
    ],
)
def test_saving_an_untouched_entry_changes_nothing(client, trial_office, kind):
    client.force_login(trial_office)
    client.post(address("draft", Edition.objects.get(kind=kind)), {"title": "试改"})
    draft = Edition.objects.get(status="draft")
    for item in draft.items.all()[:12]:
        saved = client.post(address("entry", draft, item.code), typed(client, draft, item.code))
        assert saved.status_code == 302, item.code
    assert not client.get(address("compare", draft)).context["differences"]
