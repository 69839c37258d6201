"""YAML as rules are written in (规则文件): read safely, refused where a name stands twice, and with its lines known."""

from __future__ import annotations

import json
from typing import Any

import yaml

from predicates.problems import Misread, Path, Problem, misread

#: libyaml reads ten times as fast where it is installed.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Deeper than any catalogue, and shallow enough for the parser.
MOST_LEVELS = 100
#: What a wrong ``!!timestamp``, ``!!int`` or ``!!bool`` ends in.
WRONG_VALUE = (ValueError, AttributeError, TypeError, KeyError, OverflowError)


class Document:
    """A YAML text, read: its ``body``, and the line of any place in it."""

    def __init__(self, text: str) -> None:
        """``Misread`` when it is no YAML."""
        try:
            self._root = _composed(text)
            self.body = _constructed(text)
        except Misread:  # a ValueError too, and already a sentence of its own
            raise
        except RecursionError:
            raise misread("nested too deeply; a catalogue has few levels", "嵌套过深") from None
        except yaml.YAMLError as wrong:
            raise misread(
                f"not valid YAML{_where(wrong)}; check indentation and quotes", "不是有效的 YAML"
            ) from None
        except WRONG_VALUE as wrong:
            raise misread(
                f"holds a value that YAML cannot read ({_short(wrong)})", "含有无法读取的值"
            ) from None

    def line_of(self, path: Path) -> int:
        """The line, from 1, of the nearest thing to this place that there is."""
        node = self._root
        for step in path:
            below = _below(node, step)
            if below is None:
                break
            node = below
        return 1 if node is None else node.start_mark.line + 1


def load_values(text: str) -> object:
    """A small YAML or JSON text. JSON first: YAML takes 1e8 for a word."""
    try:
        return json.loads(text, object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        return Document(text).body


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """As a mapping; ``ValueError`` where a name stands twice, which YAML then refuses with its line."""
    body = dict(pairs)
    if len(body) < len(pairs):
        raise ValueError
    return body


def _composed(text: str) -> Any:
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_LEVELS:
            raise RecursionError
    root = yaml.compose(text, Loader=LOADER)
    _refuse_twice(root, set())
    return root


def _constructed(text: str) -> Any:
    return yaml.load(text, Loader=LOADER)


def _refuse_twice(node: Any, seen: set[int]) -> None:
    """A name written twice would silently lose its first meaning."""
    if id(node) in seen or not isinstance(node, yaml.CollectionNode):
        return
    seen.add(id(node))
    names: set[str] = set()
    for item in node.value:
        key, value = item if isinstance(item, tuple) else (None, item)
        if isinstance(key, yaml.ScalarNode) and key.value in names:
            line = key.start_mark.line + 1
            raise Misread(
                [
                    Problem(
                        (),
                        f'"{key.value}" stands twice (line {line}); keep one',
                        f"“{key.value}”重复（第 {line} 行）",
                    )
                ]
            )
        names.add(key.value if isinstance(key, yaml.ScalarNode) else "")
        _refuse_twice(value, seen)


def _below(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None


def _where(wrong: yaml.YAMLError) -> str:
    mark = getattr(wrong, "problem_mark", None)
    return f" at line {mark.line + 1}" if mark else ""


def _short(wrong: Exception) -> str:
    return " ".join(str(wrong).split())[:80]
