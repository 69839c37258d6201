"""Tokens of the programming interface: found by digest, limited by scope, ended by time or hand."""

from datetime import timedelta

import pytest
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from audit import trail
from audit.models import Entry
from courts.models import Token, User
from courts.services import deactivate_user, issue_token, revoke_token


class Docket(APIView):
    """Stands for any endpoint of the house."""

    required_scopes = {"GET": "cases:read", "POST": "cases:write"}

    def get(self, request):
        return Response({"user": request.user.username})

    def post(self, request):
        raise trail.Refused("此案已结，不能再登记。", act="cases.record_event", by=request.user, status=409)

    def delete(self, request):
        return Response()


@pytest.fixture
def token(judge, now):
    """A token of the judge that reads, and its secret."""
    return issue_token(user=judge, name="每日接入", scopes=["cases:read"], days=30, by=judge, at=now)


def call(secret="", method="get", **headers):
    headers = {"Authorization": f"Bearer {secret}"} | headers if secret else headers
    return Docket.as_view()(getattr(APIRequestFactory(), method)("/", headers=headers))


def test_a_token_opens_what_its_scope_names_and_nothing_else(token, judge):
    _, secret = token
    assert (call(secret).status_code, call(secret).data) == (200, {"user": judge.username})
    assert call(secret, "head").status_code in (200, 405)
    refused = call(secret, "post")
    assert (refused.status_code, refused.data["detail"]) == (403, "令牌没有此项范围：cases:write。")
    assert call(secret, "delete").status_code == 403


@pytest.mark.parametrize("secret", ["mj_wrong", "mj_", "%00", "a b"])
def test_a_wrong_token_gets_401_and_is_told_where_to_get_a_new_one(token, secret):
    answer = Docket.as_view()(APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {secret}"))
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert "令牌无效" in answer.data["detail"]


def test_no_token_gets_401(db):
    assert call().status_code == 401


def test_only_the_digest_is_kept(token):
    stored, secret = token
    assert secret.startswith("mj_")
    assert secret not in str(Token.objects.filter(pk=stored.pk).values().get())
    assert secret not in str(list(Entry.objects.values()))
    assert stored.hint == secret[:7]


def test_a_token_ends_with_its_time(token, now):
    stored, secret = token
    Token.objects.filter(pk=stored.pk).update(expires_at=now)
    assert call(secret).status_code == 401


def test_a_token_ends_by_hand_and_only_by_its_owners(token, now, president):
    stored, secret = token
    with pytest.raises(trail.Refused):
        revoke_token(token=stored, by=president, at=now)
    assert call(secret).status_code == 200
    revoke_token(token=stored, by=stored.user, at=now)
    revoke_token(token=stored, by=stored.user, at=now)
    assert call(secret).status_code == 401
    assert Entry.objects.filter(act="courts.revoke_token").count() == 1


def test_a_token_ends_with_its_account(token, judge, now):
    _, secret = token
    deactivate_user(user=judge, reason="调离", by=None, at=now)
    assert call(secret).status_code == 401
    User.objects.filter(pk=judge.pk).update(is_active=True)
    assert call(secret).status_code == 401


def test_a_token_of_the_demo_court_is_refused_where_debugging_is_off(token, judge, settings):
    _, secret = token
    User.objects.filter(pk=judge.pk).update(is_demo=True)
    assert call(secret).status_code == 401
    settings.DEBUG = True
    assert call(secret).status_code == 200


def test_the_last_use_is_noted_at_most_once_a_minute(token, now):
    stored, secret = token
    call(secret)
    first = Token.objects.get(pk=stored.pk).last_used_at
    assert first >= now
    call(secret)
    assert Token.objects.get(pk=stored.pk).last_used_at == first
    Token.objects.filter(pk=stored.pk).update(last_used_at=first - timedelta(minutes=2))
    call(secret)
    assert Token.objects.get(pk=stored.pk).last_used_at > first - timedelta(minutes=1)


def test_people_on_a_page_need_no_scope(judge):
    request = APIRequestFactory().get("/")
    force_authenticate(request, user=judge)
    assert Docket.as_view()(request).status_code == 200


def test_nobody_issues_a_token_for_another(judge, president, now):
    with pytest.raises(trail.Refused):
        issue_token(user=judge, name="x", scopes=["cases:read"], days=30, by=president, at=now)


@pytest.mark.django_db(transaction=True)
def test_a_refusal_of_the_interface_answers_with_its_sentence_and_leaves_an_entry(judge, now):
    _, secret = issue_token(user=judge, name="x", scopes=["cases:write"], days=30, by=judge, at=now)
    answer = call(secret, "post")
    assert (answer.status_code, answer.data) == (409, {"detail": "此案已结，不能再登记。"})
    entry = Entry.objects.get(act="cases.record_event")
    assert (entry.outcome, entry.actor) == ("refused", "周法官")
