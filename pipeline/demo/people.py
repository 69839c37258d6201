"""Who works at the demo court: its divisions, its people and the posts they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from pipeline.demo.names import people

UPPER = "川15"
BASIC = ("川1502", "川1503", "川1504", "川1523", "川1524", "川1525", "川1526", "川1527", "川1528", "川1529")
COURTS = (UPPER, *BASIC)
NEAREST = "川1502"  # 翠屏区人民法院, whose twenty cases are about to fall due
PLACES = dict(
    zip(
        COURTS,
        [
            "宜宾市",
            "翠屏区",
            "南溪区",
            "叙州区",
            "江安县",
            "长宁县",
            "高县",
            "珙县",
            "筠连县",
            "兴文县",
            "屏山县",
        ],
        strict=True,
    )
)
#: How the cases of the region fall on the basic courts.
SHARES = dict(zip(BASIC, (0.285, 0.075, 0.155, 0.085, 0.075, 0.08, 0.07, 0.06, 0.075, 0.04), strict=True))
MAIL_DOMAIN = "demo.invalid"  # no mail server of the world takes it
JUDGES_OF_THE_REGION = 330
JUDGES_OF_THE_UPPER_COURT = 48

_BENCHES = {
    "川1502": (("民事审判第一庭", "民事"), ("民事审判第二庭", "民事"), ("民事审判第三庭", "民事"), ("南岸人民法庭", "民事"),
               ("李庄人民法庭", "民事")),
    "川15": (("民事审判第一庭", "民事"), ("民事审判第二庭", "民事"), ("民事审判第三庭", "民事")),
}  # fmt: skip
_CIVIL = (("民事审判第一庭", "民事"), ("民事审判第二庭", "民事"), ("城关人民法庭", "民事"))
_JUDGES_BY_KIND = {"民事": 0.62, "刑事": 0.11, "行政": 0.05, "执行": 0.19, "立案": 0.03, "审监": 0.04}


def place(court: str) -> str:
    """The place as the names of its offices begin: 宜宾市, 宜宾市翠屏区, 江安县."""
    name = PLACES[court]
    return f"宜宾市{name}" if name.endswith("区") else name


def procuratorate(court: str) -> str:
    return f"{place(court)}人民检察院"


@dataclass(frozen=True)
class DivisionPlan:
    court: str
    name: str
    kind: str
    position: int


@dataclass
class PersonPlan:
    """A person with posts ``(role, division name or "")``, all at one court."""

    username: str
    name: str
    court: str
    posts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Bench:
    """A judge with those who work beside them, as positions in ``Staff.people``; ``division`` in ``Staff.divisions``."""

    division: int
    judge: int
    presiding: int
    assistant: int
    clerk: int
    second: int  # the third member of a panel


@dataclass
class Staff:
    divisions: list[DivisionPlan] = field(default_factory=list)
    people: list[PersonPlan] = field(default_factory=list)
    benches: dict[tuple[str, str], list[Bench]] = field(default_factory=dict)

    def position(self, username: str) -> int:
        return next(at for at, person in enumerate(self.people) if person.username == username)


#: People the manual and the journeys speak of: the username, the court, the posts; ``*`` is a generated judge's seat.
KNOWN: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "yibin_president": ("川15", [("president", ""), ("superior", "")]),
    "yibin_office": ("川15", [("trial_office", "审判管理办公室"), ("superior", "")]),
    "yibin_admin": ("川15", [("itadmin", "")]),
    "yibin_admin2": ("川15", [("trial_office", "审判管理办公室")]),
    "yibin_discipline": ("川15", [("discipline", "督察室")]),
    "yibin_politics": ("川15", [("politics", "政治部")]),
    "yibin_petition": ("川15", [("petition", "综合办公室")]),
    "yibin_member": ("川15", [("ac_member", "")]),
    "yibin_liaison": ("川15", [("external", "")]),
    "cuiping_president": ("川1502", [("president", "")]),
    "cuiping_vice": ("川1502", [("vice_president", "民事审判第一庭"), ("vice_president", "民事审判第二庭")]),
    "cuiping_head": ("川1502", [("division_head", "民事审判第一庭")]),
    "cuiping_office": ("川1502", [("trial_office", "审判管理办公室")]),
    "cuiping_filing": ("川1502", [("filing", "立案庭")]),
    "nanxi_president": ("川1503", [("president", "")]),
}
#: Who gets the seats beside the first judge of Cuiping's first civil division.
SEATED = {
    "presiding": "cuiping_presiding",
    "judge": "cuiping_judge",
    "assistant": "cuiping_assistant",
    "clerk": "cuiping_clerk",
}
#: And in its criminal division, where sentences are drafted.
SEATED_IN_CRIME = {"judge": "cuiping_crime_judge"}
CRIME_HEAD = ("川1502", ("division_head", "刑事审判庭"), "cuiping_crime_head")
DEMO_LOGINS = (*KNOWN, *SEATED.values(), *SEATED_IN_CRIME.values(), CRIME_HEAD[2])


def staff_of(rng: Random) -> Staff:
    """Everyone, court by court in organisational order."""
    staff = Staff()
    for court in COURTS:
        _hire(staff, court, rng)
    return staff


def _hire(staff: Staff, court: str, rng: Random) -> None:
    divisions = _divisions(court)
    staff.divisions.extend(divisions)
    names = iter(people(rng, 400))
    _hire_leaders(staff, court, divisions, names)
    judges = (
        JUDGES_OF_THE_UPPER_COURT if court == UPPER else max(10, round(SHARES[court] * JUDGES_OF_THE_REGION))
    )
    for kind, share in _JUDGES_BY_KIND.items():
        of_kind = [division for division in divisions if division.kind == kind]
        for number, division in enumerate(of_kind):
            seats = max(2, round(judges * share / len(of_kind)))
            _hire_bench(staff, division, seats, number == 0, names)


def _divisions(court: str) -> list[DivisionPlan]:
    benches = [
        ("立案庭", "立案"),
        ("刑事审判庭", "刑事"),
        *_BENCHES.get(court, _CIVIL),
        ("行政审判庭", "行政"),
    ]
    if court == UPPER:
        benches[1:2] = [("刑事审判第一庭", "刑事"), ("刑事审判第二庭", "刑事")]
        benches.append(("审判监督庭", "审监"))
    offices = [
        ("执行局", "执行"),
        ("审判管理办公室", "审管"),
        ("综合办公室", ""),
        ("政治部", ""),
        ("督察室", ""),
    ]
    return [
        DivisionPlan(court, name, kind, at) for at, (name, kind) in enumerate([*benches, *offices], start=1)
    ]


def _hire_leaders(staff: Staff, court: str, divisions: list[DivisionPlan], names: Iterator[str]) -> None:
    known = {username: posts for username, (at, posts) in KNOWN.items() if at == court}
    taken = {post for posts in known.values() for post in posts}
    for username, posts in known.items():
        _add(staff, username, court, posts, names)
    trial = [division.name for division in divisions if division.kind not in ("", "审管", "立案")]
    wanted = [[("president", "")], [("trial_office", "审判管理办公室")], [("filing", "立案庭")]]
    wanted += [[("vice_president", name) for name in trial[half::2]] for half in (0, 1)]
    wanted += [
        [("division_head", division.name)] for division in divisions if division.kind not in ("", "审管")
    ]
    for posts in wanted:
        posts = [post for post in posts if post not in taken]
        if posts:
            is_known = (court, posts[0]) == CRIME_HEAD[:2]
            stem = f"{court[1:]}_{posts[0][0]}_{len(staff.people)}"
            _add(staff, CRIME_HEAD[2] if is_known else stem, court, posts, names)


def _hire_bench(staff: Staff, division: DivisionPlan, seats: int, first: bool, names: Iterator[str]) -> None:
    """The judges of a division, each with an assistant and a clerk; the first of them presides over its panels."""
    seated = {"民事": SEATED, "刑事": SEATED_IN_CRIME}
    known = seated.get(division.kind, {}) if first and division.court == NEAREST else {}
    at = len(staff.divisions) - 1
    while staff.divisions[at] != division:
        at -= 1
    trios = []
    for seat in range(seats):
        stem = f"{division.court[1:]}_{division.position}_{seat + 1}"
        titles = {"assistant": f"{stem}_assistant", "clerk": f"{stem}_clerk"} | (known if seat == 1 else {})
        judge = known.get("presiding" if seat == 0 else "judge") if seat < 2 else None
        posts = [("presiding", division.name)] * (seat == 0) + [("judge", division.name)]
        trio = [_add(staff, judge or f"{stem}_judge", division.court, posts, names)]
        trio += [
            _add(staff, titles[role], division.court, [(role, division.name)], names)
            for role in ("assistant", "clerk")
        ]
        trios.append(trio)
    benches = staff.benches.setdefault((division.court, division.kind), [])
    for number, (judge_at, assistant, clerk) in enumerate(trios):
        second = trios[(number + 1) % len(trios)][0]
        second = trios[(number + 2) % len(trios)][0] if second == trios[0][0] and len(trios) > 2 else second
        benches.append(Bench(at, judge_at, trios[0][0], assistant, clerk, second))


def _add(staff: Staff, username: str, court: str, posts: list[tuple[str, str]], names: Iterator[str]) -> int:
    staff.people.append(PersonPlan(username, next(names), court, list(posts)))
    return len(staff.people) - 1
