"""Posts, accounts and staff lists: who may manage whom, and what it leaves behind."""

from datetime import date

import pytest

from audit.models import Entry
from audit.trail import Refused
from courts import services
from courts.models import Court, Division, Posting, User

DAY = date(2026, 3, 2)


@pytest.fixture
def personnel(post, upper_court) -> User:
    """The political department of the intermediate court (政治部)."""
    return post("politics", "政治部刘", at=upper_court)


@pytest.fixture
def someone(db) -> User:
    return User.objects.create_user("someone", "某人")


def acts() -> list[str]:
    return list(
        Entry.objects.exclude(about="catalogues.edition").order_by("pk").values_list("act", flat=True)
    )


def test_a_post_is_given_once_and_leaves_an_entry(personnel, someone, court, now):
    given = {"user": someone, "court": court, "role": "judge", "starts_on": DAY, "by": personnel, "at": now}
    first = services.post_user(**given)
    assert services.post_user(**given) == first
    entry = Entry.objects.get(act="courts.post_user")
    assert (entry.actor, entry.court_id, entry.after["person"]) == ("政治部刘", court.pk, "某人")


def test_the_same_post_is_not_held_twice_at_a_time(personnel, someone, court, now):
    given = {"user": someone, "court": court, "role": "judge", "by": personnel, "at": now}
    services.post_user(starts_on=DAY, **given)
    with pytest.raises(Refused, match="已任此职"):
        services.post_user(starts_on=date(2026, 4, 1), **given)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"ends_on": DAY}, "免职日应晚于任职日"), ({"division": "other"}, "不是.*的部门")],
)
def test_a_post_that_makes_no_sense_is_refused(personnel, someone, court, upper_court, now, wrong, sentence):
    if "division" in wrong:
        wrong = {"division": Division.objects.create(court=upper_court, name="外院一庭")}
    with pytest.raises(Refused, match=sentence):
        services.post_user(
            user=someone, court=court, role="judge", starts_on=DAY, by=personnel, at=now, **wrong
        )
    assert not someone.postings.exists()


def test_nobody_gives_posts_in_a_court_that_is_not_theirs_to_manage(post, court, upper_court, someone, now):
    local = post("politics", at=court)
    services.post_user(user=someone, court=court, role="clerk", starts_on=DAY, by=local, at=now)
    with pytest.raises(Refused, match="不能管理"):
        services.post_user(user=someone, court=upper_court, role="clerk", starts_on=DAY, by=local, at=now)
    with pytest.raises(Refused, match="不能管理"):
        services.post_user(
            user=someone, court=court, role="clerk", starts_on=DAY, by=post("president"), at=now
        )


def test_nobody_gives_a_post_to_themselves(personnel, upper_court, now):
    with pytest.raises(Refused, match="自己的任职"):
        services.post_user(
            user=personnel, court=upper_court, role="president", starts_on=DAY, by=personnel, at=now
        )


def test_moving_ends_one_post_on_the_day_the_next_begins(personnel, judge, court, now):
    second = Division.objects.create(court=court, name="民事审判第二庭")
    move = {"posting": judge.postings.get(), "court": court, "division": second, "role": "division_head"}
    new = services.move_posting(**move, on=DAY, reason="任命", by=personnel, at=now)
    assert list(judge.postings.order_by("starts_on").values_list("ends_on", "role")) == [
        (DAY, "judge"),
        (None, "division_head"),
    ]
    assert new.starts_on == DAY
    assert acts()[-2:] == ["courts.end_posting", "courts.post_user"]


def test_a_username_is_given_once(personnel, someone, now):
    with pytest.raises(Refused, match="已被使用"):
        services.create_user(username="someone", name="x", by=personnel, at=now)


def test_an_account_is_closed_and_opened_by_who_manages_it(personnel, post, judge, now):
    with pytest.raises(Refused, match="不能管理"):
        services.deactivate_user(
            user=judge, reason="x", by=post("politics", at=Court.objects.get(code="川1503")), at=now
        )
    services.deactivate_user(user=judge, reason="退休", by=personnel, at=now)
    services.deactivate_user(user=judge, reason="退休", by=personnel, at=now)
    assert not User.objects.get(pk=judge.pk).is_active
    services.reactivate_user(user=judge, reason="返聘", by=personnel, at=now)
    assert acts() == ["courts.deactivate_user", "courts.reactivate_user"]


def test_who_holds_a_post_elsewhere_is_not_changed_by_a_court_they_left(post, court, upper_court, now):
    local, moved = post("politics", at=court), post("president", at=upper_court)
    Posting.objects.create(
        user=moved, court=court, role="judge", starts_on=date(2015, 1, 1), ends_on=date(2019, 1, 1)
    )
    with pytest.raises(Refused, match="不能管理"):
        services.change_user(user=moved, name="x", email="local@court.example", staff_no="", by=local, at=now)


# --- the personnel office's list ---------------------------------------------------------------------
def row(court, number="P001", **fields):
    values = {"staff_no": number, "name": f"人员{number}", "court": court, "division": "刑事审判庭"}
    return values | {"role": "承办法官", "starts_on": DAY, "email": f"{number}@court.example"} | fields


def test_a_list_brings_people_divisions_and_posts_and_again_brings_nothing(personnel, court, now):
    rows = [row(court), row(court, "P002", role="clerk"), row(court, "P002", role="assistant", division="")]
    first = services.receive_staff(rows, by=personnel, at=now)
    assert (first.rows, first.created, first.divisions, first.postings, first.refused) == (3, 2, 1, 3, [])
    again = services.receive_staff(rows, by=personnel, at=now)
    assert (again.created, again.updated, again.unchanged, again.divisions, again.postings) == (0, 0, 2, 0, 0)
    assert User.objects.get(staff_no="P001").username == "P001"
    assert not User.objects.get(staff_no="P001").has_usable_password()
    assert acts() == ["courts.receive_staff", "courts.receive_staff"]


def test_a_list_changes_what_it_says_and_ends_no_post_by_silence(personnel, court, now):
    services.receive_staff([row(court), row(court, "P002")], by=personnel, at=now)
    change = row(court, name="新名字", email="", ends_on=date(2026, 9, 1))
    received = services.receive_staff([change], by=personnel, at=now)
    user = User.objects.get(staff_no="P001")
    assert (received.updated, received.postings) == (1, 1)
    assert (user.name, user.email) == ("新名字", "P001@court.example")
    assert user.postings.get().ends_on == date(2026, 9, 1)
    assert User.objects.get(staff_no="P002").postings.get().ends_on is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "缺少姓名"),
        ({"staff_no": ""}, "人事编号或用户名"),
        ({"role": "皇帝"}, "不在职务表中"),
        ({"court": None}, "法院不在目录中"),
        ({"starts_on": None}, "缺少任职日"),
        ({"ends_on": DAY}, "免职日应晚于任职日"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_and_the_others_come_in(personnel, court, now, wrong, sentence):
    received = services.receive_staff([row(court), row(court, "P002") | wrong], by=personnel, at=now)
    assert (received.created, [index for index, _ in received.refused]) == (1, [1])
    assert sentence in received.refused[0][1]


def test_a_list_reaches_no_further_than_who_brings_it(post, personnel, court, upper_court, judge, now):
    local = post("politics", at=court)
    received = services.receive_staff([row(court), row(upper_court, "P002")], by=local, at=now)
    assert "不能管理" in dict(received.refused)[1]
    own = services.receive_staff([row(court, "", username=local.username)], by=local, at=now)
    assert "自己的任职" in dict(own.refused)[0]
    with pytest.raises(Refused, match="不能管理人员"):
        services.receive_staff([row(court)], by=judge, at=now)


def test_a_list_does_not_change_the_account_of_who_is_posted_elsewhere(post, court, upper_court, now):
    local, above = post("politics", at=court), post("president", "郑院长", at=upper_court)
    taken = row(court, "", username=above.username, name="郑院长", email="local@court.example")
    refused = services.receive_staff([taken], by=local, at=now).refused
    assert "须由该院变更" in refused[0][1]
    above.refresh_from_db()
    assert above.email == ""


def test_a_long_list_takes_few_queries(personnel, court, now, django_assert_max_num_queries):
    rows = [row(court, f"N{number}") for number in range(300)]
    with django_assert_max_num_queries(25):
        assert services.receive_staff(rows, by=personnel, at=now).created == 300
    assert Posting.objects.filter(division__name="刑事审判庭").count() == 300
