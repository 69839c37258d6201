"""Which cases the rules hit (四类案件识别): of those that changed, or of all that are open.

A rule book is screened in two statements: one over the open facts, and one for the rules that read secret facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from json import dumps
from typing import Any

from django.db import connection, transaction

from audit import trail
from audit.models import Entry
from cases.models import Case
from catalogues.selectors import law_in_use
from supervision import log
from supervision.evidence import used
from supervision.flags import close_flags_of
from supervision.lifecycle import LIVE, OPEN
from supervision.models import CaseFacts, Flag
from supervision.rulebook import RuleBook, rulebooks
from supervision.screening_sql import quoted, screen_sql
from supervision.turns import take_screening_turn

PROPOSE = "supervision.propose_flag"
#: As whoever writes about a flag holds its case first.
HOLD = f"""
SELECT FROM cases_case WHERE id IN (SELECT case_id FROM supervision_flag WHERE state IN ({quoted(OPEN)}) {{bound}})
 ORDER BY id FOR NO KEY UPDATE"""


@dataclass(frozen=True)
class Raised:
    """A flag a statement has just proposed."""

    id: int
    case_id: int
    court_id: int
    rule_id: int
    is_sealed: bool


@transaction.atomic
def screen_cases(case_ids: Sequence[int] | None, today: date, at: datetime) -> dict[str, int]:
    """Propose what the rules hit among these cases (None: all open ones), and let the open flags follow.

    Their facts must be up to date. Doing it twice is the same as once. Live flags of cases closed since end with them.
    """
    ids = None if case_ids is None else sorted(set(case_ids))
    counts = Counter(raised=0, changed=0, lapsed=0, closed=0)
    if ids == []:
        return dict(counts)
    take_screening_turn()
    with connection.cursor() as cursor:
        cursor.execute(
            HOLD.format(bound="" if ids is None else "AND case_id = ANY(%s)"), [ids] if ids else None
        )
    courts = courts_with_open_cases(ids)
    for book in rulebooks(today, courts):
        for secret in (False, True):
            counts.update(screen_book(book, ids, today, at, secret=secret))
    counts["closed"] = close_flags(ids, at)
    return dict(counts)


def courts_with_open_cases(case_ids: list[int] | None) -> list[int]:
    facts = CaseFacts.objects.filter(closed=False)
    if case_ids is not None:
        facts = facts.filter(case__in=case_ids)
    return list(facts.order_by().values_list("court_id", flat=True).distinct())


def screen_book(
    book: RuleBook, case_ids: list[int] | None, today: date, at: datetime, *, secret: bool
) -> dict[str, int]:
    """The rules of one book over the cases of its courts; the secret ones, or all others."""
    codes = book.part(secret=secret)
    if secret and not codes:
        return {}
    given = {
        "rules": dumps([rule_row(book, code) for code in codes], ensure_ascii=False),
        "due": dumps(due_rows(book.court_ids, today)),
        "secret_rules": [book.versions[code].rule_id for code in book.part(secret=True)],
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(screen_sql(book, secret=secret, case_ids=case_ids), given)
        rows = cursor.fetchall()
    raised = [Raised(*row[:5]) for row in rows if row[0] is not None]
    tell_of(raised, book, at, secret=secret)
    return {"raised": len(raised), "changed": rows[0][5], "lapsed": rows[0][6]}


def rule_row(book: RuleBook, code: str) -> dict[str, Any]:
    """What the statement must know of a rule beside its condition."""
    version, condition = book.versions[code], book.conditions[code]
    return {
        "code": code,
        "rule": version.rule_id,
        "version": version.pk,
        "edition": version.content_hash,
        "category": version.rule.category,
        "proposes": version.mode != "manual",
        "params": used(condition, book.parameters),
    }


def due_rows(court_ids: Sequence[int], today: date) -> list[dict[str, Any]]:
    """The last day to confirm what is proposed today, by court; the calendar is asked once per calendar and number."""
    law = law_in_use()
    days: dict[tuple[int, int], str] = {}
    rows = []
    for court_id in court_ids:
        n = int(law.supervision_setting("confirm_days", court_id, today))
        key = (law.calendar_id(court_id), n)
        if key not in days:
            days[key] = law.calendar(court_id).add_workdays(today, n).isoformat()
        rows.append({"court": court_id, "due_on": days[key]})
    return rows


def tell_of(raised: Sequence[Raised], book: RuleBook, at: datetime, *, secret: bool) -> None:
    """The trail and the log of what was proposed."""
    versions = {version.rule_id: version for version in book.versions.values()}
    trail.record_many([entry_of(flag, versions, at, secret=secret) for flag in raised])
    log.write_many(
        log.Line(
            case_id=flag.case_id,
            court_id=flag.court_id,
            act=PROPOSE,
            at=at,
            secret=secret,
            flag_code=versions[flag.rule_id].rule.code,
            basis=versions[flag.rule_id].basis,
            content=versions[flag.rule_id].name,
        )
        for flag in raised
    )


def entry_of(flag: Raised, versions: Mapping[int, Any], at: datetime, *, secret: bool) -> Entry:
    version = versions[flag.rule_id]
    return Entry(
        act=PROPOSE,
        at=at,
        actor="系统",
        about=Flag._meta.label_lower,
        about_id=flag.id,
        case_id=flag.case_id,
        court_id=flag.court_id,
        because=version.name,
        after={"flag": version.rule.code, "state": "PROPOSED", "version": version.number},
        secret=secret or flag.is_sealed,
    )


def close_flags(case_ids: list[int] | None, at: datetime) -> int:
    """End the live flags of cases that are closed; how many."""
    live = Flag.objects.filter(state__in=LIVE).exclude(case__closed_on=None)
    if case_ids is not None:
        live = live.filter(case__in=case_ids)
    ended = sorted(set(live.values_list("case", flat=True)))
    cases = Case.objects.filter(pk__in=ended).select_related("court").order_by("pk") if ended else []
    return sum(len(close_flags_of(case=case, at=at)) for case in cases)
