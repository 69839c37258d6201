"""Silence never confirms: what nobody acted on goes one level up, counts as missed, and waits there for a decision."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from courts.models import Division
from supervision.flags import confirm_flag
from supervision.models import Flag, LogEntry, Step
from supervision.timers import expire

pytestmark = pytest.mark.django_db
MONDAY, NEXT = date(2026, 6, 1), date(2026, 6, 2)


@pytest.fixture
def waiting(make_flag):
    """``waiting()``: a flag whose last day was the Monday."""
    return lambda *given, **fields: make_flag(*given, **({"due_on": MONDAY} | fields))


def pass_on(now, day=NEXT):
    return expire(day, now)


def test_a_proposal_past_its_day_goes_to_the_vice_president_in_charge(waiting, vice_president, now):
    flag = waiting()
    assert pass_on(now) == {"expire": 1, "rise": 0, "overdue": 0}
    flag.refresh_from_db()
    assert (flag.state, flag.level, flag.missed) == ("EXPIRED", 1, True)
    assert flag.due_on == date(2026, 6, 5)  # three working days of their own


def test_on_its_last_day_it_still_waits(waiting, now):
    flag = waiting()
    assert pass_on(now, MONDAY) == {"expire": 0, "rise": 0, "overdue": 0}
    flag.refresh_from_db()
    assert (flag.state, flag.missed) == ("PROPOSED", False)


def test_where_no_vice_president_is_in_charge_it_goes_to_the_president(waiting, post, court, now):
    post("vice_president", division=Division.objects.create(court=court, name="刑一庭"))
    flag = waiting()
    pass_on(now)
    flag.refresh_from_db()
    assert (flag.state, flag.level) == ("EXPIRED", 2)


def test_a_secret_one_goes_to_the_president_whom_alone_it_concerns(waiting, vice_president, now):
    flag = waiting(code="D01", secret=True)
    pass_on(now)
    flag.refresh_from_db()
    assert flag.level == 2
    assert Entry.objects.get(act="supervision.expire_flag").secret
    assert LogEntry.objects.get().stream == "secret"


def test_the_vice_president_who_is_silent_too_hands_it_to_the_president_and_there_it_stays(
    waiting, vice_president, now
):
    flag = waiting()
    pass_on(now)
    assert pass_on(now, date(2026, 6, 8)) == {"expire": 0, "rise": 1, "overdue": 0}
    flag.refresh_from_db()
    assert (flag.state, flag.level) == ("EXPIRED", 2)
    assert pass_on(now, date(2026, 8, 3)) == {"expire": 0, "rise": 0, "overdue": 0}
    flag.refresh_from_db()
    assert flag.state == "EXPIRED"


def test_however_long_nobody_acts_nothing_is_ever_confirmed(waiting, vice_president, make_flag, now):
    for state in ("PROPOSED", "DISPUTED", "EXPIRED"):
        waiting(state=state)
    for day in range(1, 28):
        pass_on(now, date(2026, 7, day))
    assert set(Flag.objects.values_list("state", flat=True)) == {"EXPIRED", "DISPUTED"}


def test_an_undecided_dispute_is_noted_once_and_stays_disputed(waiting, now):
    flag = waiting(state="DISPUTED", level=2)
    assert pass_on(now)["overdue"] == 1
    assert pass_on(now, date(2026, 6, 9))["overdue"] == 0
    flag.refresh_from_db()
    assert (flag.state, flag.missed, flag.due_on) == ("DISPUTED", False, MONDAY)


def test_what_is_confirmed_or_ended_has_no_such_clock(waiting, now):
    for state in ("CONFIRMED", "MEASURES_ON", "REJECTED", "REVOKED", "CLOSED"):
        waiting(state=state)
    assert pass_on(now) == {"expire": 0, "rise": 0, "overdue": 0}


def test_it_is_written_down_as_the_systems_own_act(waiting, vice_president, now):
    flag = waiting()
    pass_on(now)
    step = Step.objects.get()
    assert (step.act, step.from_state, step.to_state, step.by) == ("expire", "PROPOSED", "EXPIRED", None)
    assert step.reason == "逾期未处理，转分管副院长，计为应标未标"
    row = LogEntry.objects.get()
    assert (row.person, row.flag_code, row.case_id) == ("系统", "B01", flag.case_id)


def test_after_it_expired_who_stands_above_still_decides_and_the_miss_stays(
    waiting, vice_president, monday, now
):
    flag = waiting()
    pass_on(now)
    confirm_flag(flag=flag, by=vice_president, at=now)
    flag.refresh_from_db()
    assert (flag.state, flag.missed, flag.due_on) == ("CONFIRMED", True, None)


def test_twelve_cost_as_many_statements_as_one(waiting, vice_president, now):
    counts = []
    for n in (1, 1, 12):  # the first time the law is read
        for _ in range(n):
            waiting()
        with CaptureQueriesContext(connection) as asked:
            assert pass_on(now)["expire"] == n
        counts.append(len(asked))
    assert counts[1] == counts[2]
