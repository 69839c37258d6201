"""How circumstances move a need: fitted from thirty courts on, used only where better on courts not seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut

from quota.context import ALPHAS, CourtRow, _press, fit_betas, ridge

DEFAULTS = {"area": 0.05, "pop": 0.02, "gdp": 0.02, "eth": 0.05, "exp": -0.04, "closed": 0.02}
RULES = {"defaults": DEFAULTS, "least": 30, "low": 0.85, "high": 1.15}
START = np.array(list(DEFAULTS.values()))


def rows(
    many: int, betas: dict[str, float], *, noise: float = 0.01, level: float = 1.0, seed: int = 1
) -> list[CourtRow]:
    rng = np.random.default_rng(seed)
    gaps = rng.normal(0, 0.4, (many, len(DEFAULTS)))
    gaps -= gaps.mean(axis=0)
    ratios = level * (1 + gaps @ np.array([betas[name] for name in DEFAULTS]) + rng.normal(0, noise, many))
    return [
        CourtRow(f"C{place:03d}", dict(zip(DEFAULTS, gap.tolist(), strict=True)), float(ratio))
        for place, (gap, ratio) in enumerate(zip(gaps, ratios, strict=True))
    ]


def test_twenty_nine_courts_keep_the_weights_of_the_catalogue():
    found = fit_betas(rows(29, DEFAULTS), **RULES)
    assert (found.used, found.values, found.n, found.loo_error) == (False, DEFAULTS, 29, None)


def test_other_weights_are_found_again_and_used_because_they_are_better():
    real = {"area": 0.12, "pop": 0.0, "gdp": 0.06, "eth": 0.10, "exp": -0.10, "closed": 0.05}
    found = fit_betas(rows(80, real), **RULES)
    assert found.used
    assert found.loo_error < found.baseline_error
    assert found.values == pytest.approx(real, abs=0.02)


def test_courts_that_follow_the_catalogue_leave_it_nearly_as_it_is():
    found = fit_betas(rows(60, DEFAULTS, noise=0.03), **RULES)
    assert found.fitted == pytest.approx(DEFAULTS, abs=0.03)


def test_pure_chance_is_not_used():
    used = [fit_betas(rows(40, DEFAULTS, noise=0.2, seed=seed), **RULES).used for seed in range(20)]
    assert sum(used) <= 8


def test_where_it_is_not_better_the_catalogue_stays_and_both_errors_are_shown():
    found = next(
        one
        for seed in range(20)
        if not (one := fit_betas(rows(40, DEFAULTS, noise=0.2, seed=seed), **RULES)).used
    )
    assert found.values == DEFAULTS
    assert found.loo_error >= found.baseline_error
    assert set(found.fitted) == set(DEFAULTS)


def test_a_factor_that_works_the_other_way_is_named():
    real = {**DEFAULTS, "gdp": -0.10}
    assert fit_betas(rows(80, real), **RULES).contrary == ("gdp",)


def test_all_courts_short_of_judges_alike_move_no_weight():
    plain, short = (fit_betas(rows(60, DEFAULTS, level=level), **RULES) for level in (1.0, 0.7))
    assert short.fitted == pytest.approx(plain.fitted, abs=0.002)


def test_a_factor_nobody_told_moves_nothing():
    some = rows(40, DEFAULTS)
    told = [CourtRow(row.code, {**row.gaps, "area": 0.0}, row.ratio) for row in some]
    untold = [CourtRow(row.code, {**row.gaps, "area": None}, row.ratio) for row in some]
    assert fit_betas(untold, **RULES) == fit_betas(told, **RULES)


def test_the_order_of_the_courts_does_not_matter():
    some = rows(40, DEFAULTS)
    assert fit_betas(some[::-1], **RULES) == fit_betas(some, **RULES)


@given(st.integers(0, 10_000), st.sampled_from(ALPHAS))
@settings(max_examples=25, deadline=None)
def test_the_fit_equals_an_independent_ridge(seed, alpha):
    some = rows(35, DEFAULTS, noise=0.05, seed=seed)
    gaps, ratios = np.array([list(row.gaps.values()) for row in some]), np.array([row.ratio for row in some])
    left = ratios / (ratios.mean() / (1 + gaps @ START).mean()) - 1 - gaps @ START
    theirs = START + Ridge(alpha=alpha, fit_intercept=False, solver="svd").fit(gaps, left).coef_
    assert ridge(gaps, ratios, START, alpha) == pytest.approx(theirs, abs=1e-9)


def test_the_error_of_courts_left_out_equals_leaving_them_out_one_by_one():
    some = rows(35, DEFAULTS, noise=0.05)
    gaps, ratios = np.array([list(row.gaps.values()) for row in some]), np.array([row.ratio for row in some])
    left = ratios / (ratios.mean() / (1 + gaps @ START).mean()) - 1 - gaps @ START
    squares = []
    for kept, out in LeaveOneOut().split(gaps):
        model = Ridge(alpha=0.3, fit_intercept=False, solver="svd").fit(gaps[kept], left[kept])
        squares.append((left[out] - model.predict(gaps[out])) ** 2)
    assert _press(gaps, ratios, START, 0.3) == pytest.approx(np.mean(squares))
