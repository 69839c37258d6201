"""What no supervisor can do (放权不放任): by absence of a way, by permission, by constraint, and by these tests."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path

import psycopg2
import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.db.utils import DatabaseError
from django.urls import get_resolver, reverse
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from cases.marks import FOUR_CATEGORY
from cases.models import Case, ProcedureEvent
from catalogues.selectors import law_in_use
from courts.roles import MAY, Permission, Role
from supervision.measures import reply_to_measure, take_measure
from supervision.meetings import record_meeting
from supervision.models import LetterStep, LogEntry, Measure, Meeting, Opinion, Reply, Step
from tests.conftest import owner_connection

HOUSE = Path(__file__).resolve().parents[2]
ROOMS = ["cases", "supervision", "alerts", "ingest", "dashboard", "pipeline", "courts", "catalogues", "audit"]
OURS = [model for model in apps.get_models() if model._meta.app_label in ROOMS]
#: What only the panel writes: deliberation, the operative part, the judgment, the sentence; and signing it off.
THE_PANELS = re.compile(
    "评议(?!记录)|裁判主文|主文|裁判结果|判决书|判决内容|文书内容|合议意见|签发|刑期|量刑"
)
IN_CODE = re.compile(
    r"judg(e)?ment|verdict|sentence_|ruling|deliberation_text|operative_part|opinion|sign_off|issue_document",
    re.IGNORECASE,
)
BASIS = "法发〔2021〕30号第十条"
WRITTEN_ONCE = [Reply, Opinion, Meeting, LogEntry, Step, LetterStep]
MONDAY, TODAY = date(2026, 6, 1), date(2026, 6, 30)


def fields() -> list[tuple[str, models.Field]]:
    return [
        (f"{model._meta.label}.{field.name}", field)
        for model in OURS
        for field in model._meta.get_fields()
        if isinstance(field, models.Field)
    ]


# --- P01, P02, P03: no way ----------------------------------------------------------------------------------
def test_p01_no_table_can_hold_what_only_the_panel_writes():
    texts = (models.CharField, models.TextField, models.JSONField, models.FileField)
    written = [
        name
        for name, field in fields()
        if isinstance(field, texts) and THE_PANELS.search(str(field.verbose_name))
    ]
    assert written == []


def test_p01_no_name_of_a_field_speaks_of_a_judgment_but_the_opinions_of_meetings():
    named = {name for name, _field in fields() if IN_CODE.search(name)}
    assert named == {
        "supervision.CaseFacts.opinion_alert",  # public opinion (舆情)
        "supervision.LogEntry.opinion_at",  # where an opinion was voiced: a meeting, never the opinion
        "supervision.Opinion.id",
        "supervision.Opinion.meeting",
        "supervision.Opinion.speaker",
        "supervision.Opinion.text",
    }


def test_p01_no_permission_writes_an_opinion_or_a_judgment_or_signs_one():
    forbidden = re.compile(
        r"judg|opinion|verdict|sentence|(^|_)sign|issue_doc|ruling|draft_document", re.IGNORECASE
    )
    assert [permission for permission in Permission if forbidden.search(permission)] == []


def test_p01_and_p02_no_address_writes_blocks_or_signs_a_judgment():
    routes = [str(pattern.pattern) for pattern in walk(get_resolver())]
    assert len(routes) > 100
    assert [route for route in routes if IN_CODE.search(route) or "approve-document" in route] == []


def walk(resolver):
    for pattern in resolver.url_patterns:
        yield from walk(pattern) if hasattr(pattern, "url_patterns") else [pattern]


def test_p01_and_p02_the_interface_offers_no_such_thing():
    described = (HOUSE / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    paths = re.findall(r"^  (/\S+):$", described, re.MULTILINE)
    assert len(paths) > 5
    assert [path for path in paths if IN_CODE.search(path)] == []
    assert "裁判主文" not in described and "评议意见" not in described


def test_p03_opinions_are_created_in_one_place_alone():
    """Only ``meetings`` makes rows of ``Opinion``; nothing else in the house even imports the model to write it."""
    makers = set()
    for path in HOUSE.glob("*/**/*.py"):
        if path.parts[len(HOUSE.parts)] not in ROOMS or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] == "Opinion":
                makers.add(str(path.relative_to(HOUSE)))
    assert makers == {"supervision/meetings.py"}


def test_p03_an_opinion_hangs_on_a_meeting_and_a_meeting_on_a_measure():
    assert not Opinion._meta.get_field("meeting").null
    assert not Meeting._meta.get_field("measure").null
    assert not any(field.name.startswith("opinion") for field in Measure._meta.fields)
    assert {field.name for field in Reply._meta.fields} == {
        "id", "measure", "side", "by", "capacity", "at", "content", "attachment", "attachment_name", "attachment_hash",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["M02", "M03", "M04", "M05", "M10"])
def test_p03_no_meeting_is_recorded_under_another_measure(code, monday, confirmed_flag, president):
    measure = take(confirmed_flag, president, code, reason="案件重大")
    with pytest.raises(Refused, match="意见只能在会议上发表"):
        meet(measure, president)
    assert not Opinion.objects.exists()


@pytest.mark.django_db
def test_p03_opinion_text_exists_only_on_the_records_of_meetings(
    monday, confirmed_flag, division_head, judge
):
    measure = take(confirmed_flag, division_head, "M07")
    with pytest.raises(Refused, match="会议记录尚未登记"):
        reply_to_measure(measure=measure, content="先答复", by=judge, at=timezone.now())
    meeting = meet(measure, division_head)
    said = list(meeting.opinions.values_list("speaker", "text"))
    assert sorted(said) == [("张某", "应当判决驳回"), ("李某", "应予支持")]
    row = LogEntry.objects.get(act="supervision.record_meeting")
    entry = Entry.objects.get(act="supervision.record_meeting")
    assert row.opinion_at == "专业法官会议" and row.content == entry.because
    for words in ("应当判决驳回", "应予支持", meeting.minutes):
        assert words not in row.content
    assert "意见2条，见会议记录（SHA-256 " in row.content
    measure.refresh_from_db()
    assert measure.reply_due_on is not None  # the panel says what it made of it
    assert meet(measure, division_head) == meeting
    with pytest.raises(DatabaseError), transaction.atomic():
        Opinion.objects.update(text="改写")


@pytest.mark.django_db
def test_the_committee_decides_and_its_record_settles_the_measure(monday, confirmed_flag, vice_president):
    measure = take(confirmed_flag, vice_president, "M08")
    meet(measure, vice_president)
    measure.refresh_from_db()
    assert measure.state == "settled" and measure.meeting.kind == "committee"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"attendees": ["张某"]}, "至少两人"),
        ({"opinions": []}, "按人记录意见"),
        ({"opinions": [("王某", "同意")]}, "不在出席人之列"),
        ({"opinions": [("", "同意")]}, "写明发言人"),
        ({"minutes": " "}, "请填写会议记录"),
        ({"held_on": TODAY}, "会议日期应在"),
    ],
)
def test_opinions_are_attributed_and_minuted(monday, confirmed_flag, division_head, said, sentence):
    measure = take(confirmed_flag, division_head, "M07")
    with pytest.raises(Refused, match=sentence):
        meet(measure, division_head, **said)


# --- P01 again: the panel's own acts stand ---------------------------------------------------------------
@pytest.mark.django_db
def test_nothing_the_panel_recorded_changes_by_any_measure(monday, confirmed_flag, president, post, division):
    """Only M01 touches the case, and of it only who decides it."""
    case = confirmed_flag.case
    ProcedureEvent.objects.create(case=case, node="合议", on=monday)
    before = Case.objects.filter(pk=case.pk).values().get()
    theirs = ProcedureEvent.objects.exclude(
        node=FOUR_CATEGORY
    )  # that it stands under supervision is nothing they recorded
    events = set(theirs.values_list("node", "on", "note", "withdrawn_at"))
    for code in sorted(law_in_use().measures):
        if code != "M01":
            take(confirmed_flag, president, code, reason="案件重大")
    assert Case.objects.filter(pk=case.pk).values().get() == before
    assert set(theirs.values_list("node", "on", "note", "withdrawn_at")) == events
    take(
        confirmed_flag,
        president,
        "M01",
        reason="病假",
        judge=post("judge", division=division),
        parties_told_on=monday,
    )
    after = Case.objects.filter(pk=case.pk).values().get()
    assert {name for name in before if before[name] != after[name]} <= {"judge_id", "entered"}


# --- P04: no live flag, or outside the remit -------------------------------------------------------------
@pytest.mark.django_db
def test_p04_opening_a_case_without_a_flag_is_refused_recorded_and_offered_for_the_record(
    client, monday, file_case, division_head
):
    case = file_case()
    client.force_login(division_head)
    page = client.get(reverse("supervision:measure-for-case", args=[case.pk]))
    assert page.status_code == 403
    assert "没有生效的四类案件标识" in page.content.decode()
    entry = Entry.objects.get(act="supervision.take_measure", outcome="refused")
    assert (entry.actor_id, entry.case_id) == (division_head.pk, case.pk)
    assert "登记三个规定记录" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["PROPOSED", "DISPUTED", "EXPIRED", "REVOKED", "REJECTED", "CLOSED"])
def test_p04_a_flag_that_is_not_live_carries_nothing(client, monday, make_flag, division_head, state):
    flag = make_flag(state=state)
    client.force_login(division_head)
    address = reverse("supervision:measure-new", args=[flag.pk])
    for page in (
        client.get(address),
        client.post(f"{address}?code=M02", {"content": "请报告", "basis": BASIS}),
    ):
        assert page.status_code == 403
    assert Entry.objects.filter(act="supervision.take_measure", outcome="refused").count() == 2
    assert not Measure.objects.exists()


@pytest.mark.django_db
def test_p04_outside_the_remit_is_refused_and_names_no_case(client, monday, confirmed_flag, post, court):
    stranger = post("division_head", "邻庭庭长", division=court.divisions.create(name="刑事审判庭"))
    client.force_login(stranger)
    for name, pk in (("measure-new", confirmed_flag.pk), ("measure-for-case", confirmed_flag.case_id)):
        page = client.get(reverse(f"supervision:{name}", args=[pk]))
        assert page.status_code == 403
        text = page.content.decode()
        assert "不在您的职责范围内" in text and "登记三个规定记录" in text
        assert confirmed_flag.case.number not in text
    assert Entry.objects.filter(outcome="refused", actor_id=stranger.pk).count() == 2


@pytest.mark.django_db
def test_p04_another_courts_president_is_told_of_nothing(client, monday, confirmed_flag, outsider):
    client.force_login(outsider)
    for name, pk in (("measure-new", confirmed_flag.pk), ("measure-for-case", confirmed_flag.case_id)):
        assert client.get(reverse(f"supervision:{name}", args=[pk])).status_code == 404


# --- P05, P06, P07 ---------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_p05_a_measure_without_basis_or_content_cannot_even_be_stored(monday, confirmed_flag, division_head):
    measure = take(confirmed_flag, division_head)
    for name in ("basis", "content"):
        with pytest.raises(DatabaseError, match="measure_has_basis_and_content"), transaction.atomic():
            Measure.objects.filter(pk=measure.pk).update(**{name: ""})


@pytest.mark.django_db
def test_p06_a_measure_page_under_a_secret_flag_is_an_unknown_page(
    client, monday, make_flag, judge, division_head, vice_president
):
    flag = make_flag(code="D01", state="CONFIRMED", secret=True)
    measure = Measure.objects.create(
        flag=flag, case=flag.case, code="M02", mode="process", taken_by=division_head, capacity="", basis=BASIS,
        content="不得泄露", taken_at=timezone.now(), reply_due_on=TODAY,
    )  # fmt: skip
    for person in (judge, division_head, vice_president):
        client.force_login(person)
        assert client.get(reverse("supervision:measure", args=[measure.pk])).status_code == 404
        assert client.get(reverse("supervision:measure-new", args=[flag.pk])).status_code == 404
        for page in ("desk", "mine"):
            assert "不得泄露" not in client.get(reverse(f"supervision:{page}")).content.decode()
    client.force_login(judge)
    assert client.post(reverse("supervision:measure-reply", args=[measure.pk]), {}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("model", WRITTEN_ONCE)
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_p07_what_was_said_is_never_changed_or_deleted(model, act):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(model._meta.db_table))


@pytest.mark.django_db
@pytest.mark.parametrize("model", WRITTEN_ONCE)
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_p07_not_even_by_the_owner_of_the_tables(model, act):
    with (
        owner_connection() as link,
        link.cursor() as cursor,
        pytest.raises(psycopg2.Error, match="append-only"),
    ):
        cursor.execute("SET lock_timeout = '5s'")
        cursor.execute(act.format(model._meta.db_table))
    link.close()


@pytest.mark.django_db
def test_the_database_itself_refuses_a_third_reconsideration(monday, confirmed_flag, division_head):
    ProcedureEvent.objects.create(case=confirmed_flag.case, node="合议", on=monday)
    first = take(confirmed_flag, division_head, "M06")
    for ordinal, name in ((3, "twice_at_most"), (1, "each_reconsideration")):
        with pytest.raises(DatabaseError, match=name), transaction.atomic():
            Measure.objects.create(
                flag=first.flag, case=first.case, code="M06", mode="organisation", ordinal=ordinal, capacity="",
                taken_by=division_head, basis=BASIS, content="再复议", taken_at=timezone.now(),
            )  # fmt: skip


def test_those_who_may_take_measures_hold_no_permission_of_the_panel():
    supervisors = [role for role in Role if Permission.TAKE_MEASURES in MAY[role]]
    assert supervisors == [Role.PRESIDENT, Role.VICE_PRESIDENT, Role.AC_MEMBER, Role.DIVISION_HEAD]
    for role in supervisors:
        assert not MAY[role] & {Permission.REPLY_TO_MEASURES, Permission.RAISE_FLAG, Permission.RECORD_EVENT}


# --- shared ----------------------------------------------------------------------------------------------
def take(flag, by, code="M02", **said) -> Measure:
    flag = type(flag).objects.select_related("case").get(pk=flag.pk)
    words = {"content": f"请报告{code}", "basis": BASIS} | said
    return take_measure(flag=flag, code=code, by=by, at=timezone.now(), sure=True, **words)


def meet(measure, by, **said) -> Meeting:
    given = {
        "held_on": MONDAY,
        "attendees": ["张某", "李某"],
        "minutes": "讨论法律适用",
        "opinions": [("张某", "应当判决驳回"), ("李某", "应予支持")],
    } | said
    return record_meeting(measure=measure, by=by, at=timezone.now(), **given)
