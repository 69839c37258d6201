"""What holds of the guideline arithmetic whatever the ratios are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from catalogues import library
from deviation.guideline import check_draft, guideline_interval, sentence_range

GUIDELINE = library.sentenced().guideline(None, date(2026, 6, 30))
FACTORS = GUIDELINE.factors
OFFENCES = list(GUIDELINE.offences.values())
SMALL = 1e-6


@st.composite
def ratios(draw, *, minor=False):
    """Ratios inside their ranges, of circumstances that may stand together."""
    names = draw(st.lists(st.sampled_from(sorted(FACTORS)), unique=True, max_size=7))
    kept: dict[str, float] = {}
    for name in names:
        factor = FACTORS[name]
        if factor.family and any(FACTORS[one].family == factor.family for one in kept):
            continue
        low = -1.0 if minor and factor.more_if_minor else factor.low
        steps = draw(st.integers(0, 20))
        kept[name] = round(low + (factor.high - low) * steps / 20, 4)
    return kept


@st.composite
def bands(draw):
    offence = draw(st.sampled_from(OFFENCES))
    return offence, draw(st.sampled_from(offence.bands))


def run(base, applied, law, **more):
    return sentence_range(base=base, applied=applied, law=law, factors=FACTORS, **more)


BASES = st.integers(0, 1800).map(lambda tenths: tenths / 10)


@given(BASES, ratios(), bands())
def test_the_outcome_is_never_negative_never_above_the_statute_and_below_it_only_by_mitigation(
    base, applied, at
):
    law = at[1].law
    found = run(base, applied, law)
    assert found.r >= 0 and 0 <= found.final <= law[1]
    if found.final < law[0]:
        assert any(FACTORS[name].mitigates and ratio < 0 for name, ratio in applied.items())


@given(BASES, ratios(), bands(), st.randoms())
def test_the_order_of_the_ratios_changes_nothing(base, applied, at, rng):
    shuffled = list(applied.items())
    rng.shuffle(shuffled)
    assert run(base, dict(shuffled), at[1].law) == run(base, applied, at[1].law)


@given(BASES, ratios(), st.data())
def test_a_higher_ratio_gives_no_lower_outcome(base, applied, data):
    assume(applied)
    # Where the second tier takes off more than there is, the first tier would work the other way round.
    assume(1 + sum(ratio for name, ratio in applied.items() if FACTORS[name].tier == 2) >= 0)
    name = data.draw(st.sampled_from(sorted(applied)))
    more = {**applied, name: applied[name] + 0.05}
    assert run(base, more, (0, 180)).r >= run(base, applied, (0, 180)).r - SMALL


@given(bands(), st.integers(0, 20), st.integers(0, 24), st.booleans(), st.data())
def test_the_interval_contains_every_outcome_of_ratios_inside_their_ranges(
    at, place, increments, minor, data
):
    offence, band = at
    applied = data.draw(ratios(minor=minor))
    held = guideline_interval(
        offence=offence, band=band, increments=increments, present=list(applied), factors=FACTORS,
        discretion=GUIDELINE.discretion, minor_offence=minor,
    )  # fmt: skip
    base = band.start[0] + (band.start[1] - band.start[0]) * place / 20 + increments
    final = run(base, applied, band.law, minor_offence=minor).final
    assert held.low - SMALL <= final
    assert held.high is None or final <= held.high + SMALL
    assert (held.high is None) == band.life


@given(bands(), ratios())
def test_an_outcome_of_ratios_inside_their_ranges_is_reported_as_no_breach_but_for_what_may_not_stand_together(
    at, applied
):
    offence, band = at
    held = guideline_interval(
        offence=offence, band=band, present=list(applied), factors=FACTORS, discretion=GUIDELINE.discretion
    )
    base = band.start[1]
    final = run(base, applied, band.law).final
    found = check_draft(
        final, held, factors=FACTORS, band=band, applied=applied, present=list(applied), base=base,
        discretion=GUIDELINE.discretion,
    )  # fmt: skip
    assert set(found.codes) <= {"double_counted", "excluded_pair"}
    assert found.inside


@given(BASES, st.integers(10, 40))
def test_a_changed_table_changes_the_outcome_where_the_floor_speaks(base, percent):
    ratio = percent / 100
    higher = dict(FACTORS) | {"累犯": replace(FACTORS["累犯"], min_months=400)}
    theirs = sentence_range(base=base, applied={"累犯": ratio}, law=(0, 180), factors=higher)
    assert theirs.r > run(base, {"累犯": ratio}, (0, 180)).r
