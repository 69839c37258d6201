"""What was measured, for those who plan (测算结果): hours by kind, and the weights of circumstances."""

from __future__ import annotations

from datetime import date

from catalogues.selectors import law_in_use
from courts.models import Court
from quota.kinds import Kinds
from quota.models import Measurement
from quota.studies import courts_above


def measurement_in_use(court: Court) -> Measurement | None:
    """The newest finished measurement of the court, else of the nearest court above it."""
    up = courts_above(court)
    done = Measurement.objects.filter(court__in=up, state="done").order_by("-asked_at", "-pk")
    newest = {one.court_id: one for one in reversed(done)}
    return next((newest[court_id] for court_id in up if court_id in newest), None)


def hours_by_kind(court: Court, on: date, measurement: Measurement | None = None) -> dict[str, float]:
    """Hours of every kind filings are forecast in, multiples of second instances and retrials too."""
    kinds = Kinds(law_in_use().quotas.hours_of(court.pk, on))
    said = measurement.card.get("kinds", {}) if measurement else {}
    measured = {code: one["hours"] for code, one in said.items() if one["level"] != "default"}
    return {
        code: measured.get(code, measured.get(kind.base, kind.hours / kind.times) * kind.times)
        for code, kind in kinds.by_code.items()
    }


def betas_in_use(court: Court, on: date, measurement: Measurement | None = None) -> dict[str, float]:
    """The weights of the six circumstances: fitted where that was better on courts not seen, else the catalogue's."""
    catalogue = {code: one.beta for code, one in law_in_use().quotas.factors_of(court.pk, on).items()}
    context = measurement.card.get("context", {}) if measurement else {}
    return {**catalogue, **context["values"]} if context.get("used") else catalogue
