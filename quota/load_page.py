"""What pages show of workload (工作量页面): divisions and people in organisational order, never by how much they carry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from courts.models import Court, Posting, User
from courts.reach import court_and_below
from courts.roles import ROLE_CHOICES, SPAN, Permission, Role, Span, may
from quota.loads import Load, Norms, available_on, norms_of, open_loads
from quota.models import Team, TeamMember

#: Who is expected to hear cases.
HEARS = ("president", "vice_president", "ac_member", "division_head", "presiding", "judge")
ORDER = {role: place for place, (role, _name) in enumerate(ROLE_CHOICES)}


@dataclass(frozen=True)
class Remit:
    """Where somebody may see workloads: a court, and which divisions of it (None: all)."""

    court: Court
    divisions: frozenset[int] | None
    drills: bool


@dataclass(frozen=True)
class Line:
    """One person, team or sum: ``months`` is None for whoever has no time for cases."""

    name: str
    load: Load
    available: Decimal
    months: Decimal | None
    full: Decimal | None
    person: int | None = None
    post: str = ""
    helpers: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Block:
    """A division with its people, and their sum."""

    name: str
    lines: list[Line]
    total: Line


def remits_of(user: User) -> list[Remit]:
    """The courts in organisational order; of a division's post, the divisions."""
    whole: dict[int, bool] = {}
    parts: dict[int, set[int]] = {}
    for seat in user.seats:
        role = Role(seat.role)
        if not may(role, Permission.SEE_WORKLOAD):
            continue
        if SPAN[role] is Span.DIVISION:
            parts.setdefault(seat.court_id, set()).update({seat.division_id} - {None})
        elif SPAN[role] is Span.COURT:
            whole[seat.court_id] = True
        else:
            whole = dict.fromkeys(court_and_below(seat.court_id), False) | whole
    courts = Court.objects.filter(pk__in={*whole, *parts})
    return [
        Remit(court, None, whole[court.pk])
        if court.pk in whole
        else Remit(court, frozenset(parts[court.pk]), True)
        for court in courts
    ]


def blocks_of(remit: Remit, day: date) -> list[Block]:
    """The divisions of a remit with the people posted there today; each person once, where they stand first."""
    seats = _seats(remit, day)
    loads, norms = open_loads(remit.court.pk, day), norms_of(remit.court.pk, day)
    gone = _gone(remit, loads, {seat.user_id for seat in seats})
    available = available_on([seat.user_id for seat in seats], day)
    blocks: dict[str, list[Line]] = {}
    for seat in seats:
        line = _line(seat.user.name, loads.get(seat.user_id, Load()), available[seat.user_id], norms)
        more = {"person": seat.user_id, "post": seat.get_role_display()}
        blocks.setdefault(str(seat.division or _("院领导及未定部门")), []).append(
            Line(**{**vars(line), **more})
        )
    found = [Block(name, lines, _sum(name, lines, norms)) for name, lines in blocks.items()]
    return found + _gone_block(gone, loads, norms)


def teams_of(remit: Remit, day: date) -> list[Line]:
    """The trial teams (审判团队) with the work of their judges together, and how many assistants and clerks they have.

    Who answers for divisions reads of a team only its members posted there, and nothing of one whose members all are
    posted elsewhere.
    """
    teams = Team.objects.filter(court=remit.court, opened_on__lte=day).order_by(
        "division__position", "name", "pk"
    )
    teams = teams.filter(Q(closed_on=None) | Q(closed_on__gt=day))
    if remit.divisions is not None:
        teams = teams.filter(division__in=remit.divisions)
    members = TeamMember.objects.filter(team__in=teams, joined_on__lte=day).exclude(left_on__lte=day)
    placed: dict[int, list[tuple[int, str]]] = {}
    inside = _posted_in(remit, day)
    for team, person, part in members.values_list("team", "person", "part"):
        among = placed.setdefault(team, [])
        if inside is None or person in inside:
            among.append((person, part))
    loads, norms = open_loads(remit.court.pk, day), norms_of(remit.court.pk, day)
    available = available_on({person for rows in placed.values() for person, _part in rows}, day)
    shown = [team for team in teams if placed.get(team.pk) != []]
    return [_team(team, placed.get(team.pk, []), loads, available, norms) for team in shown]


def _posted_in(remit: Remit, day: date) -> set[int] | None:
    """Who holds any post in the divisions of the remit; None where it is the whole court."""
    if remit.divisions is None:
        return None
    held = Posting.objects.held_on(day).filter(court=remit.court, division__in=remit.divisions)
    return set(held.values_list("user", flat=True))


def own_line(user: User, court_id: int, day: date) -> Line:
    """One's own open work in a court."""
    load = open_loads(court_id, day).get(user.pk, Load())
    return _line(user.name, load, available_on([user.pk], day)[user.pk], norms_of(court_id, day))


def _seats(remit: Remit, day: date) -> list[Posting]:
    held = Posting.objects.held_on(day).filter(court=remit.court, role__in=HEARS, user__is_active=True)
    if remit.divisions is not None:
        held = held.filter(division__in=remit.divisions)
    seats = sorted(held.select_related("user", "division"), key=_place)
    return list({seat.user_id: seat for seat in reversed(seats)}.values())[::-1]


def _place(seat: Posting) -> tuple[bool, int, str, int, str, int]:
    """Organisational order: who stands in no division first, then division by division, post by post."""
    division = seat.division
    return (
        division is not None, division.position if division else 0, division.name if division else "",
        ORDER[seat.role], seat.user.name, seat.user_id,
    )  # fmt: skip


def _gone(remit: Remit, loads: Mapping[int, Load], shown: Collection[int]) -> list[tuple[int, str]]:
    """People who carry open cases of the court and hold no post there any more; shown to who sees the whole court."""
    if remit.divisions is not None:
        return []
    people = User.objects.filter(pk__in=set(loads) - set(shown)).order_by("name", "pk")
    return list(people.values_list("pk", "name"))


def _gone_block(people: list[tuple[int, str]], loads: Mapping[int, Load], norms: Norms) -> list[Block]:
    if not people:
        return []
    lines = [Line(name, loads[pk], Decimal(0), None, None, person=pk) for pk, name in people]
    name = _("不在审判岗位、仍有未结案件")
    return [Block(name, lines, _sum(name, lines, norms))]


def _team(
    team: Team,
    members: list[tuple[int, str]],
    loads: Mapping[int, Load],
    available: Mapping[int, Decimal],
    norms: Norms,
) -> Line:
    judges = [person for person, part in members if part == "judge"]
    load = sum((loads.get(person, Load()) for person in judges), Load())
    line = _line(team.name, load, sum((available[person] for person in judges), Decimal(0)), norms)
    count = [part for _person, part in members].count
    return Line(**{**vars(line), "helpers": (count("assistant"), count("clerk"))})


def _sum(name: str, lines: Iterable[Line], norms: Norms) -> Line:
    lines = list(lines)
    load = sum((line.load for line in lines), Load())
    return _line(name, load, sum((line.available for line in lines), Decimal(0)), norms)


def _line(name: str, load: Load, available: Decimal, norms: Norms) -> Line:
    months = norms.months(load.weighted, available)
    full = None if months is None else 100 * months / norms.normal_months
    return Line(name, load, available, months, full)
