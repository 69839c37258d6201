"""Before its disclosure nothing gives a notice away: every address answers byte for byte as if there were none.

The same court is looked at twice by the same people, before and after its judge saved drafts, was told, explained, was
refused and let one notice end unseen. Every visit is rolled back, so that only what is private is new the second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from alerts.handling import end_handling, mark_done
from alerts.models import Alert, Delivery
from alerts.models import Notice as Message
from alerts.watching import watch_case
from audit import trail
from audit.models import Entry
from cases.models import Change
from courts.models import StandIn
from courts.services import issue_token
from deviation.contests import contest
from deviation.drafts import save_draft
from deviation.models import Draft, Notice, Score
from deviation.notices import disclose_due, explain, tell_judge
from pipeline.services import drain
from supervision.models import CaseFacts, LogEntry
from tests.supervision.test_secrecy import (
    LEFT_OUT,
    NOBODYS,
    RolledBack,
    differences,
    logged_in,
    same,
    seen_by,
    seen_calmly,
    visit,
)
from tests.test_scoping import addresses, filled

MILD = "较大或两年三次或入户或携凶或扒窃"
BREACH = {"band": MILD, "start": None, "increments": 0.0, "base": None, "applied": {}}
TODAY = date(2026, 6, 9)
OPEN_TO_TOKENS = tuple(
    f"/api/v1/{name}/" for name in ("deviations", "cases", "facts", "flags", "alerts", "me")
)
PEOPLE = [
    "presiding", "member", "assistant", "stand_in", "division_head", "vice_president", "president", "trial_office",
    "superior", "itadmin", "outsider",
]  # fmt: skip


@pytest.fixture(autouse=True)
def one_moment(db):
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def superior(post, upper_court):
    return post("superior", "中院业务庭", at=upper_court)


@pytest.fixture
def stand_in(post, division, judge, now):
    person = post("judge", "代办法官", division=division)
    day = timezone.localdate(now)
    StandIn.objects.create(
        person=judge, stand_in=person, starts_on=day - timedelta(400), ends_on=day + timedelta(400), reason="学习", created_at=now
    )  # fmt: skip
    return person


@pytest.fixture
def world(request, theft, disclosed, score, presiding, member, assistant, trial_office, on_day, now):
    """Cases of one judge: one nobody was told of yet, one sealed, one disclosed, one contested; others' scores in the month."""
    for name in PEOPLE:
        request.getfixturevalue(name)
    seats = {"presiding": presiding, "members": [member.pk], "assistant": assistant}
    cases = [theft(**seats), theft(**seats, sealed="juvenile"), theft(**seats), theft(**seats)]
    disclosed(cases[2])
    notice = disclosed(cases[3])
    contest(notice=notice, ground="method", text="样本太少", by=notice.judge, at=now)
    on_day(TODAY)
    Change.objects.bulk_create(Change(case_id=case.pk) for case in cases)
    drain(at=now - timedelta(hours=1), today=TODAY)
    return cases


@pytest.fixture
def plant(world, score, judge, now):
    """``plant()``: all that may happen about a notice while it is the judge's own, in an open and in a sealed case."""

    def grow() -> Notice:
        for case in world[:2]:
            save_draft(case=case, party=None, values={"months": 12.0}, guideline={}, by=judge, at=now)
            save_draft(case=case, party=None, values={"months": 40.0}, guideline=BREACH, by=judge, at=now)
            notice = Notice.objects.get(case=case, state="private")
            explain(notice=notice, code="several_crimes", words="数罪并罚", by=judge, at=now)
            with pytest.raises(trail.Refused) as refused, transaction.atomic():
                explain(notice=notice, code="other", words="", by=judge, at=now)
            trail.record_refusal(refused.value, by=judge, at=now)
            yellow = tell_judge(score=score(case, "yellow", code="fine", outcome=9.0), at=now)
            Notice.objects.filter(pk=yellow.pk).update(private_until=date(2026, 6, 1))
            tell_judge(score=score(case, "red", code="probation", outcome=1.0), at=now)
            tell_judge(score=score(case, "green", code="probation", outcome=0.0), at=now)
        disclose_due(today=TODAY, at=now)
        drain(at=now, today=TODAY)
        logged_in(judge).get(f"/deviation/notices/{notice.pk}/")
        return Notice.objects.get(case=world[0], code="months")

    return grow


def paths(world) -> Iterator[str]:
    """Every address with the ids of the cases and of what is disclosed, and the questions one may ask there."""
    ids = [world[0].pk, Notice.objects.get(case=world[2]).pk, Notice.objects.get(case=world[3]).pk]
    for route, converters in addresses():
        if not route.startswith(LEFT_OUT):
            yield from sorted(filled(route, converters, ids))
    yield from (
        "/trail/?act=deviation.save_draft",
        "/trail/?act=deviation.tell_judge",
        "/trail/?act=deviation.explain",
    )
    yield from (
        "/trail/?person=周",
        "/deviation/disclosed/?month=2026-11",
        "/api/v1/deviations/?state=disclosed",
    )
    yield from (f"/cases/export/?format={kind}" for kind in ("csv", "xlsx"))
    yield from (
        f"/api/v1/{name}/?case={case.pk}" for case in world for name in ("deviations", "facts", "flags")
    )
    yield from (f"/api/v1/cases/?changed_since=2020-01-01T00:00:00Z&sort={sort}" for sort in ("", "due"))


def worth_seeing(client: Client, world) -> list[str]:
    answers = {path: visit(client, path) for path in dict.fromkeys(paths(world))}
    return [path for path, answer in answers.items() if answer.status not in (404, 405)]


def differences_made(plant, client: Client, known: list[str], see: Any = seen_by) -> dict[str, str]:
    before = see(client, known)
    try:
        with transaction.atomic():
            plant()
            after = see(client, known)
            raise RolledBack
    except RolledBack:
        return differences(before, after)


@pytest.mark.slow
@pytest.mark.parametrize(
    "who", ["presiding", "stand_in", "division_head", "trial_office", "itadmin", "outsider"]
)
def test_no_address_gives_a_private_notice_away(request, world, plant, who):
    client = logged_in(request.getfixturevalue(who))
    known = worth_seeing(client, world)
    doubtful = differences_made(plant, client, known)
    found = differences_made(plant, client, list(doubtful), seen_calmly)
    assert not found, "\n".join(f"{path}: {what}" for path, what in found.items())
    assert len(known) > 5


@pytest.mark.slow
def test_the_sweep_would_notice(world, plant, judge):
    client = logged_in(judge)
    found = differences_made(plant, client, worth_seeing(client, world))
    case = world[0].pk
    assert {"/deviation/", f"/deviation/cases/{case}/", f"/deviation/cases/{case}/draft/"} <= set(found)
    assert f"/trail/of-case/{case}/" in found


@pytest.mark.parametrize("who", ["judge", "division_head", "president", "trial_office"])
def test_no_token_of_anybody_reads_a_private_notice(request, world, plant, who, now):
    """Not even the judge's own: what runs by a token is no longer the judge alone."""
    person = request.getfixturevalue(who)
    scopes = ["cases:read", "flags:read", "deviation:read"]
    secret = issue_token(user=person, name="接口", scopes=scopes, days=400, by=person, at=now)[1]
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})
    known = [path for path in dict.fromkeys(paths(world)) if path.startswith(OPEN_TO_TOKENS)]
    known = [path for path in known if visit(client, path).status == 200]
    assert any("deviations" in path for path in known)
    found = differences_made(plant, client, known, seen_calmly)
    assert not found, "\n".join(f"{path}: {what}" for path, what in found.items())


@pytest.mark.parametrize("who", PEOPLE)
def test_the_number_of_a_private_notice_is_a_number_nobody_has(request, world, plant, who):
    notice = plant()
    client = logged_in(request.getfixturevalue(who))
    hidden = [notice.pk, notice.score_id, Draft.objects.filter(case=world[0]).first().pk]
    for route, converters in addresses():
        if "deviation" not in route:
            continue
        for pk in hidden:
            for path in filled(route, converters, [pk]):
                unknown = path.replace(str(pk), str(NOBODYS))
                if path != unknown:
                    seen = seen_calmly(client, [path, unknown])
                    assert same(seen[path], seen[unknown], pk), path


def test_nothing_private_reaches_a_fact_an_alert_the_log_a_message_or_the_outbox(world, plant):
    def told() -> list[Any]:
        return [
            list(CaseFacts.objects.order_by("pk").values()),
            *(model.objects.count() for model in (Alert, Message, Delivery, LogEntry, Change)),
        ]

    before = told()
    plant()
    assert told() == before


def test_an_exported_trail_says_nothing_of_it(world, plant):
    plant()
    out = StringIO()
    call_command("export_trail", stdout=out, output="-")
    lines = [line for line in out.getvalue().splitlines() if '"deviation.' in line]
    assert all("数罪并罚" not in line for line in lines)
    assert not [line for line in lines if "save_draft" in line or "explain" in line]


# --- the trail, entry by entry ---------------------------------------------------------------------------------------
def seen_in_trail(person, case, act: str) -> bool:
    page = logged_in(person).get(f"/trail/of-case/{case.pk}/")
    return page.status_code == 200 and act in page.content.decode()


def test_what_the_judge_did_is_in_the_trail_for_the_judge_alone_until_disclosed(
    told, judge, division_head, president, on_day, now
):
    notice = told()
    explain(notice=notice, code="several_crimes", words="另犯他罪一并处理", by=judge, at=now)
    case = notice.case
    assert seen_in_trail(judge, case, "说明偏离理由")
    assert seen_in_trail(judge, case, "告知偏离提示")
    assert not seen_in_trail(division_head, case, "说明偏离理由")
    assert not seen_in_trail(division_head, case, "告知偏离提示")
    assert "偏离" not in rows_of_trail(president)
    on_day(TODAY)
    disclose_due(today=TODAY, at=now)
    assert seen_in_trail(division_head, case, "说明偏离理由")
    assert "说明偏离理由" in rows_of_trail(president)
    assert not Entry.objects.filter(
        because__contains="另犯他罪"
    ).exists()  # the words stand on the notice alone


def rows_of_trail(person) -> str:
    return str([str(row["act"]) for row in logged_in(person).get("/trail/").context["rows"]])


OFFERED = (
    '<option value="contest">偏离异议待决定</option>'  # the kind, to everybody, whether there is one or not
)
TELLING = ("偏离异议待", "说明偏离", "公开偏离", "提出偏离", "另犯他罪", "已安排讨论")


@pytest.mark.parametrize("who", ["presiding", "member", "assistant", "stand_in"])
def test_who_sees_the_case_alone_learns_of_no_notice_from_its_trail_or_alerts(
    request, told, theft, presiding, member, assistant, judge, trial_office, division_head, on_day, now, who
):
    """Neither while it is the judge's own, nor once it is disclosed and contested."""
    person = request.getfixturevalue(who)
    case = theft(presiding=presiding, members=[member.pk], assistant=assistant)
    notice = told(case)
    explain(notice=notice, code="other", words="另犯他罪一并处理", by=judge, at=now)
    on_day(TODAY)
    disclose_due(today=TODAY, at=now)
    notice.refresh_from_db()
    contest(notice=notice, ground="method", text="样本太少", by=judge, at=now)
    watch_case(case=case, by=person, note="关注", at=now)
    drain(at=now, today=TODAY)
    alert = Alert.objects.get(case=case, kind="contest")
    later = date(2026, 6, 10)
    handling = mark_done(alert=alert, by=trial_office, reason="已安排讨论", until_on=later, at=now)
    end_handling(handling=handling, by=trial_office, at=now)

    client = logged_in(person)
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    assert not Message.objects.filter(person=person, alert=alert).exists()
    assert alert not in Alert.objects.visible_to(person)
    for page in (
        f"/trail/of-case/{case.pk}/", f"/cases/{case.pk}/", f"/alerts/case/{case.pk}/", f"/alerts/day/case/{case.pk}/",
        f"/api/v1/alerts/?case={case.pk}", f"/alerts/{alert.pk}/handle/", "/alerts/inbox/", "/alerts/day/?tab=watched",
    ):  # fmt: skip
        seen = client.get(page).content.decode().replace(OFFERED, "")
        assert not [word for word in TELLING if word in seen], page
    assert case.number not in client.get("/alerts/day/?tab=all&kind=contest").content.decode()
    for may in (judge, division_head, trial_office):
        assert alert in Alert.objects.visible_to(may)
        assert seen_in_trail(may, case, "提出偏离异议")
    assert seen_in_trail(division_head, case, "已安排讨论")


def test_a_draft_stays_in_the_trail_of_its_judge_alone_for_ever(
    disclosed, theft, judge, president, on_day, now
):
    case = theft()
    on_day(date(2026, 6, 1))
    save_draft(case=case, party=None, values={"months": 40.0}, guideline=BREACH, by=judge, at=now)
    disclose_due(today=TODAY, at=now)
    assert Notice.objects.get(case=case).disclosed_at
    assert seen_in_trail(judge, case, "核对拟判")
    assert not seen_in_trail(president, case, "核对拟判")


def test_entries_about_deviations_are_hidden_from_the_counts_too(told, president):
    before = len(logged_in(president).get("/trail/").context["rows"])
    told()
    assert Entry.objects.filter(act="deviation.tell_judge").exists()
    assert len(logged_in(president).get("/trail/").context["rows"]) == before


def test_a_score_of_others_is_seen_by_nobody_before_its_notice_is_disclosed(
    told, division_head, presiding, judge
):
    notice = told()
    assert Score.objects.visible_to(judge).exists()
    for person in (division_head, presiding):
        assert not Score.objects.visible_to(person).exists()
    assert notice.score in Score.objects.visible_to(judge)
