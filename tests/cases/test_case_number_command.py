"""``case_number`` reads one text a line and answers each with every field of the contract."""

import json
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

FIELDS = [
    "input",
    "status",
    "normalized",
    "year",
    "court",
    "special",
    "type",
    "category",
    "serial",
    "sub",
    "problem",
]
EXAMPLES = yaml.safe_load((Path(__file__).parent / "data" / "case_numbers.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def read(tmp_path):
    def read(content):
        source, target = tmp_path / "in.txt", tmp_path / "out.jsonl"
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        call_command("case_number", input=str(source), output=str(target))
        return [json.loads(line) for line in target.read_text("utf-8").splitlines()]

    return read


def test_every_line_is_answered_in_order(read):
    said = read("".join(f"{example['text']}\n" for example in EXAMPLES))
    assert [each["input"] for each in said] == [example["text"] for example in EXAMPLES]
    assert [each["status"] for each in said] == [example["status"] for example in EXAMPLES]
    assert [each["normalized"] for each in said] == [example["tidy"] for example in EXAMPLES]
    assert [each["problem"] for each in said] == [example.get("problem") for example in EXAMPLES]


def test_an_answer_has_the_fields_of_the_contract(read):
    [said] = read("（2024）川1502执异12号之一")
    assert list(said) == FIELDS
    assert list(said.values()) == [
        "（2024）川1502执异12号之一", "valid", "（2024）川1502执异12号之一", 2024, "川1502", None, "执异", "执行类案件", 12, "之一", None,
    ]  # fmt: skip


def test_an_unreadable_number_is_an_answer_not_a_failure(read):
    said = read("nonsense\n\n（2015）翠屏民管字第29号\n")
    assert [each["status"] for each in said] == ["invalid", "invalid", "legacy"]
    assert all(each["year"] is None for each in said)


def test_marks_of_other_systems_are_no_part_of_the_text(read):
    said = read("\ufeff（2024）川15民终123号\r\n（2024）川15民终124号\r\n")
    assert [each["input"] for each in said] == ["（2024）川15民终123号", "（2024）川15民终124号"]


def test_a_json_string_counts_as_its_text(read):
    said = read('"(2024)\\u5ddd15民终123号"\n"unfinished\n"7" or "8"\n')
    assert [each["input"] for each in said] == ["(2024)川15民终123号", '"unfinished', '"7" or "8"']
    assert said[0]["status"] == "valid"


def test_an_undecodable_file_is_unusable(read, capsys):
    with pytest.raises(SystemExit) as ended:
        read("（2024）川15民终123号\n".encode("gb18030"))
    assert ended.value.code == 2
    assert "line 1" in capsys.readouterr().err
