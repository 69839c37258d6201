"""The life of a case as events (流程事件), in order, on working days, none after today."""

from __future__ import annotations

from random import Random

from pipeline.demo.almanac import Almanac
from pipeline.demo.docket import Docketed
from pipeline.demo.facts import Facts
from pipeline.demo.kinds import Kind

Event = tuple[int, str, str]  # day, node, note

LATE_SERVICE = LATE_FILE = 0.01
LATE_PUBLICATION = 0.015
IN_COURT_SHARE = 0.22
PRONOUNCED = ("判决", "维持", "改判", "驳回起诉")
SERVED = ("ordinary", "summary", "small", "")
HEARING = "开庭"
SUMMONED = 14  # days before a hearing by which it stands in the court's calendar
HOURS, ROOMS = ("09:00", "09:30", "14:30", "15:00"), ("第一法庭", "第二法庭", "第三法庭", "第五法庭")
DAYS_TO_APPEAL = 11


class Lives:
    """Tells the life of one case after another."""

    def __init__(self, almanac: Almanac, rng: Random) -> None:
        self.almanac, self.rng = almanac, rng
        self.after, self.before = almanac.on_or_after, almanac.on_or_before

    def events(self, case: Docketed, kind: Kind, closed: int | None) -> list[Event]:
        """Everything recorded about the case until today."""
        # An open case is on its way to a judgment some time from now; only what has happened is told.
        ends = closed if closed is not None else max(min(case.key, case.filed + 400), self.almanac.today + 9)
        found = [(case.filed, "立案", "")]
        if kind.course == "enforcement":
            self._enforce(found, case.filed, ends)
        else:
            self._begin(found, case.kind, case.filed, ends)
            if kind.course in ("trial", "criminal"):
                self._hear(found, kind, case.ending if closed is not None else "判决", found[-1][0], ends)
        if closed is not None:
            self._conclude(found, case, kind, closed)
        today = self.almanac.today
        summoned = self._summoned(found, case) if closed is None else []
        return sorted([event for event in found if event[0] <= today] + summoned)

    def _summoned(self, found: list[Event], case: Docketed) -> list[Event]:
        """The hearing ahead of an open case, with its hour and room; some are today, if today is a working day."""
        today = self.almanac.today
        for at, (day, node, _) in enumerate(found):
            if node == HEARING and today < day <= today + SUMMONED:
                is_ready = all(before <= today for before, _, _ in found[:at])
                on = today if is_ready and self.almanac.works[today] and case.serial % 5 == 0 else day
                return [(on, HEARING, f"{HOURS[case.serial % 4]} {ROOMS[case.serial // 4 % 4]}")]
        return []

    def _enforce(self, found: list[Event], filed: int, ends: int) -> None:
        told = self.after[filed + 1 + int(self.rng.random() * 8)]
        if told < ends:
            found.append((told, "发出执行通知", ""))
        searched = self.after[told + 8 + int(self.rng.random() * 18)]
        if searched < ends:
            found.append((searched, "完成财产调查", ""))

    def _begin(self, found: list[Event], kind: Kind, filed: int, ends: int) -> None:
        if kind.category in ("民事", "刑事", "行政"):
            found.append((min(self.after[filed + 1 + int(self.rng.random() * 3)], ends), "移送审判庭", ""))
        if kind.procedure in SERVED or kind.course == "criminal":
            late = 5 if self.rng.random() < LATE_SERVICE else 0
            served = self.after[filed + 1 + late + int(self.rng.random() * 5)]
            found.append((max(min(served, ends), found[-1][0]), "送达副本", ""))

    def _hear(self, found: list[Event], kind: Kind, ending: str, ready: int, ends: int) -> None:
        """Hearing and judgment. Cases withdrawn or settled early never come to a hearing."""
        room = ends - ready
        if ending not in PRONOUNCED and (room < 8 or self.rng.random() < 0.5):
            return
        in_court = not kind.panel and self.rng.random() < IN_COURT_SHARE
        back = 0 if in_court else 5 + int(self.rng.random() * 4)
        heard = max(self.before[ends - min(back, max(room - 1, 0))], ready)
        found.append((heard, HEARING, ""))
        if kind.panel:
            found.append((heard, "庭审结束", ""))
        if ending not in PRONOUNCED:
            return
        if kind.panel:
            span = ends - heard
            found.append((max(self.before[heard + span * 2 // 5], heard), "合议", ""))
            found.append((max(self.before[heard + span * 4 // 5], heard), "文书完成", ""))
        found.append((ends, "宣判", "当庭宣判" if in_court else ""))
        found.append((ends, "送达判决", ""))

    def _conclude(self, found: list[Event], case: Docketed, kind: Kind, closed: int) -> None:
        """After the closing: appeal or effect, publication, archive."""
        if case.appeal is not None:
            received, sent = case.appeal
            found.append((received, "收到上诉状", ""))
            if kind.course != "criminal":
                found.append((self.after[received + 1 + int(self.rng.random() * 4)], "送达上诉状副本", ""))
                found.append((self.before[sent - 1 - case.serial % 3], "收到上诉答辩状", ""))
            else:
                found.append((min(self.after[closed + DAYS_TO_APPEAL], sent), "上诉期满", ""))
            found.append((sent, "移送上诉", ""))
        elif case.ending in PRONOUNCED and kind.course in ("trial", "criminal") and not case.sealed:
            self._take_effect(found, kind, closed)
        late = 40 if self.rng.random() < LATE_FILE else 0
        found.append((self.after[closed + 25 + late + int(self.rng.random() * 50)], "归档", ""))

    def _take_effect(self, found: list[Event], kind: Kind, closed: int) -> None:
        """A first-instance judgment takes effect when the time for appeal is over, a final one at once."""
        waiting = 0 if kind.procedure in ("second", "retrial") else 11 if kind.course == "criminal" else 16
        effective = self.after[closed + waiting] if waiting else closed
        found.append((effective, "生效", ""))
        if kind.course == "criminal":
            found.append((self.after[effective + 1 + int(self.rng.random() * 7)], "交付执行", ""))
        late = 9 if self.rng.random() < LATE_PUBLICATION else 0
        found.append((self.after[effective + 1 + late + int(self.rng.random() * 6)], "上网", ""))


def facts_at(case: Docketed, closed: int | None, today: int) -> Facts:
    """What a record of the case shows today about pauses, extensions, restarts and conversions."""
    return case.facts.known_on(today) if closed is None else case.facts.before_closing(closed)
