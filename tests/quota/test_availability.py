"""The share of working time people can give to cases: one share a day, recorded by the political department."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from audit.models import Entry
from audit.trail import Refused
from courts.models import Availability, FixedDay, Posting
from quota.availability import end_availability, record_availability, share_on, withdraw_availability
from quota.models import SubsidyPool

TODAY = date(2026, 6, 30)
JUNE, JULY = (date(2026, 6, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 7, 31))


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def record(judge, politics, now):
    def write(days=JUNE, fraction="0.5", *, person=judge, by=politics, reason="产假") -> Availability:
        about = {"starts_on": days[0], "ends_on": days[1], "fraction": Decimal(fraction), "reason": reason}
        return record_availability(person=person, by=by, at=now, **about)

    return write


def test_a_person_is_available_in_full_on_days_nothing_is_recorded_for(record, judge):
    record(fraction="0.5")
    days = [date(2026, 5, 31), JUNE[0], JUNE[1], date(2026, 7, 1)]
    assert [share_on(judge, day) for day in days] == [1, Decimal("0.5"), Decimal("0.5"), 1]


def test_a_share_of_nothing_is_nothing(record, judge):
    record(fraction="0")
    assert share_on(judge, TODAY) == 0


def test_no_two_records_share_a_day(record):
    record(JUNE)
    with pytest.raises(Refused, match="不重叠的日期"):
        record((JUNE[1], JULY[1]))
    assert record(JULY)


def test_the_database_itself_refuses_two_shares_a_day(record, judge, post):
    record(JUNE)
    about = {"starts_on": JUNE[1], "ends_on": JULY[1], "fraction": 1, "reason": "某"}
    with pytest.raises(IntegrityError, match="nobody_has_two_shares_on_a_day"), transaction.atomic():
        Availability.objects.create(user=judge, **about)
    assert Availability.objects.create(user=post("judge"), **about)


@pytest.mark.parametrize(
    ("about", "sentence"),
    [
        ({"days": (JUNE[1], JUNE[0])}, "早于起始日"),
        ({"fraction": "1.5"}, "0 到 100%"),
        ({"reason": " "}, "请填写事由"),
        ({"reason": "长" * 81}, "不超过 80 字"),
    ],
)
def test_a_record_has_days_in_order_a_share_and_a_reason(record, about, sentence):
    with pytest.raises(Refused, match=sentence):
        record(**about)


def test_recording_twice_is_the_same_as_once(record):
    assert record() == record()
    assert Entry.objects.filter(act="quota.record_availability").count() == 1


def test_who_is_back_early_is_available_from_then_on(record, judge, politics, now):
    recorded = record(JULY, "0")
    for wrong in (JULY[1].replace(month=8), date(2026, 6, 30)):
        with pytest.raises(Refused, match="提前终止"):
            end_availability(availability=recorded, ends_on=wrong, by=politics, at=now)
    end_availability(availability=recorded, ends_on=date(2026, 7, 10), by=politics, at=now)
    assert (share_on(judge, date(2026, 7, 10)), share_on(judge, date(2026, 7, 11))) == (0, 1)


def test_what_is_withdrawn_stays_in_the_trail(record, politics, now):
    recorded = record()
    with pytest.raises(Refused, match="请写明撤回的理由"):
        withdraw_availability(availability=recorded, reason="", by=politics, at=now)
    for _twice in range(2):
        withdraw_availability(availability=recorded, reason="误登", by=politics, at=now)
    left = Entry.objects.get(act="quota.withdraw_availability")
    assert (left.before["reason"], left.because) == ("产假", "误登") and not Availability.objects.exists()


def test_days_that_were_paid_for_are_not_changed_any_more(record, court, politics, now):
    recorded = record((JUNE[0], JULY[1]))
    SubsidyPool.objects.create(
        court=court, starts_on=date(2026, 4, 1), ends_on=JUNE[1], amount=1, state="approved", prepared_at=now
    )
    with pytest.raises(Refused, match="到 2026-06-30 为止的办案补贴已批准"):
        record((date(2026, 5, 1), date(2026, 5, 31)))
    with pytest.raises(Refused, match="不再改动"):
        withdraw_availability(availability=recorded, reason="误登", by=politics, at=now)
    with pytest.raises(Refused, match="不再改动"):
        end_availability(availability=recorded, ends_on=date(2026, 6, 15), by=politics, at=now)
    assert end_availability(availability=recorded, ends_on=JUNE[1], by=politics, at=now).ends_on == JUNE[1]


def test_why_somebody_is_away_is_in_no_trail_others_browse(record, politics, now):
    recorded = record(JULY, reason="肿瘤住院")
    with pytest.raises(Refused) as refusal:
        record((JULY[1], JULY[1]))
    assert "肿瘤住院" in refusal.value.sentence and refusal.value.secret
    end_availability(availability=recorded, ends_on=date(2026, 7, 10), by=politics, at=now)
    withdraw_availability(availability=recorded, reason="误登", by=politics, at=now)
    assert Entry.objects.count() == 3 and not Entry.objects.filter(secret=False).exists()


@pytest.mark.parametrize("who", ["judge", "president", "division_head", "trial_office", "outsider"])
def test_only_the_political_department_records(request, record, who):
    with pytest.raises(Refused) as refusal:
        record(by=request.getfixturevalue(who))
    assert refusal.value.status == 403


def test_nobody_records_their_own_and_nobody_that_of_people_posted_elsewhere(
    record, politics, outsider, post
):
    for person in (politics, outsider):
        with pytest.raises(Refused):
            record(person=person)


def test_somebody_without_a_post_has_no_time_to_record(record, judge):
    Posting.objects.filter(user=judge).update(ends_on=date(2026, 1, 1))
    with pytest.raises(Refused, match="目前没有任职"):
        record()
