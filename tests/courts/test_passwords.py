"""Setting a password by mail (through a real SMTP server) and changing it."""

import re
import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from django.contrib.auth.models import AnonymousUser

from audit.models import Entry
from courts.models import User

NEW = {"new_password1": "tomorrow-Comes-2", "new_password2": "tomorrow-Comes-2"}


class Box(Message):
    """Keeps what arrives."""

    def __init__(self):
        super().__init__()
        self.letters = []

    def handle_message(self, message):
        self.letters.append(message)


@pytest.fixture
def letters(settings):
    """The letters a real SMTP server took."""
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield box.letters
    server.stop()


@pytest.fixture
def newcomer(db):
    """Someone the personnel office has just entered: an address, no password."""
    return User.objects.create_user("newcomer", "新来的", email="new@court.example")


def opens(client, username: str, password: str) -> bool:
    return client.post("/login/", {"username": username, "password": password}).status_code == 302


def without_nonce(answer) -> list[str]:
    """A page's lines but for the token every page has anew."""
    return [line for line in answer.content.decode().splitlines() if "CSRF" not in line]


def link_in(letter) -> str:
    text = letter.get_payload(decode=True).decode(letter.get_content_charset())
    return re.search(r"https?://testserver(/password/reset/\S+)", text)[1]


def test_a_letter_in_chinese_brings_a_link_that_sets_the_password_once(client, newcomer, letters):
    asked = client.post("/password/reset/", {"email": "NEW@court.example"}, follow=True)
    assert "如果该邮箱已登记" in asked.content.decode()
    (letter,) = letters
    assert letter["To"] == "new@court.example"
    link = link_in(letter)
    form = client.get(link, follow=True)
    assert client.post(form.redirect_chain[-1][0], NEW)["Location"] == "/password/reset/done/"
    assert opens(client, "newcomer", NEW["new_password1"])
    assert Entry.objects.filter(act="courts.reset_password", actor_id=newcomer.pk).count() == 1
    client.logout()
    assert "已经用过或已过期" in client.get(link, follow=True).content.decode()


def test_an_unknown_address_gets_the_same_answer_and_no_letter(client, newcomer, letters):
    known = client.post("/password/reset/", {"email": "new@court.example"}, follow=True)
    unknown = client.post("/password/reset/", {"email": "nobody@court.example"}, follow=True)
    assert "如果该邮箱已登记" in known.content.decode()
    assert without_nonce(known) == without_nonce(unknown)
    assert len(letters) == 1


def test_a_closed_account_gets_no_letter(client, newcomer, letters):
    User.objects.update(is_active=False)
    client.post("/password/reset/", {"email": "new@court.example"})
    assert letters == []


def test_the_answer_is_the_same_when_the_mail_server_is_down(client, newcomer, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert client.post("/password/reset/", {"email": "new@court.example"}).status_code == 302


def test_a_password_is_changed_by_who_knows_the_old_one(client, judge):
    client.force_login(judge)
    wrong = client.post("/password/", {"old_password": "wrong", **NEW})
    assert (wrong.status_code, "errorlist" in wrong.content.decode()) == (200, True)
    assert client.post("/password/", {"old_password": "a-Long-passw0rd", **NEW})["Location"] == "/account/"
    client.logout()
    assert opens(client, judge.username, NEW["new_password1"])
    entry = Entry.objects.get(act="courts.change_password")
    assert (entry.before, entry.after) == (None, None)


@pytest.mark.parametrize("weak", ["short1", "1234567890123", "password1234"])
def test_a_weak_password_is_refused(client, judge, weak):
    client.force_login(judge)
    answer = client.post(
        "/password/", {"old_password": "a-Long-passw0rd", "new_password1": weak, "new_password2": weak}
    )
    assert answer.status_code == 200


def test_strangers_may_ask_for_a_letter_but_not_change_a_password(client, db):
    assert client.get("/password/reset/").context["user"] == AnonymousUser()
    assert client.get("/password/").status_code == 302
