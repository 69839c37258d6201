"""How the demo court sentences (演示量刑): circumstances drawn as they occur, arithmetic like the guideline's, and noise.

A sentence is the arithmetic's result times a small effect of the court times noise of ``SPREAD`` in the logarithm, which no
model can explain. A few of the last weeks are planted as outliers, ``PLANTED_FACTORS`` times too long or too short within
the law: what came before them is what a model learns from. Gender, age, education, ethnicity and household have no
influence at all: the page on fairness must find nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp
from random import Random

from pipeline.demo.crimes import Crime, Elements, Scene, said

SPREAD = 0.4
COURT_SPREAD = 0.08
PLANTED_SHARE, PLANTED_DAYS, PLANTED_FACTORS = 0.02, 30, (5.0, 10.0)
MITIGATES = ("surrender", "accessory", "attempt", "minor_16_18", "merit")
#: Ratios of the arithmetic, near the middle of what the guideline allows. The first group multiplies.
FIRST = {"accessory": -0.35, "attempt": -0.3, "minor_16_18": -0.35}
THEN = {"surrender": -0.2, "confession": -0.12, "plea_leniency": -0.1, "returned": -0.15, "merit": -0.12,
        "recidivist": 0.2, "previous": 0.06}  # fmt: skip
FORGIVEN, COMPENSATED = -0.25, -0.12
LEAST_RATIO = -0.6
NATIONS = ("汉族",) * 92 + ("彝族",) * 3 + ("苗族",) * 3 + ("回族", "土家族")
SCHOOLS = ("小学",) * 25 + ("初中",) * 45 + ("高中",) * 12 + ("中专",) * 8 + ("大专",) * 6 + ("本科",) * 4
HOMES = (
    ("四川省宜宾市",) * 70
    + ("四川省泸州市",) * 10
    + ("云南省昭通市",) * 9
    + ("贵州省毕节市",) * 6
    + ("重庆市",) * 5
)

USUALLY = {"surrender": 0.22, "plea_leniency": 0.86, "recidivist": 0.06, "previous": 0.12, "merit": 0.015}


@dataclass
class Sentenced:
    """One defendant: circumstances of their own, what is kept apart for the check of fairness, and the sentence."""

    elements: Elements
    protected: Elements
    outcomes: dict[str, float] = field(default_factory=dict)
    is_planted: bool = False


@dataclass(frozen=True)
class Accused:
    """Who stands accused: their place among several, 0 for the only one; the year; what the case says of them."""

    place: int
    year: int
    is_minor: bool = False
    is_detained: bool = False


def sentence(
    crime: Crime, scene: Scene, accused: Accused, rng: Random, *, effect: float, may_be_planted: bool
) -> Sentenced:
    """What one defendant gets; ``effect`` is the court's."""
    own = circumstances(crime, accused, rng)
    found = Sentenced(own, protected(rng, accused.year, is_minor=accused.is_minor))
    length = lawful(scene, own, rng, effect)
    if may_be_planted and (other := outlier(length, scene, own, rng)):
        length, found.is_planted = other, True
    length = max(round(length / crime.step) * crime.step, 1.0)
    found.outcomes = {"months": length}
    if length <= 36:
        found.outcomes["probation"] = float(is_suspended(own, length, accused.is_detained, rng))
    if crime.fine:
        yuan = crime.fine * length * exp(rng.gauss(0, 0.35))
        found.outcomes["fine"] = max(round(yuan / 500) * 500, 1_000)
    return found


def circumstances(crime: Crime, accused: Accused, rng: Random) -> Elements:
    odds = USUALLY | dict(crime.odds)
    own = said(**{name: rng.random() < chance for name, chance in odds.items()})
    if accused.place > 1 and rng.random() < 0.65:
        own["accessory"] = True
    if "surrender" not in own and rng.random() < 0.75:
        own["confession"] = True
    if "recidivist" in own:
        own.pop("previous", None)
    if accused.is_minor:
        own["minor_16_18"] = True
    return own


def lawful(scene: Scene, own: Elements, rng: Random, effect: float) -> float:
    """The arithmetic, the court and the noise, within the law."""
    length = scene.base * ratio(own) * exp(effect + rng.gauss(0, SPREAD))
    if own.get("recidivist"):
        length = max(length, scene.base + 3)
    return min(max(length, least_of(scene, own)), scene.law[1])


def least_of(scene: Scene, own: Elements) -> float:
    return 1.0 if any(name in own for name in MITIGATES) else max(scene.law[0], 1.0)


def outlier(length: float, scene: Scene, own: Elements, rng: Random) -> float | None:
    """The sentence far too long or far too short, where the law has room for it; None for most."""
    if rng.random() >= PLANTED_SHARE:
        return None
    factor = rng.uniform(*PLANTED_FACTORS)
    least, most = least_of(scene, own), scene.law[1]
    return next((other for other in (length * factor, length / factor) if least <= other <= most), None)


def ratio(own: Elements) -> float:
    """The factors in two steps, as the guideline has them: first those that multiply, then the sum of the others."""
    first = 1.0
    for name, change in FIRST.items():
        first *= 1 + change if name in own else 1
    then = sum(change for name, change in THEN.items() if name in own)
    if "compensated" in own:
        then += FORGIVEN if "forgiven" in own else COMPENSATED
    elif "forgiven" in own:
        then += COMPENSATED
    return first * (1 + max(then, LEAST_RATIO))


def is_suspended(own: Elements, length: float, detained: bool, rng: Random) -> bool:
    if "recidivist" in own:
        return False
    for_it = (
        0.9 * ("surrender" in own)
        + 0.9 * ("forgiven" in own)
        + 0.5 * ("plea_leniency" in own)
        + 0.5 * ("returned" in own)
    )
    against = 1.3 * ("previous" in own) + 1.4 * detained + (length - 10) / 12
    return rng.random() < 1 / (1 + exp(against - for_it))


def protected(rng: Random, year: int, *, is_minor: bool) -> Elements:
    """What must not matter and, here, does not."""
    age = 17 if is_minor else int(min(18 + rng.gammavariate(2.2, 8.5), 79))
    return {
        "gender": "2" if rng.random() < 0.86 else "1",
        "birth_year": year - age,
        "education": rng.choice(SCHOOLS),
        "ethnicity": rng.choice(NATIONS),
        "household": rng.choice(HOMES),
    }
