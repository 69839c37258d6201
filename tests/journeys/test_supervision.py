"""Supervision from its rule to its file: a rule is made by two, a case hits it, people act on it, an outsider checks the record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from audit.models import Entry
from cases.models import Case, Change
from courts.models import Court, FixedDay, User
from ingest.models import Batch
from supervision.models import Flag, Letter, Measure, RuleVersion, Tick
from tests.journeys.conftest import worker_of_its_own
from tests.journeys.steps import checked, follow, followed, press, recomputed, says, sent_as

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TODAY = date(2026, 6, 30)
NUMBER = "（2026）川1502民初901号"
LEDGER = f"""案号,案由,审判程序,承办部门,承办人,立案日期,标的额,原告人数,被告人数
{NUMBER},物业服务合同纠纷,普通程序,民事审判第一庭,,2026-06-29,860000,12,1
"""
NAME = "民事案件一方五人以上且标的五十万元以上"
BASIS = "《翠屏区人民法院四类案件监督管理实施细则》（翠法〔2026〕18号）第六条"


@dataclass
class Cast:
    """Everybody in the story, by their part in it."""

    author: User
    colleague: User
    itadmin: User
    filing: User
    head: User
    judge: User
    vice_president: User
    discipline: User
    stranger: User
    strange_judge: User


@pytest.fixture
def day(transactional_db) -> FixedDay:
    return FixedDay.objects.create(day=TODAY)


@pytest.fixture
def worker(day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with worker_of_its_own():
        yield


@pytest.fixture
def cast(day, post, division, trial_office, division_head, judge, outsider) -> Cast:
    return Cast(
        author=trial_office,
        colleague=post("trial_office", "审管办李"),
        itadmin=post("itadmin", "信息科赵"),
        filing=post("filing", "立案庭陈"),
        head=division_head,
        judge=judge,
        vice_president=post("vice_president", "钱副院长", division=division),
        discipline=post("discipline", "督察冯"),
        stranger=outsider,
        strange_judge=post("judge", "外院法官", at=Court.objects.get(code="川1503")),
    )


@pytest.fixture
def past(day, file_case) -> list[Case]:
    """What the court filed in the last two years: one case that the new rule would hit, and some that it would not."""
    crowd = file_case(filed_on=date(2026, 5, 11), plaintiffs=8, defendants=1, amount=900_000)
    small = file_case(filed_on=date(2026, 4, 7), plaintiffs=9, defendants=1, amount=120_000)
    older = [
        file_case(
            filed_on=date(2025, month, 3), plaintiffs=6, amount=600_000, closed_on=date(2025, month + 2, 10)
        )
        for month in (3, 6, 9)
    ]
    Change.objects.bulk_create(Change(case_id=case.pk) for case in (crowd, small, *older))
    return [crowd, small, *older]


# --- the rule ------------------------------------------------------------------------------------------------
def a_rule_is_written(author: Page, past: list[Case]) -> RuleVersion:
    author.goto(reverse("supervision:rules"))
    follow(author, "新建规则")
    said = author.locator("#rule-editor")
    author.locator("#r1-fact").select_option("case_type")
    author.locator("#r1-values-civil").check()
    press(author, "＋ 条件")
    author.locator("#r2-fact").select_option("same_side_max")
    author.locator("#r2-value").fill("5")
    press(author, "＋ 条件")
    author.locator("#r3-fact").select_option("claim_amount")
    author.locator("#r3-value").fill("50")
    author.locator("#r3-scale").select_option("10000")
    expect(said).to_contain_text("同一方人数不少于5人")
    expect(said).to_contain_text("诉讼标的额不少于50万元")
    author.get_by_label("类别").select_option("B")
    author.get_by_label("编号").fill("B-01")
    author.get_by_label("情形名称").fill(NAME)
    author.get_by_label("本院规定", exact=True).check()
    author.get_by_label(re.compile("^依据")).last.fill(BASIS)
    author.get_by_label("本院规定由谁、何时批准").fill("本院审判委员会2026年第6次会议")
    author.get_by_label("施行日").fill(str(TODAY))
    press(author, "保存草稿")
    expect(author.locator("h1")).to_have_text(f"B-01 {NAME}")

    follow(author, "添加样例")
    press(author, f"{past[0].number} 作为必中样例")
    author.get_by_label("必不中：这样的案件不应命中").check()
    author.get_by_label("名称").fill("人数够，标的差一分钱")
    author.locator("[id$='fact_case_type']").select_option("civil")
    author.locator("[id$='fact_same_side_max']").fill("9")
    author.locator("[id$='fact_claim_amount']").fill("499999.99")
    press(author, "加入")
    says(author, "样例已加入")
    follow(author, "完成")
    return RuleVersion.objects.get(rule__code="B-01")


def it_is_replayed(author: Page) -> None:
    follow(author, "在往案上回放")
    press(author, "开始回放")
    expect(author.get_by_role("heading", name="各月命中")).to_be_visible(timeout=40_000)


def another_approves_it(author: Page, colleague: Page, itadmin: Page, version: RuleVersion) -> None:
    page_of_rule = f"{reverse('supervision:rule', args=[version.rule_id])}?v=1"
    approval = reverse("supervision:rule-approve", args=[version.pk])
    author.goto(page_of_rule)
    press(author, "提交批准")
    says(author, "请另一位有批准职权的人员批准")
    author.goto(approval)
    says(author, "您起草或者修改过这一版，须由另一人批准")
    version.refresh_from_db()
    assert sent_as(author, approval, content_hash=version.content_hash) == 403
    itadmin.goto(approval)
    says(itadmin, "您的职务不能批准这一规则")
    assert sent_as(itadmin, approval, content_hash=version.content_hash) == 403

    colleague.goto(reverse("supervision:rules"))
    follow(colleague, f"B-01 {NAME}")
    follow(colleague, "核对并批准")
    press(colleague, "批准以上内容")
    follow(colleague, "核对差异并施行")
    says(colleague, "还没有比较这一版与现行版本在案件上的差异")
    press(colleague, "比较差异")
    says(colleague, "新增命中")
    press(colleague, "已核对差异，施行")
    says(colleague, "已施行")


# --- the case ------------------------------------------------------------------------------------------------
def a_case_comes_in(author: Page, ledger: Path) -> Case:
    ledger.write_bytes(LEDGER.encode("gb18030"))
    author.goto(reverse("ingest:upload"))
    author.get_by_label("文件").set_input_files(ledger)
    press(author, "上传并预览")
    confirm = author.get_by_role("button", name=re.compile("确认"))
    expect(confirm).to_be_visible(timeout=20_000)
    confirm.click()
    expect(author.get_by_text("已完成").first).to_be_visible(timeout=20_000)
    recomputed()
    assert Batch.objects.get().counts["created"] == 1
    return Case.objects.get(number=NUMBER)


def it_is_ticked_and_assigned(filing: Page, case: Case, judge: User) -> None:
    filing.goto(reverse("supervision:to-tick"))
    follow(filing, f"勾选 {NUMBER}")
    boxes = filing.locator(".ticks input[type=checkbox]")
    assert (boxes.count(), filing.locator(".ticks input:checked").count()) == (17, 1)
    filing.locator("#B01-ticked").uncheck()
    press(filing, "保存勾选")
    says(filing, "取消勾选须写明理由")
    filing.locator("#B01-ticked").check()
    press(filing, "保存勾选")
    says(filing, "已保存勾选")
    assert Tick.objects.filter(case=case, ticked=True).count() == 1

    filing.goto(reverse("cases:page", args=[case.pk]))
    filing.locator("details.more summary").click()
    follow(filing, "变更承办人")
    filing.get_by_label("新承办人").select_option(label=str(judge))
    filing.get_by_label("理由").fill("随机分案")
    filing.locator("button[name=save]").click()
    recomputed()


def the_head_confirms(head: Page, case: Case) -> Flag:
    head.goto(reverse("dashboard:home"))
    head.goto(reverse("supervision:waiting"))
    row = head.get_by_role("row", name=re.compile(f"{NAME}.*{NUMBER}"))
    row.get_by_role("link").first.click()
    says(head, "同一方人数不少于5人")
    press(head, "确认")
    says(head, "已确认，请在期限内采取首次监督措施")
    return Flag.objects.get(case=case, rule__code="B-01")


# --- the measures ----------------------------------------------------------------------------------------------
def take(head: Page, flag: Flag, code: str, content: str) -> Measure:
    head.goto(reverse("supervision:flag", args=[flag.pk]))
    follow(head, "采取监督措施")
    head.locator(f"a[href='?code={code}']").click()
    head.get_by_label("内容").fill(content)
    press(head, "采取措施")
    says(head, "合议庭将收到")
    return Measure.objects.get(flag=flag, code=code, content=content)


def reply(bench: Page, measure: Measure, words: str) -> None:
    bench.goto(reverse("supervision:mine"))
    bench.goto(reverse("supervision:measure", args=[measure.pk]))
    bench.get_by_role("textbox", name="答复").fill(words)
    press(bench, "答复")
    says(bench, "等待院庭长回应")


def answer(head: Page, measure: Measure, words: str) -> None:
    head.goto(reverse("supervision:desk"))
    head.goto(reverse("supervision:measure", args=[measure.pk]))
    head.get_by_role("textbox", name="回应").fill(words)
    press(head, "回应")
    says(head, "已回应")


def a_report_is_asked_for(head: Page, bench: Page, flag: Flag) -> None:
    head.goto(reverse("supervision:measure-new", args=[flag.pk]))
    report = take(head, flag, "M02", "请合议庭报告案件进展和稳控情况。")
    bench.goto(reverse("supervision:mine"))
    reply(bench, report, "已送达，定于七月十五日开庭；业主代表情绪平稳。")
    head.goto(reverse("supervision:desk"))
    answer(head, report, "收到，答复清楚、按期。")


def the_panel_deliberates(bench: Page, case: Case) -> None:
    bench.goto(reverse("cases:event", args=[case.pk]))
    bench.get_by_label("节点").select_option("合议")
    bench.get_by_label("日期").fill(str(TODAY))
    bench.locator("button[name=save]").click()
    recomputed()


def a_third_time_is_refused(head: Page, second_window: Page, bench: Page, flag: Flag) -> None:
    """The form of the third one was opened before the second was taken: the button is there, and the answer is 409."""
    asked = reverse("supervision:measure-new", args=[flag.pk])
    head.goto(f"{asked}?code=M06")
    says(head, "本案还没有评议记录")
    the_panel_deliberates(bench, flag.case)
    first = take(head, flag, "M06", "请合议庭复议程序安排并报告复议结果。")
    reply(bench, first, "已复议，合议庭维持原安排，理由见附卷笔录。")
    answer(head, first, "收到复议结果。")
    second_window.goto(f"{asked}?code=M06")
    second_window.get_by_label("内容").fill("请合议庭第三次复议。")
    second = take(head, flag, "M06", "请合议庭就送达程序再次复议并报告结果。")
    reply(bench, second, "已再次复议，结果不变。")
    answer(head, second, "收到，合议庭的结果有效。")

    with second_window.expect_navigation() as refused:
        press(second_window, "采取措施")
    assert refused.value.status == 409
    says(second_window, "本案已两次要求复议，不能再次要求复议；合议庭的结果有效")
    says(second_window, "下一步：提交专业法官会议或审判委员会讨论")
    head.goto(f"{asked}?code=M06")
    says(head, "不能再次要求复议")
    assert Measure.objects.filter(case=flag.case, code="M06").count() == 2


# --- the letter --------------------------------------------------------------------------------------------------
def a_letter_goes_out_and_is_answered(
    author: Page, vice: Page, bench: Page, discipline: Page, case: Case
) -> Letter:
    author.goto(reverse("cases:page", args=[case.pk]))
    follow(author, "拟监督函")
    author.locator("a.way", has_text="督办函").click()
    press(author, "按事实拟稿")
    says(author, "草稿已按事实拟好")
    says(author, f"四类案件标识“B-01 {NAME}”")
    says(author, "说明办理进展")
    letter = Letter.objects.get()

    vice.goto(reverse("supervision:letters"))
    follow(vice, letter.title)
    press(vice, "签批并编号")
    says(vice, "审管督〔2026〕1号")
    author.goto(reverse("supervision:letter", args=[letter.pk]))
    press(author, "发出")
    says(author, "已发出，答复期限")

    bench.goto(reverse("supervision:letters"))
    bench.goto(reverse("supervision:letter", args=[letter.pk]))
    letter.refresh_from_db()
    assert (letter.state, letter.read_by) == ("READ", case.judge)
    bench.get_by_label("回复内容").fill("已按要求制定审理计划，七月十五日开庭。")
    press(bench, "提交回复")
    discipline.goto(reverse("supervision:letter", args=[letter.pk]))
    author.goto(reverse("supervision:letter", args=[letter.pk]))
    author.get_by_label("评价").fill("回复及时，措施明确。")
    press(author, "认可回复")
    press(author, "办结")
    says(author, "已办结")
    letter.refresh_from_db()
    assert letter.state == "CLOSED"
    return letter


# --- the file ------------------------------------------------------------------------------------------------------
def the_file_is_verified(head: Page, case: Case, folder: Path) -> None:
    head.goto(f"{reverse('supervision:log')}?case={case.pk}")
    with head.expect_download() as started:
        follow(head, "导出监督档案")
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    assert path.name == f"监督档案_{NUMBER}.jsonl"
    code, line = checked(path)
    assert code == 0 and line.startswith("whole: "), line
    call_command("verify_trail", str(path))

    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(n for n, each in enumerate(lines, 1) if "稳控情况" in each)
    path.write_text("".join(lines).replace("稳控情况", "稳控状况"), encoding="utf-8", newline="")
    code, line = checked(path)
    assert code == 1 and f"line {place}" in line, line
    with pytest.raises(SystemExit) as ended:
        call_command("verify_trail", str(path))
    assert ended.value.code == 1


def nobody_else_sees_it(page: Page, case: Case, flag: Flag, letter: Letter) -> None:
    measure = Measure.objects.filter(case=case).first()
    about_case = (
        "cases:page",
        "supervision:case",
        "supervision:facts",
        "supervision:file",
        "supervision:looked",
    )
    addresses = [reverse(name, args=[case.pk]) for name in about_case]
    addresses += [
        reverse("supervision:flag", args=[flag.pk]),
        reverse("supervision:measure", args=[measure.pk]),
        reverse("supervision:measure-new", args=[flag.pk]),
        reverse("supervision:letter", args=[letter.pk]),
        reverse("supervision:letter-docx", args=[letter.pk]),
        f"{reverse('supervision:log')}?case={case.pk}",
    ]
    assert {where: page.request.get(where).status for where in addresses} == dict.fromkeys(addresses, 404)
    for name in ("supervision:waiting", "supervision:log", "supervision:letters", "supervision:desk"):
        page.goto(reverse(name))
        assert NUMBER not in page.content()


def test_supervision_from_its_rule_to_its_file(worker, cast, past, page_of, watch, tmp_path):
    watch.forgives += ["status of 409"]
    author, colleague, head, bench = (
        page_of(user) for user in (cast.author, cast.colleague, cast.head, cast.judge)
    )
    recomputed()
    version = a_rule_is_written(author, past)
    it_is_replayed(author)
    another_approves_it(author, colleague, page_of(cast.itadmin), version)
    followed()
    assert Flag.objects.filter(rule=version.rule).get().case == past[0]

    case = a_case_comes_in(author, tmp_path / "台账.csv")
    it_is_ticked_and_assigned(page_of(cast.filing), case, cast.judge)
    flag = the_head_confirms(head, case)
    case.refresh_from_db()
    a_report_is_asked_for(head, bench, flag)
    a_third_time_is_refused(head, page_of(cast.head), bench, flag)
    letter = a_letter_goes_out_and_is_answered(
        author, page_of(cast.vice_president), bench, page_of(cast.discipline), case
    )
    the_file_is_verified(head, case, tmp_path)
    for person in (cast.stranger, cast.strange_judge):
        nobody_else_sees_it(page_of(person), case, flag, letter)
    acts = set(Entry.objects.filter(case_id=case.pk, outcome="refused").values_list("act", flat=True))
    assert acts == {"supervision.take_measure"}
