"""What a clock refuses to count (拒绝计算): the contract of ``due`` lists these cases, everything else is counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from cases.periods import ClockInput, Extension, Refused, Restart, Terms, applies_to
from catalogues.law import Ground


def check(clock: ClockInput, terms: Terms) -> None:
    """Raise ``Refused`` for the first thing that must not be counted."""
    _check_moment("start", clock.start, terms)
    for number, exclusion in enumerate(clock.exclusions):
        field = f"exclusions[{number}]"
        _check_scope(f"{field}.ground", exclusion.ground, terms)
        if exclusion.ground.mode == "restart":
            raise Refused(
                f"{field}.ground",
                f'"{exclusion.ground.id}" restarts the limit and excludes no days; give it under "restarts" with "on"',
                f"“{exclusion.ground.name}”的效果是重新计算审限，不是扣除，应登记为重新计算",
            )
        if exclusion.resumes_on is not None and exclusion.resumes_on < exclusion.starts_on:
            raise Refused(
                f"{field}.to",
                f"{exclusion.resumes_on} lies before the interval's from {exclusion.starts_on}; it must not be earlier",
                f"“{exclusion.ground.name}”的止日 {exclusion.resumes_on} 早于起日 {exclusion.starts_on}，止日不得早于起日",
            )
    for number, restart in enumerate(clock.restarts):
        _check_restart(f"restarts[{number}]", restart, terms)
    if clock.restarts:
        _check_extensions_are_dated(clock.extensions)


def _check_moment(field: str, moment: date, terms: Terms) -> None:
    if terms.unit == "hour" and not isinstance(moment, datetime):
        raise Refused(
            field,
            f'{moment} has no time of day; limit "{terms.id}" runs in hours and needs one, as in "{moment}T09:30"',
            f"“{terms.name}”以小时计算，{moment} 缺少时刻，应写到分，如“{moment} 09:30”",
        )
    if terms.unit != "hour" and isinstance(moment, datetime):
        raise Refused(
            field,
            f'{moment.isoformat()} is a date-time; limit "{terms.id}" runs in days and needs a date, as in '
            f'"{moment.date()}"',
            f"“{terms.name}”以日计算，应填日期，如“{moment.date()}”",
        )


def _check_scope(field: str, ground: Ground, terms: Terms) -> None:
    if not applies_to(ground, terms.categories):
        raise Refused(
            field,
            f'"{ground.id}" is for {"、".join(ground.scope)} only; limit "{terms.id}" is {"、".join(terms.categories)} '
            "and needs a ground of its own category",
            f"“{ground.name}”只适用于{'、'.join(ground.scope)}案件，不适用于{'、'.join(terms.categories)}案件的“{terms.name}”",
        )


def _check_restart(field: str, restart: Restart, terms: Terms) -> None:
    _check_scope(f"{field}.ground", restart.ground, terms)
    if restart.ground.mode != "restart":
        raise Refused(
            f"{field}.ground",
            f'"{restart.ground.id}" does not restart a limit; give it under "exclusions" with "from" and "to"',
            f"“{restart.ground.name}”不是重新计算审限的事由，应登记为扣除",
        )
    _check_moment(f"{field}.on", restart.on, terms)


def _check_extensions_are_dated(extensions: Iterable[Extension]) -> None:
    for number, extension in enumerate(extensions):
        if extension.approved_on is None:
            raise Refused(
                f"extensions[{number}].approved_on",
                "missing; with restarts every extension needs its date of approval, which tells whether it still stands",
                "审限已重新计算，每次延长都须填写批准日期，以判断是否仍然有效",
            )
