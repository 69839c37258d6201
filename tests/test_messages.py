"""The pages speak Chinese and English (简体中文、English): every text has its English, and no English lacks its text."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import astuple
from datetime import date

import polib
import pytest
from django.urls import reverse

from cases.models import CATEGORIES
from dashboard.definitions import DEFINITIONS
from dashboard.periods import HALVES, choices
from tools import messages

ENGLISH = polib.pofile(str(messages.ENGLISH), encoding="utf-8")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def texts_of_data() -> set[str]:
    """What templates translate by a variable: definitions, categories, and the periods whose names name no year."""
    periods = {name for _, name in choices(date(2026, 11, 22)) if not name[0].isdigit()}
    definitions = {text for definition in DEFINITIONS.values() for text in astuple(definition) if text}
    return definitions | {name for _, name in CATEGORIES} | periods | set(HALVES) | {"未分配部门"}


def test_every_text_of_a_page_has_its_english():
    said = set(messages.texts()) | texts_of_data()
    assert said - {entry.msgid for entry in ENGLISH.translated_entries()} == set()


def test_no_english_is_left_over_from_a_text_that_is_gone():
    written = [entry.msgid for entry in ENGLISH]
    assert set(written) - set(messages.texts()) - texts_of_data() == set()
    assert len(written) == len(set(written))


def test_a_translation_keeps_the_placeholders():
    for entry in ENGLISH:
        for english in [entry.msgstr] if entry.msgstr else entry.msgstr_plural.values():
            assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(entry.msgid)), (
                entry.msgid
            )


def test_the_tool_finds_texts_in_templates_and_modules():
    template = """{% load i18n %}{% translate "案件" %}{% translate '庭长' as head %}{% translate name %}
    {% blocktranslate with n=many trimmed %}
      共 {{ n }} 件
    {% endblocktranslate %}{% blocktranslate count n=2 %}一 {{ n }}{% plural %}多 {{ n }}{% endblocktranslate %}"""
    assert list(messages.texts_of_template(template)) == ["案件", "庭长", "共 %(n)s 件", "一 %(n)s"]
    assert list(messages.texts_of_template('{{ day|default:_("日期不详") }}')) == ["日期不详"]
    assert list(messages.texts_of_module('a = _("案件")\nb = gettext("长" "句")\nc = "不说"')) == [
        "案件",
        "长句",
    ]


def test_the_tool_says_on_the_command_line_that_nothing_is_missing():
    ran = subprocess.run(
        [sys.executable, "tools/messages.py", "--missing"],
        cwd=messages.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_no_chinese_stands_in_a_template_outside_a_translation():
    tags = re.compile(r"{% ?blocktranslate.*?endblocktranslate ?%}|{%.*?%}|{#.*?#}|{{.*?}}", re.DOTALL)
    comment = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)
    for path in (messages.ROOT / "templates").rglob("*.*"):
        if path.name != "500.html":  # shown when nothing else works, hence without template tags
            source = comment.sub("", path.read_text(encoding="utf-8"))
            assert not CHINESE.search(tags.sub("", source)), path


@pytest.fixture
def in_english(client, president, file_case):
    """A president who reads English, logged in, with one case."""
    messages.compile_all()
    file_case()
    president.language = "en"
    president.save()
    client.force_login(president)
    return client


@pytest.mark.parametrize(
    ("address", "chrome"),
    [
        ("dashboard:home", ["Needs attention today", "Clearance", "Past the limit", "This year"]),
        ("dashboard:definitions", ["Definitions of the numbers", "carried over + newly filed − closed"]),
        ("cases:list", ["Filter cases", "Statutory due date", "Export XLSX"]),
        ("alerts:day", ["Due today", "Nothing is due today.", "Probably finished"]),
        ("courts:account", ["My account", "Make a token"]),
    ],
)
def test_a_reader_of_english_is_addressed_in_english(in_english, address, chrome):
    page = in_english.get(reverse(address)).content.decode()
    for words in ['<html lang="en">', "Log out", *chrome]:
        assert words in page
