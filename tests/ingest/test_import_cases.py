import csv
import json

import pytest
from django.core.management import call_command

from cases.models import Case, Change, Doubt
from courts.models import Court
from ingest.models import Batch, HeaderMapping, RowError

N = "（2026）川1502民初{}号".format


@pytest.fixture
def leaves(db, capsys):
    """``leaves(*arguments)``: the exit code and what was said on standard error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            call_command("import_cases", *map(str, arguments))
        return left.value.code, capsys.readouterr().err

    return run


def test_the_exit_code_tells_whether_rows_were_refused(table, leaves):
    assert leaves(table(["案号"], [[N(1)]])) == (0, "")
    assert leaves(table(["案号"], [[N(1)], ["乱写"]])) == (1, "")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"a\0b", "NUL"),
        ("案号\n".encode() + b"\xff\xfe\xff", "UTF-8"),
        (b"x,y\n1,2\n", "no column"),
    ],
)
def test_an_unusable_file_ends_with_2_and_one_line(tmp_path, leaves, content, why):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    code, said = leaves(path)
    assert (code, said.count("\n")) == (2, 1)
    assert why in said and "Traceback" not in said


def test_a_quotation_mark_out_of_place_deep_in_a_file_ends_with_2_and_one_line(tmp_path, leaves):
    path = tmp_path / "a.csv"
    rows = [f"{N(serial)},借款" for serial in range(1, 6001)]
    path.write_text("\n".join(["案号,案由", *rows, f'{N(6001)},"借"款']) + "\n")
    code, said = leaves(path)
    assert (code, said.count("\n")) == (2, 1)
    assert "line 6002: a quotation mark" in said
    assert not Case.objects.exists()


def test_a_json_line_with_characters_that_are_no_text_is_refused_alone(tmp_path, leaves):
    path = tmp_path / "a.jsonl"
    lines = [{"案号": N(1), "a\0b": "x"}, {"案号": N(2), "承办人": "\0"}, {"案号": N(3), "案由": "\ud800"}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert leaves(path, "--kind", "cases") == (1, "")
    assert [case.number for case in Case.objects.all()] == [N(1)]
    assert list(RowError.objects.values_list("line", flat=True)) == [2, 3]


def test_a_closing_day_before_the_filing_day_that_is_here_becomes_a_doubt(table, leaves):
    assert leaves(table(["案号", "立案日期"], [[N(1), "2026-03-02"], [N(2), "2026-03-02"]])) == (0, "")
    days = table(["案号", "结案日期"], [[N(1), "2026-03-01"], [N(2), "2026-04-01"]])
    assert leaves(days) == (0, "")
    assert {str(case.closed_on) for case in Case.objects.all()} == {"None", "2026-04-01"}
    doubt = Doubt.objects.get()
    assert (doubt.kind, doubt.field, doubt.theirs) == ("conflict", "closed_on", "2026-03-01")


def test_unusable_arguments_end_with_2_and_one_line(table, tmp_path, leaves):
    file = table(["案号"], [[N(1)]])
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{\n"案号": ')
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"收到": "月亮"}')
    for arguments, why in (
        ((tmp_path / "none.csv",), "No such file"),
        ((file, "--court", "川9"), "no court has this code"),
        ((file, "--mapping", mapping), "line 2"),
        ((file, "--mapping", wrong), "月亮"),
        ((file, "--report", tmp_path / "no" / "report.json"), "there is no folder"),
    ):
        code, said = leaves(*arguments)
        assert (code, said.count("\n")) == (2, 1), said
        assert why in said
    assert Case.objects.count() == 0


def test_a_dry_run_says_what_would_change_and_changes_nothing(table, import_file, tmp_path):
    import_file(table(["案号", "案由"], [[N(1), "离婚纠纷"], [N(2), "离婚纠纷"]]))
    before = [list(kind.objects.values()) for kind in (Case, Change, Doubt, Batch, Court)]
    rejected = tmp_path / "rejected.csv"
    file = table(
        ["案号", "案由"],
        [[N(1), "离婚纠纷"], [N(2), "借贷纠纷"], ["（2026）川1599民初1号", ""], ["乱写", ""]],
    )
    report = import_file(file, "--dry-run", rejected=rejected)
    assert [report[name] for name in ("rows", "created", "updated", "unchanged", "rejected", "doubts")] == [
        4,
        1,
        1,
        1,
        1,
        1,
    ]
    assert report["changes"] == [{"line": 3, "number": N(2), "changes": [["案由", "离婚纠纷", "借贷纠纷"]]}]
    assert [list(kind.objects.values()) for kind in (Case, Change, Doubt, Batch, Court)] == before
    assert RowError.objects.count() == 0 and "乱写" in rejected.read_text(encoding="utf-8-sig")


def test_a_dry_run_and_the_import_agree(table, import_file):
    file = table(["案号", "案由"], [[N(1), "甲"], [N(1), "乙"], [N(2), "甲"], [N(2), "甲"], ["乱写", ""]])
    names = ("rows", "created", "updated", "unchanged", "rejected", "doubts")
    dry, done = import_file(file, "--dry-run"), import_file(file)
    assert [dry[name] for name in names] == [done[name] for name in names] == [5, 2, 0, 1, 2, 0]


def test_refused_rows_come_back_whole_and_can_be_corrected_and_sent_again(table, import_file, tmp_path):
    rejected = tmp_path / "rejected.csv"
    file = table(
        ["案号", "案由", "备忘"], [[N(1), "离婚纠纷", ""], ["（2019琼0108刑初14号", "交通肇事罪", "=1+1"]]
    )
    report = import_file(file, rejected=rejected)
    assert (report["rejected"], report["unknown_headers"]) == (1, ["备忘"])
    raw = rejected.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(rejected.read_text(encoding="utf-8-sig").splitlines())
    assert list(row) == ["案号", "案由", "备忘", "行号", "原因"]
    assert (row["案由"], row["行号"], row["备忘"]) == ("交通肇事罪", "3", "'=1+1")
    assert "（2019）琼0108刑初14号" in row["原因"]
    rejected.write_bytes(raw.replace("（2019琼".encode(), "（2019）琼".encode()))
    again = import_file(rejected, rejected=tmp_path / "rejected2.csv")
    assert (again["created"], again["rejected"], again["unknown_headers"]) == (1, 0, ["备忘"])


def test_the_kind_is_seen_from_the_headers_or_said(table, import_file, file_case):
    number = file_case().number
    assert import_file(table(["案号", "节点", "日期"], [[number, "开庭", "2026-03-01"]]))["kind"] == "events"
    assert (
        import_file(table(["案号", "节点", "日期"], [[number, "开庭", "2026-03-01"]]), kind="cases")["kind"]
        == "cases"
    )


def test_headers_may_be_mapped_by_a_file_or_by_what_the_court_settled_on(table, import_file, tmp_path, court):
    file = table(["案号", "收到"], [[N(1), "2026-01-05"]])
    assert import_file(file)["unknown_headers"] == ["收到"]
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"收到": "立案日期"}))
    assert import_file(file, mapping=mapping)["updated"] == 1
    HeaderMapping.objects.create(court=court, kind="cases", mapping={"收到": "受理日期"})
    assert import_file(file, court="川1502", kind="cases")["updated"] == 1
    assert Case.objects.get().accepted_on == Case.objects.get().filed_on


def test_the_report_names_encoding_time_and_unknown_headers(table, import_file):
    report = import_file(table(["案号", "天气"], [[N(1), "晴"]], encoding="gb18030"))
    assert (report["encoding"], report["unknown_headers"]) == ("gb18030", ["天气"])
    assert report["seconds"] > 0


def test_a_json_file_imports_and_a_broken_line_is_refused_alone(tmp_path, import_file):
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps({"案号": N(1), "原告人数": 2}) + "\n{broken\n", encoding="utf-8")
    report = import_file(path)
    assert (report["created"], report["rejected"], report["rejections"][0]["line"]) == (1, 1, 2)


def test_a_row_with_more_cells_than_headers_is_refused(tmp_path, import_file):
    path = tmp_path / "a.csv"
    path.write_text(f"案号,案由\n{N(1)},离婚,纠纷\n{N(2)},离婚纠纷,\n{N(3)}\n", encoding="utf-8")
    report = import_file(path)
    assert (report["created"], report["rejections"][0]["line"]) == (2, 2)


def test_an_empty_ledger_with_a_header_imports_nothing(table, import_file):
    report = import_file(table(["案号"], []))
    assert (report["rows"], report["code"]) == (0, 0)
