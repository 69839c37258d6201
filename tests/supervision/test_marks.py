"""A confirmed flag becomes a fact of its case, unless it is secret."""

from cases.models import ProcedureEvent
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
