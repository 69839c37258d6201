"""Hours from what a case leaves behind: learned where cases were timed, only relative where none was."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from quota.hours import Cell, Timed
from quota.proxies import ALPHA, TRACES, TooFew, Traced, learn, predicted, relative

CIVIL, CRIMINAL = Cell("civil", "ordinary"), Cell("criminal", "ordinary")
SHARES = dict(zip(TRACES, (0.35, 0.25, 0.25, 0.15), strict=True))


def cases(many: int, seed: int = 1) -> list[Traced]:
    rng = np.random.default_rng(seed)
    return [
        Traced(
            f"{place:04d}",
            CIVIL if place % 3 else CRIMINAL,
            {
                "hearing_minutes": float(rng.gamma(3, 40)),
                "record_chars": float(rng.gamma(3, 2000)),
                "judgment_chars": float(rng.gamma(4, 1000)),
                "days": float(rng.gamma(4, 25)),
            },
        )
        for place in range(many)
    ]


def took(traced: list[Traced], noise: float = 0.5, seed: int = 2) -> list[Timed]:
    rng = np.random.default_rng(seed)
    return [
        Timed(
            one.case,
            one.cell,
            max(
                (3 if one.cell == CIVIL else 6)
                + one.traces["hearing_minutes"] / 60 * 1.5
                + one.traces["judgment_chars"] / 1000 * 0.8
                + rng.normal(0, noise),
                0.1,
            ),
        )
        for one in traced
    ]


def test_what_made_the_hours_is_found_again():
    traced = cases(400)
    learned = learn(traced, took(traced), least=30)
    assert learned.per_unit["hearing_minutes"] * 60 == pytest.approx(1.5, rel=0.05)
    assert learned.per_unit["judgment_chars"] * 1000 == pytest.approx(0.8, rel=0.05)
    assert learned.base["criminal"] - learned.base["civil"] == pytest.approx(3, rel=0.1)


def test_the_error_on_unseen_cases_stands_beside_that_of_the_plain_mean():
    traced = cases(300)
    learned = learn(traced, took(traced), least=30)
    assert learned.is_better()
    assert learned.error == pytest.approx(0.4, abs=0.1)


def test_traces_that_tell_nothing_are_no_better_and_it_is_said():
    traced = cases(120)
    rng = np.random.default_rng(3)
    hours = [Timed(one.case, one.cell, float(rng.gamma(4, 2))) for one in traced]
    assert learn(traced, hours, least=30).error == pytest.approx(
        learn(traced, hours, least=30).plain, rel=0.1
    )


def test_a_longer_hearing_never_makes_a_case_shorter():
    traced = cases(200)
    hours = [Timed(one.case, one.cell, 20 - one.traces["hearing_minutes"] / 60) for one in traced]
    assert min(learn(traced, hours, least=30).per_unit.values()) >= 0


def test_the_weights_equal_an_independent_non_negative_least_squares():
    traced = cases(150)
    hours = took(traced)
    learned = learn(traced, hours, least=30)
    matrix = np.array(
        [[one.cell == CIVIL, one.cell == CRIMINAL, *(one.traces[name] for name in TRACES)] for one in traced],
        dtype=float,
    )
    scale = np.array([1, 1, *matrix[:, 2:].std(axis=0)])
    penalty = np.sqrt(ALPHA) * np.eye(6)
    weights, _ = nnls(
        np.vstack([matrix / scale, penalty]), np.append([one.hours for one in hours], np.zeros(6))
    )
    ours = [learned.base["civil"], learned.base["criminal"], *learned.per_unit.values()]
    assert ours == pytest.approx(weights / scale, abs=1e-3)


def test_too_few_timed_cases_are_refused_in_a_sentence():
    traced = cases(40)
    with pytest.raises(TooFew, match="29 cases have both a diary and traces; at least 30 are needed"):
        learn(traced, took(traced)[:29], least=30)


def test_only_cases_nobody_timed_are_predicted_and_only_of_types_somebody_timed():
    traced = cases(60)
    hours = [one for one in took(traced) if one.cell == CIVIL][:35]
    learned = learn(traced, hours, least=30)
    said = predicted(learned, traced, hours)
    assert {one.case for one in said} == {one.case for one in traced if one.cell == CIVIL} - {
        one.case for one in hours
    }


def test_a_trace_nobody_knows_is_taken_as_usual():
    traced = cases(90)
    learned = learn(traced, took(traced), least=30)
    blank = Traced("X", CIVIL, {})
    assert learned.hours(blank) == pytest.approx(
        learned.base["civil"] + sum(learned.per_unit[name] * learned.usual[name] for name in TRACES)
    )


def test_without_any_diary_kinds_are_compared_with_each_other():
    light = [Traced(f"l{n}", CIVIL, dict.fromkeys(TRACES, 10.0)) for n in range(30)]
    heavy = [Traced(f"h{n}", CRIMINAL, dict.fromkeys(TRACES, 30.0)) for n in range(30)]
    found = relative([*light, *heavy], weights=SHARES, cell_min=30)
    assert found[CIVIL] == (pytest.approx(0.5), 30)
    assert found[CRIMINAL] == (pytest.approx(1.5), 30)


def test_a_kind_with_too_few_cases_or_a_trace_nobody_kept_is_left_out():
    some = [Traced(f"l{n}", CIVIL, {**dict.fromkeys(TRACES, 10.0), "days": None}) for n in range(30)]
    few = [Traced(f"h{n}", CRIMINAL, dict.fromkeys(TRACES, 30.0)) for n in range(29)]
    found = relative([*some, *few], weights=SHARES, cell_min=30)
    assert CIVIL not in found and CRIMINAL not in found
