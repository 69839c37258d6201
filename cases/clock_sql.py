"""The clocks in SQL (期限的集合算法): text only, run by ``cases.clocks``.

``computed`` is the calculation of ``cases.deadlines`` over any relation that has the input columns of ``Clock``; it needs
the parameters and the CTE ``layout`` of ``cases.layouts``. A join with the laid-out calendar cost eight times the scan of
the table, a byte of it per row costs next to nothing.
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


def _roll(day: str) -> str:
    """How many days a day is rolled forward, plus 128 where an unpublished year was looked at."""
    return f"get_byte((SELECT rolls FROM layout), {day} - r.origin)"


def _word(table: str, place: str) -> str:
    """Two bytes of a table as a number."""
    table = f"(SELECT {table} FROM layout)"
    return f"(get_byte({table}, 2 * ({place})) * 256 + get_byte({table}, 2 * ({place}) + 1))"


#: The day from which the places in the layout of a clock's calendar count. Facts with days beyond it are refused.
ORIGIN = """
    CASE WHEN r.calendar = 0 THEN %(layout_first)s::date
         ELSE %(layout_first)s::date - %(layout_days)s * array_position((SELECT calendars FROM layout), r.calendar) END"""
#: The corresponding day of a later month, from a table that repeats every four years; a criminal clock that starts on a
#: month's last day ends on one (刑诉解释202). Beyond the table the general rule, in which such a clock counts from the first.
COUNTED_ON = """
    CASE WHEN r.months BETWEEN 0 AND %(layout_months)s
         THEN r.start_on + 28 * r.months + get_byte((SELECT adds FROM layout),
              CASE WHEN r.criminal THEN r.months + %(layout_months)s + 1 ELSE r.months END * 1461
              + (r.start_on - %(layout_first)s::date) %% 1461)
         WHEN r.criminal AND date_part('day', r.start_on + 1) = 1
         THEN (r.start_on + 1 + make_interval(months => r.months))::date - 1
         ELSE (r.start_on + make_interval(months => r.months))::date END + r.days"""
#: The n-th working day from the next day on.
NTH_WORKDAY = f"""
    %(layout_first)s::date + {_word("nth", f"%(layout_first)s::date - r.origin + {_word('ordinals', 'r.counted_on - r.origin')} + r.workdays - 1")}"""
IN_WORKDAYS = f"CASE WHEN r.workdays > 0 THEN {NTH_WORKDAY} ELSE r.counted_on END"
#: Limits in hours carry their time of day along.
MOMENT = (
    f"(({IN_WORKDAYS} + (r.start_at AT TIME ZONE 'Asia/Shanghai')::time) + make_interval(hours => r.hours))"
)
GUESSED = f"r.workdays > 0 AND GREATEST({_roll('r.counted_on + 1')}, {_roll(NTH_WORKDAY)}) >= 128"

COUNTED = f"SELECT {READ}, {ORIGIN} AS origin, {COUNTED_ON} AS counted_on FROM {{relation}} r"
NOMINAL_ON = f"""
           CASE WHEN r.workdays = 0 AND r.start_at IS NULL THEN r.counted_on
                WHEN r.start_at IS NULL THEN {IN_WORKDAYS} ELSE {MOMENT}::date END"""
ENDED = f"""
    SELECT {READ}, r.origin, {NOMINAL_ON} AS nominal_on,
           CASE WHEN r.paused_on IS NULL THEN {NOMINAL_ON} + r.excluded_days END AS excluded_on,
           CASE WHEN r.start_at IS NOT NULL AND r.paused_on IS NULL THEN {MOMENT} END AS ends_at,
           {GUESSED} AS guessed
      FROM ({COUNTED}) r"""
#: An empty second branch keeps the planner from writing the expressions of the first out again for every use of them
#: below. It costs nothing, where ``OFFSET 0`` would also keep the statement on one core.
ONCE = f"""
    {ENDED} UNION ALL
    SELECT {READ}, NULL::date, NULL::date, NULL::date, NULL::timestamp, false FROM {{relation}} r WHERE false"""

KEPT = ", ".join(f"r.{name}" for name in (*KEY, *CARRIED, *INPUTS))
#: A paused clock has no ``excluded_on`` (and was given no ``until_on``), and so no end.
BEFORE_ROLL = "GREATEST(r.excluded_on, r.until_on)"
#: Most days lie within the published years, and there is nothing to look up for them.
MAY_BE_UNKNOWN = """
    (r.until_on IS NOT NULL OR r.excluded_on NOT BETWEEN %(layout_known_from)s AND %(layout_known_until)s)"""
#: A day named in an approval runs out with its last minute.
COMPUTED = f"""
    SELECT {KEPT},
           CASE WHEN r.state IN ('unknown', 'no_limit') THEN r.state
                WHEN r.met_on IS NOT NULL THEN 'met'
                WHEN r.paused_on IS NOT NULL THEN 'paused' ELSE 'running' END AS state,
           r.nominal_on, {BEFORE_ROLL} AS before_roll_on,
           CASE WHEN r.rolls THEN {BEFORE_ROLL} + ({_roll(BEFORE_ROLL)} & 127) ELSE {BEFORE_ROLL} END AS due_on,
           CASE WHEN r.ends_at IS NOT NULL
                THEN CASE WHEN r.until_on > r.excluded_on THEN r.until_on + time '23:59'
                          ELSE r.ends_at + make_interval(days => r.excluded_days) END AT TIME ZONE 'Asia/Shanghai' END AS due_at,
           r.nominal_on - r.paused_on + r.excluded_days AS remaining_at_pause,
           r.guessed OR (r.rolls AND {MAY_BE_UNKNOWN} AND {_roll(BEFORE_ROLL)} >= 128) IS TRUE AS provisional
      FROM ({ONCE}) r"""


def computed(relation: str) -> str:
    """One SELECT: the carried and input columns of ``relation`` and the outputs that follow from them."""
    return COMPUTED.format(relation=relation)
