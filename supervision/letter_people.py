"""Who has which part in a letter: who issues its kind, who signs it, whom it is for, who gets a copy (发函、签批、受函、抄送)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from audit.models import Entry
from cases.models import Case
from catalogues.selectors import law_in_use
from catalogues.supervision_law import LetterKind
from courts.clock import today
from courts.models import Court, Division, Posting, User
from courts.reach import court_and_below
from courts.roles import Permission, Role, may
from supervision.letter_states import ADDRESSEE, APPROVER, ISSUER
from supervision.models import Letter

#: Which addressees of the catalogue stand behind each column of a letter.
STANDS_FOR = {
    "to_court": {"leaders", "court"}, "division": {"division_head", "division"}, "person": {"panel", "person"},
}  # fmt: skip
#: Who gets the copies the catalogue names, and how the letter calls them.
COPIED = {
    "leaders": (("president", "vice_president"), "院领导"),
    "discipline": (("discipline",), "督察部门"),
    "resident_discipline": (("discipline",), "派驻纪检监察组"),
}
WRITES = (Permission.WRITE_LETTERS, Permission.APPROVE_LETTERS)
#: Acts by which somebody has a hand in what a letter says. To take one back is none: it changes no word.
WRITING = ("supervision.draft_letter", "supervision.edit_letter", "supervision.redraw_letter")


@dataclass(frozen=True)
class Addressee:
    """Whom a letter is for (主送): a court, or a division, or a person, or a person and their division."""

    to_court: Court | None = None
    division: Division | None = None
    person: User | None = None

    def __str__(self) -> str:
        return "、".join(str(each) for each in (self.to_court, self.division, self.person) if each)

    @property
    def columns(self) -> dict[str, Court | Division | User | None]:
        return {"to_court": self.to_court, "division": self.division, "person": self.person}


def addressee_of(letter: Letter) -> Addressee:
    return Addressee(letter.to_court, letter.division, letter.person)


def kind_of(letter: Letter) -> LetterKind:
    return law_in_use().letter_kinds[letter.kind]


# --- parts -------------------------------------------------------------------------------------------
def parts_of(user: User, letter: Letter) -> frozenset[str]:
    """The parts the person has in the letter by today's posts."""
    kind = kind_of(letter)
    held = {
        ISSUER: issues(user, kind, letter.court_id),
        APPROVER: signs(user, kind, letter.court_id),
        ADDRESSEE: is_addressed(user, letter),
    }
    return frozenset(part for part, holds in held.items() if holds)


def issues(user: User, kind: LetterKind, court_id: int) -> bool:
    """Whether one of the person's posts at that court issues letters of the kind (签发职务)."""
    return any(holds(seat, kind.issuers, court_id, WRITES) for seat in user.seats)


def signs(user: User, kind: LetterKind, court_id: int) -> bool:
    """Whether the person signs the kind: an approver where it takes one (分管院领导), else whoever issues it."""
    if not kind.approvers:
        return issues(user, kind, court_id)
    return any(holds(seat, kind.approvers, court_id, (Permission.APPROVE_LETTERS,)) for seat in user.seats)


def holds(seat: Posting, roles: Iterable[str], court_id: int, permissions: Iterable[Permission]) -> bool:
    allowed = any(may(Role(seat.role), permission) for permission in permissions)
    return seat.court_id == court_id and seat.role in roles and allowed


def is_addressed(user: User, letter: Letter) -> bool:
    """Whether the letter is for the person: by name, as head of the division, or as president of the court."""
    if letter.person_id == user.pk:
        return True
    return any(
        (seat.role == Role.DIVISION_HEAD and seat.division_id and seat.division_id == letter.division_id)
        or (seat.role == Role.PRESIDENT and seat.court_id == letter.to_court_id)
        for seat in user.seats
    )


def has_a_hand_in(letter: Letter, user: User) -> bool:
    """Whether the person drafted the letter or changed the draft: two pairs of eyes means two people."""
    if letter.drafted_by_id == user.pk:
        return True
    written = Entry.objects.filter(act__in=WRITING, about="supervision.letter", about_id=letter.pk)
    return written.filter(actor_id=user.pk, outcome="done").exists()


# --- whom it may be for --------------------------------------------------------------------------------
def addressee_problem(kind: LetterKind, addressee: Addressee, court: Court, cases: Sequence[Case]) -> str:
    """Why a letter of the kind cannot go there; "" when it can. Nobody learns of a case by a letter about it."""
    given = {name: each for name, each in addressee.columns.items() if each is not None}
    if not given:
        return "请选择受函的法院、部门或者人员。"
    unfit = [str(each) for name, each in given.items() if not STANDS_FOR[name] & set(kind.addressees)]
    if unfit:
        return f"{kind.name}不能发给{'、'.join(unfit)}，请另选受函对象或者另选函件种类。"
    if problem := not_of_the_house(addressee, court):
        return problem
    strange = [case.number for case in cases if not is_theirs(case, addressee)]
    if strange:
        told = "、".join(strange[:3]) + ("等" if len(strange) > 3 else "")
        return f"{told}不在{addressee}的职责范围内，请去掉这些案件，或者另选受函对象。"
    return ""


def not_of_the_house(addressee: Addressee, court: Court) -> str:
    """A court writes to itself and to those below it, their divisions and people."""
    within = court_and_below(court.pk)
    courts = {addressee.to_court.pk} if addressee.to_court else set()
    courts |= {addressee.division.court_id} if addressee.division else set()
    if addressee.person and not any(seat.court_id in within for seat in addressee.person.seats):
        return f"{addressee.person}目前不在{court}及其下级法院任职，请另选受函人。"
    return "" if courts <= within else f"{court}只能向本院及下级法院发函，请另选受函对象。"


def is_theirs(case: Case, addressee: Addressee) -> bool:
    if addressee.to_court:
        return case.court_id == addressee.to_court.pk
    if addressee.division and case.division_id != addressee.division.pk:
        return False
    return addressee.person is None or Case.objects.visible_to(addressee.person).filter(pk=case.pk).exists()


def addressees_for(kind: LetterKind, court: Court, cases: Sequence[Case]) -> list[Addressee]:
    """Whom a letter of the kind about these cases may be for, the most usual first; without cases, anybody of the court."""
    if cases:
        offered = about_cases(cases)
    else:
        divisions = Division.objects.filter(court=court, closed_on=None)
        people = User.objects.filter(
            is_active=True, postings__in=Posting.objects.held_on(today()).filter(court=court)
        )
        courts = Court.objects.filter(Q(pk=court.pk) | Q(parent=court, recognised=True))
        offered = [
            *(Addressee(division=each) for each in divisions),
            *(Addressee(to_court=each) for each in courts),
            *(Addressee(person=each) for each in people.distinct().order_by("name")),
        ]
    return [each for each in offered if not addressee_problem(kind, each, court, cases)]


def about_cases(cases: Sequence[Case]) -> list[Addressee]:
    """The one judge with their division, the one division, the one court of the cases, as far as there is one."""
    judges = {case.judge for case in cases}
    divisions = {case.division for case in cases}
    courts = {case.court for case in cases}
    found = []
    if len(judges) == len(divisions) == 1 and None not in judges | divisions:
        found.append(Addressee(person=next(iter(judges)), division=next(iter(divisions))))
    if len(divisions) == 1 and None not in divisions:
        found.append(Addressee(division=next(iter(divisions))))
    if len(courts) == 1:
        found.append(Addressee(to_court=next(iter(courts))))
    if len(judges) == 1 and None not in judges:
        found.append(Addressee(person=next(iter(judges))))
    return found


# --- copies --------------------------------------------------------------------------------------------
def copies_for(kind: LetterKind, letter: Letter) -> list[tuple[User, str]]:
    """Who gets a copy of the letter, with the office as the letter names it; never the addressee themselves."""
    found: dict[int, tuple[User, str]] = {}
    for copied in kind.copies:
        roles, office = COPIED[copied]
        seats = Posting.objects.held_on(today()).filter(court=letter.court_id, role__in=roles)
        for seat in seats.select_related("user").order_by("pk"):
            if seat.user.is_active and not is_addressed(seat.user, letter):
                found.setdefault(seat.user_id, (seat.user, office))
    return list(found.values())


def offices_of(kind: LetterKind) -> list[str]:
    """The offices the kind is copied to, as the letter names them."""
    return list(dict.fromkeys(COPIED[copied][1] for copied in kind.copies))
