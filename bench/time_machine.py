"""A draft rule held against the last 24 months: so many cases pending at every month-end, with the other rules of the book.

Part of ``bench rules``, over the facts it has drawn. The docket turns over: five times as many cases as are pending at any
time have come and gone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from random import Random
from typing import Any

from bench.harness import Peer, measure
from catalogues import library
from predicates.language import compile_condition, facts_of, resolved, write_condition

SAMPLE, TURNOVER, MONTHS = 2_000, 5, 24
#: Whether a body of a rule holds for a case, by the oracle of ``bench rules``.
Oracle = Callable[[dict[str, Any], dict[str, Any]], bool]
DAY = date(2026, 6, 30)
FLOOR = "counting the cases pending in each of the months"

#: Filed over thirty months, pending for up to a year, half a year on average.
CASES = """
INSERT INTO cases_case (number, number_received, court_id, members, readers, named, year, type_code, category, serial, cause,
                        cause_code, procedure, "limit", region, filed_on, closed_on, closed_how, detained, sealed, entered, origin)
SELECT 'bench ' || n, '', court.id, '{}', '{}', '{}', 2026, '民初', '民事', n, '民间借贷纠纷', '', 'ordinary', '', '四川省宜宾市',
       filed_on, CASE WHEN filed_on + stay <= %(day)s THEN filed_on + stay END, '', false, '', '{}', 'feed'
  FROM (SELECT n, %(day)s::date - (random() * 913)::int AS filed_on, 1 + (random() * 365)::int AS stay
          FROM generate_series(1, %(rows)s) n) drawn
  JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM courts_court WHERE code LIKE '川15%%' LIMIT 10) court
    ON court.place = n %% 10;
ANALYZE cases_case"""

#: One case in twelve had its limit extended, one in twenty was paused, one in ten changed hands; two more events each.
HAPPENED = """
INSERT INTO cases_extension (case_id, months, days, workdays, approved_on, approver, reason, origin)
SELECT id, 3, 0, 0, filed_on + 150, '', '', 'feed' FROM cases_case WHERE id %% 12 = 0 AND filed_on + 150 <= LEAST(closed_on, %(day)s);
INSERT INTO cases_exclusion (case_id, ground, starts_on, resumes_on, review_on, reason, origin)
SELECT id, 'stay', filed_on + 40, filed_on + 90, %(day)s, '', 'feed' FROM cases_case
 WHERE id %% 20 = 0 AND filed_on + 90 <= LEAST(closed_on, %(day)s);
INSERT INTO cases_procedureevent (case_id, node, "on", note, origin)
SELECT id, node, filed_on + days, '', 'feed' FROM cases_case
 CROSS JOIN (VALUES ('变更承办人', 60, 10), ('送达副本', 12, 1), ('开庭', 30, 1)) AS events(node, days, every)
 WHERE id %% every = 0 AND filed_on + days <= LEAST(closed_on, %(day)s);
INSERT INTO cases_clock (case_id, kind, rule, turn, start_on, months, days, workdays, hours, backwards, excluded_days, criminal,
                         rolls, calendar, mid_days, state, due_on, provisional, problem, met_on)
SELECT c.id, 'statutory', 'civ_first_ordinary', 0, c.filed_on, 6 + COALESCE(e.months, 0), 0, 0, 0, false,
       CASE WHEN p.case_id IS NULL THEN 0 ELSE 50 END, false, true, 0, 30, CASE WHEN c.closed_on IS NULL THEN 'running' ELSE 'met' END,
       c.filed_on + 183 + COALESCE(e.months, 0) * 30 + CASE WHEN p.case_id IS NULL THEN 0 ELSE 50 END, false, '', c.closed_on
  FROM cases_case c LEFT JOIN cases_extension e ON e.case_id = c.id LEFT JOIN cases_exclusion p ON p.case_id = c.id"""

#: The facts of ``bench rules``; what has to be stated was stated some weeks after filing.
KNOWN = """
INSERT INTO supervision_casefacts (case_id, court_id, closed, as_of, {names})
SELECT c.id, c.court_id, c.closed_on IS NOT NULL, COALESCE(c.closed_on, %(day)s), {names} FROM cases_case c JOIN bench_facts b ON b.case_id = c.serial;
INSERT INTO supervision_statement (id, case_id, fact, value, secret, basis, stated_by_id, capacity, stated_at, withdrawn_because)
SELECT row_number() OVER (), c.id, said.key, said.value, false, '材料', %(user)s, '', c.filed_on + 30 + (c.id %% 60)::int, ''
  FROM cases_case c JOIN bench_facts b ON b.case_id = c.serial CROSS JOIN LATERAL jsonb_each(to_jsonb(b)) said
 WHERE said.key = ANY(%(stated)s) AND said.value <> 'null'"""
FLOOR_SQL = "SELECT count(*) FROM cases_case WHERE filed_on <= '{last}' AND (closed_on IS NULL OR closed_on >= '{first}') AND sealed = ''"


def measure_time_machine(cursor: Any, oracle: Oracle, pending: int) -> int:
    """Measure and print; how many cases are answered otherwise than by hand. ``bench_facts`` holds enough cases."""
    from supervision.replay_counting import months_upto
    from supervision.replay_result import replayed

    version, courts = prepare(cursor, pending * TURNOVER)
    months = months_upto(DAY, MONTHS)
    floor = ";".join(FLOOR_SQL.format(first=month.first, last=month.last) for month in months)
    result = replayed(version=version, court_ids=courts, months=months)
    mismatches, facts = compare(version, courts, months, oracle)
    measure(
        "rules: time machine over 24 months",
        rows=sum(result["pending"]),
        ours=partial(replayed, version=version, court_ids=courts, months=months),
        floor=FLOOR,
        floor_work=partial(cursor.execute, floor),
        peers=one_by_one(facts),
        mismatches=mismatches,
    )
    return mismatches


def prepare(cursor: Any, rows: int) -> tuple[Any, list[int]]:
    """The docket, the shipped rules in force, and a draft of one of them with another number."""
    from django.core.management import call_command
    from django.utils import timezone

    from courts.models import User
    from supervision.facts import columns_of, stated_facts
    from supervision.models import CaseFacts, RuleVersion

    call_command("publish_rules", verbosity=0)
    user = User.objects.create(username="bench")
    given = {"rows": rows, "day": DAY, "user": user.pk, "stated": sorted(stated_facts())}
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'bench_facts'")
    names = sorted({name for (name,) in cursor.fetchall()} & set(columns_of(CaseFacts)))
    cursor.execute("SET enable_indexonlyscan = on")
    for statement in (
        *CASES.split(";"),
        *HAPPENED.split(";"),
        *KNOWN.format(names=", ".join(names)).split(";"),
    ):
        cursor.execute(statement, given)
    for table in (
        "cases_case",
        "cases_clock",
        "cases_procedureevent",
        "cases_extension",
        "supervision_casefacts",
        "supervision_statement",
    ):
        cursor.execute(f"VACUUM ANALYZE {table}")
    old = RuleVersion.objects.select_related("rule").get(rule__code="B01", status="in_force")
    draft = RuleVersion(
        rule=old.rule, number=2, status="draft", name=old.name, stage=old.stage, mode=old.mode, severity=old.severity,
        condition={"all": [old.condition, {"f": "months_pending", "op": "gte", "v": 2}]}, drafted_at=timezone.now(),
    )  # fmt: skip
    cursor.execute("SELECT DISTINCT court_id FROM cases_case")
    return draft, [court for (court,) in cursor.fetchall()]


def one_by_one(facts: list[dict[str, Any]]) -> dict[str, Peer]:
    compiled = [
        compile_condition(rule.condition, library.rule_parameters()) for rule in library.supervision_rules() if not rule.secret
    ]  # fmt: skip
    sample = facts[:SAMPLE]

    def answer() -> list[list[bool]]:
        return [[holds(known) for holds in compiled] for known in sample]

    return {"predicates.language (one by one, facts at hand)": Peer(len(sample), answer)}


def compare(version: Any, courts: list[int], months: Any, oracle: Oracle) -> tuple[int, list[dict[str, Any]]]:
    """How many cases of some months differ from what is worked out by hand: their facts from the rows, and their hits."""
    from supervision.replay_facts import past_of
    from supervision.rulebook import rulebook_of

    book = rulebook_of(courts[0], DAY)
    rules = book.part(secret=False)
    names = sorted(
        {name for rule in rules.values() for name in facts_of(rule)} | set(facts_of_draft(version))
    )
    bodies = {code: write_condition(resolved(rule, book.parameters)) for code, rule in rules.items()}
    wrong, some = 0, []
    with past_of(courts, names, months) as past:
        for month in (months[3], months[17]):
            past.wind_back(month)
            rows, _ = past.ask(month, courts, rules, (), book.parameters)
            hits = {case: set(codes) for case, _, codes in rows}
            known = past.known_in(month)
            wrong += sum(
                hits.get(case, set()) != {code for code, body in bodies.items() if oracle(body, facts)}
                for case, facts in known.items()
            )
            sample = Random(1).sample(sorted(known), min(SAMPLE, len(known)))
            wrong += sum(differs(case, known[case], month) for case in sample)
            some = list(known.values())
    return wrong, some


def facts_of_draft(version: Any) -> tuple[str, ...]:
    from supervision.rulebook import condition_of

    return facts_of(condition_of(version))


def differs(case_id: int, known: dict[str, Any], month: Any) -> bool:
    """Whether the facts that move with the day are others than the rows of the case say."""
    from cases.models import Case, Extension, ProcedureEvent
    from supervision.models import Statement

    case = Case.objects.get(pk=case_id)
    day = min(filter(None, (case.closed_on, month.last)))
    by_hand = {
        "extension_n": Extension.objects.filter(case=case_id, approved_on__lte=day).count(),
        "reassign_n": ProcedureEvent.objects.filter(case=case_id, node="变更承办人", on__lte=day).count(),
        "petition_n": next(
            (said.value for said in Statement.objects.filter(case=case_id, fact="petition_n", stated_at__date__lte=day)), None
        ),
    }  # fmt: skip
    return any(known[name] != value for name, value in by_hand.items() if name in known)
