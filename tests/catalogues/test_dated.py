"""Which version of a rule holds on a day."""

from dataclasses import dataclass
from datetime import date

import pytest

from catalogues.dated import NotInForce, in_force, in_force_or_earliest


@dataclass(frozen=True)
class Service:
    """How long service by publication takes (公告送达)."""

    days: int
    effective_from: date
    effective_to: date | None = None


OLD, PRESENT = Service(60, date(1991, 4, 9)), Service(30, date(2022, 1, 1))


def test_the_latest_version_already_effective_holds():
    assert in_force([PRESENT, OLD], date(2021, 12, 31)) is OLD
    assert in_force([OLD, PRESENT], date(2022, 1, 1)) is PRESENT


def test_nothing_holds_before_the_first_version():
    with pytest.raises(NotInForce, match="1990-01-01"):
        in_force([OLD, PRESENT], date(1990, 1, 1))


def test_a_version_holds_on_its_last_day_and_not_after():
    ended = Service(60, date(1991, 4, 9), date(2021, 12, 31))
    assert in_force([ended], date(2021, 12, 31)) is ended
    with pytest.raises(NotInForce, match="ended on 2021-12-31"):
        in_force([ended], date(2022, 1, 1))


def test_a_day_before_all_versions_gets_the_earliest_and_is_told_so():
    assert in_force_or_earliest([PRESENT], date(2020, 5, 1)) == (PRESENT, True)
    assert in_force_or_earliest([PRESENT], date(2024, 5, 1)) == (PRESENT, False)


def test_no_versions_at_all_is_not_in_force():
    with pytest.raises(NotInForce):
        in_force_or_earliest([], date(2024, 1, 1))
