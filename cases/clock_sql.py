"""The clocks in SQL (期限的集合算法): text only, run by ``cases.clocks``.

``computed`` is the calculation of ``cases.deadlines`` over any relation that has the input columns of ``Clock``. Rolling
forward is a join with the laid-out calendar; the few clocks in working days look theirs up. ``OFFSET 0`` keeps the
planner from writing an inner expression out once for every use of it.
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
READ = ", ".join(f"r.{name}" for name in (*KEY, *CARRIED, *INPUTS, "state"))

#: The corresponding day of a later month. A criminal clock that starts on a month's last day ends on one (刑诉解释202):
#: the day after it is a first, and so is the day after the end. Clocks without a limit have nothing to count.
COUNTED = f"""
    SELECT {READ},
           CASE WHEN r.state = 'no_limit' THEN NULL
                WHEN r.months = 0 THEN r.start_on
                WHEN r.criminal AND date_part('day', r.start_on + 1) = 1
                THEN (r.start_on + 1 + r.months * interval '1 month')::date - 1
                ELSE (r.start_on + r.months * interval '1 month')::date END + r.days AS counted_on
      FROM {{relation}} r OFFSET 0"""

#: The n-th working day from the next day on; where the laid-out calendar does not reach, weekends alone are off.
NTH_WORKDAY = """
    COALESCE((SELECT last.day FROM catalogues_workday first
                JOIN catalogues_workday last ON last.calendar = first.calendar AND last.is_workday
                                            AND last.ordinal = first.ordinal - first.is_workday::int + a.workdays
               WHERE first.calendar = a.calendar AND first.day = a.counted_on + 1),
             a.counted_on - GREATEST(extract(isodow FROM a.counted_on)::int - 5, 0) + a.workdays
             + 2 * ((LEAST(extract(isodow FROM a.counted_on)::int, 5) - 1 + a.workdays) / 5))"""
NOMINAL = f"""
    SELECT a.*, CASE WHEN a.workdays > 0 THEN {NTH_WORKDAY} ELSE a.counted_on END AS nominal
      FROM ({COUNTED}) a OFFSET 0"""

#: Limits in hours carry their time of day along; a day named in an approval runs out with its last minute.
MOMENT = """
    ((a.nominal + (a.start_at AT TIME ZONE 'Asia/Shanghai')::time) + make_interval(hours => a.hours))"""
EXTENDED = f"({MOMENT} + make_interval(days => a.excluded_days))"
BEFORE_ROLL = f"""
    SELECT a.*,
           CASE WHEN a.start_at IS NULL THEN a.nominal ELSE {MOMENT}::date END AS nominal_on,
           CASE WHEN a.paused_on IS NOT NULL THEN NULL
                WHEN a.start_at IS NULL THEN GREATEST(a.nominal + a.excluded_days, a.until_on)
                ELSE GREATEST({EXTENDED}::date, a.until_on) END AS before_roll_on,
           CASE WHEN a.paused_on IS NULL AND a.start_at IS NOT NULL
                THEN CASE WHEN a.until_on > {EXTENDED}::date THEN a.until_on + time '23:59' ELSE {EXTENDED} END
                     AT TIME ZONE 'Asia/Shanghai' END AS due_at
      FROM ({NOMINAL}) a OFFSET 0"""

ROLLED_BY_WEEKENDS = """
    b.before_roll_on + CASE extract(isodow FROM b.before_roll_on) WHEN 6 THEN 2 WHEN 7 THEN 1 ELSE 0 END"""
IS_PUBLISHED = """
    COALESCE((SELECT p.published FROM catalogues_workday p WHERE p.calendar = b.calendar AND p.day = {day}), false)"""
COUNT_IS_GUESSED = f"""
    b.workdays > 0 AND b.counted_on IS NOT NULL
    AND NOT ({IS_PUBLISHED.format(day="b.counted_on + 1")} AND {IS_PUBLISHED.format(day="b.nominal")})"""


def computed(relation: str) -> str:
    """One SELECT: the carried and input columns of ``relation`` and the outputs that follow from them."""
    kept = ", ".join(f"b.{name}" for name in (*KEY, *CARRIED, *INPUTS))
    return f"""
    SELECT {kept},
           CASE WHEN b.state IN ('unknown', 'no_limit') THEN b.state
                WHEN b.met_on IS NOT NULL THEN 'met'
                WHEN b.paused_on IS NOT NULL THEN 'paused' ELSE 'running' END AS state,
           b.nominal_on, b.before_roll_on,
           CASE WHEN b.rolls THEN COALESCE(w.rolls_to, {ROLLED_BY_WEEKENDS}) ELSE b.before_roll_on END AS due_on,
           b.due_at,
           b.nominal_on - b.paused_on + b.excluded_days AS remaining_at_pause,
           ({COUNT_IS_GUESSED})
             OR (b.rolls AND b.before_roll_on IS NOT NULL AND NOT COALESCE(w.roll_published, false)) AS provisional
      FROM ({BEFORE_ROLL.format(relation=relation)}) b
      LEFT JOIN catalogues_workday w ON w.calendar = b.calendar AND w.day = b.before_roll_on AND b.rolls"""
