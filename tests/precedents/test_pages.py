"""The pages of similar cases: each for whom it is, the same cost however long, nothing of cases one may not see."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from precedents.conflicts import CONFIRM, decide_conflict, find_conflicts
from precedents.indexing import index_waiting
from precedents.models import Conflict, Document, Grade, Report
from precedents.side_by_side import marked
from tests.precedents.test_conflicts import ALIKE

pytestmark = pytest.mark.django_db
ASKED = "原告向被告转账,仅有转账凭证,没有借条,被告抗辩转账系偿还先前债务"


def page(client, name, *args, **query):
    return client.get(reverse(f"precedents:{name}", args=args), query)


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def case(file_case):
    return file_case()


def search(client, **asked):
    return client.post(reverse("precedents:search"), {"text": ASKED, "effective": "on"} | asked)


# --- searching --------------------------------------------------------------------------------------------------
def test_a_search_lists_what_is_alike_with_reasons_and_says_nothing_how_to_decide(client, judge, case, loans):
    client.force_login(judge)
    assert "可检索" in text_of(page(client, "search", case=case.pk))
    found = text_of(search(client, case=case.pk))
    assert "指导案例68号" in found and "转账凭证" in found and "据此起草报告" in found
    for word in ("应当判", "建议判", "应予支持", "异常", "错误"):
        assert word not in found


def test_a_search_without_words_is_refused_in_one_sentence(client, judge):
    client.force_login(judge)
    assert "请写明基本事实或者争议焦点" in text_of(search(client, text=""))
    assert "2024 这样的四位数" in text_of(search(client, year_from="两千"))


def test_only_who_sits_on_the_case_is_offered_a_report(client, president, case, loans):
    client.force_login(president)
    assert "据此起草报告" not in text_of(search(client, case=case.pk))
    answer = client.post(reverse("precedents:report-new"), {"text": ASKED, "case": case.pk})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("who", "status"), [("clerk", 403), ("politics", 403), ("itadmin", 403), ("assistant", 200)]
)
def test_who_may_search(client, post, who, status):
    client.force_login(post(who))
    assert page(client, "search").status_code == status


def test_a_search_for_a_case_one_does_not_see_is_not_there(client, outsider, case):
    client.force_login(outsider)
    assert page(client, "search", case=case.pk).status_code == 404
    assert search(client, case=case.pk).status_code == 404
    assert page(client, "for-case", case.pk).status_code == 404


def test_a_search_page_costs_the_same_however_much_there_is(client, judge, keep, loans, costs_the_same):
    client.force_login(judge)
    for n in range(10):
        keep("other", f"（2022）京0105民初{n}号", f"原告提交转账凭证{n},没有借条")

    def more():
        for n in range(20):
            keep("other", f"（2023）京0105民初{n}号", f"原告提交转账凭证{n},没有借条", waits=n < 19)

    costs_the_same(lambda: search(client), grow=more)


# --- a judgment --------------------------------------------------------------------------------------------------
def test_opening_a_judgment_of_anothers_case_is_a_reading_of_the_case(
    client, president, judge, keep_own, case
):
    own = keep_own(case, ASKED)
    for person in (judge, president):
        client.force_login(person)
        assert page(client, "document", own.pk).status_code == 200
    assert [entry.actor for entry in Entry.objects.filter(act="cases.read")] == [str(president)]


def test_a_judgment_of_a_case_one_does_not_see_or_of_a_sealed_one_is_not_there(
    client, outsider, judge, keep_own, case
):
    own = keep_own(case, ASKED)
    client.force_login(outsider)
    assert page(client, "document", own.pk).status_code == 404
    case.sealed = "juvenile"
    case.save()
    client.force_login(judge)
    assert page(client, "document", own.pk).status_code == 404


# --- the collection ----------------------------------------------------------------------------------------------
def test_the_keeper_adds_corrects_and_withdraws(client, trial_office):
    client.force_login(trial_office)
    given = {
        "source": "library",
        "number": "2024-01-1",
        "text": ASKED,
        "facts": "自首=是",
        "cause": "民间借贷纠纷",
    }
    added = client.post(reverse("precedents:document-new"), given)
    document = Document.objects.get()
    assert added["Location"] == reverse("precedents:document", args=[document.pk])
    assert document.facts == {"surrender": True}
    assert "自首=是" in text_of(page(client, "document-edit", document.pk))
    client.post(reverse("precedents:document-edit", args=[document.pk]), given | {"title": "新名称"})
    document.refresh_from_db()
    assert document.title == "新名称"
    client.post(reverse("precedents:document-withdraw", args=[document.pk]), {"reason": "重复"})
    document.refresh_from_db()
    assert document.withdrawn_at is not None
    assert "2024-01-1" not in text_of(page(client, "collection"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"source": ""}, "请从列表中选择一项"),
        ({"number": ""}, "请填写案号或者编号"),
        ({"text": ""}, "请填写事实与理由"),
        ({"source": "superior"}, "请写明法院"),
        ({"case": "（2026）川1503民初1号"}, "只能收录本院您有权查看的案件"),
        ({"facts": "自首"}, "应写作"),
        ({"decided_on": "昨天"}, "日期应写作"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why(client, trial_office, wrong, sentence):
    client.force_login(trial_office)
    given = {"source": "library", "number": "2024-01-1", "text": ASKED} | wrong
    assert sentence in text_of(client.post(reverse("precedents:document-new"), given))
    assert not Document.objects.exists()


def test_a_text_comes_out_of_an_uploaded_file(client, trial_office):
    client.force_login(trial_office)
    file, made = BytesIO(), docx.Document()
    made.add_paragraph(ASKED)
    made.save(file)
    upload = SimpleUploadedFile("判决.docx", file.getvalue())
    client.post(reverse("precedents:document-new"), {"source": "library", "number": "1", "file": upload})
    assert Document.objects.get().text == ASKED


def test_many_are_uploaded_and_every_refusal_is_listed(client, trial_office):
    client.force_login(trial_office)
    lines = [json.dumps({"source": "guiding", "number": "1", "text": ASKED}), "{nonsense"]
    file = SimpleUploadedFile("many.jsonl", "\n".join(lines).encode())
    said = text_of(client.post(reverse("precedents:upload"), {"file": file}))
    assert "新收录 1 件" in said and "第 2 行：不是一行 JSON" in said


@pytest.mark.parametrize("name", ["collection", "document-new", "upload"])
def test_the_collection_is_the_keepers(client, judge, president, name):
    for person in (judge, president):
        client.force_login(person)
        assert page(client, name).status_code == 403


def test_the_collection_costs_the_same_however_long(client, trial_office, keep, costs_the_same):
    client.force_login(trial_office)

    def more(n=20, start=0):
        for each in range(start, start + n):
            keep("other", f"（2023）京0105民初{each}号", f"转账凭证{each}", waits=True)

    more(2, 100)
    costs_the_same(lambda: page(client, "collection"), grow=more)


# --- a report ------------------------------------------------------------------------------------------------------
@pytest.fixture
def draft(client, judge, case, loans):
    client.force_login(judge)
    answer = client.post(
        reverse("precedents:report-new"), {"text": ASKED, "case": case.pk, "effective": "on"}
    )
    found = Report.objects.get()
    assert answer["Location"] == reverse("precedents:report", args=[found.pk])
    return found


def filled(report, **more):
    said = {"verdict": "follow", "holding": "要旨", "differences": "无", "reason": ""}
    fields = {f"hit{hit['document']}-{name}": value for hit in report.hits for name, value in said.items()}
    return fields | {"platforms": "明镜类案库", "issue": "合意", "opinion": "参考", "proposed": ""} | more


def test_a_report_is_written_finished_and_read_by_whoever_sees_the_case(client, draft, president, outsider):
    save = reverse("precedents:report-save", args=[draft.pk])
    answer = client.post(save, {"issue": "合意", "finish": "1"}, follow=True)
    assert "报告尚不完整" in text_of(answer)
    assert "报告已完成" in text_of(client.post(save, filled(draft, finish="1"), follow=True))
    client.force_login(president)
    told = text_of(page(client, "report", draft.pk))
    assert "指导案例68号" in told and "内容与完成时一致" in told and "保存并完成" not in told
    assert Entry.objects.filter(act="cases.read", actor_id=president.pk).count() == 1
    client.force_login(outsider)
    assert page(client, "report", draft.pk).status_code == 404
    assert page(client, "report-docx", draft.pk).status_code == 404
    assert draft.case.number not in text_of(page(client, "reports"))


def test_a_draft_is_nobody_elses(client, draft, president, division_head):
    for person in (president, division_head):
        client.force_login(person)
        for name in ("report", "report-docx"):
            assert page(client, name, draft.pk).status_code == 404
        assert draft.case.number not in text_of(page(client, "reports"))
        assert "没有类案检索报告" in text_of(page(client, "for-case", draft.case_id))


def test_who_reads_a_finished_report_does_not_write_in_it(client, draft, president):
    save = reverse("precedents:report-save", args=[draft.pk])
    client.post(save, filled(draft, finish="1"))
    client.force_login(president)
    assert client.post(save, filled(draft, opinion="改")).status_code == 403
    draft.refresh_from_db()
    assert draft.opinion == "参考"


def test_the_docx_is_downloaded_and_leaves_a_trace(client, draft):
    answer = page(client, "report-docx", draft.pk)
    text = "\n".join(each.text for each in docx.Document(BytesIO(answer.content)).paragraphs)
    assert "类案检索报告" in text and "草稿，未完成" in text
    assert Entry.objects.filter(act="precedents.export_report").count() == 1


def test_grades_are_kept_for_hits_alone(client, draft):
    first = draft.hits[0]["document"]
    given = {f"grade{first}": "3", "grade999": "3", f"grade{draft.hits[1]['document']}": "7"}
    client.post(reverse("precedents:report-grade", args=[draft.pk]), given)
    assert list(Grade.objects.values_list("document", "grade")) == [(first, 3)]
    assert "不足 20 份，不评价" not in text_of(page(client, "quality"))
    client.post(
        reverse("precedents:report-grade", args=[draft.pk]), {f"grade{draft.hits[1]['document']}": "1"}
    )
    assert "不足 20 份，不评价" in text_of(page(client, "quality"))


def test_a_repeated_search_and_the_case_part(client, draft):
    assert client.post(reverse("precedents:report-search", args=[draft.pk])).status_code == 302
    assert "类案检索报告第 1 份" in text_of(page(client, "for-case", draft.case_id))


def test_the_reports_cost_the_same_however_many(client, judge, draft, file_case, costs_the_same):
    def more():
        for _ in range(20):
            Report.objects.create(case=file_case(), number=1, made_by=judge, made_at=timezone.now())

    costs_the_same(lambda: page(client, "reports"), grow=more)
    costs_the_same(lambda: page(client, "quality"), grow=more)


# --- conflicts --------------------------------------------------------------------------------------------------------
@pytest.fixture
def pair(keep_own, file_case, record):
    for result, surrender in (("support", True), ("dismiss", False)):
        case = file_case()
        record(case, surrender=surrender)
        keep_own(case, ALIKE, result=result, effective_on=date(2026, 3, 1))
    Document.objects.update(facts={}, indexed_at=None)  # alike by their texts; facts are shown
    index_waiting(at=timezone.now())
    find_conflicts(at=timezone.now())
    for document, surrender in zip(Document.objects.order_by("pk"), (True, False), strict=True):
        document.facts = {"surrender": surrender}
        document.save()
    return Conflict.objects.get()


def test_a_pair_is_shown_once_a_result_was_corrected_to_unknown(client, pair, trial_office):
    Document.objects.filter(pk=pair.first_id).update(result="")
    client.force_login(trial_office)
    assert "驳回" in text_of(page(client, "conflict", pair.pk))


def test_both_texts_stand_side_by_side_and_the_keeper_decides(client, pair, trial_office, judge):
    client.force_login(trial_office)
    shown = text_of(page(client, "conflict", pair.pk))
    assert "<mark>" in shown and "支持" in shown and "驳回" in shown and "自首" in shown
    answer = client.post(reverse("precedents:conflict-decide", args=[pair.pk]), {"act": CONFIRM})
    assert "请填写这一项" in text_of(answer)
    client.post(reverse("precedents:conflict-decide", args=[pair.pk]), {"act": CONFIRM, "reason": "尺度不一"})
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("confirmed", trial_office)
    client.force_login(judge)
    shown = text_of(page(client, "conflict", pair.pk))
    assert "尺度不一" in shown and "甄别意见" not in shown


def test_a_pair_is_not_there_for_who_does_not_see_both(client, pair, outsider, judge, trial_office, post):
    for person in (outsider, judge):
        client.force_login(person)
        assert page(client, "conflict", pair.pk).status_code == 404
        assert pair.first.number not in text_of(page(client, "conflicts"))
    case = pair.second.case
    case.judge = post("judge", "别的法官")
    case.save()
    decide_conflict(conflict=pair, act=CONFIRM, reason="尺度不一", by=trial_office, at=timezone.now())
    client.force_login(judge)
    assert page(client, "conflict", pair.pk).status_code == 404


def test_the_pairs_cost_the_same_however_many(client, pair, trial_office, keep, costs_the_same):
    client.force_login(trial_office)

    def more():
        made = [keep("other", f"（2023）川1502民初{n}号", f"文书{n}", waits=True) for n in range(20)]
        for first, second in zip(made[::2], made[1::2], strict=True):
            ends = sorted((first, second), key=lambda each: each.pk)
            Conflict.objects.create(
                court=pair.court, first=ends[0], second=ends[1], likeness=0.9, found_at=timezone.now()
            )

    costs_the_same(lambda: page(client, "conflicts"), grow=more)


def test_what_stands_word_for_word_in_both_is_marked():
    [first] = marked("原告向被告转账五万元，被告未还", "查明原告向被告转账五万元，后归还")
    assert [(piece.text, piece.shared) for piece in first] == [
        ("原告向被告转账五万元，", True),
        ("被告未还", False),
    ]
