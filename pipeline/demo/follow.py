"""What follows from a closed case: appeal, retrial, remand, enforcement, resumed enforcement (审级链条)."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from pipeline.demo.kinds import KINDS, SECOND
from pipeline.demo.people import UPPER, procuratorate

if TYPE_CHECKING:
    from pipeline.demo.docket import Docketed

POOL = 1024
MONTHS_OF_A_FRUITLESS_SEARCH = 93  # days before enforcement may be given up for the time being (终本)
APPEALED = {"civ_ordinary": 0.17, "civ_summary": 0.085, "adm_ordinary": 0.4, "adm_summary": 0.25, "crim_ordinary": 0.16,
            "crim_summary": 0.05, "crim_summary_over3y": 0.15}  # fmt: skip
ENFORCED = {"判决": 0.42, "调解": 0.26, "维持": 0.35, "改判": 0.3}


@dataclass(frozen=True)
class FollowUp:
    """A case that will be filed because of ``other``: from which day on, where, as what, between whom."""

    day: int
    kind: str
    court: str
    relation: str  # CaseLink.kind
    other: int
    other_number: str
    cause: str
    amount: int
    parties: tuple[tuple[str, ...], tuple[str, ...]]
    detained: bool
    origin_court: str  # of the first instance


class Follower:
    """Decides how cases end and what comes after, and keeps what is waiting to be filed."""

    def __init__(self, rng: Random, workday: list[int]) -> None:
        self.rng, self.workday = rng, workday
        self.lanes: dict[str, list[tuple[int, int, FollowUp]]] = {
            "second": [],
            "enforcement": [],
            "other": [],
        }
        self.count = 0
        self._endings = {
            kind.key: rng.choices(
                list(kind.endings), cum_weights=list(accumulate(kind.endings.values())), k=POOL
            )
            for kind in KINDS.values()
        }

    def is_waiting(self, lane: str, day: int) -> bool:
        return bool(self.lanes[lane]) and self.lanes[lane][0][0] <= day

    def next(self, lane: str, day: int) -> FollowUp | None:
        return heappop(self.lanes[lane])[2] if self.is_waiting(lane, day) else None

    def follow(self, case: Docketed, day: int) -> None:
        """How the case ends on that day, and what it leads to."""
        kind = case.facts.before_closing(day).kind(case.kind)
        case.ending = self._ending(kind.key, day - case.filed)
        if kind.procedure in ("second", "retrial"):
            self._after_appeal(case, day)
        elif kind.upper:
            return  # appeals go to the high court, enforcement is not followed
        elif case.ending == "判决" and self.rng.random() < APPEALED.get(kind.key, 0):
            self._appeal(case, day, SECOND[kind.category])
        elif kind.code == "民初" and self.rng.random() < ENFORCED.get(case.ending, 0):
            self._wait(
                "enforcement", case, day + self.rng.randint(25, 150), "exec_first", case.court, "enforcement"
            )
        elif case.ending == "终结本次执行程序" and self.rng.random() < 0.35:
            self._wait(
                "enforcement", case, day + self.rng.randint(60, 240), "exec_resume", case.court, "reopened"
            )

    def _ending(self, key: str, lasted: int) -> str:
        pool = self._endings[key]
        ending = pool[int(self.rng.random() * POOL)]
        if ending == "终结本次执行程序" and lasted < MONTHS_OF_A_FRUITLESS_SEARCH:
            return "执行完毕" if self.rng.random() < 0.7 else "终结执行"
        if ending == "判决" and lasted < 6 and key.startswith(("civ", "adm")):
            return "撤诉" if self.rng.random() < 0.4 else "调解" if key.startswith("civ") else "撤诉"
        return ending

    def _appeal(self, case: Docketed, day: int, kind: str) -> None:
        """The appeal arrives within the period for it and goes up once it has been answered."""
        received = self.workday[day + self.rng.randint(6, 10)]
        answering = self.rng.randint(2, 3) if kind == "crim_second" else self.rng.randint(16, 20)
        case.appeal = (received, self.workday[received + answering])
        self._wait("second", case, case.appeal[1] + self.rng.randint(2, 6), kind, UPPER, "appeal")

    def _after_appeal(self, case: Docketed, day: int) -> None:
        origin = case.link.origin_court if case.link else ""
        if case.ending == "发回重审" and origin not in ("", UPPER):
            key = {"民事": "civ_ordinary", "刑事": "crim_ordinary"}.get(case.kind.category, "adm_ordinary")
            self._wait("other", case, day + self.rng.randint(8, 25), key, origin, "remand")
        elif case.kind.category != "民事":
            return
        elif case.kind.code == "民终" and case.ending in ("维持", "改判") and self.rng.random() < 0.014:
            self._wait("other", case, day + self.rng.randint(50, 150), "civ_retrial", UPPER, "retrial")
        elif origin and self.rng.random() < ENFORCED.get(case.ending, 0):
            self._wait(
                "enforcement", case, day + self.rng.randint(25, 120), "exec_first", origin, "enforcement"
            )

    def _wait(self, lane: str, case: Docketed, day: int, kind: str, court: str, relation: str) -> None:
        self.count += 1
        is_above = case.kind.procedure in ("second", "retrial")
        origin = case.link.origin_court if is_above and case.link else case.court
        link = FollowUp(
            day, kind, court, relation, case.id, case.number, case.cause, case.amount,
            self._parties(case, kind), case.detained, origin,
        )  # fmt: skip
        heappush(self.lanes[lane], (day, self.count, link))

    def _parties(self, case: Docketed, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The same people; an appeal is as often the defendant's."""
        left, right = case.left, case.right
        if kind == "crim_second":
            return (), right
        if kind == "crim_ordinary" and case.link:
            return (procuratorate(case.link.origin_court),), right
        swapped = KINDS[kind].procedure in ("second", "retrial") and self.rng.random() < 0.6
        return (right, left) if swapped else (left, right)
