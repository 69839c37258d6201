"""p-values: valid where nothing is unusual, careful about the tail, never falling as an outcome grows stranger."""

import numpy as np

from deviation.surprise import p_values


def test_a_stranger_score_never_has_a_larger_p_and_none_is_above_one():
    known = np.sort(np.random.default_rng(0).normal(size=500))
    p = p_values(np.linspace(-5, 5, 2001), known)
    assert (np.diff(p) <= 0).all()
    assert p[0] == 1.0
    assert p[-1] == 1 / 501


def test_it_is_never_below_the_rank_among_the_known_cases():
    known = np.arange(1000.0)
    beyond = 1000 - np.arange(1000)
    assert (p_values(known, known) >= np.minimum((1 + beyond) / 1001, 1)).all()


def test_a_lucky_draw_of_known_cases_seldom_makes_the_tail_look_thinner_than_it_is():
    draw = np.random.default_rng(1)
    too_thin = []
    for _ in range(400):
        known = np.sort(draw.random(2000))
        scores = np.quantile(known, (0.99, 0.995))
        too_thin.append((p_values(scores, known) < 1 - scores).mean())
    assert np.mean(too_thin) < 0.15


def test_a_short_history_may_still_find_what_lies_beyond_all_of_it():
    assert p_values(np.array([9.0]), np.zeros(30))[0] == 1 / 31
