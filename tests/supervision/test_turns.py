"""Whoever writes facts or follows flags waits for the turn before holding a case, so that no two wait for each other."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from cases.guard import locked
from cases.models import Change
from pipeline.services import drain
from supervision.models import CaseFacts, Tick
from supervision.tasks import screen_everything
from supervision.ticks import problems_for, tick_boxes
from supervision.turns import take_screening_turn

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = %s::oid"
THIS_DATABASE = "SELECT oid FROM pg_database WHERE datname = current_database()"


def is_waited_for() -> bool:
    """Whether somebody comes to wait for the turn within two seconds."""
    with connection.cursor() as cursor:
        cursor.execute(THIS_DATABASE)
        here = cursor.fetchone()
        for _ in range(40):
            cursor.execute(WAITING, here)
            if cursor.fetchone() != (0,):
                return True
            time.sleep(0.05)
    return False


def aside(act) -> tuple[threading.Thread, list]:
    """Do it in another connection; what went wrong there, if anything."""
    wrong = []

    def run():
        try:
            act()
        except OperationalError as problem:
            wrong.append(problem)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, wrong


def fill_in(case, clerk):
    tick_boxes(case=case, ticks={}, by=clerk, at=timezone.now())


ACTS = {
    "the filing form": fill_in,
    "its problems": lambda case, clerk: problems_for(case, {}),
    "the drain": lambda case, clerk: drain(at=timezone.now()),
    "the nightly run": lambda case, clerk: screen_everything(),
}


@pytest.mark.parametrize("act", ACTS)
def test_whoever_waits_for_the_turn_holds_no_case_and_has_written_nothing(file_case, filing, monday, act):
    case = file_case(judge=None, filed_on=monday)
    Change.objects.create(case_id=case.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        take_screening_turn()
        thread, wrong = aside(lambda: ACTS[act](case, filing))
        try:
            assert is_waited_for()
            assert locked(case) == case
            assert not CaseFacts.objects.exists()
        finally:
            transaction.set_rollback(True)
    thread.join()
    assert (wrong, CaseFacts.objects.filter(case=case).exists()) == ([], True)
    assert Tick.objects.filter(case=case).exists() == (act == "the filing form")
