"""What releasing a version would change today (施行前的差异): open cases newly hit, no longer hit, and flags left without a hit.

Computed when whoever releases asks for it, kept with the version, and looked at before it can be put in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from audit import trail
from courts.clock import today
from courts.models import User
from courts.reach import court_and_below
from predicates.language import Condition, Misread, facts_of
from predicates.queries import codes_query
from supervision.evidence import digest_sql, digested_sql
from supervision.lifecycle import ENDED_BY_DECISION, OPEN
from supervision.models import Flag, RuleVersion
from supervision.replay_counting import DRAFT, MOST_CASES, STANDING
from supervision.replay_result import applies_in
from supervision.rule_approval import COMPARE, counts_of, digest_of, replaced_by
from supervision.rule_guard import APPROVED, SUBMITTED, locked, refuse, refuse_unless_approver
from supervision.rulebook import RuleBook, condition_of, rulebooks
from supervision.screening_sql import OPEN_TABLE, quoted, where_of

#: Facts have moved when the counts are off by more than this share of what was looked at, and by more than a few.
MOVED_SHARE, A_FEW = 0.1, 5
NOT_SEALED = "NOT EXISTS (SELECT FROM cases_case c WHERE c.id = case_id AND c.sealed <> '')"
#: The screening proposes anew what was decided on other evidence: a rule that reads one fact more has other evidence.
AGAIN = f"""
SELECT count(*) FROM (
    SELECT DISTINCT ON (f.case_id) f.case_id, f.state, f.evidence_hash FROM supervision_flag f
     WHERE f.rule_id = %s AND f.case_id = ANY(%s) AND NOT f.born_secret
     ORDER BY f.case_id, f.state IN ({quoted(OPEN)}) DESC, f.proposed_at DESC) last
  JOIN supervision_casefacts cf USING (case_id)
 WHERE last.state IN ({quoted(ENDED_BY_DECISION)}) AND last.evidence_hash <> {{digest}}"""


@transaction.atomic
def compare_version(*, version: RuleVersion, by: User, at: datetime) -> RuleVersion:
    """Work out what the version changes and keep it, so that it can be looked at and the version released."""
    refuse_unless_approver(by, version, COMPARE)
    version = locked(version)
    if version.secret:
        refuse("涉密规则不比较案件。", COMPARE, on=version, by=by)
    if version.status not in (SUBMITTED, APPROVED):
        refuse("只有已提交或者已批准的版本需要比较。", COMPARE, on=version, by=by)
    version.difference = difference(version, today())
    version.save(update_fields=["difference"])
    trail.record(COMPARE, on=version, by=by, at=at, because=str(version), after=counts_of(version.difference))
    return version


def difference(version: RuleVersion, day: date) -> dict[str, Any]:
    """The open cases of every court that screens by the rule, as their facts stand: what the version hits otherwise."""
    standing = replaced_by(version)
    hits: dict[int, set[str]] = {}
    for book in books_of(version, day):
        for case_id, codes in hits_in(book, version, standing):
            hits[case_id] = set(codes)
    new = sorted((case for case, codes in hits.items() if STANDING not in codes), reverse=True)
    lost = sorted((case for case, codes in hits.items() if DRAFT not in codes), reverse=True)
    return {
        "hash": digest_of(version),
        "against": standing.pk if standing else None,
        "on": str(day),
        "new": len(new),
        "lost": len(lost),
        "kept": len(hits) - len(new) - len(lost),
        "flags": flags_on(version, lost).count(),
        "again": proposed_again(version, [case for case, codes in hits.items() if DRAFT in codes]),
        "new_cases": new[:MOST_CASES],
        "lost_cases": lost[:MOST_CASES],
    }


def books_of(version: RuleVersion, day: date) -> list[RuleBook]:
    """The books of the courts where the rule is screened by."""
    courts = court_and_below(version.rule.court_id) if version.rule.court_id else None
    return [book for book in rulebooks(day, courts) if applies_in(version, book)]


def hits_in(
    book: RuleBook, version: RuleVersion, standing: RuleVersion | None
) -> Iterable[tuple[int, list[str]]]:
    rules: dict[str, Condition] = {}
    for code, one in ((DRAFT, version), (STANDING, standing)):
        try:
            rules |= {code: condition_of(one, book.parameters)} if one else {}
        except Misread:
            continue  # it hits nothing in these courts, as when they are screened
    where = f"{where_of(book.court_ids, None)} AND {NOT_SEALED}"
    with connection.cursor() as cursor:
        cursor.execute(codes_query(rules, book.parameters, table=OPEN_TABLE, where=where))
        return list(cursor.fetchall())


def flags_on(version: RuleVersion, case_ids: list[int]) -> Any:
    """The open flags of the rule on these cases; they would stand without a hit."""
    return Flag.objects.filter(rule=version.rule_id, state__in=OPEN, secret=False, case__in=case_ids)


def proposed_again(version: RuleVersion, case_ids: list[int]) -> int:
    """How many of the cases it hits somebody has decided to leave out, and would be asked about once more."""
    if version.mode == "manual" or not case_ids:
        return 0
    digest = digest_sql(digested_sql(facts_of(condition_of(version))))
    with connection.cursor() as cursor:
        cursor.execute(AGAIN.format(digest=digest), [version.rule_id, case_ids])
        (count,) = cursor.fetchone()
    return int(count)


def has_moved(version: RuleVersion) -> bool:
    """Whether the cases have changed so much since the difference was looked at that it should be looked at again."""
    said = version.difference or {}
    now = difference(version, today())
    off = sum(abs(now[name] - said.get(name, 0)) for name in ("new", "lost", "flags"))
    seen = sum(said.get(name, 0) for name in ("new", "lost", "flags"))
    return off > max(A_FEW, MOVED_SHARE * seen)
