"""A learned model as bytes and back: numbers and names only, nothing that runs when it is read."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

EDITION = 1
ARRAY = "array"


# What reading may come to where bytes were lost or changed.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, IndexError, AttributeError, EOFError, OSError,
    NotImplementedError, RuntimeError, OverflowError, MemoryError,
)  # fmt: skip


class Unreadable(ValueError):
    """The bytes are no model of this edition."""


def packed(state: Mapping[str, Any]) -> bytes:
    """Equal states give equal bytes: no clock, no machine, no order of insertion gets in."""
    arrays: list[np.ndarray[Any, Any]] = []
    head = json.dumps(
        {"edition": EDITION, "state": _plain(state, arrays)}, ensure_ascii=False, separators=(",", ":")
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        _add(archive, "model.json", head.encode("utf-8", "surrogatepass"))
        for place, array in enumerate(arrays):
            _add(archive, f"{place}.npy", _array_bytes(array))
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            head = json.loads(archive.read("model.json").decode("utf-8", "surrogatepass"))
            if head["edition"] != EDITION:
                raise Unreadable(f"written in edition {head['edition']}, not {EDITION}; fit it again")
            arrays = [_array(archive.read(f"{place}.npy")) for place in range(len(archive.namelist()) - 1)]
        state: dict[str, Any] = _rich(head["state"], arrays)
    except Unreadable:
        raise
    except DAMAGE as wrong:
        raise Unreadable(f"not a model of deviation ({wrong}); fit it again") from None
    return state


def _plain(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {ARRAY: len(arrays) - 1}
    if isinstance(value, Mapping):
        return {"map": [[key, _plain(part, arrays)] for key, part in value.items()]}
    if isinstance(value, (list, tuple)):
        return [_plain(part, arrays) for part in value]
    return value.item() if isinstance(value, np.generic) else value


def _rich(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, dict):
        if ARRAY in value:
            return arrays[value[ARRAY]]
        return {key: _rich(part, arrays) for key, part in value["map"]}
    if isinstance(value, list):
        return [_rich(part, arrays) for part in value]
    return value


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    entry.create_system = 3
    archive.writestr(entry, data)


def _array_bytes(array: np.ndarray[Any, Any]) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array(out, np.ascontiguousarray(array), allow_pickle=False)
    return out.getvalue()


def _array(data: bytes) -> np.ndarray[Any, Any]:
    array: np.ndarray[Any, Any] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return array
