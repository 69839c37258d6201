"""A confirmed flag becomes a fact of its case, unless it is secret."""

import pytest

from audit.trail import Refused
from cases.models import ProcedureEvent
from cases.services import record_event, withdraw_fact
from courts.clock import today
from supervision import flags


def marks(case):
    return ProcedureEvent.objects.filter(case=case, node="四类案件确认", withdrawn_at=None).count()


def test_a_confirmed_flag_is_a_fact_of_its_case_until_it_is_revoked(make_flag, division_head, now):
    flag = make_flag()
    assert marks(flag.case) == 0
    flag = flags.confirm_flag(flag=flag, by=division_head, at=now)
    assert marks(flag.case) == 1
    flags.revoke_flag(flag=flag, reason_code="not_the_category", reason="经核实", by=division_head, at=now)
    assert marks(flag.case) == 0


def test_a_secret_flag_leaves_no_fact_behind(make_flag, president, now):
    flag = make_flag(code="D01", secret=True)
    flags.confirm_flag(flag=flag, by=president, at=now)
    assert marks(flag.case) == 0


def test_two_flags_are_one_fact_and_one_revoked_leaves_it(make_flag, division_head, now):
    first = make_flag()
    second = make_flag(case=first.case, code="B02")
    first = flags.confirm_flag(flag=first, by=division_head, at=now)
    flags.confirm_flag(flag=second, by=division_head, at=now)
    assert marks(first.case) == 1
    flags.revoke_flag(flag=first, reason_code="not_the_category", reason="经核实", by=division_head, at=now)
    assert marks(first.case) == 1


def test_the_fact_stands_on_no_timeline_and_in_no_answer(client, make_flag, division_head, judge, now):
    flag = flags.confirm_flag(flag=make_flag(), by=division_head, at=now)
    client.force_login(judge)
    assert "四类案件确认" not in client.get(f"/cases/{flag.case.pk}/").content.decode()
    assert "四类案件确认" not in client.get(f"/api/v1/cases/{flag.case.pk}/").content.decode()


def test_nobody_enters_or_takes_back_the_fact_by_hand(make_flag, division_head, judge, now):
    flag = flags.confirm_flag(flag=make_flag(), by=division_head, at=now)
    with pytest.raises(Refused, match="不能在此登记或撤销"):
        record_event(case=flag.case, node="四类案件确认", on=today(), by=judge, at=now)
    mark = ProcedureEvent.objects.get(case=flag.case, node="四类案件确认")
    with pytest.raises(Refused, match="不能在此登记或撤销"):
        withdraw_fact(fact=mark, reason="误录", by=judge, at=now)
