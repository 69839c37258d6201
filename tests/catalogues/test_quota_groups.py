"""Which base weight a case has: by type code, by its cause or what is above it, by name, else 其他."""

from datetime import date

import pytest

from catalogues import library
from catalogues.quota_groups import Groups, causes_making

DAY = date(2026, 6, 30)
LISTS = tuple(one for editions in library.cause_lists().values() for one in editions)
GROUPS = Groups(library.quotas().bases_of(None, DAY), LISTS)


def group(category, type_code, cause_code="", cause=""):
    found = GROUPS.of(category=category, type_code=type_code, cause_code=cause_code, cause=cause)
    return found.code if found else None


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (("民事", "民初", "9142", "买卖合同纠纷"), "civil/买卖合同"),
        (("民事", "民初", "9147", "国际货物买卖合同纠纷"), "civil/买卖合同"),  # below 9142
        (("民事", "民初", "9162", "房屋买卖合同纠纷"), "civil/其他"),
        (("民事", "民初", "9468", "追索劳动报酬纠纷"), "civil/劳动争议"),  # three levels up
        (("民事", "民初", "", "买卖合同纠纷"), "civil/买卖合同"),
        (("民事", "民初", "99999", "买卖合同纠纷"), "civil/买卖合同"),
        (("民事", "民初", "", "从未见过的纠纷"), "civil/其他"),
        (("民事", "民初", "", ""), "civil/其他"),
        (("民事", "民终", "9208", "建设工程合同纠纷"), "civil/建设工程"),
        (("民事", "民申", "9208", "建设工程合同纠纷"), "other/申请再审审查"),
        (("民事", "民特", "9872", "确认调解协议案件"), "other/司法确认"),
        (("破产", "破", "9595", "申请破产清算"), "civil/破产"),
        (("破产", "破申", "9595", "申请破产清算"), "other/其他"),
        (("刑事", "刑初", "119", "集资诈骗罪"), "criminal/非法集资"),  # nearer than 金融诈骗 above it
        (("刑事", "刑初", "126", "保险诈骗罪"), "criminal/诈骗"),
        (("刑事", "刑初", "366", "受贿罪"), "criminal/职务犯罪"),
        (("刑事", "刑初", "", "组织、领导、参加黑社会性质组织罪"), "criminal/涉黑涉恶"),
        (("刑事", "刑更", "201", "盗窃罪"), "other/减刑假释"),
        (("行政", "行初", "6154", "土地征收或者征用补偿"), "administrative/征收补偿"),
        (("国家赔偿", "行赔初", "", ""), "administrative/其他"),
        (("国家赔偿", "法赔", "", ""), "other/国家赔偿"),
        (("执行", "执", "9142", "买卖合同纠纷"), "enforcement/首次执行"),
        (("执行", "执", "", "罚金"), "enforcement/财产刑"),
        (("执行", "执恢", "9142", "买卖合同纠纷"), "enforcement/恢复执行"),
        (("执行", "执保", "9803", "申请保全案件"), "enforcement/保全执行"),
        (("执行", "执监", "9142", "买卖合同纠纷"), "enforcement/其他"),
        (("司法救助", "司救民", "", ""), "other/其他"),
    ],
)
def test_every_case_finds_its_group(case, code):
    assert group(*case) == code


def test_every_type_code_of_the_national_table_finds_a_group():
    assert all(
        GROUPS.of(category="民事", type_code=code, cause_code="", cause="") for code in library.type_codes()
    )


def test_the_causes_that_are_complex_or_of_a_simple_form():
    made = causes_making(library.quotas().points_of(None, DAY), LISTS)
    assert {"9208", "9971", "9595", "建设工程合同纠纷", "医疗损害责任纠纷"} <= made["complex_cause"]
    assert {"9722", "10098", "9280", "9178", "9193", "信用卡纠纷"} <= made["simple_form"]
    assert not made["complex_cause"] & made["simple_form"]
    assert "9142" not in made["complex_cause"] | made["simple_form"]
