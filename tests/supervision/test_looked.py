"""Who read a case: shown to its judge with purpose; under a secret flag only when that is no secret any more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit import services, trail
from audit.exported import verify_file
from audit.models import Entry
from audit.trail import READING
from supervision.looked import looks, readings_of
from supervision.measures import reply_to_measure, take_measure
from supervision.models import Flag

HOUR = timedelta(hours=1)


@pytest.fixture
def case(file_case):
    return file_case()


def seen_by(person, case) -> list[tuple[str, str]]:
    """(reader, purpose) as the page tells this person."""
    return [(look.person, str(look.purpose)) for look in looks(list(readings_of(case, person)), case)]


def test_the_judge_sees_who_read_the_case_when_and_as_what(client, case, judge, president, now):
    trail.record_reading(case, by=president, at=now)
    client.force_login(judge)
    page = client.get(f"/supervision/cases/{case.pk}/looked/").content.decode()
    assert "郑院长" in page
    assert "院长 · 宜宾市翠屏区人民法院" in page
    assert "履行职务查阅" in page


def test_reading_under_a_live_flag_by_a_supervisor_is_supervision(
    case, judge, division_head, trial_office, make_flag, now
):
    trail.record_reading(case, by=division_head, at=now - 30 * HOUR)
    make_flag(case, "B01", "CONFIRMED", confirmed_at=now)
    trail.record_reading(case, by=division_head, at=now + HOUR)
    trail.record_reading(case, by=trial_office, at=now + HOUR)
    assert sorted(seen_by(judge, case)) == [
        ("吴庭长", "四类案件监督"),
        ("吴庭长", "履行职务查阅"),
        ("审管办王", "履行职务查阅"),
    ]


def test_reading_after_the_flag_ended_is_supervision_no_more(case, judge, division_head, make_flag, now):
    make_flag(case, "B01", "CLOSED", confirmed_at=now, ended_at=now + HOUR)
    trail.record_reading(case, by=division_head, at=now + 2 * HOUR)
    assert seen_by(judge, case) == [("吴庭长", "履行职务查阅")]


@pytest.fixture
def secret_flag(case, make_flag, now):
    return make_flag(case, "D01", secret=True, proposed_at=now)


@pytest.mark.parametrize("who", ["judge", "division_head", "vice_president", "trial_office"])
def test_a_reading_under_a_secret_flag_is_not_shown(request, case, secret_flag, president, who, now):
    trail.record_reading(case, by=president, at=now + HOUR)
    assert seen_by(request.getfixturevalue(who), case) == []


def test_what_was_read_before_the_complaint_does_not_disappear(case, secret_flag, judge, president, now):
    trail.record_reading(case, by=president, at=now - HOUR)
    assert seen_by(judge, case) == [("郑院长", "履行职务查阅")]


def test_readings_by_those_who_know_nothing_of_it_are_shown(case, secret_flag, judge, division_head, now):
    trail.record_reading(case, by=division_head, at=now + HOUR)
    assert seen_by(judge, case) == [("吴庭长", "履行职务查阅")]


def test_a_reader_who_left_the_post_since_stays_under_embargo(case, secret_flag, judge, president, now):
    trail.record_reading(case, by=president, at=now + HOUR)
    president.postings.update(ends_on=(now + timedelta(days=30)).date())
    assert seen_by(judge, case) == []


def test_the_embargo_begins_with_the_first_morning_of_a_post(case, make_flag, judge, discipline):
    """At seven in the morning here it is still the day before in Greenwich."""
    seven = datetime(2026, 6, 2, 23, tzinfo=UTC)
    make_flag(case, "D01", secret=True, proposed_at=seven - HOUR)
    discipline.postings.update(starts_on=date(2026, 6, 3))
    trail.record_reading(case, by=discipline, at=seven)
    assert seen_by(judge, case) == []


@pytest.mark.parametrize(
    ("change", "purpose"),
    [
        ({"secret": False, "state": "CONFIRMED"}, "核查反映线索"),
        ({"state": "REJECTED", "reason_code": "unfounded"}, "履行职务查阅"),
        ({"state": "CLOSED"}, "履行职务查阅"),
    ],
    ids=["verified", "dismissed", "closed"],
)
def test_the_embargo_ends_with_the_secret(case, secret_flag, judge, president, change, purpose, now):
    trail.record_reading(case, by=president, at=now + HOUR)
    ended = (
        {"verified_at": now + 2 * HOUR} if not change.get("secret", True) else {"ended_at": now + 2 * HOUR}
    )
    for name, value in (change | ended).items():
        setattr(secret_flag, name, value)
    secret_flag.save()
    assert seen_by(judge, case) == [("郑院长", purpose)]


def test_a_flag_that_was_never_verified_is_named_to_nobody(case, judge, president, make_flag, now):
    make_flag(case, "D01", "REVOKED", secret=True, proposed_at=now, confirmed_at=now, ended_at=now + 3 * HOUR)
    trail.record_reading(case, by=president, at=now + HOUR)
    look = looks(list(readings_of(case, judge)), case)[0]
    assert (str(look.purpose), look.codes) == ("履行职务查阅", "")


def test_those_who_keep_the_secret_see_each_other(case, secret_flag, president, discipline, now):
    trail.record_reading(case, by=discipline, at=now + HOUR)
    assert seen_by(president, case) == [("督察冯", "履行职务查阅")]


def test_a_president_who_tries_the_case_is_told_what_its_judge_is_told(
    case, secret_flag, president, discipline, now
):
    case.judge = president
    case.save()
    trail.record_reading(case, by=discipline, at=now + HOUR)
    assert seen_by(president, case) == []


def test_the_trail_keeps_the_embargo_too(client, case, secret_flag, judge, president, trial_office, now):
    trail.record_reading(case, by=president, at=now + HOUR)
    client.force_login(judge)
    assert "查阅案件" not in client.get(f"/trail/of-case/{case.pk}/").content.decode()
    client.force_login(trial_office)
    assert "郑院长" not in client.get("/trail/").content.decode()
    client.force_login(president)
    assert "郑院长" in client.get("/trail/").content.decode()


def test_a_copy_of_the_trail_withholds_the_reading_and_stays_whole(
    transactional_db, file_case, make_flag, president, now, tmp_path
):
    case = file_case()
    flag = make_flag(case, "D01", secret=True, proposed_at=now)
    trail.record_reading(case, by=president, at=now + HOUR)
    services.seal_trail(at=now + HOUR)
    path = tmp_path / "trail.jsonl"
    call_command("export_trail", output=str(path))
    assert "郑院长" not in path.read_text()
    assert str(case.pk) not in [word for line in path.read_text().splitlines()[1:] for word in line.split()]
    assert verify_file(str(path)).problem == ""
    flag.secret, flag.verified_at = False, now + 2 * HOUR
    flag.save()
    call_command("export_trail", output=str(path))
    assert "郑院长" in path.read_text()
    assert verify_file(str(path)).problem == ""


def test_the_page_is_for_who_sees_the_case(client, case, outsider):
    client.force_login(outsider)
    assert client.get(f"/supervision/cases/{case.pk}/looked/").status_code == 404


def test_a_fragment_is_no_page_and_shows_the_newest(client, case, judge, president, now):
    for day in range(7):
        trail.record_reading(case, by=president, at=now - timedelta(days=day))
    client.force_login(judge)
    part = client.get(
        f"/supervision/cases/{case.pk}/looked/", headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in part
    assert part.count("郑院长") == 5
    assert "全部 7 次查阅" in part


def test_the_page_costs_the_same_with_and_without_a_secret(
    client, case, secret_flag, file_case, judge, president, now
):
    other = file_case()
    for each in (case, other):
        trail.record_reading(each, by=president, at=now - HOUR)
    trail.record_reading(case, by=president, at=now + 30 * HOUR)
    client.force_login(judge)
    asked = []
    for each in (case, case, other):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/supervision/cases/{each.pk}/looked/")
        asked.append(len(queries))
    assert asked[1] == asked[2]


# --- every page that shows the supervision of one case ---------------------------------------------------------------
@pytest.fixture
def answered(confirmed_flag, division_head, judge, monday):
    """A measure whose reply has a file."""
    flag = Flag.objects.select_related("case").get(pk=confirmed_flag.pk)
    now = timezone.now()
    measure = take_measure(
        flag=flag,
        code="M02",
        content="请报告案件进展",
        basis="法发〔2021〕30号第十条",
        by=division_head,
        at=now,
    )
    paper = SimpleUploadedFile("报告.pdf", b"%PDF-1.7 text")
    return reply_to_measure(measure=measure, content="已开庭", attachment=paper, by=judge, at=now)


@pytest.mark.parametrize("page", ["measure", "attachment", "measure-new", "meeting-new"])
def test_whoever_looks_at_a_measure_without_sitting_on_the_case_leaves_a_trace(
    client, answered, president, judge, page
):
    measure = answered.measure
    about = {"attachment": answered.pk, "measure-new": measure.flag_id}
    address = reverse(f"supervision:{page}", args=[about.get(page, measure.pk)])
    for person in (judge, president):
        client.force_login(person)
        client.get(address)
    readers = Entry.objects.filter(act=READING, case_id=measure.case_id).values_list("actor_id", flat=True)
    assert list(readers) == [president.pk]
