"""Elements and outcomes arrive once, follow the feed, fit their case, and never undo what people did here."""

from datetime import UTC, date, datetime

import pytest

from audit.models import Entry
from cases import services
from cases.models import Case, Change, Doubt, Element, Outcome, Party
from ingest.models import Batch, RowError

AT = datetime(2026, 6, 30, tzinfo=UTC)
ELEMENTS, OUTCOMES = "案号 当事人 要素 值", "案号 当事人 项目 值 裁判日期"


def counts(report):
    return [report[name] for name in ("created", "updated", "unchanged", "rejected")]


@pytest.fixture
def theft(file_case):
    case = file_case(number="（2026）川1502刑初7号", type_code="刑初", category="刑事", cause="盗窃罪")
    Party.objects.create(case=case, name="张三", standing="被告人")
    return case


@pytest.fixture
def second(theft):
    return Party.objects.create(case=theft, name="李四", standing="被告人")


def standing(model=Element):
    name = "key" if model is Element else "measure"
    return set(model.objects.filter(withdrawn_at=None).values_list("party__name", name, "value"))


def test_elements_arrive_once_by_key_or_name_and_follow_the_feed(theft, second, ledger):
    rows = [
        [theft.number, "", "犯罪数额", "1.2万元"], [theft.number, "张三", "surrender", "是"], [theft.number, "李四", "自首", "否"],
    ]  # fmt: skip
    report = ledger(*rows, headers=ELEMENTS)
    assert counts(report) == [3, 0, 0, 0] and report["kind"] == "elements"
    assert counts(ledger(*rows, headers=ELEMENTS)) == [0, 0, 3, 0]
    assert standing() == {(None, "amount", 12000), ("张三", "surrender", True), ("李四", "surrender", False)}
    assert set(Change.objects.values_list("case_id", flat=True)) == {theft.pk}
    rows[0][3] = "13000"
    assert counts(ledger(*rows, headers=ELEMENTS)) == [0, 1, 2, 0]
    assert (None, "amount", 13000) in standing()
    entry = Entry.objects.get(act="ingest.update_elements")
    assert (entry.case_id, entry.before, entry.after) == (theft.pk, {"value": "12000"}, {"value": "13000"})


def test_the_same_value_written_otherwise_changes_nothing(theft, ledger):
    ledger([theft.number, "", "amount", "12000"], headers=ELEMENTS)
    assert counts(ledger([theft.number, "", "犯罪数额", "1.2万"], headers=ELEMENTS)) == [0, 0, 1, 0]


def test_outcomes_arrive_once_and_follow_the_feed(theft, ledger):
    rows = [
        [theft.number, "", "刑期", "1年6个月", "2026-04-01"],
        [theft.number, "", "缓刑", "是", "2026-04-01"],
    ]
    assert counts(ledger(*rows, headers=OUTCOMES)) == [2, 0, 0, 0]
    assert counts(ledger(*rows, headers=OUTCOMES)) == [0, 0, 2, 0]
    rows[0][3] = "20"
    assert counts(ledger(*rows, headers=OUTCOMES)) == [0, 1, 1, 0]
    assert standing(Outcome) == {(None, "months", 20), (None, "probation", 1)}
    assert set(Outcome.objects.values_list("decided_on", flat=True)) == {date(2026, 4, 1)}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["", "surender", "是"], "did you mean 'surrender'"),
        (["", "自首", "也许"], "should be 是 or 否"),
        (["", "自首", ""], "is empty"),
        (["", "借款本金", "5"], "recorded for 民间借贷纠纷 only"),
        (["王五", "自首", "是"], "has no party '王五'"),
    ],
)
def test_an_element_that_cannot_be_is_rejected_with_its_reason(theft, ledger, row, why):
    report = ledger([theft.number, *row], [theft.number, "", "times", "2"], headers=ELEMENTS)
    assert counts(report) == [1, 0, 0, 1] and why in report["rejections"][0]["reason"]
    assert RowError.objects.get().row["cells"] == [theft.number, *row]
    assert report["code"] == 1


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["", "月数", "5", "2026-04-01"], "known are months"),
        (["", "审理天数", "5", "2026-04-01"], "is not recorded"),
        (["", "刑期", "很久", "2026-04-01"], "should be a number of months"),
        (["", "支持比例", "0.5", "2026-04-01"], "is of 民事 cases"),
        (["", "刑期", "5", "2026-01-01"], "is before 立案日期"),
        (["", "刑期", "5", ""], "must be given"),
    ],
)
def test_an_outcome_that_cannot_be_is_rejected_with_its_reason(theft, ledger, row, why):
    report = ledger([theft.number, *row], headers=OUTCOMES)
    assert counts(report) == [0, 0, 0, 1] and why in report["rejections"][0]["reason"]


def test_with_several_defendants_an_outcome_names_one(theft, second, ledger):
    rows = [[theft.number, name, "刑期", "5", "2026-04-01"] for name in ("", "李四")]
    report = ledger(*rows, headers=OUTCOMES)
    assert counts(report) == [1, 0, 0, 1] and "2 defendants" in report["rejections"][0]["reason"]
    assert standing(Outcome) == {("李四", "months", 5)}


@pytest.mark.parametrize(
    ("headers", "cells"), [(ELEMENTS, ["自首", "是"]), (OUTCOMES, ["刑期", "5", "2026-04-01"])]
)
def test_a_name_that_two_parties_bear_is_nobodys(theft, ledger, headers, cells):
    Party.objects.create(case=theft, name="张三", standing="被害人")
    report = ledger([theft.number, "张三", *cells], headers=headers)
    assert counts(report) == [0, 0, 0, 1] and "2 parties called '张三'" in report["rejections"][0]["reason"]
    assert not Element.objects.exists() and not Outcome.objects.exists()


def test_of_two_rows_on_one_element_an_equal_one_counts_once_and_another_is_rejected(theft, ledger):
    rows = [[theft.number, "", "times", value] for value in ("2", "2.0", "3")]
    report = ledger(*rows, headers=ELEMENTS)
    assert counts(report) == [1, 0, 1, 1] and "already given in line 2" in report["rejections"][0]["reason"]


def test_a_dry_run_says_what_would_change_and_changes_nothing(theft, table, import_file):
    import_file(table(ELEMENTS.split(), [[theft.number, "", "times", "2"]]))
    report = import_file(table(ELEMENTS.split(), [[theft.number, "", "times", "4"]]), "--dry-run")
    assert counts(report) == [0, 1, 0, 0]
    assert report["changes"][0]["changes"] == [["value", "2", "4"]]
    assert standing() == {(None, "times", 2)}


def test_what_was_recorded_here_stays_and_the_difference_is_doubted_once(theft, judge, now, ledger):
    services.record_elements(case=theft, values={"times": 3}, by=judge, at=now)
    for _ in range(2):
        assert counts(ledger([theft.number, "", "times", "2"], headers=ELEMENTS)) == [0, 0, 1, 0]
    assert standing() == {(None, "times", 3)}
    assert Doubt.objects.get().kind == "conflict"


def test_what_was_withdrawn_here_does_not_come_back(theft, judge, now, ledger):
    rows = [theft.number, "", "刑期", "5", "2026-04-01"]
    ledger(rows, headers=OUTCOMES)
    services.withdraw_fact(fact=Outcome.objects.get(), reason="误录", by=judge, at=now)
    assert counts(ledger(rows, headers=OUTCOMES)) == [0, 0, 1, 0]
    assert standing(Outcome) == set()


def test_a_case_that_is_not_here_is_rejected(ledger, db):
    report = ledger(["（2026）川1502刑初9号", "", "times", "2"], headers=ELEMENTS)
    assert counts(report) == [0, 0, 0, 1] and "import the case first" in report["rejections"][0]["reason"]


def test_sealed_cases_leave_secret_entries(theft, ledger):
    Case.objects.update(sealed="juvenile")
    ledger([theft.number, "", "times", "2"], headers=ELEMENTS)
    ledger([theft.number, "", "times", "3"], headers=ELEMENTS)
    assert Entry.objects.get(act="ingest.update_elements").secret


def test_a_text_with_signs_of_the_copy_format_arrives_whole(theft, ledger):
    ledger([theft.number, "", "民族", r"a\tb\N\\"], headers=ELEMENTS)
    assert Element.objects.get().value == r"a\tb\N\\"


def test_thousands_of_elements_of_all_types_arrive_whole(theft, file_cases, ledger):
    cases = file_cases(2_000, category="刑事", cause="盗窃罪")
    keys = {"surrender": "是", "amount": "3200.5", "times": "3", "gender": "男", "returned": "否"}
    rows = [[case.number, "", key, value] for case in cases for key, value in keys.items()]
    report = ledger(*rows, headers=ELEMENTS)
    assert counts(report) == [10_000, 0, 0, 0]
    assert Batch.objects.get().counts["rejected"] == 0
