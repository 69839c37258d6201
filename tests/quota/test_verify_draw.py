"""``verify_draw FILE`` tells a stranger whether a published day is whole (随机分案复核)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from quota.drawing import Ticket, commit, draw_entry, record_of, withheld

SEED = bytes(range(32))
TICKETS = [Ticket("J01", 5), Ticket("J02", 7)]


@pytest.fixture
def published():
    """A day with two draws and one case given without a lot."""
    first = commit(SEED, court="川15", day="2026-06-30")
    draws = [draw_entry(seed=SEED, label="(2026)川15民初1号", tickets=TICKETS, previous=first)]
    previous = draws[0]["receipt"]
    draws.append(draw_entry(seed=SEED, label="(2026)川15民初3号", tickets=TICKETS, previous=previous))
    given = {"label": "(2026)川15民初2号", "person": "J02", "because": "系列案件"}
    return record_of(
        court="川15", day="2026-06-30", commitment=first, seed=SEED, draws=draws, exceptions=[given]
    )


@pytest.fixture
def verify(tmp_path):
    """Run the command on a text as a stranger would: no database, no server, no variable."""

    def run(text, name="day.json"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return verify_path(path)

    return run


def verify_path(path):
    bare = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "verify_draw", str(path)]
    return subprocess.run(command, capture_output=True, text=True, env=bare, cwd="/", timeout=60, check=False)


def test_an_honest_day_is_whole(verify, published):
    ran = verify(json.dumps(published, ensure_ascii=False))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith(
        "whole; 2 draws of 川15 on 2026-06-30 follow from the seed committed to; 1 exception stated, not checked; "
        f"last receipt {published['draws'][-1]['receipt']}, to be compared with the one the court shows\n"
    )


def test_what_is_withheld_is_said(verify, published):
    published["draws"][0] = withheld(published["draws"][0])
    ran = verify(json.dumps(published))
    assert ran.returncode == 0
    assert ran.stdout.startswith(f"{ran.args[-1]}: whole; 1 draw of ")
    assert "; 1 of sealed cases withheld and not drawn again; " in ran.stdout


def test_the_first_entry_that_does_not_replay_is_named(verify, published):
    published["draws"][1]["person"] = "J09"
    ran = verify(json.dumps(published))
    assert ran.returncode == 1
    assert "draw 2 ((2026)川15民初3号): the receipt does not fit" in ran.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid JSON"),
        ("[]", "holds no JSON object"),
        ("[" * 100_000, "nested too deeply"),
        (b"\xff\xfe", "is not UTF-8"),
        ('{"format": 1, "format": 2}', "a name is given twice"),
        ('{"format": NaN}', "NaN is not a JSON number"),
        ("{}", "format: None is not known"),
        ('{"format": "mingjing-draws/1"}', "court: is missing"),
        ('{"format": "mingjing-draws/1", "court": "\\ud800"}', "half a character"),
    ],
)  # fmt: skip
def test_what_is_no_record_of_draws_is_unusable_in_one_line(verify, text, said):
    ran = verify(text)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_a_file_that_is_not_there_is_unusable():
    ran = verify_path(Path("/nowhere/day.json"))
    assert (ran.returncode, ran.stderr) == (
        2,
        "/nowhere/day.json: cannot be read (No such file or directory); give a readable file\n",
    )


def test_the_method_needs_nothing_but_the_standard_library(tmp_path, published):
    """Copy one file, load a record, replay it: in an interpreter that knows no packages."""
    path = tmp_path / "day.json"
    path.write_text(json.dumps(published))
    source = settings.BASE_DIR / "quota" / "drawing.py"
    (tmp_path / "drawing.py").write_bytes(source.read_bytes())
    code = "import json, drawing; print(drawing.replay(json.load(open('day.json'))))"
    command = [sys.executable, "-S", "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")
