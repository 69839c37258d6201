"""Every page of the house, by role: accessible, narrow enough for a telephone, usable by keyboard and without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Clock, Doubt, ProcedureEvent
from supervision.facts import refresh_facts
from supervision.flags import confirm_flag
from supervision.letters import Addressee, Subject, draft_letter
from supervision.measures import take_measure
from supervision.models import Flag, Rule
from supervision.rules import draft_version
from supervision.screening import screen_cases
from tests.journeys.conftest import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TODAY = timezone.localdate()
FIVE = {"f": "same_side_max", "op": "gte", "v": 5}
HOME, LIST, ALERTS = "dashboard:home", "cases:list", "alerts:day"
PAGES = {
    "president": [
        HOME,
        LIST,
        "cases:page",
        ALERTS,
        "cases:doubts",
        "dashboard:trail",
        "dashboard:definitions",
        "courts:account",
        "supervision:waiting",
        "supervision:flag",
        "supervision:measure-new",
        "supervision:measure",
        "supervision:desk",
        "supervision:delegate",
        "supervision:powers",
        "supervision:facts",
        "supervision:log",
        "supervision:ledger",
        "supervision:quality",
        "supervision:letters",
        "supervision:letter-new",
        "supervision:letter",
        "supervision:circulars",
        "supervision:risks",
        "supervision:risk-quarter",
        "supervision:rules",
        "supervision:rule",
        "supervision:inquiries",
        "supervision:inquiry-new",
        "quota:weights",
        "quota:weight-trial",
        "quota:classes",
        "quota:breaches",
    ],
    "trial_office": [
        HOME,
        "ingest:list",
        "ingest:upload",
        "cases:pause",
        "cases:extend",
        "cases:convert",
        "cases:exclude",
        "cases:number",
        "supervision:waiting",
        "supervision:letters",
        "supervision:letter-new",
        "supervision:letter-edit",
        "supervision:circulars",
        "supervision:rules",
        "supervision:rule-new",
        "supervision:rule-edit",
        "supervision:rule-add-example",
        "supervision:replay",
        "supervision:ledger",
        "supervision:risks",
        "quota:lots",
        "quota:lot-exceptions",
        "quota:lot-days",
    ],
    "division_head": ["supervision:waiting", "supervision:flag", "supervision:measure-new", "supervision:desk"],
    "judge": [
        HOME,
        "dashboard:mine",
        "cases:page",
        "cases:event",
        "cases:pause",
        "cases:close",
        ALERTS,
        "supervision:waiting",
        "supervision:flag",
        "supervision:flag-new",
        "supervision:measure",
        "supervision:mine",
        "supervision:facts",
        "supervision:looked",
        "supervision:log",
        "supervision:letters",
        "quota:my-load",
        "quota:standing-recusals",
    ],
    "filing": ["supervision:to-tick", "supervision:ticks", "quota:lots"],
    "discipline": ["supervision:waiting", "supervision:state", "supervision:letters", "supervision:ledger", "supervision:inquiries"],
    "petition": ["supervision:state"],
    "itadmin": [HOME, "courts:account", "supervision:rules", "supervision:rule-new"],
    "politics": [HOME, "quota:home", "quota:scenarios", "quota:compare", "quota:plans", "quota:judges", "quota:selections", "quota:teams", "quota:availability", "quota:my-availability", "quota:my-candidacy", "quota:duties", "quota:circulars", "quota:subsidies", "quota:studies", "quota:forecasts", "quota:figures", "quota:context"],
}  # fmt: skip
"""Address names; those about a case, a flag, a measure, a letter or a rule are opened for those of ``a_case``."""


@pytest.fixture
def a_case(transactional_db, file_case, now):
    """A case with a clock, an event and a doubt, among others near and past their limits."""
    for days in (-3, 2, 20):
        case = file_case(filed_on=TODAY - timedelta(days=160))
        Clock.objects.create(
            case=case,
            kind="statutory",
            rule="civ_first_ordinary",
            state="running",
            due_on=TODAY + timedelta(days=days),
        )
    case = file_case(filed_on=TODAY - timedelta(days=100))
    due_on = TODAY + timedelta(days=81)
    Clock.objects.create(
        case=case,
        kind="statutory",
        rule="civ_first_ordinary",
        state="running",
        due_on=due_on,
        start_on=case.filed_on,
    )
    ProcedureEvent.objects.create(case=case, node="立案", on=case.filed_on)
    Doubt.objects.create(case=case, kind="no_limit_rule", sentence="无法确定审限规则", raised_at=now)
    return case


@pytest.fixture
def supervised(a_case, file_case, division_head, trial_office, division, court, now):
    """What the pages of supervision are opened for: of the case a confirmed flag, a measure that waits, a letter, a draft rule."""
    crowds = [a_case, file_case(plaintiffs=15), file_case(plaintiffs=12, judge=None)]
    Case.objects.filter(pk=a_case.pk).update(plaintiffs=12)
    ids = [case.pk for case in crowds]
    refresh_facts(ids, TODAY)
    screen_cases(ids, TODAY, now)
    flag = confirm_flag(flag=Flag.objects.get(case=a_case, rule__code="B01"), by=division_head, at=now)
    given = {"content": "请报告案件进展。", "basis": "法发〔2021〕30号第十条", "by": division_head, "at": now}
    measure = take_measure(flag=flag, code="M02", **given)
    subject, to = Subject(cases=(a_case,)), Addressee(division=division)
    letter = draft_letter(kind="prompt", court=court, to=to, subject=subject, by=trial_office, at=now)
    said = {"name": "一方五人以上", "stage": "filing", "mode": "auto", "severity": "mid", "condition": FIVE}
    version = draft_version(court=court, code="B-01", category="B", by=trial_office, at=now, said=said)
    return {
        "case": a_case.pk, "flag": flag.pk, "measure": measure.pk, "letter": letter.pk, "version": version.pk,
        "rule": Rule.objects.get(code="B01", court=None).pk, "filed": crowds[-1].pk,
    }  # fmt: skip


#: The pages of supervision that are about one thing, by what it is; all others are about nothing.
ABOUT = {
    "case": ["delegate", "facts", "looked", "flag-new"],
    "filed": ["ticks"],
    "flag": ["flag", "measure-new"],
    "measure": ["measure"],
    "letter": ["letter", "letter-edit"],
    "rule": ["rule"],
    "version": ["rule-edit", "rule-add-example", "replay"],
}
THINGS = {f"supervision:{name}": thing for thing, names in ABOUT.items() for name in names}


def address(name: str, things) -> str:
    about_case = name.startswith("cases:") and name not in ("cases:list", "cases:doubts")
    thing = "case" if about_case else THINGS.get(name)
    if name == "supervision:inquiry-new":
        return f"{reverse(name)}?case={things['case']}"
    return reverse(name, args=[things[thing]] if thing else [])


@pytest.fixture(params=PAGES)
def person(request, supervised, post):
    role = request.param
    known = role in ("president", "trial_office", "judge", "division_head")
    user = request.getfixturevalue(role) if known else post(role)
    return user, [address(name, supervised) for name in PAGES[role]]


def overflow(page) -> int:
    """Pixels by which the page is too wide, once the charts have followed the window."""
    for _ in range(20):
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide <= 0:
            break
        page.wait_for_timeout(100)
    return wide


def test_every_page_is_accessible_and_fits_a_telephone(person, page_of, axe):
    user, addresses = person
    page, wrongs = page_of(user), []
    for where in addresses:
        page.set_viewport_size(WIDE)
        assert page.goto(where).status == 200, where
        page.wait_for_load_state("networkidle")
        wrongs += axe(page)
        page.set_viewport_size(NARROW)
        wide = overflow(page)
        wrongs += [f"{where} is {wide} px too wide at 390"] if wide > 0 else []
    assert wrongs == []


def test_every_page_is_there_without_scripts(person, page_of):
    user, addresses = person
    page = page_of(user, scripts=False)
    for where in addresses:
        assert page.goto(where).status == 200, where
        assert page.locator("h1").first.is_visible(), where


def test_the_doors_are_accessible(page_of, axe, transactional_db):
    page = page_of(None, size=NARROW)
    for name in ("courts:login", "courts:reset"):
        page.goto(reverse(name))
        assert axe(page) == [] and overflow(page) <= 0


def test_the_keyboard_reaches_the_content_first_and_then_everything_in_order(page_of, president, a_case):
    page = page_of(president)
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.tagName")
        )
    assert any("clock=urgent" in each for each in reached)
    assert any("period=" in each for each in reached)
    assert "SUMMARY" in reached


def test_the_period_is_changed_without_scripts(page_of, president, a_case):
    page = page_of(president, scripts=False)
    page.goto("/")
    page.get_by_role("link", name="上年", exact=True).click()
    assert f"{TODAY.year - 1}-01-01 至 {TODAY.year - 1}-12-31" in page.locator("main").inner_text()


def test_the_chart_is_drawn_and_its_table_says_the_same(page_of, president, a_case):
    page = page_of(president)
    page.goto("/")
    page.locator("[data-chart] svg").wait_for()
    page.get_by_text("数据表").click()
    last = page.locator("details table tbody tr").last.locator("td").last
    assert last.inner_text() == page.locator('[data-figure="pending"] [data-value]').inner_text()


def test_a_number_leads_to_its_cases(page_of, president, a_case):
    page = page_of(president)
    page.goto("/")
    near = page.locator('[data-figure="near"] [data-value] a')
    assert near.inner_text() == "1"
    near.click()
    assert page.locator("tbody tr").count() == 1


def test_the_first_screen_prints_its_tables(page_of, president, a_case):
    page = page_of(president)
    page.goto("/")
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert page.locator("details table").first.is_visible()
