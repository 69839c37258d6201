"""Why a case is similar, in a few Chinese words (类案理由): only what holds of both texts and both sets of facts.

First the facts that agree, then known wordings and rare phrases that stand in both, what is said in other words, the longest
passage in common, and last what differs. A phrase that one of the texts denies and the other does not is not shared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from precedents.facts import YES, Agreement, Value, agreements
from precedents.matching import Profile, Statistics, weights
from precedents.numerals import readable
from precedents.tokens import Wording, is_denied, key_of, wordings

MOST_FACTS, MOST_WORDS, MOST_DIFFERENCES = 4, 4, 3
SHORT, LONG, LONGEST = 4, 9, 40
NEAR = 0.6
COMMON = 0.25
LITTLE_SAID, LITTLE_KNOWN = "仅有一般用语相近", "仅个别要素略近"

_LOOSE = "的了着过在于与和及其因被将对向等是为由从并但而且以所之该本此后前中时到给把个第之又即则至"
_SHARED = re.compile(f"1{{{SHORT - 1},}}")
_ARTICLE = re.compile(r"(?:^| )([\u4e00-\u9fff]{1,24}?)([\ue000-\ue3e7])条|(?<=[ 条款项])([\ue000-\ue3e7])条")


def reasons(
    query: Profile, document: Profile, statistics: Statistics, *, names: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Why ``document`` is similar to ``query``; ``names`` are Chinese names of facts."""
    known = agreements(query.facts, document.facts, statistics.fields(sorted(query.facts)))
    said = [*_of_facts(known, names or {}), *_of_texts(query, document, statistics)]
    differs = _different(known, names or {})
    little = LITTLE_SAID if np.isin(query.keys, document.keys).any() else LITTLE_KNOWN
    return (*(said or [little]), *([differs] if differs else []))


def _of_facts(known: Sequence[Agreement], names: Mapping[str, str]) -> Iterator[str]:
    same = [_fact(each.name, each.own, names) for each in known if each.own == each.other]
    near = [
        f"{names.get(each.name, each.name)} {_value(each.own)}与{_value(each.other)}"
        for each in known
        if each.own != each.other and each.like >= NEAR
    ]
    if same:
        yield "要素相同：" + "、".join(same[:MOST_FACTS])
    if near:
        yield "要素相近：" + "、".join(near[:MOST_FACTS])


def _different(known: Sequence[Agreement], names: Mapping[str, str]) -> str:
    apart = [
        f"{names.get(each.name, each.name)}（{_value(each.own)}／{_value(each.other)}）"
        for each in known
        if each.like < NEAR
    ]
    return "不同：" + "、".join(apart[:MOST_DIFFERENCES]) if apart else ""


def _of_texts(query: Profile, document: Profile, statistics: Statistics) -> Iterator[str]:
    own, other = query.text.partition("\n")[0], document.text.partition("\n")[0]
    if not own or not other:
        return
    shared, alike = _wordings(own, other)
    known = list(wordings(own))
    passages = [whole for each in _passages(own, other) if len(whole := _unbroken(each, own, known)) >= SHORT]
    passages = [each for each in passages if _agrees(each, own, other)]
    rare = _by_rarity([*shared, *passages], statistics)
    told = [word for pair in alike for word in pair]
    words = [
        each
        for each in _apart([each for each in rare if len(each) < LONG])
        if not any(each in word for word in told)
    ]
    if words:
        yield "同有" + "".join(f"“{readable(each)}”" for each in words[:MOST_WORDS])
    if alike:
        yield "意思相近：" + "、".join(f"“{one}”与“{two}”" for one, two in alike[:2])
    articles = [each for each in _articles(own) if each in set(_articles(other))]
    if articles:
        yield "同引" + "、".join(articles[:MOST_WORDS])
    long = max((each for each in rare if len(each) >= LONG), key=len, default="")
    if long:
        yield f"表述相同：“{_shortened(readable(long))}”"


def _wordings(own: str, other: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Known wordings that stand in both texts, and pairs that say the same in other words."""
    ours = {each.text: each.sign for each in wordings(own)}
    theirs = {each.text: each.sign for each in wordings(other)}
    shared = [word for word in ours if _agrees(word, own, other)]
    told = {ours[word] for word in shared}
    pairs = {
        sign: (
            _quoted(word, own),
            _quoted(next(theirs_word for theirs_word, s in theirs.items() if s == sign), other),
        )
        for word, sign in ours.items()
        if sign not in told and sign in theirs.values()
    }
    return shared, list(pairs.values())


def _quoted(word: str, text: str) -> str:
    """The wording as it stands, with the word that denies it."""
    at = text.find(word)
    while at > 0 and is_denied(text, at) and text[at - 1] != " ":
        at -= 1
        word = text[at] + word
    return word


def _passages(own: str, other: str) -> Iterator[str]:
    """What stands in both texts word for word, as long as it goes; without loose ends."""
    pairs = {one + two for one, two in pairwise(other)}
    shared = "".join(
        "1" if " " not in pair and pair in pairs else "0" for pair in map("".join, pairwise(own))
    )
    for found in _SHARED.finditer(shared):
        yield from (each for each in _cut(own[found.start() : found.end() + 1], other) if len(each) >= SHORT)


def _cut(run: str, other: str) -> Iterator[str]:
    """Where every pair of characters stands in the other text, the whole need not: cut where it does not."""
    while len(run) >= SHORT:
        end = len(run)
        while end > 1 and run[:end] not in other:
            end -= 1
        yield run[:end].strip(_LOOSE)
        run = run[max(end - 1, 1) :]


def _unbroken(passage: str, text: str, known: Sequence[Wording]) -> str:
    """The passage without a piece of a known wording at either end."""
    begin = text.find(passage)
    end = begin + len(passage)
    for each in known:
        after = each.at + len(each.text)
        if each.at < end < after:
            end = max(each.at, begin)
        if each.at < begin < after:
            begin = min(after, end)
    return text[begin:end].strip(_LOOSE)


def _agrees(phrase: str, own: str, other: str) -> bool:
    """Whether both texts say it, or both deny it."""
    return bool(_manners(phrase, own) & _manners(phrase, other))


def _manners(phrase: str, text: str) -> set[bool]:
    manners, at = set(), text.find(phrase)
    while at >= 0:
        manners.add(is_denied(text, at))
        at = text.find(phrase, at + 1)
    return manners


def _by_rarity(phrases: Iterable[str], statistics: Statistics) -> list[str]:
    """The phrases that not many texts have, the rarest first."""
    each = list(dict.fromkeys(phrases))
    pairs = [[key_of(phrase[at : at + 2]) for at in range(len(phrase) - 1)] for phrase in each]
    keys = np.unique(np.array([key for of in pairs for key in of], dtype=np.uint64))
    frequency = statistics.frequency(keys)
    weight = dict(zip(keys.tolist(), weights(frequency, statistics.documents).tolist(), strict=True))
    share = dict(zip(keys.tolist(), (frequency / max(statistics.documents, 1)).tolist(), strict=True))
    told = [
        (max(weight[key] for key in of), phrase)
        for phrase, of in zip(each, pairs, strict=True)
        if statistics.documents < 20 or min(share[key] for key in of) <= COMMON
    ]
    return [phrase for _, phrase in sorted(told, key=lambda said: (-said[0], -len(said[1]), said[1]))]


def _apart(phrases: Sequence[str]) -> list[str]:
    """Without those that lie inside another one told before, or around it."""
    told: list[str] = []
    for phrase in phrases:
        if not any(phrase in each or each in phrase for each in told):
            told.append(phrase)
    return told


def _articles(text: str) -> list[str]:
    """Articles of law that are cited, each with its law: 刑法第133条."""
    law, found = "", []
    for each in _ARTICLE.finditer(text):
        law = each[1] or law
        if law.endswith(("法", "典", "解释", "规定", "条例", "办法")):
            found.append(f"{law}第{readable(each[2] or each[3])}条")
    return found


def _fact(name: str, value: Value, names: Mapping[str, str]) -> str:
    shown = names.get(name, name)
    if "：" in name and value == YES:
        return shown
    return f"{shown}：{_value(value)}"


def _value(value: Value) -> str:
    if isinstance(value, str):
        return value
    return str(int(value)) if value.is_integer() else f"{value:g}"


def _shortened(passage: str) -> str:
    return passage if len(passage) <= LONGEST else passage[:LONGEST] + "……"
