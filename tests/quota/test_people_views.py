"""The pages of the people of quota: who opens which, what the forms do, that files say what they hold."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.html import strip_tags
from python_calamine import CalamineWorkbook

from audit.models import Entry
from courts.models import Availability, Court, FixedDay
from quota.appointing import publish_notice, record_committee
from quota.models import Candidate, Objection, QuotaJudge, Selection, Team, TeamMember, TermRequest
from quota.proposing import propose

TODAY = date(2026, 6, 30)
LISTS = ["judges", "selections", "teams"]
MARKED = {"assessment": "91", "exam": "81", "interview": "71", "handling": "80"}
OWN = ["my-availability", "my-candidacy"]


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def opened(seats_of, sit, scored, court, division, politics, now):
    """One of everything: a term, a round being scored, a candidate, a team, a record of availability."""
    seats_of(3)
    term = sit("周甲")
    selection, people = scored(1, {"候选子": (91, 81, 71), "候选丑": (82, 72, 62)})
    team = Team.objects.create(
        court=court, division=division, name="速裁一团队", kind="fast", opened_on=TODAY
    )
    about = {"starts_on": TODAY, "ends_on": date(2026, 9, 1), "fraction": Decimal("0.25"), "reason": "借调"}
    record = Availability.objects.create(user=term.person, **about)
    return {
        "judge-term": term, "selection": selection, "candidate": people["候选子"], "team": team, "availability-change": record,
    }  # fmt: skip


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def address(name, *about):
    return reverse(f"quota:{name}", args=[getattr(one, "pk", one) for one in about])


def page(client, user, name, *about, query=""):
    client.force_login(user)
    return client.get(address(name, *about) + query)


def post_to(client, user, name, /, *about, **data):
    client.force_login(user)
    return client.post(reverse(f"quota:{name}", args=[getattr(one, "pk", one) for one in about]), data)


def sheet_of(answer) -> list[list]:
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    return book.get_sheet_by_index(0).to_python()


# --- who opens what -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(("who", "status"), [("politics", 200), ("president", 200), ("judge", 403), ("division_head", 403), ("trial_office", 403)])  # fmt: skip
def test_the_lists_open_for_who_may_see_the_quota(client, request, opened, name, who, status):
    assert page(client, request.getfixturevalue(who), name).status_code == status


@pytest.mark.parametrize("name", ["judge-term", "selection", "candidate", "team", "availability-change"])
@pytest.mark.parametrize("who", ["judge", "division_head", "trial_office", "outsider"])
def test_single_pages_are_unknown_to_everybody_else(client, request, opened, name, who):
    assert page(client, request.getfixturevalue(who), name, opened[name]).status_code == 404


@pytest.mark.parametrize("name", ["judge-term", "selection", "candidate", "team", "availability-change"])
def test_single_pages_open_for_the_political_department(client, opened, politics, name):
    assert page(client, politics, name, opened[name]).status_code == 200


@pytest.mark.parametrize("name", [*LISTS, *OWN, "availability"])
def test_a_visitor_is_asked_to_log_in(client, db, name):
    assert client.get(address(name)).status_code == 302


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("who", ["judge", "politics", "outsider"])
def test_everybody_reads_their_own(client, request, opened, name, who):
    assert page(client, request.getfixturevalue(who), name).status_code == 200


def test_another_court_reads_nothing_of_this_one(client, opened, outsider, court):
    for name in LISTS:
        assert court.name not in text_of(page(client, outsider, name))
    for name in ("judges", "teams"):
        assert page(client, outsider, name, query=f"?court={court.pk}").status_code == 404


def test_the_court_above_reads_the_courts_below_in_organisational_order(client, opened, upper_court, post):
    text = text_of(page(client, post("superior", at=upper_court), "judges"))
    names = list(
        Court.objects.filter(parent=upper_court).order_by("position", "code").values_list("name", flat=True)
    )
    assert [text.index(name) for name in names] == sorted(text.index(name) for name in names)


def test_a_judge_reads_their_own_term_with_posts_and_availability(client, opened):
    term = opened["judge-term"]
    text = text_of(page(client, term.person, "judge-term", term))
    assert "承办法官" in text and "2020-01-01" in text and "25%" in text and "借调" in text
    assert "退出情形" not in text
    assert "25%" in text_of(page(client, term.person, "my-availability"))


def test_marks_are_on_the_page_of_who_carries_out_the_round_and_on_the_candidates_own_alone(
    client, opened, politics, post, division, sit
):
    selection, one = opened["selection"], opened["candidate"]
    assert "91.00" in text_of(page(client, politics, "selection", selection))
    vice = page(client, post("vice_president", division=division), "selection", selection)
    assert "候选子" in text_of(vice) and "91.00" not in text_of(vice)
    own = text_of(page(client, one.person, "my-candidacy"))
    assert "91.00" in own and "82.00" not in own and "候选丑" not in own


def test_why_somebody_is_away_is_for_themselves_and_who_manages_them(
    client, opened, politics, president, post, upper_court
):
    term = opened["judge-term"]
    for reader in (politics, term.person):
        assert "借调" in text_of(page(client, reader, "judge-term", term))
    for reader in (president, post("superior", at=upper_court), post("president", at=upper_court)):
        text = text_of(page(client, reader, "judge-term", term))
        assert "25%" in text and "借调" not in text


def test_nobody_else_reads_an_outcome_before_the_committee_nor_ever_its_reason(
    client, opened, politics, president, post, division, now
):
    selection, one = opened["selection"], opened["candidate"]
    propose(selection=selection, by=politics, at=now)
    vice = post("vice_president", division=division)
    Candidate.objects.create(selection=selection, person=vice, qualified=False, outcome="not_proposed")
    Candidate.objects.filter(pk=one.pk).update(outcome_why="总分居前")

    def read_by(user) -> str:
        book = str(sheet_of(page(client, user, "selection", selection, query="?xlsx")))
        return text_of(page(client, user, "selection", selection)) + book

    assert "'拟入额'" in read_by(politics) and "总分居前" in read_by(politics)
    assert "'拟入额'" not in read_by(vice) and "未入围" not in read_by(vice)
    Selection.objects.update(decided_by=president)
    assert "'拟入额'" in read_by(vice) and "总分居前" not in read_by(vice)


# --- what the forms do ----------------------------------------------------------------------------------------------
def test_an_entry_and_an_exit_that_another_approves_by_the_forms(
    client, court, seats_of, judge, politics, president
):
    seats_of(1)
    said = {"person": judge.username, "entered_on": "2026-06-01", "basis": "任命〔2026〕2号"}
    assert "没有找到" in text_of(post_to(client, politics, "enter", court, **said | {"person": "没有此人"}))
    assert post_to(client, politics, "enter", court, **said).status_code == 302
    entry = TermRequest.objects.get()
    assert not QuotaJudge.objects.exists()
    for court_page in (
        page(client, who, "judges", query=f"?court={court.pk}") for who in (politics, president)
    ):
        assert "等待办理" in text_of(court_page)
    assert "提请人和本人不能批准" not in text_of(page(client, politics, "term-request", entry))
    assert post_to(client, politics, "term-request", entry, approve="1").status_code == 403
    assert page(client, judge, "term-request", entry).status_code == 200
    assert post_to(client, president, "term-request", entry, approve="1").status_code == 302
    term = QuotaJudge.objects.get()
    post_to(client, politics, "leave", term, left_on="2026-06-30", trigger="too_few", reason="通报")
    exit_ = TermRequest.objects.get(state="waiting")
    assert "待批准" in text_of(page(client, judge, "judge-term", term))
    assert post_to(client, politics, "term-request", exit_, reason="").status_code in (200, 422)
    assert post_to(client, politics, "term-request", exit_, reason="另行核实").status_code == 302
    assert QuotaJudge.objects.get().left_on is None
    wrong = post_to(client, politics, "leave", term, left_on="2026-06-30", trigger="", reason="退休")
    assert wrong.status_code == 422 and "退休" in wrong.content.decode()
    post_to(client, politics, "leave", term, left_on="2026-06-30", trigger="left", reason="退休")
    assert "退休、调离、辞职、死亡" in text_of(page(client, politics, "judge-term", term))
    assert "2026-06-30" in text_of(page(client, politics, "judges", query=f"?court={court.pk}&past"))


def test_a_round_from_its_opening_to_the_appointment_by_the_forms(
    client, court, seats_of, post, politics, president
):
    seats_of(1)
    person = post("assistant", "候选寅")
    about = {"court": court.pk, "name": "第一批", "category": "default", "seats": 1}
    post_to(client, politics, "selection-open", **about)
    selection = Selection.objects.get()
    post_to(client, politics, "selection-act", selection, "add", person="候选寅", is_leader="on")
    one = Candidate.objects.get()
    post_to(client, politics, "candidate-act", one, "review", **{"review-qualified": "yes"})
    post_to(client, politics, "selection-act", selection, "start")
    marks = {f"{one.pk}-{code}": 90 for code in ("assessment", "exam", "interview", "handling")}
    wrong = post_to(client, politics, "selection-act", selection, "marks", **marks | {f"{one.pk}-exam": 101})
    assert wrong.status_code == 422 and "最多 100" in text_of(wrong)
    post_to(client, politics, "selection-act", selection, "marks", **marks)
    post_to(client, politics, "selection-act", selection, "propose")
    post_to(client, president, "selection-act", selection, "committee", **{f"{one.pk}-said": "yes"})
    post_to(
        client, president, "selection-act", selection, "notice", starts_on="2026-06-20", ends_on="2026-06-29"
    )
    assert "早于发起日" not in text_of(page(client, politics, "selection", selection))
    Selection.objects.update(opened_on=date(2026, 6, 1))
    post_to(
        client, president, "selection-act", selection, "notice", starts_on="2026-06-20", ends_on="2026-06-29"
    )
    post_to(client, politics, "candidate-act", one, "report", **{"report-on": "2026-06-25"})
    said = {"appoint-entered_on": "2026-06-30", "appoint-basis": "任命〔2026〕3号"}
    assert post_to(client, politics, "candidate-act", one, "appoint", **said).status_code == 302
    assert QuotaJudge.objects.get(person=person).candidate == one
    assert page(client, politics, "candidate", one).status_code == 200
    assert "已任命" in text_of(page(client, person, "my-candidacy"))


def test_a_person_objects_on_their_own_pages_and_is_answered(
    client, opened, court, politics, division_head, post
):
    term, one = opened["judge-term"], opened["candidate"]
    for about, thing in (("term", term), ("candidate", one)):
        assert post_to(client, politics, "object", about, thing, text="某").status_code == 404
        assert post_to(client, thing.person, "object", about, thing, text="长" * 501).status_code == 422
        assert (
            post_to(client, thing.person, "object", about, thing, text=f"成绩有误{about}").status_code == 302
        )
        text = text_of(page(client, politics, "judges", query=f"?court={court.pk}"))
        assert f"{thing.person} · 本人异议" in text
        objection = Objection.objects.get(**{about: thing})
        for nobody in (division_head, thing.person):
            assert page(client, nobody, "objection", objection).status_code == 404
        assert post_to(client, politics, "objection", objection, answer="已核对").status_code == 302
        assert post_to(client, thing.person, "object", about, thing, text="再提").status_code == 409
    for reader, where in (
        (term.person, ["judge-term", term]),
        (one.person, ["my-candidacy"]),
        (politics, ["candidate", one]),
    ):
        assert "已核对" in text_of(page(client, reader, *where))
    vice = post("vice_president", division=division_head.seats[0].division)
    assert "成绩有误" not in text_of(page(client, vice, "judge-term", term))


def test_a_page_opened_before_a_colleague_marked_takes_nothing_back(client, opened, politics):
    selection, one = opened["selection"], opened["candidate"]
    Candidate.objects.filter(pk=one.pk).update(exam=None)
    stale = {f"{one.pk}-{code}": "" if code == "exam" else mark for code, mark in MARKED.items()}
    stale |= {f"initial-{name}": said for name, said in stale.items()}
    Candidate.objects.filter(pk=one.pk).update(exam=95)
    changed = stale | {f"{one.pk}-interview": "72"}
    assert post_to(client, politics, "selection-act", selection, "marks", **changed).status_code == 302
    one.refresh_from_db()
    assert (one.exam, one.interview) == (95, 72)
    late = stale | {f"{one.pk}-exam": "60"}
    answer = post_to(client, politics, "selection-act", selection, "marks", **late)
    assert answer.status_code == 422 and "其他人员已改为 95" in text_of(answer)
    assert f'name="initial-{one.pk}-exam"' in page(client, politics, "selection", selection).content.decode()


def test_a_team_and_availability_by_the_forms(client, court, sit, politics):
    person = sit("周甲").person
    post_to(client, politics, "team-open", court, name="速裁", kind="fast", opened_on="2026-01-01")
    team = Team.objects.get()
    post_to(client, politics, "team-act", team, "join", person="周甲", part="judge", joined_on="2026-02-01")
    assert "周甲（法官）" in text_of(page(client, politics, "teams", query=f"?court={court.pk}"))
    post_to(
        client, politics, "team-act", team, "leave", member=TeamMember.objects.get().pk, left_on="2026-06-01"
    )
    post_to(client, politics, "team-act", team, "close", closed_on="2026-06-02")
    assert Team.objects.get().closed_on == date(2026, 6, 2)
    about = {
        "person": "周甲",
        "starts_on": "2026-07-01",
        "ends_on": "2026-07-31",
        "percent": "50",
        "reason": "产假",
    }
    assert post_to(client, politics, "availability-record", **about | {"percent": "120"}).status_code == 422
    post_to(client, politics, "availability-record", **about)
    record = Availability.objects.get(user=person, fraction=Decimal("0.5"))
    post_to(client, politics, "availability-change", record, act="end", ends_on="2026-07-15")
    post_to(client, politics, "availability-change", record, act="withdraw", reason="误登")
    assert not Availability.objects.exists()


@pytest.mark.parametrize(
    ("name", "about", "act"),
    [("selection-act", "selection", "cancel"), ("team-act", "team", "close"), ("enter", "court", None)],
)
def test_who_only_reads_changes_nothing(client, opened, court, post, upper_court, name, about, act):
    above = post("superior", at=upper_court)
    target = court if about == "court" else opened[about]
    data = {"cancel-reason": "某", "closed_on": "2026-06-30"}
    answer = post_to(client, above, name, *([target, act] if act else [target]), **data)
    assert answer.status_code in (403, 404)


# --- the notice -----------------------------------------------------------------------------------------------------
def test_the_notice_names_people_without_marks_to_the_house_while_it_hangs(
    client, opened, politics, president, judge, outsider, now
):
    selection = opened["selection"]
    assert page(client, judge, "notice", selection).status_code == 404
    propose(selection=selection, by=politics, at=now)
    said = {one.pk: (True, "") for one in Candidate.objects.filter(outcome="proposed")}
    record_committee(selection=selection, decisions=said, by=president, at=now)
    publish_notice(selection=selection, starts_on=TODAY, ends_on=date(2026, 7, 7), by=politics, at=now)
    text = text_of(page(client, judge, "notice", selection))
    assert "候选子" in text and "候选丑" not in text and "91" not in text
    assert page(client, outsider, "notice", selection).status_code == 404
    FixedDay.objects.update(day=date(2026, 7, 8))
    assert page(client, judge, "notice", selection).status_code == 404
    assert page(client, politics, "notice", selection).status_code == 200


# --- files ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "query", "says"),
    [
        ("judges", "?xlsx", "本年或者最近一年已公布的员额方案"),
        ("judges", "?court={court}&xlsx", "周甲"),
        ("teams", "?xlsx", "一类人员多的不抵另一类的缺"),
        ("availability", "?xlsx", "25%"),
    ],
)
def test_every_list_is_a_file_that_says_what_it_holds(client, opened, politics, court, name, query, says):
    rows = sheet_of(page(client, politics, name, query=query.format(court=court.pk)))
    said = " ".join(str(cell) for row in rows for cell in row if cell is not None)
    assert says in said and "导出人：政治部李" in said
    assert Entry.objects.filter(act="quota.export").exists()


def test_the_file_of_a_round_has_marks_only_for_who_may_see_them(client, opened, politics, post, division):
    selection = opened["selection"]
    full = str(sheet_of(page(client, politics, "selection", selection, query="?xlsx")))
    bare = str(
        sheet_of(
            page(client, post("vice_president", division=division), "selection", selection, query="?xlsx")
        )
    )
    assert "91.00" in full and "91.00" not in bare and "候选子" in bare


# --- cost -----------------------------------------------------------------------------------------------------------
def test_pages_cost_the_same_however_long(
    client, opened, court, division, post, sit, politics, costs_the_same
):
    def grow():
        for n in range(20):
            term = sit(f"法官{n:02}")
            team = Team.objects.create(
                court=court, division=division, name=f"团队{n}", kind="fast", opened_on=TODAY
            )
            TeamMember.objects.create(team=team, person=term.person, part="judge", joined_on=TODAY)
            Candidate.objects.create(selection=opened["selection"], person=term.person, qualified=True)
            Availability.objects.create(
                user=term.person, starts_on=TODAY, ends_on=TODAY, fraction=0, reason="某"
            )

    Candidate.objects.update(qualified=True)
    QuotaJudge.objects.create(person=post("judge"), court=court, entered_on=TODAY)
    client.force_login(politics)
    pages = [
        address("judges"), f"{address('judges')}?court={court.pk}", address("selections"), address("teams"),
        f"{address('teams')}?court={court.pk}", address("availability"), address("selection", opened["selection"]),
    ]  # fmt: skip
    from_plan = opened["judge-term"].court.seats.first().plan
    from_plan.seats.update(seats=99)
    costs_the_same(lambda: [client.get(one) for one in pages], grow=grow)
