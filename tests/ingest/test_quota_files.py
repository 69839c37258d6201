"""Diaries of minutes and figures of courts come in as other files do: preview, refused rows, the same file twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from cases.models import Case
from ingest import commit
from ingest.models import Batch
from quota.models import CourtFigure, Study, TimeEntry
from quota.studies import close_study, open_study

DIARY = ["案号", "人员编号", "环节", "日期", "分钟", "案件类别", "程序", "繁简"]
FIGURES = [
    "法院代字",
    "年度",
    "编制",
    "面积",
    "人口",
    "人均GDP",
    "少数民族占比",
    "任职年限",
    "人均结案",
    "来源",
]


@pytest.fixture
def politics(post):
    return post("politics", "政治部李")


@pytest.fixture
def study(court, politics, now) -> Study:
    days = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 4, 30)}
    return open_study(court=court, name="春季测算", by=politics, at=now, **days)


@pytest.fixture
def diary(table, import_file, court):
    """``diary([cells…])``: import rows of a diary and return the report."""

    def run(*rows, **options):
        return import_file(
            table(DIARY, [[*row, *[""] * (len(DIARY) - len(row))] for row in rows]),
            court=court.code,
            **options,
        )

    return run


def of(case: Case, element: str = "庭审", on: str = "2026-03-05", minutes: object = 90, person: str = "1001"):
    return [case.number, person, element, on, minutes]


def test_a_diary_is_known_by_its_columns_and_kept_under_the_study_of_its_days(diary, study, file_case):
    case = file_case()
    report = diary(of(case), of(case, "阅卷", minutes="45"))
    assert (report["kind"], report["created"], report["rejected"], report["code"]) == ("diary", 2, 0, 0)
    assert set(study.entries.values_list("element", "minutes", "case")) == {
        ("hearing", 90, case.pk),
        ("reading", 45, case.pk),
    }


def test_the_same_diary_twice_changes_nothing_and_a_corrected_one_what_it_corrects(diary, study, file_case):
    case = file_case()
    diary(of(case), of(case, "阅卷"))
    again = diary(of(case), of(case, "阅卷"))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    corrected = diary(of(case, minutes=120), of(case, "阅卷"))
    assert (corrected["created"], corrected["updated"], corrected["unchanged"]) == (0, 1, 1)
    assert study.entries.get(element="hearing").minutes == 120


def test_a_dry_run_of_a_diary_changes_nothing(diary, study, file_case):
    assert diary(of(file_case()), dry_run=True)["created"] == 1
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["", "1001", "庭审", "2026-03-05", 90], "案号 is empty"),
        (["A", "", "庭审", "2026-03-05", 90], "人员编号 is empty"),
        (["A", "1001", "庭审查", "2026-03-05", 90], "did you mean 庭审?"),
        (["A", "1001", "庭审", "三月", 90], "is not a date"),
        (["A", "1001", "庭审", "2026-03-05", 1441], "from 0 to 1440"),
        (["A", "1001", "庭审", "2026-03-05", 0], "分钟 is 0"),
        (["A", "1001", "庭审", "2099-08-05", 90], "lies in the future"),
        (
            ["A", "1001", "庭审", "2025-12-31", 90, "民事"],
            "no open time study of the court covers 2025-12-31",
        ),
        (["A", "1001", "庭审", "2026-03-05", 90], "no case A can be found here, so 案件类别 must be given"),
        (["A", "1001", "庭审", "2026-03-05", 90, "商事"], "is not in the catalogue"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(diary, study, cells, said):
    report = diary(cells)
    assert (report["rows"], report["rejected"], report["code"]) == (1, 1, 1)
    assert said in report["rejections"][0]["reason"]


def test_a_case_not_known_here_is_kept_with_the_words_of_its_kind(diary, study):
    diary(["研究-17", "1001", "庭审", "2026-03-05", 90, "民事", "简易", "简案"])
    entry = study.entries.get()
    assert (entry.case, entry.case_type, entry.procedure, entry.klass) == (None, "civil", "summary", "simple")


def test_what_is_asked_of_a_sealed_case_is_what_is_asked_of_an_unknown_one(diary, study, file_case):
    """So that nobody learns from a refusal whether a sealed case is here."""
    sealed = file_case(sealed="juvenile")
    here, away = diary(of(sealed)), diary(["（2026）川1502民初999号", *of(sealed)[1:]])
    assert here["rejections"][0]["reason"].replace(sealed.number, "X") == away["rejections"][0][
        "reason"
    ].replace("（2026）川1502民初999号", "X")


def test_the_second_of_two_rows_about_the_same_is_refused_unless_it_is_equal(diary, study, file_case):
    case = file_case()
    report = diary(of(case), of(case), of(case, minutes=30))
    assert (report["rows"], report["created"], report["unchanged"], report["rejected"]) == (3, 1, 1, 1)


def test_a_closed_study_takes_nothing_in(diary, study, politics, file_case, now):
    close_study(study=study, by=politics, at=now)
    assert diary(of(file_case()))["rejected"] == 1


def test_a_study_of_the_court_above_takes_the_diaries_of_those_below(
    diary, upper_court, post, file_case, now
):
    above = post("politics", "中院政治部", at=upper_court)
    days = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 4, 30)}
    study = open_study(court=upper_court, name="全市测算", by=above, at=now, **days)
    diary(of(file_case()))
    assert study.entries.get().court.code == "川1502"


def test_a_diary_without_a_court_is_refused_in_a_sentence(table, import_file, db, capsys):
    path = table(DIARY, [["A", "1", "庭审", "2026-03-05", 90, "民事", "", ""]])
    assert import_file(path)["code"] == 2
    assert "give --court CODE" in capsys.readouterr().err


# --- figures ----------------------------------------------------------------------------------------------------------
def row(code="川1502", year=2025, staffing=80, area=1123.5, share="12%"):
    return [code, year, staffing, area, 88.2, 7.1, share, 9.4, 201, "统计年鉴"]


def test_figures_of_courts_come_in_and_are_corrected(table, import_file, court):
    report = import_file(table(FIGURES, [row(), row("川1503", staffing=61)]))
    assert (report["kind"], report["created"], report["rejected"]) == ("figures", 2, 0)
    kept = CourtFigure.objects.get(court=court, year=2025)
    assert (kept.staffing, kept.area, kept.minorities, kept.source) == (80, 1123.5, 0.12, "统计年鉴")
    again = import_file(table(FIGURES, [row(area=""), row("川1503", staffing=61)]))
    assert (again["updated"], again["unchanged"]) == (1, 1)
    kept.refresh_from_db()
    assert kept.area is None


def test_a_column_the_file_does_not_have_leaves_what_is_kept(table, import_file, court):
    import_file(table(FIGURES, [row()]))
    import_file(table(FIGURES[:3], [["川1502", 2025, 82]]))
    kept = CourtFigure.objects.get(court=court, year=2025)
    assert (kept.staffing, kept.area) == (82, 1123.5)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (row("川9999"), "is not a court you may speak of"),
        (row(year=25), "is not a year"),
        (row(staffing=0), "at least one post"),
        (row(share="120%"), "from 0 to 1"),
        (row(area="很大"), "is not a number"),
    ],
)
def test_figures_that_cannot_be_are_refused(table, import_file, db, cells, said):
    report = import_file(table(FIGURES, [cells]))
    assert report["rejected"] == 1
    assert said in report["rejections"][0]["reason"]


# --- who may --------------------------------------------------------------------------------------------------------
def test_diaries_and_figures_are_for_those_who_plan(client, politics, trial_office, court, study, table):
    path = table(FIGURES, [row(), row("川1503")])
    for person, status in ((trial_office, 422), (politics, 302)):
        client.force_login(person)
        with path.open("rb") as file:
            answer = client.post(
                reverse("ingest:upload"), {"kind": "figures", "court": court.pk, "file": file}
            )
        assert answer.status_code == status
    batch = Batch.objects.get()
    assert client.get(reverse("ingest:batch", args=[batch.pk])).status_code == 200
    client.force_login(trial_office)
    assert client.get(reverse("ingest:batch", args=[batch.pk])).status_code == 404


def test_a_person_speaks_of_their_own_court_only(client, politics, court, table):
    client.force_login(politics)
    path = table(FIGURES, [row(), row("川1503")])
    with path.open("rb") as file:
        client.post(reverse("ingest:upload"), {"kind": "figures", "court": court.pk, "file": file})
    batch = Batch.objects.get()
    counts = commit.preview(batch=batch, path=Path(batch.path), at=batch.uploaded_at)
    assert (counts["created"], counts["rejected"]) == (1, 1)
