"""Who sees which case: sixteen roles against own, division, court, region and sealed, generated from the span table."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from cases.models import Case
from courts.clock import today
from courts.models import Court, Division, Posting, User
from courts.roles import SPAN, Role, Span

SEATS = ["judge", "presiding", "assistant", "clerk"]

#: What each span opens among the cases of ``docket``.
OPENS = {
    Span.NONE: set(),
    Span.OWN: set(),
    Span.FILING: {"unassigned"},
    Span.DIVISION: {"division"},
    Span.COURT: {"division", "court", "unassigned"},
    Span.REGION: {"division", "court", "unassigned", "below"},
}


@pytest.fixture
def docket(upper_court, file_case):
    """Cases as someone posted at the intermediate court's first civil division meets them, by what they stand for."""
    first = Division.objects.create(court=upper_court, name="民事审判第一庭")
    second = Division.objects.create(court=upper_court, name="民事审判第二庭")
    elsewhere = Court.objects.get(code="川01")
    return {
        "division": file_case(court=upper_court, division=first),
        "court": file_case(court=upper_court, division=second),
        "unassigned": file_case(court=upper_court, division=second, judge=None),
        "below": file_case(),
        "elsewhere": file_case(court=elsewhere, division=None),
        "sealed": file_case(court=upper_court, division=first, sealed="juvenile"),
    }


@pytest.fixture
def posted(post, upper_court, docket):
    """``posted(role)``: someone with that role in the first civil division of the intermediate court."""
    return lambda role: post(role, at=upper_court, division=docket["division"].division)


def seen(user: User, docket) -> set[str]:
    visible = set(Case.objects.visible_to(user).values_list("pk", flat=True))
    return {name for name, case in docket.items() if case.pk in visible}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_sees_what_its_span_says_and_never_a_sealed_case(role, posted, docket):
    assert seen(posted(role), docket) == OPENS[SPAN[role]]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("seat", [*SEATS, "members", "readers"])
def test_a_seat_on_a_case_opens_that_case_sealed_or_not(role, seat, posted, docket):
    user = posted(role)
    for name in ("elsewhere", "sealed"):
        case = docket[name]
        setattr(case, seat, user if seat in SEATS else [user.pk])
        case.save()
    assert seen(user, docket) == OPENS[SPAN[role]] | {"elsewhere", "sealed"}


@pytest.mark.parametrize("role", [Role.PRESIDENT, Role.SUPERIOR, Role.DIVISION_HEAD, Role.TRIAL_OFFICE])
def test_a_post_that_is_past_or_still_to_come_opens_nothing(role, upper_court, docket):
    for name, starts_on, ends_on in [
        ("past", date(2020, 1, 1), today()),
        ("future", today() + timedelta(days=1), None),
    ]:
        user = User.objects.create_user(name, name)
        place = {"court": upper_court, "division": docket["division"].division}
        Posting.objects.create(user=user, role=role, starts_on=starts_on, ends_on=ends_on, **place)
        assert seen(user, docket) == set()
        assert user.capacity() == ""


def test_a_post_opens_on_its_first_day_and_until_the_day_before_its_last(upper_court, docket):
    user = User.objects.create_user("day", "day")
    Posting.objects.create(
        user=user, court=upper_court, role="president", starts_on=today(), ends_on=today() + timedelta(days=1)
    )
    assert seen(user, docket) == OPENS[Span.COURT]


def test_two_posts_open_what_each_opens(posted, court, docket):
    user = posted(Role.DIVISION_HEAD)
    Posting.objects.create(user=user, court=court, role="president", starts_on=date(2020, 1, 1))
    assert seen(user, docket) == {"division", "below"}


def test_a_region_reaches_every_court_below_however_deep(post, docket):
    province = post(Role.SUPERIOR, at=Court.objects.get(code="川"))
    assert {"below", "division", "elsewhere"} <= seen(province, docket)


def test_someone_without_a_division_has_no_division_to_see(post, upper_court, file_case):
    case = file_case(court=upper_court, division=None)
    assert case not in Case.objects.visible_to(post(Role.DIVISION_HEAD, at=upper_court))


def test_a_stranger_sees_nothing(docket):
    assert not Case.objects.visible_to(AnonymousUser()).exists()


def test_a_case_under_an_unrecognised_code_is_seen_by_the_office_of_the_court_above_it(
    post, upper_court, file_case
):
    stray = Court.objects.create(
        code="川1599", name="未识别法院 川1599", level=4, parent=upper_court, recognised=False
    )
    case = file_case(court=stray, division=None, judge=None)
    office, elsewhere = post("trial_office", at=upper_court), post("trial_office")
    assert case in Case.objects.visible_to(office)
    assert case not in Case.objects.visible_to(elsewhere)
