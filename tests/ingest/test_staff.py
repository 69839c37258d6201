from datetime import date

import pytest

from courts.models import Division, Posting, User

HEADERS = ["人事编号", "姓名", "用户名", "法院代字", "部门", "职务", "任职日", "免职日", "电子邮箱"]
ROW = ["1001", "赵法官", "zhao", "川1502", "民事审判第一庭", "承办法官", "2024-01-05", "", "zhao@example.org"]


def test_people_divisions_and_posts_come_from_the_personnel_office(table, import_file, court):
    report = import_file(table(HEADERS, [ROW]))
    assert (report["kind"], report["created"], report["rejected"]) == ("staff", 1, 0)
    person = User.objects.get(staff_no="1001")
    assert (person.name, person.username, person.email, person.has_usable_password()) == (
        "赵法官",
        "zhao",
        "zhao@example.org",
        False,
    )
    post = Posting.objects.get(user=person)
    assert (post.court, post.division, post.role) == (court, Division.objects.get(), "judge")
    assert (post.starts_on, post.ends_on) == (date(2024, 1, 5), None)


def test_the_same_list_twice_changes_nothing_and_a_leaving_day_ends_the_post(table, import_file, court):
    import_file(table(HEADERS, [ROW]))
    assert import_file(table(HEADERS, [ROW]))["unchanged"] == 1
    import_file(table(HEADERS, [[*ROW[:7], "2026-02-01", ""]]))
    assert Posting.objects.get().ends_on == date(2026, 2, 1)
    assert User.objects.get().email == "zhao@example.org"


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("院长", "president"),
        ("副院长", "vice_president"),
        ("员额法官", "judge"),
        ("政治部", "politics"),
        ("clerk", "clerk"),
    ],
)
def test_posts_go_by_the_names_courts_use(table, import_file, court, name, role):
    import_file(table(HEADERS, [[*ROW[:5], name, *ROW[6:]]]))
    assert Posting.objects.get().role == role


@pytest.mark.parametrize(
    ("place", "cell"), [(1, ""), (3, "川9999"), (5, "皇帝"), (6, ""), (6, "去年"), (7, "2020-01-01"), (8, "不是邮箱")]
)  # fmt: skip
def test_a_row_that_cannot_be_is_refused_with_its_reason(table, import_file, court, place, cell):
    row = list(ROW)
    row[place] = cell
    report = import_file(table(HEADERS, [row]))
    assert (report["created"], report["rejected"], report["code"]) == (0, 1, 1)
    assert report["rejections"][0]["reason"]
    assert not User.objects.exists()


def test_a_dry_run_of_staff_changes_nothing(table, import_file, court):
    assert import_file(table(HEADERS, [ROW]), "--dry-run")["created"] == 1
    assert not User.objects.exists()


def test_the_court_may_be_said_once_for_the_whole_list(table, import_file, court):
    report = import_file(table(HEADERS, [[*ROW[:3], "", *ROW[4:]]]), court="川1502")
    assert (report["created"], Posting.objects.get().court) == (1, court)
