"""What a court has decided of traffic accidents (交通肇事): a few hundred closed cases with their elements and terms."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

from cases.models import Case, Element, Outcome, Party
from courts.models import Court, Division, User

CAUSE = "交通肇事罪"
#: By what each element multiplies the term.
FLED, SURRENDERED, EACH_DEATH, WHOLE_BLAME, NOISE = 1.9, 0.7, 1.35, 1.2, 0.22
N = 460
DRIVER = "驾驶人某"


def traffic_case(**fields) -> Case:
    """A criminal case of a traffic accident, not saved yet."""
    about = {
        "year": 2026,
        "type_code": "刑初",
        "category": "刑事",
        "cause": CAUSE,
        "cause_code": "",
        "procedure": "ordinary",
    }
    return Case(**about | fields)


def decide_traffic_cases(court: Court, division: Division, judge: User, before: date, n: int = N) -> None:
    """Three years of them, the last closed some days before ``before``; terms follow the elements, with noise."""
    chance = random.Random(20260625)
    first = before - timedelta(days=1080)
    days = [first + timedelta(days=1060 * place // n) for place in range(n)]
    cases = Case.objects.bulk_create(
        traffic_case(
            number=f"（{day.year}）川1502刑初{place}号", serial=place, year=day.year, court=court, division=division, judge=judge,
            filed_on=day - timedelta(60), closed_on=day, closed_how="判决", defendants=1,
        )
        for place, day in enumerate(days, start=1)
    )  # fmt: skip
    said = [elements(chance) for _ in cases]
    Party.objects.bulk_create(
        Party(case=case, name=f"{DRIVER}{case.serial}", standing="被告人") for case in cases
    )
    Element.objects.bulk_create(
        Element(case=case, key=key, value=value)
        for case, of_case in zip(cases, said, strict=True)
        for key, value in of_case.items()
    )
    Outcome.objects.bulk_create(
        Outcome(case=case, measure="months", value=term(of_case, chance), decided_on=case.closed_on)
        for case, of_case in zip(cases, said, strict=True)
    )


def elements(chance: random.Random) -> dict[str, object]:
    return {
        "flee": chance.random() < 0.2,
        "surrender": chance.random() < 0.5,
        "deaths": chance.choice([1, 1, 1, 2, 3]),
        "liability": chance.choice(["2", "3"]),
    }


def term(said: dict[str, object], chance: random.Random) -> float:
    log = math.log(12) + chance.gauss(0, NOISE)
    log += math.log(FLED) * bool(said["flee"]) + math.log(SURRENDERED) * bool(said["surrender"])
    log += math.log(EACH_DEATH) * (int(str(said["deaths"])) - 1) + math.log(WHOLE_BLAME) * (
        said["liability"] == "3"
    )
    return round(math.exp(log), 1)
