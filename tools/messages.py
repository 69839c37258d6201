"""Compile the messages: every locale/*/LC_MESSAGES/*.po that is newer than its .mo.

``--missing`` lists the texts of pages that have no English yet, and fails when there are any.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "django.po"
ROOMS = (
    "config", "pipeline", "dashboard", "ingest", "alerts", "supervision", "deviation", "quota", "precedents", "forecasts", "cases", "catalogues", "predicates", "courts", "audit",
)  # fmt: skip
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
#: What Django makes of {% translate %}, {% blocktranslate %} and _("…"): a call with a Python string.
CALL = re.compile(r"""(?:gettext|_)\(u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")


def compile_all() -> None:
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(compiled))


def texts_of_template(source: str) -> Iterator[str]:
    for call in CALL.finditer(templatize(source)):
        yield ast.literal_eval(call[1])


def texts_of_module(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            yield ast.literal_eval(node.args[0])


def texts() -> dict[str, str]:
    """Every text marked for translation, and the first file that says it."""
    templates = [path for path in sorted((ROOT / "templates").rglob("*")) if path.is_file()]
    modules = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    found: dict[str, str] = {}
    for paths, texts_of in ((templates, texts_of_template), (modules, texts_of_module)):
        for path in paths:
            for text in texts_of(path.read_text(encoding="utf-8")):
                found.setdefault(text, str(path.relative_to(ROOT)))
    return found


def missing() -> list[str]:
    """What has no English, as lines ``file: text``."""
    written = {entry.msgid for entry in polib.pofile(str(ENGLISH), encoding="utf-8").translated_entries()}
    return [f"{path}: {text}" for text, path in texts().items() if text not in written]


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--missing"]):
        print("usage: python tools/messages.py [--missing]", file=sys.stderr)
        return 2
    try:
        if not arguments:
            compile_all()
            return 0
        print(*(lacking := missing()), sep="\n", end="\n" if lacking else "")
        return int(bool(lacking))
    except OSError as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
