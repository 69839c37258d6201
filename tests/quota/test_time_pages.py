"""The pages about time studies, forecasts and figures: who opens them, what they say, what their forms do."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.html import strip_tags
from python_calamine import CalamineWorkbook

from audit.models import Entry
from courts.models import Court, FixedDay
from quota.diaries import DiaryRow, receive_diary
from quota.measuring_hours import ask_for_measurement, run_measurement
from quota.models import CourtFigure, FilingForecast, Measurement, Study
from quota.studies import open_study

TODAY = date(2026, 6, 30)
LISTS = ["studies", "forecasts", "figures", "context"]
SINGLE = ["study", "measurement", "forecast"]


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


def forecast_row(court: Court, kind: str = "civ_ord", on: date = TODAY) -> FilingForecast:
    return FilingForecast.objects.create(
        court=court, kind=kind, made_on=on, first_month=date(2026, 6, 1), history=[None, 10.0, 12.0] * 8,
        values=[11.0] * 12, low=[7.0] * 12, high=[15.0] * 12, total=132.0, total_low=110.0, total_high=150.0, method="both",
        backtest={"mae": 2.1, "mae_last": 3.4, "mae_seasonal": 2.9, "coverage": 0.81, "origins": 12, "compared": 114,
                  "notes": ["gaps"], "level": 0.8, "by_days": False},
    )  # fmt: skip


@pytest.fixture
def opened(court, politics, now):
    """One of everything: a study with a diary, what was measured from it, a forecast, figures."""
    CourtFigure.objects.create(
        court=court, year=2025, staffing=80, area=1123.5, source="年鉴", entered_at=now
    )
    days = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 4, 30)}
    study = open_study(court=court, name="春季测算", by=politics, at=now, **days)
    rows = [
        DiaryRow(f"案{n}", "甲法官1001", "hearing", date(2026, 3, 5), 360, "civil", "summary", "simple")
        for n in range(40)
    ]
    receive_diary(rows=rows, court=court, allowed=None, batch_id=None)
    asked = ask_for_measurement(court=court, method="diary", study=study, by=politics, at=now)
    run_measurement(asked.pk, lambda: now)
    return {"study": study, "measurement": asked, "forecast": forecast_row(court)}


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def page(client, user, name, *about, query="", **headers):
    client.force_login(user)
    return client.get(reverse(f"quota:{name}", args=[one.pk for one in about]) + query, **headers)


def post_to(client, user, name, /, *about, **data):
    client.force_login(user)
    return client.post(reverse(f"quota:{name}", args=[getattr(one, "pk", one) for one in about]), data)


def sheet_of(answer) -> list[list]:
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    return book.get_sheet_by_index(0).to_python()


# --- who opens what -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(("who", "status"), [("politics", 200), ("president", 200), ("judge", 403), ("division_head", 403), ("trial_office", 403)])  # fmt: skip
def test_the_lists_open_for_who_may_see_the_quota(client, request, opened, name, who, status):
    assert page(client, request.getfixturevalue(who), name).status_code == status


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize(("who", "status"), [("politics", 200), ("president", 200), ("judge", 404), ("trial_office", 404), ("outsider", 404)])  # fmt: skip
def test_single_pages_are_unknown_to_everybody_else(client, request, opened, name, who, status):
    assert page(client, request.getfixturevalue(who), name, opened[name]).status_code == status


@pytest.mark.parametrize("who", ["president", "judge", "outsider"])
def test_only_those_who_plan_change_anything(client, request, opened, court, who):
    user = request.getfixturevalue(who)
    study = {"court": court.pk, "name": "另一次", "starts_on": "2026-05-01", "ends_on": "2026-05-31"}
    assert post_to(client, user, "study-open", **study).status_code in (403, 422)
    assert post_to(client, user, "study-act", opened["study"], "close").status_code in (403, 404)
    assert post_to(client, user, "study-act", opened["study"], "measure", method="diary").status_code in (
        403,
        404,
    )
    assert post_to(client, user, "proxy-ask", court=court.pk).status_code in (403, 404)
    assert post_to(client, user, "forecast-ask", court).status_code in (403, 404)
    assert post_to(client, user, "figure", court, year=2025, staffing=1, source="x").status_code == 404
    assert Study.objects.count() == 1 and Study.objects.get().closed_at is None
    assert Measurement.objects.count() == 1


def test_the_court_above_sees_and_plans_for_the_courts_below(client, opened, upper_court, court, post):
    above = post("politics", "中院政治部", at=upper_court)
    assert page(client, above, "study", opened["study"]).status_code == 200
    assert post_to(client, above, "figure", court, year=2025, staffing=82, source="编办").status_code == 302
    assert CourtFigure.objects.get(court=court, year=2025).staffing == 82


# --- what they say --------------------------------------------------------------------------------------------------
def test_no_page_names_a_person_who_wrote_a_diary(client, opened, politics):
    for name in ("studies", "study", "measurement"):
        about = [opened[name]] if name in opened else []
        assert "甲法官1001" not in text_of(page(client, politics, name, *about))


def test_hours_stand_with_their_number_interval_and_ground(client, opened, politics):
    said = text_of(page(client, politics, "measurement", opened["measurement"]))
    assert "民事简易 40 0 6.00 6.00 – 6.00 本类" in said
    assert "执行 0 0 4.00 — 缺省值" in said
    assert "民事 · 简易程序 · 简案 40" in said
    assert "缩尾均值" in said and "下限：" not in said


def test_where_few_cases_were_whole_the_page_calls_the_hours_a_lower_bound(client, opened, politics):
    measurement = opened["measurement"]
    measurement.card["lower_bound"] = True
    measurement.save(update_fields=["card"])
    assert "下限：" in text_of(page(client, politics, "measurement", measurement))


def test_a_forecast_stands_beside_the_plain_ways(client, opened, politics):
    said = text_of(page(client, politics, "forecast", opened["forecast"]))
    assert "80% 区间 110 – 150" in said
    assert "平均相差 2.1 件/月；“同上月”3.4，“同上年同月”2.9" in said
    assert "实际落在当时区间内的 81%" in said
    assert "有的月份没有数据" in said
    assert "没有数据" in said


def test_the_chart_is_drawn_without_scripts(client, opened, politics):
    said = page(client, politics, "forecast", opened["forecast"]).content.decode()
    assert "<polygon" in said and said.count("<polyline") == 9
    assert "<script" not in said.split("<svg", 1)[1].split("</svg>", 1)[0]


def test_few_courts_keep_the_weights_of_the_catalogue_and_the_page_says_so(client, opened, politics):
    said = text_of(page(client, politics, "context"))
    assert "现用目录系数：测得工时并填报了概况的法院 1 个，少于 30 个，不拟合。" in said
    assert "辖区面积 平方公里 0.050 — 0.050" in said


def test_courts_stand_in_organisational_order(client, opened, upper_court, post):
    above = post("politics", "中院政治部", at=upper_court)
    said = text_of(page(client, above, "figures"))
    courts = Court.objects.filter(code__startswith="川15", recognised=True).order_by("position", "code")
    places = [said.index(str(court)) for court in courts]
    assert places == sorted(places)


def test_an_empty_court_says_what_to_do(client, politics):
    assert "还没有工时测算" in text_of(page(client, politics, "studies"))
    assert "还没有预测" in text_of(page(client, politics, "forecasts"))


# --- forms ----------------------------------------------------------------------------------------------------------
def test_a_study_is_opened_measured_and_closed(client, politics, court, django_capture_on_commit_callbacks):
    data = {"court": court.pk, "name": "夏季测算", "starts_on": "2026-05-01", "ends_on": "2026-06-15"}
    assert post_to(client, politics, "study-open", **data).status_code == 302
    study = Study.objects.get()
    rows = [DiaryRow(f"案{n}", "1", "hearing", date(2026, 5, 5), 360, "civil", "summary") for n in range(30)]
    receive_diary(rows=rows, court=court, allowed=None, batch_id=None)
    answer = post_to(client, politics, "study-act", study, "measure", method="elements")
    made = Measurement.objects.get()
    assert (answer.url, made.method, made.state) == (
        reverse("quota:measurement", args=[made.pk]),
        "elements",
        "queued",
    )
    post_to(client, politics, "study-act", study, "close")
    study.refresh_from_db()
    assert study.closed_at is not None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ends_on": "2026-04-01"}, "结束日不能早于开始日"),
        ({"name": ""}, "请填写这一项"),
        ({"court": "9"}, "没有这一选项，请从列表中选择"),
    ],
)
def test_what_was_typed_survives_an_error(client, politics, court, changes, said):
    data = {
        "court": court.pk,
        "name": "夏季测算",
        "starts_on": "2026-05-01",
        "ends_on": "2026-06-15",
        **changes,
    }
    answer = post_to(client, politics, "study-open", **data)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "2026-05-01" in answer.content.decode()


def test_figures_are_entered_and_corrected_with_a_trace(client, politics, court):
    data = {"year": 2025, "staffing": 80, "area": "1123.5", "minorities": "0.12", "source": "统计年鉴"}
    assert post_to(client, politics, "figure", court, **data).url.endswith("?year=2025")
    post_to(client, politics, "figure", court, **{**data, "staffing": 82})
    assert CourtFigure.objects.get().staffing == 82
    entry = Entry.objects.filter(act="quota.enter_figure").latest("pk")
    assert (entry.before["staffing"], entry.after["staffing"]) == (80, 82)
    wrong = post_to(client, politics, "figure", court, **{**data, "minorities": "1.2"})
    assert wrong.status_code == 422 and "不能大于 1" in text_of(wrong)


def test_a_measurement_under_way_asks_for_its_part_again_and_then_for_the_whole_page(
    client, opened, politics
):
    one = opened["measurement"]
    Measurement.objects.filter(pk=one.pk).update(state="running", progress=40)
    part = page(client, politics, "measurement", one, HTTP_HX_REQUEST="true")
    assert "40%" in text_of(part) and "<html" not in part.content.decode()
    Measurement.objects.filter(pk=one.pk).update(state="done")
    assert page(client, politics, "measurement", one, HTTP_HX_REQUEST="true").headers["HX-Refresh"] == "true"


# --- files and costs ------------------------------------------------------------------------------------------------
def test_everything_can_be_taken_out_as_a_file(client, opened, politics, court):
    hours = sheet_of(page(client, politics, "measurement", opened["measurement"], query="?xlsx"))
    assert ["民事简易", 40, 0, 6] in [row[:4] for row in hours]
    forecasts = sheet_of(page(client, politics, "forecasts", query="?xlsx"))
    assert [str(court), "民事普通", 88, 132, 110, 150] in [row[:6] for row in forecasts]
    figures = sheet_of(page(client, politics, "figures", query="?year=2025&xlsx"))
    assert [str(court), "川1502", 80, 1123.5] in [row[:4] for row in figures]


@pytest.mark.parametrize("name", ["studies", "forecasts", "figures"])
def test_lists_cost_the_same_however_long(client, opened, politics, court, now, costs_the_same, name):
    client.force_login(politics)
    kinds = ["civ_sum", "cri_sum", "cri_ord", "adm", "enf", "civ_ord.second"]

    def grow() -> None:
        for place in range(20):
            start = date(2025, 1, 1) + timedelta(place)
            study = open_study(
                court=court, name=f"第{place}次", starts_on=start, ends_on=start, by=politics, at=now
            )
            Measurement.objects.create(
                court=court, study=study, method="diary", asked_by=politics, asked_at=now
            )
        for kind in kinds:
            forecast_row(court, kind)

    costs_the_same(lambda: client.get(reverse(f"quota:{name}")), grow=grow)
