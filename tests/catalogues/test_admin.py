"""The catalogue pages: browse, compare, edit a draft, publish by another."""

from __future__ import annotations

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
