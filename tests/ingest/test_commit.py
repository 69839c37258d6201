from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from audit.models import Entry
from cases.doubts import settle_doubt
from cases.models import (
    Case,
    CaseLink,
    Change,
    Doubt,
    FormerNumber,
)
from courts.models import Court
from ingest.models import Batch

AT = datetime(2026, 6, 30, tzinfo=UTC)
N = "（2026）川1502民初{}号".format


def counts(report):
    return [report[name] for name in ("created", "updated", "unchanged", "rejected")]


def test_a_case_is_created_with_what_the_file_says_and_what_its_number_says(ledger, court):
    headers = (
        "案号 案由 审判程序 地区 立案日期 受理日期 结案日期 结案方式 标的额 原告人数 被告人数 在押 审限规则"
    )
    row = [
        N(1),
        "离婚纠纷",
        "简易程序",
        "翠屏区",
        "2026年1月5日",
        "20260106",
        "2026/3/1",
        "调解",
        "1.2万元",
        "1",
        "2",
        "否",
        "civ_first_ordinary",
    ]
    assert counts(ledger(row, headers=headers)) == [1, 0, 0, 0]
    case = Case.objects.get()
    assert (case.number, case.court, case.year, case.type_code, case.category, case.serial) == (
        N(1),
        court,
        2026,
        "民初",
        "民事",
        1,
    )
    assert (case.cause, case.procedure, case.region, case.limit) == (
        "离婚纠纷",
        "summary",
        "翠屏区",
        "civ_first_ordinary",
    )
    assert (case.filed_on, case.accepted_on, case.closed_on) == (
        date(2026, 1, 5),
        date(2026, 1, 6),
        date(2026, 3, 1),
    )
    assert (case.amount, case.plaintiffs, case.defendants, case.detained) == (
        Decimal("12000.00"),
        1,
        2,
        False,
    )
    assert (case.origin, case.batch_id) == ("feed", Batch.objects.get().pk)


def test_importing_the_same_file_twice_changes_nothing_the_second_time(ledger):
    rows = [[N(n), "离婚纠纷", "2026-01-05"] for n in range(1, 6)] + [["（2026）川9999民初1号", "", ""]]
    ledger(*rows)
    before = [list(table.objects.order_by("pk").values()) for table in (Case, Doubt, Change)]
    report = ledger(*rows)
    assert (counts(report), report["doubts"]) == ([0, 0, 6, 0], 0)
    assert [list(table.objects.order_by("pk").values()) for table in (Case, Doubt, Change)] == before


def test_a_changed_row_is_updated_with_before_and_after_in_the_trail(ledger):
    ledger([N(1), "离婚纠纷", "2026-01-05"], [N(2), "离婚纠纷", "2026-01-05"])
    assert counts(ledger([N(1), "民间借贷纠纷", "2026-01-06"], [N(2), "离婚纠纷", "2026-01-05"])) == [
        0,
        1,
        1,
        0,
    ]
    entry = Entry.objects.get(act="ingest.update_case")
    assert (entry.before, entry.after) == (
        {"cause": "离婚纠纷", "filed_on": "2026-01-05"}, {"cause": "民间借贷纠纷", "filed_on": "2026-01-06"},
    )  # fmt: skip
    assert entry.case_id == Case.objects.get(number=N(1)).pk


def test_unchanged_rows_are_not_rewritten(ledger):
    ledger([N(1), "离婚纠纷", "2026-01-05"])
    first = Case.objects.get().batch_id
    ledger([N(1), "离婚纠纷", "2026-01-05"])
    assert Case.objects.get().batch_id == first


def test_each_batch_leaves_one_entry_with_its_digest_and_counts(ledger):
    report = ledger([N(1), "离婚纠纷", "2026-01-05"])
    entry = Entry.objects.get(act="ingest.commit_batch")
    assert entry.after["sha256"] == report["sha256"]
    assert entry.after["counts"]["created"] == 1


def test_every_created_or_changed_case_reaches_the_outbox(ledger):
    ledger([N(1), "离婚纠纷", ""], [N(2), "离婚纠纷", ""])
    assert set(Change.objects.values_list("case_id", flat=True)) == set(
        Case.objects.values_list("pk", flat=True)
    )
    Change.objects.all().delete()
    ledger([N(1), "买卖合同纠纷", ""], [N(2), "离婚纠纷", ""])
    assert list(Change.objects.values_list("case_id", flat=True)) == [Case.objects.get(number=N(1)).pk]


def test_an_equal_twin_is_unchanged_and_a_differing_one_is_rejected_with_the_line_of_the_first(ledger):
    report = ledger(
        [N(1), "离婚纠纷", "2026-01-05"],
        [f" {N(1)}", "离婚纠纷", "2026/1/5"],
        [N(1), "借贷纠纷", "2026-01-05"],
    )
    assert counts(report) == [1, 0, 1, 1]
    assert report["rejections"] == [{"line": 4, "reason": report["rejections"][0]["reason"]}]
    assert "line 2" in report["rejections"][0]["reason"]


def test_a_number_is_tidied_and_the_source_text_kept(ledger):
    ledger(["(2026)川1502民初７号", "", ""])
    case = Case.objects.get()
    assert (case.number, case.number_received) == (N(7), "(2026)川1502民初７号")


def test_rows_that_cannot_be_read_are_rejected_with_line_and_reason(ledger):
    report = ledger(
        ["（2019琼0108刑初14号", "", ""], ["", "", "2026-01-05"], [N(3), "", "昨天"], [N(4), "", ""]
    )
    assert counts(report) == [1, 0, 0, 3]
    assert [row["line"] for row in report["rejections"]] == [2, 3, 4]
    assert "did you mean （2019）琼0108刑初14号" in report["rejections"][0]["reason"]
    assert report["code"] == 1


def test_a_case_that_closes_before_it_is_filed_is_rejected(ledger):
    report = ledger([N(1), "2026-03-01", "2026-02-01"], headers="案号 立案日期 结案日期")
    assert report["rejected"] == 1 and "before" in report["rejections"][0]["reason"]


def test_a_case_without_a_start_is_kept(ledger):
    ledger([N(1), "离婚纠纷", ""])
    assert Case.objects.get().filed_on is None


def test_an_unknown_court_code_is_kept_under_an_unrecognised_court_and_doubted(ledger):
    report = ledger(["（2026）川1599民初1号", "", ""])
    case = Case.objects.get()
    assert (case.court.code, case.court.recognised, case.court.level) == ("川1599", False, 4)
    assert case.court.parent == Court.objects.get(code="川15")
    assert list(Doubt.objects.values_list("case", "kind", "theirs")) == [(case.pk, "unknown_court", "川1599")]
    assert report["doubts"] == 1


def test_a_court_code_retired_before_the_year_of_the_number_is_doubted(ledger, court):
    Court.objects.filter(pk=court.pk).update(valid_to=date(2024, 7, 1))
    ledger([N(1), "", ""], ["（2023）川1502民初1号", "", ""])
    assert list(Doubt.objects.values_list("case__number", "kind")) == [(N(1), "retired_court")]


def test_an_old_number_is_kept_under_the_court_its_row_names(ledger, court):
    ledger(["（2015）翠屏民初字第29号", "川1502"], ["（2014）某刑初字第3号", ""], headers="案号 法院代字")
    named, lost = Case.objects.order_by("pk")
    assert (named.court, named.category, named.serial, named.year) == (court, "民事", None, 2015)
    assert (lost.court.recognised, lost.category) == (False, "刑事")


def test_a_settled_doubt_does_not_come_back(ledger):
    ledger(["（2026）川1599民初1号", "", ""])
    Doubt.objects.update(settled_at=AT)
    assert ledger(["（2026）川1599民初1号", "", ""])["doubts"] == 0


# --- people and divisions ----------------------------------------------------------------------------
PEOPLE = "案号 承办部门 承办人 审判长 合议庭"


def test_people_and_divisions_are_found_by_name_within_their_court(ledger, judge, division, post):
    chief = post("presiding", "李审判长")
    ledger([N(1), "民事审判第一庭", "周法官", "李审判长", "周法官、李审判长"], headers=PEOPLE)
    case = Case.objects.get()
    assert (case.division, case.judge, case.presiding, case.members) == (
        division,
        judge,
        chief,
        [judge.pk, chief.pk],
    )
    assert (case.named, Doubt.objects.count()) == ({}, 0)


def test_names_that_match_nobody_are_kept_and_doubted_and_create_nothing(ledger, judge):
    divisions = judge.postings.get().court.divisions.count()
    ledger([N(1), "月球庭", "无名氏", "", ""], headers=PEOPLE)
    case = Case.objects.get()
    assert (case.judge, case.division, case.named) == (None, None, {"division": "月球庭", "judge": "无名氏"})
    assert set(Doubt.objects.values_list("kind", "field", "theirs")) == {
        ("unknown_division", "division", "月球庭"), ("unknown_person", "judge", "无名氏"),
    }  # fmt: skip
    assert judge.postings.get().court.divisions.count() == divisions


def test_two_people_of_one_name_are_not_told_apart(ledger, post):
    post("judge", "王伟"), post("judge", "王伟")
    ledger([N(1), "", "王伟", "", ""], headers=PEOPLE)
    assert Case.objects.get().named == {"judge": "王伟"}


def test_a_judge_of_another_court_is_not_taken(ledger, post):
    post("judge", "周外院", at=Court.objects.get(code="川1503"))
    ledger([N(1), "", "周外院", "", ""], headers=PEOPLE)
    assert Case.objects.get().judge is None


def test_a_person_who_has_come_since_settles_the_doubt(ledger, post):
    ledger([N(1), "", "新法官", "", ""], headers=PEOPLE)
    person = post("judge", "新法官")
    assert counts(ledger([N(1), "", "新法官", "", ""], headers=PEOPLE)) == [0, 1, 0, 0]
    assert (Case.objects.get().judge, Doubt.objects.filter(settled_at=None).count()) == (person, 0)


# --- what people entered here ------------------------------------------------------------------------
def test_a_field_entered_here_is_not_overwritten_and_the_conflict_is_doubted_once(ledger, file_case):
    case = file_case(cause="离婚纠纷", filed_on=date(2026, 1, 5), entered={"cause": {"by": 1}})
    for _ in range(2):
        report = ledger([case.number, "借贷纠纷", "2026-01-09"])
    case.refresh_from_db()
    assert (case.cause, case.filed_on) == ("离婚纠纷", date(2026, 1, 9))
    assert list(Doubt.objects.values_list("kind", "field", "ours", "theirs")) == [
        ("conflict", "cause", "离婚纠纷", "借贷纠纷")
    ]
    assert (counts(report), report["doubts"]) == ([0, 0, 1, 0], 0)


@pytest.mark.parametrize(("field", "header"), [("cause", "案由"), ("judge", "承办人")])
def test_a_conflict_settled_in_favour_of_ours_does_not_come_back(
    file_case, ledger, post, trial_office, field, header
):
    theirs = {"cause": "借贷纠纷", "judge": post("judge", "吴法官").name}[field]
    case = file_case(entered={field: {"by": 1}})
    ours = getattr(case, field)
    ledger([case.number, theirs], headers=f"案号 {header}")
    settle_doubt(doubt=Doubt.objects.get(), how="卷宗核对无误", take_theirs=False, by=trial_office, at=AT)
    for _ in range(2):
        assert ledger([case.number, theirs], headers=f"案号 {header}")["doubts"] == 0
    case.refresh_from_db()
    assert (getattr(case, field), Doubt.objects.count()) == (ours, 1)


def test_a_conflict_about_a_person_speaks_of_names_and_can_be_settled_for_the_feed(
    file_case, ledger, post, judge, trial_office
):
    case, other = file_case(entered={"judge": {"by": 1}}), post("judge", "吴法官")
    ledger([case.number, other.name], headers="案号 承办人")
    doubt = Doubt.objects.get()
    assert (doubt.ours, doubt.theirs) == (judge.name, other.name)
    settle_doubt(doubt=doubt, how="来源无误", take_theirs=True, by=trial_office, at=AT)
    case.refresh_from_db()
    assert case.judge == other


def test_a_case_entered_here_keeps_what_it_says(ledger, file_case):
    case = file_case(cause="离婚纠纷", filed_on=None, origin="entered")
    ledger([case.number, "借贷纠纷", "2026-01-09"])
    case.refresh_from_db()
    assert (case.cause, case.filed_on) == ("离婚纠纷", date(2026, 1, 9))


def test_columns_the_file_does_not_have_are_left_alone(ledger, file_case):
    case = file_case(region="翠屏区", closed_on=date(2026, 4, 1))
    ledger([case.number, "借贷纠纷"], headers="案号 案由")
    case.refresh_from_db()
    assert (case.region, case.closed_on, case.cause) == ("翠屏区", date(2026, 4, 1), "借贷纠纷")


def test_a_corrected_number_still_finds_its_case(ledger, file_case):
    case = file_case(cause="离婚纠纷")
    FormerNumber.objects.create(case=case, number=N(99), changed_at=AT, reason="笔误")
    assert counts(ledger([N(99), "借贷纠纷", "2026-03-02"])) == [0, 1, 0, 0]
    assert Case.objects.count() == 1


# --- links ---------------------------------------------------------------------------------------------
def test_related_numbers_link_cases_now_or_when_the_other_arrives(ledger):
    headers = "案号 关联案号"
    ledger([N(1), f"{N(2)}；（2026）川15民终3号"], headers=headers)
    ledger([N(2), ""], headers=headers)
    links = {link.other_number: link.other for link in CaseLink.objects.all()}
    assert links == {N(2): Case.objects.get(number=N(2)), "（2026）川15民终3号": None}
    assert ledger([N(1), f"{N(2)}；（2026）川15民终3号"], headers=headers)["links"] == 0
