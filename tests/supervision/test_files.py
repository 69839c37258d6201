"""The supervision file of a case: whole by itself, every byte of it guarded, nothing of the secret chain in it."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.http import Http404

from audit.exported import Unusable, verify_file
from audit.models import Entry
from audit.sidechain import as_line, digest_of
from supervision import log
from supervision.files import export_file
from supervision.log import Line

HOUSE = Path(settings.BASE_DIR)


@pytest.fixture
def case(file_case):
    return file_case()


@pytest.fixture
def logged(case, now):
    """A case with five open rows and two secret ones."""
    line = Line(
        case_id=case.pk, court_id=case.court_id, act="supervision.raise_flag", at=now, content="同一方12人"
    )
    log.write_many([line, line, replace(line, secret=True), line, replace(line, secret=True), line, line])
    return case


@pytest.fixture
def file(logged, president, now, tmp_path):
    path = tmp_path / "file.jsonl"
    path.write_text(
        "".join(export_file(case=logged, stream="open", by=president, at=now)), encoding="utf-8", newline=""
    )
    return path


def test_the_head_names_kind_case_stream_day_and_root(file, logged, now):
    head = json.loads(file.read_text().splitlines()[0])
    assert (head["chain"], head["rows"]) == ("supervision", 5)
    assert head["about"] == {
        "case_id": logged.pk,
        "number": logged.number,
        "court": logged.court.name,
        "stream": "open",
    }
    assert head["root"] == log.verify_case(logged.pk, "open").root


def test_the_file_is_whole(file):
    verdict = verify_file(str(file))
    assert (verdict.problem, verdict.sequence) == ("", 5)


def test_the_file_is_checked_by_a_bare_python(file, tmp_path):
    (tmp_path / "audit").mkdir()
    for name in ("__init__.py", "chain.py", "sidechain.py", "exported.py"):
        shutil.copy(HOUSE / "audit" / name, tmp_path / "audit")
    run = "import sys; sys.path.insert(0, '.'); import audit.exported as e; sys.exit(e.main(['file.jsonl']))"
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", run],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={},
    )
    assert (ran.returncode, ran.stdout.startswith("whole: file.jsonl, up to sequence 5")) == (0, True), (
        ran.stderr
    )


def test_the_command_checks_it_without_a_database(file):
    ran = subprocess.run(
        [sys.executable, str(HOUSE / "manage.py"), "verify_trail", str(file)],
        capture_output=True, text=True, check=False, env={"DATABASE_URL": "postgres://nobody@nowhere/x"},
    )  # fmt: skip
    assert (ran.returncode, ran.stdout.startswith("whole: ")) == (0, True), ran.stderr


def test_any_byte_that_is_changed_is_found_with_its_line(file):
    whole = file.read_bytes()
    dice = random.Random(7)
    for _ in range(300):
        place = dice.randrange(len(whole))
        other = dice.choice([byte for byte in (*range(256),) if byte != whole[place]])
        file.write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
        line = whole[:place].count(b"\n") + 1
        assert found_at(file, line), (place, other)


def found_at(path: Path, line: int) -> bool:
    code, sentence = answer_to(path)
    return code in (1, 2) and f"line {line}" in sentence


def answer_to(path: Path) -> tuple[int, str]:
    """What the command answers: its exit code and sentence."""
    try:
        verdict = verify_file(str(path))
    except Unusable as problem:
        return 2, str(problem)
    return int(bool(verdict.problem)), verdict.problem


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: lines.pop(), "line 6 is missing: the file was cut off, its head line counts 5 rows"),
        (lambda lines: lines.pop(2), "line 3 (row 3) stands where row 2 belongs"),
        (lambda lines: lines.insert(3, lines[2]), "line 4 (row 2) stands where row 3 belongs"),
        (lambda lines: lines.append(lines[-1]), "line 7 (row 5) was added"),
        (lambda lines: lines.__setitem__(4, lines[4].replace("12人", "10人")), "line 5 (row 4) does not match its digest"),
        (lambda lines: lines.__setitem__(4, lines[4].replace(",", ", ", 1)), "line 5 (row 4) does not match its digest"),
        (lambda lines: lines.__setitem__(0, lines[0].replace("民初1号", "民初7号")), "line 1 was edited"),
        (lambda lines: lines.__setitem__(2, "[]\n"), "line 3 is damaged"),
        (lambda lines: lines.__setitem__(5, lines[5].rstrip()), "line 6 (row 5) does not match its digest"),
    ],
    ids=["cut", "deleted", "inserted", "added", "edited", "a space", "head", "no object", "last line break"],
)  # fmt: skip
def test_a_forged_file_is_found_and_the_line_named(file, change, says):
    lines = file.read_text().splitlines(keepends=True)
    change(lines)
    file.write_text("".join(lines), newline="")
    assert says in verify_file(str(file)).problem


def test_rows_of_another_case_do_not_pass_under_this_head(file, file_case, president, now):
    other = file_case()
    log.write_many(
        [Line(case_id=other.pk, court_id=other.court_id, act="supervision.raise_flag", at=now)] * 5
    )
    foreign = export_file(case=other, stream="open", by=president, at=now)
    head = json.loads(foreign[0])
    own = json.loads(file.read_text().splitlines()[0])
    forged = {name: value for name, value in head.items() if name != "seal"} | {"about": own["about"]}
    file.write_text(as_line(forged | {"seal": digest_of(forged)}) + "".join(foreign[1:]), newline="")
    assert "is about another case_id than the head line" in verify_file(str(file)).problem


def test_the_open_file_is_the_same_whether_or_not_there_is_a_secret_chain(case, president, now, file_case):
    plain, twin = case, file_case()
    for each, secret in ((plain, False), (twin, True)):
        line = Line(case_id=each.pk, court_id=each.court_id, act="supervision.raise_flag", at=now)
        log.write_many([line, *([replace(line, secret=True)] if secret else []), line])
    files = [export_file(case=each, stream="open", by=president, at=now) for each in (plain, twin)]
    assert "secret" not in "".join(files[1])
    assert [sequences(file) for file in files] == [[1, 2], [1, 2]]
    assert [len(line) for line in files[0]] == pytest.approx([len(line) for line in files[1]], abs=4)


def sequences(lines: list[str]) -> list[int]:
    return [json.loads(line)["row"]["sequence"] for line in lines[1:]]


def test_those_who_keep_the_secret_take_a_file_of_their_own(logged, president, discipline, now, tmp_path):
    for person in (president, discipline):
        lines = export_file(case=logged, stream="secret", by=person, at=now)
        assert sequences(lines) == [1, 2]
        (tmp_path / "secret.jsonl").write_text("".join(lines), newline="")
        assert verify_file(str(tmp_path / "secret.jsonl")).problem == ""


@pytest.mark.parametrize("who", ["judge", "division_head", "trial_office", "outsider"])
def test_to_everyone_else_there_is_no_secret_file_with_or_without_secrets(
    request, logged, file_case, who, now
):
    person = request.getfixturevalue(who)
    for case in (logged, file_case()):
        with pytest.raises(Http404):
            export_file(case=case, stream="secret", by=person, at=now)


def test_the_file_of_a_case_one_does_not_see_is_not_there(logged, outsider, now):
    with pytest.raises(Http404):
        export_file(case=logged, stream="open", by=outsider, at=now)


def test_taking_a_file_out_leaves_its_root_in_the_trail(file, logged, president):
    entry = Entry.objects.get(act="supervision.export_file")
    assert (entry.case_id, entry.actor_id, entry.secret) == (logged.pk, president.pk, False)
    assert entry.after == {"stream": "open", "rows": 5, "root": log.verify_case(logged.pk).root}


def test_taking_the_secret_file_out_is_itself_secret(logged, president, now):
    export_file(case=logged, stream="secret", by=president, at=now)
    assert Entry.objects.get(act="supervision.export_file").secret
