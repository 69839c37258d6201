"""What the trust page shows (可信度): for each run in use, what was found of what was planted, and how often it is silent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalogues.selectors import law_in_use
from courts.models import Court, User
from courts.roles import Permission
from deviation.calibration import false_among
from deviation.charts import power_curve
from deviation.disclosed import Expected, expected_in
from deviation.models import Run
from deviation.run_page import card_shown, name_of, percent, problem_of, reasons, share_said, usable_until
from deviation.using import runs_for

HOW = {
    "multiplied": _("改为原来的 {low} 至 {high} 倍"),
    "divided": _("改为原来的 1/{high} 至 1/{low}"),
    "turned": _("由是改否、由否改是"),
}


def courts_to_choose(user: User) -> list[Court]:
    """The courts of the person's posts, in organisational order."""
    return list(Court.objects.filter(pk__in={seat.court_id for seat in user.seats}))


def chosen_court(user: User, wanted: str) -> Court | None:
    courts = courts_to_choose(user)
    return next((court for court in courts if str(court.pk) == wanted), courts[0] if courts else None)


def trust_shown(court: Court, user: User, day: date) -> list[dict[str, Any]]:
    """Each run in use there, in the order of the catalogue."""
    order = list(law_in_use().deviation_models(court.pk, day))
    in_use = runs_for(court.pk)
    return [block_of(in_use[code], court, user, day) for code in order if code in in_use]


def block_of(run: Run, court: Court, user: User, day: date) -> dict[str, Any]:
    worth = run.trust
    return {
        "run": run,
        "name": name_of(run, day),
        "card": card_shown(run, day),
        "problem": problem_of(run, day),
        "usable_until": usable_until(run, day),
        "fdr": percent(worth["fdr"]),
        "of_hundred": false_among(100, worth["fdr"]),
        "month": month_of(run, court, user, day),
        "learned": worth["learned"],
        "n": worth["n"],
        "salts": len(worth["salts"]),
        "bands": [band_said(band, worth["how"]) for band in worth["bands"]],
        "share": percent(worth["share"]),
        "curve": power_curve(worth["bands"]) if worth["how"] != "turned" else None,
        "null": worth["null"],
        "unchanged": worth["unchanged"],
        "unchanged_said": share_said(worth["unchanged"]),
        "abstained_said": share_said(worth["abstained"]),
        "why": reasons(worth["abstained"]["why"]),
    }


def band_said(band: Mapping[str, Any], how: str) -> dict[str, Any]:
    return {
        **band,
        "how": str(HOW[how]).format(low=band["low"], high=band["high"]),
        "power_said": share_said(band["power"]),
        "false_said": percent(band["false_share"]),
    }


def month_of(run: Run, court: Court, user: User, day: date) -> Expected | None:
    """How many outcomes of this month stand disclosed, and how many of them are expected to be false.

    Only to those who see deviations of the court: what their list of the disclosed ones counts, of this court and kind.
    """
    if court.pk not in user.courts_where(Permission.SEE_DEVIATION):
        return None
    return expected_in(user, day.replace(day=1), day=day, court=court.pk, code=run.code)
