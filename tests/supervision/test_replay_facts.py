"""Facts as they were: what a replay says of a past month is what the records of that time say, and what was known then."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from cases.clocks import recompute
from cases.models import Case, Conversion, Exclusion, Extension, Party, ProcedureEvent, Restart
from catalogues import library
from supervision.facts import columns_of, refresh_facts
from supervision.models import CaseFacts, SecretFacts, Statement
from supervision.replay_counting import months_upto
from supervision.replay_facts import how_known, past_of
from supervision.replay_sql import TABLES, lay_out
from supervision.rulebook import facts as open_and_secret

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 30, 9, tzinfo=SHANGHAI)
MONTHS = months_upto(TODAY, 24)
READ = [
    "months_pending", "over_limit", "extension_n", "reassign_n", "procuratorate_protest", "petition_n", "party_flags",
    "panel_dissent", "case_type", "same_side_max",
]  # fmt: skip
CHANGE = "变更承办人"


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)


@pytest.fixture
def history(file_case, judge):
    """Three dozen cases of two years with everything that moves their facts, drawn at random."""
    draw = random.Random(7)

    def later(after: date, most: int) -> date:
        return min(after + timedelta(draw.randrange(1, most)), TODAY)

    cases = []
    for _ in range(36):
        filed_on = TODAY - timedelta(draw.randrange(20, 1000))
        closed_on = later(filed_on, 500) if draw.random() < 0.5 else None
        closed_on = None if closed_on == TODAY else closed_on
        procedure = draw.choice(["ordinary", "summary"])
        case = file_case(
            filed_on=filed_on, closed_on=closed_on, procedure=procedure, plaintiffs=draw.choice([1, 12])
        )
        until = closed_on or TODAY
        for _ in range(draw.choice([0, 0, 1, 2])):
            Extension.objects.create(
                case=case, months=draw.choice([1, 3, 6]), approved_on=later(filed_on, 300)
            )
        if draw.random() < 0.5:
            starts_on = later(filed_on, 200)
            ends_on = draw.choice([None, later(starts_on, 200)])
            Exclusion.objects.create(case=case, ground="stay", starts_on=min(starts_on, until), resumes_on=ends_on,
                                     review_on=TODAY)  # fmt: skip
        if draw.random() < 0.3 and procedure == "ordinary":
            Conversion.objects.create(
                case=case, from_procedure="summary", to_procedure="ordinary", decided_on=later(filed_on, 120)
            )
        for _ in range(draw.choice([0, 1, 2])):
            note = str(draw.random())
            ProcedureEvent.objects.create(case=case, node=CHANGE, on=later(filed_on, 400), note=note)
        if draw.random() < 0.2:
            ProcedureEvent.objects.create(case=case, node="抗诉", on=later(filed_on, 400))
        Party.objects.create(case=case, name=draw.choice(["宜宾市翠屏区人民政府", "刘一"]), standing="被告")
        stated_on = later(filed_on, 300)
        gone_on = later(stated_on, 200) if draw.random() < 0.5 else None
        for fact, value in (
            ("petition_n", draw.randrange(9)),
            ("party_flags", ["minor"]),
            ("panel_dissent", True),
        ):
            if draw.random() < 0.6:
                Statement.objects.create(
                    case=case, fact=fact, value=value, basis="材料", stated_by=judge, stated_at=moment(stated_on),
                    withdrawn_at=moment(gone_on) if gone_on else None, withdrawn_because="有误" if gone_on else "",
                )  # fmt: skip
        cases.append(case)
    bring_up_to(TODAY)
    return cases


def bring_up_to(day: date) -> None:
    recompute(None, NOW)
    refresh_facts(None, day)


def replayed(court, names=READ, months=MONTHS) -> list[dict]:
    with past_of([court.pk], names, months) as past:
        found = []
        for month in months:
            past.wind_back(month)
            found.append(past.known_in(month))
    return found


# --- every month, worked out by hand ------------------------------------------------------------------------
def test_a_month_has_the_cases_pending_in_it_with_what_had_happened_and_been_stated_by_then(history, court):
    for month, known in zip(MONTHS, replayed(court), strict=True):
        pending = [
            case for case in history
            if case.filed_on <= month.last and (case.closed_on is None or case.closed_on >= month.first)
        ]  # fmt: skip
        assert set(known) == {case.pk for case in pending}
        for case in pending:
            day = min(case.closed_on or month.last, month.last)
            expected = by_hand(case, day)
            assert {name: known[case.pk][name] for name in expected} == expected, (case.pk, month.name)


def by_hand(case: Case, day: date) -> dict:
    told = {}
    for said in Statement.objects.filter(case=case):
        gone_on = said.withdrawn_at.astimezone(SHANGHAI).date() if said.withdrawn_at else None
        if said.stated_at.astimezone(SHANGHAI).date() <= day and (gone_on is None or gone_on > day):
            told[said.fact] = said.value
    events = ProcedureEvent.objects.filter(case=case, on__lte=day)
    government = ["government"] if Party.objects.filter(case=case, name__endswith="政府").exists() else None
    return {
        "extension_n": Extension.objects.filter(case=case, approved_on__lte=day).count(),
        "reassign_n": events.filter(node=CHANGE).count(),
        "procuratorate_protest": True if events.filter(node="抗诉").exists() else None,
        "petition_n": told.get("petition_n"),
        "panel_dissent": told.get("panel_dissent"),
        "party_flags": told.get("party_flags", government),
        "case_type": "civil",
        "same_side_max": case.plaintiffs,
    }


# --- against the flat view itself -------------------------------------------------------------------------------
def test_on_the_last_day_a_replay_reads_what_the_rules_in_force_read(history, court):
    names = sorted(columns_of(CaseFacts))
    known = replayed(court, names, MONTHS[-1:])[0]
    open_now = CaseFacts.objects.filter(closed=False).values("case_id", *names)
    assert len(open_now) > 10
    for row in open_now:
        case_id = row.pop("case_id")
        assert {name: known[case_id][name] for name in names} == row


def test_in_every_past_month_it_reads_what_the_flat_view_would_have_said_on_that_day(history, court):
    moving = ["months_pending", "over_limit", "extension_n", "reassign_n", "party_flags", "petition_n"]
    said = replayed(court)
    late = 0
    for month, known in list(zip(MONTHS, said, strict=True))[1::6]:
        for row in as_if_it_were(month.last, moving):
            case_id = row.pop("case_id")
            late += bool(row["over_limit"])
            assert {name: known[case_id][name] for name in moving} == row, (case_id, month.name)
    assert late > 3


def as_if_it_were(day: date, names: list[str]) -> list[dict]:
    """The flat view of the cases open on a past day, from tables out of which everything later was taken."""
    with transaction.atomic():
        Case.objects.filter(filed_on__gt=day).delete()
        Case.objects.filter(closed_on__lte=day).delete()
        Case.objects.update(closed_on=None)
        for conversion in Conversion.objects.filter(decided_on__gt=day):
            Case.objects.filter(pk=conversion.case_id).update(procedure=conversion.from_procedure)
        Extension.objects.filter(approved_on__gt=day).delete()
        Exclusion.objects.filter(starts_on__gt=day).delete()
        Exclusion.objects.filter(resumes_on__gt=day).update(resumes_on=None)
        Restart.objects.filter(on__gt=day).delete()
        ProcedureEvent.objects.filter(on__gt=day).delete()
        Statement.objects.filter(stated_at__date__gt=day).delete()
        Statement.objects.filter(withdrawn_at__date__gt=day).update(withdrawn_at=None, withdrawn_because="")
        bring_up_to(day)
        rows = list(CaseFacts.objects.values("case_id", *names))
        transaction.set_rollback(True)
    return rows


def test_before_a_conversion_the_limit_of_the_earlier_procedure_counts(file_case, court):
    case = file_case(filed_on=date(2026, 1, 5), procedure="ordinary")
    Conversion.objects.create(
        case=case, from_procedure="summary", to_procedure="ordinary", decided_on=date(2026, 5, 20)
    )
    bring_up_to(TODAY)
    over = [known[case.pk]["over_limit"] for known in replayed(court)[-6:]]
    assert over == [False, False, False, True, False, False]


# --- what is never read -----------------------------------------------------------------------------------------
def test_no_statement_names_the_secret_facts_and_no_secret_statement_is_read(history, court, judge):
    everything = "".join(lay_out(sorted(columns_of(CaseFacts)), frozenset(), columns_of(CaseFacts)))
    secret = [field.name for field in SecretFacts._meta.concrete_fields if not field.primary_key]
    assert SecretFacts._meta.db_table not in everything and not [
        name for name in secret if name in everything
    ]
    for case in history:
        Statement.objects.filter(case=case).delete()
        Statement.objects.create(
            case=case,
            fact="petition_n",
            value=99,
            secret=True,
            basis="密",
            stated_by=judge,
            stated_at=moment(case.filed_on),
        )
    assert not [row for month in replayed(court) for row in month.values() if row["petition_n"] == 99]


def test_sealed_cases_and_those_of_other_courts_are_not_in_it(history, court, upper_court):
    one, two, *_ = [case for case in history if case.closed_on is None]
    Case.objects.filter(pk=one.pk).update(sealed="juvenile")
    Case.objects.filter(pk=two.pk).update(court=upper_court)
    known = replayed(court)[-1]
    assert known and one.pk not in known and two.pk not in known


def test_of_every_open_fact_it_is_said_of_which_day_it_is():
    said = {name: how_known(name) for name, fact in open_and_secret().items() if not fact.secret}
    assert said["over_limit"] == "day" and said["petition_n"] == "told" and said["case_type"] == "today"
    assert said["party_flags"] == "told_or_today" and said["procuratorate_protest"] == "both"
    assert set(said) == {name for name, fact in library.rule_facts().items() if not fact.secret}


def test_nothing_is_left_behind_in_the_connection(history, court):
    replayed(court)
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [list(TABLES)])
        assert not cursor.fetchall()
