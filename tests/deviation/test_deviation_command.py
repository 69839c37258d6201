"""``deviation`` on the command line: the batch contract, without database, server or environment."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from deviation.management.commands.deviation import Command
from deviation.scoring import DeviationModel
from deviation.simulation import plant
from tests.deviation.made_cases import THEFT, decided, split

HOUSE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    """What a run left behind, as ``subprocess`` tells it."""

    returncode: int
    stdout: bytes
    stderr: bytes


def deviation(*arguments, given=""):
    """Run in this process, because starting the statistics for each line of this file takes minutes."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    before, code = sys.stdin, 0
    sys.stdin = io.TextIOWrapper(io.BytesIO(given.encode() if isinstance(given, str) else given))
    try:
        with redirect_stdout(out), redirect_stderr(err):
            Command().run_from_argv(["manage.py", "deviation", *map(str, arguments)])
    except SystemExit as left:
        code = left.code
    finally:
        sys.stdin = before
    out.flush()
    return Ran(code, out.buffer.getvalue(), err.getvalue().encode())


def record(case, **changes):
    return {
        "id": case.id, "stratum": case.stratum, "court": case.court, "outcome": case.outcome,
        "features": dict(case.features), "audit": dict(case.audit),
        "date": case.date.isoformat() if case.date else None,
    } | changes  # fmt: skip


def lines(*records):
    return "".join(
        (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)) + "\n" for each in records
    )


def answers(ran):
    return [json.loads(line) for line in ran.stdout.decode().splitlines()]


def unusable(ran):
    assert ran.returncode == 2
    said = ran.stderr.decode()
    assert said.endswith("\n")
    assert said.count("\n") == 1
    return said


PAST, NEW = split(decided(900, dated=True))


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    path = tmp_path_factory.mktemp("deviation") / "history.jsonl"
    path.write_text(lines(*map(record, PAST)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def model(history):
    folder = history.with_name("model")
    ran = deviation("fit", "--input", history, "--model", folder)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    return folder


@pytest.fixture(scope="module")
def scored(model):
    return deviation("score", "--model", model, given=lines(*map(record, NEW)))


def test_each_case_is_answered_in_order_with_the_fields_of_the_contract(scored):
    said = answers(scored)
    assert scored.returncode == 0
    assert [each["id"] for each in said] == [case.id for case in NEW]
    for each in said:
        assert {
            "id", "state", "expected", "low", "high", "score", "p", "q", "flagged", "direction", "comparables", "factors"
        } <= each.keys()  # fmt: skip
        assert each["state"] == "scored"
        assert each["low"] <= each["expected"] <= each["high"]
        assert 0 < each["p"] <= 1
        assert each["p"] <= each["q"]
        assert len(each["comparables"]) == 10
        assert all(factor.keys() == {"feature", "effect"} for factor in each["factors"])


def test_another_program_runs_it_without_environment_and_gets_the_same_bytes(model, scored):
    ran = subprocess.run(
        [sys.executable, "manage.py", "deviation", "score", "--model", str(model)],
        cwd=HOUSE, input=lines(*map(record, NEW)).encode(), capture_output=True, env={}, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout == scored.stdout


def test_the_same_history_and_seed_give_the_same_bytes(history, model, tmp_path):
    deviation("fit", "--input", history, "--model", tmp_path, "--seed", 0)
    names = sorted(path.name for path in model.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    assert "card.json" in names
    assert all((model / name).read_bytes() == (tmp_path / name).read_bytes() for name in names)


def test_scoring_again_gives_the_same_bytes(model, scored):
    assert deviation("score", "--model", model, given=lines(*map(record, NEW))).stdout == scored.stdout


def test_protected_attributes_change_not_a_byte(model, scored):
    told = [record(case, audit={"gender": 1, "region": "x"}, text="被告人") for case in NEW]
    assert deviation("score", "--model", model, given=lines(*told)).stdout == scored.stdout


def test_the_card_says_what_to_know_before_believing_a_number(model):
    card = json.loads((model / "card.json").read_text("utf-8"))
    stratum = card["strata"][THEFT]
    assert (card["n"], card["date"]) == (len(PAST), PAST[-1].date.isoformat())
    assert 0.85 <= stratum["coverage90"] <= 0.95
    assert stratum["mae"] < stratum["baseline_mae"]
    assert stratum["used"] == "model"
    assert {"numpy", "scikit-learn", "python"} <= card["libraries"].keys()
    assert card["never_features"] == ["audit", "text"]
    assert "gender" not in stratum["features"]


def test_the_card_says_what_it_was_learned_from(model, history):
    card = json.loads((model / "card.json").read_text("utf-8"))
    assert card["data"] == {
        "records": len(PAST), "refused": 0, "strata": 1, "sha256": sha256(history.read_bytes()).hexdigest()
    }  # fmt: skip
    assert card["model_sha256"] == sha256((model / "model.zip").read_bytes()).hexdigest()
    assert card["coverage_by_stratum"] == {THEFT: card["strata"][THEFT]["coverage90"]}
    assert card["undated"] == 0


def test_the_false_discovery_rate_holds_for_the_file_as_a_whole(model, tmp_path):
    cases, planted = plant(NEW, share=0.05, low=8, high=10)
    given = lines(*map(record, cases))
    found = {
        each["id"] for each in answers(deviation("score", "--model", model, given=given)) if each["flagged"]
    }
    assert len(found & planted) >= 0.6 * len(planted)
    strict = deviation("score", "--model", model, "--fdr", "0.0001", given=given)
    assert not [each for each in answers(strict) if each["flagged"]]


def test_what_cannot_be_compared_is_answered_without_numbers(model):
    strange = record(NEW[0], stratum="诈骗罪")
    ran = deviation("score", "--model", model, given=lines(strange, record(NEW[1])))
    said = answers(ran)
    assert ran.returncode == 0
    assert (said[0]["state"], said[0]["flagged"], said[0]["comparables"]) == ("abstained", False, [])
    assert said[0]["expected"] is said[0]["p"] is said[0]["q"] is said[0]["direction"] is None
    assert "诈骗罪" in said[0]["reason"]
    assert said[1]["state"] == "scored"


WRONG = [
    ({"outcome": -1}, "outcome"),
    ({"outcome": True}, "outcome"),
    ({"outcome": "12"}, "outcome"),
    ({"outcome": None}, "outcome"),
    ({"stratum": None}, "stratum"),
    ({"features": [1]}, "features"),
    ({"features": {"fled": [1]}}, "features.fled"),
    ({"court": 5}, "court"),
    ({"date": "2024-02-30"}, "date"),
    ({"date": 20240101}, "date"),
    ({"audit": 1}, "audit"),
    ({"date": "2024-W03-1"}, "date"),
    ({"date": "2024-1-5"}, "date"),
    ({"id": None}, "id"),
    ({"id": True}, "id"),
    ({"id": ""}, "id"),
    ({"id": 1.5}, "id"),
    ({"features": {"fled": -1e308}}, "features.fled"),
]


def test_a_wrong_record_is_refused_by_its_field_and_the_others_are_answered(model):
    asked = [record(NEW[place], **changes) for place, (changes, _) in enumerate(WRONG)]
    ran = deviation("score", "--model", model, given=lines(*asked, "{", "[]", "", record(NEW[30])))
    said = answers(ran)
    wrong = len(WRONG)
    assert ran.returncode == 1
    assert ran.stderr == b""
    for (_, field), each in zip(WRONG, said, strict=False):
        assert each["error"].startswith(f"{field}:")
        assert each.keys() == {"id", "error"}
    assert f"line {wrong + 1}" in said[wrong]["error"]
    assert f"line {wrong + 2}" in said[wrong + 1]["error"]
    assert said[wrong + 2]["id"] == NEW[30].id
    assert said[wrong + 2]["state"] == "scored"
    assert len(said) == wrong + 3


def test_a_whole_number_is_an_id_and_comes_back_as_one(model):
    ran = deviation("score", "--model", model, given=lines(record(NEW[0], id=7), record(NEW[1], id="7")))
    assert ran.returncode == 0
    assert [each["id"] for each in answers(ran)] == [7, "7"]


def test_an_output_that_cannot_be_written_is_named_as_it_was_asked_for(model):
    said = unusable(deviation("score", "--model", model, "--output", "/nowhere/scores.jsonl"))
    assert said.startswith("/nowhere/scores.jsonl: cannot be written")


def test_nan_is_no_outcome(model):
    line = json.dumps(record(NEW[0], outcome=12)).replace('"outcome": 12', '"outcome": NaN')
    ran = deviation("score", "--model", model, given=line + "\n")
    assert ran.returncode == 1
    assert "NaN" in answers(ran)[0]["error"]


def test_fit_says_which_records_it_could_not_use_and_learns_from_the_rest(tmp_path):
    given = lines(*map(record, PAST[:60]), {"id": "wrong", "stratum": THEFT, "outcome": -1, "features": {}})
    ran = deviation("fit", "--model", tmp_path / "new" / "model", given=given)
    assert ran.returncode == 1
    assert [each["id"] for each in answers(ran)] == ["wrong"]
    card = json.loads((tmp_path / "new" / "model" / "card.json").read_text("utf-8"))
    assert (card["n"], card["data"]["records"], card["data"]["refused"]) == (60, 60, 1)
    assert card["data"]["sha256"] == sha256(given.encode()).hexdigest()


def test_a_history_without_dates_has_none_in_its_card(tmp_path):
    deviation("fit", "--model", tmp_path, given=lines(*(record(case, date=None) for case in PAST[:60])))
    card = json.loads((tmp_path / "card.json").read_text("utf-8"))
    assert (card["date"], card["undated"]) == (None, 60)


def test_fit_looks_whether_the_model_can_be_written_before_it_learns(monkeypatch):
    monkeypatch.setattr(DeviationModel, "fit", lambda *_: pytest.fail("it learned first"))
    assert unusable(deviation("fit", "--model", "/proc", given=lines(*map(record, PAST[:60])))).startswith(
        "/proc: cannot be written"
    )


def test_an_interrupt_while_learning_is_one_sentence_and_leaves_what_was_there(model, tmp_path, monkeypatch):
    for path in model.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(DeviationModel, "fit", interrupted)
    said = unusable(deviation("fit", "--model", tmp_path, given=lines(*map(record, PAST[:60]))))
    assert "interrupted" in said
    assert all((tmp_path / path.name).read_bytes() == path.read_bytes() for path in model.iterdir())


@pytest.mark.parametrize("stopped", ["model.zip", "card.json"])
def test_a_kill_between_leaves_no_model_with_the_card_of_another(model, tmp_path, monkeypatch, stopped):
    for path in model.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    moved = Path.replace

    def killed(path, target):
        if Path(target).name == stopped:
            raise KeyboardInterrupt
        return moved(path, target)

    monkeypatch.setattr(Path, "replace", killed)
    unusable(deviation("fit", "--model", tmp_path, given=lines(*map(record, PAST[:60]))))
    assert not (tmp_path / "card.json").exists()


def test_half_a_character_goes_out_as_it_came_in(model):
    ran = deviation(
        "score",
        "--model",
        model,
        given='{"id": "\\ud800", "stratum": "\\ud800", "outcome": 1, "features": {}}\n',
    )
    assert ran.returncode == 0
    assert answers(ran)[0]["id"] == "\ud800"


def test_an_empty_file_has_no_answers(model):
    ran = deviation("score", "--model", model)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["score", "--model", "/nowhere"], "/nowhere"),
        (["score"], "--model"),
        (["score", "--model", "x", "--fdr", "2"], "2"),
        (["score", "--model", "x", "--fdr", "none"], "none"),
        (["fit", "--model", "x", "--seed", "-1"], "-1"),
        (["fit", "--model", "/tmp/never", "--input", "/nowhere.jsonl"], "/nowhere.jsonl"),
        (["fit", "--model", "/tmp/never"], "standard input"),
        (["guess"], "guess"),
        ([], "fit|score"),
    ],
)
def test_what_cannot_be_run_is_one_sentence(arguments, named):
    assert named in unusable(deviation(*arguments))


def test_a_file_in_another_encoding_is_unusable(model):
    assert "line 2" in unusable(deviation("score", "--model", model, given=b"\n\xd5\xc5\n"))


def test_a_damaged_model_is_one_sentence(model, tmp_path):
    for path in model.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes()[:200])
    assert "fit it again" in unusable(deviation("score", "--model", tmp_path))
