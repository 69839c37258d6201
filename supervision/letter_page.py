"""What the pages about letters show: the desk by whose turn it is, one letter with all that came of it (监督函)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.querying import narrowed
from courts.models import Division, User
from supervision.letter_effects import Effect, effect_of, paper_of, untold, veil_of, veiled
from supervision.letter_paper import Paper
from supervision.letter_people import has_a_hand_in, kind_of, parts_of
from supervision.letter_signing import changed_since, reading_of
from supervision.letter_states import ACTS, OUT, open_acts
from supervision.letters import addressed_to, days_late, letters_kept_by, letters_to_sign, letters_waiting
from supervision.models import Letter, LetterStep
from supervision.wording import directives_in, hints

#: The tabs of the desk in the order in which they want attention; the first with something in it is opened.
TABS = {
    "sign": _("待我签批"), "answer": _("待我回复"), "drafts": _("草稿"), "send": _("待发出"), "overdue": _("逾期未复"),
    "judge": _("待评价、待办结"), "waiting": _("等待回复"), "received": _("收到的函件"), "closed": _("已办结"),
}  # fmt: skip


def tabs_of(user: User) -> dict[str, QuerySet[Letter]]:
    """The letters behind each tab, nothing twice in one of them."""
    kept = letters_kept_by(user)
    copied = Letter.objects.filter(copies__person=user)
    in_sight = Letter.objects.visible_to(user)
    return {
        "sign": letters_to_sign(user),
        "answer": letters_waiting(user),
        "drafts": kept.filter(state="DRAFT").order_by("drafted_at", "pk"),
        "send": kept.filter(state="APPROVED").order_by("approved_at", "pk"),
        "overdue": in_sight.filter(state="OVERDUE").order_by("reply_due_on", "pk"),
        "judge": kept.filter(state__in=["REPLIED", "ACCEPTED"]).order_by("replied_at", "pk"),
        "waiting": kept.filter(state__in=["SENT", "READ", "REJECTED_REPLY"]).order_by("reply_due_on", "pk"),
        "received": (addressed_to(user) | copied.filter(state__in=OUT)).distinct().order_by("-sent_at", "pk"),
        "closed": in_sight.filter(state="CLOSED").order_by("-closed_at", "pk"),
    }


@dataclass(frozen=True)
class Row:
    """One line of the desk."""

    letter: Letter
    title: str
    to: str
    late: int
    cases: int


def rows(letters: Any, user: User, today: date) -> list[Row]:
    shown = list(letters)
    secret = veiled(user, shown)
    counts = dict(
        Letter.objects.filter(pk__in=[letter.pk for letter in shown])
        .annotate(n=Count("cases"))
        .values_list("pk", "n")
    )
    return [
        Row(
            each,
            untold(each) if each.pk in secret else each.title,
            to_of(each),
            days_late(each, today),
            counts[each.pk],
        )
        for each in shown
    ]


def to_of(letter: Letter) -> str:
    return "、".join(str(each) for each in (letter.to_court, letter.division, letter.person) if each)


# --- where a letter may begin ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Offer:
    """A division with cases near or past their limit: what a letter might be about."""

    division: Division
    near: int
    overdue: int


def offers_for(user: User, today: date) -> list[Offer]:
    """Divisions in organisational order with open cases near (紧急) or past their limit, by the same count as the first screen."""
    near, overdue = (by_division(user, clock, today) for clock in ("urgent", "overdue"))
    divisions = Division.objects.filter(pk__in=near.keys() | overdue.keys()).select_related("court")
    return [Offer(each, near.get(each.pk, 0), overdue.get(each.pk, 0)) for each in divisions]


def by_division(user: User, clock: str, today: date) -> dict[int, int]:
    found = matters(user, clock, today).exclude(division=None).order_by().values("division")
    return dict(found.annotate(n=Count("pk")).values_list("division", "n"))


def matters(user: User, clock: str, today: date) -> QuerySet[Case]:
    """Open cases in sight, near or past their limit, none of them sealed."""
    return narrowed(Case.objects.visible_to(user).filter(sealed=""), {"clock": clock}, today)


# --- one letter ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Page:
    """One letter as its page shows it to one person."""

    letter: Letter
    title: str
    paper: Paper
    parts: frozenset[str]
    acts: tuple[str, ...]
    words: dict[str, str]  # of the acts that take words, what they ask for
    effect: Effect
    steps: list[tuple[LetterStep, str]]
    changed: str
    hint: str
    blocked: str
    late: int
    cases: list[Case]
    hidden: int
    reply: str
    evaluation: str
    kind: Any
    reading: str


def page_of(letter: Letter, user: User, today: date) -> Page:
    parts, veil = parts_of(user, letter), veil_of(user, letter)
    acts = open_acts(letter.state, parts)
    named = Case.objects.filter(pk__in=letter.cases.values("case")).exclude(number__in=veil.hidden)
    steps = letter.steps.select_related("by").order_by("at", "pk")
    at_desk = letter.state in ("DRAFT", "APPROVED")
    return Page(
        letter=letter,
        title=veil.title(letter),
        paper=paper_of(letter, veil),
        parts=parts,
        acts=acts,
        words={act: ACTS[act].words for act in acts if ACTS[act].words},
        effect=effect_of(letter, today, veil),
        steps=[(step, veil.over(step.words)) for step in steps],
        changed=veil.over(changed_since(letter)) if at_desk else "",
        hint=veil.over(hints(directives_in([letter.title, letter.body, letter.required]))) if at_desk else "",
        blocked=blocked(letter, user, acts),
        late=days_late(letter, today),
        cases=list(named.order_by("number")),
        hidden=len(veil.hidden),
        reply=veil.over(letter.reply),
        evaluation=veil.over(letter.evaluation),
        kind=kind_of(letter),
        reading=reading_of(letter),
    )


def blocked(letter: Letter, user: User, acts: tuple[str, ...]) -> str:
    """Why who may sign letters of the kind may not sign this one."""
    if "approve" in acts and kind_of(letter).approvers and has_a_hand_in(letter, user):
        return str(_("本函由您起草或者修改，须由另一位院领导签批。"))
    return ""


def openable(user: User, cases: list[Case]) -> set[int]:
    """Which of the cases this person may open; the others are named in the letter alone."""
    wanted = Q(pk__in=[case.pk for case in cases])
    return set(Case.objects.visible_to(user).filter(wanted).values_list("pk", flat=True))
