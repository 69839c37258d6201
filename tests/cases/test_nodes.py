"""Which procedural steps a case is under, and when they are done."""

from datetime import date

from cases.deadlines import extension_window
from cases.nodes import EXTENSION_STEPS, TABLE, Event, NodeClock, node_clocks
from catalogues import library

FILED = date(2026, 3, 2)


def steps(*events, category="民事", procedure="ordinary", filed_on=FILED, closed_on=None):
    found = node_clocks(
        events, category=category, procedure=procedure, filed_on=filed_on, closed_on=closed_on
    )
    return {(clock.node, clock.turn): clock for clock in found}


def on(day):
    return date(2026, 3, day)


def test_service_runs_from_filing_and_is_met_by_the_service():
    assert steps(Event("送达副本", on(6)))["N20", 0] == NodeClock("N20", 0, FILED, on(6))


def test_a_court_that_records_no_events_keeps_no_steps():
    assert steps() == {}


def test_each_hearing_starts_its_own_clock_and_the_next_hearing_ends_it():
    found = steps(
        Event("庭审结束", on(10)), Event("开庭", on(10)), Event("开庭", on(20)), Event("庭审结束", on(20))
    )
    assert found["N48", 0].met_on == on(20)
    assert found["N48", 1].met_on is None


def test_a_single_judge_does_not_deliberate():
    assert ("N51", 0) not in steps(Event("庭审结束", on(10)), procedure="summary")
    assert ("N51", 0) in steps(Event("庭审结束", on(10)))


def test_steps_of_the_trial_lapse_with_the_case_and_later_ones_stay():
    found = steps(Event("庭审结束", on(10)), Event("生效", on(25)), closed_on=on(20))
    assert ("N51", 0) not in found
    assert ("N20", 0) not in found
    assert found["N90", 0] == NodeClock("N90", 0, on(20), None)
    assert found["N91", 0].start_on == on(25)


def test_a_judgment_pronounced_in_court_is_sent_within_days_and_otherwise_at_once():
    assert ("N58", 0) in steps(Event("宣判", on(20), "当庭宣判"))
    assert ("N60", 0) in steps(Event("宣判", on(20)))
    assert ("N59", 0) in steps(Event("宣判", on(20), "当庭宣判"), category="刑事")


def test_an_event_named_by_the_steps_own_code_meets_it():
    assert steps(Event("庭审结束", on(10)), Event("N51", on(12)))["N51", 0].met_on == on(12)


def test_every_step_is_one_of_the_catalogue_and_within_its_scope():
    nodes = library.nodes()
    for rule in TABLE:
        scope = nodes[rule.node][-1].scope
        assert scope == ("全部",) or (rule.categories and set(rule.categories) <= set(scope)), rule


def test_the_days_to_ask_for_an_extension_are_those_of_the_single_case():
    nodes = {code: versions[-1] for code, versions in library.nodes().items()}
    due = date(2024, 7, 15)
    for category, steps_taken in EXTENSION_STEPS.items():
        window = extension_window(category, due, nodes)
        found = [due.toordinal() - (nodes[node].n or 0) for node in steps_taken]
        expected = [day for day in (window.apply_by, window.decide_by) if day]
        assert found == [day.toordinal() for day in expected]
