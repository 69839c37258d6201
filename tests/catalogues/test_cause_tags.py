"""Which causes carry which tags: their own and those from above, by code or by name."""

from __future__ import annotations

from copy import deepcopy

import pytest

from catalogues import library
from catalogues.cause_tags import check_tags

TAGS = {code for code, _ in library.rule_facts()["cause_tags"].choices}


@pytest.mark.parametrize(
    ("code", "tags"),
    [
        ("9468", ("wage",)),
        ("9467", ()),
        ("9096", ("farmland", "land_expropriation")),  # its own and that of the cause above
        ("9953", ("env", "public_interest")),  # from two causes above
        ("364", ("duty_crime",)),  # a whole chapter
        ("4209", ("duty_crime", "land_expropriation")),
        ("102", ("fund_raising",)),
        ("6153", ("demolition",)),
        ("9773", ("election",)),
        ("9596", ("bankruptcy",)),
    ],
)
def test_a_cause_carries_its_own_tags_and_those_from_above(code, tags):
    assert library.tags_of(code) == tags


def test_a_case_without_a_code_goes_by_the_name_of_its_cause_also_a_former_one():
    assert library.tags_of("", "民间借贷纠纷") == ("private_lending",)
    assert library.tags_of("", "房屋拆迁安置补偿合同纠纷") == ("demolition",)
    assert library.tags_of("unknown", "受贿罪") == ("duty_crime",)


def test_the_code_counts_before_the_name():
    assert library.tags_of("9467", "民间借贷纠纷") == ()


def test_a_cause_in_no_list_has_no_answer_and_one_without_tags_has_none():
    assert library.tags_of("", "某地方案由") is None
    assert library.tags_of("", "盗窃罪") == ()


def test_what_is_uncertain_tags_nothing_by_itself():
    uncertain = {code for code, one in library.cause_tags().items() if one.confidence == "uncertain"}
    assert {"202", "233"} <= uncertain
    assert library.tags_of("202") == library.tags_of("233") == ()


def test_every_tag_is_carried_by_some_cause_but_those_only_people_can_tell():
    carried = {tag for _, _, tags in library.cause_tag_rows() for tag in tags}
    assert carried == TAGS - {"internet_finance"}


def test_the_rows_for_sql_hold_every_cause_of_every_edition_once():
    rows = library.cause_tag_rows()
    assert len({(code, name) for code, name, _ in rows}) == len(rows)
    for editions in library.cause_lists().values():
        for causes in editions:
            assert {(code, cause.name) for code, cause in causes.items()} <= {row[:2] for row in rows}


def test_causes_of_one_name_carry_the_same_tags():
    by_name: dict[str, set] = {}
    for _, name, tags in library.cause_tag_rows():
        by_name.setdefault(name, set()).add(tags)
    assert [name for name, tags in by_name.items() if len(tags) > 1] == []


@pytest.mark.parametrize(
    ("code", "change", "says"),
    [
        ("9468", {"name": "追索报酬纠纷"}, 'is called "追索劳动报酬纠纷" there, not "追索报酬纠纷"'),
        ("9468", {"list": "causes_criminal"}, "is no code of causes_criminal"),
        ("9468", {"list": "causes_civl"}, 'did you mean "causes_civil"?'),
        ("9468", {"tags": ["wages"]}, 'did you mean "wage"?'),
    ],
)
def test_a_tagged_cause_must_be_in_its_list_under_its_name(code, change, says):
    entries = deepcopy(library.entries_of("cause_tags.yaml"))
    entries[code].update(change)
    assert says in next(iter(check_tags(entries, library.cause_lists(), TAGS)))[1]
