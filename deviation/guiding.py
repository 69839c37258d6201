"""A term of imprisonment beside the sentencing guideline (量刑指导意见核对), apart from what its peers lead one to expect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from cases.models import Case
from catalogues.selectors import law_in_use
from catalogues.sentencing_law import Band, Guideline, Offence
from deviation.guideline import Circumstances, Interval, check_draft, circumstances_of, guideline_interval


def guided(
    *, case: Case, months: float, steps: Mapping[str, Any], elements: Mapping[str, Any], on: date
) -> dict[str, Any]:
    """What the guideline says of this term; nothing where it has no such offence or nobody said which band it is.

    ``steps`` are the judge's own: ``band``, ``base`` (基准刑), ``applied`` (情节和比例).
    """
    law = law_in_use()
    guideline = law.guideline(case.court_id, on)
    offence = guideline.offence_of(case.cause)
    band = band_of(offence, steps.get("band") or "")
    if offence is None or band is None:
        return {}
    of_case = circumstances_of(elements, law.case_elements(case.court_id, on))
    applied = {
        name: float(ratio)
        for name, ratio in (steps.get("applied") or {}).items()
        if name in guideline.factors
    }
    base = steps.get("base")
    known = of_case.present & set(guideline.factors)
    interval = interval_of(offence, band, guideline, of_case, known | set(applied), base)
    said = check_draft(
        months, interval, factors=guideline.factors, band=band, applied=applied or None, present=known, offence=offence.name,
        minor_offence=of_case.minor_offence, excepted=of_case.excepted, base=base, discretion=guideline.discretion,
    )  # fmt: skip
    return asdict(said)


def band_of(offence: Offence | None, when: str) -> Band | None:
    return next((band for band in offence.bands if band.when == when), None) if offence else None


def interval_of(
    offence: Offence,
    band: Band,
    guideline: Guideline,
    of_case: Circumstances,
    present: set[str] | frozenset[str],
    base: float | None,
) -> Interval:
    return guideline_interval(
        offence=offence,
        band=band,
        present=present,
        factors=guideline.factors,
        discretion=guideline.discretion,
        base=base,
        minor_offence=of_case.minor_offence,
        excepted=of_case.excepted,
    )
