"""An outcome held against its peers: scored once, controlled over its month, silent where the run may not speak."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Element, Outcome
from catalogues.selectors import law_in_use
from courts.models import Court, FixedDay
from deviation import sweeps, tasks
from deviation.calibration import Share, controlled
from deviation.models import Draft, Notice, Run, Score
from deviation.observation import Assessment
from deviation.scoring_cases import band_of, control, score_case
from deviation.sweeps import courts_to_score, score_closed, score_court, since, watch_run
from deviation.using import Shelf, runs
from tests.deviation.trained_runs import NOW, TODAY, run_in_use

CLOSED = date(2026, 6, 18)
LEARNED_TO = date(2026, 4, 30)


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(tasks.train_run, "delay", lambda run_id: None)


@pytest.fixture
def run(court, trial_office, president):
    """In use since May: what closed after April it did not learn from."""
    run = run_in_use(court, trial_office, president)
    Run.objects.filter(pk=run.pk).update(window_to=LEARNED_TO)
    return runs().get(pk=run.pk)


@pytest.fixture
def theft(file_case):
    """``theft(9)``: a theft of 5000 yuan closed this month, with a term in months."""

    def create(months: float | None = 12, *, closed_on: date | None = CLOSED, **fields) -> Case:
        serial = Case.objects.count() + 1
        values = {
            "number": f"（2026）川1502刑初{serial}号", "type_code": "刑初", "category": "刑事", "cause": "盗窃罪",
            "cause_code": "264", "procedure": "summary", "closed_on": closed_on,
        }  # fmt: skip
        case = file_case(**(values | fields))
        Element.objects.create(case=case, key="surrender", value=False)
        Element.objects.create(case=case, key="amount", value=5000)
        if months is not None:
            Outcome.objects.create(case=case, measure="months", value=months, decided_on=CLOSED)
        return case

    return create


@pytest.fixture
def heard(monkeypatch):
    """The scores the judge was told of, in their order."""
    seen: list[Score] = []
    tell = sweeps.tell_judge

    def note(*, score, at):
        seen.append(score)
        return tell(score=score, at=at)

    monkeypatch.setattr(sweeps, "tell_judge", note)
    return seen


def draft_of(case: Case, months: float, **guideline) -> Score:
    draft = Draft.objects.create(
        case=case, judge=case.judge, values={"months": months}, guideline=guideline, saved_at=NOW
    )
    return score_case(case=case, code="months", outcome=months, stage="draft", draft=draft, at=NOW)


# --- one outcome ---------------------------------------------------------------------------------------------------
def test_an_outcome_like_its_peers_is_green_and_says_what_it_was_compared_with(run, theft):
    score = draft_of(theft(None, closed_on=None), 13)
    assert (score.state, score.band, score.batch, score.latest) == ("scored", "green", "2026-06", True)
    assert score.low < 13 < score.high and score.low99 <= score.low and score.high99 >= score.high
    assert score.peers >= 30 and score.baseline is not None and 0 < score.q <= 1
    assert score.elements["amount"] == 5000.0 and score.run_id == run.pk and score.stratum == "盗窃罪"


def test_an_outcome_far_from_its_peers_is_red_with_a_direction(run, theft):
    score = draft_of(theft(None, closed_on=None), 120)
    assert (score.band, score.direction) == ("red", "higher") and score.p < 0.02


def test_comparable_cases_are_of_the_history_and_never_the_case_itself(run, theft):
    case = theft(None, closed_on=None)
    score = draft_of(case, 13)
    assert score.comparables and str(case.pk) not in score.comparables


def test_elements_may_be_laid_over_the_recorded_ones(run, theft):
    case = theft(None, closed_on=None)
    asked = {"case": case, "code": "months", "outcome": 13.0, "stage": "draft", "at": NOW}
    plain, mild = score_case(**asked), score_case(**asked, elements={"surrender": True})
    assert mild.elements["surrender"] is True and mild.expected < plain.expected


def test_a_later_score_of_the_same_outcome_is_the_latest_and_the_former_stays(run, theft):
    case = theft(None, closed_on=None)
    first, second = draft_of(case, 13), draft_of(case, 14)
    first.refresh_from_db()
    assert (first.latest, second.latest) == (False, True) and Score.objects.count() == 2


@pytest.mark.parametrize(
    ("outcome", "inside", "state", "band"),
    [
        (12, True, "scored", "green"),
        (31, None, "scored", "yellow"),
        (41, True, "scored", "red"),
        (12, False, "scored", "red"),
        (12, None, "abstained", ""),
        (12, False, "abstained", "red"),
    ],
)
def test_the_band_is_that_of_the_intervals_of_peers_and_of_the_guideline(outcome, inside, state, band):
    said = Assessment("1", state, expected=12, low=6, high=30, low99=3, high99=40)
    assert band_of(outcome, said, {"inside": inside, "breaches": ["漏列应当适用的情节"]}) == band


def test_a_breach_of_the_guideline_stands_apart_from_the_statistics(run, theft):
    case = theft(None, closed_on=None)
    guideline = law_in_use().guideline(case.court_id, TODAY)
    band = guideline.offence_of("盗窃罪").bands[0]
    score = draft_of(case, band.law[1] + 40, band=band.when, applied={})
    assert score.guideline["breaches"] and score.guideline["inside"] is False and score.band == "red"
    inside = draft_of(case, 12, band=band.when, applied={})
    assert not inside.guideline["breaches"] and inside.band == "green"
    assert draft_of(case, 12).guideline == {}


# --- silence -------------------------------------------------------------------------------------------------------
def test_without_a_run_nothing_is_said_and_that_is_said(theft):
    score = draft_of(theft(None, closed_on=None), 13)
    assert (score.state, score.reason_code, score.band, score.run) == ("abstained", "no_run", "", None)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"window_to": TODAY - timedelta(181)}, "stale"),
        ({"drift": {"coverage90": Share(60, 100).as_json()}}, "uncalibrated"),
        ({"drift": {"moved": {"psi": 0.9}}}, "drifted"),
    ],
)
def test_a_run_that_may_not_be_used_is_silent_and_says_why(run, theft, fields, why):
    Run.objects.filter(pk=run.pk).update(**fields)
    score = draft_of(theft(None, closed_on=None), 120)
    assert (score.state, score.reason_code, score.band) == ("abstained", why, "")


@pytest.mark.parametrize("artefact", [b"", b"another model"])
def test_a_model_that_is_not_the_one_trained_is_silent_and_stops_nothing_else(run, theft, artefact):
    Shelf.models.clear()
    Run.objects.filter(pk=run.pk).update(artefact=artefact)
    score = draft_of(theft(None, closed_on=None), 12)
    assert (score.state, score.reason_code) == ("abstained", "damaged")


def test_a_stopped_stratum_is_silent(run, theft, monkeypatch):
    monkeypatch.setattr("deviation.using.stopped_strata", lambda run, day: ["盗窃罪"])
    score = draft_of(theft(None, closed_on=None), 120)
    assert (score.state, score.reason_code) == ("abstained", "stopped")


def test_what_was_never_seen_is_not_judged(run, theft):
    score = draft_of(theft(None, closed_on=None, cause="诈骗罪", cause_code="266"), 13)
    assert (score.state, score.reason_code) == ("abstained", "unknown_stratum")


def test_the_run_of_the_court_above_speaks_where_a_court_has_none(run, theft, court, upper_court):
    Run.objects.filter(pk=run.pk).update(court=upper_court)
    assert draft_of(theft(None, closed_on=None), 13).run_id == run.pk


# --- judgments ------------------------------------------------------------------------------------------------------
def test_what_closed_with_an_outcome_is_scored_once_and_told_to_its_judge(run, theft, heard):
    case, like = theft(120), theft(13)
    assert score_closed([case.pk, like.pk], NOW) == 2
    assert {score.case_id: score.band for score in heard} == {case.pk: "red", like.pk: "green"}
    notice = Notice.objects.get()
    assert (notice.case_id, notice.judge_id, notice.state) == (case.pk, case.judge_id, "private")
    assert score_closed([case.pk, like.pk], NOW) == 0 == score_court(court=case.court, at=NOW)


def test_another_outcome_or_element_is_another_score(run, theft, heard):
    case = theft(13)
    assert score_closed([case.pk], NOW) == 1
    Outcome.objects.filter(case=case).update(value=14)
    assert score_closed([case.pk], NOW) == 1
    Element.objects.filter(case=case, key="surrender").update(value=True)
    assert score_court(court=case.court, at=NOW) == 1
    assert sorted(Score.objects.values_list("stage", flat=True)) == ["closing", "closing", "nightly"]
    assert Score.objects.current().get().elements["surrender"] is True


def test_open_cases_those_without_an_outcome_and_long_closed_ones_are_not_scored(run, theft, court):
    theft(13, closed_on=None), theft(None), theft(13, closed_on=since(TODAY) - timedelta(1))
    assert since(TODAY) == date(2026, 5, 1)
    assert score_court(court=court, at=NOW) == 0 and not Score.objects.exists()


def test_where_no_run_is_in_use_nothing_is_asked_beyond_that(theft):
    ids = [theft(13).pk]
    with CaptureQueriesContext(connection) as asked:
        assert score_closed(ids, NOW) == 0
    assert len(asked) == 1 and not Score.objects.exists()


def test_a_judgment_takes_the_place_of_its_draft_in_the_month_in_which_it_was_given(run, theft, court):
    case = theft(None, closed_on=None)
    draft = draft_of(case, 13)
    Case.objects.filter(pk=case.pk).update(closed_on=date(2026, 5, 28))
    Outcome.objects.create(case=case, measure="months", value=13, decided_on=date(2026, 5, 28))
    assert score_closed([case.pk], NOW) == 1
    draft.refresh_from_db()
    given = Score.objects.current().get()
    assert not draft.latest and (given.stage, given.batch) == ("closing", "2026-05")


def test_a_run_that_fell_silent_takes_nothing_back(run, theft, court):
    case = theft(120)
    score_closed([case.pk], NOW)
    Run.objects.filter(pk=run.pk).update(window_to=TODAY - timedelta(181))
    assert score_court(court=court, at=NOW) == 0
    assert Score.objects.current().get().state == "scored"


def test_a_run_does_not_judge_what_it_learned_from_and_what_another_said_stays(run, theft, court):
    case, later = theft(120, closed_on=LEARNED_TO + timedelta(1)), theft(13)
    assert score_court(court=court, at=NOW) == 2
    said = Score.objects.current().get(case=case)
    newer = Run.objects.get(pk=run.pk)
    Run.objects.filter(pk=run.pk).update(state="superseded")
    newer.pk, newer.window_to = None, LEARNED_TO + timedelta(1)
    newer.save()
    new_theft = theft(13, closed_on=LEARNED_TO + timedelta(1))
    assert score_closed([case.pk, later.pk, new_theft.pk], NOW) == 1 and score_court(court=court, at=NOW) == 0
    assert Score.objects.current().get(case=case) == said
    assert Score.objects.current().get(case=later).run_id == newer.pk


@pytest.mark.parametrize("score", ["closing", "nightly"])
def test_a_judgment_that_was_withdrawn_or_opened_again_has_no_latest_score(run, theft, court, score):
    def again(case: Case) -> int:
        return score_closed([case.pk], NOW) if score == "closing" else score_court(court=court, at=NOW)

    withdrawn, opened, kept = theft(13), theft(13), theft(120)
    ids = [withdrawn.pk, opened.pk, kept.pk]
    assert score_closed(ids, NOW) == 3
    before = Score.objects.get(case=kept).q
    Outcome.objects.filter(case=withdrawn).update(withdrawn_at=NOW)
    Case.objects.filter(pk=opened.pk).update(closed_on=None)
    assert again(withdrawn) == 0 and again(opened) == 0
    assert [one.case_id for one in Score.objects.current()] == [kept.pk] and Score.objects.count() == 3
    assert Score.objects.get(case=kept).q != before  # the month is controlled without them


def test_an_old_judgment_that_was_withdrawn_has_no_latest_score_and_is_not_scored_anew(run, theft):
    case = theft(120)
    score_closed([case.pk], NOW)
    Case.objects.filter(pk=case.pk).update(closed_on=since(TODAY) - timedelta(1))
    assert score_closed([case.pk], NOW) == 0 and Score.objects.current().exists()
    Outcome.objects.filter(case=case).update(value=90)
    assert score_closed([case.pk], NOW) == 0 and not Score.objects.current().exists()


def test_a_slice_holds_no_more_than_a_hundred_cases(run, theft, court, monkeypatch):
    assert sweeps.SLICE == 100
    monkeypatch.setattr(sweeps, "SLICE", 2)
    held: list[int] = []
    score_slice = sweeps.score_slice
    monkeypatch.setattr(
        sweeps, "score_slice", lambda court_id, ids, *rest: held.append(len(ids)) or score_slice(court_id, ids, *rest)
    )  # fmt: skip
    ids = [theft(13).pk for _ in range(5)]
    assert score_closed(ids, NOW) == 5 and held == [2, 2, 1]


def test_a_sealed_case_is_scored_for_its_judge_and_is_nobodys_comparable(run, theft, judge):
    case = theft(120, sealed="juvenile")
    score_closed([case.pk], NOW)
    assert Score.objects.visible_to(judge).count() == 1
    assert not Score.objects.filter(comparables__contains=[str(case.pk)]).exists()


# --- the month -------------------------------------------------------------------------------------------------------
def batch(court, theft, ps, month="2026-06"):
    for p in ps:
        Score.objects.create(
            case=theft(None), court=court, code="months", stratum="盗窃罪", stage="closing", at=NOW, batch=month, outcome=1,
            state="scored", expected=1, p=p,
        )  # fmt: skip


def q_by_p(court, month="2026-06"):
    control(court.pk, "months", month)
    return dict(Score.objects.filter(batch=month).values_list("p", "q"))


def test_q_is_that_of_benjamini_and_hochberg_over_the_month_of_the_court(court, theft):
    batch(court, theft, [0.01, 0.04, 0.03, 0.005])
    assert q_by_p(court) == {0.005: 0.02, 0.01: 0.02, 0.03: 0.04, 0.04: 0.04}


def test_q_is_the_same_in_whatever_order_the_cases_came(court, theft):
    batch(court, theft, [0.03, 0.2, 0.01])
    control(court.pk, "months", "2026-06")
    batch(court, theft, [0.5, 0.002])
    together = q_by_p(court)
    Score.objects.all().delete()
    batch(court, theft, [0.002, 0.01, 0.5, 0.03, 0.2])
    assert q_by_p(court) == together == dict(zip([0.002, 0.01, 0.03, 0.2, 0.5], controlled([0.002, 0.01, 0.03, 0.2, 0.5]), strict=True))  # fmt: skip


def test_other_months_courts_outcomes_and_former_scores_do_not_count(court, theft):
    batch(court, theft, [0.01, 0.02])
    before = q_by_p(court)
    batch(court, theft, [0.9], month="2026-05")
    batch(Court.objects.get(code="川1503"), theft, [0.9])
    Score.objects.filter(p=0.9, batch="2026-06").update(court=Court.objects.get(code="川1503"))
    batch(court, theft, [0.8])
    Score.objects.filter(p=0.8).update(latest=False)
    assert {p: q for p, q in q_by_p(court).items() if p < 0.5} == before


def test_controlling_again_writes_nothing(court, theft):
    batch(court, theft, [0.01, 0.02, 0.4])
    control(court.pk, "months", "2026-06")
    with CaptureQueriesContext(connection) as asked:
        control(court.pk, "months", "2026-06")
    assert len(asked) == 1


def test_drafts_are_controlled_with_the_judgments_of_their_month(run, theft):
    given = theft(120)
    score_closed([given.pk], NOW)
    before = Score.objects.get().q
    for _ in range(3):
        draft_of(theft(None, closed_on=None), 13)
    after = Score.objects.get(case=given).q
    assert after > before and Score.objects.current().count() == 4


# --- how it does ---------------------------------------------------------------------------------------------------
def test_the_night_has_a_task_for_every_court_and_every_run(run, court, monkeypatch):
    courts, watched = [], []
    monkeypatch.setattr(tasks.score_court, "delay", courts.append)
    monkeypatch.setattr(tasks.watch_run, "delay", watched.append)
    assert tasks.score_judgments() == {"courts": 1, "runs": 1}
    assert (courts, watched) == ([court.pk], [run.pk]) and courts_to_score() == [court]


def test_a_court_that_fails_leaves_the_others_and_the_runs_to_their_own_tasks(run, theft, court):
    case = theft(13)
    with pytest.raises(Court.DoesNotExist):
        tasks.score_court(0)
    assert tasks.score_court(court.pk) == 1 and tasks.score_court(court.pk) == 0  # asked twice, scored once
    tasks.watch_run(run.pk)
    assert runs().get(pk=run.pk).drift["n"] == 0 and Score.objects.get().case_id == case.pk
    tasks.watch_run(0)  # superseded meanwhile


def test_a_run_is_measured_on_what_is_settled_and_it_did_not_learn_from(run, theft, court):
    for months in (12, 13, 14, 120):
        theft(months)
    score_court(court=court, at=NOW)
    assert watch_run(run, NOW)["n"] == 0  # the private days are not over: a share would tell
    Score.objects.update(at=NOW - timedelta(20))
    drift = watch_run(run, NOW)
    assert drift["n"] == 4 and (drift["coverage90"]["hits"], drift["coverage90"]["n"]) == (3, 4)
    assert drift["told"] == {} and drift == runs().get(pk=run.pk).drift
    Case.objects.filter(scores__outcome=120).update(closed_on=LEARNED_TO)
    assert watch_run(run, NOW)["n"] == 3


def test_measuring_a_run_takes_the_same_queries_and_reads_no_score_but_its_elements(run, theft, court):
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            watch_run(run, NOW)
        return [query["sql"] for query in asked.captured_queries]

    theft(13)
    score_court(court=court, at=NOW - timedelta(20))
    few = queries()
    for _ in range(12):
        theft(13)
    score_court(court=court, at=NOW - timedelta(20))
    many = queries()
    assert len(few) == len(many)
    assert not any("comparables" in sql for sql in many)


def test_scoring_a_court_takes_as_many_queries_for_the_models_part_however_many_cases(run, theft, court):
    """Telling the judge is case by case; drawing, assessing and storing are not."""

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            score_court(court=court, at=NOW)
        tables = ("cases_element", "cases_outcome", "deviation_run", "courts_court", "deviation_draft")
        return sum(any(table in query["sql"] for table in tables) and "FOR UPDATE" not in query["sql"] for query in asked.captured_queries)  # fmt: skip

    theft(13)
    few = queries()
    for _ in range(12):
        theft(13)
    assert queries() == few
