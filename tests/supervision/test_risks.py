"""The matrix of risk points: every point with its score, what the system noticed, what people entered, and what is unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused, record_refusal
from cases.models import Clock
from catalogues.selectors import law_in_use
from catalogues.supervision_law import RiskLink
from courts.models import FixedDay
from supervision.models import Letter, LetterStep, Measure, RiskEntry, Step
from supervision.risk_traces import Window, quarter_of, traces, twelve_months
from supervision.risks import band_of, enter_risk, find, matrix

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)
YEAR = twelve_months(TODAY)


@pytest.fixture(autouse=True)
def on_a_day_in_june(db):
    FixedDay.objects.create(day=TODAY)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


@pytest.fixture
def noticed(court):
    """``noticed("RC21-01")``: how often the system noticed something at the point."""
    return lambda code, window=YEAR: next(
        each.noticed for each in matrix(court, window) if each.point.code == code
    )


# --- the catalogue -----------------------------------------------------------------------------------------
def test_there_are_24_categories_and_226_points(court):
    points = matrix(court, YEAR)
    assert (len({each.category.code for each in points}), len(points)) == (24, 226)


def test_a_score_is_likelihood_times_severity_and_its_band_has_a_name(court, client, president):
    bands = {score: band_of(score, court.pk, TODAY) for score in (7, 8, 14, 15)}
    assert bands == {7: "low", 8: "amber", 14: "amber", 15: "red"}
    client.force_login(president)
    page = client.get(reverse("supervision:risks")).content.decode()
    for word in ("■ 红（高）", "▲ 黄（中）", "● 低", "24 类 226 项"):
        assert word in page


def test_windows_are_twelve_months_and_calendar_quarters():
    assert Window(date(2025, 6, 11), TODAY) == YEAR
    assert quarter_of(date(2026, 5, 20)) == Window(date(2026, 4, 1), date(2026, 6, 30))


# --- what the system notices -----------------------------------------------------------------------------------
def test_what_nobody_can_notice_is_unknown_and_not_zero(court, client, president):
    found = next(each for each in matrix(court, YEAR) if not each.point.linked)
    assert (found.noticed, found.entered, found.happened) == (None, None, False)
    client.force_login(president)
    page = client.get(reverse("supervision:risk", args=[found.point.code])).content.decode()
    assert "未录入不等于没有发生" in page


def test_what_can_be_noticed_and_was_not_is_zero(noticed):
    assert {noticed(each) for each in linked_points()} == {0}


def linked_points() -> list[str]:
    return [
        point.code for category in law_in_use().risk_categories for point in category.points if point.linked
    ]


def code_of(trace: str) -> str:
    """The first point that counts this trace."""
    return next(
        point.code
        for category in law_in_use().risk_categories
        for point in category.points
        if any(f"{link.what}:{link.code}" == trace for link in point.linked)
    )


def test_a_step_that_passed_undone_or_late_counts_once(file_case, noticed):
    rows = [
        ("running", date(2026, 6, 9), None), ("running", TODAY, None), ("met", date(2026, 5, 4), date(2026, 5, 5)),
        ("met", date(2026, 5, 4), date(2026, 5, 4)), ("running", date(2025, 6, 10), None),
    ]  # fmt: skip
    for place, (state, due_on, met_on) in enumerate(rows):
        Clock.objects.create(
            case=file_case(), kind="node", rule="N90", turn=place, state=state, due_on=due_on, met_on=met_on
        )
    assert noticed(code_of("alert:N90")) == 2


def test_the_limit_of_the_case_itself_is_counted_apart(file_case, noticed):
    Clock.objects.create(
        case=file_case(), kind="statutory", rule="x", state="running", due_on=date(2026, 6, 1)
    )
    assert noticed(code_of("alert:statutory")) == 1
    assert noticed(code_of("alert:N90")) == 0


def test_only_confirmed_open_flags_of_a_linked_rule_count(make_flag, noticed):
    code = code_of("rule:D07")
    make_flag(code="D07")
    make_flag(code="D07", state="CONFIRMED", confirmed_at=noon(date(2026, 5, 4)))
    make_flag(code="D07", state="CONFIRMED", confirmed_at=noon(date(2025, 5, 4)))
    assert noticed(code) == 1
    make_flag(code="D07", state="CONFIRMED", confirmed_at=noon(date(2026, 5, 4)), secret=True)
    make_flag(code="D07", state="CONFIRMED", confirmed_at=noon(date(2026, 5, 4)), born_secret=True)
    assert noticed(code) == 1


def test_no_trace_of_the_catalogue_names_a_secret_rule(court):
    linked = {
        link.code
        for category in law_in_use().risk_categories
        for point in category.points
        for link in point.linked
        if link.what == "rule"
    }
    assert linked <= {"D06", "D07", "E07"}


def test_expired_flags_idle_supervisors_and_late_letters_are_counted(
    make_flag, court, division, president, noticed
):
    late = make_flag(state="EXPIRED")
    Step.objects.create(flag=late, act="expire", to_state="EXPIRED", at=noon(date(2026, 5, 4)))
    assert noticed(code_of("flag_expired:any")) == 1
    idle = make_flag(
        state="CONFIRMED", confirmed_at=noon(date(2026, 5, 1)), first_measure_due_on=date(2026, 5, 15)
    )
    assert noticed(code_of("supervisor_idle:any")) == 1
    Measure.objects.create(
        flag=idle, case=idle.case, code="M02", mode="process", taken_by=president, capacity="院长", basis="第十条",
        content="报告", taken_at=noon(date(2026, 5, 14)),
    )  # fmt: skip
    assert noticed(code_of("supervisor_idle:any")) == 0
    for kind in ("prompt", "urge"):
        letter = Letter.objects.create(
            court=court, kind=kind, title="函", division=division, basis="x", body="x", required="x", reply_days=3, number=kind,
            approved_by=president, state="OVERDUE", drafted_at=timezone.now(),
        )  # fmt: skip
        LetterStep.objects.create(letter=letter, to_state="OVERDUE", at=noon(date(2026, 5, 4)))
    assert noticed(code_of("letter_overdue:urge")) == 1


def test_refused_measures_and_refused_readings_are_counted_from_the_trail(court, judge, noticed):
    for act, sentence in [
        ("supervision.take_measure", "本案已两次要求复议，不能再次要求复议；合议庭的结果有效。"),
        ("supervision.take_measure", "您的职务不能采取这项措施。"),
        ("cases.export", "您的职务没有此项权限"),
        ("cases.close_case", "与查阅无关"),
    ]:
        refusal = Refused(sentence, act=act, by=judge)
        entry = record_refusal(refusal, by=judge, at=noon(date(2026, 5, 4)))
        assert entry.court_id == court.pk
    assert noticed(code_of("measure_refused:M06")) == 1
    assert traces(RiskLink("measure_refused", "any"), court, YEAR).count() == 2
    assert traces(RiskLink("measure_refused", "M02"), court, YEAR) is None  # the trail does not tell it apart
    assert noticed(code_of("access_refused:any")) == 1


def test_sealed_cases_and_those_of_other_courts_change_no_number(file_case, upper_court, make_flag, noticed):
    for case in (file_case(sealed="juvenile"), file_case(court=upper_court)):
        Clock.objects.create(case=case, kind="statutory", rule="x", state="running", due_on=date(2026, 6, 1))
        flag = make_flag(case, "D07", "CONFIRMED", confirmed_at=noon(date(2026, 5, 4)))
        Step.objects.create(flag=flag, act="expire", to_state="EXPIRED", at=noon(date(2026, 5, 4)))
    assert {noticed(each) for each in linked_points()} == {0}


# --- where a number leads ----------------------------------------------------------------------------------------
def test_a_number_leads_to_the_cases_one_may_see(client, file_case, president, discipline):
    case = file_case()
    Clock.objects.create(case=case, kind="statutory", rule="x", state="running", due_on=date(2026, 6, 1))
    where = reverse("supervision:risk", args=[code_of("alert:statutory")])
    client.force_login(president)
    assert case.number in client.get(where).content.decode()
    client.force_login(discipline)  # sees the number, and no cases
    page = client.get(where).content.decode()
    assert case.number not in page
    assert "不在您的查阅范围内" in page


# --- what people enter ---------------------------------------------------------------------------------------------
def enter(court, by, **fields) -> RiskEntry:
    values = {
        "point": "RC01-01",
        "happened_on": date(2026, 6, 1),
        "note": "当场拒收材料",
        "handled": "已约谈",
    }
    return enter_risk(court=court, by=by, at=timezone.now(), **values | fields)


def test_discipline_enters_what_it_found_once(court, discipline):
    assert enter(court, discipline) == enter(court, discipline)
    found = next(each for each in matrix(court, YEAR) if each.point.code == "RC01-01")
    assert (found.entered, found.happened) == (1, True)
    entry = Entry.objects.get(act="supervision.enter_risk")
    assert (entry.after["point"], "拒收" in str(entry.after)) == ("RC01-01", False)


@pytest.mark.parametrize("who", ["president", "trial_office", "judge", "outsider"])
def test_nobody_else_enters(court, request, who):
    with pytest.raises(Refused, match="纪检监察"):
        enter(court, request.getfixturevalue(who))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"happened_on": date(2026, 6, 11)}, "应不晚于今天 2026-06-10"),
        ({"note": " "}, "请填写情况"),
        ({"point": "RC99-01"}, "没有这个风险点"),
        ({"note": "（2026）川1502民初12号案当事人反映"}, "不写案号"),
        ({"handled": "已处理[2026]川1502刑初3号"}, "不写案号"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_the_reason(court, discipline, fields, sentence):
    with pytest.raises(Refused, match=sentence):
        enter(court, discipline, **fields)
    assert not RiskEntry.objects.exists()


def test_the_form_keeps_what_was_typed(client, discipline):
    client.force_login(discipline)
    where = reverse("supervision:risk", args=["RC01-01"])
    page = client.post(where, {"happened_on": "2027-01-01", "note": "当场拒收材料"}).content.decode()
    assert "尚未到来" in page
    assert "当场拒收材料" in page
    client.post(where, {"happened_on": "2026-06-01", "note": "当场拒收材料", "handled": ""})
    assert RiskEntry.objects.count() == 1


# --- pages ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["risks", "risk-quarter"])
@pytest.mark.parametrize("who", ["judge", "division_head", "filing"])
def test_the_matrix_is_for_those_who_see_risks(client, request, who, name):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse(f"supervision:{name}")).status_code == 403


def test_another_courts_matrix_is_as_unknown_as_none(client, president, upper_court):
    client.force_login(president)
    for asked in (upper_court.pk, 99999999, "x"):
        assert client.get(f"{reverse('supervision:risks')}?court={asked}").status_code == 404


def test_the_matrix_is_narrowed_by_its_address(client, president):
    client.force_login(president)
    page = client.get(f"{reverse('supervision:risks')}?level=C").content.decode()
    assert "RC24" in page
    assert "RC01-01" not in page
    page = client.get(f"{reverse('supervision:risks')}?happened=1").content.decode()
    assert "没有符合条件的风险点" in page


def test_the_quarterly_list_holds_what_happened_in_the_quarter(client, president, court, discipline):
    enter(court, discipline, happened_on=date(2026, 3, 31))
    client.force_login(president)
    where = reverse("supervision:risk-quarter")
    assert "当场拒收材料" in client.get(f"{where}?q=2026Q1").content.decode()
    assert "当场拒收材料" not in client.get(f"{where}?q=2026Q2").content.decode()
    assert client.get(f"{where}?q=nonsense").status_code == 200


def test_the_matrix_costs_the_same_however_much_happened(client, president, file_case, costs_the_same):
    client.force_login(president)

    def happen():
        for _ in range(5):
            Clock.objects.create(
                case=file_case(), kind="node", rule="N90", state="running", due_on=date(2026, 6, 1)
            )

    costs_the_same(lambda: client.get(reverse("supervision:risks")), grow=happen)


def test_an_unknown_point_is_not_found(client, president):
    client.force_login(president)
    assert client.get(reverse("supervision:risk", args=["RC99-99"])).status_code == 404
    assert find("RC01-01")[1].name == "有案不立或变相限制立案"
