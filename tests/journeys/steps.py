"""What people and the schedule do in more than one step of a story."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

from django.conf import settings
from playwright.sync_api import Page, expect

from cases.models import Change
from pipeline.tasks import drain_changes, follow_the_law


def until(condition, *, seconds: float = 40) -> None:
    end = monotonic() + seconds
    while not condition() and monotonic() < end:
        sleep(0.05)
    assert condition()


def recomputed() -> None:
    """What beat asks for every few seconds; done when the outbox is empty."""
    drain_changes.delay()
    until(lambda: not Change.objects.exists())


def followed() -> None:
    """The open cases follow what has just been put in force."""
    follow_the_law.delay()
    until(Change.objects.exists)
    recomputed()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def says(page: Page, text: str) -> None:
    expect(page.locator("main")).to_contain_text(text)


def sent_as(page: Page, address: str, **fields: str) -> int:
    """Post what no button offers, as the person of this page; the answer's status."""
    token = next(
        each["value"] for each in page.context.cookies() if each["name"] == settings.CSRF_COOKIE_NAME
    )
    answer = page.request.post(
        address, form=fields | {"csrfmiddlewaretoken": token}, headers={"Referer": page.url}
    )
    return answer.status


def checked(path: Path) -> tuple[int, str]:
    """What an outsider's Python says of the file: the exit code and its line."""
    asked = [sys.executable, "-m", "audit.exported", str(path)]
    ran = subprocess.run(asked, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr
