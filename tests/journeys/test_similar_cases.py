"""From a search to a finished report, and two judgments of a court side by side: on the screen, on a telephone, without scripts."""

from __future__ import annotations

from datetime import date

import docx
import pytest
from django.utils import timezone

from cases.models import Element
from precedents.conflicts import find_conflicts
from precedents.documents import Judgment, add_document
from precedents.indexing import index_waiting
from precedents.models import Conflict, Report
from supervision.models import CaseFacts, Flag
from tests.journeys.conftest import NARROW, WIDE, worker_of_its_own
from tests.journeys.steps import recomputed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FACTS = "原告{n}向被告转账五万元,仅有银行转账凭证,没有借条。被告抗辩该款系偿还先前的货款。双方对借贷合意是否成立存在争议。"
REASONS = "本院认为,原告仅依据金融机构的转账凭证提起民间借贷诉讼,被告抗辩转账系偿还双方之前借款或者其他债务的,被告应当对其主张提供证据证明。"
TOLD = [
    ("guiding", "指导案例68号", "最高人民法院", "仅有转账凭证的民间借贷的举证责任"),
    ("library", "2024-01-2-103-001", "四川省高级人民法院", "转账凭证与借贷合意"),
    ("superior", "（2025）川15民终88号", "宜宾市中级人民法院", "被告未举证的后果"),
    ("other", "（2024）京0105民初1号", "北京市朝阳区人民法院", "借条系受胁迫出具"),
]
HOLDING = "被告提供相应证据证明其主张后,原告仍应当就借贷关系的成立承担举证证明责任。"


@pytest.fixture
def shelf(transactional_db, file_case, now):
    """The case of the judge with an element, published judgments, and a pair of our own that may disagree."""
    case = file_case()
    Element.objects.create(case=case, key="absent_defendant", value=True, recorded_at=now)
    common = {
        "cause": case.cause,
        "category": "民事",
        "decided_on": date(2025, 5, 6),
        "effective_on": date(2025, 6, 1),
    }
    for n, (source, number, court, title) in enumerate(TOLD):
        text = FACTS.format(n=n) + "\n" + REASONS
        judgment = Judgment(
            source=source, number=number, court_name=court, title=title, text=text, holding=HOLDING, result="support", **common
        )  # fmt: skip
        add_document(judgment=judgment, by=None, at=now)
    for result in ("support", "dismiss"):
        own = Judgment(
            source="own",
            text=FACTS.format(n="某") + "\n" + REASONS,
            case=file_case(),
            result=result,
            **common,
        )
        add_document(judgment=own, by=None, at=now)
    index_waiting(at=timezone.now())
    find_conflicts(at=timezone.now())
    return case


def check(page, axe, name, take_picture) -> list[str]:
    page.set_viewport_size(WIDE)
    wrongs = axe(page)
    take_picture(page, name)
    page.set_viewport_size(NARROW)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.set_viewport_size(WIDE)
    return wrongs + ([f"{name} is {wide} px too wide at 390"] if wide > 0 else [])


def test_a_judge_searches_writes_the_report_and_finishes_it(page_of, judge, shelf, axe, take_picture):
    page, wrongs = page_of(judge), []
    page.goto(f"/precedents/?case={shelf.pk}")
    page.get_by_label("基本事实和争议焦点").fill("原告仅有转账凭证,没有借条,被告抗辩系偿还先前债务")
    page.get_by_role("button", name="检索", exact=True).click()
    page.get_by_role("link", name="仅有转账凭证的民间借贷的举证责任").wait_for()
    wrongs += check(page, axe, "similar-search", take_picture)

    page.get_by_role("button", name="据此起草报告").click()
    page.get_by_role("heading", name="类案检索报告").wait_for()
    page.get_by_label("本案争议焦点").fill("转账凭证能否证明借贷合意")
    page.get_by_role("button", name="保存并完成").click()
    page.get_by_text("报告尚不完整").wait_for()
    wrongs += check(page, axe, "similar-report-draft", take_picture)

    for number in range(page.get_by_label("是否类案").count()):
        page.get_by_label("是否类案").nth(number).select_option("follow")
        page.get_by_label("裁判要旨").nth(number).fill("转账凭证可以初步证明借贷关系")
        page.get_by_label("与本案的不同").nth(number).fill("无")
    page.get_by_label("检索结果的运用情况").fill("各案对举证责任的分配一致, 本案一并说明。")
    page.get_by_role("button", name="保存并完成").click()
    page.get_by_text("报告已完成").wait_for()
    page.get_by_text("内容与完成时一致").wait_for()
    assert Report.objects.get().state == "finished"
    wrongs += check(page, axe, "similar-report", take_picture)
    with page.expect_download() as kept:
        page.get_by_role("link", name="下载 DOCX").click()
    assert kept.value.suggested_filename.endswith(".docx")
    check_paper(kept.value.path(), shelf)
    for where, name in [
        ("/precedents/reports/", "similar-reports"),
        ("/precedents/quality/", "similar-quality"),
    ]:
        page.goto(where)
        wrongs += check(page, axe, name, take_picture)
    assert wrongs == []


def check_paper(path, case) -> None:
    """The report as it is filed with the case: what was asked, found, held and done with it."""
    paper = docx.Document(path)
    said = "\n".join(each.text for each in paper.paragraphs)
    assert said.startswith("类案检索报告") and case.number in said and "草稿" not in said
    for words in (
        "转账凭证能否证明借贷合意",
        "转账凭证可以初步证明借贷关系",
        "各案对举证责任的分配一致, 本案一并说明。",
        "法发〔2020〕24号",
    ):
        assert words in said
    rows = [[cell.text for cell in row.cells] for row in paper.tables[0].rows]
    assert {row[2] for row in rows[1:]} >= {number for _, number, *_ in TOLD}
    assert {row[-1] for row in rows[1:]} == {"类案，参照或者参考"}
    assert Report.objects.get().digest in said


def test_the_keeper_judges_a_pair_and_keeps_the_collection(page_of, trial_office, shelf, axe, take_picture):
    page, wrongs = page_of(trial_office), []
    pair = Conflict.objects.get()
    page.goto("/precedents/conflicts/")
    wrongs += check(page, axe, "similar-conflicts", take_picture)
    page.goto(f"/precedents/conflicts/{pair.pk}/")
    wrongs += check(page, axe, "similar-conflict", take_picture)
    page.get_by_label("确认存在分歧").check()
    page.get_by_label("理由").fill("同一情节处理不同")
    page.get_by_role("button", name="提交").click()
    page.get_by_text("已记录").wait_for()
    the_rule_on_splits_hears_of_it(shelf)
    for name in (
        "documents/",
        "documents/new/",
        "documents/upload/",
        f"documents/{pair.first_id}/",
        f"documents/{pair.first_id}/withdraw/",
    ):
        page.goto(f"/precedents/{name}")
        wrongs += check(page, axe, f"similar-{name.split('/')[-2] if 'doc' in name else name}", take_picture)
    assert wrongs == []


def the_rule_on_splits_hears_of_it(case) -> None:
    """An open case of the same cause in this court: the fact is true, and C03 is proposed to people."""
    assert not CaseFacts.objects.filter(case=case, court_internal_split=True).exists()
    with worker_of_its_own():
        recomputed()
    assert CaseFacts.objects.get(case=case).court_internal_split is True
    flag = Flag.objects.get(case=case, rule__code="C03")
    assert (flag.state, flag.holds) == ("PROPOSED", True)


def test_a_search_needs_no_scripts(page_of, judge, shelf):
    page = page_of(judge, scripts=False)
    page.goto("/precedents/")
    page.get_by_label("基本事实和争议焦点").fill("原告仅有转账凭证,没有借条")
    page.get_by_role("button", name="检索", exact=True).click()
    assert page.get_by_role("link", name="仅有转账凭证的民间借贷的举证责任").is_visible()
