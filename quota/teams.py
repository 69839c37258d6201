"""Trial teams (审判团队): who works with whom from when to when, and what assistants and clerks a court lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from fractions import Fraction

from django.db import transaction
from django.db.models import Q, QuerySet

from audit import trail
from catalogues.quota_law import TeamType
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, Division, User
from courts.roles import Role
from quota.models import QuotaJudge, Team, TeamMember
from quota.people_guard import is_posted, permit, refuse_if
from quota.staffing import Support, support_needed
from quota.staffing import Team as Counted
from quota.staffing import TeamType as Ratio

OPEN, CLOSE, JOIN, LEAVE = "quota.open_team", "quota.close_team", "quota.join_team", "quota.leave_team"
PARTS = dict(TeamMember.PARTS)
POSTS = {"assistant": Role.ASSISTANT, "clerk": Role.CLERK}


def kinds_of(court_id: int, on: date) -> dict[str, TeamType]:
    """The types of team (审判团队类型) by code, in the order of the catalogue."""
    return dict(law_in_use().quotas.teams_of(court_id, on))


@transaction.atomic
def open_team(
    *,
    court: Court,
    division: Division | None,
    name: str,
    kind: str,
    opened_on: date,
    by: User | None,
    at: datetime,
) -> Team:
    """Form a team of a type. Forming the same one twice is the same as once."""
    permit(OPEN, court=court, by=by)
    known = Team.objects.filter(court=court, name=name.strip(), closed_on=None).first()
    if known and (known.division, known.kind, known.opened_on) == (division, kind, opened_on):
        return known
    problem = "本院已有同名的团队，请换一个名称。" if known else problem_of_team(court, division, name, kind)
    refuse_if(problem, OPEN, on=court, by=by)
    team = Team.objects.create(
        court=court, division=division, name=name.strip(), kind=kind, opened_on=opened_on
    )
    after = {"name": team.name, "kind": kind, "opened_on": str(opened_on)}
    trail.record(OPEN, on=team, by=by, at=at, after=after)
    return team


def problem_of_team(court: Court, division: Division | None, name: str, kind: str) -> str:
    if not name.strip():
        return "请填写团队名称，如“速裁一团队”。"
    if kind not in kinds_of(court.pk, today()):
        return f"团队类型“{kind}”不在目录中，请从列表中选择。"
    if division is not None and division.court_id != court.pk:
        return f"{division}不是{court}的部门，请选择该院的部门。"
    return ""


@transaction.atomic
def close_team(*, team: Team, closed_on: date, by: User | None, at: datetime) -> Team:
    """Dissolve a team (撤销团队); its members leave it the same day."""
    stored = held(team)
    permit(CLOSE, court=stored.court, by=by)
    if stored.closed_on == closed_on:
        return stored
    inside = stored.members.filter(left_on=None)
    latest = max([stored.opened_on, *inside.values_list("joined_on", flat=True)])
    problem = f"“{stored}”已于 {stored.closed_on} 撤销。" if stored.closed_on else ""
    if closed_on < latest:
        problem = problem or f"撤销日应不早于团队组建和成员加入之日 {latest}。"
    refuse_if(problem, CLOSE, on=stored, by=by)
    stored.closed_on = closed_on
    stored.save(update_fields=["closed_on"])
    left = inside.update(left_on=closed_on)
    trail.record(
        CLOSE, on=stored, by=by, at=at, after={"name": stored.name, "on": str(closed_on), "left": left}
    )
    return stored


def held(team: Team) -> Team:
    return Team.objects.select_for_update(of=("self",)).select_related("court").get(pk=team.pk)


@transaction.atomic
def join_team(
    *, team: Team, person: User, part: str, joined_on: date, by: User | None, at: datetime
) -> TeamMember:
    """Put a person into a team (加入团队) as what they are: a quota judge, an assistant or a clerk of the court.

    A person works in one team at a time. Joining twice is the same as once.
    """
    stored = held(team)
    permit(JOIN, court=stored.court, by=by)
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    same = stored.members.filter(person=person, part=part, joined_on=joined_on).first()
    if same:
        return same
    refuse_if(problem_of_joining(stored, person, part, joined_on), JOIN, on=stored, by=by)
    member = TeamMember.objects.create(team=stored, person=person, part=part, joined_on=joined_on)
    after = {"team": stored.name, "person": person.name, "part": part, "joined_on": str(joined_on)}
    trail.record(JOIN, on=stored, by=by, at=at, after=after)
    return member


def problem_of_joining(team: Team, person: User, part: str, joined_on: date) -> str:
    if team.closed_on is not None:
        return f"“{team}”已于 {team.closed_on} 撤销，不能加入。"
    if joined_on < team.opened_on:
        return f"加入日应不早于团队组建日 {team.opened_on}。"
    if problem := problem_of_part(team.court, person, part, joined_on):
        return problem
    places = TeamMember.objects.filter(person=person, team__court=team.court).select_related("team")
    other = places.filter(Q(left_on=None) | Q(left_on__gt=joined_on)).first()
    return f"{person}在“{other.team}”，请先办理离开。" if other else ""


def problem_of_part(court: Court, person: User, part: str, on: date) -> str:
    """Why the person cannot have this part: one kind of people never counts for another."""
    if part == "judge":
        sits = QuotaJudge.objects.sitting_on(on).filter(person=person, court=court).exists()
        return "" if sits else f"{person}在 {on} 不是{court}的员额法官，不能作为团队法官。"
    if part not in POSTS:
        return f"角色应为：{'、'.join(PARTS.values())}。"
    return "" if is_posted(person, court, POSTS[part]) else f"{person}目前不是{court}的{PARTS[part]}。"


@transaction.atomic
def leave_team(*, member: TeamMember, left_on: date, by: User | None, at: datetime) -> TeamMember:
    """Take a person out of a team (离开团队), from a day on. Twice is the same as once."""
    stored = TeamMember.objects.select_for_update(of=("self",)).select_related("person", "team__court").get(pk=member.pk)  # fmt: skip
    permit(LEAVE, court=stored.team.court, by=by)
    if stored.left_on == left_on:
        return stored
    problem = f"{stored.person}已于 {stored.left_on} 离开。" if stored.left_on else ""
    if left_on < stored.joined_on:
        problem = problem or f"离开日应不早于加入日 {stored.joined_on}。"
    refuse_if(problem, LEAVE, on=stored.team, by=by)
    stored.left_on = left_on
    stored.save(update_fields=["left_on"])
    after = {"team": stored.team.name, "person": stored.person.name, "left_on": str(left_on)}
    trail.record(LEAVE, on=stored.team, by=by, at=at, after=after)
    return stored


# --- what is there, and what is lacking -----------------------------------------------------------------------------
def teams_on(courts: Collection[int], on: date) -> QuerySet[Team]:
    """The teams of the courts that stand on a day, in organisational order."""
    standing = Team.objects.filter(
        Q(closed_on=None) | Q(closed_on__gt=on), court__in=courts, opened_on__lte=on
    )
    return standing.order_by("court__position", "court__code", "division__position", "name", "pk")


def members_on(teams: Iterable[Team], on: date) -> dict[int, list[TeamMember]]:
    """Who is in each of the teams on a day: judges, assistants, clerks; by name among these."""
    inside = TeamMember.objects.filter(Q(left_on=None) | Q(left_on__gt=on), team__in=teams, joined_on__lte=on)
    found: dict[int, list[TeamMember]] = {}
    for member in inside.select_related("person").order_by("person__name", "pk"):
        found.setdefault(member.team_id, []).append(member)
    order = list(PARTS)
    return {team: sorted(people, key=lambda one: order.index(one.part)) for team, people in found.items()}


def shortage(teams: Iterable[Team], members: dict[int, list[TeamMember]], on: date) -> dict[int, Support]:
    """What the teams of each court need and have (助理、书记员配备), by court id; ratios are those in force there."""
    by_court: dict[int, list[Counted]] = {}
    for team in teams:
        parts = [one.part for one in members.get(team.pk, [])]
        counts = {part: parts.count(part) for part in PARTS}
        counted = Counted(
            str(team.court_id), team.kind, counts["judge"], counts["assistant"], counts["clerk"]
        )
        by_court.setdefault(team.court_id, []).append(counted)
    return {court: support_needed(its, ratios_of(court, on, its))[0] for court, its in by_court.items()}


def ratios_of(court_id: int, on: date, teams: Iterable[Counted]) -> dict[str, Ratio]:
    """The ratios of the types in force; a type that has gone from the catalogue since asks for nothing."""
    known = {code: ratio_of(kind) for code, kind in kinds_of(court_id, on).items()}
    gone = {team.type: Ratio(1, 0, 0) for team in teams if team.type not in known}
    return known | gone


def ratio_of(kind: TeamType) -> Ratio:
    exact = (Fraction(str(n)) for n in (kind.judges, kind.assistants, kind.clerks))
    scale = 1000  # ratios of the catalogue have up to three decimals; staffing counts in whole numbers
    return Ratio(*(int(n * scale) for n in exact))
