"""While a person is away somebody looks after their cases: sees them, and writes nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from cases.guard import may_on
from cases.models import Case
from cases.services import record_event
from courts.clock import today
from courts.models import Court, Division, StandIn, User
from courts.roles import Permission
from courts.stand_ins import arrange_stand_in, end_stand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(post, court):
    """A judge of another division of the same court."""
    return post("judge", "李法官", division=Division.objects.create(court=court, name="民事审判第二庭"))


@pytest.fixture
def arrange(judge, colleague):
    """``arrange()``: the judge is away today and the colleague looks after the cases; fields may be overridden."""

    def create(**fields) -> StandIn:
        wanted = {
            "person": judge, "stand_in": colleague, "starts_on": today(), "ends_on": today() + timedelta(days=9),
            "reason": "年休假", "by": judge, "at": timezone.now(),
        }  # fmt: skip
        return arrange_stand_in(**wanted | fields)

    return create


def sees(user: User, case: Case) -> bool:
    return Case.objects.visible_to(User.objects.get(pk=user.pk)).filter(pk=case.pk).exists()


def test_the_stand_in_sees_the_open_cases_of_who_is_away(file_case, arrange, colleague):
    case = file_case()
    assert not sees(colleague, case)
    arrange()
    assert sees(colleague, case)


def test_a_sealed_or_closed_case_or_one_the_person_does_not_judge_stays_hidden(
    file_case, arrange, colleague, post
):
    arrange()
    assert not sees(colleague, file_case(sealed="juvenile"))
    assert not sees(colleague, file_case(closed_on=today()))
    assert not sees(colleague, file_case(judge=post("judge", "赵法官")))


@pytest.mark.parametrize(("starts", "ends"), [(1, 5), (-5, -1)])
def test_it_holds_on_its_days_alone(file_case, judge, colleague, starts, ends):
    day = today()
    StandIn.objects.create(
        person=judge, stand_in=colleague, starts_on=day + timedelta(days=starts), ends_on=day + timedelta(days=ends),
        reason="出差", created_at=timezone.now(),
    )  # fmt: skip
    assert not sees(colleague, file_case())


def test_it_lapses_when_the_stand_in_leaves_the_court(file_case, arrange, colleague):
    arrange()
    colleague.postings.update(court=Court.objects.get(code="川1503"), division=None)
    assert not sees(colleague, file_case())


def test_it_lapses_when_the_away_person_leaves_the_court(file_case, arrange, judge, colleague):
    arrange()
    judge.postings.update(court=Court.objects.get(code="川1503"), division=None)
    assert not sees(colleague, file_case())


def test_cases_of_the_away_person_at_another_court_stay_hidden(file_case, arrange, colleague):
    arrange()
    assert not sees(colleague, file_case(court=Court.objects.get(code="川1503"), division=None))


def test_it_ends_when_it_is_ended_and_twice_is_the_same_as_once(file_case, arrange, judge, colleague, now):
    arranged = arrange()
    for _ in range(2):
        end_stand_in(stand_in=arranged, by=judge, at=now)
    assert not sees(colleague, file_case())
    assert Entry.objects.filter(act="courts.end_stand_in").count() == 1


def test_the_stand_in_writes_nothing(file_case, arrange, colleague, now):
    case = file_case()
    arrange()
    stand_in = User.objects.get(pk=colleague.pk)
    assert not any(may_on(stand_in, permission, case) for permission in Permission)
    with pytest.raises(Refused):
        record_event(case=case, node="开庭", on=today(), by=stand_in, at=now)


def test_arranging_it_twice_is_the_same_as_once(arrange):
    assert arrange() == arrange()
    assert Entry.objects.filter(act="courts.arrange_stand_in").count() == 1


def test_head_and_political_department_may_arrange_it_and_nobody_else(
    arrange, division_head, post, outsider, president
):
    politics = post("politics", "政治部孙")
    abroad = post("politics", "外院政治部", at=Court.objects.get(code="川1503"))
    for by in (outsider, president, abroad, post("division_head", "另庭庭长")):
        with pytest.raises(Refused, match="政治部"):
            arrange(by=by)
    assert arrange(by=division_head) == arrange(by=politics)


def test_nobody_makes_themselves_a_stand_in(arrange, division_head, post):
    with pytest.raises(Refused, match="不能指定自己"):
        arrange(by=division_head, stand_in=division_head)
    politics = post("politics", "政治部孙")
    with pytest.raises(Refused, match="不能指定自己"):
        arrange(by=politics, stand_in=politics)


@pytest.mark.parametrize(
    ("role", "code"), [("judge", "川1503"), ("itadmin", "川1502"), ("politics", "川1502")]
)
def test_the_stand_in_works_on_cases_in_the_same_court(arrange, post, role, code):
    with pytest.raises(Refused, match="办案或管理岗位"):
        arrange(stand_in=post(role, at=Court.objects.get(code=code)))


def test_a_reason_is_wanted(arrange):
    with pytest.raises(Refused, match="离岗事由"):
        arrange(reason=" ")


def test_days_in_the_wrong_order_or_past_are_refused(arrange):
    with pytest.raises(Refused, match="早于起始日"):
        arrange(ends_on=today() - timedelta(days=1))
    with pytest.raises(Refused, match="已过"):
        arrange(starts_on=today() - timedelta(days=5), ends_on=today() - timedelta(days=1))


def test_one_person_looks_after_the_cases_at_a_time(arrange, post):
    arrange()
    with pytest.raises(Refused, match="已由李法官代办"):
        arrange(stand_in=post("judge", "钱法官"))
