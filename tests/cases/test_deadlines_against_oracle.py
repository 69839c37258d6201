"""Five thousand random clocks, counted again day by day by an oracle that shares no code with ``cases``.

The oracle reads the numbers of the law from the catalogue and nothing else of ours: months come from dateutil, holidays
from chinesecalendar, and excluded days are counted one by one.
"""

import random
from datetime import date, datetime, timedelta

import chinese_calendar
from dateutil.relativedelta import relativedelta

from cases.deadlines import answer, calculate
from cases.due_records import Law, precision_of, read_clock
from catalogues import library

LIMITS = {key: versions[-1] for key, versions in library.time_limits().items()}
NODES = {key: versions[-1] for key, versions in library.nodes().items()}
GROUNDS = {key: versions[-1] for key, versions in library.grounds().items()}
ONE_DAY = timedelta(days=1)
COMPARED = (
    "state",
    "start",
    "nominal",
    "excluded_days",
    "before_roll",
    "due",
    "remaining_days",
    "level",
    "calendar",
)


# --- the oracle -------------------------------------------------------------------------------------
class Calendar:
    def __init__(self):
        self.guessed = False

    def works(self, day):
        if 2004 <= day.year <= 2026:
            return chinese_calendar.is_workday(day)
        self.guessed = True
        return day.weekday() < 5


def iso(text):
    return date.fromisoformat(text)


def categories_of(name):
    return (LIMITS[name].category,) if name in LIMITS else NODES[name].scope


def months_later(day, months, criminal):
    if months and criminal and (day + ONE_DAY).day == 1:
        return day + relativedelta(months=months, day=31)
    return day + relativedelta(months=months)


def nominal(record, start, extensions, calendar):
    """Where the limit ends before any exclusion: a date, or a moment for hours; None without a limit."""
    name = record["limit"]
    rule = LIMITS.get(name) or NODES[name]
    n, unit = rule.n, rule.unit
    sign = -1 if name in NODES and rule.direction == "before" else 1
    criminal = rule.counting == "criminal" if name in LIMITS else rule.scope == ("刑事",)
    day = start.date() if isinstance(start, datetime) else start
    months = days = workdays = 0
    if unit in (None, "times", "timely"):
        return None
    if unit == "before_event":
        day = iso(record["event_on"]) - ONE_DAY
    elif unit == "by_procedure":
        months = rule.first if record["procedure"] == "first" else rule.second
    elif unit in ("month", "year"):
        months = sign * n * (12 if unit == "year" else 1)
    elif unit == "day":
        days = sign * n
    elif unit == "workday":
        workdays = n
    if name in LIMITS:
        days += rule.plus_days
    for extension in extensions:
        months += extension.get("months", 0)
        days += extension.get("days", 0)
        workdays += extension.get("workdays", 0)
    day = months_later(day, months, criminal) + timedelta(days=days)
    while workdays:
        day += ONE_DAY
        workdays -= calendar.works(day)
    if unit == "hour":
        return datetime.combine(day, start.time()) + timedelta(hours=n)
    return day


def rolls(record):
    name = record["limit"]
    if name in NODES:
        return NODES[name].direction == "after" and NODES[name].unit in ("day", "month", "year")
    rule = LIMITS[name]
    if rule.unit in ("hour", "workday", "before_event"):
        return False
    return rule.roll == "yes" or (rule.roll == "if_not_detained" and not record.get("detained"))


def excluded_days(record, start):
    """The days that do not run, one by one, and the first day of the earliest open pause."""
    intervals, pauses = [], []
    for exclusion in record.get("exclusions", []):
        ground = GROUNDS[exclusion["ground"]]
        if ground.mode in ("local_rule", "no_effect"):
            continue
        first, last = iso(exclusion["from"]), exclusion["to"] and iso(exclusion["to"])
        if ground.max_n:
            furthest = first + (
                relativedelta(months=ground.max_n)
                if ground.max_unit == "month"
                else timedelta(days=ground.max_n)
            )
            last = min(last or furthest, furthest)
        if last is None:
            pauses.append(first)
        else:
            intervals.append((first, last))
    pause = min(pauses, default=None)
    stopped = set()
    for first, last in intervals:
        while first < last:
            if first >= start and (pause is None or first < pause):
                stopped.add(first)
            first += ONE_DAY
    return len(stopped), pause


def stage(record, start, due, today):
    if today > due:
        return "overdue"
    strict = set(categories_of(record["limit"])) <= {"刑事", "行政"}
    for name, days in (("urgent", 5), ("mid", 15 if strict else 30)):
        begins = due - timedelta(days=days)
        if begins >= start and today >= begins:
            return name
    length = (due - start).days
    return "early" if length >= 0 and (today - start).days * 3 >= length * 2 else "none"


def day(moment):
    return moment.date() if isinstance(moment, datetime) else moment


def oracle(record):
    calendar = Calendar()
    hours = (LIMITS.get(record["limit"]) or NODES[record["limit"]]).unit == "hour"
    read = datetime.fromisoformat if hours else iso
    restarts = [read(each["on"]) for each in record.get("restarts", [])]
    start = max(restarts, default=read(record["start"]))
    extensions = [
        each for each in record.get("extensions", []) if not restarts or iso(each["approved_on"]) > day(start)
    ]
    end = nominal(record, start, extensions, calendar)
    count, pause = excluded_days(record, day(start))
    said = {"start": start, "nominal": end, "excluded_days": count, "before_roll": None, "due": None}
    if end is None:
        said |= {"state": "no_limit", "remaining_days": None, "level": "none"}
    elif pause is not None:
        said |= {"state": "paused", "remaining_days": (day(end) - pause).days + count, "level": "paused"}
    else:
        before = end + timedelta(days=count)
        untils = [iso(each["until"]) for each in extensions if "until" in each]
        if untils and max(untils) > day(before):
            before = (
                datetime.combine(max(untils), datetime.min.time().replace(hour=23, minute=59))
                if hours
                else max(untils)
            )
        due = before
        while rolls(record) and not calendar.works(due):
            due += ONE_DAY
        today = iso(record["as_of"])
        said |= {
            "state": "running",
            "before_roll": before,
            "due": due,
            "remaining_days": (day(due) - today).days,
        }
        said["level"] = stage(record, day(start), day(due), today)
    said["calendar"] = "provisional" if calendar.guessed else "published"
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}


# --- the clocks -------------------------------------------------------------------------------------
def fits(ground, name):
    return any(category in ("全部", *ground.scope) for category in categories_of(name))


def random_day(dice):
    # Month ends and the weeks around them are where the rules differ, so they come often.
    found = date(2003, 6, 1) + timedelta(days=dice.randrange(8900))
    return found + relativedelta(day=31) if dice.random() < 0.3 else found


def random_exclusion(dice, around, ground):
    first = around + timedelta(days=dice.randint(-60, 260))
    still_open = dice.random() < 0.12
    last = (
        None
        if still_open
        else (first + timedelta(days=dice.choice([0, 1, 9, 10, 11, 30, 31, 45, 120]))).isoformat()
    )
    return {"ground": ground, "from": first.isoformat(), "to": last}


def random_extension(dice, around, *, dated):
    extension = dice.choice(
        [
            {"months": dice.randint(1, 6)},
            {"days": dice.randint(1, 60)},
            {"months": 1, "days": 15},
            {"workdays": dice.randint(1, 12)},
            {"until": (around + timedelta(days=dice.randint(1, 500))).isoformat()},
        ]
    )
    if dated or dice.random() < 0.5:
        extension = {**extension, "approved_on": (around + timedelta(days=dice.randint(0, 300))).isoformat()}
    return extension


def random_record(dice, name):
    around = random_day(dice)
    hours = (LIMITS.get(name) or NODES[name]).unit == "hour"
    clock_time = f"T{dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02}" if hours else ""
    usable = sorted(key for key, ground in GROUNDS.items() if fits(ground, name))
    excluding = [key for key in usable if GROUNDS[key].mode != "restart"]
    restarting = [key for key in usable if GROUNDS[key].mode == "restart"]
    restarts = [
        {"ground": key, "on": (around + timedelta(days=dice.randint(0, 90))).isoformat() + clock_time}
        for key in restarting
        if dice.random() < 0.2
    ]
    return {
        "id": name,
        "limit": name,
        "start": around.isoformat() + clock_time,
        "detained": dice.random() < 0.4,
        "procedure": dice.choice(["first", "second"]),
        "event_on": (around + timedelta(days=dice.randint(1, 60))).isoformat(),
        "exclusions": [random_exclusion(dice, around, key) for key in excluding if dice.random() < 0.25],
        "extensions": [
            random_extension(dice, around, dated=bool(restarts)) for _ in range(dice.choice([0, 0, 1, 2]))
        ],
        "restarts": restarts,
        "as_of": (around + timedelta(days=dice.randint(-10, 400))).isoformat(),
    }


def test_five_thousand_random_clocks_agree_with_the_oracle():
    dice = random.Random(20240115)
    law, calendar = Law({**LIMITS, **NODES}, GROUNDS), library.work_calendar()
    names = sorted(law.limits)
    states, levels = set(), set()
    for number in range(5_000):
        record = random_record(dice, names[number % len(names)])
        found = calculate(read_clock(record, law), calendar)
        said = answer(found, iso(record["as_of"]), precision_of(record["start"]))
        assert {name: said[name] for name in COMPARED} == oracle(record), record
        assert said["because"]
        states.add(said["state"])
        levels.add(said["level"])
    assert states == {"running", "paused", "no_limit"}
    assert levels == {"none", "early", "mid", "urgent", "overdue", "paused"}
