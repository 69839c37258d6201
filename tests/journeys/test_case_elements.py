"""A judge records what a case is about and how it was decided: on the screen, on a telephone, without scripts."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from cases.models import Element, Outcome, Party
from courts.models import FixedDay
from tests.journeys.conftest import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def theft(transactional_db, file_case):
    """Two stand accused of a theft that was decided some days ago."""
    FixedDay.objects.create(day=date(2026, 6, 30))
    case = file_case(
        number="（2026）川1502刑初7号",
        type_code="刑初",
        category="刑事",
        cause="盗窃罪",
        closed_on=date(2026, 6, 20),
    )
    for name in ("张三", "李四"):
        Party.objects.create(case=case, name=name, standing="被告人")
    return case


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["screen", "telephone"])
def test_elements_and_outcome_are_recorded_for_one_of_two_defendants(
    theft, judge, page_of, axe, take_picture, size
):
    page = page_of(judge, size=size, scripts=size is WIDE)
    page.goto(reverse("cases:page", args=[theft.pk]))
    page.get_by_role("link", name="登记要素").click()
    page.get_by_role("link", name="李四").click()
    page.get_by_label("从犯").select_option("是")
    page.get_by_label("犯罪数额").fill("很多")
    page.get_by_role("button", name="登记").click()
    assert page.get_by_text("“犯罪数额”的“很多”应为不小于 0 的数").is_visible()
    if size is WIDE:
        assert axe(page) == []
        take_picture(page, "elements")
    page.get_by_label("犯罪数额").fill("3,200元")
    page.get_by_label("民族").fill("汉族")
    page.get_by_role("button", name="登记").click()
    assert page.get_by_text("3,200 元").is_visible()
    page.get_by_role("link", name="登记裁判结果").click()
    page.get_by_role("link", name="李四").click()
    page.get_by_label("刑期").fill("1年6个月")
    if size is WIDE:
        assert axe(page) == []
        take_picture(page, "outcomes")
    page.get_by_role("button", name="登记").click()
    assert page.get_by_text("18 个月").is_visible()
    if size is WIDE:
        assert axe(page) == []
        take_picture(page, "case-with-elements")
    assert set(Element.objects.values_list("party__name", "key")) == {
        ("李四", key) for key in ("accessory", "amount", "ethnicity")
    }
    assert Outcome.objects.get().value == 18
