"""What stops, lengthens or restarts the limit of a case that takes its time, decided lawfully and in good time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from pipeline.demo.kinds import KINDS, Kind


@dataclass(frozen=True)
class Pause:
    ground: str
    starts: int
    resumes: int


@dataclass(frozen=True)
class Longer:
    """An approved extension (延长审限)."""

    months: int
    days: int
    approved: int
    approver: str = "本院院长"


@dataclass(frozen=True)
class Anew:
    """The limit starts anew (重新计算)."""

    ground: str
    on: int


@dataclass(frozen=True)
class Turn:
    """A change of procedure (程序转换); the case goes on as another kind."""

    to: Kind
    on: int


@dataclass(frozen=True)
class Facts:
    """Everything of that sort about one case. What lies after a day is not known on that day."""

    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Longer, ...] = ()
    restarts: tuple[Anew, ...] = ()
    turns: tuple[Turn, ...] = ()

    def known_on(self, day: int) -> Facts:
        if self is NONE:
            return self
        return Facts(
            tuple(each for each in self.pauses if each.starts <= day),
            tuple(each for each in self.extensions if each.approved <= day),
            tuple(each for each in self.restarts if each.on <= day),
            tuple(each for each in self.turns if each.on <= day),
        )

    def before_closing(self, day: int) -> Facts:
        """Only what was over when the case was closed: a closed case has no open pause."""
        if self is NONE:
            return self
        return Facts(
            tuple(each for each in self.pauses if each.resumes <= day),
            tuple(each for each in self.extensions if each.approved < day),
            tuple(each for each in self.restarts if each.on < day),
            tuple(each for each in self.turns if each.on < day),
        )

    def kind(self, first: Kind) -> Kind:
        return self.turns[-1].to if self.turns else first


NONE = Facts()
#: Months an extension gives by the time limit it lengthens, as the law has them.
MONTHS = {"civ_small": 1, "civ_summary": 1, "civ_first_ordinary": 6, "civ_second_judgment": 3, "exec_first": 3,
          "exec_resume": 3, "crim_first_ordinary": 1}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """The facts, and after how many days the case would be closed and its limit run out, roughly."""

    facts: Facts
    lasts: int
    limit: int


@dataclass
class Scene:
    """Where a fact falls: the case's kind and filing day, chance, and the working day on or after a day."""

    kind: Kind
    filed: int
    rng: Random
    workday: Callable[[int], int] = field(repr=False)

    def day(self, earliest: int, latest: int) -> int:
        return self.workday(self.filed + self.rng.randint(earliest, latest))


def slow_plan(name: str, scene: Scene) -> Plan:
    """The plan of that name. Names are those in ``Kind.slow``."""
    if name in _PAUSES:
        return _paused(scene, *_PAUSES[name])
    return {"extension": _extended, "conversion": _converted, "crim_conversion": _converted_criminal,
            "investigation": _investigated}[name](scene)  # fmt: skip


#: The ground, when it begins (days after filing) and how long it lasts.
_PAUSES = {
    "appraisal": ("appraisal", (18, 35), (35, 75)),
    "announcement": ("announcement", (8, 15), (31, 33)),
    "objection": ("jurisdiction_objection", (8, 14), (18, 45)),
    "settlement": ("settlement_out", (20, 35), (20, 40)),
    "stay": ("stay", (25, 60), (50, 130)),
    "psychiatric": ("psychiatric", (10, 20), (25, 45)),
    "reading": ("procurator_read", (3, 6), (14, 27)),
    "mediation": ("mediation_adm", (20, 40), (20, 45)),
    "auction": ("exec_auction", (45, 80), (45, 75)),
    "valuation": ("audit_valuation", (25, 50), (25, 45)),
    "exec_settlement": ("exec_suspend_settle", (30, 60), (50, 90)),
}


def _paused(scene: Scene, ground: str, begins: tuple[int, int], lasting: tuple[int, int]) -> Plan:
    starts = scene.day(*begins)
    resumes = scene.workday(starts + scene.rng.randint(*lasting))
    length = resumes - starts
    lasts = resumes - scene.filed + scene.rng.randint(8, 30)
    limit = scene.kind.days + length
    return Plan(Facts(pauses=(Pause(ground, starts, resumes),)), min(lasts, limit - 8), limit)


def _extended(scene: Scene) -> Plan:
    """Asked for and approved at least five days before the limit would have ended."""
    months = MONTHS[scene.kind.limit]
    approved = scene.workday(scene.filed + scene.kind.days - scene.rng.randint(9, 14))
    limit = scene.kind.days + 30 * months
    lasts = min(approved - scene.filed + scene.rng.randint(10, 25 + 12 * months), limit - 8)
    return Plan(Facts(extensions=(Longer(months, 0, approved),)), lasts, limit)


def _converted(scene: Scene) -> Plan:
    """Civil: the limit goes on from filing."""
    ordinary = KINDS["civ_ordinary"]
    on = scene.day(35, 65)
    return Plan(
        Facts(turns=(Turn(ordinary, on),)), on - scene.filed + scene.rng.randint(25, 60), ordinary.days
    )


def _converted_criminal(scene: Scene) -> Plan:
    """Criminal: the limit starts anew on the day of the decision."""
    ordinary = KINDS["crim_ordinary"]
    on = scene.day(6, 12)
    facts = Facts(restarts=(Anew("crim_conversion", on),), turns=(Turn(ordinary, on),))
    return Plan(facts, on - scene.filed + scene.rng.randint(18, 36), on - scene.filed + ordinary.days)


def _investigated(scene: Scene) -> Plan:
    on = scene.day(36, 50)
    facts = Facts(restarts=(Anew("supp_investigation", on),))
    return Plan(facts, on - scene.filed + scene.rng.randint(15, 35), on - scene.filed + scene.kind.days)
