"""Files of the case list: Chinese survives, formulas do not run, filters are stated, the trail knows."""

import csv
import io
from datetime import date
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook

from audit.models import Entry
from cases.exporting import neutral
from courts.models import Court, FixedDay

EXPORT = "/cases/export/"


@pytest.fixture(autouse=True)
def day(db):
    FixedDay.objects.create(day=date(2026, 6, 30))


@pytest.fixture
def taken(client, president):
    client.force_login(president)

    def take(query):
        response = client.get(f"{EXPORT}?{query}")
        assert response.status_code == 200
        return response, b"".join(response.streaming_content)

    return take


def test_csv_keeps_chinese_and_states_its_filters_first(taken, file_case):
    case = file_case(cause="𠅤某与㐂某买卖合同纠纷")
    response, body = taken("format=csv&category=民事")
    assert body.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert "案件类别：民事" in lines[0][0]
    assert "导出人：郑院长" in lines[0][0]
    assert lines[2][:2] == [case.number, "𠅤某与㐂某买卖合同纠纷"]
    assert "filename*=utf-8''" in response["Content-Disposition"]
    assert "案件清单_2026-06-30.csv" in unquote(response["Content-Disposition"])


def test_xlsx_has_the_cases_and_a_sheet_of_filters(taken, file_case):
    case = file_case()
    response, body = taken("category=民事")
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    assert book.sheet_names == ["案件", "筛选条件"]
    head, first = book.get_sheet_by_name("案件").to_python()
    assert (head[0], first[0], first[6]) == ("案号", case.number, date(2026, 3, 2))
    told = dict(book.get_sheet_by_name("筛选条件").to_python())
    assert (told["案件类别"], told["结案状态"], told["导出人"], told["件数"]) == (
        "民事",
        "未结",
        "郑院长",
        "1",
    )
    assert "案件清单_2026-06-30.xlsx" in unquote(response["Content-Disposition"])


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_no_cell_runs_as_a_formula(taken, file_case, format):
    file_case(cause='=HYPERLINK("http://x","点我")')
    _, body = taken(f"format={format}")
    if format == "csv":
        cell = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))[2][1]
    else:
        cell = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name("案件").to_python()[1][1]
    assert cell.startswith("'=")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_every_opening_of_a_formula_is_neutralised(text):
    assert neutral(text) == f"'{text}"


def test_plain_text_numbers_and_days_stay_as_they_are():
    assert [neutral(value) for value in ("民间借贷", -5, date(2026, 1, 1), None)] == [
        "民间借贷",
        -5,
        date(2026, 1, 1),
        None,
    ]


def test_a_filter_that_is_a_formula_is_neutralised_too(taken):
    _, body = taken("format=csv&q==1%2B1")
    assert "案号或当事人：=1+1" in body.decode()
    _, body = taken("q==1%2B1")
    told = dict(CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name("筛选条件").to_python())
    assert told["案号或当事人"] == "'=1+1"


def test_an_export_leaves_its_filters_and_count_in_the_trail(taken, file_cases, president):
    file_cases(3)
    taken("format=csv&category=民事")
    entry = Entry.objects.get(act="cases.export")
    assert (entry.actor_id, entry.after["count"], entry.after["format"]) == (president.pk, 3, "csv")
    assert entry.after["conditions"]["案件类别"] == "民事"


def test_sealed_and_foreign_cases_do_not_leave_the_house(taken, file_case):
    file_case(sealed="juvenile")
    file_case(court=Court.objects.get(code="川1503"), division=None, judge=None)
    _, body = taken("format=csv&status=all")
    assert len(body.decode().splitlines()) == 2


def test_those_who_may_not_export_are_refused_and_it_is_recorded(client, judge):
    client.force_login(judge)
    assert client.get(EXPORT).status_code == 403
    assert Entry.objects.get(act="cases.export").outcome == "refused"


def test_too_many_cases_for_a_sheet_are_sent_to_csv(client, president, file_cases, monkeypatch):
    monkeypatch.setattr("cases.export_views.MOST_ROWS_OF_A_SHEET", 2)
    file_cases(3)
    client.force_login(president)
    answer = client.get(EXPORT)
    assert answer.status_code == 409
    assert "请改用 CSV" in answer.content.decode()
    assert client.get(f"{EXPORT}?format=csv").status_code == 200


def test_an_export_costs_the_same_however_long(taken, file_cases, costs_the_same):
    file_cases(2)
    costs_the_same(lambda: taken("format=csv"), grow=lambda: file_cases(20))
