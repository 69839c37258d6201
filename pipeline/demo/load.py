"""The demo court into the database: people by the ORM, cases by COPY, everything or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from time import perf_counter

from django.db import connection, transaction

from audit import trail
from cases.models import Case, Doubt
from catalogues.selectors import causes_on, law_in_use
from courts.models import Court, Division, FixedDay, Posting, User
from pipeline.demo.court import Demo
from pipeline.demo.dues import Law
from pipeline.demo.leaders import give_leaders_cases
from pipeline.demo.outcomes import tell_outcomes
from pipeline.demo.people import COURTS, MAIL_DOMAIN, UPPER, PersonPlan, Staff
from pipeline.demo.rows import COLUMNS, Ids, Slice

IN_OFFICE_SINCE = timedelta(days=5 * 365)
UNUSABLE_PASSWORD = "!"  # no hash begins like this; ``demo_logins`` gives real ones


class CannotSynthesize(Exception):
    """Why the demo court cannot be made here: one sentence."""


@dataclass(frozen=True)
class Made:
    """What was made: rows by table, and seconds by stage."""

    rows: Mapping[str, int]
    seconds: Mapping[str, float]


Tell = Callable[[str], None]


def synthesize(*, day: date, seed: int, cases: int | None, at: datetime, tell: Tell) -> Made:
    """Make the demo court of that day. Its cases wait in the outbox for the recomputation of their clocks."""
    watch = Watch(tell)
    with transaction.atomic():
        refuse_unless_empty()
        demo = Demo(law=law_of_the_demo(day), day=day, seed=seed, cases=cases)
        FixedDay.objects.create(day=day, seed=seed)
        ids = settle_people(demo.staff, day, demo.total)
        watch.passed("people", f"{len(demo.staff.people)} people in {len(COURTS)} courts")
        rows = load_cases(demo, ids, at, watch)
        told = tell_outcomes(day=day, seed=seed, cases=cases, at=at)
        rows.update(told)
        watch.passed("outcomes", f"{told['cases_outcome']:,} outcomes, {told['cases_element']:,} elements")
        rows.update(give_leaders_cases(day=day, seed=seed))
        watch.passed(
            "leaders", f"{rows['leaders_cases']:,} cases heard by leaders, {rows['reviews']:,} reviewed"
        )
        rows["cases_doubt"] = raise_doubts(ids, at)
        what = {"court": UPPER, "as_of": str(day), "seed": seed, "cases": rows["cases_case"]}
        trail.record("pipeline.synthesize", at=at, after=what, because="演示数据")
    return Made(rows, watch.seconds)


def refuse_unless_empty() -> None:
    standing = FixedDay.objects.first()
    if standing is not None:
        raise CannotSynthesize(
            f"the demo court already stands on {standing.day} (seed {standing.seed}); to make another, give it an empty database"
        )
    if Case.objects.exists():
        raise CannotSynthesize(
            "this database holds real cases; the demo court needs an empty database of its own"
        )
    missing = set(COURTS) - set(Court.objects.filter(code__in=COURTS).values_list("code", flat=True))
    if missing:
        raise CannotSynthesize(
            f"the courts {', '.join(sorted(missing))} are not there; run publish_catalogues first"
        )


def law_of_the_demo(day: date) -> Law:
    law = law_in_use()
    causes: dict[str, str] = {}
    for kind in ("causes_administrative", "causes_criminal", "causes_civil"):
        causes |= {
            cause.name: cause.code for cause in causes_on(kind, day).values() if cause.status == "active"
        }
    return Law(law.limits, law.grounds, law.national, law.type_codes, causes)


# --- people ----------------------------------------------------------------------------------------------
def settle_people(staff: Staff, day: date, cases: int) -> Ids:
    """Divisions, people and their posts; the answer says which ids they and the cases have."""
    courts = dict(Court.objects.filter(code__in=COURTS).values_list("code", "pk"))
    divisions = Division.objects.bulk_create(
        Division(court_id=courts[each.court], name=each.name, kind=each.kind, position=each.position)
        for each in staff.divisions
    )
    users = User.objects.bulk_create(
        user_of(number, person) for number, person in enumerate(staff.people, start=1)
    )
    place = {(division.court_id, division.name): division for division in divisions}
    Posting.objects.bulk_create(
        Posting(
            user=user,
            court_id=courts[person.court],
            division=place.get((courts[person.court], division)),
            role=role,
            starts_on=day - IN_OFFICE_SINCE,
        )
        for user, person in zip(users, staff.people, strict=True)
        for role, division in person.posts
    )
    return Ids(next_case_id(cases), courts, [each.pk for each in divisions], [each.pk for each in users])


def user_of(number: int, person: PersonPlan) -> User:
    return User(
        username=person.username,
        name=person.name,
        email=f"{person.username}@{MAIL_DOMAIN}",
        staff_no=f"演示{number:05}",
        password=UNUSABLE_PASSWORD,
        is_demo=True,
    )


def next_case_id(cases: int) -> int:
    """The first of so many ids in a row, taken from the sequence so that nobody else gets them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(id), max(id) FROM (SELECT nextval(pg_get_serial_sequence('cases_case', 'id')) AS id"
            " FROM generate_series(1, %s)) taken",
            [cases],
        )
        first, last = cursor.fetchone()
    if last - first + 1 != cases:
        raise CannotSynthesize(
            "cases are being filed at this moment; the demo court needs an empty database of its own"
        )
    return int(first)


# --- cases -----------------------------------------------------------------------------------------------
def load_cases(demo: Demo, ids: Ids, at: datetime, watch: Watch) -> Counter[str]:
    rows: Counter[str] = Counter()
    with connection.cursor() as cursor:
        # Checked at the end of each COPY instead of all together at the end: memory stays that of one slice.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for slice_ in demo.slices(ids):
            copy_slice(cursor, slice_)
            copy(cursor, "cases_change", ("case_id", "at"), changes(slice_, at))
            rows.update({table: len(lines) for table, lines in slice_.items()})
            watch.passed("cases", f"{rows['cases_case']:,} of {demo.total:,} cases")
    return rows


def copy_slice(cursor: object, slice_: Slice) -> None:
    for table, columns in COLUMNS.items():
        copy(cursor, table, columns, slice_[table])


def copy(cursor: object, table: str, columns: Iterable[str], lines: list[str]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", StringIO("".join(lines)))


def changes(slice_: Slice, at: datetime) -> list[str]:
    return [f"{line[: line.index(chr(9))]}\t{at.isoformat()}\n" for line in slice_["cases_case"]]


# --- doubts ----------------------------------------------------------------------------------------------
DOUBTS = (
    ("unknown_person", "judge", "来源所载承办人“张某某”与本院人员不符，请核对", "", "张某某"),
    ("conflict", "amount", "来源标的额与现值不一致，请核对", "", "120000.00"),
    ("unknown_division", "division", "来源所载部门“民一庭”在本院没有，请核对", "", "民一庭"),
    ("conflict", "cause", "来源案由与现值不一致，请核对", "", "买卖合同纠纷"),
)


def raise_doubts(ids: Ids, at: datetime) -> int:
    """A few things for the trial offices to settle, on open cases of every court."""
    doubts = []
    for number, court in enumerate(ids.courts.values()):
        open_cases = Case.objects.open().filter(court=court, sealed="", category="民事").order_by("pk")[:2]
        for case, doubt in zip(open_cases, DOUBTS[number % 2 :: 2], strict=False):
            kind, field, sentence, ours, theirs = doubt
            ours = str(getattr(case, field)) if kind == "conflict" else ours
            doubts.append(
                Doubt(
                    case=case,
                    kind=kind,
                    field=field,
                    sentence=sentence,
                    ours=ours,
                    theirs=theirs,
                    raised_at=at,
                )
            )
    return len(Doubt.objects.bulk_create(doubts))


class Watch:
    """Says how far it has come, and how long each stage took."""

    def __init__(self, tell: Tell) -> None:
        self.tell, self.begun, self.last = tell, perf_counter(), perf_counter()
        self.seconds: dict[str, float] = {}

    def passed(self, stage: str, said: str) -> None:
        now = perf_counter()
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + now - self.last, 3)
        self.last = now
        self.tell(f"{now - self.begun:7.1f} s  {said}")
