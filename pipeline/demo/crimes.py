"""What the demo court's defendants did (演示案情): scenes of seventeen offences, each with the base sentence it would carry.

Nothing here is law or practice; base sentences follow the guideline's arithmetic roughly, so that elements matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import exp
from random import Random

Elements = dict[str, object]


@dataclass(frozen=True)
class Scene:
    """What was done: the elements all defendants share, the base sentence, and the statutory range, in months."""

    elements: Elements
    base: float
    law: tuple[float, float]


@dataclass(frozen=True)
class Crime:
    """One offence: how its scenes are drawn, and how often circumstances occur."""

    scene: Callable[[Random], Scene]
    odds: Mapping[str, float] = field(default_factory=dict)
    fine: float = 0.0  # yuan a month of the sentence, about
    step: float = 1.0  # months to which sentences are rounded


# --- scenes ------------------------------------------------------------------------------------------------
Steps = tuple[tuple[float, float, float, float], ...]  # from yuan, months there, yuan a month, months at most
LAWS = {"property": ((1, 36), (36, 120), (120, 180)), "light": ((1, 36), (36, 84))}
THEFT: Steps = ((0, 5, 2_000, 34), (50_000, 38, 5_000, 118), (350_000, 124, 20_000, 172))
FRAUD: Steps = ((0, 6, 4_000, 34), (50_000, 38, 12_000, 118), (500_000, 124, 60_000, 174))
HIDDEN: Steps = ((0, 5, 9_000, 34), (500_000, 38, 60_000, 82))


def by_amount(
    amount: float, steps: Steps, laws: tuple[tuple[float, float], ...]
) -> tuple[float, tuple[float, float]]:
    place = max(at for at, step in enumerate(steps) if amount >= step[0])
    least, start, each, most = steps[place]
    return min(start + (amount - least) / each, most), laws[place]


def drawn_amount(rng: Random, median: float, spread: float) -> float:
    return max(round(median * exp(rng.gauss(0, spread)), -1), 200)


def more(rng: Random, chance: float) -> int:
    """1, seldom more."""
    n = 1
    while n < 9 and rng.random() < chance:
        n += 1
    return n


def said(**flags: bool) -> Elements:
    """The flags that are set; what nobody records was not there."""
    return {name: True for name, is_set in flags.items() if is_set}


def theft(rng: Random) -> Scene:
    amount, times = drawn_amount(rng, 6_500, 1.35), more(rng, 0.42)
    home, armed, pocket = rng.random() < 0.14, rng.random() < 0.04, rng.random() < 0.12
    base, law = by_amount(amount, THEFT, LAWS["property"])
    base += 1.2 * (times - 1) + 3 * home + 2 * armed + pocket
    return Scene(
        {"amount": amount, "times": times} | said(entered_home=home, armed=armed, pickpocket=pocket),
        base,
        law,
    )


def fraud(rng: Random) -> Scene:
    amount, victims, telecom = drawn_amount(rng, 30_000, 1.4), more(rng, 0.5), rng.random() < 0.45
    base, law = by_amount(amount, FRAUD, LAWS["property"])
    base = base * (1.15 if telecom else 1) + victims
    loss = round(amount * rng.uniform(0.4, 1.0), -1)
    times = more(rng, 0.4)
    return Scene(
        {"amount": amount, "victims": victims, "loss": loss, "times": times} | said(telecom=telecom),
        base,
        law,
    )


def contract_fraud(rng: Random) -> Scene:
    amount = drawn_amount(rng, 90_000, 1.2)
    base, law = by_amount(amount, FRAUD, LAWS["property"])
    return Scene(
        {"amount": amount, "loss": round(amount * rng.uniform(0.5, 1), -1), "times": more(rng, 0.2)},
        base,
        law,
    )


def extortion(rng: Random) -> Scene:
    amount, times = drawn_amount(rng, 9_000, 1.1), more(rng, 0.3)
    base, law = by_amount(amount, THEFT, LAWS["property"])
    return Scene({"amount": amount, "times": times}, base + 2 * times, law)


def hiding(rng: Random) -> Scene:
    amount, times = drawn_amount(rng, 40_000, 1.3), more(rng, 0.35)
    base, law = by_amount(amount, HIDDEN, LAWS["light"])
    return Scene({"amount": amount, "times": times}, base + times, law)


def robbery(rng: Random) -> Scene:
    amount, home, weapon = drawn_amount(rng, 2_500, 1.2), rng.random() < 0.12, rng.random() < 0.4
    elements = {"amount": amount, "times": more(rng, 0.15)} | said(entered_home=home, use_of_weapon=weapon)
    return Scene(
        elements, 126 if home else 46 + 10 * weapon + amount / 1_000, (120, 180) if home else (36, 120)
    )


def injury(rng: Random) -> Scene:
    is_serious = rng.random() < 0.16
    minor, serious = (0 if is_serious else more(rng, 0.12)), int(is_serious)
    weapon, fault = rng.random() < 0.3, rng.random() < 0.25
    grade = rng.randint(1, 5) if is_serious and rng.random() < 0.6 else 0
    elements = {"minor": minor, "serious": serious, "disability_grade": str(grade)}
    base = (
        (42 + 4 * grade if is_serious else 11 + 5 * (minor - 1))
        * (1.15 if weapon else 1)
        * (0.85 if fault else 1)
    )
    return Scene(
        elements | said(use_of_weapon=weapon, victim_fault=fault), base, (36, 120) if is_serious else (1, 36)
    )


def traffic(rng: Random) -> Scene:
    deaths = 1 if rng.random() < 0.78 else rng.choice((0, 0, 2))
    serious = max(more(rng, 0.15) - 1, int(not deaths))
    injured, liability = more(rng, 0.3) - 1, rng.choices("123", (12, 52, 36))[0]
    flee, licence = rng.random() < 0.16, rng.random() < 0.1
    elements = {"deaths": deaths, "serious": serious, "injured": injured, "minor": 0, "liability": liability}
    base = 12 + 7 * max(deaths - 1, 0) + 3 * serious + injured + 3 * (int(liability) - 1) + 2 * licence
    return Scene(
        elements | said(flee=flee, no_licence=licence), base + 26 * flee, (36, 84) if flee else (1, 36)
    )


def drunk(rng: Random) -> Scene:
    alcohol = round(min(80 + 62 * exp(rng.gauss(0, 0.7)), 380), 1)
    accident, licence, highway = rng.random() < 0.28, rng.random() < 0.1, rng.random() < 0.03
    base = 1.1 + (alcohol - 80) / 70 + 0.6 * accident + 0.6 * licence + 0.5 * highway
    return Scene(
        {"alcohol": alcohol} | said(accident=accident, no_licence=licence, highway=highway), base, (1, 6)
    )


def affray(rng: Random) -> Scene:
    minor, weapon = more(rng, 0.3) - 1, rng.random() < 0.3
    elements = {"minor": minor, "serious": 0} | said(use_of_weapon=weapon, victim_fault=rng.random() < 0.15)
    return Scene(elements, 11 + 5 * minor + 4 * weapon, (1, 60))


def brawl(rng: Random) -> Scene:
    weapon, minor = rng.random() < 0.3, more(rng, 0.3) - 1
    elements = {"minor": minor, "serious": 0} | said(use_of_weapon=weapon)
    return Scene(elements, 40 if weapon else 15 + 4 * minor, (36, 120) if weapon else (1, 36))


def plain(base: float, law: tuple[float, float]) -> Callable[[Random], Scene]:
    """An offence of which the catalogue knows no elements of its own."""
    return lambda rng: Scene({}, base * rng.uniform(0.8, 1.25), law)


_PROPERTY = {"returned": 0.45, "recidivist": 0.16, "previous": 0.22}
_VIOLENT = {"compensated": 0.6, "forgiven": 0.5}
CRIMES: dict[str, Crime] = {
    "危险驾驶罪": Crime(drunk, {"surrender": 0.12, "previous": 0.06}, fine=2_400, step=0.5),
    "盗窃罪": Crime(theft, _PROPERTY, fine=400),
    "诈骗罪": Crime(fraud, _PROPERTY, fine=700),
    "合同诈骗罪": Crime(contract_fraud, _PROPERTY, fine=900),
    "敲诈勒索罪": Crime(extortion, _PROPERTY, fine=400),
    "掩饰、隐瞒犯罪所得、犯罪所得收益罪": Crime(hiding, _PROPERTY, fine=500),
    "抢劫罪": Crime(robbery, {"returned": 0.3, "recidivist": 0.2, "attempt": 0.12}, fine=150),
    "故意伤害罪": Crime(injury, _VIOLENT | {"surrender": 0.35}),
    "交通肇事罪": Crime(traffic, _VIOLENT | {"compensated": 0.75, "surrender": 0.55}),
    "寻衅滋事罪": Crime(affray, _VIOLENT),
    "聚众斗殴罪": Crime(brawl, _VIOLENT),
    "帮助信息网络犯罪活动罪": Crime(plain(10, (1, 36)), {"returned": 0.4}, fine=600),
    "开设赌场罪": Crime(plain(15, (1, 60)), {"returned": 0.35}, fine=800),
    "强奸罪": Crime(plain(48, (36, 120)), {"forgiven": 0.15, "attempt": 0.15}),
    "容留他人吸毒罪": Crime(plain(7, (1, 36)), {"recidivist": 0.15}, fine=500),
    "妨害公务罪": Crime(plain(8, (1, 36)), {"forgiven": 0.3}),
    "非法捕捞水产品罪": Crime(plain(4, (1, 36)), {"surrender": 0.3}),
}
