"""Why a court has its seats: lines that add up, how the last one came, and where it would turn."""

from datetime import date

import pytest

from quota.explaining import explain, seats_with, turning_points
from quota.plan_paper import plan_paper
from quota.scenario import compute
from tests.quota.plans import worked_inputs

METHODS = ("largest_remainder", "huntington_hill")


def result_of(method="largest_remainder", **levers):
    return compute(worked_inputs(method=method, levers={"seats": 65, "reserve": 0, **levers}))


@pytest.mark.parametrize("method", METHODS)
def test_the_lines_add_up_to_need_and_seats(method):
    result = result_of(method)
    for row in result["courts"]:
        lines = explain(result, row["code"]).lines
        assert sum(line.judges or 0 for line in lines) == pytest.approx(row["need"])
        assert sum(line.seats for line in lines) == pytest.approx(row["seats"])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("code", "ABCD")
def test_at_the_turning_points_the_court_has_a_seat_more_or_fewer(method, code):
    result = result_of(method)
    row = next(each for each in result["courts"] if each["code"] == code)
    more, fewer = turning_points(result, row)
    assert seats_with(result, code, more) == row["seats"] + 1
    assert seats_with(result, code, more - 0.002) == row["seats"]
    assert seats_with(result, code, fewer) == row["seats"]
    assert seats_with(result, code, fewer - 0.002) == row["seats"] - 1


def test_the_last_seat_names_who_would_have_been_next():
    told = " ".join(explain(result_of(), "C").last_seat)
    assert "最大余数法" in told and "余数排在第 1 位" in told and "下一名属于B县法院（0.2726）" in told


def test_who_was_not_reached_is_told_what_it_would_have_had_to_beat():
    told = " ".join(explain(result_of(), "B").last_seat)
    assert "未轮到余下的名额" in told and "最后一名员额给了C县法院（0.4049，本院为 0.2726）" in told


def test_a_court_at_its_bound_is_told_which_and_that_nothing_moves_it():
    told = explain(result_of(seats=90), "D")
    assert "按上限 54 名（本院编制的最高比例）" in told.lines[-1].words
    assert any("已到上限 54 名" in each for each in told.turning)
    floor = explain(result_of(floor=6), "C")
    assert any("已是下限 6 名" in each for each in floor.turning)


def test_an_adjustment_at_its_bound_has_a_line_of_its_own():
    inputs = worked_inputs(levers={"seats": 65, "reserve": 0})
    inputs["betas"] = {**inputs["betas"], "eth": 0.5}
    lines = explain(compute(inputs), "C").lines
    assert [line.label for line in lines if line.label == "调整系数上下限"]


def test_the_paper_has_every_court_and_the_digest():
    result = result_of()
    about = {
        "court": "某中院",
        "year": 2026,
        "reason": "年度核定",
        "result": result,
        "changes": (),
        "loosened": (),
        "digest": "abc",
    }
    paper = plan_paper(**about, decided_on=date(2026, 6, 30))
    assert [row[0] for row in paper.annex.table.rows] == ["A县法院", "B县法院", "C县法院", "D县法院"]
    assert not paper.draft and paper.day == "2026年6月30日"
    assert plan_paper(**about, decided_on=None).draft
