"""Charts are built here and only drawn by the browser."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts import HEIGHT, WIDTH, caseload_by_month, sparkline
from dashboard.definitions import DEFINITIONS


def test_bars_are_filed_and_closed_and_the_line_is_what_was_pending():
    option = caseload_by_month(["2026-01", "2026-02"], [5, 6], [4, 7], [11, 10]).option
    drawn = [(each["name"], each["type"], each["data"]) for each in option["series"]]
    assert drawn == [("新收", "bar", [5, 6]), ("审结", "bar", [4, 7]), ("月末未结", "line", [11, 10])]
    assert option["xAxis"]["data"] == ["2026-01", "2026-02"]


def test_axes_of_counts_begin_at_zero():
    assert [axis["min"] for axis in caseload_by_month([], [], [], []).option["yAxis"]] == [0, 0]


def test_a_chart_is_told_apart_without_colour_and_has_a_definition():
    chart = caseload_by_month([], [], [], [])
    assert chart.option["aria"]["decal"]["show"]
    assert chart.definition is DEFINITIONS["curve"]


def test_the_tooltip_needs_no_inline_styles():
    assert caseload_by_month([], [], [], []).option["tooltip"]["renderMode"] == "richText"


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=36))
def test_a_small_line_stays_inside_its_frame_and_ends_at_the_last_value(values):
    line = sparkline(values)
    places = [tuple(map(float, point.split(","))) for point in line.points.split()]
    assert len(places) == len(values)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
    assert (line.low, line.high, line.last) == (min(values), max(values), values[-1])


def test_higher_values_are_drawn_higher_and_equal_ones_level():
    rising, level = sparkline([1, 2]), sparkline([3, 3, 3])
    heights = [float(point.split(",")[1]) for point in rising.points.split()]
    assert heights[0] > heights[1]
    assert len({point.split(",")[1] for point in level.points.split()}) == 1


def test_nothing_is_drawn_of_nothing():
    assert sparkline([]) is None


def test_every_definition_says_something():
    assert all(each.name and each.says.endswith("。") for each in DEFINITIONS.values())
