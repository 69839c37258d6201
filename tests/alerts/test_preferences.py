"""A person says how they want to be told; what is a duty has no switch."""

from __future__ import annotations

from datetime import time

import pytest

from alerts.models import Preference
from alerts.preferences import FIELDS, set_preference
from audit.models import Entry
from audit.trail import Refused

pytestmark = pytest.mark.django_db
PAGE = "/alerts/preferences/"
GIVEN = {
    "only_changed": "on", "lines": "5", "quiet_from": "18:30", "quiet_to": "08:30", "sms": "on",
    "phone": "138 0013-8000",
}  # fmt: skip


@pytest.fixture
def client(client, judge):
    client.force_login(judge)
    return client


def test_what_is_saved_is_kept_and_shown_again(client, judge):
    assert client.post(PAGE, GIVEN).status_code == 302
    kept = Preference.objects.get(person=judge)
    assert (kept.only_changed, kept.lines, kept.mail_of_watched, kept.sms) == (True, 5, False, True)
    assert (kept.quiet_from, kept.quiet_to) == (time(18, 30), time(8, 30))
    judge.refresh_from_db()
    assert judge.phone == "13800138000"
    page = client.get(PAGE).content.decode()
    assert 'value="18:30"' in page and 'value="13800138000"' in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"lines": "2"}, "行数应为 3 至 10 的整数，例如 10。"),
        ({"lines": "11"}, "行数应为 3 至 10 的整数，例如 10。"),
        ({"lines": "很多"}, "行数应为 3 至 10 的整数，例如 10。"),
        ({"lines": ""}, "行数应为 3 至 10 的整数，例如 10。"),
        ({"quiet_from": "晚上"}, "时刻应写作 09:30 这样的格式"),
        ({"quiet_to": ""}, "免打扰的起止时间要么都填，要么都不填。"),
        ({"quiet_from": "08:00", "quiet_to": "20:00"}, "免打扰时段不能盖住整个工作时间"),
        ({"quiet_from": "20:00", "quiet_to": "18:00"}, "免打扰时段不能盖住整个工作时间"),
        ({"phone": ""}, "要接收短信，请填写手机号。"),
        ({"phone": "138001380001"}, "手机号应为 11 位大陆手机号码，例如 13800000000。"),
        ({"phone": "12000000000"}, "手机号应为 11 位大陆手机号码，例如 13800000000。"),
        ({"phone": "138" + "٠" * 8}, "手机号应为 11 位大陆手机号码，例如 13800000000。"),
        ({"phone": "12345"}, "手机号应为 11 位大陆手机号码，例如 13800000000。"),
        ({"phone": "٠" * 11}, "手机号应为 11 位大陆手机号码，例如 13800000000。"),
    ],
)
def test_what_cannot_be_is_answered_in_one_sentence(client, judge, change, sentence):
    answer = client.post(PAGE, GIVEN | change)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Preference.objects.filter(person=judge).exists()


def test_the_page_says_what_cannot_be_switched_off_and_offers_no_switch_for_it(client):
    page = client.get(PAGE).content.decode()
    assert "因职责收到的提醒不能关闭" in page
    assert {"only_changed", "lines", "quiet_from", "quiet_to", "mail_of_watched", "sms"} == set(FIELDS)


def test_the_page_shows_what_is_usual_before_anything_was_set(client):
    page = client.get(PAGE).content.decode()
    assert 'name="lines" value="10"' in page
    assert "您没有登记电子邮箱" in page


def test_a_change_leaves_one_entry_and_the_same_again_none(client, judge):
    client.post(PAGE, GIVEN)
    client.post(PAGE, GIVEN)
    entry = Entry.objects.get(act="alerts.set_preference")
    assert entry.after["lines"] == 5
    assert entry.after["phone"] is True and "138" not in str(entry.after)


def test_nobody_sets_the_reminders_of_somebody_else(judge, president, now):
    with pytest.raises(Refused, match="只能由本人修改"):
        set_preference(person=judge, wanted={}, by=president, at=now)


def test_the_account_page_leads_here(client):
    assert PAGE in client.get("/account/").content.decode()
