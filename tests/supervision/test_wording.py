"""Wording that tells a panel how to decide is found; asking, quoting and reporting is not taken for it."""

import pytest

from supervision.lifecycle import ACTS, problem_of_reason, reasons_for
from supervision.wording import BLOCK, HINT, OUTCOME, directives_in, find_directives, hints, refusal


def grades(text: str) -> list[str]:
    return [found.grade for found in find_directives(text)]


@pytest.mark.parametrize(
    "text",
    [
        "本案应当判决驳回原告的请求",
        "经研究，应当判决被告赔偿",
        "原告的请求必须支持",
        "原告请求应当支持其诉请",
        "对违约金部分不得支持",
        "请按我的意见办",
        "照庭长的意思处理",
        "请改为判处缓刑",
        "改为判令被告承担一半",
        "请驳回原告的诉讼请求。",
        "驳回原告诉讼请求",
        "应予支持上诉请求",
        "建议你们改判",
        "必须改判",
        "可以考虑轻一点，要求判处缓刑",
        "不得判处缓刑",
        "请合议庭判决驳回原告的请求",
        "建议维持原判",
        "请按一审结果处理",
        "原告的请求不能支持",
        "原告请求不能支持",
        "判三缓四较妥",
        "判赔五十万元为宜",
    ],
)
def test_an_order_on_the_outcome_is_refused(text):
    assert OUTCOME in grades(text), text
    assert "只能在专业法官会议或者审判委员会上发表" in refusal(find_directives(text))


@pytest.mark.parametrize("text", ["先不要宣判", "暂缓宣判", "判决签发须经庭长同意", "宣判前应报分管院长批准"])
def test_holding_a_judgment_back_is_refused(text):
    assert grades(text) == [BLOCK]
    assert "没有这项权力" in refusal(find_directives(text))


@pytest.mark.parametrize(
    "text", ["我认为借贷关系成立", "不同意合议庭的处理", "一审量刑过重", "应当认定为民间借贷", "倾向于调解"]
)
def test_what_may_be_read_as_an_opinion_is_pointed_out_and_not_refused(text):
    found = find_directives(text)
    assert found and all(each.grade == HINT for each in found)
    assert refusal(found) == ""
    assert found[0].words in hints(found)


@pytest.mark.parametrize(
    "text",
    [
        "请于7月1日前报告案件进展和评议结果",
        "请说明是否应当判决解除合同",
        "请说明驳回上诉请求的理由",
        "请检索近三年生效判决，制作类案检索报告",
        "程序由独任改为合议庭审判",
        "应当判断证据是否充分",
        "应当判前释法",
        "二审改判率偏高的情况请分析",
        "按照最高人民法院指导意见报告",
        "按院长办公会意见报告",
        "判决书应当按时送达",
        "请合议庭复议并报告复议结果",
        "原告请求判令支付10万元，请报告评议结果",
        "变更为普通程序审判",
    ],
)
def test_asking_and_the_words_of_procedure_pass(text):
    assert find_directives(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "检察院认为“应当判决有罪”，请报告评议结果",
        "公诉机关建议判处有期徒刑三年，请报告评议结果",
        "《某规定》第三条“不得支持”如何适用",
        "一审法院认为应当判决解除",
    ],
)
def test_quotations_and_the_views_of_others_are_pointed_out_alone(text):
    assert set(grades(text)) <= {HINT}
    assert refusal(find_directives(text)) == ""


def test_a_quotation_does_not_cover_what_stands_outside_it():
    assert grades("“不得支持”是原文；本案应当判决驳回") == [HINT, OUTCOME]


def test_a_question_covers_its_own_clause_alone():
    assert grades("是否超过时效，应当判决驳回") == [OUTCOME]


def test_the_sentence_says_how_to_put_it_otherwise():
    sentence = refusal(find_directives("必须支持原告"))
    assert "必须支持" in sentence
    assert "请改为提问或者要求报告" in sentence and "加引号" in sentence


def test_every_text_of_an_act_is_looked_at():
    assert [found.grade for found in directives_in(["请报告进展", "必须支持原告"])] == [OUTCOME]


@pytest.mark.parametrize("act", [act for act, rule in ACTS.items() if rule.reason])
def test_the_reason_of_every_act_on_a_flag_is_watched(act):
    code = next((reason.code for reason in reasons_for(act)), "")
    assert "只能在专业法官会议" in problem_of_reason(act, code, "应当判决驳回原告的请求")
    assert problem_of_reason(act, code, "证据没有变化") is None


def test_words_are_found_where_they_stand():
    (found,) = find_directives("请报告。必须支持原告")
    assert "请报告。必须支持原告"[found.start :].startswith(found.words)
