"""Plans and scenarios for the tests: the worked example of four courts, and random ones."""

from random import Random

from quota.need import CourtInput

HOURS = {"civ_sum": 6, "civ_ord": 16, "cri_sum": 5, "cri_ord": 20, "adm": 18, "enf": 4}
BETAS = {"area": 0.05, "pop": 0.02, "gdp": 0.02, "eth": 0.05, "exp": -0.04, "closed": 0.02}
STAFFING = {"A": 52, "B": 34, "C": 26, "D": 120}
FORECAST = {
    "A": {"civ_sum": 1200, "civ_ord": 300, "cri_sum": 150, "cri_ord": 80, "adm": 40, "enf": 1000},
    "B": {"civ_sum": 600, "civ_ord": 150, "cri_sum": 90, "cri_ord": 40, "adm": 15, "enf": 500},
    "C": {"civ_sum": 300, "civ_ord": 90, "cri_sum": 60, "cri_ord": 30, "adm": 10, "enf": 260},
    "D": {"civ_sum": 3000, "civ_ord": 900, "cri_sum": 300, "cri_ord": 200, "adm": 150, "enf": 3200},
}
CONTEXT = {
    "A": {"area": 2000, "pop": 50, "gdp": 4.0, "eth": 0.20, "exp": 8, "closed": 180},
    "B": {"area": 2600, "pop": 28, "gdp": 3.2, "eth": 0.45, "exp": 7, "closed": 150},
    "C": {"area": 4200, "pop": 16, "gdp": 2.4, "eth": 0.80, "exp": 5, "closed": 110},
    "D": {"area": 800, "pop": 90, "gdp": 8.4, "eth": 0.10, "exp": 10, "closed": 240},
}
NEED = {"A": 14.2729, "B": 7.3720, "C": 4.4651, "D": 39.7783}
CLIP = (0.85, 1.15)
SETTINGS = {
    "judge_days_per_year": 215, "case_hours_per_day": 6, "cap_ratio": 0.39, "court_floor": 3, "ceiling_ratio": 0.45,
    "reserve_ratio": 0.05, "adjustment_low": 0.85, "adjustment_high": 1.15, "change_limit": 0.10,
    "pressure_high": 1.25, "pressure_low": 0.75,
}  # fmt: skip


def worked_courts():
    return [CourtInput(code, FORECAST[code], CONTEXT[code], STAFFING[code]) for code in "ABCD"]


def worked_plan(**changes):
    """The plan of the batch contract, with ``None`` for what is to be left out."""
    plan = {
        "judge_year_hours": 1290, "hours_per_case": HOURS, "forecast": FORECAST, "context": CONTEXT,
        "staffing": STAFFING, "seats": 65, **changes,
    }  # fmt: skip
    return {name: value for name, value in plan.items() if value is not None}


def worked_inputs(**changes):
    """The same four courts as a scenario: two prefectures, the forecast with an interval of a tenth to either side."""
    courts = [
        {
            "code": code, "name": f"{code}县法院", "level": 4, "group": "东" if code in "AB" else "西",
            "staffing": STAFFING[code], "sitting": 3, "last_seats": None, "context": CONTEXT[code],
            "forecast": {
                kind: {"total": n, "low": n * 0.9, "high": n * 1.1} for kind, n in FORECAST[code].items()
            },
        }
        for code in "ABCD"
    ]  # fmt: skip
    return {
        "courts": courts, "hours": HOURS, "settings": SETTINGS, "betas": BETAS, "method": "largest_remainder",
        "levels": 1, "levers": {}, **changes,
    }  # fmt: skip


def random_plan(random: Random, most: int = 40, *, floors: int = 1):
    """Needs, floors, ceilings and a total that they can hold; now and then equal needs, and courts without any."""
    codes = [f"c{place:03}" for place in range(random.randint(1, most))]
    draw = random.choice(
        [lambda: random.lognormvariate(2, 1), lambda: float(random.randint(0, 6)), lambda: 2.5]
    )
    needs = {code: draw() for code in codes}
    low = {code: random.randint(floors and 1, 3) for code in codes}
    high = {code: low[code] + random.randint(0, 30) for code in codes}
    return random.randint(sum(low.values()), sum(high.values())), needs, low, high
