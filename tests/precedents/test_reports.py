"""The search report: written by whoever sits on the case, in the order of sources, frozen once it is whole."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
from django.db import transaction

from audit.models import Entry
from audit.trail import Refused
from cases.models import Change
from precedents import reports
from precedents.models import Report
from precedents.report_docx import as_docx
from precedents.report_page import paper_of
from precedents.report_paper import WITHHELD, veiled
from precedents.reports import Written, is_whole, question_in, reports_for
from precedents.search import Question

pytestmark = pytest.mark.django_db
ASKED = "原告向被告转账,仅有转账凭证,没有借条,被告抗辩转账系偿还先前债务"


@pytest.fixture
def case(file_case):
    return file_case()


@pytest.fixture
def draft(loans, case, judge, now):
    """A report of the judge, just begun."""
    return reports.draft_report(question=Question(text=ASKED, cause="民间借贷", case=case), by=judge, at=now)


def said_of(report, **changes):
    """Everything a report needs said."""
    word = {
        "verdict": "follow",
        "holding": "转账凭证可以初步证明",
        "differences": "无",
        "reason": "",
    } | changes
    return {hit["document"]: word for hit in report.hits}


def write(report, by, now, *, proposed="", **changes):
    written = Written(
        hits=said_of(report, **changes), issue="借贷合意的证明", opinion="参考其说理", proposed=proposed
    )
    return reports.save_report(report=report, written=written, by=by, at=now)


def acts():
    return list(
        Entry.objects.filter(act__startswith="precedents.").order_by("pk").values_list("act", flat=True)
    )


def test_hits_stand_in_the_order_of_sources_and_keep_their_rank(draft):
    sources = [hit["source"] for hit in draft.hits]
    assert sources == sorted(sources, key=reports.ORDER.index) and sources[0] == "guiding"
    assert [hit["place"] for hit in draft.hits] == list(range(1, len(draft.hits) + 1))
    assert sorted(hit["rank"] for hit in draft.hits) == list(range(1, len(draft.hits) + 1))
    assert all(hit["because"] for hit in draft.hits)
    assert draft.query["collection"] == {"guiding": 1, "library": 2, "superior": 1, "other": 2}


def test_a_report_is_numbered_within_its_case(draft, case, judge, file_case, now):
    ask = {"by": judge, "at": now}
    assert reports.draft_report(question=Question(text=ASKED, case=case), **ask).number == 2
    assert reports.draft_report(question=Question(text=ASKED, case=file_case()), **ask).number == 1


def test_a_report_is_written_by_the_bench_and_its_assistant_alone(
    draft, case, judge, assistant, president, division_head, trial_office, outsider, now, post
):
    case.assistant, case.members = assistant, [post("judge", "合议庭成员").pk]
    case.save()
    assert reports.may_write(assistant, case)
    clerk = post("clerk", "书记员")
    case.clerk = clerk
    case.save()
    for person in (president, division_head, trial_office, outsider, clerk):
        assert not reports.may_write(person, case), person
        with pytest.raises(Refused):
            reports.draft_report(question=Question(text=ASKED, case=case), by=person, at=now)
        with pytest.raises(Refused):
            write(draft, person, now)


def test_a_draft_is_read_by_its_bench_and_a_finished_one_by_whoever_sees_the_case(
    draft, case, judge, president, outsider, now, post
):
    member = post("judge", "合议庭成员")
    case.members = [member.pk]
    case.save()
    assert draft in reports_for(member)
    assert draft not in reports_for(president)
    write(draft, judge, now)
    reports.finish_report(report=draft, by=judge, at=now)
    assert draft in reports_for(president)
    assert draft not in reports_for(outsider)


def test_an_incomplete_report_is_not_finished_and_says_what_is_missing(draft, judge, now):
    with pytest.raises(Refused) as refused, transaction.atomic():
        reports.finish_report(report=draft, by=judge, at=now)
    assert refused.value.status == 409
    for item in ("检索结果", "争议焦点", "运用情况"):
        assert item in refused.value.sentence
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_finished_report_is_bound_by_its_digest_and_changed_no_more(draft, judge, now):
    write(draft, judge, now)
    finished = reports.finish_report(report=draft, by=judge, at=now)
    stored = Report.objects.get(pk=draft.pk)
    assert is_whole(stored) and stored.digest == finished.digest
    entry = Entry.objects.get(act="precedents.finish_report")
    assert entry.after["digest"] == finished.digest
    for act in (
        lambda: write(draft, judge, now),
        lambda: reports.repeat_search(report=draft, question=question_in(stored), by=judge, at=now),
        lambda: reports.finish_report(report=draft, by=judge, at=now),
    ):
        with pytest.raises(Refused):
            act()
    Report.objects.filter(pk=draft.pk).update(opinion="事后改动")
    assert not is_whole(Report.objects.get(pk=draft.pk))


def test_finishing_has_the_case_looked_at_again(draft, judge, now):
    write(draft, judge, now)
    Change.objects.all().delete()
    reports.finish_report(report=draft, by=judge, at=now)
    assert list(Change.objects.values_list("case_id", flat=True)) == [draft.case_id]


def test_counted_are_the_effective_judgments_of_the_courts_above(draft, judge, now):
    write(draft, judge, now, proposed="dismiss")
    finished = reports.finish_report(report=draft, by=judge, at=now)
    assert [hit["court"] for hit in finished.hits if hit["counts"]] == [
        "最高人民法院",
        "四川省高级人民法院",
        "宜宾市中级人民法院",
    ]
    assert finished.conflict_share == 1.0


def test_without_a_proposed_result_nothing_is_said_of_differences(draft, judge, now):
    write(draft, judge, now)
    assert reports.finish_report(report=draft, by=judge, at=now).conflict_share is None


def test_a_repeated_search_keeps_what_was_said_and_finds_what_is_new(draft, judge, keep, now):
    write(draft, judge, now, verdict="differ", reason="案情不同")
    new = keep("guiding", "指导案例199号", ASKED)
    again = reports.repeat_search(report=draft, question=question_in(draft), by=judge, at=now)
    by_document = {hit["document"]: hit for hit in again.hits}
    assert by_document[new.pk]["verdict"] == ""
    assert {hit["verdict"] for pk, hit in by_document.items() if pk != new.pk} == {"differ"}
    assert again.query["platforms"] == reports.OURS


def test_every_act_leaves_a_trace_and_saving_the_same_leaves_one(draft, judge, now):
    write(draft, judge, now)
    write(draft, judge, now)
    reports.finish_report(report=draft, by=judge, at=now)
    assert acts()[-3:] == ["precedents.draft_report", "precedents.save_report", "precedents.finish_report"]


# --- what the reader may not know of ---------------------------------------------------------------------------
@pytest.fixture
def with_a_hidden_hit(keep_own, file_case, case, judge, now, post):
    """A report that cites a case of the judge which the member of its panel does not see."""
    other = file_case()
    keep_own(
        other,
        ASKED,
        title="只有承办人知道的案件",
        holding="只有承办人知道的要旨",
        effective_on=now.date(),
        result="support",
    )
    member = post("judge", "合议庭成员")
    case.members = [member.pk]
    case.save()
    report = reports.draft_report(question=Question(text=ASKED, effective=False, case=case), by=judge, at=now)
    written = Written(hits=said_of(report), issue="焦点", opinion=f"参考{other.number}的说理\n另有说明")
    return reports.save_report(report=report, written=written, by=judge, at=now), other, member


def words_of(paper):
    return str(paper)


def test_a_case_the_reader_may_not_see_is_left_out_of_the_paper_and_said_to_be(with_a_hidden_hit, judge):
    report, other, member = with_a_hidden_hit
    assert other.number in words_of(paper_of(report, judge))
    told = words_of(paper_of(report, member))
    assert other.number not in told and "只有承办人知道" not in told
    assert "1 件您无权查看" in told and WITHHELD in told and "另有说明" in told


def test_once_it_is_sealed_nobody_reads_of_it(with_a_hidden_hit, judge):
    report, other, _ = with_a_hidden_hit
    other.sealed = "juvenile"
    other.save()
    assert other.number not in words_of(paper_of(report, judge))


def test_the_paper_veils_whole_paragraphs():
    assert veiled("一\n提到（2026）川1502民初1号\n三", ["（2026）川1502民初1号"]) == f"一\n{WITHHELD}\n三"
    assert veiled("一\n\n二", []) == "一\n\n二"


@pytest.mark.parametrize(
    "said",
    [
        "(2026)川1502民初1号",
        "〔2026〕川1502 民初1号",
        "（２０２６）川1502民初1号",
        "2026川1502民初1号",
        "张某案 判决",
        "（2026）川1502\n民初1号",
    ],
)
def test_a_hidden_judgment_is_veiled_however_it_is_named(said):
    told = veiled(f"一\n参见{said}\n三", ["（2026）川1502民初1号", "张某案判决", ""])
    assert said not in told and WITHHELD in told
    assert veiled("一\n（2026）川1502民初2号", ["（2026）川1502民初1号"]) == "一\n（2026）川1502民初2号"


def test_the_paper_counts_for_its_reader_only_what_the_reader_may_know_of(loans, with_a_hidden_hit, judge):
    report, _, member = with_a_hidden_hit
    report.hits = [hit | {"counts": hit["result"] == "support"} for hit in report.hits]
    report.query |= {"proposed": "dismiss"}
    report.conflict_share = 1.0
    counts = [hit for hit in report.hits if hit["counts"]]
    assert len(counts) > 1
    for reader, n in ((judge, len(counts)), (member, len(counts) - 1)):
        assert f"生效类案 {n} 件，其中载明处理结果的 {n} 件，与本案拟处理结果不同的 {n} 件" in words_of(
            paper_of(report, reader)
        )


def test_the_docx_holds_every_item_in_chinese_fonts(draft, judge, now):
    write(draft, judge, now)
    finished = reports.finish_report(report=draft, by=judge, at=now)
    paper = paper_of(finished, judge)
    file = docx.Document(BytesIO(as_docx(paper)))
    text = "\n".join(paragraph.text for paragraph in file.paragraphs)
    for words in (
        "类案检索报告",
        "检索主体",
        "检索平台",
        "检索方法",
        "本案争议焦点",
        "裁判要旨",
        "是否参照",
        "运用情况",
        finished.digest,
    ):
        assert words in text, words
    assert "法发〔2020〕24号" in text
    table = file.tables[0]
    assert len(table.rows) == len(draft.hits) + 1
    assert [cell.text for cell in table.rows[1].cells][1:3] == ["最高人民法院指导性案例", "指导案例68号"]
    assert 'w:eastAsia="仿宋_GB2312"' in file.element.xml
