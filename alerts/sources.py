"""What is watched (预警来源): every source is one function that returns a SELECT of watched periods.

A period is ``(case_id, court_id, category, procedure, kind, clock, turn, start_on, due_on)``; the first four are ``CASE``.
A source reads ``cases_case c`` and keeps to the condition ``cases`` on it: the cases of one change, of one court, or all.
``start_on`` null: nothing is known of a beginning, so no stage is too early. What a ladder says of the kind decides the
stage; ``alerts.services`` raises and closes. To add one, see CONTRIBUTING.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from json import dumps
from typing import Any

from alerts import policy
from alerts.models import NodeWatch
from cases.law_rows import ground_rows
from catalogues.selectors import law_in_use
from supervision.models.measures import NO_SUPERVISION

CASE = "c.id AS case_id, c.court_id, c.category, c.procedure"
EVERY_NODE = "all"
LONGEST_NAME = 40  # of a clock, in its column


@dataclass(frozen=True)
class Select:
    """The text of a SELECT, and the values of the parameters it names beside ``day``."""

    text: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A source in the registry. ``gone`` is SQL: why an alert ``a`` is closed whose period is no longer watched."""

    kinds: tuple[str, ...]
    select: Callable[[str, date], Select]
    moved: str
    gone: str


SOURCES: list[Source] = []


def source(
    *kinds: str, gone: str, moved: str = "期限已变更或取消"
) -> Callable[[Callable[[str, date], Select]], Callable[[str, date], Select]]:
    """Enter a function into the registry, with the words for what becomes of its alerts."""

    def enter(select: Callable[[str, date], Select]) -> Callable[[str, date], Select]:
        SOURCES.append(Source(kinds, select, moved, gone))
        return select

    return enter


STATE_OF_CLOCK = """
    CASE (SELECT k.state FROM cases_clock k WHERE k.case_id = a.case_id AND k.rule = a.clock AND k.turn = a.turn)
         WHEN 'met' THEN '已完成' WHEN 'paused' THEN '已停表' WHEN 'running' THEN '不再监控' ELSE '期限已变更或取消' END"""
STATE_OF_CASE = "CASE WHEN (SELECT closed_on FROM cases_case c WHERE c.id = a.case_id) IS NULL THEN '{}' ELSE '已结案' END"


@source("statutory", "derived", "node", gone=STATE_OF_CLOCK)
def clocks(cases: str, day: date) -> Select:
    """The running clocks (审限、派生期限、节点期限). A day counted back (倒算) has no beginning of its own."""
    wanted = watched_nodes(day)
    text = f"""
        SELECT {CASE}, k.kind, k.rule AS clock, k.turn,
               CASE WHEN k.backwards THEN NULL ELSE k.start_on END AS start_on, k.due_on
          FROM cases_clock k JOIN cases_case c ON c.id = k.case_id
         WHERE k.state = 'running' AND k.due_on IS NOT NULL AND {cases} AND {wanted.text}"""
    return Select(text, wanted.given)


@source("stalled", moved="案件已有新进展", gone=STATE_OF_CASE.format("案件已有新进展或已停表"))
def stalled(cases: str, day: date) -> Select:
    """Open cases in which nothing has happened for longer than is usual after the same event (停滞)."""
    return Select(f"""
        SELECT {CASE}, 'stalled', 'stalled', 0, m.moved_on, m.due_on
          FROM alerts_movement m JOIN cases_case c ON c.id = m.case_id
         WHERE {cases}""")


@source("pause", moved="复核日已变更", gone=STATE_OF_CASE.format("已恢复计时或撤销"))
def pauses(cases: str, day: date) -> Select:
    """Open pauses (未恢复的停表): their reason is looked at again on the review day, lest they hide an overdue case."""
    text = f"""
        SELECT {CASE}, 'pause', left('pause:' || x.ground, {LONGEST_NAME}),
               (SELECT count(*)::int FROM cases_exclusion earlier
                 WHERE earlier.case_id = x.case_id AND earlier.ground = x.ground AND earlier.id < x.id
                   AND earlier.resumes_on IS NULL AND earlier.withdrawn_at IS NULL),
               x.starts_on, COALESCE(x.review_on, x.starts_on + %(pause_review_days)s)
          FROM cases_exclusion x
          JOIN jsonb_to_recordset(%(stopping)s) AS g(ground text, valid_from date, valid_until date)
            ON g.ground = x.ground AND x.starts_on >= g.valid_from AND x.starts_on < g.valid_until
          JOIN cases_case c ON c.id = x.case_id
         WHERE x.resumes_on IS NULL AND x.withdrawn_at IS NULL AND c.closed_on IS NULL AND {cases}"""
    rows = ground_rows(law_in_use())
    stopping = [row for row in rows if row["max_days"] is None and row["max_months"] is None]
    return Select(
        text,
        {"stopping": dumps(stopping), "pause_review_days": policy.setting("pause_review_days", day)},
    )


# --- what waits for somebody in supervision: never what is secret ------------------------------------
# None has a beginning here: whoever must act is told from the first day on.
DONE = STATE_OF_CASE.format("已办理")
#: A court's own rule may bear the code of a national one.
RULE = f"left(r.code || COALESCE('@' || r.court_id, ''), {LONGEST_NAME - len('flag_up:')})"


@source("flag", "flag_up", gone=DONE, moved="已转上一级")
def flags(cases: str, day: date) -> Select:
    """Proposed flags (标识待确认), with the division first, and what rose to the leaders (逾期、有争议)."""
    return Select(f"""
        SELECT {CASE}, w.kind, w.kind || ':' || {RULE}, f.level, NULL::date, f.due_on
          FROM supervision_flag f JOIN supervision_rule r ON r.id = f.rule_id JOIN cases_case c ON c.id = f.case_id,
               LATERAL (SELECT CASE WHEN f.level > 0 OR f.state = 'DISPUTED' THEN 'flag_up' ELSE 'flag' END AS kind) w
         WHERE f.state IN ('PROPOSED', 'EXPIRED', 'DISPUTED') AND NOT f.secret AND f.due_on IS NOT NULL AND {cases}""")


@source("idle", gone=DONE)
def idle(cases: str, day: date) -> Select:
    """Confirmed flags under which nothing has been done yet (怠于监管)."""
    text = f"""
        SELECT {CASE}, 'idle', 'idle:' || {RULE}, 0, NULL::date, f.first_measure_due_on
          FROM supervision_flag f JOIN supervision_rule r ON r.id = f.rule_id JOIN cases_case c ON c.id = f.case_id
         WHERE f.state = 'CONFIRMED' AND NOT f.secret AND f.first_measure_due_on IS NOT NULL AND {cases}
           AND NOT EXISTS (SELECT FROM supervision_measure m WHERE m.flag_id = f.id AND m.state <> ALL(%(no_supervision)s))"""
    return Select(text, {"no_supervision": list(NO_SUPERVISION)})


@source("measure", "answer", gone=DONE)
def measures(cases: str, day: date) -> Select:
    """Measures the panel has yet to reply to, and replies the supervisor has yet to answer: a clock on either side."""
    return Select(f"""
        SELECT {CASE}, w.kind, w.kind || ':' || m.code, m.ordinal, NULL::date, w.due_on
          FROM supervision_measure m JOIN supervision_flag f ON f.id = m.flag_id JOIN cases_case c ON c.id = m.case_id,
               LATERAL (SELECT 'measure' AS kind, m.reply_due_on AS due_on WHERE m.state = 'open'
                        UNION ALL SELECT 'answer', m.answer_due_on WHERE m.state = 'replied') w
         WHERE NOT f.secret AND w.due_on IS NOT NULL AND {cases}""")


@source("letter", gone=DONE)
def letters(cases: str, day: date) -> Select:
    """Letters sent about a case that nobody has replied to (监督函待回复)."""
    return Select(f"""
        SELECT {CASE}, 'letter', 'letter:' || l.kind || '@' || l.court_id || '-' || l.year, l.serial, NULL::date, l.reply_due_on
          FROM supervision_letter l JOIN supervision_lettercase n ON n.letter_id = l.id JOIN cases_case c ON c.id = n.case_id
         WHERE l.state IN ('SENT', 'READ', 'REJECTED_REPLY', 'OVERDUE') AND l.reply_due_on IS NOT NULL AND {cases}""")


@source("contest", gone=DONE)
def contests(cases: str, day: date) -> Select:
    """Judges' objections to a deviation that nobody has decided yet (偏离异议待决定). Filing one shows the notice."""
    return Select(f"""
        SELECT {CASE}, 'contest', 'contest:' || n.code || COALESCE('@' || n.party_id, ''), 0, NULL::date, o.due_on
          FROM deviation_contest o JOIN deviation_notice n ON n.id = o.notice_id JOIN cases_case c ON c.id = n.case_id
         WHERE o.decided_at IS NULL AND n.disclosed_at IS NOT NULL AND {cases}""")


def watched_nodes(day: date) -> Select:
    """A condition on a clock ``k`` of a case ``c``: no node, or one of the set its court has switched on (监控组)."""
    usual = policy.word("node_profile", day)
    if usual == EVERY_NODE and not NodeWatch.objects.exclude(profile=EVERY_NODE).exists():
        return Select("true")
    profile = "COALESCE((SELECT n.profile FROM alerts_nodewatch n WHERE n.court_id = c.court_id), %(usual_profile)s)"
    text = f"""(k.kind <> 'node' OR {profile} = '{EVERY_NODE}' OR ({profile}, c.category, k.rule) IN (
        SELECT profile, category, rule FROM jsonb_to_recordset(%(monitored)s) AS m(profile text, category text, rule text)))"""
    return Select(text, {"usual_profile": usual, "monitored": dumps(monitored_rows(), ensure_ascii=False)})


def monitored_rows() -> list[dict[str, str]]:
    """Which steps' limits each set watches, in which categories."""
    return [
        {"profile": profile, "category": category, "rule": rule}
        for node in law_in_use().monitored.values()
        for profile in node.profiles
        for category in node.categories
        for rule in node.limits
    ]


# --- what concerns no case -------------------------------------------------------------------------
@dataclass(frozen=True)
class HousePeriod:
    """Something a court must see to that is about no case. Its ladder decides the stage as for a case."""

    kind: str
    clock: str
    start_on: date
    due_on: date


HOUSE_SOURCES: list[Callable[[date], list[HousePeriod]]] = []


def house_source(find: Callable[[date], list[HousePeriod]]) -> Callable[[date], list[HousePeriod]]:
    """Enter a function into the registry of what the highest courts of the house must see to."""
    HOUSE_SOURCES.append(find)
    return find


@house_source
def missing_calendars(day: date) -> list[HousePeriod]:
    """Years whose holiday notice (放假安排) should be catalogued: this one, and late in the year the next."""
    month = policy.setting("calendar_warn_month", day)
    years = [day.year] + ([day.year + 1] if day.month >= month else [])
    national = law_in_use().national
    return [
        HousePeriod("calendar", f"calendar:{year}", date(year - 1, month, 1), date(year - 1, 12, 31))
        for year in years
        if not national.is_published(year)
    ]
