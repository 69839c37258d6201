"""What the benchmark found on judgments of the past (基准检验), as ``make bench`` last wrote it down."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from deviation.run_page import percent

WRITTEN = settings.BASE_DIR / "docs" / "trust.json"
DATA = {"given": _("公开的真实裁判（交通肇事罪）"), "generated": _("模拟的裁判")}


@cache
def published() -> dict[str, Any] | None:
    """The figures as the trust page words them; None where none were written."""
    try:
        said = json.loads(WRITTEN.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return {
        "on": said["on"],
        "data": DATA.get(said["data"], said["data"]),
        "learned": said["learned"],
        "n": said["n"],
        "fdr": percent(said["fdr"]),
        "share": percent(said["share"]),
        "salts": len(said["salts"]),
        "mae": round(said["accuracy"]["mae"], 2),
        "baseline_mae": round(said["accuracy"]["baseline_mae"], 2),
        "coverage": percent(said["accuracy"]["coverage90"]),
        "unchanged": said["unchanged"]["hits"],
        "null": said["null"],
        "courts": said["courts"],
        "bands": [band_said(band) for band in said["bands"]],
    }


def band_said(band: dict[str, Any]) -> dict[str, Any]:
    """``auc``: how often a changed case ranks above an unchanged one; beside it the best of the common methods."""
    best = max(band["peers"], key=band["peers"].__getitem__)
    return {
        "how": _("改为原来的 {low} 至 {high} 倍").format(low=band["low"], high=band["high"]),
        "auc": f"{band['auc']:.3f}",
        "best": best,
        "best_auc": f"{band['peers'][best]:.3f}",
        "power": percent(band["power"]["share"]),
        "false": percent(band["false_share"]),
    }
