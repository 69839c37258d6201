"""Turning the page of a list keeps what was asked of it."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine

from alerts import endpoint_views, handle_views, inbox_views, near_views
from alerts.models import Delivery
from alerts.prompts import send_prompt
from tests.alerts.told import alert_on, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_pages(monkeypatch):
    """One row a page."""
    for page, name in (
        (endpoint_views, "PAGE"), (handle_views, "PER_PAGE"), (inbox_views, "PER_PAGE"), (near_views, "PER_PAGE")
    ):  # fmt: skip
        monkeypatch.setattr(page, name, 1)
    with time_machine.travel("2026-06-30T12:00:00+08:00", tick=False):
        yield


@pytest.fixture
def three_of_each(file_case, judge, trial_office, court, now):
    for key in "abc":
        about = alert_on(file_case(), "urgent")
        tell(judge, about)
        send_prompt(cases=[about.case], to=[judge], words="请说明进展", by=trial_office, at=now)
        Delivery.objects.create(
            court=court, person=judge, channel="email", kind="digest", key=key, state="failed",
            created_at=now - timedelta(days=1), next_at=now,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "page", "asked"),
    [
        ("judge", "/alerts/inbox/", "tab=unread"),
        ("judge", "/alerts/inbox/", "tab=asked"),
        ("judge", "/alerts/prompts/", "tab=asked"),
        ("trial_office", "/alerts/prompts/", "tab=sent"),
        ("trial_office", "/alerts/near/", "court={court}"),
        ("trial_office", "/alerts/sending/", "state=failed&kind=digest"),
    ],
)
def test_the_next_page_and_the_one_before_keep_what_was_asked(
    client, request, three_of_each, court, role, page, asked
):
    client.force_login(request.getfixturevalue(role))
    asked = asked.format(court=court.pk)
    words = unescape(client.get(f"{page}?{asked}&page=2").content.decode())
    assert "第 2 页，共 " in words
    assert f'href="?{asked}&page=1"' in words and f'href="?{asked}&page=3"' in words
