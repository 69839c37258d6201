"""What is refused of ladders, settings and monitored nodes, and what ships."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest

from alerts.models.telling import Notice
from cases.acts import NODES
from catalogues import fields, library
from catalogues.alert_checks import SETTINGS
from catalogues.schema import validate
from catalogues.selectors import law_in_use

DAY = date(2026, 6, 30)


@pytest.fixture
def ladders() -> dict:
    return seed("alert_ladders")


def seed(kind: str) -> dict:
    (edition,) = (each for each in library.editions() if each.kind == kind)
    return deepcopy(dict(edition.entries))


def stages_of(entries: dict, code: str = "statutory_general") -> list:
    return entries[code]["versions"][0]["stages"]


def refused(kind: str, entries: dict) -> str:
    (problem,) = validate(kind, entries.items())
    return str(problem)


@pytest.mark.parametrize("kind", ["alert_ladders", "alert_settings", "monitored_nodes"])
def test_what_ships_has_no_fault(kind):
    assert validate(kind, seed(kind).items()) == []


def test_stages_are_listed_mildest_first(ladders):
    stages = stages_of(ladders)
    stages[1], stages[2] = stages[2], stages[1]
    assert '"mid" comes after "urgent"; list the mildest first' in refused("alert_ladders", ladders)


def test_a_graver_stage_does_not_begin_earlier_than_a_milder_one(ladders):
    stages_of(ladders)[2]["n"] = 45
    assert '"urgent" begins earlier than "mid"' in refused("alert_ladders", ladders)


def test_an_unknown_capacity_is_refused_with_the_nearest_known_one(ladders):
    stages_of(ladders)[0]["tell"] = ["jugde"]
    assert 'unknown value "jugde"; did you mean "judge"?' in refused("alert_ladders", ladders)


def test_somebody_must_be_told(ladders):
    stages_of(ladders)[0]["tell"] = []
    assert "tell: must name at least one" in refused("alert_ladders", ladders)


@pytest.mark.parametrize("of", [None, 1])
def test_a_part_names_of_how_many(ladders, of):
    stages_of(ladders)[0]["of"] = of
    assert 'measure "part" needs "of"' in refused("alert_ladders", ladders)


def test_a_number_of_days_has_no_denominator(ladders):
    stages_of(ladders)[1]["of"] = 3
    assert '"of" belongs to measure "part" alone' in refused("alert_ladders", ladders)


def test_days_are_not_negative(ladders):
    stages_of(ladders)[1]["n"] = -3
    assert 'must be a whole number such as 6, not "-3"' in refused("alert_ladders", ladders)


def test_without_a_stage_overdue_the_ladder_must_lapse(ladders):
    stages_of(ladders).pop()
    assert 'has no stage "overdue"' in refused("alert_ladders", ladders)
    ladders["statutory_general"]["versions"][0]["lapses"] = "yes"
    assert validate("alert_ladders", ladders.items()) == []


def test_nobody_is_overdue_on_the_due_day(ladders):
    stages_of(ladders)[-1]["n"] = 0
    assert '"overdue" begins at the earliest one day after' in refused("alert_ladders", ladders)


def test_a_stage_after_the_end_of_a_lapsing_ladder_is_never_reached(ladders):
    ladders["statutory_general"]["versions"][0]["lapses"] = "yes"
    assert "is never reached" in refused("alert_ladders", ladders)


def test_a_repetition_takes_at_least_a_day(ladders):
    stages_of(ladders)[1]["repeat_days"] = 0
    assert '"repeat_days" must be 1 or more' in refused("alert_ladders", ladders)


def test_text_messages_are_refused_for_mild_stages(ladders):
    stages_of(ladders)[1]["channels"] = ["sms"]
    assert '"sms" is for "urgent" and "overdue" alone' in refused("alert_ladders", ladders)


def test_no_case_is_left_without_a_ladder(ladders):
    ladders["node_limit"]["categories"] = ["民事"]
    assert 'no ladder for "node" fits every case' in refused("alert_ladders", ladders)


def test_no_case_finds_two_ladders_equally_narrow(ladders):
    ladders["civil_and_criminal"] = {**ladders["statutory_strict"], "categories": ["民事", "刑事"]}
    assert "fits the same cases as statutory_strict" in refused("alert_ladders", ladders)
    ladders["civil_and_criminal"]["procedures"] = ["small"]
    assert validate("alert_ladders", ladders.items()) == []


def test_every_refusal_is_also_said_in_chinese(ladders):
    stages_of(ladders)[2]["n"] = 45
    (problem,) = validate("alert_ladders", ladders.items())
    assert problem.chinese == "“紧急”早于“中期”开始；较重的阶段应当较晚开始"


@pytest.mark.parametrize(
    ("code", "changes", "sentence"),
    [
        ("digest_hour", {"n": 24}, '"n" must be a whole number from 0 to 23'),
        ("digest_hour", {"n": None, "text": "八点"}, '"n" must be a whole number from 0 to 23'),
        ("node_profile", {"text": "xx"}, '"text" must be one of: all, sz, gz, sx, yb'),
    ],
)
def test_a_setting_out_of_range_is_refused_with_the_range(code, changes, sentence):
    settings = seed("alert_settings")
    settings[code]["versions"][0] |= changes
    assert sentence in refused("alert_settings", settings)


def test_settings_are_complete_and_known():
    settings = seed("alert_settings")
    del settings["quiet_to"]
    assert 'the setting "quiet_to" is missing' in refused("alert_settings", settings)
    settings = seed("alert_settings")
    settings["quiet_till"] = settings["quiet_to"]
    assert 'unknown setting "quiet_till"; did you mean "quiet_to"?' in refused("alert_settings", settings)


def test_the_law_in_use_answers_with_numbers_and_words(db):
    law = law_in_use()
    assert (law.setting("digest_hour", DAY), law.setting("node_profile", DAY)) == (8, "all")
    assert {code for code in SETTINGS if law.setting(code, DAY) is None} == set()
    with pytest.raises(KeyError, match='no alert setting is called "digest_minute"; known: calendar_warn'):
        law.setting("digest_minute", DAY)


def test_the_ladders_in_use_come_narrowest_first(db):
    tried = [each.id for each in law_in_use().ladders_on(DAY)]
    assert tried.index("statutory_strict") < tried.index("statutory_general")


def test_the_four_sets_of_monitored_nodes_have_the_published_sizes(db):
    nodes = law_in_use().monitored.values()
    sizes = {name: sum(name in node.profiles for node in nodes) for name in ("sz", "gz", "sx")}
    assert (len(nodes), sizes) == (71, {"sz": 24, "gz": 42, "sx": 31})
    assert sum(len(node.categories) for node in nodes if "yb" in node.profiles) == 182


def test_monitored_nodes_watch_steps_of_the_catalogue_and_events_one_can_record():
    recorded = {*NODES, "立案", "结案"}
    for node in library.monitored_nodes().values():
        assert set(node.limits) <= set(library.nodes())
        assert set(node.events) <= recorded
    about = {event for node in library.monitored_nodes().values() for event in node.events}
    assert recorded - about <= {"受理", "选举日"}


def test_everybody_a_ladder_can_name_can_be_told_in_that_capacity():
    roles = dict(Notice.ROLES)
    assert {code: roles[code] for code in fields.CAPACITIES} == fields.CAPACITIES
