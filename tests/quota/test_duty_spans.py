"""Spans in post: days are counted once, a part of a month is a part, periods have names."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quota.duty_spans import (
    Span,
    common,
    is_within,
    joined,
    months_in,
    period_of,
    periods_over,
    periods_running,
    without,
)

Q2 = period_of(2026, 4, 6)
DAYS = [date.fromordinal(date(2026, 3, 20).toordinal() + place) for place in range(60)]
spans = st.lists(
    st.tuples(st.integers(0, 58), st.integers(1, 30)).map(
        lambda ends: Span(DAYS[ends[0]], DAYS[min(59, ends[0] + ends[1])])
    ),
    max_size=5,
)


def days_of(found):
    return {day for day in DAYS if is_within(day, found)}


@given(spans, spans)
def test_common_and_without_are_what_sets_of_days_are(mine, others):
    mine = [span for span in mine if span.starts < span.ends]
    others = [span for span in others if span.starts < span.ends]
    assert days_of(common(mine, others)) == days_of(mine) & days_of(others)
    assert days_of(without(mine, others)) == days_of(mine) - days_of(others)
    assert days_of(joined(mine)) == days_of(mine)
    assert sum((span.ends - span.starts).days for span in joined(mine)) == len(days_of(mine))


def test_a_whole_period_is_its_months_and_half_a_month_is_half_of_one():
    assert months_in([Q2.span], Q2) == 3
    assert months_in([Span(date(2026, 4, 16), date(2026, 6, 1))], Q2) == Fraction(3, 2)
    assert months_in([Span(date(2020, 1, 1), date(2030, 1, 1))], period_of(2026, 1, 12)) == 12
    assert months_in([], Q2) == 0


def test_a_period_says_its_name():
    names = [period_of(2026, *months).name for months in ((1, 3), (4, 6), (10, 12), (1, 6), (1, 12), (5, 5))]
    assert names == [
        "2026年第一季度", "2026年第二季度", "2026年第四季度", "2026年1至6月", "2026年", "2026年5月",
    ]  # fmt: skip


def test_only_quarters_that_are_over_are_reported():
    found = periods_over(date(2026, 6, 30), quarters=2)
    assert [period.name for period in found] == ["2026年第一季度", "2025年第四季度", "2025年"]
    assert periods_over(date(2026, 7, 1), quarters=1)[0] == Q2
    assert [period.name for period in periods_running(date(2026, 6, 30))] == [
        "2026年第二季度",
        "2026年1至6月",
    ]
    assert [period.name for period in periods_running(date(2026, 1, 1))] == ["2026年第一季度"]
