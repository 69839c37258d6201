"""How well rules recognise: what counts as right, as a false alarm, as missed, and what is too little to say."""

from datetime import UTC, date, datetime

import pytest

from courts.models import Division
from supervision.quality import Quarter, did_hit, quality_of, quarters

pytestmark = pytest.mark.django_db
IN_SPRING = datetime(2026, 5, 6, 4, tzinfo=UTC)
IN_WINTER = datetime(2026, 2, 6, 4, tzinfo=UTC)
SPRING = Quarter(date(2026, 4, 1))
HIT, NO_HIT = {"case_type": "civil", "same_side_max": 12}, {"case_type": "civil", "same_side_max": 4}


@pytest.fixture
def decided(make_flag):
    """``decided("CONFIRMED", 3)``: so many flags decided in spring."""

    def create(state="CONFIRMED", n=1, *, at=IN_SPRING, **fields):
        when = {"confirmed_at": at} if state in ("CONFIRMED", "MEASURES_ON", "CLOSED") else {"ended_at": at}
        return [make_flag(state=state, **(when | fields)) for _ in range(n)]

    return create


def only(user, quarter=SPRING):
    (row,) = quality_of(user, quarter)
    return row


def test_precision_is_what_was_confirmed_of_what_was_decided(decided, president):
    decided("CONFIRMED", 3)
    decided("CLOSED", 1)
    decided("REJECTED", 1, reason_code="data_wrong")
    row = only(president)
    assert (row.code, row.confirmed, row.false_alarms, row.precision) == ("B01", 4, 1, 0.8)


def test_a_reason_that_is_no_false_alarm_counts_neither_way(decided, president):
    decided("CONFIRMED", 5)
    decided("REJECTED", 3, reason_code="covered")
    row = only(president)
    assert (row.decided, row.precision) == (5, 1.0)


def test_what_was_confirmed_and_revoked_as_a_mistake_is_a_false_alarm_once(decided, president):
    decided("CONFIRMED", 4)
    decided("REVOKED", 1, reason_code="not_the_category", confirmed_at=IN_SPRING)
    row = only(president)
    assert (row.confirmed, row.false_alarms) == (4, 1)


def test_what_was_confirmed_and_revoked_because_it_was_over_was_right(decided, president):
    decided("REVOKED", 5, reason_code="situation_over", confirmed_at=IN_SPRING)
    assert only(president).precision == 1.0


def test_what_people_raised_on_no_hit_was_missed_and_on_a_hit_was_not(decided, president):
    decided("CONFIRMED", 3)
    decided("CONFIRMED", 1, how="panel", evidence=NO_HIT)
    decided("CONFIRMED", 1, how="filing", evidence=HIT)
    row = only(president)
    assert (row.all_confirmed, row.raised, row.missed, row.miss_rate) == (5, 2, 1, 0.2)
    assert row.decided == 3


def test_a_rejected_flag_of_a_person_is_no_false_alarm_of_the_rule(decided, president):
    decided("CONFIRMED", 5)
    decided("REJECTED", 2, how="office", reason_code="data_wrong")
    assert only(president).false_alarms == 0


def test_fewer_than_five_are_too_few_to_say(decided, president):
    decided("CONFIRMED", 4)
    row = only(president)
    assert (row.decided, row.precision, row.miss_rate) == (4, None, None)


def test_a_decision_belongs_to_its_quarter(decided, president):
    decided("CONFIRMED", 5, at=IN_WINTER)
    assert quality_of(president, SPRING) == []
    assert only(president, Quarter(date(2026, 1, 1))).confirmed == 5


def test_what_nobody_decided_does_not_count(make_flag, president):
    for state in ("PROPOSED", "DISPUTED", "EXPIRED"):
        make_flag(state=state)
    assert quality_of(president, SPRING) == []


def test_a_rule_that_only_people_raise_has_no_precision(decided, president):
    decided("CONFIRMED", 5, code="A04", how="panel")
    assert quality_of(president, SPRING) == []


def test_secret_rules_are_left_out_for_who_may_not_see_them(
    decided, president, trial_office, division_head, discipline
):
    decided("CONFIRMED", 5, code="D01", secret=True)
    decided("CONFIRMED", 5, code="D03", born_secret=True)  # verified since
    for user in (trial_office, division_head):
        assert quality_of(user, SPRING) == []
    assert [row.code for row in quality_of(president, SPRING)] == ["D01", "D03"]
    assert [row.code for row in quality_of(discipline, SPRING)] == ["D01"]


def test_who_keeps_the_rules_of_a_court_has_all_its_figures_and_others_those_of_their_cases(
    decided, file_case, trial_office, division_head, outsider, court, post
):
    other = Division.objects.create(court=court, name="刑一庭")
    decided("CONFIRMED", 5)
    decided("CONFIRMED", 2, case=None)
    for flag in decided("CONFIRMED", 3):
        flag.case.division = other
        flag.case.save()
    assert only(trial_office).confirmed == 10
    assert only(post("itadmin")).confirmed == 10
    assert only(division_head).confirmed == 7
    assert quality_of(outsider, SPRING) == []


def test_a_sealed_case_counts_nowhere(decided, trial_office):
    (flag,) = decided("CONFIRMED")
    flag.case.sealed = "juvenile"
    flag.case.save()
    assert quality_of(trial_office, SPRING) == []


def test_what_can_no_longer_be_read_counts_as_missed(make_flag):
    assert did_hit(make_flag(how="panel", evidence=HIT))
    assert not did_hit(make_flag(how="panel", evidence=HIT, params={}))


@pytest.mark.parametrize(
    ("day", "code", "ends"),
    [(date(2026, 1, 1), "2026Q1", date(2026, 4, 1)), (date(2026, 12, 31), "2026Q4", date(2027, 1, 1))],
)
def test_a_quarter_runs_up_to_the_first_day_of_the_next(day, code, ends):
    quarter = Quarter.of(day)
    assert (quarter.code, quarter.ends_on) == (code, ends)


def test_the_last_quarters_begin_with_this_one():
    assert [quarter.code for quarter in quarters(date(2026, 2, 3), 3)] == ["2026Q1", "2025Q4", "2025Q3"]
