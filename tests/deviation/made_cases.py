"""Decided cases made for the tests of deviation: what bears on their outcomes is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from deviation.observation import Observation

THEFT = "盗窃罪"


def decided(n=900, *, seed=1, stratum=THEFT, courts=30, court_spread=0.2, noise=0.3, dated=False, prefix=""):
    """Months of imprisonment: doubled by flight, a third less for surrender, more for more deaths, and by court."""
    draw = np.random.default_rng(seed)
    leaning = dict(zip(range(courts), draw.normal(0, court_spread, courts), strict=True))
    cases = []
    for number in range(n):
        court = int(draw.integers(courts))
        features = {
            "fled": bool(draw.random() < 0.2), "surrendered": int(draw.random() < 0.5),
            "deaths": int(draw.integers(1, 4)), "place": str(draw.choice(["road", "crossing", "yard"])),
            "colour": float(draw.normal()),
        }  # fmt: skip
        log = 2.3 + 0.7 * features["fled"] - 0.4 * features["surrendered"] + 0.2 * features["deaths"]
        log += 0.15 * (features["place"] == "road") + leaning[court] + noise * draw.standard_t(6)
        cases.append(
            Observation(
                id=f"{prefix}{number}", stratum=stratum, outcome=max(round(float(np.exp(log)), 1), 0.5),
                features=features, court=code(court), audit={"gender": int(draw.integers(1, 3))},
                date=date(2023, 1, 1) + timedelta(days=number) if dated else None,
            )
        )  # fmt: skip
    return cases


def code(court):
    """苏0103: province, city, court."""
    return f"{'苏鲁豫'[court % 3]}{court // 3 % 4 + 1:02}{court:02}"


def split(cases, share=0.7):
    cut = round(share * len(cases))
    return cases[:cut], cases[cut:]
