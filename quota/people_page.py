"""What the pages about quota judges show (员额法官): courts and people in organisational order, nobody before another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from cases.periods import add_months
from catalogues.selectors import law_in_use
from courts.models import Availability, Court, Posting, User
from courts.roles import Permission
from quota.models import Candidate, QuotaJudge, Seat
from quota.people import SUSPENDS, triggers_of
from quota.reach import region_of
from quota.vacancies import Places, places_in

COURTS_ORDER = ("position", "code", "pk")


def courts_seen(user: User) -> QuerySet[Court]:
    """The courts whose quota this person may see, in organisational order."""
    seen = region_of(user, Permission.SEE_QUOTA)
    return Court.objects.filter(pk__in=seen, recognised=True).order_by(*COURTS_ORDER)


def courts_planned(user: User) -> QuerySet[Court]:
    """The courts whose people this person manages, in organisational order."""
    planned = region_of(user, Permission.PLAN_QUOTA)
    return Court.objects.filter(pk__in=planned, recognised=True).order_by(*COURTS_ORDER)


# --- a court's line -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CourtLine:
    """A court: its seats in force, who sits, what is open; ``advice`` says how many seats the yearly review might ask for."""

    court: Court
    places: Places
    advice: str


def lines_of(courts: Iterable[Court], on: date) -> list[CourtLine]:
    courts = list(courts)
    places = places_in([court.pk for court in courts], on)
    pressures = pressures_of([court.pk for court in courts], on)
    return [
        CourtLine(
            court, places[court.pk], advice_of(court.pk, pressures.get(court.pk, {}), places[court.pk], on)
        )
        for court in courts
    ]


def pressures_of(courts: Collection[int], on: date) -> dict[int, dict[int, float]]:
    """Need over seats of each court by year, from the plans that were published for the years."""
    stood = Seat.objects.filter(plan__state__in=["published", "superseded"], plan__year__lte=on.year)
    rows = stood.filter(court__in=courts, seats__gt=0).order_by(
        "court_id", "plan__year", "plan__court__level", "-plan__decided_at", "-plan_id"
    )
    newest = rows.distinct("court_id", "plan__year")
    found: dict[int, dict[int, float]] = {}
    for court, year, need, seats in newest.values_list("court", "plan__year", "need", "seats"):
        found.setdefault(court, {})[year] = need / seats
    return found


def advice_of(court_id: int, pressures: Mapping[int, float], places: Places, on: date) -> str:
    """What the pressure of consecutive years suggests (动态调整提示): more seats, or fewer by vacancies alone; "" for neither."""
    settings = law_in_use().quotas.settings_of(court_id, on)
    years = [on.year - back for back in range(int(settings["pressure_years"]))]
    known = [pressures[year] for year in years if year in pressures]
    if len(known) < len(years):
        return ""
    said = "、".join(f"{year}年 {pressures[year]:.2f}" for year in reversed(years))
    if min(known) >= settings["pressure_high"]:
        return f"连续{len(years)}年压力不低于 {settings['pressure_high']}（{said}），可提请增加员额"
    if max(known) <= settings["pressure_low"]:
        free = max(0, places.vacant or 0)
        return f"连续{len(years)}年压力不高于 {settings['pressure_low']}（{said}），只可收回空缺（现有 {free} 名），不减在任法官"
    return ""


# --- the people of a court ------------------------------------------------------------------------------------------
@dataclass
class TermLine:
    """A term with the division its judge is posted to today, and what is to be seen to about it."""

    term: QuotaJudge
    post: Posting | None
    hints: list[str] = field(default_factory=list)


def terms_of(court: Court, on: date, *, past: bool) -> list[TermLine]:
    """Who sits at the court (or sat), by division in organisational order, by name within it."""
    held = Posting.objects.held_on(on).filter(court=court).select_related("division").order_by("pk")
    terms = QuotaJudge.objects.filter(court=court).select_related("person", "court", "candidate")
    terms = terms.filter(left_on__lte=on) if past else terms.exclude(left_on__lte=on)
    terms = terms.prefetch_related(Prefetch("person__postings", queryset=held, to_attr="posts_here"))
    away = away_since({term.person_id for term in terms}, on)
    lines = [TermLine(term, post_of(term.person), hints_of(term, away, on)) for term in terms]
    return sorted(lines, key=in_order)


def post_of(person: User) -> Posting | None:
    """The post shown of a person: one in a division rather than none."""
    posts: list[Posting] = getattr(person, "posts_here", [])
    return next((post for post in posts if post.division_id), posts[0] if posts else None)


def in_order(line: TermLine) -> tuple[Any, ...]:
    division = line.post.division if line.post else None
    place = (0, division.position, division.name) if division else (1, 0, "")
    return (*place, line.term.person.name, line.term.pk)


def hints_of(term: QuotaJudge, away: Mapping[int, date], on: date) -> list[str]:
    if term.left_on is not None and term.left_on <= on:
        return []
    return [hint for hint in (hint_of_absence(term, away, on), hint_of_post(term.candidate, on)) if hint]


def hint_of_absence(term: QuotaJudge, away: Mapping[int, date], on: date) -> str:
    """Whether an absence has lasted as long as the catalogue lets it count on (中止计员额); nothing happens by itself."""
    since = away.get(term.person_id)
    for one in triggers_of(term.court_id, on).values() if since else ():
        if since and one.effect == SUSPENDS and one.months and add_months(since, one.months) <= on:
            return f"自 {since} 起不办案，已满 {one.months} 个月：{one.name}，可办理中止计员额"
    return ""


def hint_of_post(candidate: Candidate | None, on: date) -> str:
    if candidate is None or not candidate.has_admin_post or candidate.gave_up_post_on is not None:
        return ""
    until = candidate.gives_up_post_by
    if until is None:
        return "综合部门职务尚未免去"
    return f"综合部门职务应于 {until} 前免去，{'已逾期' if until < on else '尚未登记'}"


def away_since(people: Collection[int], on: date) -> dict[int, date]:
    """Since when each of them has given no time to cases without a break, of those who give none today."""
    rows = Availability.objects.filter(user__in=people, fraction=0, starts_on__lte=on).order_by(
        "user", "-starts_on"
    )
    found: dict[int, date] = {}
    for person, starts_on, ends_on in rows.values_list("user", "starts_on", "ends_on"):
        reached = found.get(person)
        if (reached is None and ends_on >= on) or (reached and ends_on >= reached - timedelta(days=1)):
            found[person] = starts_on
    return found


# --- double posts ---------------------------------------------------------------------------------------------------
def double_posts(courts: Iterable[Court]) -> list[Candidate]:
    """Appointed people who have not given up their administrative post (双重身份), by court, then by their deadline's day."""
    found = Candidate.objects.filter(
        selection__court__in=courts, outcome="appointed", has_admin_post=True, gave_up_post_on=None, term__left_on=None
    ).select_related("person", "selection__court", "term")  # fmt: skip
    order = (
        "selection__court__position",
        "selection__court__code",
        F("gives_up_post_by").asc(nulls_last=True),
    )
    return list(found.order_by(*order, "person__name", "pk"))


# --- one term -------------------------------------------------------------------------------------------------------
def page_of(term: QuotaJudge, on: date, *, sees_reasons: bool) -> dict[str, Any]:
    """Posts, availability and teams of the person per period, and the grounds of their exit, if any.

    Why somebody is away or left is for themselves and who manages people: others read the days and the shares alone.
    """
    person = term.person
    known = triggers_of(term.court_id, on)
    return {
        "term": term,
        "trigger": known[term.trigger].name if term.trigger in known else term.trigger,
        "posts": person.postings.select_related("court", "division").order_by("-starts_on", "pk"),
        "availabilities": percentages(person.availabilities.order_by("-starts_on")),
        "teams": person.team_places.select_related("team__court").order_by("-joined_on", "pk"),
        "hints": hints_of(term, away_since([person.pk], on), on) if sees_reasons else [],
        "sees_reasons": sees_reasons,
        "on": on,
    }


def percentages(rows: Iterable[Availability]) -> list[tuple[Availability, str]]:
    return [(row, percent(row.fraction)) for row in rows]


def percent(fraction: Decimal) -> str:
    return f"{fraction:.0%}"


def may_read(user: User, term: QuotaJudge) -> bool:
    """The person themselves, and who may see the quota of the court."""
    return user.pk == term.person_id or term.court_id in region_of(user, Permission.SEE_QUOTA)
