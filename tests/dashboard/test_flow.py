"""The arithmetic of the flow of cases, held to figures that courts have published."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.flow import Flow, change, figures, points, share, shown, signed, total

YIBIN = Flow(old=1448, new=36652, closed=31946, pending=6154)
YIBIN_BEFORE = Flow(old=757, new=39416, closed=31943, pending=8230)
ZHENGZHOU = Flow(old=12087, new=146484, closed=126927, pending=31644)
GUANGSHAN = Flow(old=1304, new=2577, closed=1456, pending=2425)

counts = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("flow", "accepted", "clearance", "closing"),
    [
        (YIBIN, 38100, "87.16", "83.85"),
        (ZHENGZHOU, 158571, "86.65", "80.04"),
        (GUANGSHAN, 3881, "56.50", "37.52"),
    ],
    ids=["Yibin 2022H1", "Zhengzhou 2021H1", "Guangshan 2022-01..02"],
)
def test_published_figures_come_out(flow, accepted, clearance, closing):
    assert (flow.accepted, flow.clearance_rate, flow.closing_rate) == (
        accepted,
        Decimal(clearance),
        Decimal(closing),
    )


def test_the_published_changes_against_the_year_before_come_out():
    changes = {figure.code: figure.change.text for figure in figures(YIBIN, YIBIN_BEFORE)}
    assert changes["accepted"] == "−5.16%"
    assert changes["closed"] == "+0.01%"
    assert changes["pending"] == "−25.22%"
    assert changes["clearance_rate"] == "+6.12 个百分点"


def test_a_ratio_of_nothing_is_a_dash_and_never_zero():
    nothing = Flow()
    assert nothing.clearance_rate is None and nothing.closing_rate is None
    assert [figure.value for figure in figures(nothing, nothing)] == ["0"] * 5 + ["—"] * 2
    assert shown(share(0, 5)) == "0.00%"


def test_counts_that_break_the_identity_are_refused():
    with pytest.raises(ValueError, match="is not 11 pending"):
        Flow(old=5, new=10, closed=5, pending=11)


@given(st.lists(st.tuples(counts, counts, counts)))
def test_the_identity_survives_adding_up(parts):
    flows = [
        Flow(old, new, min(done, old + new), old + new - min(done, old + new)) for old, new, done in parts
    ]
    whole = total(flows)
    assert whole.old + whole.new - whole.closed == whole.pending == sum(flow.pending for flow in flows)


def test_halves_are_rounded_up():
    assert share(1, 800) == Decimal("0.13")
    assert share(-1, 800) == Decimal("-0.13")


def test_a_change_from_nothing_cannot_be_said():
    assert change(5, 0) is None and signed(change(5, 0), "%") == "—"
    assert points(None, Decimal("3.00")) is None


def test_what_a_ratio_changed_by_is_what_the_two_shown_ratios_differ_by():
    assert points(YIBIN.clearance_rate, YIBIN_BEFORE.clearance_rate) == Decimal("87.16") - Decimal("81.04")


def test_numbers_read_as_a_person_writes_them():
    assert shown(38100) == "38,100"
    assert shown(Decimal("87.16")) == "87.16%"
    assert signed(Decimal("0.00"), "%") == "0.00%"
    assert signed(Decimal("-1234.50"), "%") == "−1,234.50%"
