"""Which limit a case has when none is named."""

from datetime import date

import pytest

from cases.limits import TABLE, instance_of, limit_for, turning_days
from catalogues import library


def limit(type_code, procedure="", *, level=4, filed_on=date(2026, 3, 2), cause="", detained=False):
    return limit_for(
        type_code=type_code,
        procedure=procedure,
        court_level=level,
        filed_on=filed_on,
        cause=cause,
        detained=detained,
    )


@pytest.mark.parametrize(
    ("type_code", "procedure", "expected"),
    [
        ("民初", "ordinary", "civ_first_ordinary"), ("民初", "", "civ_first_ordinary"), ("民初", "summary", "civ_summary"),
        ("民初", "small", "civ_small"), ("民特", "special", "civ_special"), ("民终", "second", "civ_second_judgment"),
        ("民辖终", "", "civ_second_ruling"), ("刑初", "", "crim_first_ordinary"), ("刑初", "fast", "crim_fast"),
        ("刑终", "second", "crim_second"), ("行初", "summary", "adm_summary"), ("行再", "second", "adm_retrial"),
        ("执", "", "exec_first"), ("执恢", "", "exec_resume"), ("司救民", "", "judicial_aid"),
    ],
)  # fmt: skip
def test_the_type_code_and_the_procedure_choose_the_limit(type_code, procedure, expected):
    assert limit(type_code, procedure).limit == expected


def test_small_claims_filed_before_2022_run_as_summary_procedure():
    assert limit("民初", "small", filed_on=date(2021, 12, 31)).limit == "civ_summary"
    assert limit("民初", "small", filed_on=date(2022, 1, 1)).limit == "civ_small"


def test_private_prosecution_depends_on_detention():
    assert limit("刑初", cause="故意伤害（自诉）", detained=True).limit == "crim_private_detained"
    assert limit("刑初", cause="故意伤害（自诉）").limit == "crim_private_free"


@pytest.mark.parametrize(
    ("type_code", "procedure", "level"),
    [
        ("民再", "", 3),
        ("破申", "", 3),
        ("刑核", "", 1),
        ("刑没", "", 1),
        ("民他", "", 4),
        ("民初", "second", 4),
        ("刑初", "small", 4),
    ],
)
def test_what_cannot_be_known_is_said_and_not_guessed(type_code, procedure, level):
    chosen = limit(type_code, procedure, level=level)
    assert chosen.limit is None
    assert len(chosen.why) > 5


def test_a_basic_court_retries_by_first_instance_procedure():
    assert limit("民再", level=4).limit == "civ_retrial_first"
    assert instance_of(type_code="行再", procedure="", court_level=4) == "first"
    assert instance_of(type_code="行再", procedure="", court_level=3) is None
    assert instance_of(type_code="行赔终", procedure="", court_level=3) == "second"


def test_every_limit_chosen_is_one_the_catalogue_gives_to_that_type_code():
    limits = library.time_limits()
    for row in TABLE:
        if row.limit:
            assert set(row.types) <= set(limits[row.limit][-1].case_codes), row


def test_the_day_small_claims_got_their_limit_is_the_catalogues_day():
    assert turning_days() == [library.time_limits()["civ_small"][0].effective_from]
