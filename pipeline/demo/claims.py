"""How the demo court decides claims of money (演示判付): the elements of a case, and the share of the claim it awards.

As with its sentences, nothing of this is law or practice; a small effect of the court and noise remain unexplained, and a
few of the last weeks are planted as outliers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from pipeline.demo.crimes import Elements, said
from pipeline.demo.sentences import PLANTED_SHARE

SPREAD = 0.07
COURT_SPREAD = 0.02
GRADES = ("0",) * 55 + ("1",) * 25 + ("2",) * 9 + ("3",) * 5 + ("4",) * 3 + ("5",) * 2 + ("6",)


@dataclass(frozen=True)
class Decided:
    """One case: what it is about, and how much of the claim was awarded."""

    elements: Elements
    share: float
    is_planted: bool = False


Scene = Callable[[Random, float], tuple[Elements, float]]


def lending(rng: Random, claimed: float) -> tuple[Elements, float]:
    rate, years = rng.choice((0, 0, 6, 10, 12, 14.4, 18, 24)), round(rng.gammavariate(1.6, 1.0), 1)
    principal = round(claimed / (1 + rate * years / 100), -2)
    over, written = rate > 14.5, rng.random() < 0.74
    proof = rng.random() < (0.72 if written else 0.55)
    cash, guarantee = not proof and rng.random() < 0.7, rng.random() < 0.18
    share = (
        0.98
        - 0.35 * over * (1 - principal / claimed)
        - 0.12 * (not proof)
        - 0.1 * (not written)
        - 0.08 * cash
    )
    flags = said(over_cap=over, written=written, transfer_proof=proof, cash=cash, guarantee=guarantee)
    return {"principal": principal, "rate": rate, "years_overdue": years} | flags, share


def accident(rng: Random, claimed: float) -> tuple[Elements, float]:
    liability, grade = rng.choice((100, 100, 70, 70, 70, 50, 30)), rng.choice(GRADES)
    dead = grade == "0" and rng.random() < 0.08
    insured, extra, walker = rng.random() < 0.95, rng.random() < 0.7, rng.random() < 0.6
    share = 0.22 + 0.62 * liability / 100 + 0.04 * extra + 0.03 * walker - 0.06 * (not insured)
    flags = said(insured=insured, insured_extra=extra, non_motor=walker, dead=dead)
    return {"liability_share": liability, "disability": grade} | flags, share


def sale(rng: Random, claimed: float) -> tuple[Elements, float]:
    penalty, delivered, quality = rng.choice((0, 0, 5, 10, 20, 30)), rng.random() < 0.88, rng.random() < 0.22
    share = 0.97 - 0.006 * max(penalty - 10, 0) - 0.3 * (not delivered) - 0.14 * quality
    return {"penalty_rate": penalty} | said(delivered=delivered, quality_dispute=quality), share


def wages(rng: Random, claimed: float) -> tuple[Elements, float]:
    wage, years = round(rng.lognormvariate(8.45, 0.35), -1), round(rng.gammavariate(1.5, 2.0), 1)
    written, dismissed = rng.random() < 0.6, rng.random() < 0.3
    arbitrated = rng.choice((0, 30, 50, 60, 80, 100, 100))
    share = 0.35 + 0.005 * arbitrated + 0.06 * written - 0.12 * dismissed
    elements = {"monthly_wage": wage, "service_years": years, "arbitrated_share": arbitrated}
    return elements | said(written_contract=written, unlawful_dismissal=dismissed), share


def usual(rng: Random, claimed: float) -> tuple[Elements, float]:
    return {}, 0.92


CLAIMS: dict[str, Scene] = {
    "民间借贷纠纷": lending, "机动车交通事故责任纠纷": accident, "买卖合同纠纷": sale, "追索劳动报酬纠纷": wages,
    "金融借款合同纠纷": usual, "物业服务合同纠纷": usual, "劳务合同纠纷": usual,
}  # fmt: skip


def decide(cause: str, claimed: float, rng: Random, *, effect: float, may_be_planted: bool) -> Decided:
    """One claim decided; ``effect`` is the court's."""
    elements, share = CLAIMS[cause](rng, claimed)
    absent = rng.random() < 0.33
    share += 0.03 * absent + effect + rng.gauss(0, SPREAD)
    is_planted = may_be_planted and rng.random() < PLANTED_SHARE
    if is_planted:
        share = rng.uniform(0.05, 0.25) if share > 0.6 else 1.0
    elements = {"claimed": claimed} | elements | said(absent_defendant=absent)
    return Decided(elements, round(min(max(share, 0.0), 1.0), 4), is_planted)
