"""A draft of the ladders tried on real cases: what it would have said last week, and to whom it says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from alerts.models import Alert, Notice
from alerts.preview import DAYS, Period, preview, tellings
from alerts.sweeps import bring_court
from audit.models import Entry
from cases.models import Clock
from catalogues import library
from catalogues.ladders import narrowest_first, stage_on
from catalogues.models import Edition
from catalogues.services import draft_edition, edit_item
from courts.clock import today
from courts.models import Court

WEEK = tuple(date(2026, 6, 24) + timedelta(days=n) for n in range(DAYS))


# --- which days ---------------------------------------------------------------------------------------
@given(st.integers(-40, 40), st.integers(0, 200), st.sampled_from([None, 1, 2, 7]))
def test_one_is_told_when_a_stage_begins_and_every_so_many_days_after(due, length, repeat):
    (shipped,) = (
        each
        for each in narrowest_first(library.ladders().values(), WEEK[0])
        if each.id == "statutory_general"
    )
    ladder = replace(shipped, stages=tuple(replace(stage, repeat_days=repeat) for stage in shipped.stages))
    due_on = WEEK[0] + timedelta(days=due)
    period = Period(1, "民事", "", "statutory", due_on - timedelta(days=length), due_on)
    said = {(stage, day) for stage, _, days in tellings(ladder, period, WEEK) for day in days}
    for day in WEEK:
        reached = stage_on(day, period.start_on, due_on, ladder)
        since = (day - reached[1]).days if reached else -1
        wanted = since == 0 or (since > 0 and repeat is not None and since % repeat == 0)
        assert (
            ({stage for stage, on in said if on == day} == {reached[0].stage})
            if wanted
            else (day not in {on for _, on in said})
        )


# --- the numbers ----------------------------------------------------------------------------------------
@pytest.fixture
def in_force(db) -> Edition:
    return Edition.objects.get(kind="alert_ladders", status="published")


@pytest.fixture
def draft(in_force, trial_office) -> Edition:
    return draft_edition(
        based_on=in_force, title="试改", effective_from=None, by=trial_office, at=timezone.now()
    )


def change(draft, by, **changes):
    """Change the mid stage of the ladder of ordinary limits."""
    body = draft.items.get(code="statutory_general").body
    body["versions"][0]["stages"][1] |= changes
    edit_item(edition=draft, code="statutory_general", body=body, by=by, at=timezone.now())


@pytest.fixture
def running(file_case):
    """``running(3)``: a case whose limit ends in so many days."""

    def create(days: int, **fields):
        case = file_case(filed_on=today() - timedelta(days=150), **fields)
        due_on = today() + timedelta(days=days)
        Clock.objects.create(
            case=case, kind="statutory", rule="civ_first_ordinary", state="running",
            start_on=due_on - timedelta(days=181), due_on=due_on,
        )  # fmt: skip
        return case

    return create


def test_the_replay_is_what_daily_sweeps_would_have_told(
    running, in_force, trial_office, division_head, president, court
):
    for days in (-9, -1, 0, 2, 4, 5, 9, 24, 28, 30, 58, 61, 90):
        running(days)
    found = preview(in_force, trial_office, today()).draft
    for ago in reversed(range(100)):
        day = today() - timedelta(days=ago)
        bring_court(court.pk, day, timezone.now())
    week = [today() - timedelta(days=ago) for ago in range(DAYS)]
    told = Notice.objects.filter(told_on__in=week, alert__case__isnull=False)
    assert found.sent == told.count() > 30
    assert dict(found.days) == {day: n for day in week if (n := told.filter(told_on=day).count())}
    assert found.most == max(
        told.filter(person=person).count() for person in told.values_list("person", flat=True)
    )
    assert found.raised == Alert.objects.filter(began_on__in=week, case__isnull=False).count()


def test_an_unchanged_draft_says_what_is_said_now(running, draft, trial_office, division_head):
    running(3)
    found = preview(draft, trial_office, today())
    assert found.draft == found.present
    assert not found.newly_told and not found.no_longer_told


def test_a_draft_that_tells_more_people_sooner_shows_whom_and_about_which_cases(
    running, draft, trial_office, division_head, president
):
    case = running(40)
    change(draft, trial_office, n=42, tell=["judge", "division_head", "president"])
    found = preview(draft, trial_office, today())
    assert found.draft.alerts == {"mid": 1} and not found.present.raised
    assert found.newly_told == {
        (case.pk, division_head.pk),
        (case.pk, president.pk),
        (case.pk, case.judge_id),
    }
    assert [line[:2] for line in found.by_capacity(["judge", "division_head", "president"])] == [
        ("mid", "judge"), ("mid", "division_head"), ("mid", "president"),
    ]  # fmt: skip


def test_a_version_that_begins_later_is_tried_already(running, draft, trial_office):
    running(40)
    body = draft.items.get(code="statutory_general").body
    newest = body["versions"][0] | {"effective_from": (today() + timedelta(days=60)).isoformat()}
    newest["stages"] = [dict(stage) for stage in newest["stages"]]
    newest["stages"][1]["n"] = 42
    body["versions"].append(newest)
    edit_item(edition=draft, code="statutory_general", body=body, by=trial_office, at=timezone.now())
    assert preview(draft, trial_office, today()).draft.alerts == {"mid": 1}


def test_sealed_cases_and_those_of_other_courts_are_not_counted(running, draft, trial_office, outsider):
    running(3, sealed="juvenile")
    running(3, court=Court.objects.get(code="川1503"), division=None, judge=outsider)
    assert preview(draft, trial_office, today()).draft.sent == 0


def test_nothing_is_written(running, draft, trial_office):
    running(3)
    assert preview(draft, trial_office, today()).draft.sent > 0
    assert not Alert.objects.exists() and not Notice.objects.exists()


# --- the page -------------------------------------------------------------------------------------------
def shown(client, person, edition):
    client.force_login(person, backend="courts.backends.PostedUserBackend")
    return client.get(reverse("alerts:preview", args=[edition.pk]))


def test_the_page_says_how_many_messages_and_how_many_at_most_to_one_person(
    client, running, draft, trial_office, division_head
):
    running(5)
    running(4)
    page = shown(client, trial_office, draft).content.decode()
    found = preview(draft, trial_office, today()).draft
    assert f"发出 {found.sent} 条告知，一人最多 {found.most} 条" in page
    assert f"会新发预警 {found.raised} 件" in page


def test_the_page_names_no_person(client, running, draft, trial_office, division_head, judge):
    running(4)
    change(draft, trial_office, n=40)
    page = shown(client, trial_office, draft).content.decode()
    assert judge.name not in page and division_head.name not in page


def test_the_page_of_the_draft_leads_to_its_preview(client, draft, trial_office):
    client.force_login(trial_office, backend="courts.backends.PostedUserBackend")
    page = client.get(reverse("admin:catalogues_edition_page", args=[draft.pk])).content.decode()
    assert reverse("alerts:preview", args=[draft.pk]) in page


def test_a_faulty_draft_is_explained_before_it_is_tried(client, draft, trial_office):
    change(draft, trial_office, n=3)
    page = shown(client, trial_office, draft).content.decode()
    assert "“紧急”早于“中期”开始" in page and "条告知" not in page.split("</h1>")[1].split("<section")[0]


def test_who_oversees_no_court_is_told_to_ask_somebody_else(client, draft, post):
    assert "请由审管办预演" in shown(client, post("itadmin"), draft).content.decode()


@pytest.mark.parametrize("role", ["clerk", "judge", "president"])
def test_who_may_neither_draft_nor_publish_is_refused_and_it_is_on_record(client, draft, post, role):
    person = post(role, "某人")
    assert shown(client, person, draft).status_code == 403
    assert Entry.objects.filter(act="alerts.preview_ladders", actor_id=person.pk, outcome="refused").exists()


def test_only_a_draft_of_the_ladders_can_be_tried(client, in_force, trial_office):
    assert shown(client, trial_office, in_force).status_code == 404
    assert shown(client, trial_office, Edition.objects.get(kind="nodes")).status_code == 404


def test_the_page_costs_the_same_with_more_cases(client, running, draft, trial_office, costs_the_same):
    running(3)
    client.force_login(trial_office, backend="courts.backends.PostedUserBackend")
    address = reverse("alerts:preview", args=[draft.pk])
    costs_the_same(lambda: client.get(address), grow=lambda: [running(n % 20) for n in range(20)])
