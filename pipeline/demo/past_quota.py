"""The demo court's last weeks of quota (演示员额): who sits, what cases weigh, what was planned, drawn, reported and paid."""

from __future__ import annotations

from random import Random

from django.db import connection, transaction

from courts.models import FixedDay
from pipeline.demo import past_quota_cases, past_quota_duty, past_quota_people, past_quota_plans
from pipeline.demo.living import Past
from pipeline.demo.past import WEEKS, workdays_up_to
from quota.models import CaseWeight, QuotaJudge
from quota.weighing import weigh_cases

#: Seeds of lots are promised days before anybody knows of the cases.
PROMISED = 12


@transaction.atomic
def live_the_quota() -> dict[str, int]:
    """Five weeks of quota through the services people use: what was done how often. Nothing where it stands already."""
    fixed = FixedDay.objects.first()
    if fixed is None or QuotaJudge.objects.exists():
        return {}
    days = list(workdays_up_to(fixed.day, WEEKS * 5))
    past = Past(Random(f"quota {fixed.day} {fixed.seed}"), days[0])
    past.on(days[0])
    begin(past, fixed)
    for place, day in enumerate(days[1:], start=1):
        past.on(day)
        past_quota_plans.live_plans(past, place)
        past_quota_people.live_selection(past, place)
        past_quota_people.leave_some(past, place)
        past_quota_duty.live_circulars(past, place, fixed.day)
        past_quota_duty.live_subsidies(past, place, fixed.day)
        if place == PROMISED:
            for on in (days[-1], fixed.day):
                past_quota_cases.promise(past, on)
    past_quota_cases.draw_yesterday(past)
    past_quota_cases.decide_classes(past, fixed.day)
    past.on(fixed.day)
    past_quota_cases.begin_today(past)
    past_quota_cases.find_slow(past)
    return dict(past.done)


def begin(past: Past, fixed: FixedDay) -> None:
    """Everything weighed in one statement; people seated and shared out; figures, hours and forecasts known."""
    past.done["weights"] = weigh_cases(None, past.at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"ANALYZE {CaseWeight._meta.db_table}"
        )  # or every plan takes the table for an empty one
    past_quota_people.seat_judges(past)
    past_quota_people.share_time(past, fixed.day)
    past_quota_people.form_teams(past, fixed.day)
    past_quota_plans.tell_figures(past, fixed.day)
    past_quota_plans.measure_time(past)
    past_quota_plans.foresee(past)
