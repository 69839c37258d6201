import json
import zipfile
from datetime import date

import pytest
import xlsxwriter

from ingest import readers, workbooks
from ingest.readers import open_table
from ingest.refusals import Unreadable
from ingest.staging import open_source, require_headers

LEDGER = "案号,案由\r\n（2026）川1502民初1号,离婚纠纷\r\n（2026）川1502民初2号,民间借贷纠纷\r\n"


def rows_of(path):
    return [
        (line, row)
        for chunk in open_table(path).chunks()
        for line, row in zip(chunk.lines, chunk.rows, strict=True)
    ]


def refusal_of(path, kind="cases"):
    """The sentence, in English and in Chinese, with which a file is refused as a whole."""
    with pytest.raises(Unreadable) as refusal:
        source = open_source(path, kind)
        require_headers(source, kind)
        list(source.chunks())
    reason = refusal.value.reason
    assert "\n" not in reason.english + reason.chinese
    return reason.english


@pytest.fixture
def workbook(tmp_path):
    def write(fill, name="ledger.xlsx"):
        path = tmp_path / name
        book = xlsxwriter.Workbook(str(path))
        fill(book, book.add_worksheet())
        book.close()
        return path

    return write


@pytest.mark.parametrize(
    ("encoding", "seen"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030")]
)
def test_a_csv_is_read_in_the_encodings_courts_use(tmp_path, encoding, seen):
    path = tmp_path / "a.csv"
    path.write_bytes(LEDGER.replace("离婚", "㐂𠮷离婚").encode(encoding))
    assert open_table(path).encoding == seen
    assert rows_of(path)[1] == (2, ["（2026）川1502民初1号", "㐂𠮷离婚纠纷"])


def test_encoding_is_decided_on_the_whole_file_across_block_borders(tmp_path, monkeypatch):
    monkeypatch.setattr(readers, "_BLOCK", 7)
    path = tmp_path / "a.csv"
    for encoding in ("utf-8", "gb18030"):
        path.write_bytes(LEDGER.encode(encoding))
        assert open_table(path).encoding == encoding


def test_neither_encoding_is_refused_with_its_place(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(LEDGER.encode() + b"\xff\xfe\xff")
    assert "byte" in refusal_of(path) and "line 4" in refusal_of(path)


def test_a_cut_off_file_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(LEDGER.encode("gb18030") + b"\x81")
    assert "neither UTF-8 nor GB18030" in refusal_of(path)


def test_a_nul_byte_is_refused_with_its_place(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(LEDGER.encode() + b"x\0y")
    assert "NUL byte" in refusal_of(path) and "line 4" in refusal_of(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    assert refusal_of(path) == "the file is empty"
    path.write_bytes(b"\r\n\r\n")
    assert "no rows" in refusal_of(path)


def test_a_file_without_a_header_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,2\n3,4\n")
    assert "no column 案号" in refusal_of(path)


def test_ten_thousand_columns_are_refused(tmp_path, workbook):
    path = tmp_path / "a.csv"
    path.write_text("案号," + ",".join(f"c{n}" for n in range(10_000)) + "\n")
    assert "10001 columns" in refusal_of(path)
    wide = workbook(lambda book, sheet: [sheet.write(0, n, "案号") for n in range(10_000)])
    assert "columns" in refusal_of(wide)


def test_a_quotation_mark_out_of_place_is_refused_with_its_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('案号,案由\n（2026）川1502民初1号,"离婚"纠纷\n')
    assert refusal_of(path).startswith("line 2: a quotation mark")
    path.write_text('案号,案由\n（2026）川1502民初1号,"离婚纠纷\n' + "x,y\n" * 20_000)
    assert "quotation mark" in refusal_of(path)


def test_cells_with_line_breaks_keep_the_line_numbers_right(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('案号,案由\n"一\n二",三\n四,五\n\n六,七\n')
    assert [line for line, _ in rows_of(path)] == [1, 2, 4, 6]


def test_tabs_and_semicolons_separate_too(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("案号\t案由\n甲\t乙\n")
    assert rows_of(path)[1] == (2, ["甲", "乙"])


@pytest.mark.parametrize(
    "head", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\x1f\x8b\x08\x00"]
)
def test_what_is_no_table_is_refused(tmp_path, head):
    path = tmp_path / "a.xls"
    path.write_bytes(head + b"x" * 100)
    assert "xls" in refusal_of(path) or "not a table" in refusal_of(path)


def test_a_workbook_reads_as_a_person_would_write_it(workbook):
    def fill(book, sheet):
        sheet.write_row(0, 0, ["案号", "立案日期", "原告人数", "标的额", "在押", "案由", "说明"])
        sheet.write(1, 0, "（2026）川1502民初1号")
        sheet.write_datetime(1, 1, date(2026, 1, 5), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(1, 2, [3.0, 12.5, True])
        sheet.write_string(1, 5, '=HYPERLINK("http://example.org")')
        sheet.write_formula(1, 6, "=1+1", None, 2)

    assert rows_of(workbook(fill))[1] == (
        2, ["（2026）川1502民初1号", "2026-01-05", "3", "12.5", "是", '=HYPERLINK("http://example.org")', "2"],
    )  # fmt: skip


def test_a_workbook_with_leading_empty_rows_keeps_its_row_numbers(workbook):
    path = workbook(lambda book, sheet: [sheet.write(4, 0, "案号"), sheet.write(5, 0, "甲")])
    assert [line for line, _ in rows_of(path)] == [5, 6]


def test_a_zip_bomb_is_refused_without_unpacking_it(workbook):
    path = workbook(lambda book, sheet: sheet.write(0, 0, "案号"))
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/bomb.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(700):
            member.write(b"\0" * (1 << 20))
    assert "zip bomb" in refusal_of(path)


def test_a_bomb_that_lies_about_its_size_is_refused(workbook, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_INFLATED", 1 << 20)
    path = workbook(lambda book, sheet: sheet.write(0, 0, "案号"))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b"\0" * (3 << 20))
    data = path.read_bytes().replace((3 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(data)
    assert "zip bomb" in refusal_of(path)


def test_a_sheet_that_spans_an_absurd_rectangle_is_refused(workbook):
    path = workbook(lambda book, sheet: [sheet.write(0, 0, "案号"), sheet.write(1_048_575, 100, "x")])
    assert "too large for XLSX" in refusal_of(path)


def test_a_workbook_of_sixty_megabytes_is_refused(tmp_path, workbook):
    path = workbook(lambda book, sheet: sheet.write(0, 0, "案号"))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/scan.png", b"\x89PNG" + b"x" * (60 << 20))
    assert "an XLSX of 60 MB" in refusal_of(path)


def test_a_damaged_workbook_is_refused(workbook):
    path = workbook(lambda book, sheet: sheet.write(0, 0, "案号"))
    path.write_bytes(path.read_bytes()[:-400])
    assert "damaged" in refusal_of(path)
    path.write_bytes(b"PK\x03\x04" + b"x" * 50)
    assert "damaged" in refusal_of(path)


def test_json_lines_read_as_a_table_and_a_bad_line_spoils_only_itself(tmp_path):
    path = tmp_path / "a.jsonl"
    records = [
        {"案号": "甲", "原告人数": 3, "在押": True},
        {"案号": "乙", "案由": None, "合议庭": ["丙", "丁"]},
    ]
    path.write_text(json.dumps(records[0]) + "\n{broken\n" + json.dumps(records[1]) + "\n[1]\n")
    chunks = list(open_table(path).chunks())
    assert chunks[0].rows == [["案号", "原告人数", "在押", "案由", "合议庭"]]
    assert chunks[1].lines == [1, 2, 3, 4]
    assert (chunks[1].rows[0][:3], chunks[1].rows[2][4]) == (["甲", "3", "是"], "丙、丁")
    assert set(chunks[1].broken) == {1, 3}
