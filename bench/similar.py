"""Similar cases: building the index and asking it, beside BM25 and TF-IDF over the same characters, and how good the order is."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from sys import intern
from tempfile import TemporaryDirectory
from typing import Any

import bm25s
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from bench.harness import Peer, measure
from bench.similar_corpus import Told, draw, grade
from precedents.evaluation import ndcg
from precedents.index import Document, Index, prepare
from precedents.tokens import terms

ROWS, PEER_ROWS, ASKED, ORACLE_ROWS, TOP = 100_000, 10_000, 100, 2_000, 10
QUALITY_ROWS = 3_000
K1, B, DELTA, MEANING, MANY = 1.2, 0.6, 0.5, 2.0, 50


def run(rows: int = ROWS) -> int:
    """Measure and print; 1 when any score differs from the oracle's."""
    told = list(draw(rows))
    documents = [each.document for each in told]
    questions = [each.document for each in draw(ASKED, seed=99, prefix="q")]
    mismatches = compare(documents[:ORACLE_ROWS], questions[:10])
    with TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.jsonl"
        corpus.write_text("\n".join(json.dumps([each.id, each.text]) for each in documents))
        measure_index(documents, corpus, Path(folder), mismatches)
        measure_query(documents, questions, Path(folder) / "index", mismatches)
    print(json.dumps(quality(told[:QUALITY_ROWS]), ensure_ascii=False), flush=True)
    return 1 if mismatches else 0


def measure_index(documents: list[Document], corpus: Path, folder: Path, mismatches: int) -> None:
    """Building whole, written to disk; the floor reads the same texts."""
    some = [each.text for each in documents[:PEER_ROWS]]
    measure(
        "similar index",
        rows=len(documents),
        ours=partial(built, documents, folder / "index"),
        floor="reading and decoding the corpus",
        floor_work=partial(read, corpus),
        peers={
            bm25s_name(): Peer(len(some), partial(bm25s_of, some)),
            tfidf_name(): Peer(len(some), partial(tfidf_of, some)),
        },
        mismatches=mismatches,
    )


def measure_query(
    documents: list[Document], questions: list[Document], folder: Path, mismatches: int
) -> None:
    """Asking by text and facts, reasons included; the floor runs once over the postings of the terms asked."""
    index = Index.from_dir(folder)
    texts = [each.text for each in documents]
    bm25, (vectorizer, matrix) = bm25s_of(texts), tfidf_of(texts)
    prepared = prepare(questions)
    measure(
        "similar query",
        rows=len(questions),
        ours=lambda: [index.query(each, TOP) for each in questions],
        floor="one pass over the postings of the terms asked",
        floor_work=lambda: [index.touched(each) for each in prepared],
        peers={
            bm25s_name(): Peer(len(questions), partial(ask_bm25s, bm25, questions)),
            tfidf_name(): Peer(len(questions), partial(ask_tfidf, vectorizer, matrix, questions)),
        },
        mismatches=mismatches,
    )


def built(documents: list[Document], folder: Path) -> None:
    index = Index()
    index.add(documents)
    index.to_dir(folder)


def read(corpus: Path) -> int:
    return sum(len(json.loads(line)[1]) for line in corpus.open())


def compare(documents: list[Document], questions: list[Document]) -> int:
    """How many scores differ from BM25+ written down naively: dictionaries and logarithms, none of our arrays."""
    index = Index()
    index.add(documents[: len(documents) // 2])
    index.add(documents[len(documents) // 3 :])
    index.remove(["nobody"])
    bags = {each.id: Counter(terms(each.text)) for each in documents}
    among = Counter(term for bag in bags.values() for term in bag)
    mean = sum(bag.total() for bag in bags.values()) / len(bags)
    wrong = 0
    for question, prepared in zip(questions, prepare(questions), strict=True):
        asked = terms(question.text)
        ours = defaultdict(float, index.text_scores(prepared))
        for id, bag in bags.items():
            expected = naive(asked, bag, among, len(bags), mean)
            wrong += not math.isclose(ours[id], expected, rel_tol=1e-4, abs_tol=1e-4)
    return wrong


def naive(
    asked: Mapping[str, int], bag: Counter[str], among: Counter[str], documents: int, mean: float
) -> float:
    length, total = bag.total(), 0.0
    for term, times in asked.items():
        here, n = bag[term], among[term]
        if not here or (documents >= MANY and 2 * n > documents):
            continue
        idf = math.log(1 + (documents - n + 0.5) / (n + 0.5))
        sign = len(term) == 1 and 0xE800 <= ord(term) < 0xF900
        said = idf * (MEANING if sign else 1) * 2 * times / (times + 1)
        total += said * (DELTA + here * (K1 + 1) / (here + K1 * (1 - B + B * length / mean)))
    return total


def quality(told: Sequence[Told]) -> dict[str, object]:
    """nDCG@10 by the known grades: ours by text, by facts and by both, and the peers on the raw text."""
    index = Index()
    index.add(each.document for each in told)
    texts = [each.document.text for each in told]
    bm25, (vectorizer, matrix) = bm25s_of(texts), tfidf_of(texts)
    ways: dict[str, Callable[[Document], list[str]]] = {
        "ours by text": lambda q: ids_of(index, Document(q.id, q.text)),
        "ours by facts": lambda q: ids_of(index, Document(q.id, "", q.facts)),
        "ours by both": lambda q: ids_of(index, q),
        bm25s_name(): lambda q: [told[n].document.id for n in ask_bm25s(bm25, [q])[0]],
        tfidf_name(): lambda q: [told[n].document.id for n in ask_tfidf(vectorizer, matrix, [q])[0]],
    }
    asked = list(draw(ASKED, seed=99, prefix="q"))
    grades = [{each.document.id: float(grade(q, each)) for each in told} for q in asked]
    return {
        "bench": "similar quality",
        "rows": len(told),
        "measure": f"nDCG@{TOP}, mean of {ASKED} questions",
        **{
            name: round(
                sum(ndcg(way(q.document), g, TOP) for q, g in zip(asked, grades, strict=True)) / ASKED, 3
            )
            for name, way in ways.items()
        },
    }


def ids_of(index: Index, question: Document) -> list[str]:
    return [hit.id for hit in index.query(question, TOP)]


def characters(text: str) -> list[str]:
    return [intern(text[at : at + n]) for n in (1, 2) for at in range(len(text) - n + 1)]


def bm25s_of(texts: Sequence[str]) -> Any:
    retriever = bm25s.BM25(method="lucene")
    retriever.index([characters(text) for text in texts], show_progress=False)
    return retriever


def ask_bm25s(retriever: Any, questions: Sequence[Document]) -> list[list[int]]:
    asked = [characters(each.text) for each in questions]
    found, _ = retriever.retrieve(asked, k=TOP, show_progress=False)
    return [[int(n) for n in row] for row in found]


def tfidf_of(texts: Sequence[str]) -> tuple[Any, Any]:
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), dtype=np.float32)
    return vectorizer, vectorizer.fit_transform(texts)


def ask_tfidf(vectorizer: Any, matrix: Any, questions: Sequence[Document]) -> list[list[int]]:
    answers = []
    for each in questions:
        scores = (matrix @ vectorizer.transform([each.text]).T).toarray().ravel()
        best = np.argpartition(-scores, TOP)[:TOP]
        answers.append([int(n) for n in best[np.argsort(-scores[best], kind="stable")]])
    return answers


def bm25s_name() -> str:
    return f"bm25s {version('bm25s')} (characters and pairs)"


def tfidf_name() -> str:
    return f"scikit-learn {version('scikit-learn')} TF-IDF (characters and pairs)"
