"""The catalogue pages: browse, compare, edit a draft, publish by another."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from catalogues.models import Edition
from catalogues.selectors import law_in_use


@pytest.fixture
def edition(db) -> Edition:
    return Edition.objects.get(kind="time_limits")


@pytest.fixture
def draft(client, edition, trial_office) -> Edition:
    client.force_login(trial_office)
    client.post(reverse("admin:catalogues_edition_draft", args=[edition.pk]), {"title": "试改"})
    return Edition.objects.get(status="draft")


def address(name: str, edition: Edition, *args: str) -> str:
    return reverse(f"admin:catalogues_edition_{name}", args=[edition.pk, *args])


def typed(client, draft, code="civ_summary", **changes):
    """What the browser would post: the form as shown, with some fields typed anew."""
    form = client.get(address("entry", draft, code)).context["form"]
    return {name: "" if value is None else value for name, value in form.initial.items()} | changes


def test_whoever_may_browse_reads_an_entry_with_its_source(client, edition, president):
    client.force_login(president)
    assert "civ_summary" in client.get(address("page", edition), {"q": "简易"}).content.decode()
    assert "民诉法164" in client.get(address("entry", edition, "civ_summary")).content.decode()


def test_a_clerk_does_not_come_in(client, edition, post):
    client.force_login(post("clerk"))
    assert client.get(address("page", edition)).status_code in (302, 403)


def test_an_entry_is_edited_compared_and_published_by_another_person(client, draft, post):
    client.post(address("entry", draft, "civ_summary"), typed(client, draft, versions__0__n="4"))
    page = client.get(address("compare", draft)).content.decode()
    assert "<del>3</del>" in page
    assert "<ins>4</ins>" in page
    client.force_login(post("trial_office", "审管办李"))
    client.post(address("publish", draft))
    assert law_in_use().limits["civ_summary"][-1].n == 4


def test_the_drafter_who_publishes_is_refused_with_a_sentence(client, draft):
    answer = client.post(address("publish", draft))
    assert answer.status_code == 403
    assert "起草人不能发布" in answer.content.decode()


def test_the_page_tells_whoever_changed_a_draft_that_another_must_publish_it(client, draft, post):
    client.force_login(post("trial_office", "审管办李"))
    assert address("publish", draft) in client.get(address("page", draft)).content.decode()
    client.post(address("entry", draft, "civ_summary"), typed(client, draft, versions__0__n="4"))
    page = client.get(address("page", draft)).content.decode()
    assert address("publish", draft) not in page
    assert "起草或修改过本版的人不能发布" in page


def test_the_page_offers_a_lower_court_no_publication(client, edition, draft, post, upper_court):
    post("president", at=upper_court)
    client.force_login(post("trial_office", "审管办李"))
    page = client.get(address("page", draft)).content.decode()
    assert address("publish", draft) not in page
    assert "级别最高的法院" in page


def test_a_mistake_is_explained_and_what_was_typed_is_kept(client, draft):
    answer = client.post(address("entry", draft, "civ_summary"), typed(client, draft, versions__0__basis=""))
    assert "缺少“依据”" in answer.content.decode()
    assert answer.context["form"].data["versions__0__basis"] == ""
    assert draft.items.get(code="civ_summary").body["versions"][0]["basis"]


def test_saving_an_untouched_entry_changes_nothing(client, draft):
    for item in draft.items.all():
        client.post(address("entry", draft, item.code), typed(client, draft, item.code))
    assert not client.get(address("compare", draft)).context["differences"]


def test_our_own_pages_stay_strict_while_the_admin_is_relaxed(client, edition, trial_office):
    client.force_login(trial_office)
    assert "unsafe" in client.get(address("page", edition)).headers["Content-Security-Policy"]
    assert "unsafe" not in client.get(reverse("courts:login")).headers["Content-Security-Policy"]


# --- the catalogues of the alerts ---------------------------------------------------------------------
@pytest.fixture
def alert_draft(client, trial_office):
    """``alert_draft("alert_ladders")``: a draft of that catalogue, begun on its page."""

    def begin(kind: str) -> Edition:
        client.force_login(trial_office)
        edition = Edition.objects.get(kind=kind)
        client.post(reverse("admin:catalogues_edition_draft", args=[edition.pk]), {"title": "试改"})
        return Edition.objects.get(status="draft")

    return begin


@pytest.mark.parametrize("kind", ["alert_ladders", "alert_settings", "monitored_nodes"])
def test_saving_an_untouched_entry_of_the_alerts_changes_nothing(client, alert_draft, kind):
    draft = alert_draft(kind)
    for item in draft.items.all()[:12]:
        saved = client.post(address("entry", draft, item.code), typed(client, draft, item.code))
        assert saved.status_code == 302
    assert not client.get(address("compare", draft)).context["differences"]


def test_a_stage_is_changed_and_another_added_on_the_page_of_its_ladder(client, alert_draft):
    draft = alert_draft("alert_ladders")
    changes = {
        "versions__0__stages__0__repeat_days": "10", "versions__0__stages__1__stage": "urgent",
        "versions__0__stages__1__measure": "part", "versions__0__stages__1__n": "9",
        "versions__0__stages__1__of": "10", "versions__0__stages__1__tell": ["judge", "clerk"],
        "versions__0__stages__2__stage": "overdue", "versions__0__stages__2__measure": "after",
        "versions__0__stages__2__n": "1", "versions__0__stages__2__tell": ["judge"],
    }  # fmt: skip
    client.post(address("entry", draft, "node_limit"), typed(client, draft, "node_limit", **changes))
    stages = draft.items.get(code="node_limit").body["versions"][0]["stages"]
    assert [stage["stage"] for stage in stages] == ["mid", "urgent", "overdue"]
    assert stages[0]["repeat_days"] == 10 and stages[1]["tell"] == ["judge", "clerk"]
    page = client.get(address("compare", draft)).content.decode()
    assert "阶段 2 · 起点" in page and "期间已过几分之几时起" in page and "承办法官、书记员" in page


def test_an_impossible_ladder_is_refused_with_one_sentence_and_kept_as_typed(client, alert_draft):
    draft = alert_draft("alert_ladders")
    changed = typed(client, draft, "statutory_general", versions__0__stages__2__n="60")
    answer = client.post(address("entry", draft, "statutory_general"), changed)
    page = answer.content.decode()
    assert page.count('role="alert"') == 1 and "“紧急”早于“中期”开始；较重的阶段应当较晚开始" in page
    assert answer.context["form"].data["versions__0__stages__2__n"] == "60"
    assert draft.items.get(code="statutory_general").body["versions"][0]["stages"][2]["n"] == 5


def test_a_new_ladder_for_some_cases_is_added_beside_those_for_every_case(client, alert_draft, post):
    draft = alert_draft("alert_ladders")
    narrow = typed(client, draft, "statutory_general", name="小额诉讼", procedures=["small"])
    narrow["code"] = "small_claims"
    client.post(reverse("admin:catalogues_edition_new_entry", args=[draft.pk]), narrow)
    client.force_login(post("trial_office", "审管办李"))
    client.post(address("publish", draft))
    assert law_in_use().ladders_on(date(2026, 6, 30))[0].id == "small_claims"
