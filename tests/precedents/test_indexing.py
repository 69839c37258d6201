"""The index follows the collection: only what changed is made again, and the statistics say what the rows say."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from precedents import indexing
from precedents.documents import Judgment, put_document, withdraw_document
from precedents.indexing import fact_terms, index_waiting, split_terms
from precedents.models import Corpus, Document, Term
from precedents.tasks import index_waiting as index_task

pytestmark = pytest.mark.django_db


def counted():
    return Counter(term for terms in Document.objects.values_list("terms", flat=True) for term in terms)


def check_statistics():
    assert dict(Term.objects.values_list("term", "documents")) == counted()
    corpus = Corpus.objects.get()
    lengths = list(Document.objects.exclude(terms=[]).values_list("length", flat=True))
    assert (corpus.documents, corpus.length) == (len(lengths), sum(lengths))


def test_the_statistics_are_those_of_the_rows_through_every_change(loans, keep, now):
    check_statistics()
    changed = Judgment(
        source="guiding", number="指导案例68号", text="买卖合同标的物存在质量瑕疵", facts={"deaths": 2}
    )
    put_document(judgment=changed, by=None, at=now)
    withdraw_document(document=loans[1], reason="重复", by=None, at=now)
    assert index_waiting(at=timezone.now()) == 2
    check_statistics()
    for document in Document.objects.filter(withdrawn_at=None):
        withdraw_document(document=document, reason="清空", by=None, at=now)
    index_waiting(at=timezone.now())
    check_statistics()
    assert not Term.objects.exists()


def test_what_has_not_changed_is_not_indexed_again(loans, now):
    before = dict(Document.objects.values_list("pk", "indexed_at"))
    first = loans[0]
    same = Judgment(
        source=first.source, number=first.number, text=first.text, cause=first.cause, court_name="更正后的法院名称",
    )  # fmt: skip
    assert put_document(judgment=same, by=None, at=now)[1] == "replaced"
    assert index_waiting(at=timezone.now()) == 0
    assert dict(Document.objects.values_list("pk", "indexed_at")) == before


def test_it_goes_on_slice_by_slice(keep, monkeypatch):
    monkeypatch.setattr(indexing, "SLICE", 2)
    for n in range(5):
        keep("other", f"（2024）京0105民初{n}号", f"双方对第{n}笔借款有争议", waits=True)
    at = timezone.now()
    assert [indexing.index_slice(at=at, size=2) for _ in range(4)] == [2, 2, 1, 0]
    check_statistics()


def test_a_new_edition_of_the_word_list_makes_every_term_again(loans):
    Corpus.objects.update(edition="以前的词表")
    assert index_task() == Document.objects.count()
    assert index_task() == 0
    check_statistics()


def test_facts_are_kept_beside_words_and_read_back():
    held = fact_terms({"deaths": 2, "surrender": True, "how": "驾车", "long": "长" * 300})
    words, facts = split_terms(["借款", *held], [3, *[1] * len(held)])
    assert words == {"借款": 3}
    assert facts == {"deaths": 2.0, "surrender": "是", "how": "驾车"}
