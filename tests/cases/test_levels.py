"""How near a limit is follows the published ladders, in Python and in SQL alike."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from cases.levels import in_stage, stage_of_limit
from cases.models import Case, Clock
from cases.querying import narrowed, with_statutory_clock
from cases.selectors import rows
from catalogues.ladders import STAGES, ladder_for, stage_on
from catalogues.law import AlertLadder, LadderStage
from catalogues.models import Edition
from catalogues.selectors import law_in_use
from catalogues.services import draft_edition, edit_item, publish_edition

DAY = date(2026, 6, 30)
AT = "2026-06-30T08:00:00+08:00"


@pytest.fixture
def random_cases(file_case):
    """Cases of every kind around their due day, short limits among them."""

    def create(seed: int, how_many: int = 60) -> None:
        draw = random.Random(seed)
        for _ in range(how_many):
            case = file_case(
                category=draw.choice(["民事", "刑事", "行政", "执行", "其他"]),
                procedure=draw.choice(["ordinary", "summary", "small", ""]),
            )
            due = DAY + timedelta(days=draw.randrange(-5, 70))
            start = draw.choice([None, due - timedelta(days=draw.choice([0, 3, 10, 20, 61, 181]))])
            Clock.objects.create(
                case=case,
                kind="statutory",
                rule="civ_first_ordinary",
                state="running",
                start_on=start,
                due_on=due,
            )

    return create


def odd_ladders() -> tuple[AlertLadder, ...]:
    """Ladders of one's own: by procedure, with other parts and days, one that lapses."""
    (general,) = (each for each in law_in_use().ladders_on(DAY) if each.id == "statutory_general")

    def stage(name: str, measure: str, n: int, of: int | None = None) -> LadderStage:
        return LadderStage(name, measure, n, of, ("judge",), None, ())

    small = (stage("early", "part", 3, 7), stage("urgent", "before", 12), stage("overdue", "after", 3))
    return (
        replace(general, id="small", procedures=("small",), stages=small),
        replace(
            general, id="fast", categories=("刑事",), stages=(stage("urgent", "before", 4),), lapses=True
        ),
        replace(general, categories=("民事", "执行", "行政")),
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("which", ["shipped", "odd"])
def test_the_database_and_one_case_agree(random_cases, seed, which):
    random_cases(seed)
    ladders = law_in_use().ladders_on(DAY) if which == "shipped" else odd_ladders()
    cases = with_statutory_clock(Case.objects.all()).annotate(stage=stage_of_limit(DAY, ladders))
    found = {case.pk: case.stage for case in cases}
    for case in cases:
        ladder = ladder_for(ladders, "statutory", case.category, case.procedure)
        reached = stage_on(DAY, case.clock_start, case.due_on, ladder) if ladder else None
        assert found[case.pk] == (reached[0].stage if reached else "none"), case.due_on
    assert len(set(found.values())) == 5
    for stage in STAGES:
        chosen = with_statutory_clock(Case.objects.all()).filter(in_stage(stage, DAY, ladders))
        assert {case.pk for case in chosen} == {pk for pk, reached in found.items() if reached == stage}


def test_the_list_and_its_filter_follow_a_ladder_that_was_published(random_cases, trial_office, post):
    random_cases(7)
    before = urgent_ones()
    edition = Edition.objects.get(kind="alert_ladders")
    draft = draft_edition(based_on=edition, title="十日", effective_from=None, by=trial_office, at=AT)
    body = draft.items.get(code="statutory_general").body
    body["versions"][0]["stages"][2]["n"] = 10
    edit_item(edition=draft, code="statutory_general", body=body, by=trial_office, at=AT)
    publish_edition(edition=draft, by=post("trial_office", "审管办李"), at=AT)
    assert urgent_ones() > before


def urgent_ones() -> set[int]:
    """The ids the filter of the list finds, which are those the list calls urgent."""
    listed = rows(with_statutory_clock(Case.objects.all()), DAY)
    shown = {row.case.pk for row in listed if row.level == "urgent"}
    assert set(narrowed(Case.objects.all(), {"clock": "urgent"}, DAY).values_list("pk", flat=True)) == shown
    return shown
