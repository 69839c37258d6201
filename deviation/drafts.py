"""A drafted outcome (拟判): saved by the judge of the case alone, beside its peers at once, and nobody else's business.

The guideline (量刑指导意见) is checked apart, from the steps the judge types: it holds a draft against its own reasons and
never proposes a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from math import isfinite
from typing import Any

from django.db import transaction
from django.http import Http404

from audit import trail
from cases.guard import is_visible, locked
from cases.models import Case, Party
from catalogues.selectors import Law, law_in_use
from catalogues.sentencing_law import DeviationModel
from courts.clock import today as this_day
from courts.models import User
from courts.roles import Permission
from deviation.lifecycle import Act
from deviation.models import Draft, Notice, Score
from deviation.notices import WAITING, move, tell_judge
from deviation.scoring_cases import score_case

SAVE = "deviation.save_draft"
NOT_YOURS = "只有本案承办法官可以核对自己的拟判"
CLOSED = "本案已经结案，不再核对拟判"
NOTHING = "请至少填写一项拟判结果"
#: What a judge drafts, in the order of the form, and the most each may be.
MEASURES = {"months": 300.0, "fine": 1e12, "probation": 1.0, "awarded_share": 1.0}
ACCUSED = "被告人"


# --- who and what --------------------------------------------------------------------------------------------------
def may_draft(user: User, case: Case) -> bool:
    """The case's judge (承办法官), and nobody else: no seat on the panel, no post and no stand-in opens it."""
    return case.judge_id == user.pk and user.may(Permission.CHECK_DRAFT)


def refuse_unless_its_judge(case: Case, by: User) -> None:
    if not is_visible(case, by):
        raise Http404("没有这一案件，或者您无权查看")
    if not may_draft(by, case):
        raise trail.Refused(NOT_YOURS, act=SAVE, on=case, by=by)


def measures_of(case: Case, law: Law, day: date) -> dict[str, DeviationModel]:
    """The outcomes of such a case that are compared and can be drafted, in the order of the form."""
    known = law.deviation_models(case.court_id, day)
    about = {"category": case.category, "cause_code": case.cause_code, "cause": case.cause}
    return {code: known[code] for code in MEASURES if code in known and known[code].fits(**about)}


def accused_of(case: Case) -> list[Party]:
    """Those the outcome may be drafted for one by one: the accused, where there are several."""
    if case.category != "刑事":
        return []
    found = list(Party.objects.filter(case=case, standing=ACCUSED, withdrawn_at=None).order_by("pk"))
    return found if len(found) > 1 else []


# --- saving --------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_draft(
    *,
    case: Case,
    party: Party | None,
    values: Mapping[str, float],
    guideline: Mapping[str, Any],
    by: User,
    at: datetime,
) -> tuple[Draft, list[Score]]:
    """Save a draft and say at once how it stands. It may be changed as often as the judge likes; nothing is blocked.

    ``guideline`` are the judge's own steps (量刑步骤), none or ``band``, ``start``, ``increments``, ``base`` and
    ``applied`` (a ratio per circumstance).
    """
    refuse_unless_its_judge(case, by)
    case = locked(case)
    refuse_unless_its_judge(case, by)  # it may have gone to another meanwhile
    law, day = law_in_use(), this_day()
    if problem := problem_of(case, party, values, law, day):
        raise trail.Refused(problem, act=SAVE, on=case, by=by, status=409, secret=True)
    draft = Draft.objects.create(
        case=case, party=party, judge=by, values=dict(values), guideline=dict(guideline), saved_at=at
    )
    trail.record(SAVE, on=draft, by=by, at=at, secret=True)
    end_what_is_drafted_no_more(draft, at)
    scores = [score_of(draft, code, at) for code in MEASURES if code in values]
    for score in scores:
        tell_judge(score=score, at=at)
    return draft, scores


def problem_of(
    case: Case, party: Party | None, values: Mapping[str, float], law: Law, day: date
) -> str | None:
    """Why such a draft cannot be saved; None when it can."""
    if case.closed_on:
        return CLOSED
    known = measures_of(case, law, day)
    if strange := [code for code in values if code not in known]:
        return f"本案不核对这一项：{'、'.join(strange)}"
    if not values:
        return NOTHING
    if wrong := [known[code].name for code, value in values.items() if not is_sound(code, value)]:
        return f"{'、'.join(wrong)}的数值不在合理范围内，请核对"
    accused = {one.pk for one in accused_of(case)}
    given = party.pk if party else None
    if given not in (accused or {None}):
        return "请选择为哪一名被告人拟判" if accused else "本案只有一名被告人或者不是刑事案件，不分别拟判"
    return None


def is_sound(code: str, value: float) -> bool:
    return isfinite(value) and 0 <= value <= MEASURES[code]


def score_of(draft: Draft, code: str, at: datetime) -> Score:
    about = {"case": draft.case, "party": draft.party, "code": code, "outcome": float(draft.values[code])}
    return score_case(**about, stage="draft", draft=draft, at=at)


def end_what_is_drafted_no_more(draft: Draft, at: datetime) -> None:
    """A measure that is no longer in the draft is compared with nothing: what was told of it ends unseen."""
    told = Notice.objects.filter(
        case=draft.case, party=draft.party, state__in=WAITING, disclosed_at=None, score__stage="draft"
    ).exclude(code__in=draft.values)
    for notice in told.select_for_update(of=("self",)).select_related("score").order_by("pk"):
        notice.case = draft.case
        move(Act.ADJUST, notice=notice, by=None, at=at, reason="拟判已不含这一项")
