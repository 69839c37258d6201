"""What came of a letter (成效): what of its facts is settled since, and whether another had to follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from cases.models import Case
from courts.models import User
from supervision.letter_facts import as_of_now
from supervision.letter_paper import WITHHELD, Paper, letter_paper, withhold
from supervision.letter_people import addressee_of, kind_of, offices_of
from supervision.models import Letter, LetterCase

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


@dataclass(frozen=True)
class Veil:
    """What of a letter one person may not read: numbers of its cases that were sealed since, and of those that were not."""

    hidden: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    def over(self, text: str) -> str:
        return withhold(text, self.hidden, self.shown)

    def title(self, letter: Letter) -> str:
        """What the letter may be called; its own title might name what was sealed."""
        return untold(letter) if self.hidden else letter.title


def untold(letter: Letter) -> str:
    return f"{letter.get_kind_display()}（涉及封存案件）"


def veil_of(user: User, letter: Letter) -> Veil:
    """How much of the letter this person may read, by the cases it names as they are sealed today."""
    named = Case.objects.filter(pk__in=letter.cases.values("case"))
    seen = set(Case.objects.visible_to(user).filter(pk__in=named.values("pk")).values_list("pk", flat=True))
    rows = list(named.values_list("pk", "number", "sealed"))
    hidden = tuple(number for pk, number, sealed in rows if sealed and pk not in seen)
    return Veil(hidden, tuple(number for _pk, number, _sealed in rows if number not in hidden))


def veiled(user: User, letters: Iterable[Letter]) -> set[int]:
    """Which of the letters name a case that was sealed since and that this person may not know of."""
    named = LetterCase.objects.filter(letter__in=[letter.pk for letter in letters]).exclude(case__sealed="")
    cases = named.values("case")
    seen = Case.objects.visible_to(user).filter(pk__in=cases).values("pk")
    return set(named.exclude(case__in=seen).values_list("letter", flat=True))


def effect_of(letter: Letter, today: date, veil: Veil) -> Effect:
    """What changed since the letter was drafted. Facts about cases the reader may not know of are not shown."""
    now = as_of_now(letter.facts, today)
    lines = tuple(line_of(then, later, veil) for then, later in zip(letter.facts, now, strict=True))
    return Effect(lines, repeats_of(letter).count())


def line_of(then: dict[str, Any], now: dict[str, Any] | None, veil: Veil) -> Line:
    if then["number"] in veil.hidden:
        return Line(WITHHELD, (), now is None or not now["matters"])
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


def paper_of(letter: Letter, veil: Veil) -> Paper:
    """The letter as official paper, for the page and the file alike."""
    return letter_paper(
        court=letter.court.name,
        number=letter.number,
        title=veil.title(letter),
        to=str(addressee_of(letter)),
        body=letter.body,
        basis=letter.basis,
        required=letter.required,
        signed_on=letter.approved_at.astimezone().date() if letter.approved_at else None,
        copies=offices_of(kind_of(letter)),
        hidden=veil.hidden,
        shown=veil.shown,
    )
