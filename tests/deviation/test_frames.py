"""Cases become numbers through one door: what is drawn, what never is, and at which cost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Element, Exclusion, Outcome, Party
from catalogues.selectors import law_in_use
from courts.models import Court, FixedDay
from deviation import frames
from deviation.frames import Window, by_ids, case_and_party, decided, history, observation_of
from deviation.models import Contest, Notice, Score

TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
THREE_YEARS = Window(date(2023, 7, 1), TODAY)
CLOSED = date(2026, 5, 20)


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def theft(file_case):
    """``theft(12, surrender=True)``: a closed case of theft with a term in months and these elements."""

    def create(months: float | None = 12, *, closed_on: date | None = CLOSED, **elements) -> Case:
        serial = Case.objects.count() + 1
        case = file_case(
            number=f"（2026）川1502刑初{serial}号", type_code="刑初", category="刑事", cause="盗窃罪", cause_code="264",
            filed_on=date(2026, 3, 2), closed_on=closed_on, defendants=1,
        )  # fmt: skip
        if months is not None:
            Outcome.objects.create(case=case, measure="months", value=months, decided_on=CLOSED)
        Element.objects.bulk_create(Element(case=case, key=key, value=said) for key, said in elements.items())
        return case

    return create


def only(court, code="months") -> frames.Observation:
    (found,) = history(court=court, code=code, window=THREE_YEARS)
    return found


# --- what is drawn -----------------------------------------------------------------------------------------------
def test_a_closed_case_is_its_outcome_its_elements_and_a_few_of_its_fields(theft, court):
    case = theft(9, surrender=True, amount=3200)
    found = only(court)
    assert (found.id, found.outcome, found.stratum, found.court) == (
        str(case.pk),
        9.0,
        "盗窃罪",
        str(court.pk),
    )
    assert found.date == CLOSED and found.features["surrender"] is True and found.features["amount"] == 3200.0
    assert found.features["case_procedure"] == "ordinary" and found.features["case_defendants"] == 1.0


def test_what_is_protected_or_would_stand_in_for_it_is_looked_at_and_never_learned_from(theft, court):
    law = law_in_use()
    kept_out = [one.key for one in law.case_elements(court.pk, TODAY).values() if not one.usable]
    assert {"gender", "birth_year", "ethnicity", "household", "residence", "own_lawyer"} <= set(kept_out)
    theft(
        9, surrender=False, gender="1", birth_year=1990, residence="某乡", own_lawyer=True, no_such_element=3
    )
    found = only(court)
    assert not set(found.features) & {*kept_out, "no_such_element"}
    assert found.audit == {"gender": "1", "birth_year": 1990, "residence": "某乡", "own_lawyer": True}


def test_no_field_of_the_case_names_people_or_places(theft, court):
    theft(9, surrender=True)
    named = {"region", "judge", "division", "assistant", "clerk", "number", "named", "court"}
    assert not {key.removeprefix("case_") for key in only(court).features} & named


def test_a_circumstance_nobody_recorded_was_not_there_unless_nothing_was_recorded_at_all(theft, court):
    described, bare = theft(9, surrender=True), theft(10)
    found = {one.id: one for one in history(court=court, code="months", window=THREE_YEARS)}
    assert found[str(described.pk)].features["recidivist"] is False
    assert found[str(described.pk)].features["amount"] is None
    assert found[str(bare.pk)].features["recidivist"] is None


def test_a_value_the_catalogue_does_not_know_is_no_value(theft, court):
    theft(9, surrender="也许", amount="三千", disability_grade="十二级")
    found = only(court).features
    assert (found["surrender"], found["amount"]) == (None, None)


def test_each_of_several_accused_has_their_own_outcome_and_elements(theft, court):
    case = theft(None, surrender=True)
    first, second = (Party.objects.create(case=case, name=name, standing="被告人") for name in ("甲", "乙"))
    for party, months in ((first, 6), (second, 24)):
        Outcome.objects.create(case=case, party=party, measure="months", value=months, decided_on=CLOSED)
    Element.objects.create(case=case, party=second, key="recidivist", value=True)
    Element.objects.create(case=case, party=second, key="surrender", value=False)
    found = {one.id: one for one in history(court=court, code="months", window=THREE_YEARS)}
    mine, theirs = found[f"{case.pk}:{first.pk}"], found[f"{case.pk}:{second.pk}"]
    assert (mine.outcome, mine.features["surrender"], mine.features["recidivist"]) == (6.0, True, False)
    assert (theirs.outcome, theirs.features["surrender"], theirs.features["recidivist"]) == (
        24.0,
        False,
        True,
    )
    assert case_and_party(theirs.id) == (case.pk, second.pk) and case_and_party(str(case.pk)) == (
        case.pk,
        None,
    )


def test_what_is_said_of_the_only_accused_holds_of_the_case(theft, court):
    case = theft(9)
    party = Party.objects.create(case=case, name="甲", standing="被告人")
    Element.objects.create(case=case, party=party, key="recidivist", value=True)
    assert only(court).features["recidivist"] is True


@pytest.mark.parametrize("by_name_first", [True, False])
def test_the_only_accused_is_one_unit_however_the_outcome_was_recorded(theft, court, by_name_first):
    """Once by name and once of the case: what was recorded later holds."""
    case = theft(None)
    party = Party.objects.create(case=case, name="甲", standing="被告人")
    for months, of in zip((6, 9), (party, None) if by_name_first else (None, party), strict=True):
        Outcome.objects.create(case=case, party=of, measure="months", value=months, decided_on=CLOSED)
    found = only(court)
    assert (found.id, found.outcome) == (str(case.pk), 9.0)


def test_a_second_instance_is_no_peer_of_a_first(theft, court):
    Case.objects.filter(pk=theft(9).pk).update(type_code="刑终")
    assert only(court).stratum == "盗窃罪（二审）"


def test_no_term_is_not_a_short_term(theft, court):
    theft(0)
    assert history(court=court, code="months", window=THREE_YEARS) == []


def test_trial_days_run_from_filing_to_closing_without_the_days_that_do_not_count(theft, court):
    case = theft(9)
    for ground, first, last in (("appraisal", 10, 20), ("jurisdiction", 15, 25), ("local_rule", 26, 28)):
        Exclusion.objects.create(
            case=case, ground=ground, starts_on=date(2026, 3, first), resumes_on=date(2026, 3, last)
        )
    grounds = law_in_use().grounds
    counted = [code for code in ("appraisal", "jurisdiction", "local_rule") if code in grounds and grounds[code][-1].mode in ("exclude", "suspend")]  # fmt: skip
    assert "appraisal" in counted
    days = {
        "appraisal": set(range(10, 20)),
        "jurisdiction": set(range(15, 25)),
        "local_rule": set(range(26, 28)),
    }
    excluded = len(set().union(*(days[code] for code in counted)))
    assert only(court, "trial_days").outcome == (CLOSED - date(2026, 3, 2)).days - excluded


# --- which cases --------------------------------------------------------------------------------------------------
def test_open_sealed_older_and_later_cases_are_not_learned_from(theft, court):
    open_case, sealed = theft(9, closed_on=None), theft(9)
    Case.objects.filter(pk=sealed.pk).update(sealed="juvenile")
    Case.objects.filter(pk=theft(9).pk).update(filed_on=date(2020, 1, 1), closed_on=date(2020, 6, 1))
    Case.objects.filter(pk=theft(9).pk).update(closed_on=TODAY + timedelta(1))
    kept = theft(9)
    assert [one.id for one in history(court=court, code="months", window=THREE_YEARS)] == [str(kept.pk)]
    asked = {"code": "months", "law": law_in_use(), "court": court.pk, "on": TODAY}
    assert [one.id for one in decided(case_ids=[open_case.pk, sealed.pk], **asked)] == [str(sealed.pk)]
    assert list(by_ids([str(sealed.pk), str(kept.pk)], **asked)) == [str(kept.pk)]


def test_withdrawn_elements_and_outcomes_are_not_drawn(theft, court):
    case = theft(9, surrender=True, recidivist=True)
    Element.objects.filter(case=case, key="recidivist").update(withdrawn_at=NOW)
    other = theft(30)
    Outcome.objects.filter(case=other).update(withdrawn_at=NOW)
    assert only(court).features["recidivist"] is False


def test_the_court_above_learns_from_the_courts_below_and_a_court_from_itself(theft, court, upper_court):
    theft(9)
    elsewhere = theft(10)
    Case.objects.filter(pk=elsewhere.pk).update(court=Court.objects.get(code="川1503"))
    assert len(history(court=upper_court, code="months", window=THREE_YEARS)) == 2
    assert only(court).outcome == 9.0


def test_cases_of_another_kind_are_not_compared(theft, file_case, court):
    case = file_case(closed_on=CLOSED)
    Outcome.objects.create(case=case, measure="months", value=3, decided_on=CLOSED)
    assert history(court=court, code="months", window=THREE_YEARS) == []
    assert only(court, "trial_days").stratum == "民间借贷纠纷"


def test_what_a_contest_found_recorded_wrongly_is_not_learned_from(theft, court, judge, trial_office):
    for ground, upheld in (("wrong_data", True), ("wrong_data", False), ("method", True)):
        score = Score.objects.create(
            case=theft(9), court=court, code="months", stratum="盗窃罪", stage="closing", at=NOW, batch="2026-06", outcome=9,
            state="abstained", reason_code="few_peers",
        )  # fmt: skip
        notice = Notice.objects.create(
            case=score.case, court=court, judge=judge, score=score, code="months", told_at=NOW, private_until=TODAY,
            state="upheld" if upheld else "rejected", disclosed_at=NOW,
        )  # fmt: skip
        Contest.objects.create(
            notice=notice, ground=ground, text="数额有误", filed_by=judge, filed_at=NOW, due_on=TODAY, decided_by=trial_office,
            decided_at=NOW, upheld=upheld, decision="查明",
        )  # fmt: skip
    assert len(history(court=court, code="months", window=THREE_YEARS)) == 2


# --- one case -----------------------------------------------------------------------------------------------------
def test_a_drafted_outcome_is_drawn_as_a_decided_one_would_be(theft, court):
    case = theft(9, surrender=True, gender="1", amount=3200)
    drafted = observation_of(case=case, party=None, code="months", outcome=9.0, law=law_in_use(), on=TODAY)
    learned = only(court)
    assert (drafted.features, drafted.stratum, drafted.audit) == (
        learned.features,
        learned.stratum,
        learned.audit,
    )
    tried = observation_of(
        case=case,
        party=None,
        code="months",
        outcome=9.0,
        law=law_in_use(),
        on=TODAY,
        elements={"amount": 50.0},
    )
    assert tried.features["amount"] == 50.0


# --- cost ---------------------------------------------------------------------------------------------------------
def test_the_history_takes_as_many_queries_for_two_cases_as_for_twenty(theft, court, costs_the_same):
    def draw():
        return history(court=court, code="months", window=THREE_YEARS)

    for _ in range(2):
        theft(9, surrender=True)
    costs_the_same(draw, grow=lambda: [theft(9, surrender=True) for _ in range(20)])
    with CaptureQueriesContext(connection) as asked:
        draw()
    tables = [query["sql"] for query in asked.captured_queries]
    assert sum("cases_element" in sql for sql in tables) == sum("cases_outcome" in sql for sql in tables) == 1


MANY = """
INSERT INTO cases_case (number, number_received, court_id, named, members, readers, year, type_code, category, serial, cause, cause_code, procedure,
    "limit", region, filed_on, closed_on, closed_how, detained, sealed, entered, origin)
SELECT 'many ' || n, '', %(court)s, '{}', '{}', '{}', 2026, '刑初', '刑事', n, '盗窃罪', '264', 'summary', '', '', DATE '2025-01-02',
    DATE '2025-03-02' + n %% 300, '判决', false, '', '{}', 'feed' FROM generate_series(1, %(n)s) n;
INSERT INTO cases_element (case_id, key, value, origin) SELECT c.id, k, to_jsonb(c.serial %% 2 = 0), 'feed'
    FROM cases_case c, unnest(ARRAY['surrender', 'confession', 'plea_leniency', 'recidivist', 'returned']) k WHERE c.number LIKE 'many %%';
INSERT INTO cases_outcome (case_id, measure, value, decided_on, origin)
    SELECT id, 'months', 6 + serial %% 30, closed_on, 'feed' FROM cases_case WHERE number LIKE 'many %%'"""


def test_many_cases_are_drawn_in_seconds(court):
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"court": court.pk, "n": 20_000})
    begun = perf_counter()
    drawn = history(court=court, code="months", window=THREE_YEARS)
    seconds = perf_counter() - begun
    assert len(drawn) == 20_000 and drawn[0].features["surrender"] in (True, False)
    assert seconds < 6  # 1.2 s on an idle machine; 100 000 in a few seconds
