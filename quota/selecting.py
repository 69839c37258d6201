"""A round of selection up to its marks (遴选: 报名、资格审查、考核考试面试).

Weights are frozen when the round opens, before anybody is scored. Nobody acts in a round in which they stand.
What the trail says of single people before they are named publicly is secret.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from audit import trail
from audit.models import Entry
from catalogues.quota_law import SelectionWeight
from catalogues.selectors import editions_key, law_in_use
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from quota.models import Candidate, QuotaJudge, Selection
from quota.people import hold_court
from quota.people_guard import permit, refuse_if
from quota.vacancies import RUNNING, places_of

OPEN, ADD, REVIEW, START = (
    "quota.open_selection", "quota.add_candidate", "quota.review_candidate", "quota.start_scoring",
)  # fmt: skip
MARK, PROPOSE = "quota.record_marks", "quota.propose"
STAGES = {"assessment": "考核", "exam": "考试", "interview": "面试"}
HANDLING = "handling"
MARKS = STAGES | {HANDLING: "办案业绩"}
LEVELS = {2: "high", 3: "intermediate", 4: "basic"}


# --- opening --------------------------------------------------------------------------------------------------------
def categories_of(court: Court, on: date) -> dict[str, SelectionWeight]:
    """The stated weights for courts of this level (分层分类), by code."""
    level = LEVELS.get(court.level, "")
    found = law_in_use().quotas.selection_of(court.pk, on)
    return {code: one for code, one in found.items() if one.level in ("", level)}


@transaction.atomic
def open_selection(
    *, court: Court, name: str, category: str, seats: int, by: User | None, at: datetime
) -> Selection:
    """Open a round for vacant seats of the plan in force, with the weights stated from now on.

    Opening one of the same name, category and number of seats twice is the same as once.
    """
    permit(OPEN, court=court, by=by)
    hold_court(court)
    known = Selection.objects.filter(court=court, name=name.strip()).first()
    if known and (known.category, known.seats, known.state) == (category, seats, "open"):
        return known
    problem = "已有同名的遴选，请换一个名称。" if known else problem_of_opening(court, name, category, seats)
    refuse_if(problem, OPEN, on=court, by=by)
    weights = categories_of(court, today())[category]
    selection = Selection.objects.create(
        court=court, name=name.strip(), category=category, seats=seats, opened_by=by, opened_on=today(),
        weights={stage: getattr(weights, stage) for stage in STAGES}, edition=editions_key(["selection_weights"]),
    )  # fmt: skip
    after = {"seats": seats, "weights": selection.weights, "edition": selection.edition}
    trail.record(OPEN, on=selection, by=by, at=at, after=after)
    return selection


def problem_of_opening(court: Court, name: str, category: str, seats: int) -> str:
    if not name.strip():
        return "请填写名称，如“2026年第一批遴选”。"
    if category not in categories_of(court, today()):
        return f"“{category}”不在目录“遴选权重”中，请从列表中选择。"
    if seats < 1:
        return "空缺员额至少为 1 名。"
    return problem_of_number(court, seats)


def problem_of_number(court: Court, seats: int) -> str:
    """Why a round cannot be for so many seats: what is vacant and not promised to another round."""
    places = places_of(court, today())
    if places.unpromised is None:
        return f"{court}还没有已公布的员额方案，请先公布方案，再发起遴选。"
    if seats > places.unpromised:
        return (
            f"{court}的员额为 {places.seats} 名，在任 {places.sitting} 名，其他遴选占用 {places.promised} 名，"
            f"最多可遴选 {max(0, places.unpromised)} 名。"
        )
    return ""


# --- a step ---------------------------------------------------------------------------------------------------------
def held(
    selection: Selection,
    act: str,
    by: User | None,
    *,
    states: Collection[str],
    also: Permission | None = None,
) -> Selection:
    """The round as it stands, held until the transaction ends; refused to others, to its candidates, and out of turn."""
    stored = Selection.objects.select_for_update(of=("self",)).select_related("court").get(pk=selection.pk)
    permit(act, court=stored.court, by=by, also=also)
    if by is not None and stands_in(stored, by):
        raise trail.Refused("您是本次遴选的人选，应当回避。", act=act, on=stored, by=by)
    if stored.state not in states:
        sentence = f"本次遴选现在是“{stored.get_state_display()}”，不能办理这一项。"
        raise trail.Refused(sentence, act=act, on=stored, by=by, status=409)
    return stored


def carried_out(selection: Selection, user: User) -> bool:
    """Whether somebody opened the round, recorded marks in it or proposed: the committee's word is not theirs to record."""
    did = Entry.objects.filter(about="quota.selection", about_id=selection.pk, act__in=[OPEN, MARK, PROPOSE])
    return user.pk == selection.opened_by_id or did.filter(actor_id=user.pk, outcome="done").exists()


def stands_in(selection: Selection, user: User) -> bool:
    return selection.candidates.filter(person=user).exclude(outcome="withdrawn").exists()


def move(selection: Selection, state: str, **values: object) -> None:
    for name, value in ({"state": state} | values).items():
        setattr(selection, name, value)
    selection.save(update_fields=["state", *values])


def standing(selection: Selection) -> list[Candidate]:
    """Those who have not withdrawn, by name: the order says nothing about their marks."""
    found = selection.candidates.exclude(outcome="withdrawn").select_related("person")
    return list(found.order_by("person__name", "pk"))


# --- candidates -----------------------------------------------------------------------------------------------------
@transaction.atomic
def add_candidate(
    *,
    selection: Selection,
    person: User,
    is_leader: bool,
    has_admin_post: bool,
    by: User | None,
    at: datetime,
) -> Candidate:
    """Register a person (报名). Twice is the same as once; somebody who withdrew before scoring may come back."""
    selection = held(selection, ADD, by, states=["open"])
    permit(ADD, court=selection.court, by=by, people=[person.pk])
    refuse_if(problem_of_standing(selection, person), ADD, on=selection, by=by)
    said = {"is_leader": is_leader, "has_admin_post": has_admin_post, "outcome": "", "outcome_why": ""}
    known = selection.candidates.filter(person=person).first()
    if known and (known.is_leader, known.has_admin_post, known.outcome) == (is_leader, has_admin_post, ""):
        return known
    candidate, _new = Candidate.objects.update_or_create(selection=selection, person=person, defaults=said)
    after = {"person": person.name, "is_leader": is_leader, "has_admin_post": has_admin_post}
    trail.record(ADD, on=selection, by=by, at=at, after=after, secret=True)
    return candidate


def problem_of_standing(selection: Selection, person: User) -> str:
    if QuotaJudge.objects.filter(person=person, court=selection.court, left_on=None).exists():
        return f"{person}已是{selection.court}的员额法官，不需要遴选。"
    other = Candidate.objects.filter(person=person, selection__state__in=RUNNING).exclude(selection=selection)
    other = other.exclude(outcome__in=["withdrawn", "not_proposed", "not_endorsed"]).select_related("selection").first()  # fmt: skip
    return f"{person}正在参加“{other.selection}”，不能同时参加两次遴选。" if other else ""


@transaction.atomic
def review_candidate(
    *, candidate: Candidate, qualified: bool, why: str, by: User | None, at: datetime
) -> None:
    """Record the review of qualifications (资格审查); a negative one needs its reason."""
    selection = held(candidate.selection, REVIEW, by, states=["open"])
    problem = "" if qualified or why.strip() else "资格审查未通过的，请写明理由。"
    refuse_if(problem or problem_if_gone(candidate), REVIEW, on=selection, by=by)
    candidate.qualified, candidate.qualified_why = qualified, why.strip()
    candidate.save(update_fields=["qualified", "qualified_why"])
    after = {"person": candidate.person.name, "qualified": qualified}
    trail.record(REVIEW, on=selection, by=by, at=at, because=why.strip(), after=after, secret=True)


def problem_if_gone(candidate: Candidate) -> str:
    candidate.refresh_from_db(fields=["outcome"])
    return f"{candidate.person}已退出本次遴选。" if candidate.outcome == "withdrawn" else ""


@transaction.atomic
def start_scoring(*, selection: Selection, by: User | None, at: datetime) -> Selection:
    """End registration once everybody's qualifications are reviewed; from here on nobody joins."""
    selection = held(selection, START, by, states=["open", "scoring"])
    if selection.state == "scoring":
        return selection
    waiting = [one.person.name for one in standing(selection) if one.qualified is None]
    problem = f"还没有资格审查结论：{'、'.join(waiting)}。" if waiting else ""
    if not any(one.qualified for one in standing(selection)):
        problem = problem or "没有通过资格审查的人选，不能进入考核考试面试。"
    refuse_if(problem, START, on=selection, by=by)
    move(selection, "scoring")
    trail.record(START, on=selection, by=by, at=at, after={"weights": selection.weights})
    return selection


# --- marks ----------------------------------------------------------------------------------------------------------
def marks_asked(selection: Selection) -> dict[str, str]:
    """The marks a candidate needs, with their names: the weighted stages, and handling, which breaks ties."""
    return {code: name for code, name in MARKS.items() if code == HANDLING or selection.weights.get(code)}


@transaction.atomic
def record_stage(
    *, candidate: Candidate, marks: Mapping[str, Decimal | None], by: User | None, at: datetime
) -> Candidate:
    """Record marks out of 100 by stage (assessment, exam, interview, handling). The trail keeps what stood before."""
    selection = held(candidate.selection, MARK, by, states=["scoring"])
    stored = Candidate.objects.select_for_update(of=("self",)).select_related("person").get(pk=candidate.pk)
    refuse_if(problem_of_marks(stored, selection, marks), MARK, on=selection, by=by)
    changed = {code: mark for code, mark in marks.items() if getattr(stored, code) != mark}
    if not changed:
        return stored
    before = {code: said(getattr(stored, code)) for code in changed}
    for code, mark in changed.items():
        setattr(stored, code, mark)
    stored.save(update_fields=list(changed))
    after = {"person": stored.person.name} | {code: said(mark) for code, mark in changed.items()}
    trail.record(MARK, on=selection, by=by, at=at, before=before, after=after, secret=True)
    return stored


def problem_of_marks(candidate: Candidate, selection: Selection, marks: Mapping[str, Decimal | None]) -> str:
    if candidate.outcome == "withdrawn" or not candidate.qualified:
        return f"{candidate.person}没有通过资格审查或者已退出，不记成绩。"
    if other := set(marks) - set(marks_asked(selection)):
        return f"本次遴选没有这些环节：{'、'.join(MARKS.get(code, code) for code in sorted(other))}。"
    if any(mark is not None and not 0 <= mark <= 100 for mark in marks.values()):
        return "成绩应在 0 到 100 之间。"
    return ""


def said(mark: Decimal | None) -> str | None:
    return None if mark is None else str(mark)
