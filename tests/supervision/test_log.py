"""The supervision log: chained by case and stream, written once, whole or named where it is not."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import Error, connection, transaction

from supervision import log
from supervision.log import Line
from supervision.models import LogEntry
from tests.conftest import owner_connection


@pytest.fixture
def case(file_case):
    return file_case()


@pytest.fixture
def system_line(case, now):
    return Line(case_id=case.pk, court_id=case.court_id, act="raise_flag", at=now, flag_code="A-01")


def test_a_row_says_who_in_which_post_and_within_what_remit(case, division_head, now):
    with transaction.atomic():
        row = log.write(case=case, act="take_measure", by=division_head, at=now, content="请报告案件进展。")
    assert (row.person, row.capacity) == ("吴庭长", "庭长 · 宜宾市翠屏区人民法院民事审判第一庭")
    assert row.remit == "民事审判第一庭"
    assert (row.stream, row.sequence, row.person_id) == ("open", 1, division_head.pk)


def test_an_act_outside_a_transaction_is_refused(transactional_db, now):
    with pytest.raises(RuntimeError, match="in the transaction"):
        log.write_many([Line(case_id=1, court_id=1, act="x", at=now)])


def test_each_row_stands_behind_the_newest_of_its_case_and_stream(case, file_case, system_line):
    other = file_case()
    log.write_many([system_line, replace(system_line, case_id=other.pk), replace(system_line, content="后")])
    log.write_many([replace(system_line, secret=True)])
    first, second = LogEntry.objects.filter(case=case, stream="open").order_by("sequence")
    assert (first.sequence, second.sequence, second.content) == (1, 2, "后")
    assert second.previous == first.digest
    assert LogEntry.objects.get(case=other).sequence == 1
    assert LogEntry.objects.get(stream="secret").sequence == 1


def test_more_rows_than_a_slice_follow_one_another(case, system_line, monkeypatch):
    monkeypatch.setattr(log, "SLICE", 2)
    assert log.write_many([system_line] * 5) == 5
    assert log.verify_case(case.pk).sequence == 5


def test_a_chain_that_nobody_touched_is_whole(case, system_line):
    for _ in range(3):
        log.write_many([system_line])
    verdict = log.verify_case(case.pk, "open")
    assert (verdict.problem, verdict.sequence) == ("", 3)
    assert verdict.root == LogEntry.objects.get(case=case, sequence=3).digest
    assert log.verify_all() == (1, [])


def test_many_rows_take_three_statements(file_cases, system_line, django_assert_num_queries):
    cases = file_cases(40)
    with django_assert_num_queries(3):
        log.write_many([replace(system_line, case_id=case.pk) for case in cases])
    assert log.verify_all() == (40, [])


def test_words_of_every_kind_come_back_as_they_were_written(case, system_line):
    odd = "制表\t换行\n反斜\\杠 \\N “引号” 𠮷"
    log.write_many([replace(system_line, content=odd, basis="长" * 400)])
    row = LogEntry.objects.get(case=case)
    assert row.content == odd
    assert (len(row.basis), row.basis[-1]) == (300, "…")
    assert log.verify_case(case.pk).problem == ""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "UPDATE supervision_logentry SET content = '别的话' WHERE sequence = 2",
            "does not match its digest",
        ),
        ("UPDATE supervision_logentry SET person = '别人' WHERE sequence = 1", "does not match its digest"),
        ("DELETE FROM supervision_logentry WHERE sequence = 2", "sequence 2 is missing"),
    ],
)
def test_what_was_changed_behind_its_back_is_found_in_its_place(
    transactional_db, file_case, now, change, says
):
    case = file_case()
    line = Line(case_id=case.pk, court_id=case.court_id, act="raise_flag", at=now)
    with transaction.atomic():
        log.write_many([line] * 3)
    with owner_connection() as link, link.cursor() as cursor:
        cursor.execute("ALTER TABLE supervision_logentry DISABLE TRIGGER USER")
        cursor.execute(change)
        cursor.execute("ALTER TABLE supervision_logentry ENABLE TRIGGER USER")
    link.close()
    total, broken = log.verify_all()
    assert total == 1
    assert says in broken[0][2].problem
    assert says in log.verify_case(case.pk).problem


@pytest.mark.parametrize(
    "change", ["UPDATE supervision_logentry SET content = ''", "DELETE FROM supervision_logentry"]
)
def test_the_application_can_neither_change_nor_delete_a_row(case, system_line, change):
    log.write_many([system_line])
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_people_who_write_at_once_wait_for_each_other(transactional_db, file_case, now):
    case = file_case()
    line = Line(case_id=case.pk, court_id=case.court_id, act="raise_flag", at=now)

    def write_some() -> None:
        for _ in range(5):
            with transaction.atomic():
                log.write_many([line])
        connection.close()

    writers = [threading.Thread(target=write_some) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert log.verify_case(case.pk).sequence == 20
