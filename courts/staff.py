"""Staff from the personnel office's list, set by set: people, their divisions and their posts (人事名册)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from audit import trail
from courts.clock import today
from courts.models import Court, Division, Posting, User
from courts.reach import courts_managed_by
from courts.roles import ROLE_CHOICES

ACT = "courts.receive_staff"
CODES = {code: code for code, _ in ROLE_CHOICES} | {name: code for code, name in ROLE_CHOICES}


@dataclass
class Received:
    """What became of the rows; ``refused`` are (index of the row, sentence)."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    divisions: int = 0
    postings: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def receive_staff(rows: Sequence[Mapping[str, Any]], by: User | None, at: datetime) -> Received:
    """Create and update people, divisions and posts from a list; says only what it says, so nobody's post ends by absence.

    A row: ``name``, ``role`` (code or Chinese name), ``court`` (a ``Court``), ``starts_on``, and as known
    ``staff_no``, ``username``, ``email``, ``division`` (its name), ``ends_on``. New people have no password yet.
    """
    received = Received(rows=len(rows))
    managed = None if by is None else courts_managed_by(by)
    if managed is not None and not managed:
        raise trail.Refused("您不能管理人员。", act=ACT, by=by)
    people = known_people(rows)
    elsewhere = set() if managed is None else posted_outside(managed, people)
    good = []
    for index, row in enumerate(rows):
        problem = problem_of(row, people, managed, by) or problem_of_account(row, people, elsewhere)
        if problem:
            received.refused.append((index, problem))
        else:
            good.append(row)
    users = keep_people(good, people, received)
    divisions = keep_divisions(good, received)
    keep_postings(good, users, divisions, received)
    counts = {name: value for name, value in vars(received).items() if name != "refused"}
    trail.record(ACT, on=by, by=by, at=at, after=counts | {"refused": len(received.refused)})
    return received


def text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "").strip()


def username_of(row: Mapping[str, Any]) -> str:
    return text(row, "username") or text(row, "staff_no")


def known_people(rows: Iterable[Mapping[str, Any]]) -> dict[str, User]:
    """People already here, by staff number and by username (``no:…`` and ``as:…``)."""
    rows = list(rows)
    numbers = {text(row, "staff_no") for row in rows} - {""}
    names = {username_of(row) for row in rows} - {""}
    found = {f"as:{user.username}": user for user in User.objects.filter(username__in=names)}
    return found | {f"no:{user.staff_no}": user for user in User.objects.filter(staff_no__in=numbers)}


def person_of(row: Mapping[str, Any], people: Mapping[str, User]) -> User | None:
    return people.get(f"no:{text(row, 'staff_no')}") or people.get(f"as:{username_of(row)}")


def problem_of(
    row: Mapping[str, Any], people: Mapping[str, User], managed: set[int] | None, by: User | None
) -> str:
    """The sentence that says why a row is refused; empty when it is not."""
    person = person_of(row, people)
    if not text(row, "name"):
        return "缺少姓名。"
    if not username_of(row):
        return "缺少人事编号或用户名，二者至少填一项。"
    if text(row, "role") not in CODES:
        return f"职务“{text(row, 'role')}”不在职务表中，可填：{'、'.join(name for _, name in ROLE_CHOICES)}。"
    if not isinstance(row.get("court"), Court):
        return "法院不在目录中，请填写法院代字，如“川1502”。"
    if managed is not None and row["court"].pk not in managed:
        return f"您不能管理{row['court']}的人员。"
    if person and by is not None and person.pk == by.pk:
        return "不能办理自己的任职，请由其他管理人员办理。"
    if (
        person
        and text(row, "staff_no")
        and (person.staff_no or text(row, "staff_no")) != text(row, "staff_no")
    ):
        return f"用户名“{person.username}”已属于人事编号{person.staff_no}的人员。"
    if not isinstance(row.get("starts_on"), date):
        return "缺少任职日，应为日期，如 2026-01-05。"
    if row.get("ends_on") and row["ends_on"] <= row["starts_on"]:
        return "免职日应晚于任职日。"
    return ""


def posted_outside(managed: set[int], people: Mapping[str, User]) -> set[int]:
    """Those of the people who hold a post, or will, in a court that is not the sender's to manage."""
    held = Posting.objects.filter(user__in=people.values()).exclude(ends_on__lte=today())
    return set(held.exclude(court__in=managed).values_list("user", flat=True))


def problem_of_account(row: Mapping[str, Any], people: Mapping[str, User], elsewhere: set[int]) -> str:
    """Name and e-mail address of people posted elsewhere stay: whoever sets the address can log in as them."""
    person = person_of(row, people)
    if person and person.pk in elsewhere and differing(person, row):
        return f"{person.name}在您不能管理的法院任职，姓名、人事编号和电子邮箱须由该院变更。"
    return ""


def keep_people(
    rows: Sequence[Mapping[str, Any]], people: dict[str, User], received: Received
) -> dict[str, User]:
    """Every row's person by username key, created or brought up to date."""
    users: dict[str, User] = {}
    new: list[User] = []
    changed: dict[int, User] = {}
    known = {user.pk for user in people.values()}
    for row in rows:
        user = person_of(row, people)
        if user is None:
            user = User(username=username_of(row), password=make_password(None))
            bring_up_to_date(user, row)
            people |= {f"as:{user.username}": user, f"no:{user.staff_no or ''}": user}
            people.pop("no:", None)
            new.append(user)
        elif bring_up_to_date(user, row) and user.pk:
            changed[user.pk] = user
        users[username_of(row)] = user
    User.objects.bulk_create(new, batch_size=1000)
    User.objects.bulk_update(changed.values(), ["name", "email", "staff_no"], batch_size=1000)
    received.created, received.updated = len(new), len(changed)
    received.unchanged = len({user.pk for user in users.values()} & known) - len(changed)
    return users


def bring_up_to_date(user: User, row: Mapping[str, Any]) -> bool:
    """Set what the row says and the user has not; a blank in the list takes nothing away."""
    changes = differing(user, row)
    for name, value in changes.items():
        setattr(user, name, value)
    return bool(changes)


def differing(user: User, row: Mapping[str, Any]) -> dict[str, str]:
    said = {name: text(row, name) for name in ("name", "email", "staff_no") if text(row, name)}
    return {name: value for name, value in said.items() if getattr(user, name) != value}


def keep_divisions(rows: Sequence[Mapping[str, Any]], received: Received) -> dict[tuple[int, str], Division]:
    wanted = {(row["court"].pk, text(row, "division")) for row in rows if text(row, "division")}
    known = {key for key, _ in divisions_of(wanted)}
    missing = sorted(wanted - known)
    Division.objects.bulk_create([Division(court_id=court, name=name) for court, name in missing])
    received.divisions = len(missing)
    return dict(divisions_of(wanted))


def divisions_of(wanted: set[tuple[int, str]]) -> Iterator[tuple[tuple[int, str], Division]]:
    for division in Division.objects.filter(court__in={court for court, _ in wanted}):
        yield (division.court_id, division.name), division


def keep_postings(
    rows: Sequence[Mapping[str, Any]],
    users: Mapping[str, User],
    divisions: Mapping[tuple[int, str], Division],
    received: Received,
) -> None:
    """Posts the list names and nobody holds yet; a post known under its first day only changes its last one."""
    held = {
        (post.user_id, post.court_id, post.division_id, post.role, post.starts_on): post
        for post in Posting.objects.filter(user__in=set(users.values()))
    }
    new, changed = {}, []
    for row in rows:
        division = divisions.get((row["court"].pk, text(row, "division")))
        key = (
            users[username_of(row)].pk,
            row["court"].pk,
            division.pk if division else None,
            CODES[text(row, "role")],
            row["starts_on"],
        )
        post = held.get(key)
        if post is None:
            new[key] = row.get("ends_on") or None
        elif row.get("ends_on") and post.ends_on != row["ends_on"]:
            post.ends_on = row["ends_on"]
            changed.append(post)
    Posting.objects.bulk_create(
        Posting(user_id=user, court_id=court, division_id=division, role=role, starts_on=start, ends_on=end)
        for (user, court, division, role, start), end in new.items()
    )
    Posting.objects.bulk_update(changed, ["ends_on"], batch_size=1000)
    received.postings = len(new) + len(changed)
