"""What tests of similar cases share: judgments in the collection, indexed and not, and the people who keep and search it."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from cases.models import Case, Element
from precedents.documents import Judgment, add_document
from precedents.indexing import index_waiting
from precedents.models import Document

LOAN = (
    "原告诉称,被告于{year}年向原告借款{amount}元,出具借条,约定月利率百分之二。借款到期后,被告拒不归还。"
    "经审理查明,双方存在民间借贷关系,{more}。"
)
DRIVING = "被告人醉酒后驾驶小型轿车,与行人相撞,致一人死亡,{more}。被告人负事故全部责任。"
DRAFT = {"opinion": "检索结果与本案情节相近, 本案参考其说理。", "issue": "转账凭证能否证明借贷合意"}


@pytest.fixture
def keep(db):
    """``keep("guiding", "指导案例1号", text)``: a judgment in the collection, indexed."""

    def create(source: str, number: str, text: str, *, waits: bool = False, **fields) -> Document:
        values = {
            "court_name": "最高人民法院", "cause": "民间借贷纠纷", "category": "民事", "result": "support",
            "decided_on": date(2025, 5, 6), "effective_on": date(2025, 6, 1), "title": f"{number}民间借贷案",
        }  # fmt: skip
        judgment = Judgment(source=source, number=number, text=text, **(values | fields))
        document = add_document(judgment=judgment, by=None, at=timezone.now())
        if not waits:
            index_waiting(at=timezone.now())
        document.refresh_from_db()
        return document

    return create


@pytest.fixture
def keep_own(keep):
    """``keep_own(case, text)``: the judgment of a case of ours."""
    return lambda case, text, **fields: keep("own", "", text, case=case, **fields)


@pytest.fixture
def loans(keep):
    """Five judgments on loans from five sources and one on drunk driving, the drafted case's cause among them."""
    told = [
        ("guiding", "指导案例68号", "最高人民法院", "原告仅提交转账凭证,未提交借条,被告抗辩系偿还先前债务"),
        ("library", "2024-01-2-103-001", "四川省高级人民法院", "原告仅提交银行转账凭证,被告抗辩款项系货款"),
        ("superior", "（2025）川15民终88号", "宜宾市中级人民法院", "原告提交转账凭证,被告未到庭亦未答辩"),
        ("other", "（2024）京0105民初1号", "北京市朝阳区人民法院", "被告辩称借条系受胁迫出具"),
        ("other", "（2024）沪0101民初2号", "上海市黄浦区人民法院", "双方对利息约定有争议"),
    ]  # fmt: skip
    found = [
        keep(
            source, number, LOAN.format(year=2020 + n, amount=n * 10_000 + 5_000, more=more), court_name=court
        )
        for n, (source, number, court, more) in enumerate(told)
    ]
    keep(
        "library",
        "2024-05-1-054-002",
        DRIVING.format(more="肇事后逃逸"),
        cause="交通肇事罪",
        category="刑事",
        result="convict",
    )
    return found


@pytest.fixture
def record(now):
    """``record(case, surrender=True)``: elements of the case."""

    def create(case: Case, **elements) -> None:
        for key, value in elements.items():
            Element.objects.create(case=case, key=key, value=value, recorded_at=now)

    return create


@pytest.fixture
def assistant(post, division):
    return post("assistant", "法官助理秦", division=division)
