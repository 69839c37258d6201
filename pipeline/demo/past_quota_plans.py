"""How the demo court came to its quota (演示员额方案): figures, a time study, forecasts, scenarios, a plan published, one waiting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from django.db.models import Count, Window
from django.db.models.functions import RowNumber

from cases.models import Case
from catalogues.selectors import law_in_use
from courts.models import Court, Posting
from pipeline.demo.living import Past, person
from pipeline.demo.past_quota_people import POLITICS, PRESIDENT, SOURCE, courts
from pipeline.demo.people import UPPER
from quota.diaries import DiaryRow, receive_diary
from quota.figures import enter_figure
from quota.forecasting import forecast_filings
from quota.kinds import Kinds
from quota.measuring_hours import ask_for_measurement, run_measurement
from quota.models import Plan, Scenario, Study
from quota.plans import publish_plan, submit_plan
from quota.scenarios import make_scenario, vary_scenario
from quota.studies import close_study, open_study

#: Square kilometres, people in ten thousands, product a head in ten thousand yuan, share of minorities.
PLACES = {
    "川15": (13266, 462, 8.2, 0.024), "川1502": (1123, 122, 11.4, 0.006), "川1503": (705, 34, 9.6, 0.005),
    "川1504": (2570, 92, 8.9, 0.006), "川1523": (948, 42, 6.8, 0.006), "川1524": (1000, 36, 6.7, 0.005),
    "川1525": (1323, 40, 5.9, 0.012), "川1526": (1150, 35, 5.7, 0.081), "川1527": (1256, 33, 6.1, 0.046),
    "川1528": (1379, 37, 5.2, 0.138), "川1529": (1531, 25, 4.9, 0.036),
}  # fmt: skip
YEARS = 3
#: Staffing a head of the people at work, of which the quota may be so small a share that not every need is met.
STAFFING = 0.97
GROWTH = 0.012
STUDY = "六周工时测算"
WEEKS = 6
#: So many cases of a kind were timed; so much longer than the catalogue's default they took.
TIMED = 150
UNFINISHED = 40
SLOWER = 1.32
SPREAD = 0.45
PARTS = {"reading": 0.19, "pretrial": 0.10, "hearing": 0.23, "drafting": 0.33, "service": 0.15}
PANEL = {
    "reading": 0.18,
    "pretrial": 0.09,
    "hearing": 0.22,
    "deliberation": 0.12,
    "drafting": 0.28,
    "service": 0.11,
}
ENFORCEMENT = {"enforcement": 0.68, "drafting": 0.12, "service": 0.20}
SITTING = 300  # minutes; longer work is spread over days
SURGE = {"surge": [{"type": "all", "ratio": 0.15}]}
FAST = {"fast_track": {"share": 0.5, "hours_ratio": 0.7, "types": ["civ_sum", "cri_sum"]}}


# --- figures -------------------------------------------------------------------------------------------------
def tell_figures(past: Past, day: date) -> None:
    """Three years of what each court is like."""
    people = dict(
        Posting.objects.filter(ends_on=None, court__in=courts())
        .values("court").annotate(n=Count("user", distinct=True)).order_by().values_list("court", "n")
    )  # fmt: skip
    for court in courts():
        area, population, gdp, minorities = PLACES[court.code or UPPER]
        for back in range(YEARS - 1, -1, -1):
            figures = {
                "staffing": max(round(people[court.pk] * STAFFING * (1 - GROWTH * back)), 1), "area": float(area),
                "population": round(population * (1 - 0.003 * back), 1), "gdp": round(gdp * (1 - 0.055 * back), 2),
                "minorities": minorities, "experience": round(9.5 + past.rng.uniform(-2, 3) - 0.3 * back, 1),
                "closed": round(past.rng.uniform(150, 215) - 6 * back, 1), "source": SOURCE,
            }  # fmt: skip
            year = day.year - back
            past.did(enter_figure, court=court, year=year, figures=figures, by=person(POLITICS))


# --- hours ---------------------------------------------------------------------------------------------------
def measure_time(past: Past) -> None:
    """Judges wrote down their minutes for six weeks in spring; hours were measured from them."""
    ends_on = past.day - timedelta(days=30)
    about = {"name": STUDY, "starts_on": ends_on - timedelta(days=7 * WEEKS - 1), "ends_on": ends_on}
    court, by = Court.objects.get(code=UPPER), person(POLITICS)
    study = past.did(open_study, court=court, by=by, **about)
    if study is None:
        return
    for own, rows in diaries(past.rng, study).items():
        received = receive_diary(rows=rows, court=own, allowed=None, batch_id=None)
        past.done["diary_rows"] += received.created
    past.did(close_study, study=study, by=by)
    asked = past.did(ask_for_measurement, court=court, method="diary", study=study, by=by)
    if asked:
        run_measurement(asked.pk, lambda: past.at)


def diaries(rng: Random, study: Study) -> dict[Court, list[DiaryRow]]:
    """The minutes of cases that came and went in those weeks, and of some that did not end in them."""
    kinds = Kinds(law_in_use().quotas.hours_of(study.court_id, study.ends_on))
    known = {court.pk: court for court in courts()}
    found: dict[Court, list[DiaryRow]] = defaultdict(list)
    for case in timed_cases(study):
        kind = kinds.of(case.category, case.procedure, case.type_code)
        if kind is not None:
            hours = kind.hours * SLOWER * rng.lognormvariate(-SPREAD * SPREAD / 2, SPREAD)
            found[known[case.court_id]] += entries(rng, case, hours, study)
    return found


def timed_cases(study: Study) -> list[Case]:
    """The first so many of every kind, in an order that says nothing of their courts."""
    cases = Case.objects.filter(
        court__in=courts(), sealed="", judge__isnull=False, filed_on__gte=study.starts_on, filed_on__lte=study.ends_on
    ).select_related("judge")  # fmt: skip
    each = Window(RowNumber(), partition_by=("category", "procedure"), order_by=("serial", "pk"))
    ended = cases.filter(closed_on__lte=study.ends_on).annotate(place=each).filter(place__lte=TIMED)
    going_on = cases.filter(closed_on__gt=study.ends_on).annotate(place=each).filter(place__lte=UNFINISHED)
    return [*ended.order_by("pk"), *going_on.order_by("pk")]


def entries(rng: Random, case: Case, hours: float, study: Study) -> Iterator[DiaryRow]:
    """The hours by element, each on the days it took; of a case that went on only what fell in those weeks."""
    parts = ENFORCEMENT if case.category == "执行" else PANEL if case.members else PARTS
    last = min(case.closed_on or study.ends_on, study.ends_on)
    days = (last - case.filed_on).days + 1
    done = len(parts) if case.closed_on and case.closed_on <= study.ends_on else len(parts) // 2 + 1
    for place, (element, share) in enumerate(list(parts.items())[:done]):
        minutes = max(round(hours * 60 * share * rng.uniform(0.8, 1.2)), 5)
        first = (days - 1) * place // len(parts)
        for sitting in range(-(-minutes // SITTING)):
            on = case.filed_on + timedelta(days=min(first + sitting, days - 1))
            some = min(minutes - sitting * SITTING, SITTING)
            if sitting and on == last:
                break
            yield DiaryRow(case.number, case.judge.staff_no, element, on, some)


# --- scenarios and plans ---------------------------------------------------------------------------------------
def foresee(past: Past) -> None:
    past.did(forecast_filings, courts=courts(), on=past.day, by=person(POLITICS))


def plan_this_year(past: Past) -> None:
    """What was calculated for this year is put forward by the political department."""
    year = past.day.year
    note = "以现有编制、收案预测和实测工时为基准"
    base = calculate(past, year, f"{year}年度基准测算", note)
    if base:
        reason = f"按收案预测和实测工时核定{year}年度员额，全市总量不超过编制的法定比例。"
        past.did(submit_plan, scenario=base, reason=reason, by=person(POLITICS))


def publish_this_year(past: Past) -> None:
    plan = Plan.objects.filter(state="submitted").first()
    if plan:
        past.did(publish_plan, plan=plan, decision="同意，按方案执行。", by=person(PRESIDENT))


def calculate(past: Past, year: int, name: str, note: str) -> Scenario | None:
    court = Court.objects.get(code=UPPER)
    made: Scenario | None = past.did(
        make_scenario, court=court, year=year, name=name, note=note, by=person(POLITICS)
    )
    return made


def plan_next_year(past: Past) -> None:
    """The base of the next year, and what a surge of filings or fast tracks would change."""
    year, by = past.day.year + 1, person(POLITICS)
    base = calculate(past, year, f"{year}年度基准测算", "以本年度员额为起点")
    if base is None:
        return
    past.did(vary_scenario, base=base, levers=SURGE, name="收案增加一成半", note="各类收案均增加15%", by=by)
    fast = past.did(
        vary_scenario, base=base, levers=FAST, name="简案速裁分流", by=by,
        note="半数简易案件由速裁团队（1+2+2）办理，用时减为七成",
    )  # fmt: skip
    if fast:
        reason = f"简案半数分流到速裁团队后，{year}年度员额向收案多的法院倾斜，请审批。"
        past.did(submit_plan, scenario=fast, reason=reason, by=by)


def live_plans(past: Past, place: int) -> None:
    if place == 1:
        plan_this_year(past)
    elif place == 2:
        publish_this_year(past)
    elif place == 21:
        plan_next_year(past)
