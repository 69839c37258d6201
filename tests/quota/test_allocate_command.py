"""``allocate`` and ``replay_scenario`` on the command line: without database, server or environment."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
import yaml

from quota.management.commands import allocate as allocating
from quota.management.commands import replay_scenario as replaying
from quota.scenario import ENGINE, bundle, compute
from tests.quota.plans import BETAS, HOURS, STAFFING, worked_inputs, worked_plan

HOUSE = Path(__file__).resolve().parents[2]
COMMANDS = {"allocate": allocating, "replay_scenario": replaying}


@dataclass(frozen=True)
class Ran:
    """What a run left behind, as ``subprocess`` tells it."""

    returncode: int
    stdout: bytes
    stderr: bytes


def alone(*arguments, given=""):
    """A process of its own, with an empty environment."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        input=given.encode(), capture_output=True, cwd=HOUSE, env={}, check=False,
    )  # fmt: skip


def run(name, *arguments, given=""):
    """In this process, because a process for every line of this file takes a minute."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    before, code = sys.stdin, 0
    sys.stdin = io.TextIOWrapper(io.BytesIO(given.encode() if isinstance(given, str) else given))
    try:
        with redirect_stdout(out), redirect_stderr(err):
            COMMANDS[name].Command().run_from_argv(["manage.py", name, *map(str, arguments)])
    except SystemExit as left:
        code = left.code
    finally:
        sys.stdin = before
    out.flush()
    return Ran(code or 0, out.buffer.getvalue(), err.getvalue().encode())


def allocate(given):
    return run(
        "allocate",
        given=given if isinstance(given, str | bytes) else yaml.safe_dump(given, allow_unicode=True),
    )


def answered(given):
    ran = allocate(given)
    assert (ran.returncode, ran.stderr) == (0, b"")
    return json.loads(ran.stdout)


def refused(given):
    ran = allocate(given)
    assert (ran.returncode, ran.stdout) == (2, b"")
    (line,) = ran.stderr.decode().splitlines()
    assert "Traceback" not in line
    return line


def seats(answer):
    return {code: court["seats"] for code, court in answer["courts"].items()}


def test_the_worked_example_in_and_out_of_files(tmp_path):
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(worked_plan(expect_hours={"A": 1}, contrast=1)))
    ran = alone("allocate", "--input", tmp_path / "plan.yaml", "--output", tmp_path / "plan.json")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    said = json.loads((tmp_path / "plan.json").read_text())
    assert seats(said) == {"A": 14, "B": 7, "C": 5, "D": 39}
    assert said["totals"]["seats"] == 65
    assert said["totals"]["need"] == pytest.approx(65.8883, abs=1e-3)
    assert said["courts"]["A"] == pytest.approx(
        {
            "hours": 19070,
            "raw": 14.7829,
            "adjustment": 0.9655,
            "need": 14.2729,
            "seats": 14,
            "pressure": 14.2729 / 14,
        },
        abs=1e-3,
    )


def test_ninety_seats_hours_and_betas_of_the_catalogue_and_a_mark_at_the_head():
    plan = "\ufeff" + yaml.safe_dump(worked_plan(seats=90, hours_per_case=None, judge_year_hours=None))
    assert seats(answered(plan)) == {"A": 20, "B": 10, "C": 6, "D": 54}


def test_the_floor_case():
    needs = {"A": 10, "B": 1, "C": 1, "D": 8}
    plan = {
        "judge_year_hours": 1290, "hours_per_case": {"adm": 1290}, "seats": 20,
        "forecast": {code: {"adm": need} for code, need in needs.items()}, "staffing": dict.fromkeys(needs, 20),
    }  # fmt: skip
    said = answered(plan)
    assert {code: court["need"] for code, court in said["courts"].items()} == needs
    assert seats(said) == {"A": 8, "B": 3, "C": 3, "D": 6}


def test_random_plans_equal_the_model_written_out(tmp_path):
    random = Random(6)
    codes = [f"{place:04}" for place in range(40)]
    plan = worked_plan(
        forecast={code: {kind: random.randint(0, 900) for kind in HOURS} for code in codes},
        context={code: {factor: random.uniform(0.1, 9) for factor in BETAS} for code in codes},
        staffing={code: random.randint(40, 120) for code in codes}, seats=700,
    )  # fmt: skip
    said = answered(plan)
    means = {factor: sum(plan["context"][code][factor] for code in codes) / 40 for factor in BETAS}
    for code in codes:
        raw = sum(n * HOURS[kind] for kind, n in plan["forecast"][code].items()) / 1290
        moved = 1 + sum(
            beta * (plan["context"][code][name] / means[name] - 1) for name, beta in BETAS.items()
        )
        assert said["courts"][code]["need"] == pytest.approx(raw * min(max(moved, 0.85), 1.15), rel=1e-12)
    assert sum(seats(said).values()) == 700
    assert list(said["courts"]) == codes


def test_two_levels_are_shown_where_the_groups_are_known():
    said = answered(
        worked_plan(groups={"A": "东", "B": "东", "C": "西", "D": "西"}, method="huntington_hill")
    )
    assert sum(court["seats_two_level"] for court in said["courts"].values()) == 65


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seats": 11}, "the floors of 4 courts add up to 12 seats, more than the 11 there are"),
        ({"seats": 104}, "the ceilings of 4 courts add up to 103 seats, fewer than the 104 to share out"),
        ({"staffing": {**STAFFING, "C": 5}}, "C: its floor of 3 seats is above its ceiling of 2"),
        ({"seats": 95, "cap_ratio": 0.39}, "95 seats are above the cap of 90, 0.39 of the staffing of 232"),
        ({"seats": None}, "seats is missing; give it"),
        ({"seats": "many"}, 'seats: "many" is not a number'),
        ({"seats": -1}, "seats: -1 is out of range"),
        ({"method": "dhondt"}, 'unknown method "dhondt"'),
        ({"ceiling_ration": 0.4}, 'unknown field "ceiling_ration"; did you mean "ceiling_ratio"?'),
        ({"staffing": {"A": 5}}, "staffing: B is missing"),
        ({"staffing": {**STAFFING, "E": 5}}, 'staffing › E: unknown court "E"'),
        ({"context": {"A": {"aera": 5}}}, 'context › A › aera: unknown circumstance "aera"; did you mean "area"?'),
        ({"forecast": {"A": {"civ": 5}}, "staffing": {"A": 9}, "context": {}}, 'unknown type of case "civ"'),
        ({"forecast": {"A": {"adm": True}}, "staffing": {"A": 9}, "context": {}}, "true is not a number"),
        ({"forecast": {}}, "forecast: holds no court"),
        ({"judge_year_hours": 0}, "judge_year_hours: 0 is out of range; give a number from 1"),
        ({"judge_year_hours": 1e-300}, "judge_year_hours: 1e-300 is out of range"),
        ({"sitting": {"D": 60, "A": 20}}, "raise them at A 20, D 60; share out at least 86"),
        ({"groups": {"A": "东"}}, "groups: B is missing; give the groups of every court"),
        ({"adj_clip": [1.2, 0.9]}, "adj_clip: give the least and the most"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_in_one_sentence(changes, sentence):
    assert sentence in refused(worked_plan(**changes))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "line 1: the plan is empty; give forecast, staffing and seats"),
        ("seats: &a [*a]\n", "line 1: holds itself"),
        ("seats: 1\na: &a {b: *a}\n", "line 2: holds itself"),
        ("- 1\n", "holds no entries"),
        ("seats: [1\n", "not valid YAML at line 2"),
        ("seats: 1\nseats: 2\n", 'standard input: "seats" stands twice (line 2); keep one'),
        (b"seats: 6\n# \xff\n", "standard input, line 2: byte 12 is not UTF-8"),
        ("? [1, 2]\n: 3\n", "not valid YAML at line 1"),
        ("seats: !!python/object:os.system 1\n", "not valid YAML"),
    ],
)
def test_garbage_is_refused_with_its_line(given, sentence):
    assert sentence in refused(given)


def test_the_line_of_what_is_wrong_is_named():
    given = "seats: 10\nforecast:\n  A: {adm: 1}\nstaffing:\n  A: lots\n"
    assert 'standard input, line 5: staffing › A: "lots" is not a number' in refused(given)


def test_a_file_that_is_not_there_is_refused():
    ran = run("allocate", "--input", "/nowhere.yaml")
    assert (ran.returncode, ran.stderr.decode().count("\n")) == (2, 1)


def test_a_court_called_no_or_0101_keeps_its_name():
    given = (
        "seats: 8\nforecast: {NO: {adm: 70}, 0101: {adm: 70}}\nstaffing: {NO: 20, 0101: 20}\ncontext: {}\n"
    )
    assert seats(answered(given)) == {"NO": 4, "0101": 4}


# --- replaying -------------------------------------------------------------------------------------------------------
@pytest.fixture
def exported():
    inputs = worked_inputs(levers={"surge": [{"ratio": 0.1}]})
    return bundle(inputs, compute(inputs))


def replayed(given):
    ran = run("replay_scenario", "-", given=given if isinstance(given, str) else json.dumps(given))
    said = (ran.stdout or ran.stderr).decode()
    assert said.count("\n") == 1
    return ran.returncode, said


def test_an_exported_scenario_replays_to_the_same_bytes(exported):
    ran = alone("replay_scenario", "-", given=json.dumps(exported))
    assert (ran.returncode, ran.stdout.startswith(b"same")) == (0, True)


def test_a_scenario_changed_after_signing_does_not(exported):
    exported["inputs"]["levers"] = {}
    assert replayed(exported)[0] == 1


def test_a_result_touched_up_does_not(exported):
    exported["result"]["courts"][0]["seats"] += 1
    assert replayed(exported) == (
        1,
        "differs: the result calculated anew is another at result › courts › 1 › seats\n",
    )


@pytest.mark.parametrize(
    "given", ["", "[]", "{}", '{"inputs": 1}', '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000]
)
def test_what_is_no_scenario_is_unusable(given):
    assert replayed(given)[0] == 2


def test_a_bundle_of_another_kind_is_no_scenario(exported):
    assert replayed({**exported, "kind": "mingjing.quota.draw"}) == (
        2, 'standard input: kind: must be "mingjing.quota.scenario", not "mingjing.quota.draw"\n',
    )  # fmt: skip


def test_a_scenario_of_another_engine_is_told_from_a_touched_one(exported):
    was = {**exported["result"], "engine": 1, "hours": {}}
    code, said = replayed(bundle(exported["inputs"], was))
    assert (code, said.split(";")[0]) == (
        1,
        f"differs: calculated with engine 1, and this is engine {ENGINE}",
    )


def test_a_bundle_whose_inputs_cannot_be_calculated_is_unusable(exported):
    exported["inputs"]["levers"] = {"floor": 30}
    code, said = replayed(exported)
    assert (code, "cannot be calculated: " in said) == (2, True)
