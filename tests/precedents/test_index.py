"""Retrieval of similar cases: what is alike comes first, for reasons that hold, however the index came about."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.similar_corpus import draw, grade
from precedents.evaluation import ndcg, precision_at
from precedents.facts import Field, counted, likeness
from precedents.index import (
    Counted,
    Document,
    Index,
    NotAnIndex,
    flat,
    prepare,
    reasons,
    restored,
    score,
    terms,
)
from precedents.matching import Statistics
from precedents.reasons import LITTLE_KNOWN, LITTLE_SAID
from precedents.tokens import normalise, prepare_text

FLED = Document(
    "fled", "被告人张三醉酒驾驶货车撞倒行人,致一人死亡,后弃车逃跑。", {"致死人数": 1, "逃逸": True}
)
STAYED = Document(
    "stayed", "被告人李四驾驶轿车追尾,致一人死亡,留在现场报警。", {"致死人数": 1, "逃逸": False}
)
LOAN = Document("loan", "原告王五出借五万元,被告到期未还,约定月息二分。", {"本金": 50_000})
THEFT = Document("theft", "被告人张三翻窗入室盗窃手机,未逃逸。", {"金额": 3_000})
CASES = [FLED, STAYED, LOAN, THEFT]


@pytest.fixture
def index():
    made = Index()
    made.add(CASES)
    return made


def ids(hits):
    return [hit.id for hit in hits]


def invented(number=120, **how):
    return [told.document for told in draw(number, **how)]


def answers(index, questions, top=10):
    return [index.query(question, top) for question in questions]


def test_what_is_null_in_a_list_is_not_known():
    assert dict(flat({"手段": [None, "入户"], "从重": [None]})) == {"手段：入户": "是"}


def test_the_case_in_other_words_comes_first(index):
    assert ids(index.query(Document("q", "饮酒后驾车撞人身亡并逃离现场"), 2)) == ["fled", "stayed"]
    assert ids(index.query(Document("q", "借款逾期拒不偿还,约定利息"), 1)) == ["loan"]


def test_a_shared_name_makes_no_case_alike(index):
    hits = index.query(Document("q", "被告人张三借款不还,张三约定月息"), 4)
    assert ids(hits)[0] == "loan"
    assert not {"fled", "theft"} & set(ids(hits)[:1])
    assert not any("张三" in because for hit in hits for because in hit.because)


def test_facts_alone_suffice(index):
    hits = index.query(Document("q", "", {"致死人数": 1, "逃逸": True}), 4)
    assert ids(hits) == ["fled", "stayed"]
    assert hits[0].score == 1.0
    assert hits[0].because[0].startswith("要素相同：")
    assert hits[1].because[-1] == "不同：逃逸（是／否）"


def test_nothing_in_common_is_no_hit(index):
    assert index.query(Document("q", "专利"), 4) == []
    assert Index().query(FLED, 4) == []


def test_a_document_is_most_like_itself_and_can_be_passed_over(index):
    assert ids(index.query(FLED, 1)) == ["fled"]
    assert index.query(FLED, 1)[0].score == pytest.approx(1)
    assert "fled" not in ids(index.query(FLED, 4, without=["fled"]))


def test_scores_fall_and_stay_between_0_and_1():
    index = Index()
    index.add(invented(300))
    for hits in answers(index, invented(20, seed=3, prefix="q")):
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < each <= 1 for each in scores)


def test_reasons_name_words_that_stand_in_both_texts():
    documents, questions = invented(300), invented(30, seed=3, prefix="q")
    index = Index()
    index.add(documents)
    texts = {each.id: each.text for each in documents}
    for question in questions:
        for hit in index.query(question, 5):
            for because in hit.because:
                quoted = because.split("“")[1:] if because.startswith(("同有", "表述相同")) else []
                for each in (part.partition("”")[0].removesuffix("……") for part in quoted):
                    assert normalise(each) in normalise(question.text)
                    assert normalise(each) in normalise(texts[hit.id])


def test_reasons_name_facts_that_agree_and_facts_that_do_not():
    documents, questions = invented(300), invented(30, seed=3, prefix="q")
    index = Index()
    index.add(documents)
    known = {each.id: dict(each.facts) for each in documents}
    for question in questions:
        for hit in index.query(question, 5):
            same = [
                because.removeprefix("要素相同：")
                for because in hit.because
                if because.startswith("要素相同")
            ]
            pairs = [part.split("：") for each in same for part in each.split("、")]
            assert all(known[hit.id][name] == question.facts[name] == value for name, value in pairs)
            differs = [each for each in hit.because if each.startswith("不同：")]
            assert not differs or differs == [hit.because[-1]]
            agree = all(known[hit.id].get(name, value) == value for name, value in question.facts.items())
            assert bool(differs) != agree


def test_what_one_denies_is_not_shared(index):
    hit = next(hit for hit in index.query(Document("q", "肇事后逃逸,盗窃手机"), 4) if hit.id == "theft")
    assert not any("逃逸" in because for because in hit.because)


def test_other_words_for_the_same_are_quoted_as_they_stand(index):
    hit = index.query(Document("q", "驾车肇事后逃逸,致人身亡"), 1)[0]
    assert any(
        because.startswith("意思相近：") and "“逃逸”与“弃车逃跑”" in because for because in hit.because
    )


def test_articles_of_law_are_a_reason():
    index = Index()
    index.add([Document("a", "依照《中华人民共和国刑法》第一百三十三条、第六十七条第一款判处。"), LOAN])
    because = index.query(Document("q", "适用《刑法》第133条"), 1)[0].because
    assert "同引刑法第133条" in because


def test_a_hit_for_nothing_in_particular_says_so():
    index = Index()
    index.add([Document("a", "甲乙丙", {"金额": 10}), Document("b", "丁戊", {"金额": 90})])
    said = [hit.because[0] for hit in index.query(Document("q", "己庚", {"金额": 55}), 2)]
    assert set(said) <= {LITTLE_KNOWN}
    assert index.query(Document("q", "甲乙"), 1)[0].because[0] == LITTLE_SAID


@pytest.mark.parametrize("seed", range(4))
def test_piece_by_piece_answers_as_at_once(seed):
    chance, documents = Random(seed), invented(150, seed=seed)
    whole, pieces = Index(), Index()
    whole.add(documents)
    waiting = [*documents, *[Document(each.id, "旧的内容" + each.text, {}) for each in documents[:40]]][::-1]
    while waiting:
        pieces.add(waiting[: (step := chance.randint(1, 60))])
        waiting = waiting[step:]
    pieces.add([Document("gone", "抢劫抢夺")])
    pieces.remove(["gone", "never there"])
    questions = invented(15, seed=9, prefix="q")
    assert len(pieces) == len(whole) == 150
    assert answers(pieces, questions) == answers(whole, questions)


def test_adding_again_changes_nothing_and_replacing_replaces(index):
    again = index.add(CASES)
    assert (again.added, again.replaced, again.unchanged) == (0, 0, 4)
    changes = index.add([Document("loan", "被告拖欠租金,要求腾退房屋"), Document("new", "离婚后争夺抚养")])
    assert (changes.added, changes.replaced, changes.unchanged) == (1, 1, 0)
    assert len(index) == 5
    assert ids(index.query(Document("q", "承租人欠付租金"), 1)) == ["loan"]
    assert "loan" not in ids(index.query(Document("q", "出借五万元约定月息"), 5))


def test_kept_in_a_directory_it_answers_the_same_and_no_name_is_kept(index, tmp_path):
    index.to_dir(tmp_path / "index")
    question = Document("q", "醉酒后驾驶并逃逸", {"逃逸": True})
    assert Index.from_dir(tmp_path / "index").query(question, 4) == index.query(question, 4)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file())
    assert not [name for name in ("张三", "李四", "王五") if name.encode() in kept]


def test_equal_steps_give_equal_bytes_and_little_is_touched(tmp_path):
    for name in ("one", "two"):
        index = Index()
        index.add(invented(200))
        index.to_dir(tmp_path / name)
        later = Index.from_dir(tmp_path / name)
        later.add([FLED, LOAN])
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / name).rglob("*.npy")}
        later.to_dir(tmp_path / name)
        assert all(path.stat().st_mtime_ns == stamp for path, stamp in before.items())
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two


def test_what_is_no_index_or_damaged_is_said(index, tmp_path):
    with pytest.raises(NotAnIndex, match="no index"):
        Index.from_dir(tmp_path)
    index.to_dir(tmp_path / "index")
    next((tmp_path / "index").rglob("term_keys.npy")).write_bytes(b"broken")
    with pytest.raises(NotAnIndex, match="damaged"):
        Index.from_dir(tmp_path / "index")


def test_a_database_with_its_counts_says_the_same_as_the_index():
    documents, questions = invented(80), invented(8, seed=3, prefix="q")
    index = Index()
    index.add(documents)
    statistics = statistics_of(documents)
    kept = [restored(d.id, prepare_text(d.text), terms(d.text), dict(flat(d.facts))) for d in documents]
    for query in prepare(questions):
        ranked = sorted(score(query, kept, statistics), key=lambda each: (-round(each.score, 6), each.id))[:3]
        hits = index.query_prepared(query, 3)
        assert [(each.id, round(each.score, 6)) for each in ranked] == [(hit.id, hit.score) for hit in hits]
        by_id = {each.id: each for each in kept}
        assert [reasons(query, by_id[hit.id], statistics) for hit in hits] == [hit.because for hit in hits]


def statistics_of(documents) -> Statistics:
    bags = [terms(each.text) for each in documents]
    among: dict[str, int] = {}
    for bag in bags:
        for term in bag:
            among[term] = among.get(term, 0) + 1
    fields = counted([dict(flat(each.facts)) for each in documents])
    mean = sum(sum(bag.values()) for bag in bags) / len(bags)
    return Counted(len(documents), mean, among, {name: each.counts for name, each in fields.items()})


numbers = st.floats(-1e6, 1e6).map(lambda number: round(number, 2))
values = st.one_of(numbers, st.sampled_from(["是", "否", "甲"]))


@given(st.dictionaries(values, st.integers(1, 30), min_size=1), values, st.lists(numbers, min_size=1))
def test_facts_one_by_one_agree_with_facts_at_once(counts, own, others):
    at_once = Field(counts).compare(own, np.array(others))
    one_by_one = [Field(counts).beside(own, other) for other in others]
    assert [*zip(*(part.tolist() for part in at_once), strict=True)] == [
        pytest.approx(each, abs=1e-9) for each in one_by_one
    ]


def test_a_rare_agreement_weighs_more_and_a_near_number_is_more_like():
    fields = counted(
        [{"前科": "否", "金额": 100.0 * n} for n in range(1, 100)] + [{"前科": "是", "金额": 5000.0}]
    )
    assert fields["前科"].says("是") > fields["前科"].says("否")
    near, far = ({"前科": "否", "金额": amount} for amount in (5200.0, 9900.0))
    own = {"前科": "否", "金额": 5000.0}
    assert likeness(own, own, fields) == 1
    assert likeness(own, near, fields) > likeness(own, far, fields)
    assert likeness({"前科": "是"}, {"前科": "否"}, fields) == 0
    assert likeness({"前科": "是"}, {}, fields) == 0


@given(
    st.lists(st.tuples(st.text(max_size=20), st.dictionaries(st.sampled_from("甲乙"), values)), max_size=8)
)
@settings(max_examples=40)
def test_anything_can_be_indexed_and_asked(given):
    documents = [Document(str(n), text, facts) for n, (text, facts) in enumerate(given)]
    index = Index()
    index.add(documents)
    for document in documents:
        assert all(0 < hit.score <= 1 and hit.because for hit in index.query(document, 3))


def test_relatives_of_invented_cases_are_found():
    told, asked = list(draw(800)), list(draw(30, seed=5, prefix="q"))
    index = Index()
    index.add(each.document for each in told)

    def quality(question):
        ranked = [ids(index.query(question(q.document), 10)) for q in asked]
        grades = [{each.document.id: float(grade(q, each)) for each in told} for q in asked]
        return sum(ndcg(row, of, 10) for row, of in zip(ranked, grades, strict=True)) / len(asked)

    assert quality(lambda document: Document("q", document.text)) > 0.55
    assert quality(lambda document: Document("q", "", document.facts)) > 0.97
    assert quality(lambda document: document) > 0.85


def test_ndcg_is_one_for_the_best_order_and_less_for_any_other():
    grades = {"a": 3.0, "b": 2.0, "c": 1.0}
    assert ndcg(["a", "b", "c"], grades, 3) == 1
    assert ndcg(["b", "a", "c"], grades, 3) == pytest.approx(
        (3 + 7 / math.log2(3) + 0.5) / (7 + 3 / math.log2(3) + 0.5)
    )
    assert ndcg(["x"], grades, 3) == 0
    assert ndcg(["a", "a", "a"], grades, 3) == ndcg(["a"], grades, 3)
    assert precision_at(["a", "x"], grades, 2) == 0.5
    assert precision_at(["a"], frozenset("a"), 2) == 0.5
