"""Editions: one drafts, another publishes, nobody edits what is published."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from catalogues import library
from catalogues.models import Edition, Item
from catalogues.selectors import causes_on, law_in_use, years_missing
from catalogues.services import (
    draft_edition,
    draft_local_calendar,
    edit_item,
    publish_edition,
    publish_seed,
    withdraw_edition,
)
from courts.models import Court

LOCAL_YEAR = [
    (
        "2026",
        {
            "source": "某州人民政府通知",
            "source_confidence": "certain",
            "effective_from": "2026-01-01",
            "holidays": [{"name": "自治州州庆", "from": "2026-03-02", "to": "2026-03-02"}],
            "workdays": ["2026-03-07"],
        },
    )
]


@pytest.fixture
def colleague(post):
    return post("trial_office", "审管办李")


@pytest.fixture
def draft(trial_office):
    published = Edition.objects.get(kind="time_limits", status="published")
    return draft_edition(
        based_on=published, title="试改", effective_from=None, by=trial_office, at=timezone.now()
    )


def change_summary_limit(draft, by, months):
    body = Item.objects.get(edition=draft, code="civ_summary").body
    body["versions"][0]["n"] = months
    edit_item(edition=draft, code="civ_summary", body=body, by=by, at=timezone.now())


def test_publishing_the_shipped_catalogues_twice_is_the_same_as_once(db):
    seeds = library.editions()
    assert {publish_seed(seed, at=timezone.now()).outcome for seed in seeds} == {"unchanged"}


def test_a_published_draft_is_the_law_in_use_and_the_older_edition_stays_readable(
    draft, trial_office, colleague
):
    change_summary_limit(draft, trial_office, 4)
    assert law_in_use().limits["civ_summary"][-1].n == 3
    publish_edition(edition=draft, by=colleague, at=timezone.now())
    assert law_in_use().limits["civ_summary"][-1].n == 4
    assert Item.objects.get(edition=draft.based_on, code="civ_summary").body["versions"][0]["n"] == 3
    assert law_in_use().editions["time_limits"] == draft.number


def test_whoever_drafted_an_edition_cannot_publish_it(draft, trial_office):
    with pytest.raises(Refused, match="起草人不能发布"):
        publish_edition(edition=draft, by=trial_office, at=timezone.now())


def test_whoever_changed_a_draft_cannot_publish_it_either(draft, colleague):
    change_summary_limit(draft, colleague, 4)
    with pytest.raises(Refused, match="起草人不能发布"):
        publish_edition(edition=draft, by=colleague, at=timezone.now())


def test_a_local_calendar_is_published_by_its_own_court(trial_office, court, post):
    stranger = post("trial_office", at=Court.objects.get(code="川1503"))
    draft = draft_local_calendar(court=court, years=[], title="x", by=trial_office, at=timezone.now())
    with pytest.raises(Refused, match="不能发布"):
        publish_edition(edition=draft, by=stranger, at=timezone.now())


def test_the_law_of_all_courts_is_published_and_withdrawn_at_the_highest_court_alone(
    draft, colleague, post, upper_court
):
    upper = post("trial_office", "市院审管办", at=upper_court)
    with pytest.raises(Refused, match="级别最高的法院发布"):
        publish_edition(edition=draft, by=colleague, at=timezone.now())
    publish_edition(edition=draft, by=upper, at=timezone.now())
    with pytest.raises(Refused, match="级别最高的法院撤回"):
        withdraw_edition(edition=draft, reason="不同意", by=colleague, at=timezone.now())


def test_a_court_publishes_its_own_calendar_under_a_higher_court_too(
    trial_office, colleague, court, post, upper_court
):
    post("trial_office", at=upper_court)
    draft = draft_local_calendar(court=court, years=LOCAL_YEAR, title="x", by=trial_office, at=timezone.now())
    assert publish_edition(edition=draft, by=colleague, at=timezone.now()).status == "published"


def test_a_post_that_has_ended_makes_no_court_the_highest(draft, colleague, post, upper_court):
    post("trial_office", at=upper_court).postings.update(starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1))
    assert publish_edition(edition=draft, by=colleague, at=timezone.now()).status == "published"


def test_the_database_too_refuses_a_publisher_who_drafted(draft, trial_office):
    with pytest.raises(IntegrityError, match="published_by_another"), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(published_by=trial_office)


def test_a_judge_may_neither_draft_nor_publish(draft, judge):
    with pytest.raises(Refused):
        draft_edition(based_on=draft, title="", effective_from=None, by=judge, at=timezone.now())
    with pytest.raises(Refused):
        publish_edition(edition=draft, by=judge, at=timezone.now())


def test_a_draft_with_a_mistake_is_not_published_and_the_sentence_says_where(draft, trial_office, colleague):
    change_summary_limit(draft, trial_office, "三")
    with pytest.raises(Refused, match=r"civ_summary.*应为整数"):
        publish_edition(edition=draft, by=colleague, at=timezone.now())


@pytest.mark.parametrize("change", ["edit", "remove", "add"])
def test_the_entries_of_a_published_edition_cannot_change(db, change):
    edition = Edition.objects.get(kind="time_limits")
    item = edition.items.first()
    with pytest.raises(IntegrityError, match="draft a new one"), transaction.atomic():
        if change == "edit":
            Item.objects.filter(pk=item.pk).update(name="x")
        elif change == "remove":
            item.delete()
        else:
            Item.objects.create(edition=edition, code="x", body={})


def test_a_withdrawn_edition_gives_the_place_back_to_the_one_it_replaced(draft, trial_office, colleague):
    change_summary_limit(draft, trial_office, 4)
    publish_edition(edition=draft, by=colleague, at=timezone.now())
    withdraw_edition(edition=draft, reason="误发", by=colleague, at=timezone.now())
    assert law_in_use().limits["civ_summary"][-1].n == 3


def test_withdrawal_restores_the_edition_replaced_not_the_one_drafted_from(draft, trial_office, colleague):
    first = draft.based_on
    other = draft_edition(based_on=draft, title="改", effective_from=None, by=trial_office, at=timezone.now())
    publish_edition(edition=other, by=colleague, at=timezone.now())
    withdraw_edition(edition=other, reason="误发", by=colleague, at=timezone.now())
    statuses = dict(Edition.objects.filter(kind="time_limits").values_list("pk", "status"))
    assert statuses == {first.pk: "published", draft.pk: "draft", other.pk: "withdrawn"}


def test_an_edition_withdrawn_before_is_not_brought_back(draft, trial_office, colleague):
    publish_edition(edition=draft, by=colleague, at=timezone.now())
    withdraw_edition(edition=draft, reason="误发", by=colleague, at=timezone.now())
    draft.refresh_from_db()
    again = draft_edition(
        based_on=draft, title="再改", effective_from=None, by=trial_office, at=timezone.now()
    )
    publish_edition(edition=again, by=colleague, at=timezone.now())
    withdraw_edition(edition=again, reason="误发", by=colleague, at=timezone.now())
    assert Edition.objects.get(kind="time_limits", status="published") == draft.based_on


def test_withdrawing_the_catalogue_of_courts_seats_the_courts_of_the_former_one(trial_office, colleague):
    published = Edition.objects.get(kind="courts", status="published")
    draft = draft_edition(
        based_on=published, title="改", effective_from=None, by=trial_office, at=timezone.now()
    )
    former = Court.objects.get(code="川1503")
    item = draft.items.get(code=former.classification)
    renamed, added = {**item.body, "name": "误名人民法院"}, {**item.body, "name": "误设人民法院"}
    Item.objects.filter(pk=item.pk).update(body=renamed)
    Item.objects.create(edition=draft, code="999999", position=9999, body={**added, "prefix": "川9999"})
    publish_edition(edition=draft, by=colleague, at=timezone.now())
    assert Court.objects.get(pk=former.pk).name == "误名人民法院"
    assert Court.objects.get(code="川9999").recognised
    withdraw_edition(edition=draft, reason="误发", by=colleague, at=timezone.now())
    assert Court.objects.get(pk=former.pk).name == former.name
    assert not Court.objects.get(code="川9999").recognised


def test_what_a_published_edition_replaced_cannot_be_rewritten(draft, colleague):
    publish_edition(edition=draft, by=colleague, at=timezone.now())
    with pytest.raises(IntegrityError, match="draft a new one"), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(replaces=None)


def test_a_local_calendar_is_withdrawn_and_the_national_one_holds_again(trial_office, colleague, court):
    draft = draft_local_calendar(court=court, years=LOCAL_YEAR, title="x", by=trial_office, at=timezone.now())
    publish_edition(edition=draft, by=colleague, at=timezone.now())
    withdraw_edition(edition=draft, reason="误发", by=colleague, at=timezone.now())
    assert law_in_use().calendar(court.pk).is_workday(date(2026, 3, 2))


def test_the_only_edition_of_the_law_cannot_be_withdrawn(trial_office):
    edition = Edition.objects.get(kind="time_limits")
    with pytest.raises(Refused, match="仍有一版在用"):
        withdraw_edition(edition=edition, reason="x", by=trial_office, at=timezone.now())


def test_every_act_on_an_edition_is_on_the_record(draft, trial_office, colleague):
    change_summary_limit(draft, trial_office, 4)
    publish_edition(edition=draft, by=colleague, at=timezone.now())
    acts = list(
        Entry.objects.filter(about="catalogues.edition", about_id=draft.pk)
        .order_by("id")
        .values_list("act", "actor")
    )
    assert acts == [
        ("catalogues.draft_edition", trial_office.name),
        ("catalogues.edit_item", trial_office.name),
        ("catalogues.publish_edition", colleague.name),
    ]


def test_a_court_keeps_its_own_edition_when_the_software_brings_a_newer_one(draft, trial_office, colleague):
    change_summary_limit(draft, trial_office, 4)
    publish_edition(edition=draft, by=colleague, at=timezone.now())
    seed = next(seed for seed in library.editions() if seed.kind == "time_limits")
    newer = library.SeedEdition(**{**seed.__dict__, "entries": seed.entries[:-1]})
    assert publish_seed(newer, at=timezone.now()).outcome == "drafted"
    assert law_in_use().limits["civ_summary"][-1].n == 4


def test_a_local_holiday_moves_that_courts_days_only(trial_office, colleague, court):
    draft = draft_local_calendar(
        court=court, years=LOCAL_YEAR, title="地方假日", by=trial_office, at=timezone.now()
    )
    publish_edition(edition=draft, by=colleague, at=timezone.now())
    law = law_in_use()
    assert not law.calendar(court.pk).is_workday(date(2026, 3, 2))
    assert law.national.is_workday(date(2026, 3, 2))
    assert law.calendar_id(court.pk) == court.pk
    assert law.calendar_id(Court.objects.get(code="川1503").pk) == 0


def test_a_case_keeps_the_causes_of_the_year_it_was_filed_in(db):
    assert "数据、网络虚拟财产纠纷" not in {
        cause.name for cause in causes_on("causes_civil", date(2025, 12, 31)).values()
    }
    assert "数据、网络虚拟财产纠纷" in {
        cause.name for cause in causes_on("causes_civil", date(2026, 1, 1)).values()
    }


def test_a_missing_holiday_notice_is_a_state_one_can_ask_for(db):
    assert years_missing(date(2026, 6, 30)) == []
    assert years_missing(date(2026, 12, 1)) == [2027]


def test_the_ten_basic_courts_of_yibin_stand_under_their_intermediate_court(upper_court):
    names = list(upper_court.lower_courts.values_list("name", flat=True))
    assert len(names) == 10
    assert names[0] == "宜宾市翠屏区人民法院"
