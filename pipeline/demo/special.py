"""The open cases the demo must have on its day: near the limit, past it, paused, and pending for long."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pipeline.demo.dues import Dues
from pipeline.demo.facts import MONTHS, NONE, Facts, Longer, Pause
from pipeline.demo.kinds import KINDS, Kind
from pipeline.demo.people import BASIC, NEAREST, UPPER

NEAR_DAYS = 5
FAR_ENOUGH = 9  # days between today and any other due date at Cuiping


@dataclass(frozen=True)
class Reserved:
    """A case that is filed on its day and stays open."""

    filed: int
    court: str
    kind: Kind
    facts: Facts
    detained: bool = False
    judge: str = ""  # a username; anyone if empty


#: What the twenty are: kind, whether extended, whose.
TWENTY = (
    [("civ_summary", False, "cuiping_judge")] * 2 + [("civ_ordinary", False, "cuiping_judge")]
    + [("civ_ordinary", False, "cuiping_presiding")] + [("civ_small", False, "")] * 3 + [("civ_summary", False, "")] * 3
    + [("civ_summary", True, "")] * 2 + [("civ_ordinary", True, "")] * 1 + [("exec_first", False, "")] * 4
    + [("exec_first", True, "")] + [("exec_resume", False, "")] + [("crim_ordinary", False, "")]
)  # fmt: skip
PAST = ((NEAREST, "civ_summary"), ("川1523", "exec_first"), (UPPER, "civ_second"))
PAUSED = (("civ_ordinary", "appraisal"), ("civ_ordinary", "stay"), ("civ_summary", "appraisal"), ("civ_summary", "announcement"),
          ("civ_ordinary", "jurisdiction_objection"), ("exec_first", "exec_auction"), ("exec_first", "exec_suspend_settle"),
          ("crim_ordinary", "psychiatric"), ("civ_summary", "settlement_out"), ("adm_ordinary", "stay"))  # fmt: skip
LONG = ((NEAREST, "civ_ordinary", 20, 24), ("川1504", "exec_first", 19, 21), (UPPER, "civ_upper", 22, 28),
        (NEAREST, "civ_ordinary", 13, 17), ("川1503", "civ_ordinary", 13, 16), ("川1525", "exec_first", 12.5, 15),
        ("川1528", "civ_ordinary", 13, 16))  # fmt: skip
EXTENDED_LONG = (
    (NEAREST, 12.6, 13.4),
    ("川1524", 12.6, 13.4),
)  # ordinary + 6 + 3 months: still within the limit


def reserved(dues: Dues, rng: Random, *, fewer: float = 1.0) -> list[Reserved]:
    """All of them, by filing day. ``fewer`` thins out those that are not counted to a number."""
    found = [_near(dues, rng, *recipe) for recipe in TWENTY]
    found += [
        _elsewhere(dues, rng, court) for court in (UPPER, *BASIC[1:]) for _ in range(_few(rng, 1.6 * fewer))
    ]
    found += [_past(dues, rng, court, KINDS[kind]) for court, kind in PAST]
    found += [_paused(dues, rng) for _ in range(round(44 * fewer))]
    found += [_long(dues, rng, *each) for each in LONG]
    found += [_long_extended(dues, rng, *each) for each in EXTENDED_LONG]
    return sorted(found, key=lambda each: each.filed)


def _few(rng: Random, mean: float) -> int:
    return rng.randint(0, round(2 * mean))


def _near(dues: Dues, rng: Random, kind: str, extended: bool, judge: str) -> Reserved:
    case = _falling_due(dues, rng, NEAREST, KINDS[kind], extended, judge, (0, NEAR_DAYS))
    if case is None:  # the whole window is a holiday: only the detained are due on days off
        case = _falling_due(dues, rng, NEAREST, KINDS["crim_ordinary"], extended, "", (0, NEAR_DAYS))
    assert case is not None
    return case


def _elsewhere(dues: Dues, rng: Random, court: str) -> Reserved:
    kind = KINDS["civ_second" if court == UPPER else rng.choice(("civ_summary", "exec_first", "civ_small"))]
    case = _falling_due(dues, rng, court, kind, False, "", (0, 12))
    assert case is not None
    return case


def _past(dues: Dues, rng: Random, court: str, kind: Kind) -> Reserved:
    case = _falling_due(dues, rng, court, kind, False, "", (-18, -2))
    assert case is not None
    return case


def _falling_due(
    dues: Dues, rng: Random, court: str, kind: Kind, extended: bool, judge: str, window: tuple[int, int]
) -> Reserved | None:
    """A case filed on a working day whose limit ends that many days from today; None if there is no such day."""
    almanac = dues.almanac
    earliest, latest = (almanac.dates[almanac.today + days] for days in window)
    detained = kind.detained > 0
    months = MONTHS[kind.limit] if extended else 0
    about = almanac.today - kind.days - round(30.4 * months)
    found = []
    for filed in range(about + window[0] - 16, about + window[1] + 6):
        if not almanac.works[filed]:
            continue
        approved = almanac.on_or_before[filed + kind.days - 9]
        facts = Facts(extensions=(Longer(months, 0, approved),)) if extended else NONE
        due = dues.due(kind, filed, facts, detained=detained)
        if due is not None and earliest <= due <= latest:
            found.append(Reserved(filed, court, kind, facts, detained, judge))
    return rng.choice(found) if found else None


def _paused(dues: Dues, rng: Random) -> Reserved:
    name, ground = rng.choice(PAUSED)
    kind = KINDS[name]
    almanac = dues.almanac
    began = almanac.on_or_before[almanac.today - rng.randint(3, 40)]
    filed = almanac.on_or_before[began - rng.randint(8, min(kind.days - 20, 60))]
    pause = Pause(ground, began, almanac.today + rng.randint(6, 60))
    court = rng.choice(BASIC)
    return Reserved(filed, court, kind, Facts(pauses=(pause,)), detained=kind.detained > 0)


def _long(dues: Dues, rng: Random, court: str, name: str, least: float, most: float) -> Reserved:
    """Stayed (中止) a few months after filing and not resumed since."""
    almanac, kind = dues.almanac, KINDS[name]
    filed = almanac.on_or_before[almanac.today - round(30.5 * rng.uniform(least, most))]
    began = almanac.on_or_after[filed + rng.randint(40, 120)]
    pause = Pause("stay", began, almanac.today + rng.randint(20, 90))
    return Reserved(filed, court, kind, Facts(pauses=(pause,)))


def _long_extended(dues: Dues, rng: Random, court: str, least: float, most: float) -> Reserved:
    almanac, kind = dues.almanac, KINDS["civ_ordinary"]
    filed = almanac.on_or_before[almanac.today - round(30.5 * rng.uniform(least, most))]
    approvals = (
        Longer(6, 0, almanac.on_or_before[filed + 172]),
        Longer(3, 0, almanac.on_or_before[filed + 355], "宜宾市中级人民法院"),
    )
    return Reserved(filed, court, kind, Facts(extensions=approvals))
