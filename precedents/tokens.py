"""Text of a judgment into terms (词元), without a segmentation server: pairs of neighbouring characters, and what they mean.

``normalise`` folds widths and numbers, masks names and drops what every judgment says. ``prepare_text`` adds, behind a
line feed, one character for every wording of the word list (``words.SAME``), told apart by whether it is denied.
``terms`` counts pairs of characters and those signs. Signs and small numbers are characters of the private use area.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from precedents.masking import mask
from precedents.numerals import fold_numbers
from precedents.words import FORMULAS, SAME

Keys = NDArray[np.uint64]
MEANS, DENIES = 0xE800, 0xF000
PRIVATE, PRIVATE_END = 0xE000, 0xF900
PAIR = np.uint64(21)
_SPACE, _END = 32, 0

_DENIAL = re.compile(
    r"(?:未曾?|没有?|并未|并无|无|非|不|不存在|不构成|否认|拒不)(?:能|予|有|及时|主动|依法|经|再|任何"
    r"|约定|支付|缴纳|签订|订立|提供|造成|构成|进行|办理|出具|履行|归还|偿还|实施|存在|发生|承担|作出?|要求)?$"
)
_NOT_TEXT = re.compile(rf"[^a-z\u3400-\u9fff{chr(PRIVATE)}-{chr(PRIVATE_END - 1)}]+")
_WIDE = {0xFEE0 + code: code for code in range(0x21, 0x7F)} | {0x3000: " ", ord("○"): "〇"}
_WIDE |= dict.fromkeys(range(PRIVATE, PRIVATE_END), " ")
_FORMULAS = re.compile("|".join(FORMULAS))
_GROUP = {wording: number for number, group in enumerate(SAME) for wording in group}


def _trie(words: Sequence[str]) -> str:
    """One expression for many words, longest first, that looks at each character once."""
    branches: dict[str, list[str]] = {}
    for word in words:
        if word:
            branches.setdefault(word[0], []).append(word[1:])
    parts = [re.escape(first) + _trie(rest) for first, rest in sorted(branches.items())]
    if not parts:
        return ""
    return f"(?:{'|'.join(parts)})" + ("?" if "" in words else "")


_WORDING = re.compile(_trie(sorted(_GROUP)))


@dataclass(frozen=True, slots=True)
class Wording:
    """A known wording where it stands; ``denied`` when the text says that it was not so."""

    group: int
    text: str
    denied: bool
    at: int

    @property
    def sign(self) -> str:
        return chr((DENIES if self.denied else MEANS) + self.group)


def normalise(text: str) -> str:
    """The text in one form, without names, numbers of documents, dates and formulas; runs are parted by one space."""
    # Most of what is folded is the wide punctuation; with that gone the normal form is quickly found to be one.
    folded = normalize("NFKC", text.translate(_WIDE)).lower()
    plain = fold_numbers(mask(_FORMULAS.sub(" ", folded)))
    return _NOT_TEXT.sub(" ", plain).strip()


def prepare_text(text: str) -> str:
    """What is kept of a text: its normal form and, behind a line feed, the signs of the wordings in it."""
    plain = normalise(text)
    return plain + "\n" + " ".join(wording.sign for wording in wordings(plain))


def wordings(plain: str) -> Iterator[Wording]:
    """The known wordings of a normalised text, in its order."""
    for found in _WORDING.finditer(plain):
        yield Wording(_GROUP[found[0]], found[0], is_denied(plain, found.start()), found.start())


def is_denied(plain: str, at: int) -> bool:
    """Whether what begins there is said not to be so ("未逃逸")."""
    return _DENIAL.search(plain[max(at - 6, 0) : at]) is not None


def terms(text: str) -> Mapping[str, int]:
    """How often each term stands in a raw text: what a database keeps of a document."""
    return terms_of(prepare_text(text))


def terms_of(prepared: str) -> Mapping[str, int]:
    """The terms of a text that is prepared already."""
    keys, _, counts = postings_of([prepared])
    return {written(int(key)): int(count) for key, count in zip(keys, counts, strict=True)}


def key_of(term: str) -> int:
    """A term as a number; the reverse of ``written``."""
    return ord(term[0]) << int(PAIR) | ord(term[1]) if len(term) == 2 else ord(term)


def written(key: int) -> str:
    first, second = key >> int(PAIR), key & ((1 << int(PAIR)) - 1)
    return chr(first) + chr(second) if first else chr(second)


def means(keys: Keys) -> NDArray[np.bool_]:
    """Which terms are signs of a known wording."""
    return np.asarray((keys >= np.uint64(MEANS)) & (keys < np.uint64(PRIVATE_END)))


def postings_of(prepared: Sequence[str]) -> tuple[Keys, NDArray[np.int32], NDArray[np.int32]]:
    """Term, document (its place in the row) and count, sorted by term and document, for a row of prepared texts."""
    characters = np.frombuffer("\0".join([*prepared, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.flatnonzero(characters == _END)
    documents = np.repeat(np.arange(len(ends), dtype=np.uint64), np.diff(ends, prepend=-1))
    held = characters > _SPACE
    pairs = np.flatnonzero(held[:-1] & held[1:])
    signs = np.flatnonzero((characters >= PRIVATE + 0x400) & (characters < PRIVATE_END))
    wide = characters.astype(np.uint64)
    keys = np.concatenate([wide[pairs] << PAIR | wide[pairs + 1], wide[signs]])
    shift = np.uint64(22)
    packed = np.sort(keys << shift | np.concatenate([documents[pairs], documents[signs]]))
    first = np.flatnonzero(np.diff(packed, prepend=~packed[:1]) != 0)
    counts = np.diff(first, append=len(packed)).astype(np.int32)
    found = packed[first]
    return found >> shift, (found & np.uint64((1 << 22) - 1)).astype(np.int32), counts
