"""What a newly filed case is made of: kind, court, number, cause, parties, amount, judge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

from pipeline.demo.almanac import Almanac
from pipeline.demo.kinds import (
    ENFORCEMENT_SHARE,
    KINDS,
    ORIGINAL,
    SECOND_SHARE,
    UNLINKED_SECOND,
    Kind,
)
from pipeline.demo.names import BANKS, companies, people
from pipeline.demo.people import SHARES, UPPER, Bench, Staff, place, procuratorate
from pipeline.demo.shape import LATEST

POOL = 4096
A_YEAR = 2 * LATEST.new
OFFICES = (
    "人民政府",
    "公安局",
    "自然资源和规划局",
    "市场监督管理局",
    "人力资源和社会保障局",
    "住房和城乡建设局",
)
#: Who sues whom: see ``Intake._side``.
SIDES_BY_CAUSE = {
    "金融借款合同纠纷": "BP", "信用卡纠纷": "BP", "小额借款合同纠纷": "BP", "物业服务合同纠纷": "CP", "追偿权纠纷": "MM",
    "买卖合同纠纷": "MM", "承揽合同纠纷": "MM", "运输合同纠纷": "MM", "装饰装修合同纠纷": "MM", "建设工程施工合同纠纷": "MC",
    "劳务合同纠纷": "PM", "追索劳动报酬纠纷": "PC", "确认劳动关系纠纷": "PC", "商品房预售合同纠纷": "PC", "保证合同纠纷": "MP",
    "房屋租赁合同纠纷": "MM", "提供劳务者受害责任纠纷": "PM", "机动车交通事故责任纠纷": "PM", "股东出资纠纷": "CP",
    "申请撤销仲裁裁决": "CC", "申请破产清算": "CC", "申请支付令": "MP", "债权人代位权纠纷": "CM",
}  # fmt: skip
GROUP_SHARE = 0.002  # cases with ten plaintiffs or more


T = TypeVar("T")


def pool(rng: Random, items: Sequence[T], weights: Iterable[float]) -> list[T]:
    """Many draws made at once, to be picked from later."""
    return rng.choices(items, cum_weights=list(accumulate(weights)), k=POOL)


class Intake:
    """Draws from pools prepared once, so that a million cases take seconds."""

    def __init__(self, almanac: Almanac, rng: Random, factor: float, start: int) -> None:
        self.almanac, self.rng, self.factor, self.start = almanac, rng, factor, start
        self.people = people(rng, 12_000)
        self.companies = companies(rng, 3_000)
        self.serials: dict[tuple[int, str, str], int] = {}
        draws = _original()
        self._draws = [pair for pair, share in draws for _ in range(round(share * 400))]
        self._courts = pool(rng, list(SHARES), SHARES.values())
        self._unlinked = pool(rng, list(UNLINKED_SECOND), UNLINKED_SECOND.values())
        self._causes = {
            kind.key: pool(rng, list(kind.causes), kind.causes.values()) for kind in KINDS.values()
        }
        self._lasts = {kind.key: self._durations(kind) for kind in KINDS.values()}
        self._amounts = [rng.lognormvariate(0, 1.25) for _ in range(POOL)]
        self._shares = _shares_by_code()

    def _durations(self, kind: Kind) -> list[int]:
        shape = 2.2
        return [max(1, round(self.rng.gammavariate(shape, kind.mean / shape))) for _ in range(POOL)]

    def _pick(self, items: Sequence[T]) -> T:
        return items[int(self.rng.random() * len(items))]

    def draw(self) -> tuple[Kind, str]:
        return self._pick(self._draws)

    def unlinked(self, lane: str) -> tuple[Kind, str]:
        """A case whose forerunner was decided before the demo begins, or by others."""
        if lane == "second":
            return KINDS[self._pick(self._unlinked)], UPPER
        court = UPPER if self.rng.random() < 0.02 else self._pick(self._courts)
        return KINDS["exec_resume" if self.rng.random() < 0.06 else "exec_first"], court

    def lasts(self, kind: Kind) -> int:
        return self._pick(self._lasts[kind.key])

    def cause(self, kind: Kind) -> str:
        return self._pick(self._causes[kind.key])

    def amount(self, kind: Kind) -> int:
        """In fen; 0 where the kind has none."""
        return int(kind.amount * 100 * self._pick(self._amounts)) if kind.amount else 0

    def number(self, court: str, code: str, day: int) -> tuple[str, int]:
        """The next number of that court, year and type. Years the demo enters late do not begin with 1."""
        year = self.almanac.dates[day].year
        key = (year, court, code)
        serial = self.serials.get(key)
        if serial is None:
            serial = self._before(court, code, day)
        self.serials[key] = serial = serial + 1
        return f"（{year}）{court}{code}{serial}号", serial

    def _before(self, court: str, code: str, day: int) -> int:
        new_year = self.almanac.dates[day].replace(month=1, day=1)
        if self.almanac.number(new_year) >= self.start:
            return 0
        gone = (day - self.almanac.number(new_year)) / 365
        return int(A_YEAR * self.factor * self._shares[court, code] * gone)

    def bench(self, staff: Staff, court: str, kind: Kind) -> Bench:
        return self._pick(staff.benches[court, kind.bench])

    # --- parties ----------------------------------------------------------------------------------------
    def parties(self, kind: Kind, court: str, cause: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        left, right = kind.sides
        if kind.course == "criminal":
            return (
                (procuratorate(court),) if left else (),
                self._persons(1 if self.rng.random() < 0.82 else 3),
            )
        if kind.category == "行政":
            office = (place(court) + self._pick(OFFICES),)
            return (self._persons(1), office) if left != "申请人" else (office, self._persons(1))
        sorts = SIDES_BY_CAUSE.get(cause, "PP" if cause else "MM")
        return self._side(sorts[0], chance_of_many=0.04) if left else (), self._side(
            sorts[1]
        ) if right else ()

    def _side(self, sort: str, *, chance_of_many: float = 0.2) -> tuple[str, ...]:
        """P people, C a company, B a bank, M mostly people."""
        chance = self.rng.random()
        if sort == "B":
            return (self._pick(BANKS),)
        if sort == "C" or (sort == "M" and chance < 0.35):
            return (self._pick(self.companies),)
        if chance > 1 - GROUP_SHARE and chance_of_many < 0.1:
            return self._persons(self.rng.randint(10, 36))
        return self._persons(2 if chance > 1 - chance_of_many else 1)

    def _persons(self, n: int) -> tuple[str, ...]:
        if n == 1:
            return (self._pick(self.people),)
        return tuple(self.rng.sample(self.people, n))


def _original() -> list[tuple[tuple[Kind, str], float]]:
    found: list[tuple[tuple[Kind, str], float]] = []
    for kind in ORIGINAL:
        if kind.upper:
            found.append(((kind, UPPER), kind.share))
        else:
            found.extend(((kind, court), kind.share * share) for court, share in SHARES.items())
    return found


def _shares_by_code() -> dict[tuple[str, str], float]:
    """Of a year's filings in the region, the share with that court and type code, roughly."""
    shares: dict[tuple[str, str], float] = defaultdict(lambda: 0.00002)
    for (kind, court), share in _original():
        shares[court, kind.code] += share / 100
    for court, share in {UPPER: 0.02, **SHARES}.items():
        shares[court, "执"] += ENFORCEMENT_SHARE / 100 * share * 0.9
        shares[court, "执恢"] += ENFORCEMENT_SHARE / 100 * share * 0.1
    for key, share in UNLINKED_SECOND.items():
        shares[UPPER, KINDS[key].code] += SECOND_SHARE / 100 * share / 100
    return shares
