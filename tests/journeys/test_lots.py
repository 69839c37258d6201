"""A case is given to a judge by lot, and a stranger draws it again (随机分案)."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from courts.clock import today
from quota.lots import commit_seed, propose_draw, reveal_seeds
from quota.models import Draw, Team, TeamMember
from quota.recusals import record_recusal
from tests.journeys.conftest import NARROW, WIDE
from tests.journeys.test_pages import overflow
from tests.quota.lots_and_loads import weigh

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def filing(transactional_db, post):
    return post("filing", "立案庭李")


@pytest.fixture
def waiting(filing, file_case, post, division, division_head, judge, court):
    """Three cases that wait, four judges with different work at hand, one of them recused from the first case."""
    day = today()
    people = [judge, *(post("judge", f"法官{name}", division=division) for name in "甲乙丙")]
    for weight, person in enumerate(people):
        weigh(file_case(judge=person, filed_on=day), 8 * weight)
        weigh(file_case(judge=person, filed_on=day.replace(month=1, day=1), closed_on=day), 1 + weight)
    team = Team.objects.create(court=court, name="民一团队", kind="standard", opened_on=day)
    TeamMember.objects.create(team=team, person=judge, part="judge", joined_on=day)
    cases = [file_case(judge=None, filed_on=day - timedelta(days=1)) for _ in range(3)]
    ground = "与原告系同学"
    record_recusal(case=cases[0], person=people[1], ground=ground, by=division_head, at=timezone.now())
    commit_seed(court=court, on=day, by=None, at=timezone.now())
    return cases


def test_a_case_is_drawn_followed_and_drawn_again_by_a_stranger(page_of, waiting, filing, judge, tmp_path):
    page = page_of(filing, scripts=False)
    page.goto(reverse("quota:lots"))
    page.get_by_role("button", name=f"抽签：{waiting[0].number}").click()
    main = page.locator("main")
    assert "法官甲：回避" in main.inner_text()
    promised = Draw.objects.get().receipt
    assert promised in main.inner_text()
    page.get_by_role("button", name="确认分案").click()
    assert "已按抽签分案" in main.inner_text()

    page.goto(reverse("quota:lots"))
    page.get_by_role("link", name=waiting[1].number).click()
    page.get_by_label("人员").first.select_option(label="周法官")
    page.get_by_label("理由").first.fill("系列案件")
    page.get_by_role("button", name="指定承办人").click()
    assert "系列案件" in main.inner_text()

    reveal_seeds(today=today() + timedelta(days=10), at=timezone.now())
    reader = page_of(judge)
    reader.goto(reverse("quota:lot-days"))
    with reader.expect_download() as download:
        reader.get_by_role("link", name="下载").click()
    record = tmp_path / "day.json"
    download.value.save_as(record)
    assert json.loads(record.read_text())["draws"][0]["receipt"] == promised
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "verify_draw", str(record)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "whole; 1 draw of " in checked.stdout and "1 exception stated" in checked.stdout
    assert f"last receipt {promised}" in checked.stdout


def test_the_pages_are_accessible_and_fit_a_telephone(
    page_of, axe, take_picture, waiting, filing, judge, president
):
    draw = propose_draw(case=waiting[0], by=filing, at=timezone.now())
    lot, case = reverse("quota:lot", args=[draw.pk]), reverse("quota:lot-case", args=[waiting[1].pk])
    asked = {
        filing: [
            reverse("quota:lots"),
            lot,
            case,
            reverse("quota:lot-exceptions"),
            reverse("quota:lot-days"),
        ],
        judge: [reverse("quota:my-load"), reverse("quota:standing-recusals")],
        president: [reverse("quota:load")],
    }
    wrongs = []
    for user, addresses in asked.items():
        page = page_of(user)
        for where in addresses:
            page.set_viewport_size(WIDE)
            assert page.goto(where).status == 200, where
            wrongs += axe(page)
            page.set_viewport_size(NARROW)
            wide = overflow(page)
            wrongs += [f"{where} is {wide} px too wide at 390"] if wide > 0 else []
            take_picture(page, "lots-" + where.strip("/").replace("/", "-"))
    assert wrongs == []
