"""The catalogues of supervision: parameters, profiles, settings, measures, letters and risks, and what is refused of them."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest

from catalogues import library, soundness
from catalogues.schema import validate
from catalogues.selectors import law_in_use
from catalogues.supervised import Supervised
from catalogues.supervision_checks import PARAMETERS, SETTINGS
from catalogues.supervision_fields import KINDS, LINKS

DAY = date(2026, 6, 30)
SHIPPED = {edition.kind: edition for edition in library.editions() if edition.kind in KINDS}


def broken(kind: str, change) -> list[str]:
    entries = deepcopy(dict(SHIPPED[kind].entries))
    change(entries)
    return [str(problem) for problem in validate(kind, entries.items())]


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_names_its_basis_and_how_sure_we_are(kind):
    for code, body in SHIPPED[kind].entries:
        for version in body.get("versions", [body]):
            assert version["basis"] and version["confidence"], code


def test_19_parameters_with_the_numbers_of_the_catalogue():
    numbers = library.rule_parameters()
    assert numbers == {
        "group_party_n": 10, "mass_party_n": 30, "series_case_n": 5, "victim_n": 30, "huge_claim_civil": 100000000,
        "huge_claim_basic": 10000000, "long_pending_months": 12, "long_detention_months": 36,
        "conflict_window_years": 3, "conflict_score": 0.6, "conflict_min_n": 5, "petition_n": 3, "group_visit_n": 5,
        "media_heat": 60, "reassign_n": 2, "extension_n": 2, "deviation_q": 0.05, "fake_litigation_red": 60,
        "rep_lawyer_n": 8,
    }  # fmt: skip
    assert set(numbers) == set(PARAMETERS)


def test_the_profiles_have_the_published_sizes_and_say_which_are_reconstructed():
    profiles = library.rule_profiles()
    sizes = {name: found.codes and len(found.codes) for name, found in profiles.items()}
    assert sizes == {
        "spc_full": None, "yibin_28": 28, "guangzhou_20": 20, "shenzhen_17": 17, "qingdao_2022": 18, "shaxian_16": 16,
    }  # fmt: skip
    for found in profiles.values():
        assert found.reconstructed == ("重构" in found.name)
    heads = [(head.name, len(head.codes)) for head in profiles["guangzhou_20"].heads]
    assert heads == [
        ("涉稳群体性纠纷", 6), ("重大疑难复杂案件", 8), ("与类案判决可能冲突", 3), ("法官可能违规审判", 3),
    ]  # fmt: skip


def test_226_risk_points_in_24_categories():
    categories = library.risk_categories()
    points = [point for category in categories for point in category.points]
    assert (len(categories), len(points), len({point.code for point in points})) == (24, 226, 226)
    assert {category.level for category in categories} == {"A", "B", "C"}
    assert all((point.detection == "machine") == bool(point.linked) for point in points)


def test_no_risk_point_counts_a_secret_rule():
    secret = {rule.code for rule in library.supervision_rules() if rule.secret}
    links = [link for each in library.risk_categories() for point in each.points for link in point.linked]
    assert not secret & {link.code for link in links if link.what == "rule"}


def test_a_link_to_a_secret_rule_would_be_found(monkeypatch):
    (first, *_others) = library.risk_categories()
    rules = library.shipped_rules()
    linked = {link.code for point in first.points for link in point.linked if link.what == "rule"}
    assert linked == {"E07"}
    monkeypatch.setitem(rules, "E07", rules["D01"])
    assert "a secret rule; leave it out" in next(iter(soundness.strange_links()))[1]


def test_each_letter_has_its_own_word_and_what_is_not_answered_becomes_graver():
    kinds = {found.name: found for found in library.letter_kinds().values()}
    assert [(name, found.reply_days) for name, found in kinds.items()] == [
        ("提示函", 3), ("通报函", 10), ("督办函", 5), ("警示函", 5),
    ]  # fmt: skip
    follows = {name: library.letter_kinds().get(found.escalates_to) for name, found in kinds.items()}
    assert {name: found and found.name for name, found in follows.items()} == {
        "提示函": "督办函", "通报函": None, "督办函": "警示函", "警示函": None,
    }  # fmt: skip
    assert set(LINKS["letter_overdue"]) == {"any", *library.letter_kinds()}
    assert "resident_discipline" in kinds["警示函"].copies


@pytest.mark.parametrize(
    ("role", "measures"),
    [
        ("president", range(1, 11)),
        ("vice_president", range(1, 9)),
        ("division_head", range(1, 8)),
        ("ac_member", ()),
        ("presiding", ()),
        ("trial_office", ()),
        ("discipline", ()),
        ("itadmin", ()),
    ],
)
def test_each_role_takes_the_measures_of_the_table_of_powers(role, measures):
    taken = [code for code, found in library.measures().items() if found.may_take(role)]
    assert taken == [f"M{place:02}" for place in measures]


def test_a_member_of_the_committee_acts_only_where_the_case_is_delegated():
    taken = [
        code for code, found in library.measures().items() if found.may_take("ac_member", delegated=True)
    ]
    assert taken == ["M02", "M03", "M04", "M05"]


def test_reconsideration_is_asked_for_at_most_twice_and_after_deliberation():
    measure = library.measures()["M06"]
    assert (measure.max_per_case, measure.only_after) == (2, "deliberation_recorded")
    assert SETTINGS["reconsider_max"] == (1, 2)


def test_the_division_head_proposes_the_committee_and_a_court_leader_decides():
    measure = library.measures()["M08"]
    assert (measure.proposed_by, measure.decided_by) == (("division_head",), ("president", "vice_president"))


def test_the_law_in_use_answers_for_supervision(db):
    law = law_in_use()
    assert law.rule_parameters(None) == library.rule_parameters()
    assert law.supervision_setting("profile", None, DAY) == "spc_full"
    assert law.supervision_setting("confirm_days", None, DAY) == 3
    assert law.profile_codes("spc_full") is None and len(law.profile_codes("shaxian_16")) == 16
    assert (len(law.measures), len(law.letter_kinds), len(law.risk_categories)) == (10, 4, 24)
    assert {code for code in SETTINGS if law.supervision_setting(code, None, DAY) is None} == set()


def test_what_is_not_known_is_met_with_what_is(db):
    with pytest.raises(
        KeyError, match=r'no setting of supervision is called "confirm_day"; known: .*confirm_days'
    ):
        law_in_use().supervision_setting("confirm_day", None, DAY)
    with pytest.raises(KeyError, match='no profile is called "yibin"; known: spc_full, yibin_28'):
        law_in_use().profile_codes("yibin")
    with pytest.raises(KeyError, match="none are published"):
        Supervised().setting("confirm_days", None, DAY)


# --- what is refused ------------------------------------------------------------------------------------
def version(entries: dict, code: str) -> dict:
    return entries[code]["versions"][0]


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("rule_parameters", lambda all_: all_["group_party_n"].update(value=1),
         "group_party_n › value: must be a whole number from 2 to 1000, not 1"),
        ("rule_parameters", lambda all_: all_["group_party_n"].update(value=10.5), "must be a whole number from 2"),
        ("rule_parameters", lambda all_: all_["deviation_q"].update(value=0), "must be a number from 0.0001 to 0.5"),
        ("rule_parameters", lambda all_: all_["conflict_score"].update(value="0.6"), "must be a number such as 0.6"),
        ("rule_parameters", lambda all_: all_["conflict_score"].update(value=float("nan")), "must be a number such as"),
        ("rule_parameters", lambda all_: all_["conflict_score"].update(value=True), "must be a number such as 0.6"),
        ("rule_parameters", lambda all_: all_.pop("victim_n"), 'the parameter "victim_n" is missing'),
        ("rule_parameters", lambda all_: all_.update({"Group N": all_["victim_n"]}), "is no name of a parameter"),
        ("rule_parameters", lambda all_: all_["huge_claim_basic"].update(value=200000000),
         "200000000 is above huge_claim_civil, 100000000; set it no higher"),
        ("rule_profiles", lambda all_: all_["spc_full"].update(codes=["A01"]), "must give exactly one of"),
        ("rule_profiles", lambda all_: all_["spc_full"].pop("every"), "must give exactly one of"),
        ("rule_profiles", lambda all_: all_["yibin_28"]["codes"].append("B-1"), '"B-1" is no code of a rule'),
        ("rule_profiles", lambda all_: all_["guangzhou_20"]["heads"][0]["codes"].append("C01"), "names rule C01 2 times"),
        ("supervision_settings", lambda all_: version(all_, "confirm_days").update(n=0), "from 1 to 15"),
        ("supervision_settings", lambda all_: version(all_, "reconsider_max").update(n=3), "from 1 to 2"),
        ("supervision_settings", lambda all_: version(all_, "profile").update(n=1), 'must have "text" and no "n"'),
        ("supervision_settings", lambda all_: all_.pop("small_group"), 'the setting "small_group" is missing'),
        ("supervision_settings", lambda all_: all_.update(confirm_day=all_["confirm_days"]),
         'did you mean "confirm_days"?'),
        ("supervision_measures", lambda all_: all_["M09"]["roles"].append("division_head"),
         '"division_head" is below min_role "president"'),
        ("supervision_measures", lambda all_: all_["M08"].update(when_delegated=["ac_member"]), "is not among roles"),
        ("supervision_measures", lambda all_: all_["M01"]["roles"].append("judge"), 'unknown value "judge"'),
        ("supervision_measures", lambda all_: all_["M06"].update(max_per_case=0), "must be 1 or more, or left out"),
        ("supervision_measures", lambda all_: all_.update(X1=all_["M01"]), "is no code of a measure"),
        ("letter_kinds", lambda all_: all_["prompt"].update(number_word="审管督"), "already numbers prompt"),
        ("letter_kinds", lambda all_: all_["prompt"].update(number_word="SGT"), "is not one to six characters"),
        ("letter_kinds", lambda all_: all_.pop("urge"), 'the kind of letter "urge" is missing'),
        ("letter_kinds", lambda all_: all_.update(note=all_["warn"]), 'kind of letter "note"'),
        ("letter_kinds", lambda all_: all_["prompt"].update(reply_days=0), "reply_days: must be 1 or more"),
        ("letter_kinds", lambda all_: all_["warn"].update(escalates_to="prompt"), "is of no higher level than 4"),
        ("letter_kinds", lambda all_: all_["prompt"].update(escalates_to="wran"), 'did you mean "warn"?'),
        ("risk_points", lambda all_: all_["RC01"]["points"][0].update(likelihood=6), "must be from 1 to 5, not 6"),
        ("risk_points", lambda all_: all_["RC01"]["points"][0].update(code="RC02-01"), "must be written like RC01-01"),
        ("risk_points", lambda all_: all_["RC01"]["points"][0].update(code="RC01-02"), "RC01-02 is given twice"),
        ("risk_points", lambda all_: all_["RC01"]["points"][0].update(detection="machine"), 'needs "linked" exactly when'),
        ("risk_points", lambda all_: all_["RC01"]["points"][1].update(linked=["alerts:N01"]), 'did you mean "alert"?'),
        ("risk_points", lambda all_: all_["RC01"]["points"][1].update(linked=["alert:statutary"]),
         'did you mean "statutory"?'),
        ("risk_points", lambda all_: all_["RC01"]["points"][1].update(linked=["rule:"]), "is no code of a rule"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_what_would_be_right(kind, change, says):
    assert says in broken(kind, change)[0]


def test_a_new_parameter_for_the_rules_of_courts_is_welcome():
    assert (
        broken("rule_parameters", lambda all_: all_.update(own_limit={**all_["victim_n"], "value": 2.5}))
        == []
    )


def test_every_refusal_is_also_said_in_chinese():
    entries = deepcopy(dict(SHIPPED["rule_parameters"].entries))
    entries["group_party_n"]["value"] = 1
    (problem,) = validate("rule_parameters", entries.items())
    assert problem.chinese == "应为 2 至 1000 的整数，而不是 1"


def test_what_one_file_says_of_another_is_checked_too(monkeypatch):
    rules, profiles = library.shipped_rules(), library.rule_profiles()
    monkeypatch.delitem(rules, "C02")
    assert ("yibin_28",) in [path for path, _, _ in soundness.strange_codes()]
    monkeypatch.delitem(profiles, "spc_full")
    assert 'unknown profile "spc_full"' in next(iter(soundness.strange_profile()))[1]
    monkeypatch.delitem(library.nodes(), "N20")
    assert [path for path, _, _ in soundness.strange_links()] == [("RC03", "RC03-06")]
