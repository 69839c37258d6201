"""``similar`` on the command line: the batch contract, run as other programs run it, without server or environment."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

HOUSE = Path(__file__).resolve().parents[2]
CORPUS = [
    {"id": "1", "text": "被告人张三醉酒驾驶,致一人死亡后逃逸。", "facts": {"deaths": 1, "fled": True}},
    {
        "id": "2",
        "text": "被告人李四超速行驶,致一人重伤,在现场等候处理。",
        "facts": {"deaths": 0, "fled": False},
    },
    {"id": "3", "text": "原告出借五万元,被告到期未还。"},
]


def similar(*arguments, given=""):
    return subprocess.run(
        [sys.executable, "manage.py", "similar", *map(str, arguments)],
        cwd=HOUSE,
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        env={},
        check=False,
    )


def lines(*records):
    return "".join(
        (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)) + "\n" for each in records
    )


def answers(ran):
    return [json.loads(line) for line in ran.stdout.decode().splitlines()]


def index(folder, *records):
    return similar("index", "--index", folder, given=lines(*records))


def query(folder, *records, top=3):
    return similar("query", "--index", folder, "--top", top, given=lines(*records))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("similar") / "index"
    assert index(folder, *CORPUS).returncode == 0
    return folder


def test_questions_are_answered_in_their_order_best_hit_first(made):
    ran = query(
        made,
        {"id": "b", "text": "借款逾期未归还"},
        {"id": "a", "text": "酒后驾车逃离现场", "facts": {"deaths": 1}},
        top=2,
    )
    assert ran.returncode == 0
    assert ran.stderr == b""
    first, second = answers(ran)
    assert (first["id"], first["hits"][0]["id"], len(first["hits"])) == ("b", "3", 1)
    assert (second["id"], second["hits"][0]["id"]) == ("a", "1")
    assert set(first["hits"][0]) == {"id", "score", "because"}
    scores = [hit["score"] for hit in second["hits"]]
    assert scores == sorted(scores, reverse=True)


def test_files_in_and_out_give_the_same_bytes_every_time(tmp_path):
    (tmp_path / "corpus").write_text(lines(*CORPUS))
    written = []
    for name in ("one", "two"):
        similar("index", "--input", tmp_path / "corpus", "--index", tmp_path / name)
        out = tmp_path / f"{name}.jsonl"
        similar("query", "--input", tmp_path / "corpus", "--index", tmp_path / name, "--output", out)
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        written.append([out.read_bytes(), *[path.read_bytes() for path in files]])
    assert written[0] == written[1]
    assert len(written[0]) > 3


def test_indexing_again_adds_replaces_and_leaves_the_rest(tmp_path):
    index(tmp_path / "i", *CORPUS)
    ran = index(
        tmp_path / "i", CORPUS[0], {"id": "3", "text": "离婚后争夺抚养权"}, {"id": "4", "text": "盗窃手机"}
    )
    assert answers(ran) == [{"documents": 4, "added": 1, "replaced": 1, "unchanged": 1}]
    assert [hit["id"] for hit in answers(query(tmp_path / "i", {"id": "q", "text": "离婚"}))[0]["hits"]] == [
        "3"
    ]
    assert answers(query(tmp_path / "i", {"id": "q", "text": "出借五万元"}))[0]["hits"] == []


BAD = {
    "line 2: not valid JSON": "{",
    "id: missing": {"text": "无号"},
    "text: missing": {"id": "x"},
    "text: 5 is no text": {"id": "x", "text": 5},
    "facts: no object": {"id": "x", "text": "a", "facts": [1]},
    "facts.a: nested": {"id": "x", "facts": {"a": {"b": 1}}},
    "facts.a: larger": '{"id": "x", "facts": {"a": 1e999}}',
}


def test_bad_records_are_refused_and_the_others_are_answered(tmp_path, made):
    records = [CORPUS[0], *BAD.values(), CORPUS[2]]
    for ran in (index(tmp_path / "i", *records), query(made, *records)):
        assert (ran.returncode, ran.stderr) == (1, b"")
        refused = [each["error"] for each in answers(ran) if "error" in each]
        assert all(error.startswith(said) for error, said in zip(refused, BAD, strict=True))
    assert [each["id"] for each in answers(ran) if "hits" in each] == ["1", "3"]
    assert answers(index(tmp_path / "i", CORPUS[0]))[0]["documents"] == 2


def test_an_id_given_twice_with_other_contents_is_refused(tmp_path):
    ran = index(tmp_path / "i", CORPUS[0], CORPUS[0], {"id": "1", "text": "另一件"})
    assert ran.returncode == 1
    assert "given before" in answers(ran)[0]["error"]
    assert answers(ran)[1]["documents"] == 1


def test_numbers_as_ids_come_out_as_they_went_in(tmp_path):
    index(tmp_path / "i", {"id": 5, "text": "盗窃手机"}, {"id": "5", "text": "离婚"})
    assert answers(query(tmp_path / "i", {"id": 1, "text": "偷窃手机"}))[0]["hits"][0]["id"] == 5


@pytest.mark.parametrize(
    "arguments, given, said",
    [
        (["query", "--index", "nowhere"], "", "no index of similar cases"),
        (["query", "--index", "nowhere", "--top", "0"], "", "whole number from 1"),
        (["index"], "", "--index"),
        ([], "", "index|query"),
        (["index", "--index", "tests"], "", "no index of similar cases"),
        (["index", "--index", "nowhere", "--input", "missing.jsonl"], "", "missing.jsonl"),
        (["index", "--index", "nowhere"], b'{"id": "1"}\n\xff\n', "line 2: byte 1 is not UTF-8"),
        (["index", "--index", "README.md"], "", "no index of similar cases"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_2(arguments, given, said):
    ran = similar(*arguments, given=given)
    assert ran.returncode == 2
    assert len(ran.stderr.decode().splitlines()) == 1
    assert said in ran.stderr.decode()
    assert not (HOUSE / "nowhere").exists()


def beyond(file):
    """The places in a list of places, led out of what there is."""
    array = np.load(file)
    np.save(file, array + 1_000)


def another_kind(file):
    """A file of another kind under the name, and broken at that."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.npy", b"0" * 500)
    whole = bytearray(file.read_bytes())
    whole[40:50] = b"\xff" * 10
    file.write_bytes(whole)


def no_text(file):
    array = np.load(file)
    np.save(file, np.full_like(array, 0xFF))


@pytest.mark.parametrize(
    ("part", "harm"),
    [
        ("term_documents", beyond),
        ("fact_documents", beyond),
        ("term_starts", beyond),
        ("text_ends", beyond),
        ("lengths", another_kind),
        ("texts", no_text),
        ("ids", no_text),
    ],
)
def test_a_damaged_index_is_one_line_and_exit_2(tmp_path, part, harm):
    index(tmp_path / "i", *CORPUS)
    harm(next((tmp_path / "i").rglob(f"{part}.npy")))
    ways = [query] if part == "texts" else [query, index]  # whoever adds reads no text that is there
    for way in ways:
        ran = way(tmp_path / "i", CORPUS[0] | {"id": "9"})
        told = ran.stderr.decode()
        assert (ran.returncode, len(told.splitlines())) == (2, 1), told
        assert "the index is damaged" in told and "index the corpus again" in told


def test_a_directory_that_cannot_be_written_is_said_before_anything_is_read(tmp_path):
    (tmp_path / "file").write_text("")
    ran = index(tmp_path / "file" / "index", "{", *CORPUS)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert "cannot be written" in ran.stderr.decode() and len(ran.stderr.decode().splitlines()) == 1
