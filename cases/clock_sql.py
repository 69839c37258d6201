"""The clocks in SQL (期限的集合算法): text only, run by ``cases.clocks``.

``computed`` is the calculation of ``cases.deadlines`` over any relation that has the input columns of ``Clock``. The
working days come by joins: an index or a subscript per row took forty times as long. ``OFFSET 0`` keeps the planner
from writing an inner expression out once for every use of it.
"""

from __future__ import annotations

INPUTS = (
    "start_on", "start_at", "months", "days", "workdays", "hours", "backwards", "until_on", "excluded_days",
    "paused_on", "criminal", "rolls", "calendar", "mid_days",
)  # fmt: skip
OUTPUTS = (
    "state", "nominal_on", "before_roll_on", "due_on", "due_at", "remaining_at_pause", "provisional",
)  # fmt: skip
KEY = ("case_id", "rule", "turn")
CARRIED = ("kind", "edition", "problem", "met_on")
COLUMNS = (*CARRIED, *INPUTS, *OUTPUTS)

#: The corresponding day of a later month; criminal clocks stay at the month's end (刑诉解释202).
IN_MONTHS = """
    CASE WHEN r.state IN ('unknown', 'no_limit') THEN NULL
         WHEN r.months = 0 THEN r.start_on
         WHEN r.criminal AND extract(day FROM r.start_on + 1) = 1
         THEN (date_trunc('month', r.start_on::timestamp) + make_interval(months => r.months + 1))::date - 1
         ELSE (r.start_on + make_interval(months => r.months))::date END + r.days"""

#: The n-th working day after a day where the table of working days does not reach: weekends alone are off.
BY_WEEKENDS = """
    (a.counted_on - GREATEST(extract(isodow FROM a.counted_on)::int - 5, 0) + a.workdays
     + 2 * ((LEAST(extract(isodow FROM a.counted_on)::int, 5) - 1 + a.workdays) / 5))"""
ROLLED_BY_WEEKENDS = """
    b.before_roll_on + CASE extract(isodow FROM b.before_roll_on) WHEN 6 THEN 2 WHEN 7 THEN 1 ELSE 0 END"""

COUNTED = f"""
    SELECT r.*, {IN_MONTHS} AS counted_on FROM {{relation}} r OFFSET 0"""

#: ``first`` is the day after, with which the counting of working days begins; ``last`` the one it ends on.
NOMINAL = f"""
    SELECT a.*,
           CASE WHEN a.workdays > 0 THEN COALESCE(last.day, {BY_WEEKENDS}) ELSE a.counted_on END AS nominal,
           a.workdays > 0 AND a.counted_on IS NOT NULL
             AND NOT (COALESCE(first.published, false) AND COALESCE(last.published, false)) AS guessed
      FROM ({COUNTED}) a
      LEFT JOIN catalogues_workday first
             ON first.calendar = a.calendar AND first.day = CASE WHEN a.workdays > 0 THEN a.counted_on + 1 END
      LEFT JOIN catalogues_workday last
             ON last.calendar = a.calendar AND last.is_workday
            AND last.ordinal = first.ordinal - first.is_workday::int + a.workdays
    OFFSET 0"""

#: Limits in hours carry their time of day along; a day named in an approval runs out with its last minute.
MOMENT = """
    ((a.nominal + (a.start_at AT TIME ZONE 'Asia/Shanghai')::time) + make_interval(hours => a.hours))"""
EXTENDED = f"({MOMENT} + make_interval(days => a.excluded_days))"
BEFORE_ROLL = f"""
    SELECT a.*,
           CASE WHEN a.start_at IS NULL THEN a.nominal ELSE {MOMENT}::date END AS nominal_day,
           CASE WHEN a.paused_on IS NOT NULL THEN NULL
                WHEN a.start_at IS NULL THEN GREATEST(a.nominal + a.excluded_days, a.until_on)
                ELSE GREATEST({EXTENDED}::date, a.until_on) END AS before_roll_on,
           CASE WHEN a.paused_on IS NULL AND a.start_at IS NOT NULL
                THEN CASE WHEN a.until_on > {EXTENDED}::date THEN a.until_on + time '23:59' ELSE {EXTENDED} END
                     AT TIME ZONE 'Asia/Shanghai' END AS due_at
      FROM ({NOMINAL}) a
    OFFSET 0"""


def computed(relation: str) -> str:
    """One SELECT: the carried and input columns of ``relation`` and the outputs that follow from them."""
    kept = ", ".join(f"b.{name}" for name in (*KEY, *CARRIED, *INPUTS))
    return f"""
    SELECT {kept},
           CASE WHEN b.state IN ('unknown', 'no_limit') THEN b.state
                WHEN b.met_on IS NOT NULL THEN 'met'
                WHEN b.paused_on IS NOT NULL THEN 'paused' ELSE 'running' END AS state,
           b.nominal_day AS nominal_on, b.before_roll_on,
           CASE WHEN b.rolls THEN COALESCE(w.rolls_to, {ROLLED_BY_WEEKENDS}) ELSE b.before_roll_on END AS due_on,
           b.due_at,
           b.nominal_day - b.paused_on + b.excluded_days AS remaining_at_pause,
           b.guessed OR (b.rolls AND b.before_roll_on IS NOT NULL AND NOT COALESCE(w.roll_published, false)) AS provisional
      FROM ({BEFORE_ROLL.format(relation=relation)}) b
      LEFT JOIN catalogues_workday w
             ON w.calendar = b.calendar AND w.day = CASE WHEN b.rolls THEN b.before_roll_on END"""
