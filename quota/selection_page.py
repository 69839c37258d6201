"""Who sees what of a round of selection, and what its page shows (遴选页面). Candidates stand by name, never by marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from courts.models import User
from courts.roles import Permission
from quota.models import Candidate, Selection
from quota.reach import region_of
from quota.selecting import HANDLING, STAGES, carried_out, marks_asked, stands_in
from quota.selection import total
from quota.vacancies import RUNNING

KEEPS = (Permission.PLAN_QUOTA, Permission.APPROVE_QUOTA)
STEPS = dict(Selection.STATES)


def selections_seen(user: User) -> QuerySet[Selection]:
    return Selection.objects.filter(court__in=region_of(user, Permission.SEE_QUOTA)).select_related(
        "court", "opened_by", "decided_by"
    )


def listed(user: User, *, past: bool) -> QuerySet[Selection]:
    """Rounds that run (or are over), by court in organisational order, the newest first."""
    seen = selections_seen(user)
    wanted = seen.exclude(state__in=RUNNING) if past else seen.filter(state__in=RUNNING)
    named = Count("candidates", filter=~Q(candidates__outcome="withdrawn"))
    return wanted.annotate(names=named).order_by("court__position", "court__code", "-opened_on", "name", "pk")


@dataclass(frozen=True)
class SelectionPage:
    """``sees_marks``: the people who carry out the round, unless they stand in it; ``may``: the acts open to this person."""

    selection: Selection
    candidates: list[Candidate]
    weights: list[tuple[str, str]]
    sees_marks: bool
    may: frozenset[str]
    steps: list[tuple[str, bool]]

    @property
    def asked(self) -> dict[str, str]:
        return marks_asked(self.selection) if self.sees_marks else {}

    @property
    def rows(self) -> list[tuple[Candidate, list[Any], str]]:
        return [
            (one, [(name, getattr(one, code)) for code, name in self.asked.items()], self.outcome_of(one))
            for one in self.candidates
        ]

    def outcome_of(self, candidate: Candidate) -> str:
        """What became of somebody: until the committee has decided only for those who carry out the round."""
        return candidate.get_outcome_display() if self.sees_marks or is_decided(candidate) else ""

    def those(self, *outcomes: str) -> list[Candidate]:
        return [one for one in self.candidates if one.outcome in outcomes]


def page_of(selection: Selection, user: User) -> SelectionPage:
    keeps = selection.court_id in region_of(user, *KEEPS) and not stands_in(selection, user)
    plans = keeps and selection.court_id in region_of(user, Permission.PLAN_QUOTA)
    return SelectionPage(
        selection=selection,
        candidates=candidates_of(selection),
        weights=weights_of(selection),
        sees_marks=keeps,
        may=frozenset(acts_of(selection, user, plans=plans) if keeps else ()),
        steps=[(name, code == selection.state) for code, name in STEPS.items() if code != "cancelled"],
    )


def candidates_of(selection: Selection) -> list[Candidate]:
    """By name; those who withdrew last."""
    gone = Case(When(outcome="withdrawn", then=Value(1)), default=Value(0), output_field=IntegerField())
    return list(selection.candidates.select_related("person").order_by(gone, "person__name", "pk"))


def weights_of(selection: Selection) -> list[tuple[str, str]]:
    """The stages with their shares in per cent, as stated when the round opened."""
    return [(name, f"{selection.weights.get(code, 0):.0%}") for code, name in STAGES.items()]


def acts_of(selection: Selection, user: User, *, plans: bool) -> Iterable[str]:
    """What may be done about the round now: by whoever plans; from the committee on also by the president."""
    state, decided = selection.state, selection.decided_by_id is not None
    if state == "open" and plans:
        yield from ("add", "start")
    if state == "scoring" and plans:
        yield from ("marks", "propose")
    if state == "proposed":
        yield "return"
        if not decided and not carried_out(selection, user):
            yield "committee"
        if decided:
            yield "notice"
    if state in RUNNING:
        yield "cancel"


# --- one candidate --------------------------------------------------------------------------------------------------
def acts_on(candidate: Candidate, page: SelectionPage, user: User, on: date) -> list[str]:
    """What may be recorded of a candidate now."""
    selection = page.selection
    if not page.sees_marks or candidate.outcome == "withdrawn":
        return []
    plans = selection.court_id in region_of(user, Permission.PLAN_QUOTA)
    running = selection.state in RUNNING
    found = {
        "review": selection.state == "open" and plans,
        "report": running and candidate.is_leader,
        "appoint": candidate.outcome == "endorsed"
        and notice_is_over(selection, on)
        and user.pk != selection.decided_by_id,
        "give-up": candidate.has_admin_post and (running or selection.state == "closed"),
        "withdraw": running and candidate.outcome != "appointed",
    }
    return [act for act, is_open in found.items() if is_open]


def notice_is_over(selection: Selection, on: date) -> bool:
    return selection.state == "notice" and selection.notice_to is not None and selection.notice_to < on


# --- one's own ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Own:
    """One's own candidacy: the marks given so far, their weighted sum once all are there, and what was decided."""

    candidate: Candidate
    weights: list[tuple[str, str, Any]]
    handling: Any
    total: str
    is_decided: bool


def own_candidacies(user: User) -> list[Own]:
    found = user.candidacies.select_related("selection__court", "objection__answered_by").order_by(
        "-selection__opened_on", "pk"
    )
    return [own(one) for one in found]


def own(candidate: Candidate) -> Own:
    """Nothing of the proposal is told before the committee has decided; then only what concerns oneself."""
    selection = candidate.selection
    shares = weights_of(selection)
    marks = [
        (name, share, getattr(candidate, code))
        for (code, _n), (name, share) in zip(STAGES.items(), shares, strict=True)
    ]
    return Own(candidate, marks, getattr(candidate, HANDLING), total_said(candidate), is_decided(candidate))


def total_said(candidate: Candidate) -> str:
    marks = {code: None if (mark := getattr(candidate, code)) is None else str(mark) for code in STAGES}
    weighted = {code: share for code, share in candidate.selection.weights.items() if share}
    found: Fraction | None = total(marks, weighted)
    return "" if found is None else f"{float(found):.2f}"


def is_decided(candidate: Candidate) -> bool:
    shown = candidate.selection.state in ("notice", "closed") or candidate.outcome == "withdrawn"
    return shown or candidate.selection.decided_by_id is not None


# --- the notice -----------------------------------------------------------------------------------------------------
def notices_on(on: date) -> QuerySet[Selection]:
    """The rounds whose notice hangs on a day (公示期间): everybody in the house may read who is to be appointed."""
    return Selection.objects.filter(state__in=["notice", "closed"], notice_from__lte=on, notice_to__gte=on)
