"""Leaders' cases and subsidies in the browser: drafted, looked at, approved by another; accessible, narrow, without scripts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from courts.models import Division, FixedDay
from quota.circulars import draft_circular
from quota.models import CaseWeight
from quota.subsidies import object_to_share, prepare_pool
from tests.journeys.conftest import NARROW, WIDE
from tests.journeys.test_pages import overflow
from tests.quota.duty_people import CLOSED, Q1, on_quota

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def politics(post):
    return post("politics", "政治部冯")


@pytest.fixture
def filled(transactional_db, court, division, judge, division_head, president, post, file_case, now):
    """Leaders and judges of two divisions on the quota, with closed and weighed cases."""
    FixedDay.objects.create(day=date(2026, 6, 10))
    criminal = Division.objects.create(court=court, name="刑事审判庭", kind="刑事", position=2)
    vice, member = post("vice_president", "钱副院长"), post("ac_member", "孙专委")
    colleagues = [post("judge", f"{name}法官", division=criminal) for name in ("卫", "蒋", "沈")]
    on_quota(judge, division_head, president, vice, *colleagues, court=court)
    for place in range(60):
        owner = [judge, *colleagues, division_head, vice][place % 6]
        case = file_case(filed_on=date(2026, 1, 5), closed_on=CLOSED, judge=owner, members=[member.pk])
        CaseWeight.objects.create(
            case=case, group="民间借贷", procedure="简易", floating=1, weight=1 + place % 3, klass="simple", score=0,
            edition="tables-1", weighed_at=now,
        )  # fmt: skip


def test_a_circular_is_drafted_looked_at_and_approved_by_another(
    page_of, take_picture, filled, politics, president, division_head
):
    page = page_of(politics)
    page.goto(reverse("quota:duties") + f"?period={Q1.key}")
    take_picture(page, "duties")
    page.goto(reverse("quota:circulars"))
    page.get_by_label("统计期间").select_option(Q1.key)
    page.get_by_label("本人核对期限").fill("2026-06-20")
    page.get_by_role("button", name="按登记的案件统计").click()
    address = page.url
    assert "批准并通报" not in page.locator("main").inner_text()
    head = page_of(division_head, scripts=False)
    head.goto(address)
    head.get_by_label("说明").fill("第一季度参加巡回审判")
    head.get_by_role("button", name="已核对").click()
    assert "已于" in head.locator("main").inner_text()
    FixedDay.objects.update(day=date(2026, 6, 21))
    signer = page_of(president)
    signer.goto(address)
    take_picture(signer, "circular-draft")
    signer.get_by_role("button", name="批准并通报").click()
    assert "第一季度参加巡回审判" in signer.locator("article.paper").inner_text()
    take_picture(signer, "circular")


def test_a_subsidy_is_objected_to_answered_and_approved(
    page_of, take_picture, filled, court, politics, president, judge
):
    pool = prepare_pool(court=court, period=Q1, amount=Decimal("120000.00"), by=politics, at=timezone.now())
    own = page_of(judge, scripts=False)
    own.goto(reverse("quota:my-subsidy"))
    own.get_by_text("提出异议").click()
    own.get_by_label("异议").fill("少计一件")
    own.get_by_role("button", name="提交").click()
    assert "待答复" in own.locator("main").inner_text()
    page = page_of(president)
    page.goto(reverse("quota:subsidy", args=[pool.pk]))
    take_picture(page, "subsidy")
    page.get_by_label("答复", exact=True).fill("经核对无误")
    page.get_by_role("button", name="答复").click()
    page.get_by_role("button", name="批准").click()
    assert "已批准" in page.locator("h1").inner_text()
    own.goto(reverse("quota:my-subsidy"))
    take_picture(own, "my-subsidy")


def test_the_pages_are_accessible_and_fit_a_telephone(
    page_of, axe, filled, court, politics, judge, president
):
    circular = draft_circular(
        court=court, period=Q1, notes_until=date(2026, 6, 20), by=politics, at=timezone.now()
    )
    pool = prepare_pool(court=court, period=Q1, amount=Decimal("120000.00"), by=politics, at=timezone.now())
    object_to_share(pool=pool, objection="少计一件", by=judge, at=timezone.now())
    places = {
        politics: ["quota:duties", "quota:circulars", "quota:subsidies"],
        president: ["quota:duties"],
        judge: ["quota:circulars", "quota:my-subsidy"],
    }
    addresses = [(user, reverse(name)) for user, names in places.items() for name in names]
    addresses += [
        (user, address)
        for user in (politics, president)
        for address in (
            reverse("quota:circular", args=[circular.pk]),
            reverse("quota:subsidy", args=[pool.pk]),
        )
    ]
    wrongs = []
    for user, address in addresses:
        page = page_of(user)
        page.set_viewport_size(WIDE)
        assert page.goto(address).status == 200, address
        page.wait_for_load_state("networkidle")
        wrongs += axe(page)
        page.set_viewport_size(NARROW)
        wrongs += [f"{address} is too wide"] if overflow(page) > 0 else []
    assert wrongs == []
