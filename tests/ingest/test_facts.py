"""Facts about cases arrive once, follow the feed, and never undo what people did here."""

from datetime import UTC, date, datetime

import pytest

from audit.models import Entry
from cases.models import (
    Change,
    Doubt,
    Exclusion,
    Extension,
    Party,
    ProcedureEvent,
)
from cases.pauses import resume_clock

AT = datetime(2026, 6, 30, tzinfo=UTC)
N = "（2026）川1502民初{}号".format


def counts(report):
    return [report[name] for name in ("created", "updated", "unchanged", "rejected")]


def test_parties_arrive_once_and_follow_the_feed(file_case, ledger):
    case = file_case()
    headers = "案号 姓名或名称 诉讼地位 类型 代理人"
    rows = [[case.number, "张三", "原告", "自然人", "王律师"], [case.number, "某公司", "被告", "法人", ""]]
    assert counts(ledger(*rows, headers=headers)) == [2, 0, 0, 0]
    assert counts(ledger(*rows, headers=headers)) == [0, 0, 2, 0]
    rows[0][4] = "李律师"
    assert counts(ledger(*rows, headers=headers)) == [0, 1, 1, 0]
    assert Party.objects.get(name="张三").agent == "李律师"
    assert Entry.objects.filter(act="ingest.update_parties", case_id=case.pk).count() == 1


def test_events_arrive_once_with_their_hour(file_case, ledger):
    case = file_case()
    rows = [[case.number, "开庭", "2026-03-20 09:30", ""], [case.number, "宣判", "2026-04-01", "当庭"]]
    assert counts(ledger(*rows, headers="案号 节点 日期 说明")) == [2, 0, 0, 0]
    assert counts(ledger(*rows, headers="案号 节点 日期 说明")) == [0, 0, 2, 0]
    hearing = ProcedureEvent.objects.get(node="开庭")
    assert hearing.at == datetime(2026, 3, 20, 1, 30, tzinfo=UTC)
    assert set(Change.objects.values_list("case_id", flat=True)) == {case.pk}


def test_exclusions_go_by_id_or_name_and_an_open_one_is_closed_by_a_later_file(file_case, ledger):
    case = file_case()
    headers = "案号 事由 起 止"
    ledger(
        [case.number, "appraisal", "2026-03-10", ""],
        [case.number, "公告期间", "2026-03-12", "2026-04-11"],
        headers=headers,
    )
    assert set(Exclusion.objects.values_list("ground", flat=True)) == {"appraisal", "announcement"}
    assert counts(ledger([case.number, "鉴定期间", "2026-03-10", "2026-05-01"], headers=headers)) == [
        0,
        1,
        0,
        0,
    ]
    assert Exclusion.objects.get(ground="appraisal").resumes_on == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["appraisal", "2026-03-10", "2026-03-01"], "before"),
        (["喝茶", "2026-03-10", ""], "not in the catalogue"),
        (["supp_investigation", "2026-03-10", ""], "restarts"),
        (["appraisal", "", ""], "must be given"),
    ],
)
def test_an_exclusion_that_cannot_be_is_rejected(file_case, ledger, row, why):
    report = ledger([file_case().number, *row], headers="案号 事由 起 止")
    assert report["rejected"] == 1 and why in report["rejections"][0]["reason"]


def test_extensions_arrive_once(file_case, ledger):
    case = file_case()
    headers = "案号 批准日期 批准人 延长月 延长日 延长至"
    rows = [[case.number, "2026-06-20", "院长", "6", "", ""], [case.number, "", "", "", "", "2027-03-01"]]
    assert counts(ledger(*rows, headers=headers)) == [2, 0, 0, 0]
    assert counts(ledger(*rows, headers=headers)) == [0, 0, 2, 0]
    assert set(Extension.objects.values_list("months", "until_on")) == {(6, None), (0, date(2027, 3, 1))}
    assert (
        "empty"
        in ledger([case.number, "2026-06-20", "", "", "", ""], headers=headers)["rejections"][0]["reason"]
    )


def test_facts_about_a_case_that_is_not_here_are_rejected(ledger, db):
    report = ledger([N(1), "开庭", "2026-03-20", ""], headers="案号 节点 日期 说明")
    assert counts(report) == [0, 0, 0, 1] and "import the case first" in report["rejections"][0]["reason"]


def test_a_fact_entered_here_stays_and_the_difference_is_doubted_once(file_case, ledger):
    case = file_case()
    Exclusion.objects.create(
        case=case,
        ground="appraisal",
        starts_on=date(2026, 3, 10),
        resumes_on=date(2026, 4, 1),
        origin="entered",
    )
    for _ in range(2):
        report = ledger([case.number, "appraisal", "2026-03-10", "2026-05-01"], headers="案号 事由 起 止")
        assert counts(report) == [0, 0, 1, 0]
    assert Exclusion.objects.get().resumes_on == date(2026, 4, 1)
    assert Doubt.objects.get().kind == "conflict"


PAUSE = ("案号 事由 起 止", ["appraisal", "2026-03-10", ""], Exclusion)
EXTENSION = ("案号 批准日期 批准人 延长月", ["2026-06-20", "院长", "6"], Extension)
EVENT = ("案号 节点 日期 说明", ["开庭", "2026-03-20", ""], ProcedureEvent)


@pytest.mark.parametrize(
    ("headers", "row", "model"), [PAUSE, EXTENSION, EVENT], ids=["pause", "extension", "event"]
)
def test_a_fact_withdrawn_here_is_known_and_does_not_come_back(file_case, ledger, model, headers, row):
    row = [file_case().number, *row]
    ledger(row, headers=headers)
    model.objects.update(withdrawn_at=AT)
    Change.objects.all().delete()
    for _ in range(2):
        assert counts(ledger(row, headers=headers)) == [0, 0, 1, 0]
    assert (model.objects.get().withdrawn_at, Doubt.objects.count(), Change.objects.count()) == (AT, 0, 0)


def test_news_about_a_withdrawn_fact_is_a_doubt_once(file_case, ledger):
    row = [file_case().number, "appraisal", "2026-03-10", ""]
    ledger(row, headers=PAUSE[0])
    Exclusion.objects.update(withdrawn_at=AT)
    for _ in range(2):
        ledger([*row[:3], "2026-05-01"], headers=PAUSE[0])
    assert (Exclusion.objects.get().resumes_on, Doubt.objects.get().kind) == (None, "conflict")


def test_a_pause_that_a_person_ended_is_not_reopened_by_a_feed_that_knows_no_end(
    file_case, ledger, trial_office
):
    row = [file_case().number, "appraisal", "2026-03-10", ""]
    ledger(row, headers=PAUSE[0])
    resume_clock(exclusion=Exclusion.objects.get(), resumes_on=date(2026, 4, 1), by=trial_office, at=AT)
    ledger(row, headers=PAUSE[0])
    assert Exclusion.objects.get().resumes_on == date(2026, 4, 1)


def test_what_happens_to_a_sealed_case_is_secret(file_case, ledger):
    case = file_case(sealed="juvenile", cause="盗窃罪")
    ledger([case.number, "抢劫罪", ""])
    ledger([case.number, "appraisal", "2026-03-10", ""], headers=PAUSE[0])
    ledger([case.number, "appraisal", "2026-03-10", "2026-05-01"], headers=PAUSE[0])
    found = Entry.objects.filter(case_id=case.pk)
    assert sorted(found.values_list("act", "secret")) == [
        ("ingest.update_case", True),
        ("ingest.update_exclusions", True),
    ]


def test_facts_entered_here_are_never_deleted_by_a_file_that_lacks_them(file_case, ledger):
    case = file_case()
    ProcedureEvent.objects.create(case=case, node="合议", on=date(2026, 4, 1), origin="entered")
    ledger([case.number, "开庭", "2026-03-20", ""], headers="案号 节点 日期 说明")
    assert ProcedureEvent.objects.count() == 2
