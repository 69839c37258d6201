"""Outsider, judge of another division, clerk of another case: nobody of them learns of an alert that is not theirs.

By page, count, interface and message; and of a sealed case neither do those above it.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from alerts.deliveries import send_due
from alerts.digest import queue_digests
from alerts.handling import handlings_below, handlings_on, may_handle, snooze
from alerts.inbox import inbox, unread_count
from alerts.models import Alert, Delivery, Handling, Notice, Watch
from alerts.prompts import send_prompt, sent_by, to_acknowledge
from alerts.telling import tell
from alerts.urls import urlpatterns
from courts.models import Court, Division, FixedDay, User

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 6, 26)
MORNING = datetime(2026, 6, 26, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
NUMBERS = ["川1502民初777号", "川1502刑初888号"]


@pytest.fixture
def people(post, court, division, judge, division_head, president, trial_office, outsider):
    """Everybody, with an address; ``insiders`` are those who judge, and those above them."""
    second = Division.objects.create(court=court, name="民事审判第二庭")
    post("judge", "别庭法官", division=second)
    post("division_head", "别庭庭长", division=second)
    post("clerk", "他案书记员", division=division)
    post("trial_office", "外院审管办", at=Court.objects.get(code="川1503"))
    post("itadmin", "管理员")
    User.objects.update(email="someone@court.test")
    for user in User.objects.all():  # one address each, to see who got what
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@court.test")
    return {user.name: user for user in User.objects.all()}


@pytest.fixture
def told(file_case, people, judge, trial_office, settings):
    """A plain and a sealed case of the judge: alerted, told, prompted, handled, and digests sent."""
    FixedDay.objects.create(day=FRIDAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    plain = file_case(number="（2026）川1502民初777号")
    sealed = file_case(number="（2026）川1502刑初888号", sealed="juvenile")
    alerts = [
        Alert.objects.create(
            case=case, kind="statutory", clock="civ_first_ordinary", stage="overdue", due_on=FRIDAY - timedelta(days=2),
            began_on=FRIDAY, raised_at=MORNING,
        )
        for case in (plain, sealed)
    ]  # fmt: skip
    for user in people.values():  # whoever once could see it and follows it still
        for case in (plain, sealed):
            Watch.objects.create(person=user, case=case, note="曾经可见", at=MORNING)
    tell(None, FRIDAY, MORNING)
    send_prompt(cases=[plain], to=[judge], words="请抓紧", by=trial_office, at=MORNING)
    queue_digests(at=MORNING, today=FRIDAY)
    send_due(at=MORNING, limit=500)
    for alert in alerts:
        snooze(alert=alert, by=judge, reason="正在处理", until_on=date(2026, 6, 30), at=MORNING)
    return alerts


STRANGERS = ["外院院长", "外院审管办", "别庭法官", "别庭庭长", "他案书记员", "管理员"]
SUPERIORS = ["吴庭长", "郑院长", "审管办王"]


def fresh(people, name) -> User:
    return User.objects.get(pk=people[name].pk)


def test_those_whose_alert_it_is_are_told(told, people):
    plain, sealed = told
    assert {notice.person.name for notice in Notice.objects.filter(alert=plain)} == {"周法官", *SUPERIORS}
    assert {notice.person.name for notice in Notice.objects.filter(alert=sealed)} == {"周法官"}


@pytest.mark.parametrize("name", STRANGERS)
def test_no_notice_handling_or_count_is_theirs(name, told, people):
    user = fresh(people, name)
    assert not Notice.objects.filter(person=user).exists()
    assert not Alert.objects.visible_to(user).exists()
    assert not Notice.objects.visible_to(user).exists()
    assert not Handling.objects.visible_to(user).exists()
    assert not handlings_below(user).exists()
    assert not any(handlings_on(user, alert.case_id).exists() for alert in told)
    assert not any(may_handle(user, alert) for alert in told)
    assert not inbox(user, "all").exists()
    assert unread_count(user) == 0
    assert not to_acknowledge(user).exists()
    assert not sent_by(user).exists()


@pytest.mark.parametrize("name", SUPERIORS)
def test_of_the_sealed_case_those_above_learn_nothing(name, told, people):
    plain, sealed = told
    user = fresh(people, name)
    assert list(Alert.objects.visible_to(user)) == [plain]
    assert set(Notice.objects.filter(person=user).values_list("alert", flat=True)) == {plain.pk}
    assert [handling.alert for handling in Handling.objects.visible_to(user)] == [plain]
    assert not handlings_on(user, sealed.case_id).exists()
    assert not may_handle(user, sealed)


def test_a_notice_of_one_time_is_shut_when_the_case_is_no_longer_theirs(told, people, post, court, judge):
    plain, _ = told
    plain.case.judge, plain.case.division = (
        post("judge", "接手法官"),
        Division.objects.create(court=court, name="三庭"),
    )
    plain.case.save()
    for name in ("周法官", "吴庭长"):
        user = fresh(people, name)
        assert Notice.objects.filter(person=user, alert=plain).exists()
        assert not Notice.objects.of(user).filter(alert=plain).exists()
        assert not may_handle(user, plain)


# --- by message --------------------------------------------------------------------------------------
def test_no_message_is_addressed_to_a_stranger_and_none_tells_of_the_sealed_case(told, people):
    assert {delivery.person.name for delivery in Delivery.objects.filter(person__isnull=False)} == {
        "周法官",
        *SUPERIORS,
    }
    assert mail.outbox
    receivers = {address for message in mail.outbox for address in message.to}
    assert receivers == {people[name].email for name in ("周法官", *SUPERIORS)}
    for message in mail.outbox:
        words = str(message.message())
        bodies = [message.body, *(str(body) for body, _ in message.alternatives), message.subject]
        assert not any(NUMBERS[1] in text for text in [words, *bodies])
    assert any(NUMBERS[0] in message.body for message in mail.outbox)


def test_nothing_is_said_any_more_to_who_may_no_longer_see_it(told, people, post, court):
    plain, _ = told
    Delivery.objects.update(state="waiting", next_at=MORNING, sent_at=None, claimed_until=None)
    mail.outbox.clear()
    plain.case.sealed = "other"
    plain.case.save()
    send_due(at=MORNING + timedelta(minutes=1), limit=500)
    assert not any(NUMBERS[0] in message.body for message in mail.outbox)


# --- by page -----------------------------------------------------------------------------------------
def pages(told):
    """Every address of the room, filled with the ids of the two cases and of what is about them."""
    ids = {alert.pk for alert in told} | {alert.case_id for alert in told}
    ids |= set(Notice.objects.values_list("pk", flat=True)) | set(
        Handling.objects.values_list("pk", flat=True)
    )
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        for pk in sorted(ids) if "<int:pk>" in route else [0]:
            yield "/alerts/" + route.replace("<int:pk>", str(pk))


@pytest.mark.parametrize("name", ["外院院长", "别庭法官", "他案书记员", "吴庭长"])
def test_no_page_tells_of_it(name, told, people):
    client = Client()
    client.force_login(fresh(people, name))
    hidden = NUMBERS if name in STRANGERS else NUMBERS[1:]
    for path in pages(told):
        answer = client.get(path)
        assert answer.status_code < 500, path
        text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode(
            "utf-8", "replace"
        )
        assert not any(number in text for number in hidden), path


def test_the_pages_would_tell_the_judge(told, people):
    client = Client()
    client.force_login(fresh(people, "周法官"))
    texts = [client.get(path, follow=True).content.decode("utf-8", "replace") for path in pages(told)]
    assert all(any(number in text for text in texts) for number in NUMBERS)


# --- by interface ------------------------------------------------------------------------------------
def ask(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_the_interface_tells_the_judge(told, people):
    client = ask(fresh(people, "周法官"))
    alerts = client.get("/api/v1/alerts/").json()["results"]
    assert {alert["number"] for alert in alerts} == {f"（2026）{number}" for number in NUMBERS}
    assert {alert["kind"] for alert in alerts} == {"statutory"}
    assert alerts[0]["began_on"] == "2026-06-26" and alerts[0]["late"] is False
    notices = client.get("/api/v1/notices/").json()["results"]
    assert sorted(notice["kind"] for notice in notices) == ["alert", "alert", "prompt"]
    assert len(client.get("/api/v1/notices/?kind=prompt&unread=true").json()["results"]) == 1
    assert client.get("/api/v1/notices/?unread=false").json()["results"] == []


@pytest.mark.parametrize("name", [*STRANGERS, *SUPERIORS])
def test_the_interface_has_no_row_for_them_and_takes_no_act(name, told, people):
    client = ask(fresh(people, name))
    hidden = told if name in STRANGERS else told[1:]
    for address in ("alerts", "notices"):
        seen = {row["case_id"] for row in client.get(f"/api/v1/{address}/").json()["results"]}
        assert not seen & {alert.case_id for alert in hidden}
    for alert in hidden:
        assert client.get(f"/api/v1/alerts/?case={alert.case_id}").json()["results"] == []
        for act in ("acknowledge", "snooze", "done"):
            body = {"reason": "x", "until_on": "2026-06-30"}
            assert client.post(f"/api/v1/alerts/{alert.pk}/{act}/", body, format="json").status_code == 404
        assert (
            client.post(f"/api/v1/cases/{alert.case_id}/watch/", {"note": "x"}, format="json").status_code
            == 404
        )
    for notice in Notice.objects.exclude(person=people[name]):
        assert client.post(f"/api/v1/notices/{notice.pk}/acknowledge/", {}, format="json").status_code == 404
    assert Handling.objects.count() == 2


def test_the_interface_takes_the_acts_of_who_may(told, people, judge):
    plain, _ = told
    office, body = ask(fresh(people, "审管办王")), {"reason": "已与承办人联系", "until_on": "2026-07-01"}
    answer = office.post(f"/api/v1/alerts/{plain.pk}/done/", body, format="json")
    assert (answer.status_code, answer.json()["act"], answer.json()["until_on"]) == (
        200,
        "done",
        "2026-07-01",
    )
    late = office.post(f"/api/v1/alerts/{plain.pk}/snooze/", body | {"until_on": "2026-07-09"}, format="json")
    assert (late.status_code, "不晚于" in late.json()["detail"]) == (409, True)
    mine = ask(fresh(people, "周法官"))
    prompted = mine.get("/api/v1/notices/?kind=prompt").json()["results"][0]
    assert prompted["prompt_words"] == "请抓紧"
    confirmed = mine.post(
        f"/api/v1/notices/{prompted['id']}/acknowledge/", {"answer": "好"}, format="json"
    ).json()
    assert confirmed["answer"] == "好" and confirmed["acknowledged_at"]
    watched = mine.post(f"/api/v1/cases/{plain.case_id}/watch/", {"note": "重点"}, format="json")
    assert (watched.status_code, watched.json()["note"]) == (200, "重点")
    assert mine.delete(f"/api/v1/cases/{plain.case_id}/watch/").status_code == 204
    assert not Watch.objects.filter(person=judge, case=plain.case_id, ended_at=None).exists()


def test_an_alert_about_no_case_has_no_number(people, court, now):
    Alert.objects.create(
        court=court, kind="calendar", clock="2027", stage="mid", due_on=FRIDAY, began_on=FRIDAY, raised_at=now
    )
    [row] = ask(fresh(people, "审管办王")).get("/api/v1/alerts/").json()["results"]
    assert (row["number"], row["case_id"], row["court"]) == (None, None, "川1502")
    assert ask(fresh(people, "外院审管办")).get("/api/v1/alerts/").json()["results"] == []
    assert ask(fresh(people, "周法官")).get("/api/v1/alerts/").json()["results"] == []
