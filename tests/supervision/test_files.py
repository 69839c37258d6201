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
from django.core.management import call_command
from django.http import Http404

from audit.exported import Unusable, answer, verify_file
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
    head = json.loads(file.read_text().splitlines()[0])
    root = log.verify_case(logged.pk).root
    assert entry.after == {"stream": "open", "rows": 5, "root": root, "seal": head["seal"]}


def test_taking_the_secret_file_out_is_itself_secret(logged, president, now):
    export_file(case=logged, stream="secret", by=president, at=now)
    assert Entry.objects.get(act="supervision.export_file").secret


# --- a file that was made up is whole too: the trail knows which one the court made --------------------------------
@pytest.fixture
def trail_taken_out(file, tmp_path):
    """The whole trail as a file, the entry about the supervision file in it."""
    path = tmp_path / "trail.jsonl"
    call_command("export_trail", output=str(path))
    return path


def relabel(path: Path, **changes) -> None:
    """Somebody who knows how the head line is sealed gives the file another head, and cuts it to as many rows."""
    first, *rows = path.read_text().splitlines(keepends=True)
    head = json.loads(first)
    head.pop("seal")
    head["about"] |= changes.pop("about", {})
    head |= changes
    rows = rows[: head["rows"]]
    head["root"] = json.loads(rows[-1])["digest"]
    path.write_text("".join([as_line(head | {"seal": digest_of(head)}), *rows]), encoding="utf-8", newline="")


def test_the_trail_proves_that_the_court_made_the_file(file, trail_taken_out):
    line, code = answer(str(file), None, str(trail_taken_out))
    assert (code, "taken out as the trail says (sequence " in line) == (0, True), line


@pytest.mark.parametrize(
    "change",
    [{"about": {"number": "（2020）川01民初1号"}}, {"about": {"court": "别的法院"}}, {"made_on": "2020-01-01"}, {"rows": 1}],
    ids=["number", "court", "day", "cut short"],
)  # fmt: skip
def test_a_file_relabelled_or_cut_and_sealed_anew_is_found_by_the_trail(file, trail_taken_out, change):
    relabel(file, **change)
    assert verify_file(str(file)).problem == ""  # in itself it is whole: nothing in it can tell
    assert "does not name" in verify_file(str(file), trail=str(trail_taken_out)).problem


def test_without_the_trail_the_answer_says_what_it_does_not_prove(file):
    line, code = answer(str(file), None, None)
    assert code == 0
    assert line.endswith("is shown by the trail: --trail EXPORTED_TRAIL looks for its seal there")


def test_a_forged_trail_proves_nothing(file, trail_taken_out):
    first = json.loads(file.read_text().splitlines()[0])["seal"]
    relabel(file, about={"number": "（2020）川01民初1号"})
    forged = json.loads(file.read_text().splitlines()[0])["seal"]
    trail_taken_out.write_text(trail_taken_out.read_text().replace(first, forged))
    assert "does not match its digest" in verify_file(str(file), trail=str(trail_taken_out)).problem


def test_daily_roots_are_for_the_trail_beside_the_file_and_never_ignored(file, trail_taken_out, tmp_path):
    with pytest.raises(Unusable, match="give the exported trail as well"):
        verify_file(str(file), str(tmp_path))
    sequence = json.loads(trail_taken_out.read_text().splitlines()[0])["last"]
    (tmp_path / "trail-2026-06-30.txt").write_text(f"2026-06-30 {sequence} {'0' * 64}\n")
    assert (
        "does not match the root kept for it"
        in verify_file(str(file), str(tmp_path), str(trail_taken_out)).problem
    )


def test_a_trail_is_not_looked_for_in_a_trail(trail_taken_out):
    with pytest.raises(Unusable, match="is a trail itself"):
        verify_file(str(trail_taken_out), trail=str(trail_taken_out))


def test_a_secret_file_is_not_named_in_a_copy_of_the_trail(logged, president, now, tmp_path):
    secret, copy = tmp_path / "secret.jsonl", tmp_path / "trail.jsonl"
    secret.write_text("".join(export_file(case=logged, stream="secret", by=president, at=now)), newline="")
    call_command("export_trail", output=str(copy))
    assert "ask the court which" in verify_file(str(secret), trail=str(copy)).problem


def test_the_command_line_asks_the_same_of_the_trail(file, trail_taken_out):
    ran = subprocess.run(
        [sys.executable, "-S", "-m", "audit.exported", str(file), "--trail", str(trail_taken_out)],
        cwd=HOUSE, capture_output=True, text=True, check=False, env={},
    )  # fmt: skip
    assert (ran.returncode, "taken out as the trail says" in ran.stdout) == (0, True), ran.stderr


def test_taking_a_file_out_is_a_reading_of_the_case(logged, president, judge, now):
    for person in (president, judge):
        export_file(case=logged, stream="open", by=person, at=now)
    readers = Entry.objects.filter(act="cases.read", case_id=logged.pk).values_list("actor_id", flat=True)
    assert list(readers) == [president.pk]  # who sits on the case reads their own
