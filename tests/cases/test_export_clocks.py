"""The export of clocks equals the batch contract ``due`` on the same facts."""

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cases.clocks import recompute
from cases.deadlines import answer, calculate
from cases.due_records import Law, read_clock
from cases.facts import explain, with_facts
from cases.models import Case, Clock, Exclusion, Extension, ProcedureEvent, Restart
from catalogues import library
from catalogues.selectors import law_in_use

pytestmark = pytest.mark.django_db
AS_OF = "2026-06-30"
FIELDS = (
    "state", "start", "nominal", "excluded_days", "before_roll", "due", "remaining_days", "level", "calendar",
)  # fmt: skip
LAW = Law(
    limits={key: versions[-1] for key, versions in {**library.time_limits(), **library.nodes()}.items()},
    grounds={key: versions[-1] for key, versions in library.grounds().items()},
)


def export(capsysbinary, *options):
    capsysbinary.readouterr()
    try:
        call_command("export_clocks", "--as-of", AS_OF, *options)
        code = 0
    except SystemExit as stopped:
        code = stopped.code
    out, err = capsysbinary.readouterr()
    return [json.loads(line) for line in out.decode().splitlines()], err.decode(), code


def due(**record):
    clock = read_clock({"id": "1", **record}, LAW)
    return answer(calculate(clock, library.work_calendar()), date.fromisoformat(AS_OF))


def test_a_ledger_read_back_equals_the_batch_calculation(file_case, capsysbinary):
    plain = file_case(filed_on=date(2026, 1, 5))
    moved = file_case(filed_on=date(2024, 1, 15))
    Extension.objects.create(case=moved, months=6, approved_on=date(2024, 6, 20))
    Exclusion.objects.create(
        case=moved, ground="appraisal", starts_on=date(2024, 3, 1), resumes_on=date(2024, 4, 10)
    )
    paused = file_case(filed_on=date(2026, 1, 15))
    Exclusion.objects.create(case=paused, ground="stay", starts_on=date(2026, 5, 6))
    crime = file_case(
        type_code="刑初",
        category="刑事",
        filed_on=date(2024, 3, 1),
        accepted_on=date(2024, 3, 1),
        detained=True,
    )
    Restart.objects.create(case=crime, ground="supp_investigation", on=date(2024, 5, 8))
    cases = [plain, moved, paused, crime]
    recompute([case.pk for case in cases], timezone.now())
    lines, err, code = export(capsysbinary)
    expected = [
        due(limit="civ_first_ordinary", start="2026-01-05"),
        due(
            limit="civ_first_ordinary", start="2024-01-15", extensions=[{"months": 6, "approved_on": "2024-06-20"}],
            exclusions=[{"ground": "appraisal", "from": "2024-03-01", "to": "2024-04-10"}],
        ),
        due(limit="civ_first_ordinary", start="2026-01-15", exclusions=[{"ground": "stay", "from": "2026-05-06", "to": None}]),
        due(
            limit="crim_first_ordinary", start="2024-03-01", detained=True,
            restarts=[{"ground": "supp_investigation", "on": "2024-05-08"}],
        ),
    ]  # fmt: skip
    assert (code, err) == (0, "")
    assert [line["number"] for line in lines] == [case.number for case in cases]
    assert [{name: line[name] for name in FIELDS} for line in lines] == [
        {name: said[name] for name in FIELDS} for said in expected
    ]
    for line, said in zip(lines, expected, strict=True):
        assert line["because"][2:] == said["because"]


def test_hours_come_out_with_their_time_of_day(file_case, capsysbinary):
    case = file_case(type_code="民保令", procedure="")
    at = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    ProcedureEvent.objects.create(case=case, node="受理", on=at.date(), at=at)
    recompute([case.pk], timezone.now())
    lines, _, code = export(capsysbinary)
    assert code == 0
    assert lines[0]["due"] == "2026-03-05T09:30:00+08:00"


def test_a_clock_that_cannot_be_computed_says_why(file_case, capsysbinary):
    case = file_case(filed_on=None)
    recompute([case.pk], timezone.now())
    lines, err, code = export(capsysbinary)
    assert (code, err) == (0, "")
    assert (lines[0]["state"], lines[0]["due"]) == ("unknown", None)
    assert "立案日期" in lines[0]["because"][0]


def test_a_stored_clock_that_disagrees_is_named(file_case, capsysbinary):
    case = file_case()
    recompute([case.pk], timezone.now())
    Clock.objects.filter(case=case, kind="statutory").update(due_on=date(2030, 1, 1))
    _, err, code = export(capsysbinary)
    assert code == 1
    assert case.number in err
    assert "2030-01-01" in err


def test_a_case_not_yet_computed_is_named(file_case, capsysbinary):
    file_case()
    _, err, code = export(capsysbinary)
    assert code == 1
    assert "run refresh first" in err


def test_one_court_at_a_time(file_case, upper_court, capsysbinary):
    cases = [file_case(), file_case(court=upper_court)]
    recompute([case.pk for case in cases], timezone.now())
    lines, _, _ = export(capsysbinary, "--court", "川15")
    assert [line["number"] for line in lines] == [cases[1].number]


def test_an_unknown_court_and_a_wrong_day_are_refused_in_one_line(capsysbinary):
    _, err, code = export(capsysbinary, "--court", "川99999")
    assert code == 2
    assert "川99999" in err
    with pytest.raises(CommandError, match="is not a date"):
        call_command("export_clocks", "--as-of", "soon")


def test_the_file_appears_when_it_is_complete(file_case, tmp_path, capsysbinary):
    recompute([file_case().pk], timezone.now())
    export(capsysbinary, "--output", str(tmp_path / "clocks.jsonl"))
    assert len((tmp_path / "clocks.jsonl").read_text().splitlines()) == 1


def test_a_start_nobody_recorded_is_said_as_on_the_page(file_case, capsysbinary):
    case = file_case(type_code="刑再", category="刑事", procedure="first")
    recompute([case.pk], timezone.now())
    (line,), _, _ = export(capsysbinary)
    shown = explain(with_facts(Case.objects).get(pk=case.pk), law_in_use(), date.fromisoformat(AS_OF))
    assert line["because"] == list(shown.because)
    assert "暂按立案日期计算" in line["because"][1]
