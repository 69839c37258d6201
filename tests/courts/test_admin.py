"""People in the admin: opened by the post, written through services, closed to everyone else."""

import pytest

from audit.models import Entry
from courts.models import Court, User

FORM = {
    "postings-TOTAL_FORMS": "0",
    "postings-INITIAL_FORMS": "0",
    "username": "new",
    "name": "新人",
    "staff_no": "",
    "email": "new@court.example",
}


@pytest.fixture
def personnel(client, post, court) -> User:
    user = post("politics", "政治部刘")
    client.force_login(user)
    return user


def with_post(court, **fields):
    posting = {
        "court": court.pk,
        "division": "",
        "role": "clerk",
        "starts_on": "2026-03-02",
        "ends_on": "",
    } | fields
    return {f"postings-0-{name}": value for name, value in posting.items()}


def test_the_admin_has_no_door_of_its_own(client, db):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/login/?next=")


def test_someone_without_the_post_is_told_so_and_recorded(client, judge):
    client.force_login(judge)
    answer = client.get("/admin/", follow=True)
    assert (answer.status_code, "不能打开管理目录" in answer.content.decode()) == (403, True)
    assert Entry.objects.filter(act="courts.open_admin", outcome="refused").exists()


def test_a_superuser_without_a_post_opens_nothing(client, db):
    root = User.objects.create_user("root", "root", is_superuser=True)
    client.force_login(root)
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_person_and_a_post_come_in_through_services(client, personnel, court):
    answer = client.post("/admin/courts/user/add/", FORM | {"postings-TOTAL_FORMS": "1"} | with_post(court))
    assert answer.status_code == 302, answer.content.decode()
    user = User.objects.get(username="new")
    assert (user.postings.get().role, user.has_usable_password()) == ("clerk", False)
    assert list(Entry.objects.filter(actor_id=personnel.pk).order_by("pk").values_list("act", flat=True)) == [
        "courts.create_user",
        "courts.post_user",
    ]


def test_a_post_is_ended_there_but_not_rewritten(client, personnel, court, judge):
    posting = judge.postings.get()
    form = FORM | {
        "postings-TOTAL_FORMS": "1",
        "postings-INITIAL_FORMS": "1",
        "name": judge.name,
        "is_active": "on",
        "email": "",
    }
    same = {
        "id": posting.pk,
        "user": judge.pk,
        "division": posting.division_id,
        "role": "judge",
        "starts_on": "2020-01-01",
    }
    address = f"/admin/courts/user/{judge.pk}/change/"
    assert client.post(address, form | with_post(court, **same, ends_on="2026-09-01")).status_code == 302
    assert str(judge.postings.get().ends_on) == "2026-09-01"
    refused = client.post(
        address, form | with_post(court, **same | {"role": "president"}, ends_on="2026-09-01")
    )
    assert (refused.status_code, judge.postings.get().role) == (409, "judge")


def test_people_of_other_courts_are_out_of_sight(client, personnel, outsider):
    assert outsider.name not in client.get("/admin/courts/user/").content.decode()
    assert client.get(f"/admin/courts/user/{outsider.pk}/change/").status_code == 302


def test_a_post_in_another_court_is_no_choice(client, personnel):
    elsewhere = Court.objects.get(code="川1503")
    answer = client.post(
        "/admin/courts/user/add/", FORM | {"postings-TOTAL_FORMS": "1"} | with_post(elsewhere)
    )
    assert answer.status_code == 200
    assert not User.objects.filter(username="new").exists()


def test_nothing_is_deleted_and_no_case_is_there(client, personnel, judge):
    assert client.post(f"/admin/courts/user/{judge.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/cases/case/").status_code == 404


def test_only_the_order_of_a_court_is_set(client, personnel, court):
    client.post(f"/admin/courts/court/{court.pk}/change/", {"position": "77", "name": "改名"})
    court.refresh_from_db()
    assert (court.position, court.name) == (77, "宜宾市翠屏区人民法院")
    assert Entry.objects.get(act="courts.arrange_court").after == 77
