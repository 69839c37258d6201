"""My account: posts, language, tokens, saved views."""

import re

import pytest

from audit.models import Entry
from courts.models import SavedView


@pytest.fixture
def me(client, judge):
    client.force_login(judge)
    return client


def test_the_page_shows_todays_posts(me, division):
    page = me.get("/account/").content.decode()
    assert division.name in page
    assert "承办法官" in page


def test_a_token_is_shown_once(me, judge):
    page = me.post(
        "/account/tokens/", {"name": "接入", "scopes": ["cases:read", "imports:write"], "days": "90"}
    )
    secret = re.search(r"mj_[\w-]{43}", page.content.decode())[0]
    assert "no-store" in page["Cache-Control"]
    assert secret not in me.get("/account/").content.decode()
    token = judge.tokens.get()
    assert (token.scopes, (token.expires_at - token.created_at).days) == (["cases:read", "imports:write"], 90)
    assert me.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert "已撤销" in me.get("/account/").content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"name": "x", "days": "90"},
        {"name": "x", "days": "9999", "scopes": "cases:read"},
        {"name": "x", "days": "30", "scopes": "everything"},
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(me, judge, form):
    answer = me.post("/account/tokens/", form)
    assert (answer.status_code, "errorlist" in answer.content.decode()) == (400, True)
    assert not judge.tokens.exists()


def test_the_language_is_kept_with_the_person(me, judge):
    me.post("/account/language/", {"language": "en"})
    judge.refresh_from_db()
    assert judge.language == "en"
    assert '<html lang="en">' in me.get("/account/").content.decode()
    assert me.post("/account/language/", {"language": "xx"}).status_code == 400
    entry = Entry.objects.get(act="courts.change_language")
    assert (entry.before, entry.after) == ("zh-hans", "en")


def test_a_view_is_saved_under_its_name_and_leads_back_to_the_page(me, judge):
    form = {"page": "/cases/", "name": "快到期", "query": "due=5&division=1"}
    assert me.post("/account/views/", form)["Location"] == "/cases/?due=5&division=1"
    me.post("/account/views/", form | {"query": "due=3"})
    view = judge.saved_views.get()
    assert view.query == "due=3"
    assert 'href="/cases/?due=3"' in me.get("/account/").content.decode()
    me.post(f"/account/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "page", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere", "cases", ""]
)
def test_a_saved_view_never_leads_out_of_the_house(me, page):
    answer = me.post("/account/views/", {"page": page, "name": "x", "query": ""})
    assert answer["Location"] == "/account/"
    assert not SavedView.objects.exists()


def test_nobody_touches_what_is_anothers(me, president):
    view = SavedView.objects.create(owner=president, page="/cases/", name="x")
    assert me.post(f"/account/views/{view.pk}/delete/").status_code == 404


def test_the_page_costs_the_same_however_much_is_saved(me, judge, costs_the_same):
    def grow():
        for number in range(20):
            SavedView.objects.create(owner=judge, page="/cases/", name=str(number))

    costs_the_same(lambda: me.get("/account/"), grow=grow)
