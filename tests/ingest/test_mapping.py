import pytest

from ingest.mapping import KINDS, field_named, header_row, likely_kind, recognise

CONTRACT = {
    "cases": "案号 案由 审限规则 审判程序 法院代字 地区 承办部门 承办人 审判长 合议庭 立案日期 受理日期 结案日期 结案方式 标的额 原告人数 被告人数 在押 关联案号",
    "parties": "案号 姓名或名称 诉讼地位 类型 代理人",
    "events": "案号 节点 日期 说明",
    "exclusions": "案号 事由 起 止",
    "extensions": "案号 批准日期 批准人 延长月 延长日 延长至",
    "elements": "案号 当事人 要素 值",
    "outcomes": "案号 当事人 项目 值 裁判日期",
    "staff": "人事编号 姓名 用户名 法院代字 部门 职务 任职日 免职日 电子邮箱",
    "diary": "案号 人员编号 环节 日期 分钟 案件类别 程序 繁简",
    "figures": "法院代字 年度 编制 面积 人口 人均GDP 少数民族占比 任职年限 人均结案 来源",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_header_of_the_contract_is_recognised_in_any_order(kind):
    headers = CONTRACT[kind].split()
    for order in (headers, headers[::-1]):
        layout = recognise(order, kind)
        assert (layout.unknown, layout.missing) == ((), ())
        assert len(layout.columns) == len(headers)


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_is_seen_from_the_headers(kind):
    assert likely_kind(CONTRACT[kind].split()) == kind


def test_width_white_space_and_usual_other_names_do_not_matter():
    layout = recognise(["\ufeff案 号", "承办法官", "立案时间*", "标的额（万元）"], "cases")
    assert layout.columns == {"number": 0, "judge": 1, "filed_on": 2, "amount_in_wan": 3}


def test_unknown_headers_are_reported_and_never_fatal():
    layout = recognise(["案号", "天气", ""], "cases")
    assert layout.unknown == ("天气",)
    assert layout.missing == ()


def test_what_a_person_said_goes_before_what_we_know():
    layout = recognise(["案号", "案由", "收到"], "cases", {"收到": "立案日期", "案由": "地区"})
    assert layout.columns == {"number": 0, "region": 1, "filed_on": 2}


def test_a_header_said_to_mean_nothing_is_left_out():
    assert "cause" not in recognise(["案号", "案由"], "cases", {"案由": ""}).columns


def test_a_field_named_twice_keeps_its_first_column():
    layout = recognise(["案号", "承办人", "承办法官"], "cases")
    assert layout.columns["judge"] == 1
    assert layout.unknown == ("承办法官",)


def test_the_columns_of_a_returned_file_are_not_unknown():
    assert recognise(["案号", "行号", "原因"], "cases").unknown == ()


def test_titles_may_stand_above_the_header():
    rows = [["某院二〇二六年台账"], [""], ["案号", "案由"], ["（2026）川1502民初1号", "离婚纠纷"]]
    assert header_row(rows, "cases") == 2


def test_a_missing_required_header_is_named():
    assert recognise(["案由"], "cases").missing == ("案号",)


def test_a_field_goes_by_its_name_or_its_header():
    assert field_named("立案日期", "cases") == field_named("filed_on", "cases") == "filed_on"
    assert field_named("月亮", "cases") is None
