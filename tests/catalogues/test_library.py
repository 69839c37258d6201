"""The law as it ships: complete, sourced, dated, and read without a database."""

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from catalogues import library
from catalogues.dated import in_force

ROOT = Path(__file__).parents[2]
VERSIONED = [library.time_limits, library.nodes, library.grounds]


def levels(file):
    return dict(sorted(Counter(cause.level for cause in library.causes(file).values()).items()))


def test_nothing_is_missing():
    assert len(library.time_limits()) == 78
    assert len(library.grounds()) == 31
    assert len(library.nodes()) == 99
    assert len(library.courts()) == 3498
    assert Counter(case_type.status == "standard" for case_type in library.case_types()) == {
        True: 167,
        False: 8,
    }


def test_98_steps_have_a_number_and_75_bind_the_court():
    current = [versions[-1] for versions in library.nodes().values()]
    assert sum(node.n is not None for node in current) == 98
    assert sum(node.kind == "deadline" for node in current) == 75


@pytest.mark.parametrize("catalogue", VERSIONED, ids=lambda catalogue: catalogue.__name__)
def test_every_version_names_its_source_its_confidence_and_its_day(catalogue):
    for code, versions in catalogue().items():
        for version in versions:
            assert version.id == code
            assert version.basis and version.confidence and version.dated_by
            assert date(1991, 4, 9) <= version.effective_from <= date(2026, 3, 1)


@pytest.mark.parametrize("catalogue", VERSIONED, ids=lambda catalogue: catalogue.__name__)
def test_every_id_carries_one_number_only_the_present_one(catalogue):
    assert all(len(versions) == 1 for versions in catalogue().values())


@pytest.mark.parametrize("catalogue", VERSIONED, ids=lambda catalogue: catalogue.__name__)
def test_a_day_still_to_be_checked_says_so_in_words(catalogue):
    for versions in catalogue().values():
        assert all("施行日期待核" in version.note for version in versions if version.dated_by == "unverified")


def test_every_extension_names_who_approves_it_and_on_what_basis():
    extensions = [one for (limit,) in library.time_limits().values() for one in limit.extensions]
    assert len(extensions) == 56
    assert all(one.approver and one.basis and one.confidence for one in extensions)
    assert all((one.n is None) == (one.unit == "unspecified") for one in extensions)


@pytest.mark.parametrize(
    ("limit", "n", "unit", "since"),
    [
        ("civ_first_ordinary", 6, "month", date(1991, 4, 9)),
        ("civ_small", 2, "month", date(2022, 1, 1)),
        ("crim_first_ordinary", 2, "month", date(2013, 1, 1)),
        ("crim_fast", 10, "day", date(2018, 10, 26)),
        ("adm_first_ordinary", 6, "month", date(2015, 5, 1)),
        ("comp_self", 2, "month", date(2010, 12, 1)),
        ("civ_arbitration_setaside", 2, "month", date(2026, 3, 1)),
        ("civ_protection_order", 72, "hour", date(2016, 3, 1)),
    ],
)
def test_well_known_limits(limit, n, unit, since):
    (version,) = library.time_limits()[limit]
    assert (version.n, version.unit, version.effective_from) == (n, unit, since)


def test_limits_without_a_number_say_why():
    limits = {code: version for code, (version,) in library.time_limits().items()}
    assert sum(limit.unit is None for limit in limits.values()) == 7
    assert limits["civ_voter"].event == "election_day"
    assert (limits["adm_retrial"].first, limits["adm_retrial"].second) == (6, 3)
    assert limits["exec_preserve"].meaning == "start_within"


def test_service_by_publication_shows_the_number_it_replaced_and_counts_with_the_present_one():
    assert in_force(library.nodes()["N26"], date(2026, 1, 1)).n == 30
    (old,) = library.superseded()["N26"]
    assert (old.was, old.valid_until) == ("60日", date(2021, 12, 31))


def test_every_superseded_number_belongs_to_a_known_id_and_names_its_source():
    known = {*library.time_limits(), *library.nodes(), *library.grounds()}
    for code, numbers in library.superseded().items():
        assert code in known
        assert all(number.was and number.now and number.source for number in numbers)


def test_the_grounds_with_a_statutory_maximum():
    most = {
        code: (ground.max_n, ground.max_unit) for code, (ground,) in library.grounds().items() if ground.max_n
    }
    assert most == {
        "new_counsel": (10, "day"),
        "supp_investigation": (1, "month"),
        "procurator_read": (1, "month"),
        "new_witness": (1, "month"),
        "confiscation_announcement": (6, "month"),
    }


def test_type_codes_lead_to_their_category():
    codes = library.type_codes()
    assert len(codes) == 129 + 8
    assert codes["民初"] == "民事案件"
    assert codes["委赔监"] == "国家赔偿与司法救助案件"
    assert codes["民诉前调"] == "诉前调解"


def test_every_code_a_limit_applies_to_is_a_known_type_code():
    used = {code for (limit,) in library.time_limits().values() for code in limit.case_codes}
    assert used <= set(library.type_codes())


def test_the_two_editions_of_civil_causes():
    assert levels("causes_civil_2026.csv") == {1: 12, 2: 59, 3: 514, 4: 470}
    assert levels("causes_civil_2021.csv") == {1: 11, 2: 54, 3: 460, 4: 387}


def test_what_is_new_in_2026_is_not_in_the_edition_before():
    before, now = library.causes("causes_civil_2021.csv"), library.causes("causes_civil_2026.csv")
    assert now["10043"].name == "数据、网络虚拟财产纠纷" and "10043" not in before
    assert now["9461"].name == "劳动争议、人事争议、新就业形态用工纠纷"
    assert before["9461"].name == "劳动争议、人事争议"
    assert set(before) < set(now)


def test_a_reconstructed_name_or_place_is_never_called_certain():
    before = library.causes("causes_civil_2021.csv").values()
    assert not [cause.code for cause in before if "推定" in cause.note and cause.confidence == "certain"]
    assert {cause.confidence for cause in before if cause.level > 2} == {"medium", "uncertain"}


def test_criminal_and_administrative_causes():
    assert levels("causes_criminal.csv") == {1: 11, 2: 244, 3: 257}
    assert levels("causes_administrative.csv") == {1: 25, 2: 151}


def test_a_replaced_court_code_leads_to_the_court_and_its_present_code():
    former, courts = library.former_prefixes(), library.courts()
    for old, new in {"陕0125": "陕0118", "陕0126": "陕0117", "川1521": "川1504"}.items():
        assert former[old].successor == courts[former[old].court].prefix == new
    assert not set(former) & {court.prefix for court in courts.values()}


def test_every_calendar_year_names_its_notice():
    (calendar,) = [edition for edition in library.editions() if edition.kind == "calendar"]
    assert [code for code, _ in calendar.entries] == [str(year) for year in range(2004, 2027)]
    for code, body in calendar.entries:
        assert code in body["source"]
        assert body["source_confidence"] == ("certain" if "notice" in body else "medium")


def test_the_editions_are_ready_to_be_stored():
    kinds = Counter(edition.kind for edition in library.editions())
    assert kinds == {
        "time_limits": 1, "exclusion_grounds": 1, "nodes": 1, "case_types": 1, "calendar": 1,
        "causes_civil": 2, "causes_criminal": 1, "causes_administrative": 1, "courts": 1,
        "alert_ladders": 1, "alert_settings": 1, "monitored_nodes": 1, "rule_parameters": 1, "rule_profiles": 1,
        "supervision_settings": 1, "supervision_measures": 1, "letter_kinds": 1, "risk_points": 1,
        "guideline_factors": 1, "guideline_offences": 1, "guideline_increments": 1, "case_elements": 1,
        "deviation_models": 1, "deviation_settings": 1, "deviation_reasons": 1,
        "quota_settings": 1, "weight_bases": 1, "weight_procedures": 1, "weight_adders": 1, "weight_roles": 1,
        "complexity_points": 1, "assessment_zones": 1, "quota_factors": 1, "cell_hours": 1, "trial_elements": 1,
        "team_types": 1, "leader_duties": 1, "selection_weights": 1, "exit_triggers": 1, "review_grades": 1,
    }  # fmt: skip
    for edition in library.editions():
        assert edition.title and edition.basis and edition.effective_from
        assert json.loads(json.dumps(edition.entries, ensure_ascii=False)) == [
            list(one) for one in edition.entries
        ]


def test_the_catalogues_are_read_without_django_and_without_any_environment():
    code = "import sys; from catalogues import library; library.time_limits(); library.work_calendar(); "
    code += "sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={}, check=False).returncode == 0
