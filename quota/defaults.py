"""What the catalogues that ship with the program say of quota (员额缺省值), for commands that have no database."""

from __future__ import annotations

from datetime import date

from catalogues.quotas import Quotas
from quota.plan_file import Defaults


def plan_defaults(quotas: Quotas, on: date) -> Defaults:
    """The national text of a day."""
    settings = quotas.settings_of(None, on)
    return Defaults(
        floor=int(settings["court_floor"]),
        ceiling_ratio=settings["ceiling_ratio"],
        cap_ratio=settings["cap_ratio"],
        clip=(settings["adjustment_low"], settings["adjustment_high"]),
        judge_year_hours=settings["judge_days_per_year"] * settings["case_hours_per_day"],
        hours_per_case={
            code: each.value for code, each in quotas.hours_of(None, on).items() if each.kind == "hours"
        },
        betas={code: each.beta for code, each in quotas.factors_of(None, on).items()},
    )
