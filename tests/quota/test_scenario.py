"""Scenarios: the same bytes from the same inputs, what each lever does, and what is said of every court."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predicates.problems import Misread
from quota.allocation import Infeasible
from quota.canonical import canonical, digest
from quota.scenario import bundle, compute, replay
from tests.quota.plans import SETTINGS, worked_inputs

HOUSE = Path(__file__).resolve().parents[2]
NO_RESERVE = {"reserve": 0}


def seats(result, name="seats"):
    return {row["code"]: row[name] for row in result["courts"]}


def pulled(**levers):
    return compute(worked_inputs(levers=levers))


def need(result):
    return {row["code"]: row["need"] for row in result["courts"]}


def test_the_worked_example_comes_out_of_a_scenario():
    result = pulled(seats=65, reserve=0)
    assert seats(result) == {"A": 14, "B": 7, "C": 5, "D": 39}
    assert result["totals"]["cap"] == 90
    assert seats(pulled(seats=90, reserve=0)) == {"A": 20, "B": 10, "C": 6, "D": 54}


def test_without_a_number_the_needs_rounded_up_less_the_reserve_are_shared():
    totals = compute(worked_inputs())["totals"]
    assert (totals["asked"], totals["reserve"], totals["seats"]) == (66, 3, 63)


def test_where_nobody_said_how_many_ceilings_keep_seats_back_and_that_is_said():
    totals = pulled(ceiling=0.2, reserve=0)["totals"]
    assert (totals["seats"], totals["unplaced"], totals["reserve"]) == (10 + 6 + 5 + 24, 21, 21)


def test_floors_may_take_from_the_reserve_but_never_go_above_the_cap():
    totals = pulled(new_judges={"A": 60 - 3}, ceiling=0.45)["totals"]
    assert (totals["seats"], totals["lifted"], totals["target"]) == (69, 6, 69)
    with pytest.raises(
        Infeasible, match=r"the floors of 4 courts add up to 99 seats.* raise them at A 90;"
    ) as told:
        pulled(new_judges={"A": 90 - 3})
    assert "其中 1 个法院的下限是在任法官数（A 90）" in told.value.chinese


def test_more_than_the_cap_is_never_shared_and_is_said():
    totals = pulled(seats=200, reserve=0)["totals"]
    assert (totals["seats"], totals["capped"]) == (90, True)


def test_the_intervals_of_the_kinds_are_put_together_and_not_added_up():
    result = compute(worked_inputs())
    halves = []
    for row in result["courts"]:
        judges = row["need"] / row["hours"]
        halves.append(math.hypot(*(case["hours"] * judges * 0.1 for case in row["cases"])))
        assert row["high80"] - row["need"] == pytest.approx(halves[-1])
        assert row["need"] - row["low80"] == pytest.approx(halves[-1])
    totals = result["totals"]
    assert totals["high80"] - totals["need"] == pytest.approx(math.hypot(*halves))
    assert totals["need"] - totals["low80"] == pytest.approx(math.hypot(*halves))


def test_the_interval_of_one_kind_at_one_court_stays_as_it_is_to_either_side():
    inputs = worked_inputs()
    inputs["courts"] = inputs["courts"][:1]
    inputs["courts"][0]["forecast"] = {"adm": {"total": 1000, "low": 900, "high": 1300}}
    (row,) = compute(inputs)["courts"]
    assert (row["low80"], row["high80"]) == (
        pytest.approx(row["need"] * 0.9),
        pytest.approx(row["need"] * 1.3),
    )


def test_months_are_added_up():
    inputs = worked_inputs()
    inputs["courts"][0]["forecast"]["adm"] = {"monthly": [3, 4] * 6, "low": 40, "high": 44}
    (cases,) = (each for each in compute(inputs)["courts"][0]["cases"] if each["type"] == "adm")
    assert (cases["count"], cases["hours"]) == (42, 42 * 18)


def test_one_level_and_two_levels_stand_side_by_side_and_the_one_chosen_counts():
    result = pulled(levels=2)
    assert seats(result) == seats(result, "seats_two_level")
    assert [each["group"] for each in result["groups"]] == ["东", "西"]
    assert sum(each["seats_two_level"] for each in result["groups"]) == result["totals"]["seats"]


def test_leave_of_a_court_raises_its_need_alone():
    before, after = need(compute(worked_inputs())), need(pulled(leave={"B": 0.2}))
    assert after["B"] == pytest.approx(before["B"] / 0.8)
    assert {code: after[code] for code in "ACD"} == {code: before[code] for code in "ACD"}


def test_leave_said_of_a_court_goes_before_leave_said_of_all():
    before, after = need(compute(worked_inputs())), need(pulled(leave={"all": 0.1, "B": 0}))
    assert after["B"] == before["B"]
    assert after["A"] == pytest.approx(before["A"] / 0.9)


def test_new_judges_are_in_post_and_kept():
    result = pulled(seats=65, reserve=0, new_judges={"B": 8})
    row = result["courts"][1]
    assert (row["sitting"], row["seats"], row["low_from"]) == (11, 11, "sitting")


def test_a_surge_raises_one_type_where_it_happens():
    before, after = (
        compute(worked_inputs()),
        pulled(surge=[{"type": "civ_ord", "ratio": 0.5, "courts": ["A"]}]),
    )
    assert after["courts"][0]["hours"] - before["courts"][0]["hours"] == 150 * 16
    assert need(after)["B"] == need(before)["B"]


def test_a_surge_of_everything_everywhere_scales_every_need():
    before, after = need(compute(worked_inputs())), need(pulled(surge=[{"ratio": 0.2}]))
    assert all(after[code] == pytest.approx(1.2 * before[code]) for code in before)


def test_a_fast_track_shortens_its_share_of_its_types():
    result = pulled(fast_track={"share": 0.5, "hours_ratio": 0.6, "types": ["civ_sum", "cri_sum"]})
    assert (result["hours"]["civ_sum"], result["hours"]["civ_ord"]) == (pytest.approx(6 * 0.8), 16)


def test_weights_replace_hours_before_the_fast_track_shortens_them():
    track = {"share": 1, "hours_ratio": 0.5, "types": ["civ_sum"]}
    assert pulled(weights={"civ_sum": 10}, fast_track=track)["hours"]["civ_sum"] == 5


def test_bounds_and_method_can_be_moved():
    moved = pulled(floor=5, ceiling=0.4, method="huntington_hill", seats=65, reserve=0)
    assert moved["method"] == "huntington_hill"
    assert [(row["low"], row["high"]) for row in moved["courts"]] == [(5, 20), (5, 13), (5, 10), (5, 48)]


def test_a_quota_of_last_year_moves_within_the_limit():
    inputs = worked_inputs(levers={"seats": 65, "reserve": 0})
    inputs["courts"][2]["last_seats"] = 10
    row = compute(inputs)["courts"][2]
    assert (row["low"], row["high"], row["seats"], row["low_from"]) == (9, 11, 9, "change")
    assert row["pressure_before"] == pytest.approx(row["need"] / 10)


def test_every_factor_of_every_court_is_said_and_how_its_last_seat_came():
    for row in pulled(seats=65, reserve=0)["courts"]:
        assert sum(each["hours"] for each in row["cases"]) == row["hours"]
        assert {part["factor"] for part in row["parts"]} == {"area", "pop", "gdp", "eth", "exp", "closed"}
    assert pulled(seats=65, reserve=0)["courts"][2]["step"]["next"] == "B"


def test_courts_stay_in_the_order_of_the_organisation():
    inputs = worked_inputs()
    inputs["courts"].reverse()
    assert [row["code"] for row in compute(inputs)["courts"]] == ["D", "C", "B", "A"]


def test_bounds_that_cannot_hold_are_named():
    with pytest.raises(Infeasible, match="the floors of 4 courts add up to 40 seats, more than the 30"):
        pulled(floor=10, seats=30, reserve=0)


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        ({"levers": {"surges": []}}, ("levers", "surges"), 'unknown lever "surges"; did you mean "surge"?'),
        ({"levers": {"leave": {"A": 1.5}}}, ("levers", "leave", "A"), "1.5 is out of range"),
        ({"levers": {"leave": {"X": 0.1}}}, ("levers", "leave", "X"), 'unknown court "X"'),
        ({"levers": {"surge": [{"type": "civ"}]}}, ("levers", "surge", 0, "type"), "did you mean"),
        ({"levers": {"seats": 6.5}}, ("levers", "seats"), "6.5 is not a whole number"),
        ({"method": "hill"}, ("method",), "unknown method"),
        ({"courts": []}, ("courts",), "holds no court"),
        ({"settings": {}}, ("settings", "judge_days_per_year"), "missing"),
        ({"settings": {**SETTINGS, "case_hours_per_day": 0}}, ("settings", "case_hours_per_day"), "from 1 to 10"),
        ({"settings": {**SETTINGS, "judge_days_per_year": 1e-200}}, ("settings", "judge_days_per_year"), "from 100 to 300"),
        ({"hours": {"civ_sum": True}}, ("hours", "civ_sum"), "true is not a number"),
        ({"hours": {"civ_sum": float("nan")}}, (), "holds a number that is not finite"),
    ],
)  # fmt: skip
def test_inputs_that_are_wrong_are_refused_with_their_place(changes, place, sentence):
    with pytest.raises(Misread) as refused:
        compute(worked_inputs(**changes))
    (problem,) = refused.value.problems
    assert problem.path == place
    assert sentence in problem.english
    assert problem.chinese


def test_a_court_that_stands_twice_is_refused():
    inputs = worked_inputs()
    inputs["courts"].append(inputs["courts"][0])
    with pytest.raises(Misread, match='"A" stands twice'):
        compute(inputs)


# --- the same bytes --------------------------------------------------------------------------------------------------
def test_the_result_survives_being_written_and_read():
    result = compute(worked_inputs())
    assert canonical(json.loads(canonical(result))) == canonical(result)
    assert compute(json.loads(json.dumps(worked_inputs()))) == result


def reversed_names(value):
    if isinstance(value, dict):
        return {name: reversed_names(value[name]) for name in reversed(value)}
    return [reversed_names(each) for each in value] if isinstance(value, list) else value


def test_the_order_of_names_changes_neither_digest_nor_result():
    inputs = worked_inputs(levers={"leave": {"all": 0.1, "A": 0.3}, "weights": {"adm": 9, "enf": 5}})
    assert digest(reversed_names(inputs)) == digest(inputs)
    assert canonical(compute(reversed_names(inputs))) == canonical(compute(inputs))


def test_the_digest_does_not_hang_on_the_order_of_names_or_on_a_whole_number_written_as_a_decimal():
    assert digest({"a": 1, "b": [1.0, 2.5]}) == digest({"b": [1, 2.5], "a": 1.0})
    assert digest({"a": 1}) != digest({"a": "1"})


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_what_is_written_canonically_reads_back_to_the_same_bytes(value):
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_another_process_with_another_hash_seed_gives_the_same_bytes():
    code = "import json,sys; from quota.scenario import *; sys.stdout.write(canonical(compute(json.load(sys.stdin))))"
    inputs = json.dumps(worked_inputs(method="huntington_hill"))
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], input=inputs, capture_output=True, text=True, check=True, cwd=HOUSE,
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert runs[0] == runs[1] == canonical(compute(worked_inputs(method="huntington_hill")))


def test_a_bundle_replays():
    inputs = worked_inputs(sources={"cell_hours": "第2版"})
    given = bundle(inputs, compute(inputs))
    assert replay(json.loads(json.dumps(given))).holds


def test_inputs_changed_after_signing_are_noticed():
    given = bundle(worked_inputs(), compute(worked_inputs()))
    given["inputs"]["courts"][0]["staffing"] = 53
    assert not replay(given).inputs_whole


def test_a_result_changed_after_signing_is_noticed_and_the_place_named():
    given = bundle(worked_inputs(), compute(worked_inputs()))
    given["result"]["courts"][1]["seats"] += 1
    found = replay(given)
    assert (found.inputs_whole, found.same, found.differs_at) == (True, False, "result › courts › 2 › seats")
