"""The exported trail and the cases that are sealed by the day it leaves."""

import json

from django.core.management import call_command
from django.db import transaction

from audit import trail
from audit.exported import verify_file
from cases.models import SEALED


def exported(tmp_path) -> list[dict]:
    path = tmp_path / "trail.jsonl"
    call_command("export_trail", output=str(path))
    assert verify_file(str(path)).problem == ""
    return [json.loads(line) for line in path.read_text().splitlines()[1:]]


def test_what_was_recorded_before_a_case_was_sealed_is_withheld_too(file_case, now, tmp_path, db):
    sealed, open_case = file_case(), file_case()
    with transaction.atomic():
        for case in (sealed, open_case):
            trail.record("cases.record_event", on=case, at=now, because=f"当事人李某{case.serial}")
        trail.record("cases.read", at=now)
    type(sealed).objects.filter(pk=sealed.pk).update(sealed=SEALED[-1][0])
    lines = exported(tmp_path)
    told = [line["entry"]["because"] for line in lines if "entry" in line]
    assert f"当事人李某{open_case.serial}" in told
    assert f"当事人李某{sealed.serial}" not in told
    assert [line for line in lines if "content" in line]


def test_the_trail_of_a_court_without_sealed_cases_leaves_in_full(file_case, now, tmp_path, db):
    trail.record("cases.record_event", on=file_case(), at=now)
    assert not [line for line in exported(tmp_path) if "content" in line]
