"""Who may call: tokens in force, within their scopes, or the session of a page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from alerts.models import Alert
from catalogues.models import Edition
from courts.models import Token
from courts.services import issue_token, revoke_token

V1 = "/api/v1/"


def test_without_a_token_nothing_is_told(db):
    for path in (
        "cases/",
        "alerts/",
        "notices/",
        "catalogues/editions/",
        "courts/",
        "imports/",
        "me/",
        "schema/",
    ):
        answer = APIClient().get(V1 + path)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer"), path


def test_an_ended_token_opens_nothing(president):
    long_ago = timezone.now() - timedelta(days=31)
    _, expired = issue_token(
        user=president, name="旧", scopes=["cases:read"], days=30, by=president, at=long_ago
    )
    token, revoked = issue_token(
        user=president, name="新", scopes=["cases:read"], days=30, by=president, at=timezone.now()
    )
    revoke_token(token=token, by=president, at=timezone.now())
    for secret in (expired, revoked, "mj_invented", "一"):
        answer = APIClient().get(V1 + "cases/", HTTP_AUTHORIZATION=f"Bearer {secret}".encode())
        assert answer.status_code == 401
        assert "令牌无效" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("scope", "opened"),
    [
        ("cases:read", {"cases/", "alerts/", "notices/"}),
        ("catalogues:read", {"catalogues/editions/", "courts/"}),
        ("imports:write", {"imports/"}),
        ("flags:read", {"flags/", "facts/", "supervision-log/"}),
        ("cases:write", set()),
    ],
)
def test_a_token_opens_what_its_scope_names_and_nothing_else(calls, president, scope, opened):
    client = calls(president, scope)
    supervised = ("flags/", "facts/", "supervision-log/")
    for path in ("cases/", "alerts/", "notices/", "catalogues/editions/", "courts/", "imports/", *supervised):
        assert client.get(V1 + path).status_code == (200 if path in opened else 403), path
    assert client.get(V1 + "me/").json()["token"]["scopes"] == [scope]


def test_reading_does_not_open_writing(calls, judge, file_case):
    case = file_case()
    answer = calls(judge, "cases:read").post(
        f"{V1}cases/{case.pk}/events/", {"node": "开庭", "on": "2026-04-01"}, format="json"
    )
    assert answer.status_code == 403
    assert "cases:write" in answer.json()["detail"]


def test_a_person_on_a_page_reads_by_their_session(client, president, file_case):
    client.force_login(president)
    file_case()
    assert len(client.get(V1 + "cases/").json()["results"]) == 1
    me = client.get(V1 + "me/").json()
    assert (me["name"], me["token"], me["posts"][0]["title"]) == ("郑院长", None, "院长")


def test_a_session_without_the_pages_check_value_writes_nothing(judge, file_case):
    case = file_case()
    stranger = APIClient(enforce_csrf_checks=True)
    stranger.force_login(judge)
    answer = stranger.post(
        f"{V1}cases/{case.pk}/events/", {"node": "开庭", "on": "2026-04-01"}, format="json"
    )
    assert answer.status_code == 403
    assert not case.procedureevent_rows.exists()


def test_only_the_digest_of_a_token_is_kept(calls, president):
    client = calls(president)
    secret = client._credentials["HTTP_AUTHORIZATION"].split()[1]
    assert secret not in str(Token.objects.values())


def test_alerts_are_those_of_the_cases_one_sees(calls, president, outsider, file_case, now):
    case = file_case()
    about = {"case": case, "began_on": "2026-03-10", "raised_at": now}
    Alert.objects.create(
        kind="statutory", clock="civ_first_ordinary", stage="urgent", due_on="2026-09-02", **about
    )
    Alert.objects.create(
        kind="node", clock="N20", stage="overdue", due_on="2026-03-09", closed_at=now, **about
    )
    assert len(calls(president).get(V1 + "alerts/?kind=node").json()["results"]) == 1
    [alert] = calls(president).get(V1 + "alerts/?open=true").json()["results"]
    assert (alert["number"], alert["stage"], alert["court"]) == (case.number, "urgent", "川1502")
    assert len(calls(president).get(V1 + "alerts/?due_by=2026-03-09").json()["results"]) == 1
    assert calls(outsider).get(V1 + "alerts/").json()["results"] == []


def test_the_catalogues_are_read_with_their_sources_and_drafts_are_not(calls, president, now):
    client = calls(president)
    draft = Edition.objects.create(kind="nodes", number=99, title="草稿", drafted_at=now)
    editions = client.get(V1 + "catalogues/editions/?kind=time_limits&status=published").json()["results"]
    assert [edition["kind"] for edition in editions] == ["time_limits"]
    address = f"{V1}catalogues/editions/{editions[0]['id']}/entries/?code=civ_first_ordinary"
    [entry] = client.get(address).json()["results"]
    assert "versions" in str(entry["body"]) or entry["body"]
    assert draft.pk not in {
        edition["id"] for edition in client.get(V1 + "catalogues/editions/").json()["results"]
    }
    assert client.get(f"{V1}catalogues/editions/{draft.pk}/entries/").status_code == 404


def test_courts_are_listed_with_their_superior(calls, president):
    client = calls(president)
    [found] = client.get(V1 + "courts/?code=川1502").json()["results"]
    assert (found["parent"], found["level"]) == ("川15", 4)
    assert len(client.get(V1 + "courts/?parent=川15&in_use=true").json()["results"]) >= 10


def test_the_browser_of_the_interface_is_a_page_of_our_own(client, president):
    assert client.get(V1 + "docs/").status_code == 302
    client.force_login(president)
    page = client.get(V1 + "docs/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert "<style" not in html and "https://" not in html and "style=" not in html
    script = client.get(V1 + "docs/?script=")
    assert "/api/v1/schema/" in script.content.decode()
    assert script["Content-Type"].startswith(("application/javascript", "text/javascript"))
