"""Sharing out the pool for cases handled (办案补助, 以案定补): by weighted cases and quality, to the cent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

Number = int | float | Decimal
CENT = Decimal("0.01")


def share_pool(
    pool: Decimal, weighted: Mapping[str, Number], quality: Mapping[str, Number]
) -> dict[str, Decimal]:
    """Yuan per person, pool × W·q / Σ(W·q), in the order of ``weighted``; the sums are exactly the pool.

    Cents left over go to the largest parts of a cent cut off; between equal ones to whoever comes first.
    """
    cents = _cents(pool)
    claims = {person: _claim(person, weighted, quality) for person in weighted}
    whole = sum(claims.values(), Fraction(0))
    if not whole:
        if not cents:
            return dict.fromkeys(claims, Decimal("0.00"))
        raise ValueError("weighted: nobody has a weighted case to share the pool by; give at least one")
    exact = {person: cents * claim / whole for person, claim in claims.items()}
    shares = {person: int(share) for person, share in exact.items()}
    behind = sorted(exact, key=lambda person: shares[person] - exact[person])
    for person in behind[: cents - sum(shares.values())]:
        shares[person] += 1
    return {person: share * CENT for person, share in shares.items()}


def _cents(pool: Decimal) -> int:
    if not pool.is_finite() or pool < 0 or pool % CENT:
        raise ValueError(f"pool: {pool} is no sum of money; give yuan with at most two decimals, 0 or more")
    return int(pool / CENT)


def _claim(person: str, weighted: Mapping[str, Number], quality: Mapping[str, Number]) -> Fraction:
    if person not in quality:
        raise ValueError(
            f"quality: {person} has none; what one person gets bears on all, so give everybody's"
        )
    claim = _exact(weighted[person]) * _exact(quality[person])
    if claim < 0:
        raise ValueError(f"weighted, quality: {person} has less than nothing; give 0 or more")
    return claim


def _exact(value: Number) -> Fraction:
    return Fraction(str(value))
