"""Logging in and out: who may, what is said, what is remembered."""

import pytest
from django.test import Client

from audit.models import Entry
from config import settings as house
from courts.models import User

PASSWORD = "a-Long-passw0rd"
WRONG = "用户名或密码不正确"


@pytest.fixture
def log_in(client):
    """``log_in("zhou", "secret")``: the answer of the login page."""
    return lambda username, password=PASSWORD, **more: client.post(
        "/login/", {"username": username, "password": password, **more}
    )


def logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_right_password_opens_the_house_and_leaves_an_entry(client, judge, log_in):
    answer = log_in(judge.username, next="/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert logged_in(client)
    entry = Entry.objects.get(act="courts.login")
    assert (entry.actor, entry.outcome, entry.court_id) == ("周法官", "done", judge.court_id)


@pytest.mark.parametrize("there", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_login_never_leads_out_of_the_house(judge, log_in, there):
    assert "elsewhere" not in log_in(judge.username, next=there)["Location"]


def test_the_answer_does_not_tell_whether_the_user_exists(db, judge, log_in):
    User.objects.filter(pk=judge.pk).update(is_active=False)
    closed = log_in(judge.username).content.decode()
    nobody = log_in("nobody").content.decode()
    assert WRONG in closed
    assert without_tokens(closed.replace(judge.username, "nobody")) == without_tokens(nobody)


def without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrf" not in line.lower()]


def test_a_failed_login_is_recorded_without_anything_that_was_typed(judge, log_in):
    log_in(judge.username, "my-real-passw0rd-mistyped")
    log_in("my-password-in-the-wrong-field", "x")
    known, unknown = Entry.objects.filter(act="courts.login", outcome="refused").order_by("pk")
    assert (known.about_id, unknown.about_id) == (judge.pk, None)
    assert "passw" not in str([vars(known), vars(unknown)])


@pytest.mark.parametrize("username", ["", "\x00", "名" * 300])
def test_nonsense_gets_the_login_page_back(db, log_in, username):
    assert log_in(username).status_code == 200


def test_after_five_failures_even_the_right_password_waits(client, judge, log_in):
    for _ in range(4):
        assert log_in(judge.username, "wrong").status_code == 200
    locked = log_in(judge.username, "wrong")
    assert locked.status_code == 429
    assert "登录暂时锁定" in locked.content.decode()
    assert log_in(judge.username).status_code == 429
    assert not logged_in(client)


def test_one_persons_failures_do_not_lock_out_a_colleague_behind_the_same_address(judge, president, log_in):
    for _ in range(6):
        log_in(judge.username, "wrong")
    assert log_in(president.username).status_code == 302


def forwarded(client, judge, by: str, password: str = "wrong") -> int:
    """The status of a login that came through the proxy with this ``X-Forwarded-For``."""
    typed = {"username": judge.username, "password": password}
    return client.post("/login/", typed, headers={"X-Forwarded-For": by}).status_code


def test_behind_the_proxy_a_stranger_does_not_lock_out_a_person_who_sits_elsewhere(client, judge, settings):
    settings.BEHIND_PROXY = True
    assert [forwarded(client, judge, f"10.9.9.{n}, 10.0.0.66") for n in range(5)][-1] == 429
    assert forwarded(client, judge, "10.0.0.7", PASSWORD) == 302
    addresses = Entry.objects.filter(act="courts.login", outcome="refused").values_list("after__address")
    assert set(addresses) == {("10.0.0.66",)}


@pytest.mark.parametrize("made_up", ["", "unknown", "10.0.0.7, ", "\x00"])
def test_a_forwarded_address_that_is_none_counts_as_the_proxys(client, judge, settings, made_up):
    settings.BEHIND_PROXY = True
    assert [forwarded(client, judge, made_up) for _ in range(5)][-1] == 429


def test_without_a_proxy_nobody_escapes_the_lockout_by_naming_another_address(client, judge):
    assert [forwarded(client, judge, f"10.0.0.{n}") for n in range(5)][-1] == 429


def test_logging_out_takes_a_post_and_leaves_an_entry(client, judge):
    client.force_login(judge)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    assert not logged_in(client)
    assert Entry.objects.filter(act="courts.logout", actor_id=judge.pk).count() == 1


def test_demo_people_are_refused_where_debugging_is_off(client, judge, log_in, settings):
    User.objects.filter(pk=judge.pk).update(is_demo=True)
    assert WRONG in log_in(judge.username).content.decode()
    settings.DEBUG = True
    assert log_in(judge.username).status_code == 302
    settings.DEBUG = False
    assert client.get("/account/").status_code == 302


def test_a_closed_account_is_out_at_its_next_click(client, judge):
    client.force_login(judge)
    User.objects.filter(pk=judge.pk).update(is_active=False)
    assert client.get("/account/")["Location"].startswith("/login/")


def test_a_session_that_ended_while_one_was_away_says_so(client, judge, settings):
    settings.SESSION_COOKIE_AGE = -1
    client.force_login(judge)
    answer = client.get("/account/?a=1")
    assert answer["Location"] == "/login/?next=/account/%3Fa%3D1&expired=1"
    assert "已自动退出" in client.get(answer["Location"]).content.decode()


def test_a_fragment_takes_the_whole_page_to_the_login(client, judge, settings):
    settings.SESSION_COOKIE_AGE = -1
    client.force_login(judge)
    answer = client.get(
        "/account/", headers={"HX-Request": "true", "HX-Current-URL": "https://host/cases/?page=2"}
    )
    assert answer["HX-Redirect"] == "/login/?next=%2Fcases%2F%3Fpage%3D2&expired=1"


def test_someone_who_was_never_here_is_just_asked_to_log_in(client, db):
    assert "expired" not in client.get("/account/")["Location"]


def test_thirty_idle_minutes_end_a_session_and_every_click_starts_them_anew(settings):
    assert settings.SESSION_COOKIE_AGE == 30 * 60
    assert settings.SESSION_SAVE_EVERY_REQUEST


def test_a_page_left_open_too_long_says_what_to_do(judge):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/login/", {"username": judge.username, "password": PASSWORD})
    assert (answer.status_code, "页面已过期" in answer.content.decode()) == (403, True)


def test_passwords_are_kept_as_argon2():
    assert house.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
