"""The pages of drafts, notices and contests in a real browser: accessible, narrow enough, and whole without scripts."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Element, Outcome
from courts.models import FixedDay
from deviation.contests import contest
from deviation.drafts import save_draft
from deviation.models import Notice, Score
from deviation.notices import disclose_due, tell_judge
from tests.journeys.conftest import NARROW, WIDE
from tests.journeys.test_pages import overflow

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = date(2026, 6, 1)
MILD = "较大或两年三次或入户或携凶或扒窃"
BREACH = {"band": MILD, "start": 6.0, "increments": 1.0, "base": 7.0, "applied": {"累犯": 0.3}}


@pytest.fixture
def theft(file_case):
    def create(serial: int, **fields):
        number = f"（2026）川1502刑初{serial}号"
        return file_case(
            number=number, type_code="刑初", category="刑事", cause="盗窃罪", serial=serial, **fields
        )

    return create


@pytest.fixture
def stories(transactional_db, theft, judge):
    """A draft that breaches the guideline, a private notice with peers, a disclosed one and a contested one."""
    FixedDay.objects.create(day=DAY)
    now = timezone.now()
    peers = [theft(900 + n, filed_on=date(2025, 9, 1), closed_on=date(2026, 1, 9)) for n in range(10)]
    for place, peer in enumerate(peers):
        for key, value in (("surrender", place % 2 == 0), ("plea_leniency", True), ("recidivist", False)):
            Element.objects.create(case=peer, key=key, value=value)
        Outcome.objects.create(case=peer, measure="months", value=8 + place, decided_on=date(2026, 1, 8))
    elements = {"surrender": True, "plea_leniency": True, "recidivist": None, "case_procedure": "ordinary"}
    told = []
    for serial in (1, 2, 3):
        score = Score.objects.create(
            case=theft(serial), court=judge.seats[0].court, code="months", stratum="盗窃罪", stage="draft", at=now, batch="2026-06",
            outcome=60, state="scored", expected=14, low=8, high=24, low99=5, high99=40, baseline=13, baseline_n=44, peers=210,
            p=0.004, q=0.03, direction="higher", band="red", elements=elements, comparables=[str(peer.pk) for peer in peers],
            factors=[["surrender", -3.2], ["plea_leniency", -1.4]],
        )  # fmt: skip
        told.append(tell_judge(score=score, at=now))
    Notice.objects.filter(pk__in=[told[1].pk, told[2].pk]).update(private_until=date(2026, 5, 29))
    disclose_due(today=DAY, at=now)
    contest(notice=Notice.objects.get(pk=told[2].pk), ground="method", text="样本太少", by=judge, at=now)
    drafted = theft(4)
    save_draft(
        case=drafted, party=None, values={"months": 40.0, "fine": 2000.0}, guideline=BREACH, by=judge, at=now
    )
    return {"private": told[0], "disclosed": told[1], "contested": told[2], "case": drafted}


def addresses(stories, who: str) -> dict[str, str]:
    notice = {
        name: reverse("deviation:notice", args=[stories[name].pk])
        for name in ("private", "disclosed", "contested")
    }
    if who == "judge":
        draft = reverse("deviation:draft", args=[stories["case"].pk])
        of_case = reverse("deviation:for-case", args=[stories["case"].pk])
        return {
            "mine": reverse("deviation:mine"),
            "draft": draft,
            "notice": notice["private"],
            "of-case": of_case,
        }
    return {
        "disclosed": reverse("deviation:disclosed"), "contests": reverse("deviation:contests"),
        "notice-disclosed": notice["disclosed"], "notice-contested": notice["contested"],
    }  # fmt: skip


@pytest.mark.parametrize("who", ["judge", "trial_office"])
def test_the_pages_are_accessible_and_fit_a_telephone(page_of, request, stories, axe, take_picture, who):
    page = page_of(request.getfixturevalue(who))
    for name, address in addresses(stories, who).items():
        page.set_viewport_size(WIDE)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.locator("main h1").is_visible(), name
        assert axe(page) == []
        take_picture(page, f"deviation-{name}")
        page.set_viewport_size(NARROW)
        assert overflow(page) <= 0, name


def test_a_judge_explains_without_scripts(page_of, judge, stories):
    page = page_of(judge, scripts=False)
    page.goto(reverse("deviation:mine"))
    page.get_by_role("link", name=stories["private"].case.number).first.click()
    assert "与可比案件差异较大，请说明" in page.locator("main").inner_text()
    page.get_by_label("理由", exact=True).select_option("several_crimes")
    page.get_by_role("button", name="提交").first.click()
    assert "数罪并罚" in page.locator("main").inner_text()


def test_a_judge_changes_a_draft_without_scripts(page_of, judge, stories):
    page = page_of(judge, scripts=False)
    page.goto(reverse("deviation:draft", args=[stories["case"].pk]))
    assert "高于指导意见区间的上限" in page.locator("main").inner_text()
    page.get_by_label("有期徒刑、拘役刑期（月）").fill("9")
    page.get_by_role("button", name="保存并核对").click()
    assert "在指导意见的区间以内" in page.locator("main").inner_text()
    assert Notice.objects.get(case=stories["case"]).state == "adjusted"
