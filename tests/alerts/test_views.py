"""The alert pages."""

from datetime import date

import pytest
from django.utils import timezone

from alerts.services import raise_alerts
from cases.clocks import recompute

pytestmark = pytest.mark.django_db


@pytest.fixture
def alerted(file_case):
    def create(n=1, **fields):
        cases = [file_case(**({"filed_on": date(2020, 1, 6)} | fields)) for _ in range(n)]
        ids = [case.pk for case in cases]
        recompute(ids, timezone.now())
        raise_alerts(ids, date(2026, 6, 30), timezone.now())
        return cases

    return create


def test_the_list_shows_the_worst_first(client, judge, alerted):
    alerted(filed_on=date(2026, 2, 20))
    (late,) = alerted()
    client.force_login(judge)
    page = client.get("/alerts/").content.decode()
    assert late.number in page
    assert page.index("■") < page.index("●")


def test_a_stage_can_be_picked(client, judge, alerted):
    (late,) = alerted()
    client.force_login(judge)
    assert late.number in client.get("/alerts/?stage=overdue").content.decode()
    assert late.number not in client.get("/alerts/?stage=urgent").content.decode()


def test_another_court_sees_nothing(client, outsider, alerted):
    (case,) = alerted()
    client.force_login(outsider)
    assert case.number not in client.get("/alerts/").content.decode()
    assert client.get(f"/alerts/case/{case.pk}/").status_code == 404


def test_the_case_page_gets_its_alerts_as_a_fragment(client, judge, alerted):
    (case,) = alerted()
    client.force_login(judge)
    part = client.get(f"/alerts/case/{case.pk}/").content.decode()
    assert "<html" not in part
    assert "民事一审普通" in part or "普通程序" in part


def test_the_list_costs_the_same_however_long(client, judge, alerted, costs_the_same):
    client.force_login(judge)
    alerted(2)
    costs_the_same(lambda: client.get("/alerts/"), grow=lambda: alerted(20))
