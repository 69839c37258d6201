"""Files of judgments: what can be read is taken line by line, what cannot is refused in one sentence."""

from __future__ import annotations

import json
from io import BytesIO

import docx
import pytest
from django.core.management import call_command

from audit.models import Entry
from catalogues.sentencing_law import CaseElement
from precedents.fact_lines import Misread, facts_in, lines_of_facts
from precedents.models import Document
from precedents.reading import Unreadable, lines_of, text_of
from precedents.receiving import receive_documents
from precedents.weighing import elements

LINE = {"source": "指导性案例", "number": "指导案例1号", "text": "原告转账,被告拒不归还"}
GOOD = LINE | {
    "source": "guiding",
    "result": "驳回",
    "decided_on": "2025-03-02",
    "facts": {"deaths": 2, "flee": True},
}


def jsonl(*lines):
    return "\n".join(
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
    ).encode()


def problems(*lines):
    return [str(line.problem) for line in lines_of(jsonl(*lines)) if line.problem]


def test_a_whole_line_is_a_judgment():
    [line] = lines_of(jsonl(GOOD))
    assert line.judgment.source == "guiding" and line.judgment.result == "dismiss"
    assert line.judgment.facts == {"deaths": 2, "flee": True}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{nonsense", "not a line of JSON"),
        ([1], "must be a JSON object"),
        (GOOD | {"judge": "某法官"}, "unknown field 'judge'"),
        (GOOD | {"source": "wherever"}, "source must be one of"),
        (GOOD | {"number": ""}, "number is missing"),
        (GOOD | {"source": "superior"}, "court is missing"),
        (GOOD | {"text": "  "}, "no text"),
        (GOOD | {"text": 7}, "text must be text"),
        (GOOD | {"result": "won"}, "result must be one of"),
        (GOOD | {"effective_on": "2025年"}, "effective_on must be a day"),
        (GOOD | {"facts": [1]}, "facts must be an object"),
        (GOOD | {"title": "长" * 300}, "title has more than 200"),
    ],
)
def test_a_wrong_line_is_refused_in_one_sentence(line, sentence):
    assert sentence in problems(GOOD, line)[0]


def test_one_text_comes_out_of_docx_and_plain_text():
    file, made = BytesIO(), docx.Document()
    made.add_paragraph("经审理查明")
    made.save(file)
    assert text_of("判决.DOCX", file.getvalue()) == "经审理查明"
    assert text_of("判决.txt", "经审理查明".encode("gb18030")) == "经审理查明"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("判决.docx", b"PK\x03\x04broken", "无法读取"),
        ("判决.docx", b"plain", "无法读取"),
        ("判决.pdf", b"%PDF", ".docx"),
        ("判决.txt", b"\xff\xfe\x80\x00\x81", "编码"),
        ("判决.txt", b"   ", "没有文字"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(name, content, sentence):
    with pytest.raises(Unreadable) as refused:
        text_of(name, content)
    assert sentence in refused.value.chinese


@pytest.mark.django_db
def test_a_file_is_received_line_by_line_and_twice_changes_nothing(trial_office, now, file_case, upper_court):
    mine, theirs = file_case(), file_case(court=upper_court)
    lines = [
        GOOD, "{nonsense", {"case": mine.number, "text": "本院查明"}, {"case": theirs.number, "text": "查明"},
        {"case": "（2026）川1502民初9999号", "text": "查明"},
    ]  # fmt: skip

    def receive():
        return receive_documents(lines=lines_of(jsonl(*lines)), by=trial_office, at=now)

    first = receive()
    assert first.counts["added"] == 2 and [number for number, _, _ in first.refused] == [2, 4, 5]
    assert first.refused[1][2] == first.refused[2][2]  # whether there is such a case is not told
    assert receive().counts == {"unchanged": 2}
    assert Entry.objects.filter(act="precedents.receive_documents").count() == 2


@pytest.mark.django_db
def test_the_command_adds_indexes_and_counts(tmp_path, capsys):
    file = tmp_path / "judgments.jsonl"
    file.write_bytes(jsonl(GOOD, GOOD | {"number": ""}))
    with pytest.raises(SystemExit) as left:
        call_command("add_documents", str(file))
    said = capsys.readouterr()
    assert left.value.code == 1
    assert (
        "1 added, 0 replaced, 0 unchanged, 1 refused" in said.out and "line 2: number is missing" in said.err
    )
    assert Document.objects.get().indexed_at is not None
    file.write_bytes(b"")
    for path in (file, tmp_path / "nowhere.jsonl"):
        with pytest.raises(SystemExit) as left:
            call_command("add_documents", str(path))
        assert left.value.code == 2 and "Traceback" not in capsys.readouterr().err


@pytest.mark.django_db
def test_elements_are_written_and_read_in_the_words_of_the_catalogue():
    known = elements()
    read = facts_in("自首=是\n死亡人数 ＝ 2", known)
    assert read["surrender"] is True
    assert facts_in(lines_of_facts(read, known), known) == read
    for wrong in ("自首", "自首=大概", "=是"):
        with pytest.raises(Misread):
            facts_in(wrong, known)
    assert all(isinstance(element, CaseElement) for element in known.values())
