"""The circular of leaders' cases: those it names look first, another person approves, then everybody at work reads it."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import docx
import pytest
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from courts.models import FixedDay, Posting
from quota.circulars import (
    approve_circular,
    circulars_for,
    draft_circular,
    note_circular,
    paper_of,
    redraw_circular,
    version_of,
    withdraw_circular,
)
from quota.duty_spans import period_of
from quota.models import DutyCircular, DutyNote
from quota.official_docx import as_docx
from tests.quota.duty_people import CLOSED, Q1, named, on_quota

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 6, 20)


@pytest.fixture(autouse=True)
def a_day_in_june(db):
    FixedDay.objects.create(day=date(2026, 6, 10))


@pytest.fixture
def politics(post):
    return post("politics", "政治部冯")


@pytest.fixture
def filled(court, judge, division_head, president, file_case):
    """Three on the quota and 60 closed cases, 2 of them the head's."""
    on_quota(judge, division_head, president, court=court)
    for _ in range(58):
        file_case(filed_on=date(2026, 1, 5), closed_on=CLOSED)
    for _ in range(2):
        file_case(filed_on=date(2026, 1, 5), closed_on=CLOSED, judge=division_head)


@pytest.fixture
def drawn(filled, court, politics):
    return draft_circular(court=court, period=Q1, notes_until=UNTIL, by=politics, at=timezone.now())


def look(circular, *people, note=""):
    for person in people:
        note_circular(circular=circular, note=note, by=person, at=timezone.now())


def approve(circular, by, version=""):
    return approve_circular(
        circular=circular, version=version or version_of(circular), by=by, at=timezone.now()
    )


def later(day):
    FixedDay.objects.update(day=day)


# --- drafting --------------------------------------------------------------------------------------------
def test_a_draft_holds_the_figures_and_the_edition_they_rest_on(drawn, division_head, president):
    assert named(drawn.rows, division_head)["done"] == 2
    assert drawn.editions["leader_duties"] >= 1
    assert set(drawn.notes.values_list("person", flat=True)) == {division_head.pk, president.pk}
    assert Entry.objects.filter(act="quota.draft_circular", about_id=drawn.pk).count() == 1


def test_only_the_politics_department_drafts(filled, court, president, judge, post):
    elsewhere = post("politics", at=court.__class__.objects.get(code="川1503"))
    for stranger in (president, judge, elsewhere):
        with pytest.raises(Refused, match="政治部起草") as refused:
            draft_circular(court=court, period=Q1, notes_until=UNTIL, by=stranger, at=timezone.now())
        assert refused.value.status == 403


def test_the_politics_department_above_may_draft_it(filled, court, upper_court, post):
    above = post("politics", at=upper_court)
    assert draft_circular(court=court, period=Q1, notes_until=UNTIL, by=above, at=timezone.now()).pk


@pytest.mark.parametrize(
    ("period", "until", "says"),
    [
        (period_of(2026, 4, 6), UNTIL, "尚未结束"),
        (Q1, date(2026, 6, 10), "晚于今天"),
    ],
)
def test_what_cannot_be_reported_is_refused(filled, court, politics, period, until, says):
    with pytest.raises(Refused, match=says):
        draft_circular(court=court, period=period, notes_until=until, by=politics, at=timezone.now())


def test_a_period_is_reported_once_until_it_is_withdrawn(drawn, court, politics):
    again = {"court": court, "period": Q1, "notes_until": UNTIL, "by": politics, "at": timezone.now()}
    with pytest.raises(Refused, match="已经起草"):
        draft_circular(**again)
    withdraw_circular(circular=drawn, reason="数字有误", by=politics, at=timezone.now())
    assert draft_circular(**again).pk != drawn.pk


def test_a_court_without_leaders_has_nothing_to_report(court, judge, politics):
    with pytest.raises(Refused, match="没有登记任职的院领导"):
        draft_circular(court=court, period=Q1, notes_until=UNTIL, by=politics, at=timezone.now())


# --- looking first ---------------------------------------------------------------------------------------
def test_those_it_names_look_before_it_is_approved(drawn, president, division_head):
    with pytest.raises(Refused, match="还有2人没有核对"):
        approve(drawn, president)
    look(drawn, division_head)
    look(drawn, president)
    assert approve(drawn, president).state == "published"


def test_after_the_day_they_had_it_is_approved_without_them(drawn, president):
    later(date(2026, 6, 20))
    with pytest.raises(Refused, match="还有2人"):
        approve(drawn, president)
    later(date(2026, 6, 21))
    assert approve(drawn, president).state == "published"


def test_a_note_is_printed_with_the_figures(drawn, division_head, president):
    look(drawn, division_head, note="第一季度参加巡回审判，未分新案")
    look(drawn, president)
    text = str(paper_of(approve(drawn, president)))
    assert "民事审判第一庭庭长吴庭长：第一季度参加巡回审判，未分新案" in text


@pytest.mark.parametrize(
    "note",
    [
        "见（2026）川1502民初12号",
        "2026川1502民初12 号案",
        "民初１２号未结",
        "（2015）翠屏民初字第 12 号",
        "最高法民申3号",
    ],
)
def test_a_note_names_no_case(drawn, division_head, note):
    with pytest.raises(Refused, match="不要写案号"):
        look(drawn, division_head, note=note)


def test_a_note_may_name_a_document(drawn, division_head):
    look(
        drawn, division_head, note="按法发〔2017〕10号和川高法发〔2020〕3号，4月1号起脱产学习，新任职15号到岗"
    )
    assert drawn.notes.get(person=division_head).note


def test_only_those_it_names_say_something_and_only_before_it_stands(drawn, judge, division_head, president):
    with pytest.raises(Refused, match="没有列出您"):
        look(drawn, judge)
    look(drawn, division_head, president)
    approve(drawn, president)
    with pytest.raises(Refused, match="已通报"):
        look(drawn, division_head, note="补充")


def test_whose_figures_change_looks_again(drawn, file_case, politics, division_head, president):
    look(drawn, division_head, president)
    file_case(filed_on=date(2026, 1, 5), closed_on=CLOSED, judge=division_head)
    Posting.objects.filter(user=president).update(ends_on=date(2025, 12, 31))
    redraw_circular(circular=drawn, by=politics, at=timezone.now())
    assert not DutyNote.objects.filter(person=president).exists()
    assert DutyNote.objects.get(person=division_head).seen_at is None


# --- approving -------------------------------------------------------------------------------------------
def test_nobody_approves_what_they_drew_up(drawn, politics, president):
    Posting.objects.create(user=politics, court=drawn.court, role="president", starts_on=date(2026, 6, 1))
    del politics.__dict__["seats"]
    look(drawn, *[note.person for note in drawn.notes.all()])
    with pytest.raises(Refused, match="另一人"):
        approve(drawn, politics)


def test_what_changed_after_the_approver_looked_is_not_published_by_the_old_page(
    drawn, division_head, president
):
    look(drawn, president)
    seen = version_of(drawn)
    look(drawn, division_head, note="另有说明")
    with pytest.raises(Refused, match="有变化") as refused:
        approve(drawn, president, version=seen)
    assert (refused.value.status, DutyCircular.objects.get().state) == (409, "draft")


def test_drawing_it_up_anew_does_not_free_the_first_hand(drawn, politics, post):
    other = post("politics", "政治部陈")
    redraw_circular(circular=drawn, by=other, at=timezone.now())
    Posting.objects.create(user=politics, court=drawn.court, role="president", starts_on=date(2026, 6, 1))
    del politics.__dict__["seats"]
    with pytest.raises(Refused, match="另一人"):
        approve(drawn, politics)


@pytest.mark.parametrize("role", ["vice_president", "trial_office", "politics", "judge"])
def test_the_president_alone_approves(drawn, post, role):
    with pytest.raises(Refused, match="院长批准"):
        approve(drawn, post(role))


def test_what_was_published_stands_and_is_taken_back_with_a_reason(
    drawn, file_case, politics, president, division_head
):
    look(drawn, president, division_head)
    published = approve(drawn, president)
    file_case(filed_on=date(2026, 1, 5), closed_on=CLOSED, judge=division_head)
    with pytest.raises(Refused, match="已通报"):
        redraw_circular(circular=published, by=politics, at=timezone.now())
    assert named(DutyCircular.objects.get().rows, division_head)["done"] == 2
    with pytest.raises(Refused, match="院长批准"):
        withdraw_circular(circular=published, reason="有误", by=politics, at=timezone.now())
    with pytest.raises(Refused, match="写明撤回的理由"):
        withdraw_circular(circular=published, reason=" ", by=president, at=timezone.now())
    taken = withdraw_circular(circular=published, reason="有误", by=president, at=timezone.now())
    assert (taken.state, paper_of(taken).draft) == ("withdrawn", "已撤回")


# --- who reads it ------------------------------------------------------------------------------------------
def test_a_draft_is_seen_by_those_who_keep_it_and_those_in_it(
    drawn, politics, president, division_head, judge, trial_office, outsider, upper_court, post
):
    above = post("superior", at=upper_court)
    readers = [
        each
        for each in (politics, president, division_head, judge, trial_office, outsider, above)
        if circulars_for(each)
    ]
    assert readers == [politics, president, division_head]


def test_a_published_one_is_seen_by_everybody_at_work_there_and_above(
    drawn, president, division_head, judge, outsider, upper_court, post
):
    look(drawn, president, division_head)
    approve(drawn, president)
    above, guest, clerk = post("superior", at=upper_court), post("external"), post("clerk")
    assert [bool(circulars_for(each)) for each in (judge, clerk, above, outsider, guest)] == [
        True, True, True, False, False,
    ]  # fmt: skip


# --- on paper ----------------------------------------------------------------------------------------------
def test_the_paper_says_what_the_figures_say(drawn):
    text = str(paper_of(drawn))
    assert "入额院领导、庭长2人，其中1人办理了案件，共审结2件，人均1件" in text
    assert "须核对原文" in text
    assert paper_of(drawn).draft == "草稿，未经批准"


def test_the_file_is_official_paper_with_the_table_on_a_turned_page(drawn, president, division_head):
    look(drawn, president, division_head)
    document = docx.Document(BytesIO(as_docx(paper_of(approve(drawn, president)))))
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells][:3] == ["姓名", "职务", "任职月数"]
    assert [row.cells[0].text for row in table.rows][1:] == ["郑院长", "吴庭长"]
    pages = [(page.page_width.mm, page.page_height.mm) for page in document.sections]
    assert [(round(width), round(height)) for width, height in pages] == [(210, 297), (297, 210)]
    title = f"{drawn.court}关于2026年第一季度院领导、庭长办案情况的通报"
    assert title in [paragraph.text for paragraph in document.paragraphs]
