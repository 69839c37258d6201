"""One way of writing JSON, so that equal data have equal bytes and an equal digest (规范化与摘要)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

#: Up to here a whole number is the same whether written as 3 or as 3.0.
EXACT = 2**53


def canonical(value: Any) -> str:
    """Sorted keys, no spaces, floats as Python's ``repr``, whole floats as whole numbers. ``ValueError`` for NaN."""
    return json.dumps(
        plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def plain(value: Any) -> Any:
    """The value as it will be read back: tuples are lists, whole floats are whole numbers."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    return value
