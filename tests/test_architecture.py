"""House rules that the import contracts do not cover, read from the source itself."""

import ast
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
ROOMS = [
    "config", "pipeline", "dashboard", "ingest", "alerts", "supervision", "deviation", "quota", "precedents", "forecasts", "cases", "catalogues", "predicates", "courts", "audit",
]  # fmt: skip
SOURCES = sorted(
    path for room in ROOMS for path in (HOUSE / room).rglob("*.py") if "migrations" not in path.parts
)
PURE = [
    HOUSE / name for name in tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["mypy"]["files"]
]
WEB = {"django", "rest_framework", "celery", "unfold", "axes", "psycopg2", "redis"}
CLOCKS = {"now", "today", "utcnow", "localdate", "localtime"}
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "signals.py", "receivers.py"}


def name_of(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


each_source = pytest.mark.parametrize("path", SOURCES, ids=name_of)
each_pure = pytest.mark.parametrize("path", PURE, ids=name_of)


@each_source
def test_imports_stand_at_the_top(path):
    functions = [
        node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    hidden = [node.lineno for function in functions for node in ast.walk(function) if imported(node)]
    assert not hidden


@each_source
def test_nothing_listens_to_signals(path):
    modules = [module for node in ast.walk(tree_of(path)) for module in imported(node)]
    assert not [module for module in modules if "signals" in module or module.startswith("django.dispatch")]


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name == "models.py"], ids=name_of)
def test_no_model_does_more_than_save_when_it_is_saved(path):
    classes = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)]
    methods = [item.name for cls in classes for item in cls.body if isinstance(item, ast.FunctionDef)]
    assert not {"save", "delete"} & set(methods)


@each_source
def test_a_file_is_one_noun(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert path.name not in FORBIDDEN_NAMES


@each_source
def test_nothing_is_swallowed_or_silenced(path):
    handlers = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ExceptHandler)]
    caught = [ast.unparse(handler.type) if handler.type else "" for handler in handlers]
    assert not {"", "Exception", "BaseException"} & set(caught)
    text = path.read_text(encoding="utf-8")
    assert not [mark for mark in ("# noqa", "type: ignore", "TO" + "DO", "FIX" + "ME") if mark in text]


def test_the_pure_modules_are_known():
    assert {"audit/chain.py", "courts/roles.py", "cases/deadlines.py", "cases/numbers.py"} <= set(
        map(name_of, PURE)
    )


@each_pure
def test_a_pure_module_knows_neither_web_nor_clock_nor_database(path):
    tree = tree_of(path)
    modules = {module.partition(".")[0] for node in ast.walk(tree) for module in imported(node)}
    assert not modules & WEB
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in CLOCKS]
    assert not [
        call.id for call in calls if isinstance(call, ast.Name) and call.id in ("open", "print", "input")
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for(room):
    tree = tree_of(HOUSE / room / "__init__.py")
    assert ast.get_docstring(tree)


def test_tests_are_no_package():
    assert not list((HOUSE / "tests").rglob("__init__.py"))
