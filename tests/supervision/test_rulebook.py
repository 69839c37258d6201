"""Which rules hold in which court, with which numbers, and that courts alike share one book."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import cache

from catalogues import library
from catalogues.models import Edition, Item
from catalogues.selectors import new_version
from courts.clock import today
from courts.models import Court
from predicates.language import compile_condition, read_condition, write_condition
from supervision.models import Rule, RuleVersion
from supervision.rulebook import (
    VERSION,
    RuleShelf,
    condition_of,
    facts,
    parameters_of,
    rulebook_of,
    rulebooks,
    rules_changed,
    rules_key,
    versions_in_force,
)
from supervision.workshop import overlaps


@pytest.fixture
def own(upper_court, trial_office, now):
    """``own("E-01")``: a rule of 宜宾中院 in force."""

    def create(code: str = "E-01", court: Court = upper_court, **fields) -> RuleVersion:
        rule = Rule.objects.create(code=code, court=court, category=code[0])
        version = RuleVersion.objects.create(
            rule=rule, number=1, status="in_force", origin="git", name="本院规则", stage="any", mode="auto", severity="mid",
            basis="本院规定", content_hash="x", drafted_at=now,
            **({"condition": {"f": "remanded", "op": "is_true"}} | fields),
        )  # fmt: skip
        rules_changed()
        return version

    return create


def lay_over(kind: str, court: Court, entries: dict, by, now) -> None:
    """What a court publishes over a national catalogue."""
    edition = Edition.objects.create(
        kind=kind, court=court, number=1, title="本院", drafted_at=now, effective_from=date(2022, 1, 1)
    )
    Item.objects.bulk_create(
        Item(edition=edition, code=code, position=place, name="本院", body=body)
        for place, (code, body) in enumerate(entries.items())
    )
    edition.status, edition.published_by, edition.published_at = "published", by, now
    edition.save()
    new_version()


GROUP = {"f": "same_side_max", "op": "gte", "v": {"p": "group_party_n"}}


def number(value: int) -> dict:
    return {"name": "起点", "value": value, "unit": "person", "basis": "本院规定", "confidence": "practice"}


def profile(name: str) -> dict:
    version = {
        "effective_from": "2022-01-01", "dated_by": "practice", "text": name, "unit": "word", "basis": "本院", "confidence": "practice",
    }  # fmt: skip
    return {"name": "采用的识别方案", "versions": [version]}


def test_every_court_stands_in_exactly_one_book(db):
    books = rulebooks(today())
    ids = [court_id for book in books for court_id in book.court_ids]
    assert sorted(ids) == sorted(Court.objects.values_list("pk", flat=True))
    assert len(books) == 1 and set(books[0].versions) == set(library.shipped_rules())


def test_only_the_courts_asked_for_are_answered(court, upper_court):
    (book,) = rulebooks(today(), [court.pk, upper_court.pk, court.pk, 0])
    assert set(book.court_ids) == {court.pk, upper_court.pk}


def test_an_own_rule_holds_in_its_court_and_below_and_makes_another_book(own, court, upper_court):
    own()
    elsewhere = Court.objects.exclude(pk=upper_court.pk).filter(level=3).first()
    assert "E-01" in rulebook_of(upper_court.pk, today()).versions
    assert "E-01" in rulebook_of(court.pk, today()).versions
    assert "E-01" not in rulebook_of(elsewhere.pk, today()).versions
    assert len(rulebooks(today())) == 2


def test_two_courts_with_rules_of_the_same_code_keep_their_own(own, court):
    elsewhere = Court.objects.get(code="川1503")
    mine, theirs = own("B-01", court), own("B-01", elsewhere)
    assert rulebook_of(court.pk, today()).versions["B-01"] == mine
    assert rulebook_of(elsewhere.pk, today()).versions["B-01"] == theirs


def test_a_court_chooses_its_profile_and_keeps_its_own_rules_beside_it(
    own, court, upper_court, trial_office, now
):
    own()
    lay_over("supervision_settings", upper_court, {"profile": profile("yibin_28")}, trial_office, now)
    book = rulebook_of(court.pk, today())
    assert book.profile == "yibin_28" and len(book.versions) == 29
    assert "A04" not in book.versions and "E-01" in book.versions


def test_a_courts_own_numbers_are_those_its_rules_compare_with(court, upper_court, trial_office, now):
    lay_over("rule_parameters", upper_court, {"group_party_n": number(15)}, trial_office, now)
    below, elsewhere = rulebook_of(court.pk, today()), rulebook_of(Court.objects.get(code="川01").pk, today())
    twelve = {"case_type": "civil", "same_side_max": 12}
    assert not compile_condition(below.conditions["B01"], below.parameters)(twelve)
    assert compile_condition(elsewhere.conditions["B01"], elsewhere.parameters)(twelve)


def test_open_and_secret_conditions_are_apart(court):
    book = rulebook_of(court.pk, today())
    assert set(book.part(secret=True)) == {"D01", "D03", "D04", "D05", "D08"}
    assert set(book.part(secret=True)) | set(book.part(secret=False)) == set(book.versions)


def test_a_rule_that_can_no_longer_be_read_hits_nothing_and_is_named(own, upper_court):
    own("E-02", condition={"f": "petition_n", "op": "gte", "v": {"p": "gone"}})
    book = rulebook_of(upper_court.pk, today())
    assert "E-02" not in book.versions and "gone" in book.unreadable["E-02"]


def test_another_processs_release_is_noticed(own):
    before = rules_key()
    versions_in_force()
    own()
    RuleShelf.versions, RuleShelf.state = RuleShelf.versions, before  # what this process remembered
    assert any(version.rule.code == "E-01" for version in versions_in_force())
    assert rules_key() != before


def test_without_the_shared_state_the_rules_are_read_anew(db):
    versions_in_force()
    cache.delete(VERSION)
    assert len(versions_in_force()) == 43


def test_the_books_of_a_court_are_read_once_until_the_rules_change(
    own, upper_court, django_assert_num_queries
):
    day = today()
    for serial in range(10):
        own(f"E-1{serial}")
    rulebooks(day, [upper_court.pk])
    with django_assert_num_queries(0):
        (book,) = rulebooks(day, [upper_court.pk])
    own("E-20")
    assert book.versions.keys() ^ rulebook_of(upper_court.pk, day).versions.keys() == {"E-20"}


@pytest.mark.parametrize("code", library.shipped_rules())
def test_what_is_stored_is_what_ships(db, code):
    (version,) = [version for version in versions_in_force() if version.rule.code == code]
    assert write_condition(condition_of(version)) == library.shipped_rules()[code].body


# --- what resembles what ---------------------------------------------------------------------------------
def test_what_resembles_a_rule_is_judged_by_the_numbers_of_its_court(
    own, court, upper_court, trial_office, now
):
    condition = read_condition(GROUP, facts(), parameters_of(None))
    examples = [{"name": "", "facts": {"same_side_max": n}, "hit": n > 14, "case": ""} for n in (12, 16, 17)]
    other = own(condition={"f": "same_side_max", "op": "gte", "v": 15}, examples=examples)

    def kind() -> str:
        return next(found.kind for found in overlaps(condition, None, [], court) if found.version == other)

    assert kind() == "narrower"  # 12 is enough here, and not there
    lay_over("rule_parameters", upper_court, {"group_party_n": number(15)}, trial_office, now)
    assert kind() == "wider"
