"""A court's open cases with their clocks, and a reader of pages."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
import time_machine

from cases.models import Clock

TODAY = date(2026, 6, 30)
COUNT = re.compile(r'<a class="count"\s+href="([^"]+)">([\d,]+)</a>')


@pytest.fixture(autouse=True)
def on_the_day():
    """Every test of this room happens at noon on the same day."""
    with time_machine.travel("2026-06-30T12:00:00+08:00", tick=False):
        yield TODAY


@pytest.fixture
def clock():
    """``clock(case, due_on=…)``: the statutory clock of a case, without computing it."""

    def create(case, state="running", **fields) -> Clock:
        return Clock.objects.create(
            case=case, kind="statutory", rule="civ_first_ordinary", state=state, **fields
        )

    return create


@pytest.fixture
def read(client):
    """``read(user, "/?period=2026H1")``: the page as that user sees it."""

    def get(user, address: str = "/") -> str:
        client.force_login(user, backend="courts.backends.PostedUserBackend")
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    return get


@pytest.fixture
def linked_counts():
    """Every number of a page that leads to its cases: (address, number)."""
    return lambda page: [
        (unescape(address), int(text.replace(",", ""))) for address, text in COUNT.findall(page)
    ]
