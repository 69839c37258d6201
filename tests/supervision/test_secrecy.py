"""Nothing gives a secret flag away: every address answers byte for byte as if there were none.

The same house is looked at twice by the same people, before and after a complaint was stated about a case, screened, read by
the president, refused, decided and exported. Every visit is rolled back, so that only the secret is new the second time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from alerts.models import Delivery, Notice
from audit import trail
from cases.models import Change
from pipeline.services import drain
from supervision import log
from supervision.files import export_file
from supervision.models import Flag, Measure
from supervision.statements import state_fact
from tests.test_scoping import addresses, filled

pytestmark = pytest.mark.slow
#: What differs from one visit to the next by itself.
PASSING = [
    (re.compile(rb'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": |csrf[^"]*" content=)"[^"]+"'), rb"\1"),
    (re.compile(rb'nonce="[^"]+"'), b"nonce"),
    (re.compile(rb"offer=[\w-]+=*"), b"offer"),  # encrypted anew each time
    (re.compile(rb"mingjing_(?:database|disk_free)_bytes.*|[\d.]+ GB"), b"size"),
    (re.compile(r"\d+ 个后台进程应答".encode()), b"workers"),  # others' workers come and go
    (re.compile(rb"mingjing_workers.*"), b"workers"),
    (re.compile(rb"&quot;X-CSRFToken&quot;: &quot;[^&]+&quot;"), b"token"),
]
#: Doors, what changes the session, and files that are not ours.
LEFT_OUT = ("logout/", "login/", "static/", "admin/", "password/", "account/language")
NOBODYS = 4_503_599_627_370_495
PEOPLE = ["judge", "division_head", "vice_president", "trial_office", "outsider", "itadmin"]


@dataclass(frozen=True)
class Answer:
    """What a visitor can measure."""

    status: int
    body: bytes
    headers: str
    queries: int


@pytest.fixture(autouse=True)
def one_moment(db):
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def itadmin(post):
    return post("itadmin", "信息员许")


@pytest.fixture
def people(request) -> None:
    """All there before anything happens: who comes later is told later."""
    for name in (*PEOPLE, "president", "discipline"):
        request.getfixturevalue(name)


@pytest.fixture
def world(people, file_cases, make_flag, presiding, division_head, judge, now):
    """Cases like each other: one of them, later, with a secret; open flags, a measure and its log on both."""
    cases = file_cases(2, presiding=presiding, cause_code="9001") + file_cases(3)
    for case in cases[:2]:
        flag = make_flag(case, "B01", "CONFIRMED")
        measure = Measure.objects.create(
            flag=flag, case=case, code="M02", mode="process", taken_by=division_head, capacity="庭长", content="请报告案件进展。",
            basis="法发〔2021〕30号第十条", taken_at=now,
        )  # fmt: skip
        log.write(
            case=case,
            act="supervision.take_measure",
            by=division_head,
            at=now,
            measure=measure,
            content="请报告案件进展。",
        )
        trail.record("cases.record_event", at=now, by=judge, on=case)
    Change.objects.bulk_create(Change(case_id=case.pk) for case in cases)
    drain(at=now - timedelta(hours=1), today=timezone.localdate(now))
    return cases


@pytest.fixture
def plant(world, discipline, president, now):
    """``plant()``: a complaint about the first case, and everything that may happen to it while it is secret."""

    def grow() -> Flag:
        case = world[0]
        state_fact(
            case=case, fact="complaint_realname_leads", value=True, basis="实名举报信", by=discipline, at=now
        )
        drain(at=now, today=timezone.localdate(now))
        flag = Flag.objects.get(case=case, secret=True)
        trail.record_reading(case, by=president, at=now + timedelta(minutes=1))
        with pytest.raises(trail.Refused) as refused:
            state_fact(
                case=case, fact="complaint_realname_leads", value="也许", basis="", by=discipline, at=now
            )
        trail.record_refusal(refused.value, by=discipline, at=now)
        trail.record_refusal(
            trail.Refused("尚待核实", act="supervision.confirm_flag", on=flag, status=409),
            by=president,
            at=now,
        )
        trail.record("supervision.verify_complaint", at=now, by=discipline, on=flag, because="初核")
        log.write(
            case=case, act="supervision.add_evidence", by=discipline, at=now, flag=flag, content="补充材料"
        )
        export_file(case=case, stream="secret", by=president, at=now)
        return flag

    return grow


def paths(world) -> Iterator[str]:
    """Every address, with the ids of the rows about the first two cases, and the questions one may ask there."""
    measure = Measure.objects.get(case=world[0])
    ids = [world[0].pk, measure.flag_id, measure.pk]
    for route, converters in addresses():
        if not route.startswith(LEFT_OUT):
            yield from sorted(filled(route, converters, ids))
    yield from asked(world)


def asked(world) -> Iterator[str]:
    number = quote(world[0].number)
    for sort in ("number", "-number", "due", "-due", "filed", "-filed", "judge", "remaining"):
        yield f"/cases/?sort={sort}"
    yield from (f"/cases/?q={word}" for word in (number, quote("举报"), "D01", quote("涉密")))
    yield from (f"/cases/export/?format={kind}" for kind in ("csv", "xlsx"))
    yield from (
        f"/supervision/{page}"
        for page in ("log/?waiting=open", f"log/?number={number}", f"log/?case={world[0].pk}")
    )
    yield from (f"/supervision/cases/{world[0].pk}/file/?stream={stream}" for stream in ("open", "secret"))
    yield from (f"/trail/?number={number}", "/trail/?act=supervision.propose_flag", "/trail/?act=cases.read")
    yield from (f"/api/v1/{name}/?case={world[0].pk}" for name in ("flags", "facts", "supervision-log"))
    yield from (
        f"/api/v1/flags/?{asks}" for asks in ("open=true", "rule=D01", "category=D", "state=PROPOSED")
    )
    yield from (f"/api/v1/cases/?changed_since=2020-01-01T00:00:00Z&sort={sort}" for sort in ("", "due"))


def visit(client: Client, path: str) -> Answer:
    """One visit that leaves nothing behind."""
    queries: list[str] = []
    try:
        with connection.execute_wrapper(counted(queries)), transaction.atomic():
            answer = client.get(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            raise RolledBack
    except RolledBack:
        pass
    for passing, instead in PASSING:
        body = passing.sub(instead, body)
    headers = f"{answer.get('Content-Disposition', '')}{answer.get('Location', '')}"
    return Answer(answer.status_code, body, headers, len(queries))


def counted(queries: list[str]) -> Any:
    def count(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    return count


class RolledBack(Exception):
    """Ends a visit."""


def worth_seeing(client: Client, world) -> list[str]:
    """The addresses that have something to say to this person; the first visit also reads what is read once."""
    answers = {path: visit(client, path) for path in dict.fromkeys(paths(world))}
    return [path for path, answer in answers.items() if answer.status not in (404, 405)]


def seen_by(client: Client, paths: list[str]) -> dict[str, Answer]:
    return {path: visit(client, path) for path in paths}


def seen_calmly(client: Client, paths: list[str]) -> dict[str, Answer]:
    """With the fewest queries of three visits: what a process remembers for a minute it reads anew now and then."""
    return {
        path: min((visit(client, path) for _ in range(3)), key=lambda seen: seen.queries) for path in paths
    }


def logged_in(person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def differences(before: dict[str, Answer], after: dict[str, Answer]) -> dict[str, str]:
    return {path: told(answer, after[path]) for path, answer in before.items() if answer != after[path]}


def told(before: Answer, after: Answer) -> str:
    if before.body == after.body:
        return f"{before.status}/{before.queries} queries, then {after.status}/{after.queries}"
    place = next((n for n, (a, b) in enumerate(zip(before.body, after.body, strict=False)) if a != b), 0)
    sides = [
        side.body[max(0, place - 80) : place + 160].decode("utf-8", "replace") for side in (before, after)
    ]
    return f"{before.status} {sides[0]!r} -> {after.status} {sides[1]!r}"


def differences_made(plant, client: Client, paths: list[str], see: Any = seen_by) -> dict[str, str]:
    """What is another answer with the secret than without; afterwards there is none."""
    before = see(client, paths)
    try:
        with transaction.atomic():
            plant()
            after = see(client, paths)
            raise RolledBack
    except RolledBack:
        return differences(before, after)


@pytest.mark.parametrize("who", PEOPLE)
def test_no_address_gives_a_secret_flag_away(request, world, plant, who):
    client = logged_in(request.getfixturevalue(who))
    known = worth_seeing(client, world)
    doubtful = differences_made(plant, client, known)
    found = differences_made(plant, client, list(doubtful), seen_calmly)
    assert not found, "\n".join(f"{path}: {what}" for path, what in found.items())
    assert len(known) > 30


def test_the_sweep_would_notice(world, plant, president):
    client = logged_in(president)
    found = differences_made(plant, client, worth_seeing(client, world))
    assert {"/supervision/", "/supervision/log/", "/trail/", "/api/v1/flags/"} <= set(found)


def test_only_those_who_keep_the_secret_are_told_of_it(world, plant, president, discipline):
    """Neither in the inbox nor by mail or message."""
    notices, deliveries = (set(model.objects.values_list("pk", flat=True)) for model in (Notice, Delivery))
    plant()
    keepers = {president.pk, discipline.pk}
    assert set(Notice.objects.exclude(pk__in=notices).values_list("person", flat=True)) <= keepers
    assert set(Delivery.objects.exclude(pk__in=deliveries).values_list("person", flat=True)) <= keepers


@pytest.mark.parametrize("who", PEOPLE)
def test_the_number_of_a_secret_flag_is_a_number_nobody_has(request, world, plant, who):
    """At every address: the same answer in the same number of queries."""
    flag = plant()
    client = logged_in(request.getfixturevalue(who))
    for route, converters in addresses():
        if "supervision/" not in route and "flags" not in route:
            continue
        for hidden in filled(route, converters, [flag.pk]):
            unknown = hidden.replace(str(flag.pk), str(NOBODYS))
            if hidden != unknown:
                seen = seen_calmly(client, [hidden, unknown])
                assert same(seen[hidden], seen[unknown], flag.pk), hidden


def same(hidden: Answer, unknown: Answer, pk: int) -> bool:
    body = hidden.body.replace(str(pk).encode(), str(NOBODYS).encode())
    location = hidden.headers.replace(str(pk), str(NOBODYS))
    return (hidden.status, body, location, hidden.queries) == (
        unknown.status,
        unknown.body,
        unknown.headers,
        unknown.queries,
    )
