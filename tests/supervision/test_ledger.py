"""The supervisors' ledger: own values in the order of the house, each number with the flags behind it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from audit.models import Entry
from courts.models import Court, Division, FixedDay, Posting
from supervision.ledger import CELLS, Month, duties, flags_behind, known_flags
from supervision.models import Measure, Step

JUNE = Month(date(2026, 6, 1), date(2026, 6, 30))
LEDGER = "/supervision/ledger/"


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def end_of_june(db):
    FixedDay.objects.create(day=date(2026, 6, 30))


@pytest.fixture
def measure_of(division_head):
    def take(flag, code="M02", **fields) -> Measure:
        values = {
            "flag": flag, "case": flag.case, "code": code, "mode": "process", "taken_by": division_head, "capacity": "庭长",
            "basis": "法发〔2021〕30号第十条", "content": "请报告案件进展。", "taken_at": at(10), "reply_due_on": date(2026, 6, 17),
        }  # fmt: skip
        return Measure.objects.create(**(values | fields))

    return take


@pytest.fixture
def decide(division_head):
    def step(flag, act="confirm", *, on=None, by=division_head) -> None:
        flag.decided_by = by
        flag.save()
        Step.objects.create(
            flag=flag, act=act, from_state="PROPOSED", to_state=flag.state, by=by, at=on or at(3)
        )

    return step


def row_of(person, viewer, month=JUNE):
    courts = {seat.court_id for seat in viewer.seats}
    return next(row for row in duties(viewer, courts, month) if row.person == person)


def test_flags_are_seen_where_the_post_answers_for_them(
    make_flag, file_case, court, division_head, president, vice_president
):
    other = Division.objects.create(court=court, name="刑事审判庭", kind="刑事", position=9)
    make_flag(proposed_at=at(2))
    make_flag(file_case(division=other), proposed_at=at(2))
    make_flag(proposed_at=at(2) - timedelta(days=20))
    assert row_of(division_head, president).counts["seen"] == 1
    assert row_of(vice_president, president).counts["seen"] == 1
    assert row_of(president, president).counts["seen"] == 2


def test_decisions_count_with_the_days_they_took(make_flag, decide, division_head, president):
    for days in (1, 2, 6):
        decide(make_flag(state="CONFIRMED", proposed_at=at(1)), on=at(1 + days))
    decide(make_flag(state="CONFIRMED", proposed_at=at(1)), "dispute", on=at(2))
    row = row_of(division_head, president)
    assert (row.counts["decided"], row.days, row.days_n, row.is_few) == (3, 2.0, 3, True)
    assert row_of(president, president).days is None


def test_measures_wait_on_both_sides(confirmed_flag, measure_of, division_head, president):
    measure_of(confirmed_flag)
    measure_of(confirmed_flag, "M03", state="replied", replied_at=at(12), answer_due_on=date(2026, 6, 20))
    measure_of(confirmed_flag, "M04", state="replied", replied_at=at(29), answer_due_on=date(2026, 7, 6))
    measure_of(
        confirmed_flag,
        "M05",
        state="settled",
        replied_at=at(12),
        answer_due_on=date(2026, 6, 20),
        settled_at=at(25),
    )
    measure_of(confirmed_flag, "M07", state="settled", reply_due_on=None, settled_at=at(20))
    measure_of(confirmed_flag, "M08", state="declined", reply_due_on=None)
    counts = row_of(division_head, president).counts
    assert counts | {"seen": 0} == {
        "seen": 0, "decided": 0, "measures": 5, "awaiting": 1, "overdue": 1, "meetings": 1, "idle": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("taken_at", "due_on", "idle"),
    [
        (None, date(2026, 6, 16), 1),
        (at(16), date(2026, 6, 16), 0),
        (at(17), date(2026, 6, 16), 1),
        (None, date(2026, 6, 30), 0),
        (None, date(2026, 5, 29), 0),
    ],
    ids=["never", "on the day", "a day late", "still time", "another month"],
)
def test_who_confirms_and_takes_no_measure_in_time_is_idle(
    make_flag, measure_of, decide, division_head, president, taken_at, due_on, idle
):
    flag = make_flag(state="CONFIRMED", first_measure_due_on=due_on)
    decide(flag)
    if taken_at:
        measure_of(flag, taken_at=taken_at)
    assert row_of(division_head, president).counts["idle"] == idle


def test_every_number_is_the_number_of_flags_behind_it(
    make_flag, decide, measure_of, division_head, president
):
    flag = make_flag(state="CONFIRMED", proposed_at=at(2), first_measure_due_on=date(2026, 6, 8))
    decide(flag)
    measure_of(flag, "M07", state="replied", replied_at=at(12), answer_due_on=date(2026, 6, 20))
    measure_of(make_flag(state="CONFIRMED", proposed_at=at(2)))
    row, flags = row_of(division_head, president), known_flags(president, {division_head.court_id})
    assert all(row.counts.values())
    for what in CELLS:
        assert flags_behind(what, row, flags, JUNE).count() == row.counts[what], what


def test_a_secret_flag_counts_for_those_alone_who_keep_it(
    make_flag, file_case, president, trial_office, discipline
):
    make_flag(proposed_at=at(2))
    make_flag(code="D01", secret=True, proposed_at=at(2))
    make_flag(file_case(sealed="juvenile"), proposed_at=at(2))
    assert row_of(president, president).counts["seen"] == 2
    assert row_of(president, discipline).counts["seen"] == 2
    assert row_of(president, trial_office).counts["seen"] == 1


def test_a_division_head_has_seen_no_secret_flag_whoever_reads_the_ledger(
    make_flag, president, division_head
):
    make_flag(code="D01", secret=True, proposed_at=at(2))
    make_flag(proposed_at=at(2))
    row = row_of(division_head, president)
    assert row.counts["seen"] == 1
    assert flags_behind("seen", row, known_flags(president, {president.court_id}), JUNE).count() == 1


def test_the_rows_stand_as_the_house_does(court, post, division, division_head, president, vice_president):
    later = Division.objects.create(court=court, name="民事审判第二庭", kind="民事", position=2)
    second = post("division_head", "甲庭长", division=later)
    people = [row.person for row in duties(president, {court.pk}, JUNE)]
    assert people == [president, vice_president, division_head, second]


def test_a_supervisor_sees_the_own_row_alone(client, division_head, vice_president):
    client.force_login(division_head)
    page = client.get(LEDGER).content.decode()
    assert "吴庭长" in page
    assert "钱副院长" not in page
    answer = client.get(f"{LEDGER}flags/?month=2026-06&who={vice_president.pk}&what=seen")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [("president", 200), ("trial_office", 200), ("discipline", 200), ("judge", 403), ("itadmin", 403)],
)
def test_the_ledger_is_for_those_whose_post_says_so(client, post, role, status):
    client.force_login(post(role))
    assert client.get(LEDGER).status_code == status
    assert client.get(f"{LEDGER}sheet/").status_code == status


def test_the_ledger_of_another_court_is_not_there(client, outsider, division_head):
    client.force_login(outsider)
    assert "吴庭长" not in client.get(LEDGER).content.decode()


def test_the_page_says_where_few_cases_stand_behind_a_median(client, make_flag, decide, president):
    decide(make_flag(state="CONFIRMED", proposed_at=at(1)), on=at(2))
    client.force_login(president)
    page = client.get(f"{LEDGER}?month=2026-06").content.decode()
    assert "（1 件）" in page
    assert "件数少" in page


def test_numbers_lead_to_their_flags(client, make_flag, president, division_head):
    flag = make_flag(proposed_at=at(2))
    client.force_login(president)
    place = f"who={division_head.pk}&amp;court={division_head.court_id}"
    link = f"{LEDGER}flags/?month=2026-06&amp;{place}&amp;what=seen"
    assert link in client.get(f"{LEDGER}?month=2026-06").content.decode()
    assert flag.case.number in client.get(link.replace("&amp;", "&")).content.decode()
    assert client.get(link.replace("&amp;", "&").replace("seen", "x")).status_code == 404


def test_a_measure_taken_back_was_none(make_flag, measure_of, decide, division_head, president):
    flag = make_flag(state="CONFIRMED", first_measure_due_on=date(2026, 6, 16))
    decide(flag)
    measure_of(flag, state="withdrawn")
    counts = row_of(division_head, president).counts
    assert (counts["idle"], counts["measures"]) == (1, 0)


def test_the_numbers_of_each_post_lead_to_the_flags_of_its_court(client, make_flag, file_case, post, court):
    elsewhere = Court.objects.get(code="川1503")
    person = post("president", "两院院长")
    Posting.objects.create(user=person, court=elsewhere, role="president", starts_on=date(2020, 1, 1))
    flags = {
        place: make_flag(file_case(court=place, division=None), proposed_at=at(2))
        for place in (court, elsewhere)
    }
    client.force_login(person)
    for place, flag in flags.items():
        link = f"{LEDGER}flags/?month=2026-06&who={person.pk}&court={place.pk}&what=seen"
        found = client.get(link).context["page"].object_list
        assert list(found) == [flag]


def test_the_sheet_prints_month_and_meaning_and_leaves_a_trace(client, president, division_head):
    client.force_login(president)
    answer = client.get(f"{LEDGER}sheet/?month=2026-05")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "月份：2026-05"
    assert [row[1] for row in rows[-2:]] == ["郑院长", "吴庭长"]
    assert Entry.objects.get(act="supervision.export_ledger").actor_id == president.pk


def test_the_page_costs_the_same_however_many_supervise(
    client, president, post, division, make_flag, costs_the_same
):
    make_flag(proposed_at=at(2))
    client.force_login(president)
    costs_the_same(
        lambda: client.get(f"{LEDGER}?month=2026-06"),
        grow=lambda: [post("division_head", f"庭长{n}", division=division) for n in range(10)],
    )
