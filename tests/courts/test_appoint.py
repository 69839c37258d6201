"""The first person of a new installation."""

import io

import pytest
from django.core.management import CommandError, call_command

from courts.models import User
from courts.roles import Permission


def appoint(username="root", **options) -> str:
    out = io.StringIO()
    call_command("appoint", username, stdout=out, **{"name": "管理员", "court": "川15", **options})
    return out.getvalue()


def test_the_first_person_can_log_in_and_post_the_others(client, db):
    password = appoint().strip().rpartition(" ")[2]
    assert client.post("/login/", {"username": "root", "password": password}).status_code == 302
    assert User.objects.get(username="root").may(Permission.MANAGE_PEOPLE)


def test_appointing_twice_is_the_same_as_once(db):
    appoint()
    assert "password" not in appoint()
    assert User.objects.get(username="root").postings.count() == 1


def test_an_unknown_court_is_refused_in_one_sentence(db):
    with pytest.raises(CommandError, match="is no court of the catalogue"):
        appoint(court="川9999")
