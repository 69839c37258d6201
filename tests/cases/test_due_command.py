"""``due`` answers every line it is given: in order, in one sentence where it refuses, never with a traceback."""

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from cases.due_records import CHINA

FIELDS = [
    "id",
    "state",
    "start",
    "nominal",
    "excluded_days",
    "before_roll",
    "due",
    "remaining_days",
    "level",
    "calendar",
    "because",
]
PLAIN = {"id": "1", "limit": "civ_first_ordinary", "start": "2024-01-15", "as_of": "2024-06-01"}


@pytest.fixture
def run(tmp_path):
    """Run the command on these lines: its exit code and its answers."""

    def run(*lines):
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_text(
            "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8"
        )
        code = exit_code("--input", str(source), "--output", str(target))
        return code, [json.loads(line) for line in target.read_text("utf-8").splitlines()]

    return run


def exit_code(*arguments):
    try:
        call_command("due", *arguments)
    except SystemExit as ended:
        return ended.code
    return 0


def test_the_question_of_the_contract_is_answered_in_full(run):
    question = {
        "id": "1", "limit": "civ_first_ordinary", "start": "2024-01-15", "detained": False,
        "extensions": [{"months": 6, "approved_on": "2024-06-20"}, {"days": 30}, {"until": "2025-03-01"}],
        "exclusions": [{"ground": "appraisal", "from": "2024-03-01", "to": "2024-04-10"}],
        "as_of": "2024-06-01",
    }  # fmt: skip
    code, [said] = run(question)
    assert code == 0
    assert list(said) == FIELDS
    because = said.pop("because")
    assert said == {
        "id": "1", "state": "running", "start": "2024-01-15", "nominal": "2025-02-14", "excluded_days": 40,
        "before_roll": "2025-03-26", "due": "2025-03-26", "remaining_days": 298, "level": "none", "calendar": "published",
    }  # fmt: skip
    assert because[0].startswith("2024-01-15 立案之日起算")


def test_answers_keep_the_order_and_the_ids_whatever_they_are(run):
    code, said = run(*({**PLAIN, "id": name} for name in ("b", "a", 7, "a")))
    assert code == 0
    assert [each["id"] for each in said] == ["b", "a", 7, "a"]


def test_as_of_defaults_to_today_in_china(run):
    _, [said] = run({"id": "1", "limit": "civ_first_ordinary", "start": "2024-01-15"})
    assert said["remaining_days"] == (date(2024, 7, 15) - datetime.now(CHINA).date()).days


def test_optional_fields_may_be_null(run):
    nothing = dict.fromkeys(["detained", "extensions", "exclusions", "restarts", "procedure", "event_on"])
    code, [said] = run({**PLAIN, **nothing})
    assert (code, said["due"]) == (0, "2024-07-15")


def test_a_byte_order_mark_and_blank_lines_are_no_records(run):
    code, said = run("\ufeff" + json.dumps(PLAIN), "", json.dumps(PLAIN) + "\r")
    assert (code, len(said)) == (0, 2)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": None}, "id: missing"),
        ({"limit": None}, "limit: missing"),
        ({"limit": "civ_first_ordinar"}, 'limit: "civ_first_ordinar" is unknown; did you mean "civ_first_ordinary"?'),
        ({"limit": ["civ_small"]}, "limit: ['civ_small'] is unknown"),
        ({"start": None}, "start: missing"),
        ({"start": "2024-02-30"}, 'start: "2024-02-30" is not a day of the calendar'),
        ({"start": "15/01/2024"}, 'start: "15/01/2024" is not a date; write YYYY-MM-DD'),
        ({"start": 20240115}, "start: 20240115 is not a date"),
        ({"start": "２０２４-01-15"}, "is not a date"),
        ({"as_of": "soon"}, 'as_of: "soon" is not a date'),
        ({"detained": "no"}, 'detained: "no" is neither true nor false'),
        ({"extensions": {"months": 1}}, "extensions: {'months': 1} is not a list"),
        ({"extensions": [{"months": "1"}]}, 'extensions[0].months: "1" is not an amount'),
        ({"extensions": [{"months": True}]}, "extensions[0].months: True is not an amount"),
        ({"extensions": [{"days": -1}]}, "extensions[0].days: -1 is not an amount"),
        ({"extensions": [{"days": 1e300}]}, "extensions[0].days: 1e+300 is not an amount"),
        ({"extensions": [{"approved_on": "2024-06-20"}]}, "extensions[0]: no amount given"),
        ({"extensions": [7]}, "extensions[0]: 7 is not an object"),
        ({"extensions": [{"months": 99_999}]}, "start: counted from 2024-01-15 the result leaves the calendar"),
        ({"exclusions": [{"ground": "holiday", "from": "2024-02-01", "to": None}]}, 'exclusions[0].ground: "holiday" is unknown'),
        ({"exclusions": [{"ground": "stay", "to": None}]}, "exclusions[0].from: missing"),
        ({"exclusions": [{"ground": "stay", "from": "2024-02-01"}]}, "exclusions[0].to: missing"),
        ({"exclusions": [{"ground": "stay", "from": "2024-02-02", "to": "2024-02-01"}]}, "exclusions[0].to: 2024-02-01 lies before"),
        ({"exclusions": [{"ground": "psychiatric", "from": "2024-02-01", "to": None}]}, 'exclusions[0].ground: "psychiatric" is for'),
        ({"exclusions": [{"ground": "retrial_review_rejoin", "from": "2024-02-01", "to": None}]}, "restarts the limit"),
        ({"restarts": [{"ground": "retrial_review_rejoin"}]}, "restarts[0].on: missing"),
        ({"restarts": [{"ground": "stay", "on": "2024-02-01"}]}, "restarts[0].ground: \"stay\" does not restart"),
        ({"limit": "adm_retrial"}, "procedure: missing"),
        ({"limit": "adm_retrial", "procedure": "third"}, "procedure: 'third' is unknown"),
        ({"limit": "civ_voter"}, "event_on: missing"),
        ({"limit": "civ_protection_order"}, "start: 2024-01-15 has no time of day"),
        ({"limit": "civ_protection_order", "start": "2024-01-15T25:00"}, "is not a moment that exists"),
        ({"start": "2024-01-15T09:00"}, "start: 2024-01-15T09:00:00 is a date-time"),
    ],
)  # fmt: skip
def test_a_refused_record_names_the_field_and_spares_the_others(run, change, sentence):
    code, said = run(PLAIN, {**PLAIN, **change}, PLAIN)
    assert code == 1
    assert [("error" in each) for each in said] == [False, True, False]
    assert sentence in said[1]["error"]
    assert said[1]["id"] == change.get("id", "1")
    assert "\n" not in said[1]["error"]


@pytest.mark.parametrize(
    "line",
    ["{", "[1]", '"text"', "null", "[" * 100_000, '{"id": NaN}', '{"id": ' + "9" * 5000 + "}", "{} {}"],
)
def test_a_malformed_line_is_refused_by_its_number(run, line):
    code, said = run(PLAIN, line)
    assert code == 1
    assert said[1]["id"] is None and said[1]["error"].startswith("line 2: ")


def test_half_a_character_in_an_id_comes_back_as_it_came(run):
    code, [said] = run('{"id": "\\ud800", "limit": "civ_small", "start": "2024-01-15"}')
    assert (code, said["id"]) == (0, "\ud800")


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2024-01-15T09:30", "2024-01-18T09:30"),
        ("2024-01-15 09:30:00", "2024-01-18T09:30:00"),
        ("2024-01-15T09:30:15.250000", "2024-01-18T09:30:15.250000"),
        ("2024-01-15T01:30Z", "2024-01-18T09:30+08:00"),
    ],
)
def test_hours_are_answered_as_finely_as_they_were_asked(run, start, due):
    _, [said] = run({**PLAIN, "limit": "civ_protection_order", "start": start})
    assert said["due"] == due


def test_an_undecodable_file_is_unusable_and_leaves_no_answers(tmp_path, capsys):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(json.dumps(PLAIN).encode() + b"\n" + '{"id": "川"}'.encode("gb18030"))
    assert exit_code("--input", str(source), "--output", str(target)) == 2
    assert capsys.readouterr().err == f"{source}, line 2: byte 9 is not UTF-8; save the file as UTF-8\n"
    assert list(tmp_path.iterdir()) == [source]


def test_a_missing_file_is_unusable_in_one_line(tmp_path, capsys):
    assert exit_code("--input", str(tmp_path / "none.jsonl")) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_answers_may_replace_their_questions(tmp_path):
    file = tmp_path / "both.jsonl"
    file.write_text(json.dumps(PLAIN), "utf-8")
    assert exit_code("--input", str(file), "--output", str(file)) == 0
    assert json.loads(file.read_text("utf-8"))["due"] == "2024-07-15"


def test_it_needs_no_database_no_server_and_no_environment_variable():
    manage = Path(settings.BASE_DIR) / "manage.py"
    ran = subprocess.run(
        [sys.executable, str(manage), "due"],
        input=json.dumps(PLAIN).encode(),
        env={},
        capture_output=True,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert json.loads(ran.stdout)["due"] == "2024-07-15"


def test_wrong_arguments_are_one_line_and_exit_two():
    manage = Path(settings.BASE_DIR) / "manage.py"
    ran = subprocess.run(
        [sys.executable, str(manage), "due", "--inptu", "x"], env={}, capture_output=True, timeout=60
    )
    assert ran.returncode == 2
    assert ran.stderr.count(b"\n") == 1
