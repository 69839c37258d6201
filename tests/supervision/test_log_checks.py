"""The nightly walk over the log finds what was changed and what was cut off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from audit.models import Entry
from supervision import log
from supervision.log import Line
from supervision.log_checks import LogIsBroken, check_log
from tests.conftest import owner_connection

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def case(file_case, now):
    case = file_case()
    with transaction.atomic():
        log.write_many(
            [Line(case_id=case.pk, court_id=case.court_id, act="supervision.raise_flag", at=now)] * 3
        )
    return case


def around_the_guard(statement: str) -> None:
    with owner_connection() as link, link.cursor() as cursor:
        cursor.execute("ALTER TABLE supervision_logentry DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE supervision_logentry ENABLE TRIGGER USER")
    link.close()


def test_a_whole_log_is_sealed_in_the_trail_and_tells_of_no_case(case, now):
    assert check_log(now + 2 * DAY) == 1
    entry = Entry.objects.get(act="supervision.seal_log")
    assert (entry.case_id, set(entry.after)) == (None, {"until", "root"})
    assert check_log(now + 3 * DAY) == 1


def test_rows_written_since_do_not_disturb_the_seal(case, now):
    check_log(now + 2 * DAY)
    with transaction.atomic():
        log.write_many(
            [Line(case_id=case.pk, court_id=case.court_id, act="supervision.raise_flag", at=now + 2 * DAY)]
        )
    assert check_log(now + 3 * DAY) == 1


def test_a_chain_whose_end_was_cut_off_is_whole_by_itself_and_found_by_the_seal(case, now, capsys):
    check_log(now + 2 * DAY)
    around_the_guard("DELETE FROM supervision_logentry WHERE sequence = 3")
    assert log.verify_all() == (1, [])
    with pytest.raises(LogIsBroken, match="missing or were added"):
        check_log(now + 3 * DAY)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_log")
    assert (ended.value.code, "missing or were added" in capsys.readouterr().out) == (1, True)


def test_a_changed_row_is_named_by_the_command_and_not_by_the_job(case, now, capsys):
    around_the_guard("UPDATE supervision_logentry SET content = '别的' WHERE sequence = 2")
    with pytest.raises(LogIsBroken) as broken:
        check_log(now)
    assert case.number not in str(broken.value)
    with pytest.raises(SystemExit):
        call_command("verify_log")
    out = capsys.readouterr().out
    assert f"broken: {case.number}, open chain: entry" in out
    assert "(sequence 2) does not match its digest" in out


def test_the_command_says_that_all_is_whole(case, capsys):
    call_command("verify_log")
    assert capsys.readouterr().out == "whole: 1 chains\n"
    connection.close()
