"""Summaries of one quarter as they are made, for the tests of the pages that show them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

import numpy as np

from courts.models import Court, Division
from deviation import quarters
from deviation.consistency import Consistency
from deviation.fairness import Audited, findings
from deviation.groups import survey
from deviation.models import Run, Summary
from deviation.narrowing import Measured, changes
from deviation.residuals import Residual
from deviation.summaries import consistency_body, rounded, survey_body

NOW = datetime(2026, 6, 30, 1, tzinfo=UTC)
PERIOD = "2026-Q1"
PERIODS = quarters.up_to(PERIOD, 4)
#: They do not sort by name as they do by position.
NAMES = ["刑事审判第二庭", "刑事审判第一庭", "未成年人案件审判庭"]
COMMON = {"scale": "log", "min_group": 20}


def four_divisions(court, division):
    more = [Division.objects.create(court=court, name=name, position=n + 2) for n, name in enumerate(NAMES)]
    return [division, *more]


def run_in_use(court, by):
    return Run.objects.create(
        court=court, code="months", state="in_use", asked_at=NOW, window_to=date(2026, 6, 1), artefact=b"-",
        released_by=by, released_at=NOW, finished_at=NOW,
    )  # fmt: skip


def rows(units, *, n=40, shift=(), salt=1):
    draw = np.random.default_rng(salt)
    return [
        Residual(str(unit), period, float(value) + dict(shift).get(unit, 0.0))
        for unit in units
        for period in PERIODS
        for value in draw.normal(0, 0.3, n)
    ]


def surveyed(units, given):
    return survey_body(survey(given, units=[str(unit) for unit in units], periods=PERIODS, min_group=20))


def tell_of_groups(run, court, divisions, shift=()):
    """The four summaries: the last division has too few cases, and the third is hidden with it."""
    return [
        Summary.objects.create(run=run, kind=kind, period=PERIOD, body=body, made_at=NOW)
        for kind, body in {
            "groups": of_groups(run, court, divisions, shift),
            "consistency": of_consistency(),
            "fairness": of_fairness(),
            "spread": of_spread(),
        }.items()
    ]


def of_groups(run, court, divisions, shift):
    units = [each.pk for each in divisions]
    few = [row for row in rows(units, shift=shift) if row.unit != str(units[3])]
    few = [row for place, row in enumerate(few) if row.unit != str(units[2]) or place % 4]
    few += [Residual(str(units[3]), PERIOD, 0.1)] * 3
    courts = list(Court.objects.filter(parent=run.court).values_list("pk", flat=True)[:4])
    courts = sorted({*courts, court.pk})
    return COMMON | {
        "persistence": 3,
        "courts": surveyed(courts, rows(courts, shift=shift, salt=2)),
        "divisions": {str(court.pk): surveyed(units, few)},
    }


def of_consistency():
    return COMMON | {"between": {"courts": consistency_body(Consistency(5, 900, 0.2, 0.1, 0.12, 0.005, 199))}}


def of_fairness():
    draw = np.random.default_rng(5)
    audited = [
        Audited(float(draw.normal()), True, {"gender": "12"[place % 2], "age": ("18-29", "60-200")[place % 3 == 0]})
        for place in range(200)
    ]  # fmt: skip
    proxy = {"attribute": "gender", "group": "1", "n": 200, "auc": 0.71, "low": 0.6, "high": 0.8}
    found = [rounded(asdict(each)) | {"found": each.found} for each in findings(audited, min_group=20)]
    return COMMON | {"findings": found, "proxies": [proxy | {"beyond_chance": True}]}


def of_spread():
    draw = np.random.default_rng(6)
    cases = [
        Measured("盗窃罪", after, float(draw.normal()) * (0.4 if after else 1))
        for after in (False, True)
        for _ in range(80)
    ]
    found = [rounded(asdict(each)) for each in changes(cases, min_group=20)]
    return COMMON | {"launched_on": "2025-10-01", "from": "2024-10-01", "changes": found}
