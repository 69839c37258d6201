"""The pages of runs and of trust in a real browser: accessible, fit for a telephone, whole without scripts, and alive with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from courts.models import FixedDay
from deviation.fitting import note
from deviation.models import Run
from tests.deviation.trained_runs import NOW, TODAY, run_in_use, trained_run
from tests.journeys.conftest import NARROW, WIDE
from tests.journeys.test_pages import overflow

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def in_use(transactional_db, court, trial_office, president):
    FixedDay.objects.create(day=TODAY)
    return run_in_use(court, trial_office, president)


def test_the_pages_of_runs_are_accessible_and_fit_a_telephone(
    page_of, president, trial_office, in_use, court, post, axe, take_picture
):
    waiting = trained_run(court, post("trial_office"))
    Run.objects.create(court=court, code="fine", state="training", progress=40, step="对照检验", asked_at=NOW, window_from=TODAY - timedelta(1000), window_to=TODAY)  # fmt: skip
    page = page_of(trial_office)
    places = {
        "runs": reverse("deviation:runs"),
        "run": reverse("deviation:run", args=[in_use.pk]),
        "run-decide": reverse("deviation:run", args=[waiting.pk]),
        "trust": reverse("deviation:trust"),
    }
    for name, address in places.items():
        page.set_viewport_size(WIDE)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert axe(page) == []
        take_picture(page, f"deviation-{name}")
        page.set_viewport_size(NARROW)
        assert overflow(page) <= 0, name


def test_without_scripts_a_run_is_asked_for_and_another_released(page_of, trial_office, president, in_use):
    page = page_of(trial_office, scripts=False)
    page.goto(reverse("deviation:runs"))
    page.get_by_label("模型", exact=True).select_option("fine")
    page.get_by_role("button", name="发起训练").click()
    assert "正在排队" in page.locator("main").inner_text()
    run = Run.objects.get(code="fine")
    done = Run.objects.get(pk=in_use.pk)
    note(run, state="trained", n=done.n, card=done.card, trust=done.trust, artefact=bytes(done.artefact), digest=done.digest, finished_at=NOW)  # fmt: skip
    page.get_by_role("link", name="偏离度模型").first.click()
    other = page_of(president, scripts=False)
    other.goto(reverse("deviation:run", args=[run.pk]))
    other.get_by_label("备注").fill("已核对模型卡")
    other.get_by_role("button", name="已核对，启用").click()
    assert "已启用" in other.locator("main").inner_text()


def test_the_page_of_a_run_moves_by_itself_and_ends_with_the_card(page_of, trial_office, in_use):
    done = Run.objects.get(pk=in_use.pk)
    run = Run.objects.create(court=done.court, code="fine", state="training", progress=10, step="读取往案", asked_at=NOW, window_from=done.window_from, window_to=done.window_to)  # fmt: skip
    page = page_of(trial_office)
    page.goto(reverse("deviation:run", args=[run.pk]))
    assert "10%" in page.locator("#run").inner_text()
    note(run, progress=70, step="对照检验")
    page.get_by_text("70%").wait_for()
    note(run, state="trained", n=done.n, card=done.card, trust=done.trust, artefact=bytes(done.artefact), digest=done.digest, finished_at=NOW)  # fmt: skip
    page.get_by_role("heading", name="各类案件的覆盖率和误差").wait_for()
