"""From a diary to hours: minutes summed by case, or mean minutes times frequency by element of the work."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quota.elements import Minutes, flows, sums, totals
from quota.hours import Cell

CELL = Cell("civil", "summary", "simple", "道路交通")
ORDER = ("reading", "hearing", "drafting")
WHOLE = {"order": ORDER, "winsor_low": 0.0, "winsor_high": 1.0}
DIARIES = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(ORDER), st.integers(1, 600)), min_size=1, max_size=40
)


def entries(*rows: tuple[str, str, float]) -> list[Minutes]:
    return [Minutes(case, CELL, element, minutes) for case, element, minutes in rows]


def test_everybody_who_worked_on_a_case_counts():
    diary = entries(("A", "hearing", 60), ("A", "hearing", 60), ("A", "drafting", 30), ("B", "reading", 45))
    assert [(one.case, one.hours) for one in sums(diary)] == [("A", 2.5), ("B", 0.75)]


def test_an_element_that_is_rarely_needed_counts_as_often_as_it_is():
    diary = entries(("A", "hearing", 60), ("B", "hearing", 120), ("A", "drafting", 90))
    flow = flows(diary, **WHOLE)[CELL]
    hearing, drafting = flow.elements
    assert (hearing.minutes, hearing.frequency) == (90, 1)
    assert (drafting.minutes, drafting.frequency) == (90, 0.5)
    assert flow.hours() == pytest.approx((90 + 45) / 60)


def test_frequencies_known_from_all_cases_replace_those_of_a_few_weeks():
    diary = entries(("A", "hearing", 60))
    flow = flows(diary, frequencies={(CELL, "hearing"): 1.8}, **WHOLE)[CELL]
    assert flow.hours() == pytest.approx(1.8)


def test_elements_come_in_the_order_of_the_catalogue():
    diary = entries(("A", "drafting", 1), ("A", "other", 1), ("A", "reading", 1))
    assert [one.element for one in flows(diary, **WHOLE)[CELL].elements] == ["reading", "drafting", "other"]


def test_outliers_of_an_element_are_drawn_in():
    diary = entries(*((f"C{place}", "hearing", 60) for place in range(40)), ("X", "hearing", 9999))
    flow = flows(diary, order=ORDER, winsor_low=0.05, winsor_high=0.95)[CELL]
    assert flow.hours() == pytest.approx(1.0)


def test_wider_cells_have_the_cases_of_all_they_hold():
    other = Cell("civil", "ordinary", "complex", "建设工程")
    diary = [*entries(("A", "hearing", 60)), Minutes("B", other, "hearing", 180)]
    assert flows(diary, **WHOLE)[Cell("civil")].hours() == pytest.approx(2.0)


def test_an_element_counts_as_often_as_whole_cases_have_it():
    """Eight of ten cases have a hearing, of the two whole ones both: each hearing counts for one and a quarter."""
    diary = entries(
        *((f"C{place}", "hearing", 60) for place in range(8)), ("W1", "reading", 60), ("W2", "reading", 60),
        *((f"C{place}", "reading", 60) for place in range(8)),
    )  # fmt: skip
    found = totals(diary, complete={"C0", "C1"}, least=2, winsor_low=0.0, winsor_high=1.0)
    hours = {one.case: one.hours for one in found}
    assert hours["C5"] == pytest.approx(1.25 + 1.0)
    assert hours["W1"] == pytest.approx(1.0)


@given(DIARIES)
def test_of_whole_cases_both_ways_give_the_same_mean(rows):
    diary = entries(*rows)
    cases = sums(diary)
    mean = sum(one.hours for one in cases) / len(cases)
    assert flows(diary, **WHOLE)[CELL].hours() == pytest.approx(mean)
