"""Pages of sending: whose they are, what they show and what they never show."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from alerts import endpoints
from alerts.deliveries import send_due
from alerts.models import Delivery, Endpoint
from audit.models import Entry
from audit.trail import Refused
from courts.ciphers import lock, unlock
from courts.models import Court, Posting
from tests.alerts.servers import mail_server, web_server

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 30, 1, tzinfo=UTC)
NEW, LIST, SENT = "/alerts/sending/endpoints/new/", "/alerts/sending/endpoints/", "/alerts/sending/"
KEY = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=verysecretkey"


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.ALERT_HOSTS = ["qyapi.weixin.qq.com", "hooks.court.cn"]


@pytest.fixture
def office(client, trial_office):
    client.force_login(trial_office)
    return client


@pytest.fixture
def robot(court):
    return Endpoint.objects.create(
        court=court, channel="dingtalk", name="工作群", address=KEY, secret=lock("geheim")
    )


@pytest.fixture
def delivery(court, judge):
    """``delivery(state="failed")``: one row of the court."""

    def create(**given):
        row = {
            "court": court, "person": judge, "channel": "email", "kind": "prompt", "key": str(Delivery.objects.count()),
            "created_at": AT, "next_at": AT, "subject": "关于（2026）川1502民初1号的提示",
        }  # fmt: skip
        return Delivery.objects.create(**row | given)

    return create


def said(court, **given):
    words = {"court": court.pk, "channel": "wecom", "name": "审管办工作群", "address": KEY}
    return words | {"secret": "", "template": ""} | given


def page_of(answer):
    return answer.content.decode()


# --- endpoints -----------------------------------------------------------------------------------------------
def test_an_endpoint_is_set_up_with_its_secret_encrypted_and_out_of_the_trail(office, court):
    answer = office.post(NEW, said(court, channel="webhook", secret="geheim-7"), follow=True)
    endpoint = Endpoint.objects.get()
    assert (endpoint.court, endpoint.address, unlock(endpoint.secret)) == (court, KEY, "geheim-7")
    entry = Entry.objects.get(act="alerts.create_endpoint")
    assert entry.after["host"] == "qyapi.weixin.qq.com"
    for text in (str(entry.after), page_of(answer), page_of(office.get(LIST))):
        assert "geheim-7" not in text
        assert "verysecretkey" not in text
    assert b"geheim-7" not in bytes(endpoint.secret)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"address": "https://evil.com/x"}, "evil.com 不在允许的外发地址之列；允许的有：qyapi.weixin.qq.com、hooks.court.cn。"),
        ({"address": "qyapi.weixin.qq.com/x"}, "地址应为 https:// 开头的完整网址"),
        ({"address": ""}, "请填写地址"),
        ({"name": ""}, "请填写名称"),
        ({"channel": "email"}, "请从列出的选项中选择"),
        ({"channel": "webhook"}, "签名回调须有密钥"),
        ({"secret": "密钥"}, "密钥只能由英文字母、数字和符号组成"),
        ({"channel": "sms", "template": "{phone}"}, "请求体不是正确的 JSON"),
        ({"channel": "sms", "template": "[1]"}, "请求体应为一个 JSON 对象"),
        ({"channel": "sms", "template": '{"to": "1"}'}, "请求体中应有 {phone}"),
        ({"channel": "sms", "template": "[" * 3000}, "请求体不是正确的 JSON"),
        ({"name": "工作群"}, "本院已有同名的发送端点"),
    ],
)  # fmt: skip
def test_a_wrong_endpoint_is_refused_with_one_sentence(office, court, robot, wrong, sentence):
    answer = office.post(NEW, said(court, **wrong))
    assert answer.status_code == 422
    assert sentence in page_of(answer).replace("&quot;", '"')
    assert Endpoint.objects.count() == 1


def test_an_empty_address_or_secret_leaves_the_one_that_stands(office, robot):
    page = f"{LIST}{robot.pk}/"
    office.post(page, {"name": "新群", "address": "", "secret": ""})
    robot.refresh_from_db()
    assert (robot.name, robot.address, unlock(robot.secret)) == ("新群", KEY, "geheim")
    office.post(page, {"name": "新群", "address": "https://hooks.court.cn/a", "secret": "neu"})
    robot.refresh_from_db()
    assert (robot.address, unlock(robot.secret)) == ("https://hooks.court.cn/a", "neu")
    changes = Entry.objects.filter(act="alerts.change_endpoint").order_by("id")
    assert [entry.after["secret"] for entry in changes] == ["set", "changed"]
    assert "neu" not in str(changes[1].after)


def test_the_secret_goes_to_no_other_host_than_it_was_given_for(office, robot, trial_office):
    page = f"{LIST}{robot.pk}/"
    moved = {"name": "工作群", "address": "https://hooks.court.cn/a", "secret": ""}
    answer = office.post(page, moved)
    assert answer.status_code == 422
    assert "主机已改变，原密钥不能用于新主机，请重新填写密钥。" in page_of(answer)
    with pytest.raises(Refused, match="主机已改变"):
        endpoints.change_endpoint(endpoint=robot, **moved, template={}, by=trial_office, at=AT)
    robot.refresh_from_db()
    assert robot.address == KEY
    office.post(page, moved | {"address": KEY.replace("very", "more")})
    robot.refresh_from_db()
    assert (robot.address, unlock(robot.secret)) == (KEY.replace("very", "more"), "geheim")
    office.post(page, moved | {"secret": "neu"})
    robot.refresh_from_db()
    assert unlock(robot.secret) == "neu"


def test_a_text_message_gateway_keeps_its_template(office, court):
    office.post(NEW, said(court, channel="sms", template='{"to": "{phone}"}'))
    assert Endpoint.objects.get().template == {"to": "{phone}"}
    page = f"{LIST}{Endpoint.objects.get().pk}/"
    assert "{phone}" in page_of(office.get(page))
    assert office.post(page, {"name": "a", "address": "", "secret": "", "template": "{}"}).status_code == 422


def test_an_endpoint_can_be_switched_off_and_on_again(office, robot):
    office.post(f"{LIST}{robot.pk}/switch/", {"active": "0"})
    office.post(f"{LIST}{robot.pk}/switch/", {"active": "0"})
    assert not Endpoint.objects.get().active
    assert Entry.objects.filter(act="alerts.switch_endpoint").count() == 1
    office.post(f"{LIST}{robot.pk}/switch/", {"active": "1"})
    assert Endpoint.objects.get().active


def test_a_test_message_is_a_real_delivery(office, court, settings):
    with web_server(settings) as web:
        endpoint = Endpoint.objects.create(court=court, channel="wecom", name="群", address=web.address)
        page = page_of(office.post(f"{LIST}{endpoint.pk}/test/", follow=True))
        assert "测试消息已排队" in page
        assert send_due(at=timezone.now())["sent"] == 1
        assert "测试消息" in web.asked[0].json["text"]["content"]
    assert "0 ok" in page_of(office.get(SENT))
    assert Entry.objects.filter(act="alerts.send_test").count() == 1


def test_a_test_mail_goes_to_ones_own_mailbox(office, court, trial_office, settings):
    assert "没有登记电子邮箱" in page_of(office.post(f"{SENT}court/{court.pk}/test/", follow=True))
    trial_office.email = "wang@court.example"
    trial_office.save()
    with mail_server(settings) as mail:
        office.post(f"{SENT}court/{court.pk}/test/")
        assert send_due(at=timezone.now())["sent"] == 1
        assert mail.mails[0]["To"] == "wang@court.example"


# --- deliveries ------------------------------------------------------------------------------------------------
def test_the_list_shows_proof_and_problem_and_can_be_narrowed(office, delivery):
    delivery(state="sent", proof="250 queued as 7", sent_at=AT)
    delivery(state="failed", problem="收件地址被拒收：550", kind="digest", created_at=AT.replace(day=1))
    page = page_of(office.get(SENT))
    assert "250 queued as 7" in page
    assert "收件地址被拒收：550" in page
    assert "周法官" in page
    assert "550" not in page_of(office.get(SENT, {"state": "sent"}))
    assert "250" not in page_of(office.get(SENT, {"kind": "digest"}))
    assert "550" in page_of(office.get(SENT, {"day": "2026-06-01"}))
    assert "250" not in page_of(office.get(SENT, {"day": "2026-06-01"}))
    for day in ("9999-12-31", "0001-01-01"):
        assert "550" not in page_of(office.get(SENT, {"day": day}))
    wrong = page_of(office.get(SENT, {"day": "1. Juni", "state": "x"}))
    assert "日期应写成 2026-06-30 的样子" in wrong
    assert "250" not in wrong


def test_a_failed_delivery_is_sent_again_once_and_on_record(office, delivery, trial_office):
    row = delivery(state="failed", attempts=14, problem="应答 500")
    for _ in range(2):
        office.post(f"{SENT}{row.pk}/resend/")
    row.refresh_from_db()
    assert (row.state, row.attempts, row.problem) == ("waiting", 0, "")
    entry = Entry.objects.get(act="alerts.resend")
    assert (entry.actor_id, entry.before["problem"]) == (trial_office.pk, "应答 500")


def test_what_was_delivered_is_not_sent_again(office, delivery):
    row = delivery(state="sent")
    answer = office.post(f"{SENT}{row.pk}/resend/")
    assert answer.status_code == 409
    assert "只有未送达的消息可以重新发送" in page_of(answer)
    row.refresh_from_db()
    assert row.state == "sent"


def test_another_courts_sending_does_not_exist(office, delivery, court):
    other = Court.objects.get(code="川1503")
    theirs = delivery(court=other, state="failed", problem="他院")
    nobodys = delivery(court=None, state="failed", problem="无院")
    endpoint = Endpoint.objects.create(court=other, channel="wecom", name="他院群", address=KEY)
    assert "他院" not in page_of(office.get(SENT)) + page_of(office.get(LIST))
    assert "无院" not in page_of(office.get(SENT))
    for row in (theirs, nobodys):
        assert office.post(f"{SENT}{row.pk}/resend/").status_code == 404
    assert office.get(f"{LIST}{endpoint.pk}/").status_code == 404
    for act in ("test", "switch"):
        assert office.post(f"{LIST}{endpoint.pk}/{act}/").status_code == 404
    assert office.post(f"{SENT}court/{other.pk}/test/").status_code == 404
    assert office.post(NEW, said(other)).status_code == 422
    assert Delivery.objects.filter(state="waiting").count() == 0


def test_services_refuse_another_courts_sending_too(robot, delivery, post):
    from_elsewhere = post("trial_office", at=Court.objects.get(code="川1503"))
    words = {"name": "x", "address": "", "secret": "", "template": {}}
    with pytest.raises(Refused):
        endpoints.change_endpoint(endpoint=robot, **words, by=from_elsewhere, at=AT)
    with pytest.raises(Refused):
        endpoints.switch_endpoint(endpoint=robot, active=False, by=from_elsewhere, at=AT)
    with pytest.raises(Refused):
        endpoints.resend(delivery=delivery(state="failed"), by=from_elsewhere, at=AT)
    with pytest.raises(Refused):
        endpoints.send_test(court=robot.court, endpoint=robot, by=from_elsewhere, at=AT)
    with pytest.raises(Refused):
        endpoints.create_endpoint(
            court=robot.court, channel="wecom", **words | {"address": KEY}, by=from_elsewhere, at=AT
        )
    assert Endpoint.objects.get().active


@pytest.mark.parametrize("who", ["judge", "president", "outsider", "division_head"])
def test_who_does_not_manage_sending_gets_a_sentence(client, request, robot, who):
    client.force_login(request.getfixturevalue(who))
    for path in (SENT, LIST, NEW, f"{LIST}{robot.pk}/"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "不能管理消息发送" in page_of(answer)
    assert "alerts/sending" not in page_of(client.get("/"))


def test_titles_name_cases_and_are_not_for_the_system_administrator(client, post, delivery):
    delivery(state="sent")
    admin = post("itadmin")
    client.force_login(admin)
    page = page_of(client.get(SENT))
    assert "周法官" in page
    assert "川1502民初1号" not in page
    Posting.objects.create(
        user=admin, court=admin.seats[0].court, role="trial_office", starts_on=date(2020, 1, 1)
    )
    assert "川1502民初1号" in page_of(client.get(SENT))


def test_the_lists_cost_the_same_however_long(office, delivery, court, costs_the_same):
    def grow(n):
        for _ in range(n):
            count = Endpoint.objects.count()
            endpoint = Endpoint.objects.create(court=court, channel="sms", name=f"{count}", address=KEY)
            delivery(state="failed", channel="sms", endpoint=endpoint)

    grow(2)
    costs_the_same(lambda: (office.get(SENT), office.get(LIST)), grow=lambda: grow(20))
