"""What a report must hold is checked item by item, and only that."""

from __future__ import annotations

from datetime import date

import pytest

from precedents.report_checks import Content, is_counted, items_of, missing, share_that_differs

HIT = {
    "place": 1, "source": "superior", "court": "宜宾市中级人民法院", "effective_on": "2025-06-01", "result": "support",
    "verdict": "follow", "holding": "转账凭证可以初步证明借贷关系", "differences": "无", "reason": "",
}  # fmt: skip
WHOLE = Content(
    platforms="明镜类案库", asked="转账凭证", hits=[HIT], issue="借贷合意的证明", opinion="参考其说理"
)
COURTS = frozenset({"翠屏区人民法院", "宜宾市中级人民法院"})


def lacking(**changes):
    return {item.name for item in missing(Content(**(vars_of(WHOLE) | changes)))}


def vars_of(content):
    return {
        name: getattr(content, name) for name in ("platforms", "asked", "sources", "hits", "issue", "opinion")
    }


def test_a_whole_report_lacks_nothing_and_has_the_items_of_the_opinion():
    assert missing(WHOLE) == []
    names = [item.name for item in items_of(WHOLE)]
    assert names[:6] == ["检索主体", "检索时间", "检索平台", "检索范围", "检索方法", "检索结果"]


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"platforms": " "}, "检索平台"),
        ({"sources": ["guiding", "other"]}, "检索范围"),
        ({"asked": ""}, "检索方法"),
        ({"hits": [HIT | {"verdict": ""}]}, "检索结果"),
        ({"hits": [HIT | {"holding": " "}]}, "裁判要点"),
        ({"hits": [HIT | {"differences": ""}]}, "与本案的异同"),
        ({"hits": [HIT | {"verdict": "differ"}]}, "是否参照"),
        ({"issue": ""}, "争议焦点"),
        ({"opinion": ""}, "运用情况"),
    ],
)
def test_each_item_that_is_missing_is_named(changes, item):
    assert lacking(**changes) == {item}


def test_a_hit_that_is_no_like_case_needs_a_reason_and_no_holding():
    unlike = HIT | {"verdict": "unlike", "holding": "", "differences": ""}
    assert lacking(hits=[unlike]) == {"是否参照"}
    assert lacking(hits=[unlike | {"reason": "案涉关系为买卖"}]) == set()


def test_nothing_found_is_a_result_too():
    assert lacking(hits=[]) == set()


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"source": "own", "court": "翠屏区人民法院"}, True),
        ({"source": "library", "court": "翠屏区人民法院"}, True),
        ({"source": "guiding", "court": "最高人民法院"}, False),
        ({"source": "other", "court": "北京市朝阳区人民法院"}, False),
        ({"verdict": "unlike"}, False),
        ({"effective_on": ""}, False),
        ({"effective_on": "2022-05-31"}, False),
        ({"effective_on": "2026-06-30"}, True),
    ],
)
def test_counted_are_like_effective_judgments_of_this_court_and_those_above_within_the_window(
    changes, counts
):
    days = {"since": date(2023, 6, 30), "until": date(2026, 6, 30)}
    assert is_counted(HIT | changes, courts=COURTS, **days) is counts


def test_the_share_is_of_those_whose_result_is_known():
    hits = [{"counts": True, "result": result} for result in ("support", "dismiss", "")]
    assert share_that_differs(hits, "support") == 0.5
    assert share_that_differs(hits, "") is None
    assert share_that_differs([{"counts": False, "result": "support"}], "support") is None
