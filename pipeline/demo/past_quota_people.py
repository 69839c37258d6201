"""Who sits on the demo court's quota (演示员额法官): terms, exits, availability, teams, two rounds of selection."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from audit import trail
from courts.models import Court, Division, Posting, User
from pipeline.demo.leaders import hearing_posts
from pipeline.demo.living import Past, person
from pipeline.demo.people import COURTS, NEAREST, SEATED, SEATED_IN_CRIME
from quota.appointing import appoint, publish_notice, record_committee, record_report
from quota.availability import record_availability
from quota.models import Candidate, QuotaJudge, Selection, Team, TeamMember
from quota.people import ENTER
from quota.proposing import propose
from quota.selecting import add_candidate, open_selection, record_stage, review_candidate, start_scoring
from quota.teams import join_team, open_team
from quota.term_requests import approve_request, propose_exit
from quota.vacancies import places_in

POLITICS, PRESIDENT = "yibin_politics", "yibin_president"
SOURCE = "演示数据"
BATCHES = (date(2017, 6, 30), date(2019, 9, 27), date(2021, 11, 18), date(2023, 8, 31))
#: One judge of so many is not on the quota.
OFF_QUOTA = 14
LEADERS = {"president": "0.30", "vice_president": "0.40", "division_head": "0.70"}
POSTS_SAID = {
    "president": "院长，行政管理",
    "vice_president": "副院长，分管工作",
    "division_head": "庭长，庭务管理",
}
#: Leave and secondments: share left for cases, days from the demo's day to their begin and end, why.
ABSENCES = (
    ("0", -70, 88, "产假"),
    ("0", -160, 40, "借调省法院"),
    ("0.50", -30, 30, "病假，半日工作"),
    ("0", -12, 20, "党校脱产学习"),
    ("0.30", -120, 245, "挂职锻炼"),
    ("0.60", -40, 140, "哺乳期"),
    ("0.80", -180, 180, "兼任审判管理联络员"),
    ("0", 14, 45, "年休假与培训"),
)
LACKING_ASSISTANT, LACKING_CLERK = 0.11, 0.05


# --- terms -------------------------------------------------------------------------------------------------
def seat_judges(past: Past) -> None:
    """The judges of the benches but a few, and the leaders who hear cases; entered once in one of four batches."""
    terms: list[QuotaJudge] = []
    for court in courts():
        for user in on_quota(court):
            entered_on = past.rng.choice(BATCHES)
            basis = f"{entered_on.year}年入额任命文件（{SOURCE}）"
            terms.append(QuotaJudge(person_id=user, court=court, entered_on=entered_on, basis=basis))
    terms += came_back(terms[-1])
    QuotaJudge.objects.bulk_create(terms)
    trail.record(ENTER, at=past.at, because=SOURCE, after={"people": len(terms)})
    past.done["quota_judges"] += len(terms)


def courts() -> list[Court]:
    return list(Court.objects.filter(code__in=COURTS).order_by("position", "code"))


def on_quota(court: Court) -> list[int]:
    """The leaders who hear cases, and the judges of the benches but a few."""
    posts = (
        Posting.objects.filter(court=court, ends_on=None, role="judge").select_related("user").order_by("pk")
    )
    known = {*SEATED.values(), *SEATED_IN_CRIME.values()}
    benches = list(dict.fromkeys(post.user for post in posts))
    left_out = {user for user in benches[OFF_QUOTA - 1 :: OFF_QUOTA] if user.username not in known}
    found = [post.user for post in hearing_posts() if post.court_id == court.pk]
    return [user.pk for user in dict.fromkeys([*found, *benches]) if user not in left_out]


def came_back(term: QuotaJudge) -> list[QuotaJudge]:
    """An earlier term of somebody who left for another post and entered again."""
    term.entered_on = BATCHES[-1]
    earlier = QuotaJudge(
        person_id=term.person_id, court=term.court, entered_on=BATCHES[0], left_on=date(2021, 3, 1),
        basis=f"2017年入额任命文件（{SOURCE}）", trigger="other_post", reason="转任综合办公室工作，任职文件（演示数据）",
    )  # fmt: skip
    return [earlier]


def judges_at(code: str, kind: str = "民事") -> list[User]:
    """Judges of the benches of a court who sit on the quota, without those the manual speaks of."""
    sitting = QuotaJudge.objects.filter(court__code=code, left_on=None).values("person")
    known = [*SEATED.values(), *SEATED_IN_CRIME.values()]
    posts = Posting.objects.filter(court__code=code, role="judge", user__in=sitting, division__kind=kind)
    found = posts.exclude(user__username__in=known).select_related("user").order_by("pk")
    return [post.user for post in found]


def leave_some(past: Past, place: int) -> None:
    """Three go, put forward and approved: one seconded for long, one to another post, one at their own wish."""
    going = {
        5: (NEAREST, "民事", "absent", "借调市委政法委超过六个月，中止计员额"),
        9: ("川1504", "执行", "other_post", "转任司法警察大队教导员，任职文件（演示数据）"),
        16: ("川1523", "民事", "own_wish", "本人书面申请退出员额（演示数据）"),
    }
    if place not in going:
        return
    code, kind, trigger, reason = going[place]
    people = judges_at(code, kind)
    if people:
        term = QuotaJudge.objects.get(person=people[-1], left_on=None)
        told = {"left_on": past.day, "trigger": trigger, "reason": reason}
        asked = past.did(propose_exit, term=term, by=person(POLITICS), **told)
        if asked:
            past.did(approve_request, request=asked, by=person(PRESIDENT))


# --- availability -------------------------------------------------------------------------------------------
def share_time(past: Past, day: date) -> None:
    """The part of their year leaders have for cases; leave, secondments and part-time posts of others."""
    by, first, last = person(POLITICS), date(day.year, 1, 1), date(day.year, 12, 31)
    terms = QuotaJudge.objects.filter(left_on=None).values("person")
    posts = Posting.objects.filter(role__in=LEADERS, ends_on=None, user__in=terms).select_related("user")
    for role, user in {post.user_id: (post.role, post.user) for post in posts.order_by("-pk")}.values():
        said = {"fraction": Decimal(LEADERS[role]), "reason": POSTS_SAID[role]}
        past.did(record_availability, person=user, starts_on=first, ends_on=last, by=by, **said)
    for number, (fraction, begins, ends, why) in enumerate(ABSENCES * 2):
        people = judges_at(COURTS[1 + number % 4])
        if people:
            past.did(
                record_availability, person=people[3 + number % max(len(people) - 3, 1)] if len(people) > 3 else people[0],
                starts_on=day + timedelta(days=begins), ends_on=day + timedelta(days=ends),
                fraction=Decimal(fraction), reason=why, by=by,
            )  # fmt: skip


# --- teams --------------------------------------------------------------------------------------------------
def form_teams(past: Past, day: date) -> None:
    """A standing team of every division that hears cases; two fast-track teams of the court nearby, one clerk short."""
    opened = day - timedelta(days=700)
    fast = {kind: judges_at(NEAREST, kind)[-1:] for kind in ("民事", "刑事")}
    taken = {user.pk for people in fast.values() for user in people}
    helpers = set(helpers_of(past, fast))
    standing(past, opened, taken | helpers)
    for kind, judges in fast.items():
        if judges:
            form_fast(past, kind, judges[0], day)


def helpers_of(past: Past, fast: dict[str, list[User]]) -> list[int]:
    return [
        post.user_id
        for judges in fast.values()
        for judge in judges
        for post in helping(judge, "assistant", 2)
    ] + [post.user_id for judges in fast.values() for judge in judges for post in helping(judge, "clerk", 1)]


def helping(judge: User, role: str, many: int) -> list[Posting]:
    division = Posting.objects.filter(user=judge, role="judge").values("division")
    return list(
        Posting.objects.filter(division__in=division, role=role).select_related("user").order_by("-pk")[:many]
    )


def standing(past: Past, opened: date, taken: set[int]) -> None:
    """Set-based: what a court reports when it begins."""
    on = dict(QuotaJudge.objects.filter(left_on=None).values_list("person", "entered_on"))
    members: dict[int, list[tuple[str, int]]] = defaultdict(list)
    posts = Posting.objects.filter(
        role__in=("judge", "assistant", "clerk"), ends_on=None, court__code__in=COURTS
    )
    lacking = {"assistant": LACKING_ASSISTANT, "clerk": LACKING_CLERK, "judge": 0.0}
    for user, division, role in posts.order_by("pk").values_list("user", "division", "role"):
        if division is None or user in taken or past.rng.random() < lacking[role]:
            continue
        if role != "judge" or user in on:
            members[division].append((role, user))
    divisions = Division.objects.in_bulk(members)
    teams = Team.objects.bulk_create(
        Team(court_id=divisions[pk].court_id, division_id=pk, name=f"{divisions[pk].name}审判团队", kind="standard", opened_on=opened)
        for pk in members
    )  # fmt: skip
    TeamMember.objects.bulk_create(
        TeamMember(team=team, person_id=user, part=role, joined_on=max(opened, on.get(user, opened)))
        for team in teams
        for role, user in members[team.division_id or 0]
    )
    past.done["teams"] += len(teams)


def form_fast(past: Past, kind: str, judge: User, day: date) -> None:
    by = person(POLITICS)
    division = Posting.objects.filter(user=judge, role="judge").select_related("division").first().division
    told = {"name": f"{kind}速裁团队", "kind": "fast", "opened_on": past.day}
    team = past.did(open_team, court=Court.objects.get(code=NEAREST), division=division, by=by, **told)
    if team is None:
        return
    people = [("judge", judge)] + [
        (role, post.user)
        for role, many in (("assistant", 2), ("clerk", 1))
        for post in helping(judge, role, many)
    ]
    for part, user in people:
        past.did(join_team, team=team, person=user, part=part, joined_on=past.day, by=by)


# --- selection ----------------------------------------------------------------------------------------------
def open_round(past: Past, name: str, *, among: tuple[str, ...]) -> Selection | None:
    """A round for one or two seats at the first of the courts that has any left."""
    found = {court.code: court for court in Court.objects.filter(code__in=among)}
    places = places_in([court.pk for court in found.values()], past.day)
    for code in among:
        seats = places[found[code].pk].unpromised or 0
        if seats > 0:
            told = {"name": name, "category": "default", "seats": min(seats, 2), "by": person(POLITICS)}
            return past.did(open_selection, court=found[code], **told)
    return None


def register(past: Past, selection: Selection, many: int) -> None:
    """Assistants of the court stand; one of them has not the years of service."""
    by = person(POLITICS)
    court = selection.court
    posts = Posting.objects.filter(court=court, role="assistant", ends_on=None).select_related("user")
    for number, post in enumerate(posts.order_by("pk")[5 : 5 + 3 * many : 3]):
        about = {"is_leader": False, "has_admin_post": number == 1, "by": by}
        candidate = past.did(add_candidate, selection=selection, person=post.user, **about)
        if candidate:
            fits = number != many - 1
            why = "" if fits else "法律工作经历不足五年"
            past.did(review_candidate, candidate=candidate, qualified=fits, why=why, by=by)
    past.did(start_scoring, selection=selection, by=by)


def mark(past: Past, selection: Selection, stages: tuple[str, ...]) -> None:
    for candidate in selection.candidates.filter(qualified=True).order_by("person"):
        marks = {stage: Decimal(past.rng.randint(680, 940)) / 10 for stage in stages}
        past.did(record_stage, candidate=candidate, marks=marks, by=person(POLITICS))


def decide_round(past: Past, selection: Selection) -> None:
    """The committee's view, recorded by another person: those proposed are endorsed, as far as there are seats."""
    people = list(selection.candidates.filter(outcome__in=("proposed", "tied")).order_by("person"))
    given = {
        one.pk: (place < selection.seats, "" if place < selection.seats else "遴选委综合评议未通过")
        for place, one in enumerate(people)
    }
    past.did(record_committee, selection=selection, decisions=given, by=person(PRESIDENT))


def appoint_all(past: Past, selection: Selection) -> None:
    by = person(POLITICS)
    for candidate in Candidate.objects.filter(selection=selection, outcome="endorsed").order_by("person"):
        if candidate.is_leader:
            past.did(record_report, candidate=candidate, on=past.day, by=by)
        until = past.day + timedelta(days=30) if candidate.has_admin_post else None
        told = {
            "entered_on": past.day,
            "basis": f"市人大常委会任命决定（{SOURCE}）",
            "gives_up_post_by": until,
        }
        past.did(appoint, candidate=candidate, by=by, **told)


def live_selection(past: Past, place: int) -> None:
    """One round from its opening to the appointment; another that stands at its marks."""
    first = Selection.objects.filter(name="第一批遴选").first()
    second = Selection.objects.filter(name="第二批遴选").first()
    if place == 3:
        open_round(past, "第一批遴选", among=(NEAREST, "川1504", *COURTS))
    elif place == 4 and first:
        register(past, first, 6)
    elif place == 7 and first:
        mark(past, first, ("assessment", "exam", "interview", "handling"))
    elif place == 8 and first:
        past.did(propose, selection=first, by=person(POLITICS))
    elif place == 10 and first:
        decide_round(past, first)
    elif place == 11 and first:
        week = past.day + timedelta(days=6)
        past.did(publish_notice, selection=first, starts_on=past.day, ends_on=week, by=person(POLITICS))
    elif place == 18 and first:
        appoint_all(past, first)
    elif place == 14:
        open_round(past, "第二批遴选", among=("川1528", "川1504", *COURTS))
    elif place == 15 and second:
        register(past, second, 5)
    elif place == 20 and second:
        mark(past, second, ("assessment", "exam"))
