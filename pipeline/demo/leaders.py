"""The cases leaders of the demo court heard themselves (院庭长办案), and the grades case review gave (案件质量评查).

The docket gives every case to a bench. A part of them goes to the leaders here, about as many as the catalogue asks of
their posts, some more and some fewer; of cases tried by a panel they only preside over some.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.db import connection
from django.db.models import Q

from cases.models import Case, ProcedureEvent
from catalogues.selectors import law_in_use
from courts.models import Court, Posting
from pipeline.demo.people import COURTS, SEATED, SEATED_IN_CRIME

POSTS = {"president": "president", "vice_president": "leader", "division_head": "division_head"}
LEVELS = {3: "intermediate", 4: "basic"}
#: How much of the share required a leader heard.
LEAST, MOST = 0.7, 1.4
PRESIDES = 0.35
#: One pending case for so many closed ones.
PENDING = 16
FRESH = timedelta(days=60)
REVIEWED = "案件质量评查"
REVIEW_SHARE = 0.02
GRADES = {"优秀": 24, "合格": 66, "瑕疵：文书有笔误，已裁定补正": 8, "不合格：遗漏诉讼请求": 2}
WRITE = """
UPDATE cases_case c SET judge_id = v.judge, presiding_id = v.presiding, members = v.members::bigint[]
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[]) AS v (id, judge, presiding, members) WHERE c.id = v.id"""


@dataclass
class Tried:
    """A case as far as its panel goes."""

    id: int
    court: int
    division: int
    judge: int
    presiding: int | None
    members: list[int]


@dataclass
class Leading:
    """A leader: ``divisions`` they lead or oversee, none where the whole court is theirs."""

    person: int
    court: int
    post: str
    divisions: set[int]


def give_leaders_cases(*, day: date, seed: int) -> dict[str, int]:
    """Let leaders hear their part of what was closed since the year before, and of what is new; review some of it."""
    rng = Random(f"leaders {day} {seed}")
    since = date(day.year - 1, 1, 1)
    closed = tried(Q(closed_on__gte=since))
    fresh = tried(Q(closed_on=None, filed_on__gte=day - FRESH, filed_on__lt=day))
    changed: list[Tried] = []
    for leader in leaders():
        many = round(duty_of(leader, closed, day) * rng.uniform(LEAST, MOST))
        changed += hand_over(leader, closed, many, rng)
        changed += hand_over(leader, fresh, max(many // PENDING, 1), rng)
    write(changed)
    return {"leaders_cases": len(changed), "reviews": review(rng, since, day)}


def tried(which: Q) -> dict[int, list[Tried]]:
    """Cases with a bench by division; those of the people the manual speaks of stay with them."""
    known = [*SEATED.values(), *SEATED_IN_CRIME.values()]
    rows = Case.objects.filter(which, sealed="", judge__isnull=False).exclude(judge__username__in=known)
    found: dict[int, list[Tried]] = defaultdict(list)
    for row in rows.order_by("pk").values_list("pk", "court", "division", "judge", "presiding", "members"):
        found[row[2]].append(Tried(*row))
    return found


def leaders() -> list[Leading]:
    """Those who hear cases, with the divisions they lead."""
    found: dict[tuple[int, str], Leading] = {}
    for post in hearing_posts():
        key = (post.user_id, post.role)
        leader = found.setdefault(key, Leading(post.user_id, post.court_id, POSTS[post.role], set()))
        leader.divisions |= {post.division_id} - {None}
    return list(found.values())


def hearing_posts() -> list[Posting]:
    """Posts of the presidents, of one vice president a court, and of the heads of civil and criminal divisions."""
    posts = Posting.objects.filter(role__in=POSTS, ends_on=None, court__code__in=COURTS).order_by("pk")
    vices: dict[int, int] = {}
    found = []
    for post in posts.select_related("user", "division"):
        first = (
            vices.setdefault(post.court_id, post.user_id) if post.role == "vice_president" else post.user_id
        )
        heads = post.role != "division_head" or post.division.kind in ("民事", "刑事")
        if heads and first == post.user_id:
            found.append(post)
    return found


def duty_of(leader: Leading, closed: dict[int, list[Tried]], day: date) -> float:
    """How many cases the least share required makes, of the mean of the court or of the division."""
    court = Court.objects.get(pk=leader.court)
    rules = law_in_use().quotas.duties_of(court.pk, day).values()
    rule = next(
        (one for one in rules if (one.level, one.post) == (LEVELS.get(court.level), leader.post)), None
    )
    if rule is None:
        return 0.0
    own = rule.of == "division"
    judges: dict[int, set[int]] = defaultdict(set)
    count = 0
    for division, cases in closed.items():
        if cases[0].court == leader.court and (not own or division in leader.divisions):
            judges[0] |= {case.judge for case in cases}
            count += len(cases)
    return rule.low * count / max(len(judges[0]), 1)


def hand_over(leader: Leading, cases: dict[int, list[Tried]], many: int, rng: Random) -> list[Tried]:
    """So many cases of the leader's divisions, with the leader in them; they are nobody else's from now on."""
    wanted = sorted(
        leader.divisions or {division for division, some in cases.items() if some and some[0].court == leader.court}
    )  # fmt: skip
    found = []
    for number in range(many):
        some = cases.get(wanted[number % len(wanted)]) if wanted else None
        if some and len(some) > 1:
            case = some.pop(rng.randrange(len(some)))
            seat(leader.person, case, rng)
            found.append(case)
    return found


def seat(leader: int, case: Tried, rng: Random) -> None:
    """As presiding judge of a panel, or as the judge of the case."""
    if case.members and rng.random() < PRESIDES and case.presiding != case.judge:
        before, case.presiding = case.presiding, leader
    else:
        before, case.judge = case.judge, leader
        if case.presiding == before:
            case.presiding = leader
    case.members = [leader if member == before else member for member in case.members]


def write(cases: Iterable[Tried]) -> None:
    rows = [
        (case.id, case.judge, case.presiding, f"{{{','.join(map(str, dict.fromkeys(case.members)))}}}")
        for case in cases
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * 4)


def review(rng: Random, since: date, day: date) -> int:
    """Some closed cases were reviewed some weeks later."""
    closed = Case.objects.filter(closed_on__gte=since, sealed="", judge__isnull=False).order_by("pk")
    grades, weights = list(GRADES), list(GRADES.values())
    events = []
    for case, closed_on in closed.values_list("pk", "closed_on"):
        if rng.random() >= REVIEW_SHARE:
            continue
        on = closed_on + timedelta(days=rng.randint(20, 75))
        if on < day:
            note = rng.choices(grades, weights)[0]
            events.append(ProcedureEvent(case_id=case, node=REVIEWED, on=on, note=note, origin="feed"))
    return len(ProcedureEvent.objects.bulk_create(events, batch_size=2000))
