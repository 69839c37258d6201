"""What a file's names stand for here: courts by their codes, people and divisions by name within their court."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from catalogues.selectors import Law, law_in_use
from courts.models import Court, Division, Posting

AMBIGUOUS = 0
LEGACY_COURT = "未识别法院（旧式案号）"


@dataclass(frozen=True)
class Seat:
    """A court as the numbers of one year find it: ``doubt`` is a kind of doubt or empty."""

    court_id: int | None
    code: str
    doubt: str = ""


@dataclass
class Book:
    """Read once per import. ``allowed`` are the courts whose rows may be sent; None means any."""

    law: Law
    courts: dict[str, tuple[int, date | None, date | None, bool]]
    allowed: frozenset[int] | None = None
    people: dict[tuple[int, str], int] = field(default_factory=dict)
    divisions: dict[tuple[int, str], int] = field(default_factory=dict)

    def seat(self, code: str, year: int) -> Seat:
        """The court that a code in a number of that year means; unknown and retired ones are kept in doubt."""
        if code not in self.courts:
            return Seat(None, code, "unknown_court")
        court_id, opened, closed, recognised = self.courts[code]
        if not recognised:
            return Seat(court_id, code, "unknown_court")
        outside = (opened and opened.year > year) or (closed and closed.year < year)
        return Seat(court_id, code, "retired_court" if outside else "")

    def is_closed_to(self, seat: Seat) -> bool:
        """Whether the sender may not send this court's cases. Codes nobody knows are nobody's."""
        return self.allowed is not None and seat.court_id is not None and not self._may(seat)

    def _may(self, seat: Seat) -> bool:
        known = self.courts[seat.code]
        return seat.court_id in (self.allowed or ()) or not known[3]


def open_book(*, allowed: Iterable[int] | None = None, with_people: bool = False) -> Book:
    rows = Court.objects.exclude(code=None).values_list("code", "pk", "valid_from", "valid_to", "recognised")
    book = Book(
        law=law_in_use(),
        courts={code: (pk, opened, closed, recognised) for code, pk, opened, closed, recognised in rows},
        allowed=None if allowed is None else frozenset(allowed),
    )
    if with_people:
        _add_people(book)
    return book


def _add_people(book: Book) -> None:
    """Two people of one name in one court cannot be told apart by name: neither is taken."""
    posted = Posting.objects.order_by().values_list("court_id", "user__name", "user_id").distinct()
    for court_id, name, user_id in posted.iterator(chunk_size=5000):
        known = book.people.setdefault((court_id, name), user_id)
        if known != user_id:
            book.people[court_id, name] = AMBIGUOUS
    rows = Division.objects.values_list("court_id", "name", "pk")
    book.divisions = {(court_id, name): pk for court_id, name, pk in rows.iterator(chunk_size=5000)}


def create_unknown_courts(codes: Iterable[str]) -> dict[str, int]:
    """A place for cases whose court code nobody here knows (未识别法院), under the court its code points to."""
    return {code: _unknown_court(code).pk for code in codes}


def _unknown_court(code: str) -> Court:
    if not code:
        found = Court.objects.filter(code=None, recognised=False, name=LEGACY_COURT).first()
        return found or Court.objects.create(name=LEGACY_COURT, level=4, position=9_999_999, recognised=False)
    above = [code[:length] for length in (3, 1) if length < len(code)]
    parents = {court.code: court for court in Court.objects.filter(code__in=above)}
    parent = next((parents[prefix] for prefix in above if prefix in parents), None)
    court, _ = Court.objects.get_or_create(
        code=code,
        defaults={
            "name": f"未识别法院 {code}",
            "level": {1: 2, 3: 3, 5: 4}.get(len(code), 1),
            "parent": parent,
            "province": parent.province if parent else "",
            "position": 9_999_999,
            "recognised": False,
        },
    )
    return court
