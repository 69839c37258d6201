"""What the estimator of deviation promises: expectation, interval, evidence, and silence where it knows too little."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from deviation.observation import Observation
from deviation.scoring import DeviationModel, Unreadable
from deviation.simulation import plant
from tests.deviation.made_cases import THEFT, decided, split


@pytest.fixture(scope="module")
def known():
    return split(decided(1200))


@pytest.fixture(scope="module")
def model(known):
    return DeviationModel().fit(known[0])


def one(model, case, **changes):
    return model.assess([replace(case, **changes)])[0]


def with_features(case, **changes):
    return replace(case, features={**case.features, **changes})


# --- expectation and interval ----------------------------------------------------------------------------
def test_the_model_errs_less_than_the_median_of_the_peer_cell(model, known):
    said = model.assess(known[1])
    errors = [abs(each.expected - case.outcome) for each, case in zip(said, known[1], strict=True)]
    plain = [abs(each.baseline - case.outcome) for each, case in zip(said, known[1], strict=True)]
    assert {each.used for each in said} == {"model"}
    assert np.mean(errors) < np.mean(plain)


def test_the_ninety_percent_interval_holds_nine_outcomes_in_ten(model, known):
    said = model.assess(known[1])
    inside = [each.low <= case.outcome <= each.high for each, case in zip(said, known[1], strict=True)]
    assert 0.86 <= np.mean(inside) <= 0.94


def test_it_holds_nine_in_ten_among_the_lightly_and_the_heavily_punished(known):
    wide = [
        replace(
            case,
            outcome=case.outcome * (2.0 if number % 2 else 1.0) if case.features["fled"] else case.outcome,
        )
        for number, case in enumerate(decided(2500, seed=5))
    ]
    past, new = split(wide)
    said = DeviationModel().fit(past).assess(new)
    for fled in (True, False):
        inside = [
            each.low <= case.outcome <= each.high
            for each, case in zip(said, new, strict=True)
            if case.features["fled"] is fled
        ]
        assert 0.84 <= np.mean(inside) <= 0.96


def test_the_ninety_nine_percent_interval_contains_the_ninety(model, known):
    for each in model.assess(known[1][:50]):
        assert each.low99 <= each.low <= each.expected <= each.high <= each.high99


def test_where_nothing_bears_on_the_outcome_the_plain_median_is_used():
    draw = np.random.default_rng(3)
    noise = [replace(case, outcome=float(np.exp(draw.normal(3, 0.4)))) for case in decided(600)]
    card = DeviationModel().fit(noise).card_["strata"][THEFT]
    assert card["used"] == "baseline" or card["mae"] < card["baseline_mae"]


# --- what is unusual -------------------------------------------------------------------------------------
@pytest.mark.parametrize("lenient", [False, True], ids=["too high", "too low"])
def test_planted_outcomes_come_first_and_are_flagged_with_their_direction(model, known, lenient):
    cases, planted = plant(known[1], share=0.04, low=8, high=10, lenient=lenient)
    said = model.assess(cases)
    flagged = {each.id for each in said if each.flagged}
    assert len(flagged & planted) >= 0.6 * len(planted)
    assert len(flagged - planted) <= 0.3 * len(flagged)
    assert {each.direction for each in said if each.id in flagged & planted} == {
        "lower" if lenient else "higher"
    }
    first = sorted(said, key=lambda each: -each.score)[: len(planted)]
    assert len({each.id for each in first} & planted) >= 0.8 * len(planted)


def test_an_outcome_further_out_never_scores_less(model, known):
    case = known[1][0]
    middle = model.assess([case])[0].expected
    for direction in (1, -1):
        scores = [one(model, case, outcome=middle * 1.3 ** (direction * step)).score for step in range(2, 25)]
        assert scores == sorted(scores)


def test_a_planted_outcome_is_no_reason_to_abstain(model, known):
    cases, _ = plant(known[1], share=1.0, low=5, high=10)
    assert {each.state for each in model.assess(cases)} == {"scored"}


def test_of_ordinary_cases_hardly_any_is_flagged(model, known):
    assert sum(each.flagged for each in model.assess(known[1])) <= 0.01 * len(known[1])


def test_p_values_of_ordinary_cases_are_even(model, known):
    p = np.array([each.p for each in model.assess(known[1])])
    for level in (0.05, 0.2, 0.5):
        assert abs((p <= level).mean() - level) < 0.06


def test_what_is_flagged_depends_on_the_rate_accepted(model, known):
    cases, _ = plant(known[1], share=0.05, low=3, high=6)
    strict, loose = ({e.id for e in model.assess(cases, fdr=rate) if e.flagged} for rate in (0.01, 0.3))
    assert strict < loose


def test_only_what_lies_outside_its_interval_is_flagged(model, known):
    cases, _ = plant(known[1], share=0.2, low=2, high=8)
    flagged = [
        (each, case) for each, case in zip(model.assess(cases, fdr=0.5), cases, strict=True) if each.flagged
    ]
    assert flagged
    assert all(not each.low <= case.outcome <= each.high for each, case in flagged)


# --- what is never looked at -----------------------------------------------------------------------------
def test_protected_attributes_and_texts_change_not_a_byte(known):
    told = [
        replace(case, audit={"gender": 9, "region": case.id}, text="被告人为女性") for case in known[0][:300]
    ]
    plain = [replace(case, audit={}) for case in known[0][:300]]
    ours, theirs = DeviationModel().fit(plain), DeviationModel().fit(told)
    assert ours.assess(known[1]) == theirs.assess(known[1])
    assert ours.to_bytes() == theirs.to_bytes()


def test_a_case_is_assessed_alike_whatever_its_protected_attributes(model, known):
    case = known[1][3]
    assert one(model, case, audit={"gender": 1}) == one(model, case, audit={"gender": 2, "region": "x"})


def test_an_assessment_names_no_protected_attribute_among_its_factors(model, known):
    named = {name for each in model.assess(known[1]) for name, _ in each.factors}
    assert named <= {"fled", "surrendered", "deaths", "place", "colour", "court"}


# --- determinism -----------------------------------------------------------------------------------------
def test_the_same_history_gives_the_same_bytes_in_any_order(known):
    some = known[0][:300]
    shuffled = [some[place] for place in np.random.default_rng(0).permutation(len(some))]
    assert DeviationModel().fit(some).to_bytes() == DeviationModel().fit(shuffled).to_bytes()


def test_another_seed_is_another_run(known):
    some = known[0][:300]
    assert DeviationModel(seed=1).fit(some).to_bytes() != DeviationModel().fit(some).to_bytes()


def test_a_model_read_back_says_the_same(model, known):
    again = DeviationModel.from_bytes(model.to_bytes())
    assert again.assess(known[1]) == model.assess(known[1])
    assert again.to_bytes() == model.to_bytes()
    assert again.card_ == model.card_


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: data[:-900], lambda data: b"x" * 99])
def test_what_is_no_model_is_refused_in_a_sentence(model, spoil):
    with pytest.raises(Unreadable, match="fit it again"):
        DeviationModel.from_bytes(spoil(model.to_bytes()))


def test_a_model_with_changed_bytes_is_refused_or_the_same(model):
    data, draw = model.to_bytes(), np.random.default_rng(0)
    for _ in range(150):
        spoilt = bytearray(data)
        for place in draw.integers(0, 2000, 3) * draw.choice([1, -1]):
            spoilt[place] = draw.integers(256)
        with suppress(Unreadable):
            assert DeviationModel.from_bytes(bytes(spoilt)).to_bytes() == data


def _backwards(model):
    model.calibration_["continuous"] = model.calibration_["continuous"][::-1]


def _without_pool(model):
    del model.calibration_["binary"]


def _narrow(model):
    expectation = model.strata_[THEFT].expectation
    expectation.middle = expectation.middle[:2]


@pytest.mark.parametrize("spoil", [_backwards, _without_pool, _narrow], ids=lambda spoil: spoil.__name__)
def test_parts_that_do_not_fit_together_are_refused_in_a_sentence(model, spoil):
    again = DeviationModel.from_bytes(model.to_bytes())
    spoil(again)
    with pytest.raises(Unreadable, match="fit it again"):
        DeviationModel.from_bytes(again.to_bytes())


def test_a_case_is_assessed_alike_alone_and_among_others_but_for_q(model, known):
    among = model.assess(known[1])[7]
    assert replace(one(model, known[1][7]), q=among.q) == among


# --- silence ---------------------------------------------------------------------------------------------
def abstained(said, code):
    assert (said.state, said.reason_code, said.flagged) == ("abstained", code, False)
    assert said.expected is None
    assert said.p is None
    return said.reason


def test_an_unknown_stratum_is_not_assessed(model, known):
    assert "诈骗罪" in abstained(one(model, known[1][0], stratum="诈骗罪"), "unknown_stratum")


def test_a_stratum_with_too_few_cases_is_not_assessed(known):
    few = decided(29, stratum="诈骗罪", prefix="f")
    said = DeviationModel().fit([*known[0][:300], *few]).assess(few[:1])[0]
    assert "29" in abstained(said, "few_peers")


def test_a_missing_circumstance_the_history_always_knows_is_a_reason_to_abstain(model, known):
    case = with_features(known[1][0], fled=None)
    assert "fled" in abstained(one(model, case), "missing_features")


def test_a_case_without_any_circumstance_is_not_assessed(model, known):
    abstained(one(model, known[1][0], features={}), "missing_features")


def test_a_missing_circumstance_that_tells_nothing_is_no_reason(model, known):
    assert one(model, with_features(known[1][0], colour=None)).state == "scored"


def test_what_the_history_often_lacks_may_be_lacking():
    cases = [with_features(c, deaths=None) if place % 5 == 0 else c for place, c in enumerate(decided(900))]
    model = DeviationModel().fit(cases)
    assert one(model, with_features(cases[1], deaths=None)).state == "scored"


@pytest.mark.parametrize("deaths", [40, -12])
def test_a_number_far_outside_the_history_is_a_reason_to_abstain(model, known, deaths):
    assert "deaths" in abstained(one(model, with_features(known[1][0], deaths=deaths)), "outside_history")


def test_a_text_where_the_history_holds_numbers_is_a_reason_to_abstain(model, known):
    abstained(one(model, with_features(known[1][0], deaths="many")), "outside_history")


def test_a_text_among_thousands_of_numbers_is_a_slip_and_no_category():
    cases = decided(900)
    slipped = [with_features(c, deaths="two") if place % 45 == 0 else c for place, c in enumerate(cases)]
    model = DeviationModel().fit(slipped)
    card = model.card_["strata"][THEFT]
    assert card["strays"] == {"deaths": 20}
    assert (
        one(model, with_features(cases[1], deaths=3)).expected
        > one(model, with_features(cases[1], deaths=1)).expected
    )
    abstained(one(model, with_features(cases[1], deaths=40)), "outside_history")


def test_where_texts_are_common_the_feature_is_one_of_categories():
    cases = [with_features(c, deaths="two") if place % 10 == 0 else c for place, c in enumerate(decided(900))]
    model = DeviationModel().fit(cases)
    assert model.card_["strata"][THEFT]["strays"] == {}
    assert one(model, with_features(cases[1], deaths="two")).state == "scored"


def test_a_new_category_of_a_telling_feature_is_a_reason_to_abstain():
    cases = [
        replace(with_features(case, act=act), outcome=case.outcome * (4 if act == "robbery" else 1))
        for number, case in enumerate(decided(900))
        for act in [("robbery", "theft", "fraud")[number % 3]]
    ]
    model = DeviationModel().fit(cases)
    assert "arson" in abstained(one(model, with_features(cases[0], act="arson")), "outside_history")


def test_abstaining_takes_no_part_in_the_false_discovery_control(model, known):
    cases, _ = plant(known[1], share=0.05, low=6, high=9)
    strangers = [replace(case, id=f"s{case.id}", stratum="诈骗罪") for case in cases]
    alone = {each.id: each.q for each in model.assess(cases)}
    among = {each.id: each.q for each in model.assess([*cases, *strangers]) if each.q is not None}
    assert alone == among


def test_a_model_that_practice_has_left_behind_refuses_to_assess():
    cases = decided(1200, dated=True)
    moved = [replace(c, outcome=c.outcome * (3 if place >= 900 else 1)) for place, c in enumerate(cases)]
    model = DeviationModel().fit(moved)
    abstained(model.assess(moved[:1])[0], "uncalibrated")
    assert model.card_["strata"][THEFT]["abstains"]


# --- courts ----------------------------------------------------------------------------------------------
def test_a_court_never_met_is_measured_against_all(model, known):
    said = one(model, known[1][0], court="藏9999")
    assert said.state == "scored"
    assert "court" not in dict(said.factors)


def test_what_a_court_is_known_to_do_is_expected_of_it():
    cases = [
        replace(case, outcome=case.outcome * (2 if case.court == "苏0100" else 1))
        for case in decided(1500, court_spread=0.05, courts=12)
    ]
    model = DeviationModel().fit(cases)
    harsh, other = one(model, cases[0], court="苏0100"), one(model, cases[0], court="鲁0101")
    assert harsh.expected > 1.3 * other.expected
    assert dict(harsh.factors)["court"] > 0


def test_the_card_tells_how_much_courts_differ_and_names_none(model):
    card = model.card_["strata"][THEFT]["courts"]
    assert 0 < card["variance_share"] < 1
    assert not any(code in str(card) for code in ("苏0", "鲁0", "豫0"))


# --- comparables and factors -----------------------------------------------------------------------------
def test_the_ten_nearest_cases_are_named_and_the_case_itself_is_not_among_them(model, known):
    for case in known[0][:20]:
        nearest = model.assess([case])[0].comparables
        assert len(set(nearest)) == 10
        assert case.id not in nearest


def test_comparables_are_alike_first_then_of_the_same_court():
    alike = {"fled": True, "surrendered": 0}
    other = {"fled": False, "surrendered": 1}
    cases = [
        Observation(f"{k}", THEFT, 10.0 + k % 7, alike if k < 40 else other, f"苏01{k % 8:02}")
        for k in range(80)
    ]
    nearest = (
        DeviationModel().fit(cases).assess([Observation("x", THEFT, 12, alike, "苏0103")])[0].comparables
    )
    by_id = {case.id: case for case in cases}
    assert all(by_id[name].features == alike for name in nearest)
    assert [by_id[name].court for name in nearest[:5]] == ["苏0103"] * 5


def test_comparables_of_the_same_days_come_before_others():
    cases = [replace(case, features={"fled": False}, court="") for case in decided(200, dated=True)]
    day = cases[100].date
    nearest = DeviationModel().fit(cases).assess([replace(cases[100], id="new")])[0].comparables
    by_id = {case.id: case for case in cases}
    assert max(abs((by_id[name].date - day).days) for name in nearest) <= 6


def test_a_factor_says_by_how_much_the_expectation_would_differ(model, known):
    fled = next(case for case in known[1] if case.features["fled"])
    stayed = with_features(fled, fled=False)
    told = dict(one(model, replace(fled, court="")).factors)["fled"]
    with_it, without = (one(model, replace(case, court="")).expected for case in (fled, stayed))
    assert told == pytest.approx(with_it - without, abs=1e-3)
    assert "fled" not in dict(one(model, stayed).factors)


# --- other outcomes --------------------------------------------------------------------------------------
def test_shares_stay_between_nought_and_one():
    cases = [replace(case, outcome=min(case.outcome / 60, 1.0)) for case in decided(900)]
    model = DeviationModel().fit(cases)
    said = model.assess(cases[:100])
    assert model.card_["strata"][THEFT]["outcome"] == "identity"
    assert all(0 <= each.low99 <= each.low <= each.high <= each.high99 <= 1 for each in said)


def test_yes_or_no_is_expected_as_a_chance():
    draw = np.random.default_rng(0)
    cases = [
        replace(case, outcome=float(draw.random() < (0.05 if case.features["fled"] else 0.8)))
        for case in decided(1500)
    ]
    past, new = split(cases)
    model = DeviationModel().fit(past)
    said = model.assess(new)
    assert model.card_["strata"][THEFT]["outcome"] == "binary"
    by_flight = {
        fled: np.mean([e.expected for e, c in zip(said, new, strict=True) if c.features["fled"] is fled])
        for fled in (True, False)
    }
    assert by_flight[True] < 0.25 < 0.65 < by_flight[False]
    assert {(each.low, each.high) for each in said} <= {(0, 0), (0, 1), (1, 1)}
    assert np.mean([e.low <= c.outcome <= e.high for e, c in zip(said, new, strict=True)]) >= 0.87


def test_an_outcome_of_nought_is_assessed(model, known):
    said = one(model, known[1][0], outcome=0.0)
    assert (said.state, said.direction) == ("scored", "lower")


def test_strata_are_learned_apart_and_calibrated_together():
    small = decided(60, stratum="诈骗罪", seed=9, prefix="s")
    model = DeviationModel().fit([*decided(1500), *small])
    extreme = replace(small[0], id="x", outcome=small[0].outcome * 200)
    assert model.assess([extreme])[0].p < 1 / 61


def test_dates_let_the_model_be_tried_in_time_order():
    card = DeviationModel().fit(decided(800, dated=True)).card_["strata"][THEFT]
    assert card["in_time_order"]["n"] == pytest.approx(200, abs=2)
    assert card["in_time_order"]["mae"] < card["in_time_order"]["baseline_mae"]
    assert (card["from"], card["to"]) == ("2023-01-01", "2025-03-10")


def test_a_stratum_of_one_outcome_only_is_no_accident():
    cases = [replace(case, outcome=12.0) for case in decided(100)]
    said = DeviationModel().fit(cases).assess(cases[:5])
    assert all(each.expected == pytest.approx(12, rel=0.01) for each in said)


def test_a_history_without_circumstances_still_gives_an_interval():
    cases = [replace(case, features={}) for case in decided(200)]
    said = DeviationModel().fit(cases).assess(cases[:40])
    assert {each.state for each in said} == {"scored"}


def test_the_constructor_only_stores():
    model = DeviationModel(scale="log", min_peers=50, seed=3)
    assert model.get_params() == {"scale": "log", "min_peers": 50, "seed": 3}
    assert not [name for name in vars(model) if name.endswith("_")]
