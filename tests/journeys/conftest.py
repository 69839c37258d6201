"""A real browser against a real server: what a person sees, clicks and reads.

Every page is watched: a request to another host, an error on the console or a breach of the content security
policy fails the test that opened it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from config.celery import app

# The browser's driver keeps an event loop in this thread, in which Django would refuse its synchronous database calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

BACKEND = "courts.backends.PostedUserBackend"
AXE = (settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, started once."""
    where = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert where, "chromium is missing: apt-get install chromium fonts-noto-cjk"
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=where, args=FLAGS)
        yield started
        started.close()


@dataclass
class Watch:
    """What the pages of one test did that no page may do. ``forgives`` are texts a test provokes on purpose."""

    host: str
    wrongs: list[str] = field(default_factory=list)
    forgives: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("request", lambda request: self.check_host(request.url))
        page.on("console", lambda message: message.type == "error" and self.note(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.note(f"script: {error}"))

    def check_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.note(f"asked another host: {url}")

    def note(self, wrong: str) -> None:
        if not any(text in wrong for text in self.forgives):
            self.wrongs.append(wrong)


@contextmanager
def worker_of_its_own() -> Iterator[None]:
    """A real worker on the real queue, with a queue of its own so that nobody else's worker takes the tasks."""
    queue, before = f"journey-{monotonic()}", (app.conf.task_default_queue, app.conf.task_routes)
    try:
        route_to(queue, None)
        with start_worker(app, pool="solo", perform_ping_check=False, loglevel="ERROR", queues=[queue]):
            yield
    finally:
        route_to(*before)


def route_to(queue: str, routes: Any) -> None:
    app.conf.task_default_queue, app.conf.task_routes = queue, routes
    app.__dict__.pop("amqp", None)  # it keeps the routes it was made with


@pytest.fixture
def watch(live_server) -> Iterator[Watch]:
    found = Watch(urlsplit(live_server.url).netloc)
    yield found
    assert found.wrongs == []


@pytest.fixture
def page_of(browser, live_server, watch):
    """``page_of(user)``: a page logged in as that person; ``page_of(None)`` a visitor's. ``scripts=False``: without JavaScript."""
    opened: list[BrowserContext] = []

    def open_page(user: Any, *, size: dict[str, int] = WIDE, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport=size,
            java_script_enabled=scripts,
        )
        opened.append(context)
        if user is not None:
            context.add_cookies([session_cookie(user, live_server.url)])
        page = context.new_page()
        page.set_default_timeout(20_000)
        watch.over(page)
        return page

    yield open_page
    for context in opened:
        context.close()


def session_cookie(user: Any, url: str) -> dict[str, str]:
    client = Client()
    client.force_login(user, backend=BACKEND)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture
def axe():
    """``axe(page)``: breaches of the accessibility rules on this page, each with where it stands."""

    def check(page: Page) -> list[str]:
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{page.url} {breach['id']}: {breach['help']} at {[node['target'] for node in breach['nodes']][:3]}"
            for breach in found["violations"]
        ]

    return check


@pytest.fixture
def take_picture():
    """``take_picture(page, "home")``: the whole page at 1440 and at 390 pixels, under ``var/pictures``."""

    def take(page: Page, name: str) -> list[Path]:
        folder = settings.VAR_DIR / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        taken = []
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            taken.append(folder / f"{name}-{size['width']}.png")
            page.screenshot(path=taken[-1], full_page=True)
        page.set_viewport_size(WIDE)
        return taken

    return take
