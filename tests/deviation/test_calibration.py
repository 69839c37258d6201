"""The numbers by which a run is watched: shares with their intervals, drift, and what of them people are shown."""

from __future__ import annotations

import pytest

from deviation.calibration import Share, moved, psi, reference, told, wilson


def test_a_share_is_out_of_bounds_only_where_its_interval_is():
    assert not Share(8, 10).outside(0.85, 0.95) and Share(80, 130).outside(0.85, 0.95)
    assert Share(1000, 1000).outside(0.85, 0.95) and not Share(0, 0).outside(0.85, 0.95)
    assert wilson(9, 10) == pytest.approx((0.596, 0.982), abs=0.001)


def test_drift_is_what_moved_beyond_chance():
    then = [{"amount": float(n % 50), "surrender": n % 4 == 0} for n in range(600)]
    known = reference(then)
    same = moved(known, [{"amount": float(n % 50), "surrender": n % 4 == 0} for n in range(100)])
    other = moved(known, [{"amount": float(n % 50), "surrender": n % 4 != 0} for n in range(100)])
    assert same["psi"] == 0 and other["farthest"] == "surrender" and other["psi"] > 0.25
    assert moved(known, then[:5])["psi"] is None
    assert psi([(0.5, 0.5)]) == 0


def test_what_people_are_shown_stands_still_until_a_whole_group_has_come_to_every_number():
    def now(n: int, hits: int, silent: int = 20) -> dict:
        shares = {"coverage90": Share(hits, n - silent), "coverage99": Share(n - silent, n - silent), "abstained": Share(silent, n)}  # fmt: skip
        return {"as_of": "2026-06-30", "n": n, "moved": {"psi": 0.0, "farthest": "x"}} | {
            name: share.as_json() for name, share in shares.items()
        }

    assert told({}, now(39, 15), 20) == {}
    first = told({}, now(40, 18), 20)
    assert first["n"] == 40 and first["coverage90"]["hits"] == 18
    for more in range(1, 20):
        assert told(first, now(40 + more, 18 + more), 20) == first
    assert told(first, now(75, 20, silent=50), 20) == first  # many came, few of them to the coverage
    assert told(first, now(60, 30), 20)["n"] == 60
