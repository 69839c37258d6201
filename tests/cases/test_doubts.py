"""Doubts about the data: who sees them, and what settling one does."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from audit import trail
from audit.models import Entry
from cases import services
from cases.models import Change, Doubt
from courts.models import Court

LIST = "/cases/doubts/"


@pytest.fixture
def raise_doubt(now):
    def create(case, **values):
        given = {
            "kind": "conflict",
            "field": "cause",
            "ours": case.cause,
            "theirs": "买卖合同纠纷",
            "sentence": "案由不一致",
        }
        return Doubt.objects.create(case=case, raised_at=now, **(given | values))

    return create


@pytest.fixture
def listed(client, trial_office):
    client.force_login(trial_office)
    return lambda query="": list(client.get(f"{LIST}?{query}").context["doubts"])


def test_the_trial_office_sees_the_open_doubts_of_its_court(listed, raise_doubt, file_case, now):
    own = raise_doubt(file_case())
    raise_doubt(file_case(), settled_at=now)
    raise_doubt(file_case(court=Court.objects.get(code="川1503"), division=None, judge=None))
    raise_doubt(file_case(sealed="juvenile"))
    assert listed() == [own]


def test_doubts_are_told_apart_by_kind(listed, raise_doubt, file_case):
    conflict, start = raise_doubt(file_case()), raise_doubt(file_case(), kind="no_start")
    assert (listed("kind=conflict"), listed("kind=no_start")) == ([conflict], [start])


def test_a_judge_is_refused_and_a_stranger_finds_nothing(client, judge, raise_doubt, file_case, post):
    doubt = raise_doubt(file_case())
    client.force_login(judge)
    assert client.get(LIST).status_code == 403
    assert client.get(reverse("cases:settle", args=[doubt.pk])).status_code == 403
    client.force_login(post("trial_office", "外院审管办", at=Court.objects.get(code="川1503")))
    assert client.get(reverse("cases:settle", args=[doubt.pk])).status_code == 404


def test_taking_the_feeds_value_gives_the_field_back_to_the_feed(file_case, raise_doubt, trial_office, now):
    case = file_case(entered={"cause": {"by": 1}})
    doubt = raise_doubt(case)
    for _ in range(2):
        services.settle_doubt(doubt=doubt, how="以来源为准", take_theirs=True, by=trial_office, at=now)
    case.refresh_from_db()
    doubt.refresh_from_db()
    assert (case.cause, case.entered) == ("买卖合同纠纷", {})
    assert (doubt.settled_by, doubt.settled_how) == (trial_office, "以来源为准")
    assert Change.objects.filter(case_id=case.pk).count() == 1
    entry = Entry.objects.get(act="cases.settle_doubt")
    assert (entry.before["theirs"], entry.after) == ("买卖合同纠纷", {"take_theirs": True})


def test_keeping_ours_protects_the_field_from_the_feed(file_case, raise_doubt, trial_office, now):
    case = file_case()
    services.settle_doubt(
        doubt=raise_doubt(case), how="卷宗核对无误", take_theirs=False, by=trial_office, at=now
    )
    case.refresh_from_db()
    assert (case.cause, list(case.entered)) == ("民间借贷纠纷", ["cause"])


def test_people_and_days_are_taken_over_as_what_they_are(file_case, raise_doubt, trial_office, post, now):
    case, other = file_case(), post("judge", "冯法官")
    for field, theirs in (("judge", "冯法官"), ("filed_on", "2026-03-05"), ("detained", "是")):
        doubt = raise_doubt(case, field=field, theirs=theirs)
        services.settle_doubt(doubt=doubt, how="以来源为准", take_theirs=True, by=trial_office, at=now)
    case.refresh_from_db()
    assert (case.judge, case.filed_on, case.detained) == (other, date(2026, 3, 5), True)


@pytest.mark.parametrize(
    ("field", "theirs"),
    [("judge", "查无此人"), ("filed_on", "某日"), ("exclusion", "鉴定"), ("filed_on", "2027-01-01")],
)
def test_a_value_that_cannot_stand_is_refused_with_a_sentence(
    file_case, raise_doubt, trial_office, now, field, theirs
):
    doubt = raise_doubt(file_case(closed_on=date(2026, 5, 1)), field=field, theirs=theirs)
    with pytest.raises(trail.Refused) as refusal, transaction.atomic():
        services.settle_doubt(doubt=doubt, how="以来源为准", take_theirs=True, by=trial_office, at=now)
    assert refusal.value.status == 409
    doubt.refresh_from_db()
    assert doubt.settled_at is None


def test_a_doubt_is_settled_on_its_page(client, file_case, raise_doubt, trial_office):
    doubt = raise_doubt(file_case())
    client.force_login(trial_office)
    address = reverse("cases:settle", args=[doubt.pk])
    html = client.get(address).content.decode()
    assert "民间借贷纠纷" in html
    assert "买卖合同纠纷" in html
    assert "errorlist" in client.post(address, {"take_theirs": "1", "how": ""}).content.decode()
    assert client.post(address, {"take_theirs": "1", "how": "以来源为准"}).status_code == 302
    doubt.refresh_from_db()
    assert doubt.settled_at is not None


def test_the_list_costs_the_same_however_long(client, trial_office, raise_doubt, file_cases, costs_the_same):
    client.force_login(trial_office)

    def grow(n):
        return [raise_doubt(case) for case in file_cases(n)]

    grow(2)
    costs_the_same(lambda: client.get(LIST), grow=lambda: grow(20))
