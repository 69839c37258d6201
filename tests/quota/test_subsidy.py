"""The pool is shared out to the cent (以案定补)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quota.subsidy import share_pool


def test_shares_follow_weighted_cases_and_quality():
    shares = share_pool(Decimal("1000.00"), {"甲": 100, "乙": 100}, {"甲": 1.1, "乙": 0.9})
    assert shares == {"甲": Decimal("550.00"), "乙": Decimal("450.00")}


def test_a_cent_left_over_goes_to_the_largest_part_cut_off_then_to_the_first():
    shares = share_pool(Decimal("0.05"), {"甲": 1, "乙": 1, "丙": 2}, dict.fromkeys("甲乙丙", 1))
    assert list(shares.values()) == [Decimal("0.01"), Decimal("0.01"), Decimal("0.03")]
    alike = share_pool(Decimal("0.02"), dict.fromkeys("甲乙丙", 1), dict.fromkeys("甲乙丙", 1))
    assert list(alike.values()) == [Decimal("0.01"), Decimal("0.01"), Decimal("0.00")]


people = st.lists(
    st.tuples(st.floats(0, 500, allow_nan=False), st.floats(0.7, 1.1)), min_size=1, max_size=30
).filter(lambda rows: any(weighted for weighted, _ in rows))


@given(st.integers(0, 10**9), people)
def test_the_shares_are_exactly_the_pool(cents, rows):
    pool = Decimal(cents) / 100
    weighted = {str(place): weight for place, (weight, _) in enumerate(rows)}
    shares = share_pool(pool, weighted, {str(place): quality for place, (_, quality) in enumerate(rows)})
    assert sum(shares.values()) == pool
    assert all(share >= 0 and share == share.quantize(Decimal("0.01")) for share in shares.values())


@given(st.integers(1, 10**9), people)
def test_nobody_is_a_cent_away_from_their_exact_share(cents, rows):
    weighted = {str(place): weight for place, (weight, _) in enumerate(rows)}
    quality = {str(place): multiplier for place, (_, multiplier) in enumerate(rows)}
    claims = {person: Decimal(str(weighted[person])) * Decimal(str(quality[person])) for person in weighted}
    for person, share in share_pool(Decimal(cents) / 100, weighted, quality).items():
        assert abs(share * 100 - cents * claims[person] / sum(claims.values())) < Decimal("1.000001")


@pytest.mark.parametrize(
    ("pool", "weighted", "quality", "why"),
    [
        ("10.005", {"甲": 1}, {"甲": 1}, "at most two decimals"),
        ("-1", {"甲": 1}, {"甲": 1}, "no sum of money"),
        ("NaN", {"甲": 1}, {"甲": 1}, "no sum of money"),
        ("10", {"甲": 1, "乙": 1}, {"甲": 1}, "quality: 乙 has none"),
        ("10", {"甲": -1}, {"甲": 1}, "less than nothing"),
        ("10", {"甲": 0}, {"甲": 1}, "nobody has a weighted case"),
    ],
)
def test_what_cannot_be_shared_is_refused_in_a_sentence(pool, weighted, quality, why):
    with pytest.raises(ValueError, match=why):
        share_pool(Decimal(pool), weighted, quality)


def test_of_an_empty_pool_everybody_gets_nothing():
    assert share_pool(Decimal(0), {"甲": 0}, {"甲": 1}) == {"甲": Decimal("0.00")}
