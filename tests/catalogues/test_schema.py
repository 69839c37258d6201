"""A broken entry is refused with a sentence that says where, what is wrong and what would be right."""

from copy import deepcopy
from datetime import date

import pytest

from catalogues import schema
from catalogues.library import editions

SHIPPED = {edition.source: edition for edition in editions()}


def broken(source, code, change):
    """The messages about a shipped catalogue after one entry of it was changed."""
    edition = SHIPPED[source]
    entries = deepcopy(dict(edition.entries))
    change(entries[code])
    return [str(problem) for problem in schema.validate(edition.kind, entries.items(), source=source)]


def limit(change):
    return broken("time_limits.yaml", "civ_first_ordinary", lambda entry: change(entry["versions"][0]))


@pytest.mark.parametrize("edition", editions(), ids=lambda edition: edition.source)
def test_every_catalogue_that_ships_is_sound(edition):
    assert schema.validate(edition.kind, edition.entries, source=edition.source) == []


def test_a_misspelt_field_is_met_with_the_nearest_name():
    said = limit(lambda version: version.update(bassis=version.pop("basis")))
    assert said[0] == (
        'time_limits.yaml › civ_first_ordinary › versions 1: unknown field "bassis"; did you mean "basis"?'
    )
    assert said[1].endswith('"basis" (依据) is missing; give it')


def test_a_misspelt_value_is_met_with_the_nearest_value():
    assert limit(lambda version: version.update(unit="monht")) == [
        'time_limits.yaml › civ_first_ordinary › versions 1 › unit: unknown value "monht"; did you mean "month"?'
    ]


def test_a_value_like_no_other_is_met_with_all_of_them():
    (said,) = limit(lambda version: version.update(counting="zzz"))
    assert said.endswith("it must be one of: civil, criminal")


def test_a_message_is_given_in_chinese_for_pages():
    entry = deepcopy(dict(SHIPPED["time_limits.yaml"].entries)["civ_small"])
    entry["versions"][0]["roll"] = "yess"
    (problem,) = schema.validate("time_limits", [("civ_small", entry)])
    assert problem.chinese == "没有“yess”这一取值；是否应为“yes”？"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda version: version.update(n="six"), 'must be a whole number such as 6, not "six"'),
        (lambda version: version.update(n=-1), 'must be a whole number such as 6, not "-1"'),
        (lambda version: version.update(n=True), 'must be a whole number such as 6, not "True"'),
        (lambda version: version.update(effective_from="2024-02-30"), "must be a date such as 2026-03-01"),
        (lambda version: version.update(effective_to="1990-01-01"), "before it begins on 1991-04-09"),
        (lambda version: version.pop("n"), '"n" is missing; unit "month" needs it'),
        (lambda version: version.pop("unit"), 'has "n" without "unit"'),
        (lambda version: version.update(unit="by_procedure"), '"first" is missing'),
        (lambda version: version.update(unit="before_event"), '"event" is missing'),
        (lambda version: version.update(basis=152), 'must be text in quotes, not "152"'),
        (lambda version: version.update(extensions=[6]), "must be a set of named fields, not 6"),
        (lambda version: version.update(extensions={}), "must be a list with at least one item"),
        (lambda version: version["extensions"][0].pop("n"), '"n" is missing; unit "month" needs it'),
    ],
)
def test_a_broken_time_limit_is_refused(change, says):
    assert says in limit(change)[0]


def test_versions_are_listed_oldest_first():
    def swap(entry):
        entry["versions"].append({**entry["versions"][0], "effective_from": "1990-01-01"})

    (said,) = broken("nodes.yaml", "N26", swap)
    assert "versions 2: begins on 1990-01-01, not after the version before it" in said


def test_an_entry_without_versions_is_refused():
    assert broken("exclusion_grounds.yaml", "appraisal", lambda entry: entry.update(versions=[])) == [
        "exclusion_grounds.yaml › appraisal › versions: must be a list with at least one item"
    ]


def test_a_list_is_not_a_single_word():
    (said,) = broken("nodes.yaml", "N26", lambda entry: entry.update(scope="民事"))
    assert said == "nodes.yaml › N26 › scope: must be a list, for example [民事]"


@pytest.mark.parametrize(
    ("source", "code", "change", "says"),
    [
        ("exclusion_grounds.yaml", "new_counsel", lambda entry: entry["versions"][0].pop("max_unit"), "go together"),
        ("nodes.yaml", "N48", lambda entry: entry["versions"][0].pop("n"), 'unit "month" needs it'),
        ("case_types.yaml", "0301", lambda entry: entry.update(type_code="MC"), "give one to four characters"),
        ("causes_civil_2026.csv", "9002", lambda entry: entry.update(parent="LOCAL-26"), 'did you mean "LOCAL-P26"?'),
        ("causes_civil_2026.csv", "9002", lambda entry: entry.pop("parent"), 'is of level 2 and needs a "parent"'),
        ("causes_civil_2026.csv", "9002", lambda entry: entry.update(level=1), "is not of a higher level than 1"),
        ("courts.csv", "NB1", lambda entry: entry.update(prefix="川15020"), "it is written like 川15 or 川1502"),
        ("courts.csv", "NB1", lambda entry: entry.update(prefix="川1504"), 'already belongs to NB1'),
    ],
)  # fmt: skip
def test_entries_of_the_other_catalogues_are_refused_with_reasons(source, code, change, says):
    assert says in broken(source, code, change)[0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda year: year["workdays"].append("2026-03-02"), "2026-03-02 is no weekend day"),
        (lambda year: year["workdays"].append("2027-01-02"), "2027-01-02 belongs under 2027; move it there"),
        (lambda year: year["workdays"].append("2026-10-03"), "2026-10-03 is both off and worked"),
        (lambda year: year["holidays"][0].update({"to": "2025-12-31"}), "runs backwards"),
        (lambda year: year["holidays"][0].pop("to"), '"to" (末日) is missing'),
    ],
)
def test_a_broken_holiday_notice_is_refused(change, says):
    assert says in broken("calendars/national.yaml", "2026", change)[0]


def test_a_holiday_notice_stands_under_its_year():
    (_, body), *_ = SHIPPED["calendars/national.yaml"].entries
    (problem,) = schema.validate("calendar", [("next", body)])
    assert problem.message == "must be entered under its year, such as 2027"


def test_the_same_entry_twice_is_refused():
    entry = SHIPPED["nodes.yaml"].entries[0]
    assert [str(problem) for problem in schema.validate("nodes", [entry, entry])] == [
        "nodes.yaml › N01: is given twice; keep one of the two"
    ]


def test_an_empty_catalogue_and_an_unknown_kind_are_refused():
    assert "give at least one" in str(schema.validate("nodes", [])[0])
    assert 'did you mean "nodes"?' in str(schema.validate("node", [])[0])


def test_an_entry_from_the_database_becomes_the_same_value_as_one_from_the_file():
    body = dict(SHIPPED["time_limits.yaml"].entries)["crim_summary_over3y"]
    assert body["versions"][0]["effective_from"] == "2013-01-01"
    (version,) = schema.parse("time_limits", "crim_summary_over3y", body)
    assert (version.n, version.unit, version.plus_days) == (1, "month", 15)
    assert version.effective_from == date(2013, 1, 1)
    assert version.case_codes == ("刑初",) and version.extensions == ()
