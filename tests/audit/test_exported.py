"""A trail taken out of the house: checked by anyone, with nothing of ours but two small files."""

import io
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

from audit import services, trail
from audit.exported import Unusable, verify_file

HOUSE = Path(__file__).resolve().parents[2]


@pytest.fixture
def exported(sealed_trail, tmp_path):
    path = tmp_path / "trail.jsonl"
    call_command("export_trail", output=str(path))
    return path


def rewrite(path, change):
    lines = path.read_text().splitlines()
    change(lines)
    path.write_text("\n".join(lines) + "\n")
    return verify_file(str(path)).problem


def test_a_whole_file_is_whole(exported):
    verdict = verify_file(str(exported))
    assert (verdict.problem, verdict.sequence) == ("", 10)


def test_the_file_is_checked_by_a_bare_python_without_database_settings_or_packages(exported, tmp_path):
    (tmp_path / "audit").mkdir()
    for name in ("__init__.py", "chain.py", "sidechain.py", "exported.py"):
        (tmp_path / "audit" / name).write_text((HOUSE / "audit" / name).read_text())
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import sys; sys.path.insert(0, '.'); import audit.exported as e; sys.exit(e.main(['trail.jsonl']))",
    ]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env={})
    assert (ran.returncode, ran.stdout.startswith("whole: trail.jsonl, up to sequence 10")) == (0, True), (
        ran.stderr
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            lambda lines: lines.__setitem__(4, lines[4].replace("第4条", "第5条")),
            "entry 4 (sequence 4) does not match",
        ),
        (lambda lines: lines.pop(4), "sequence 4 is missing"),
        (lambda lines: lines.insert(4, lines[3]), "entry 3 (sequence 3) stands where sequence 4 belongs"),
        (lambda lines: lines.__setitem__(slice(4, 6), lines[5:3:-1]), "sequence 4 is missing"),
        (lambda lines: lines.pop(), "cut off after 9"),
        (lambda lines: lines.__setitem__(4, lines[4][:30]), "line 5 is damaged"),
        (lambda lines: lines.__setitem__(4, "[]"), "line 5 is damaged"),
    ],
    ids=["edited", "deleted", "inserted", "reordered", "truncated", "cut in a line", "no object"],
)
def test_a_forged_file_is_found_and_the_place_named(exported, change, found):
    assert found in rewrite(exported, change)


def test_a_file_cut_short_together_with_its_header_is_found_by_the_anchors(exported, sealed_trail, tmp_path):
    services.anchor_trail(at=sealed_trail)
    lines = [json.loads(line) for line in exported.read_text().splitlines()][:-1]
    lines[0] |= {"last": 9, "root": lines[-1]["digest"]}
    exported.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert verify_file(str(exported)).problem == ""
    assert "cut off after 9" in verify_file(str(exported), str(tmp_path / "anchors")).problem


def test_of_a_sealed_case_only_digests_leave_and_the_chain_stays_whole(sealed_trail, tmp_path):
    with transaction.atomic():
        trail.record("cases.seal_case", at=sealed_trail, because="未成年人李某", secret=True)
        trail.record("cases.read", at=sealed_trail)
    path = tmp_path / "trail.jsonl"
    call_command("export_trail", output=str(path))
    assert "李某" not in path.read_text()
    assert verify_file(str(path)).sequence == 12


def test_a_stretch_of_days_is_whole_by_itself(sealed_trail, tmp_path):
    day = services.timezone.localdate(sealed_trail) + timedelta(days=2)
    with transaction.atomic():
        trail.record("cases.read", at=sealed_trail + timedelta(days=2))
        trail.record("cases.read", at=sealed_trail + timedelta(days=4))
    path = tmp_path / "trail.jsonl"
    call_command("export_trail", output=str(path), start=day, end=day)
    header, *lines = path.read_text().splitlines()
    assert (json.loads(header)["first"], json.loads(header)["last"], len(lines)) == (11, 11, 1)
    assert verify_file(str(path)).problem == ""


def test_an_empty_stretch_is_whole_too(sealed_trail, tmp_path):
    path = tmp_path / "trail.jsonl"
    call_command(
        "export_trail", output=str(path), start=services.timezone.localdate(sealed_trail) + timedelta(days=9)
    )
    assert verify_file(str(path)).problem == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello\n",
        b"{}\n",
        b"[1]\n",
        b"\xff\xfe\x00",
        b'{"trail": "mingjing", "version": 2}\n',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_trail_is_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(Unusable, match=r"give a file made by export_trail"):
        verify_file(str(path))


@pytest.mark.parametrize(("name", "code"), [("missing", 2), ("trail.jsonl", 0)])
def test_the_command_needs_no_database_for_a_file(exported, name, code):
    command = [sys.executable, str(HOUSE / "manage.py"), "verify_trail", str(exported.parent / name)]
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={"DATABASE_URL": "postgres://nobody@nowhere/x"},
    )
    assert (ran.returncode, "Traceback" in ran.stderr) == (code, False)
    assert len(io.StringIO(ran.stdout + ran.stderr).readlines()) == 1
