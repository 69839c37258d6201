"""Who asked after a case: filed by anybody who was asked, seen by the reporter and discipline alone."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from cases.models import Change
from courts.offers import read_offer
from supervision.facts import refresh_facts
from supervision.flags import dismiss_complaint
from supervision.inquiries import Occasion, content_of, digest_of, file_inquiry, inquiries_for
from supervision.models import Flag, Inquiry, LogEntry, Statement
from supervision.screening import screen_cases

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)
WORDS = "某副院长打电话要求照顾原告"


@pytest.fixture(autouse=True)
def on_a_monday(monday):
    """Every test lives on that day."""


@pytest.fixture
def case(file_case):
    return file_case()


def file(case, by, **said) -> Inquiry:
    given = {"kind": "T2", "content": WORDS, "happened_on": MONDAY, "may_influence": False} | said
    return file_inquiry(about=Occasion(case), by=by, at=timezone.now(), **given)


def test_the_content_is_encrypted_in_the_database(case, judge):
    inquiry = file(case, judge)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM supervision_inquiry")
        (kept,) = cursor.fetchone()
    assert "副院长" not in kept and kept.startswith("gAAAA")
    assert content_of(inquiry) == WORDS


def test_a_content_under_a_lost_key_says_so(case, judge, settings):
    inquiry = file(case, judge)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-" + "y" * 50, []
    assert "另一密钥" in content_of(inquiry)


def test_only_the_reporter_and_discipline_of_the_court_see_it(
    case, judge, discipline, president, vice_president, division_head, trial_office, post, upper_court
):
    inquiry = file(case, judge)
    assert list(inquiries_for(judge)) == list(inquiries_for(discipline)) == [inquiry]
    others = [president, vice_president, division_head, trial_office, post("judge"), post("itadmin")]
    for person in [*others, post("discipline", at=upper_court)]:
        assert not inquiries_for(person).exists(), person


def test_the_trail_names_neither_reporter_nor_case(case, judge):
    inquiry = file(case, judge)
    entry = Entry.objects.get(act="supervision.file_inquiry")
    assert (entry.actor_id, entry.case_id, entry.court_id, entry.capacity, entry.secret) == (
        None,
        None,
        None,
        "",
        True,
    )
    assert entry.after == {"entry": digest_of(inquiry)}
    assert not LogEntry.objects.exists()


def test_the_digest_tells_when_an_entry_was_changed(case, judge, president):
    inquiry = file(case, judge)
    kept = Entry.objects.get(act="supervision.file_inquiry").after["entry"]
    for name, value in {
        "reporter": president,
        "kind": "T4",
        "content": "x",
        "happened_on": date(2026, 5, 1),
    }.items():
        other = Inquiry.objects.get(pk=inquiry.pk)
        setattr(other, name, value)
        assert digest_of(other) != kept, name


def test_the_case_carries_the_secret_fact_only_where_the_reporter_says_so(case, judge):
    file(case, judge)
    assert not Statement.objects.exists()
    file(case, judge, content="又一次要求照顾", may_influence=True)
    said = Statement.objects.get()
    assert (said.fact, said.value, said.secret, said.capacity) == ("three_rules_report", True, True, "")
    assert said.stated_by is None  # the president keeps the secrets of the case, and may be the one who asked
    assert WORDS not in said.basis and "副院长" not in said.basis
    assert Change.objects.filter(case_id=case.pk).exists()  # the rules read it within seconds


def test_a_second_inquiry_after_the_first_was_dismissed_is_a_flag_again(case, judge, discipline):
    def screened():
        refresh_facts([case.pk], MONDAY)
        screen_cases([case.pk], MONDAY, timezone.now())
        return Flag.objects.filter(case=case, rule__code="D04", state="PROPOSED").first()

    file(case, judge, may_influence=True)
    dismiss_complaint(flag=screened(), reason_code="unfounded", reason="", by=discipline, at=timezone.now())
    assert screened() is None
    Change.objects.all().delete()
    file(case, judge, content="又一次要求照顾", may_influence=True)
    assert Change.objects.filter(case_id=case.pk).exists()  # else nobody would look at the case
    assert screened() is not None
    assert Statement.objects.standing().count() == 1


def test_the_same_entry_twice_is_the_same_as_once(case, judge):
    assert file(case, judge) == file(case, judge)
    assert file(case, judge, kind="T1") != file(case, judge)
    assert Inquiry.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"kind": "T9"}, "请选择类型"),
        ({"content": "  "}, "请写明何人"),
        ({"content": "长" * 5001}, "不超过5000字"),
        ({"happened_on": date(2026, 6, 2)}, "应不晚于今天"),
    ],
)
def test_what_is_filed_must_say_who_when_and_what(case, judge, said, sentence):
    with pytest.raises(Refused, match=sentence):
        file(case, judge, **said)
    assert not Inquiry.objects.exists()


# --- the way from a refusal to the entry -----------------------------------------------------------------
def offered(page) -> str:
    return page.context["offer"]


def test_a_refused_supervisor_finds_the_form_with_case_and_act_filled_in(client, case, division_head):
    client.force_login(division_head)
    page = client.get(reverse("supervision:measure-for-case", args=[case.pk]))
    offer = offered(page)
    assert read_offer(offer, division_head) == (case.pk, "supervision.take_measure")
    form = client.get(reverse("supervision:inquiry-new"), {"offer": offer})
    assert form.status_code == 200 and case.number in form.content.decode()
    address = f"{reverse('supervision:inquiry-new')}?offer={offer}"
    given = {"kind": "T2", "happened_on": "2026-06-01", "content": WORDS, "may_influence": "on"}
    done = client.post(address, given)
    inquiry = Inquiry.objects.get()
    assert done["Location"] == reverse("supervision:inquiry", args=[inquiry.pk])
    assert (inquiry.case, inquiry.refused_act, inquiry.reporter) == (
        case,
        "supervision.take_measure",
        division_head,
    )


def test_the_offer_tells_a_stranger_nothing_of_the_case(client, confirmed_flag, post, court):
    stranger = post("division_head", division=court.divisions.create(name="刑事审判庭"))
    client.force_login(stranger)
    offer = offered(client.get(reverse("supervision:measure-new", args=[confirmed_flag.pk])))
    page = client.get(reverse("supervision:inquiry-new"), {"offer": offer}).content.decode()
    assert confirmed_flag.case.number not in page and confirmed_flag.case.cause not in page
    client.post(
        f"{reverse('supervision:inquiry-new')}?offer={offer}",
        {"kind": "T2", "happened_on": "2026-06-01", "content": WORDS},
    )
    inquiry = Inquiry.objects.get()
    assert inquiry.case == confirmed_flag.case
    assert (
        confirmed_flag.case.number
        not in client.get(reverse("supervision:inquiry", args=[inquiry.pk])).content.decode()
    )
    assert confirmed_flag.case.number not in client.get(reverse("supervision:inquiries")).content.decode()


def test_an_offer_is_for_the_person_it_was_made_to_and_cannot_be_made_up(
    client, case, division_head, president
):
    client.force_login(division_head)
    offer = offered(client.get(reverse("supervision:measure-for-case", args=[case.pk])))
    assert read_offer(offer, president) is None
    for text in (offer[:-4] + "AAAA", "x", "", "中文"):
        assert read_offer(text, division_head) is None
    client.force_login(president)
    assert client.get(reverse("supervision:inquiry-new"), {"offer": offer}).status_code == 404


def test_other_refusals_offer_nothing(client, judge):
    client.force_login(judge)
    page = client.get(reverse("dashboard:trail"))
    assert page.status_code == 403 and offered(page) == ""
    assert "三个规定" not in page.content.decode()


def test_who_was_asked_files_from_a_case_they_see_and_from_no_other(client, case, judge, outsider):
    address = reverse("supervision:inquiry-new")
    client.force_login(judge)
    assert client.get(address, {"case": case.pk}).status_code == 200
    for query in ({"case": 10**9}, {"case": "x"}, {}):
        assert client.get(address, query).status_code == 404
    client.force_login(outsider)
    assert client.get(address, {"case": case.pk}).status_code == 404


def test_a_form_with_faults_keeps_what_was_typed(client, case, judge):
    client.force_login(judge)
    address = f"{reverse('supervision:inquiry-new')}?case={case.pk}"
    page = client.post(address, {"kind": "T2", "happened_on": "2026-07-01", "content": WORDS})
    assert page.status_code == 200
    assert WORDS in page.content.decode() and "应不晚于今天" in page.content.decode()
    assert not Inquiry.objects.exists()


def test_reading_anothers_entry_is_kept_in_the_trail_and_reading_ones_own_is_not(
    client, case, judge, discipline
):
    inquiry = file(case, judge)
    address = reverse("supervision:inquiry", args=[inquiry.pk])
    client.force_login(judge)
    assert WORDS in client.get(address).content.decode()
    assert not Entry.objects.filter(act="supervision.read_inquiry").exists()
    client.force_login(discipline)
    page = client.get(address).content.decode()
    assert WORDS in page and judge.name in page
    entry = Entry.objects.get(act="supervision.read_inquiry")
    assert (entry.actor_id, entry.case_id, entry.secret) == (discipline.pk, None, True)


@pytest.mark.parametrize("who", ["president", "division_head", "vice_president", "trial_office", "outsider"])
def test_nobody_else_opens_it(client, case, judge, who, request):
    inquiry = file(case, judge)
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("supervision:inquiry", args=[inquiry.pk])).status_code == 404
    assert WORDS not in client.get(reverse("supervision:inquiries")).content.decode()


@pytest.mark.parametrize("who", ["president", "trial_office", "discipline"])
def test_nobody_learns_of_an_entry_from_the_trail(client, case, judge, who, request):
    file(case, judge, may_influence=True)
    client.force_login(request.getfixturevalue(who))
    for address in (reverse("dashboard:trail"), reverse("dashboard:trail-of-case", args=[case.pk])):
        page = client.get(address)
        if page.status_code == 404:  # discipline does not see the case
            continue
        acts = {str(row["entry"].act) for row in page.context["rows"]}
        assert not acts & {"supervision.file_inquiry", "supervision.state_fact"}


def test_discipline_learns_of_it_as_a_secret_flag_and_the_judge_does_not(
    case, judge, president, discipline, division_head
):
    """From the entry to the flag by the real facts and the real rules."""
    file(case, judge, may_influence=True)
    refresh_facts([case.pk], MONDAY)
    screen_cases([case.pk], MONDAY, timezone.now())
    flag = Flag.objects.get(case=case, rule__code="D04")
    assert flag.secret
    for person in (discipline, president):
        assert flag in Flag.objects.visible_to(person)
    for person in (judge, division_head):
        assert flag not in Flag.objects.visible_to(person)
