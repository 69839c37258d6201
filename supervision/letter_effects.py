"""What came of a letter (成效): what of its facts is settled since, and whether another had to follow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from cases.models import Case
from courts.models import User
from supervision.letter_facts import as_of_now
from supervision.letter_paper import Paper, letter_paper, withhold
from supervision.letter_people import addressee_of, kind_of, offices_of
from supervision.models import Letter

LOOKS_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Line:
    """One cited fact: what it said, what it says now, and whether anything is still to be done about it."""

    says: str
    now: tuple[str, ...]
    settled: bool


@dataclass(frozen=True)
class Effect:
    """The facts of a letter today, and the other letters of twelve months to the same addressee about the same."""

    lines: tuple[Line, ...]
    repeats: int

    @property
    def settled(self) -> int:
        return sum(line.settled for line in self.lines)


def effect_of(letter: Letter, today: date, withheld: Collection[str]) -> Effect:
    """What changed since the letter was drafted. Lines about cases the reader may not know of are not shown."""
    now = as_of_now(letter.facts, today)
    lines = tuple(line_of(then, later, withheld) for then, later in zip(letter.facts, now, strict=True))
    return Effect(lines, repeats_of(letter).count())


def line_of(then: dict[str, Any], now: dict[str, Any] | None, withheld: Collection[str]) -> Line:
    if then["number"] in withheld:
        return Line(withhold(then["number"], withheld), (), now is None or not now["matters"])
    if now is None:
        return Line(then["says"], ("该事实已不存在",), settled=True)
    changed = tuple(
        f"{label}：{value} → {now['values'][label]}"
        for label, value in then["values"].items()
        if now["values"].get(label, value) != value
    )
    return Line(then["says"], changed, settled=not now["matters"])


def repeats_of(letter: Letter) -> QuerySet[Letter]:
    """Other letters sent within twelve months before or after, to the same addressee, of the same kind or on a same case."""
    about = letter.sent_at or letter.drafted_at
    same_case = Q(cases__case__in=letter.cases.values("case"))
    to = {"to_court": letter.to_court_id, "division": letter.division_id, "person": letter.person_id}
    others = Letter.objects.filter(**to, court=letter.court_id).exclude(pk=letter.pk)
    near = others.filter(sent_at__range=(about - LOOKS_BACK, about + LOOKS_BACK))
    return near.filter(Q(kind=letter.kind) | same_case).distinct()


def withheld_from(user: User, letter: Letter) -> list[str]:
    """Numbers of cases the letter names that were sealed since and that this person may not know of."""
    sealed = Case.objects.filter(pk__in=letter.cases.values("case")).exclude(sealed="")
    seen = Case.objects.visible_to(user)
    return list(sealed.exclude(pk__in=seen.values("pk")).values_list("number", flat=True))


def paper_of(letter: Letter, withheld: Collection[str]) -> Paper:
    """The letter as official paper, for the page and the file alike."""
    return letter_paper(
        court=letter.court.name,
        number=letter.number,
        title=letter.title,
        to=str(addressee_of(letter)),
        body=letter.body,
        basis=letter.basis,
        required=letter.required,
        signed_on=letter.approved_at.astimezone().date() if letter.approved_at else None,
        copies=offices_of(kind_of(letter)),
        withheld=withheld,
    )
