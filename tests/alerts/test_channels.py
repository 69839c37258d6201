"""Channels against real servers: what arrives, what proof there is, and what refuses to leave."""

import hashlib
import hmac
import os
import re
import subprocess
import sys
import time
from base64 import b64encode
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as house

from alerts.channels import BOUNCED, CHANNELS
from alerts.messages import Attachment, Message, Undeliverable
from alerts.models import Delivery, Endpoint, Notice
from alerts.outgoing import Unreachable, refusal
from courts.ciphers import Unreadable, lock, unlock
from tests.alerts.servers import mail_server, says, web_server

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 30, 1, tzinfo=UTC)
LIST = Attachment("2026年6月㛃𠮷审限清单.xlsx", b"PK\x03\x04\x00rows", "application/vnd.ms-excel")
MESSAGE = Message(
    subject="你院共有 20 件案件临近审限，清单见附件——㛃𠮷法官等" + "很长" * 40,
    text="（2026）川1502民初1号，当事人某某",
    html="<p>（2026）川1502民初1号，当事人某某</p>",
    attachments=(LIST,),
    count=20,
    link="http://mingjing.court.example/alerts/",
)


@pytest.fixture
def mail(settings):
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def web(settings):
    with web_server(settings) as server:
        yield server


@pytest.fixture
def send(court, judge):
    """``send("wecom", address=…, secret=…)``: the message by that channel; the proof."""

    def hand_over(channel, message=MESSAGE, *, address="", secret="", template=None):
        judge.email, judge.phone = judge.email or "zhou@court.example", judge.phone or "138 0013 8000"
        judge.save()
        row = {"court": court, "channel": channel, "kind": "prompt", "created_at": AT, "next_at": AT}
        if channel != "email":
            row["endpoint"] = Endpoint.objects.create(
                court=court, channel=channel, name=f"端点{Endpoint.objects.count()}", address=address,
                secret=lock(secret), template=template or {},
            )  # fmt: skip
        person = judge if channel in ("email", "sms") else None
        delivery = Delivery.objects.create(**row, person=person, key=str(Delivery.objects.count()))
        return CHANNELS[channel].send(message, delivery)

    return hand_over


# --- e-mail ----------------------------------------------------------------------------------------------
def test_a_mail_arrives_with_chinese_subject_and_attachment_name_whole(mail, send):
    send("email")
    (arrived,) = mail.mails
    assert arrived["Subject"] == MESSAGE.subject
    (file,) = arrived.iter_attachments()
    assert file.get_filename() == LIST.name
    assert file.get_content() == LIST.content
    raw = mail.taken[0]
    assert b"filename*=" in raw  # RFC 2231
    assert b"Subject: =?utf-8?" in raw  # RFC 2047, from its first line on
    head = raw.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 78


def test_a_mail_says_the_same_in_text_and_html(mail, send):
    send("email")
    (arrived,) = mail.mails
    assert MESSAGE.text in arrived.get_body(("plain",)).get_content()
    assert MESSAGE.html in arrived.get_body(("html",)).get_content()


def test_a_mail_sent_again_is_recognisable_and_marked_as_automatic(mail, send, judge):
    send("email")
    delivery = Delivery.objects.get()
    CHANNELS["email"].send(MESSAGE, delivery)
    first, again = mail.mails
    assert first["Message-ID"] == again["Message-ID"] == f"<delivery-{delivery.pk}@court.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Id"] == "<prompt.mingjing.court.example>"
    assert first["To"] == judge.email


def test_the_proof_of_a_mail_is_the_servers_answer(mail, send):
    assert send("email") == "250 2.0.0 queued as 1"


def test_a_refused_address_is_given_up_and_a_full_mailbox_is_not(mail, send, judge):
    judge.email = "gone@court.example"
    mail.refuses = {judge.email: "550 5.1.1 no such user"}
    with pytest.raises(Undeliverable, match=f"{BOUNCED}：550 5.1.1 no such user") as gone:
        send("email")
    mail.refuses = {judge.email: "452 4.2.2 mailbox full"}
    with pytest.raises(Undeliverable, match="452") as full:
        send("email")
    assert (gone.value.lasting, full.value.lasting) == (True, False)
    assert not isinstance(full.value, Unreachable)


def test_words_the_server_refuses_for_good_are_given_up(mail, send):
    mail.refuses_words = "552 too large"
    with pytest.raises(Undeliverable, match="552 too large") as refused:
        send("email")
    assert refused.value.lasting


def test_a_mail_server_that_is_down_is_no_lasting_refusal(mail, send):
    mail.stop()
    with pytest.raises(Unreachable, match=r"邮件服务器 127\.0\.0\.1 无法使用") as down:
        send("email")
    assert not down.value.lasting


def test_an_address_that_would_add_a_header_is_refused(mail, send, judge):
    judge.email = "a@court.example\nBcc: b@court.example"
    with pytest.raises(Undeliverable, match="无法写入邮件") as refused:
        send("email")
    assert refused.value.lasting
    assert mail.taken == []


# --- the inbox ---------------------------------------------------------------------------------------------
def test_the_inbox_proves_itself_by_its_rows(court, judge):
    told = Notice.objects.create(person=judge, kind="system", role="judge", told_at=AT)
    delivery = Delivery(court=court, person=judge, notices=[told.pk, told.pk + 1])
    assert CHANNELS["inbox"].send(MESSAGE, delivery) == "站内告知 1 条"


# --- robots ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("channel", ["wecom", "dingtalk", "feishu", "webhook"])
def test_a_group_learns_a_count_and_a_link_and_nothing_else(web, send, channel):
    web.answers = says({"errcode": 0, "code": 0})
    send(channel, address=f"{web.address}/hook", secret="geheim")
    (asked,) = web.asked
    body = asked.body.decode()
    assert "20" in body
    assert MESSAGE.link in body
    for word in ("川1502", "当事人", "审限清单", "法官"):
        assert word not in body


def test_wecom_is_sent_a_text_to_the_address_with_its_key(web, send):
    proof = send("wecom", address=f"{web.address}/cgi-bin/webhook/send?key=k1")
    (asked,) = web.asked
    assert asked.path == "/cgi-bin/webhook/send?key=k1"
    words = f"〔明镜〕现有 20 项需要处理，登录后查看：{MESSAGE.link}"
    assert asked.json == {"msgtype": "text", "text": {"content": words}}
    assert proof == "0 ok"


def test_dingtalk_gets_milliseconds_and_signature_in_the_address(web, send):
    send("dingtalk", address=f"{web.address}/robot/send?access_token=t1", secret="SECabc")
    (asked,) = web.asked
    given = parse_qs(urlsplit(asked.path).query, strict_parsing=True)
    (moment,) = given["timestamp"]
    key = hmac.new(b"SECabc", f"{moment}\nSECabc".encode(), hashlib.sha256).digest()
    assert given == {"access_token": ["t1"], "timestamp": [moment], "sign": [b64encode(key).decode()]}
    assert abs(int(moment) - time.time() * 1000) < 60_000
    assert asked.json["msgtype"] == "text"


def test_feishu_gets_seconds_and_signature_in_the_body(web, send):
    web.answers = says({"code": 0, "msg": "success", "data": {}})
    assert send("feishu", address=f"{web.address}/open-apis/bot/v2/hook/x", secret="abc") == "0 success"
    (asked,) = web.asked
    moment = asked.json["timestamp"]
    key = hmac.new(f"{moment}\nabc".encode(), b"", hashlib.sha256).digest()
    assert asked.json["sign"] == b64encode(key).decode()
    assert abs(int(moment) - time.time()) < 60
    assert asked.json["msg_type"] == "text"
    assert MESSAGE.link in asked.json["content"]["text"]


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}),
        ("feishu", {"code": 19021, "msg": "sign match fail"}),
    ],
)
def test_a_robot_that_refuses_with_200_has_refused(web, send, channel, said):
    web.answers = says(said)
    with pytest.raises(Undeliverable, match=f"{said.get('errcode', said.get('code'))} "):
        send(channel, address=web.address)


@pytest.mark.parametrize("said", [b"<html>login</html>", b"[]", b"3", b"\xff\xfe", b"{}"])
def test_an_answer_that_is_no_robots_answer_is_no_proof(web, send, said):
    web.answers = says(said)
    with pytest.raises(Undeliverable, match="不是群机器人的应答"):
        send("wecom", address=web.address)


# --- webhook and text message --------------------------------------------------------------------------------
def test_a_webhook_is_signed_over_time_and_body_and_names_its_delivery(web, send):
    assert send("webhook", address=web.address, secret="geheim") == "HTTP 200"
    (asked,) = web.asked
    found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", asked.headers["Mingjing-Signature"])
    made = hmac.new(b"geheim", found[1].encode() + b"." + asked.body, hashlib.sha256).hexdigest()
    assert found[2] == made
    assert asked.headers["Idempotency-Key"] == str(Delivery.objects.get().pk)
    assert asked.json == {
        "id": Delivery.objects.get().pk, "kind": "prompt", "count": 20, "link": MESSAGE.link,
    }  # fmt: skip


def test_the_documented_check_knows_our_webhooks_from_others(web, send, settings):
    printed = (settings.BASE_DIR / "docs" / "api.md").read_text("utf-8").partition("## Receiving webhooks")[2]
    check = {}
    exec(re.search(r"```python\n(.*?)```", printed, re.DOTALL)[1], check)
    send("webhook", address=web.address, secret="geheim")
    (asked,) = web.asked
    header = asked.headers["Mingjing-Signature"]
    assert check["is_ours"](header, asked.body, "geheim")
    assert not check["is_ours"](header, asked.body + b" ", "geheim")
    assert not check["is_ours"](header, asked.body, "anders")
    assert not check["is_ours"](header, asked.body, "geheim", now=time.time() + 600)
    assert not check["is_ours"]("v1=", asked.body, "geheim")


def test_a_webhook_without_a_secret_sends_nothing(web, send):
    with pytest.raises(Undeliverable, match="没有密钥"):
        send("webhook", address=web.address)
    assert web.asked == []


def test_a_text_message_follows_the_template_of_its_gateway(web, send):
    template = {"to": ["{phone}"], "tpl": {"id": 7, "words": "{count} 件，见 {link}"}}
    assert send("sms", address=web.address, secret="token", template=template) == "HTTP 200"
    (asked,) = web.asked
    assert asked.json == {"to": ["13800138000"], "tpl": {"id": 7, "words": f"20 件，见 {MESSAGE.link}"}}
    assert asked.headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize("phone", ["0831-8888888", "1380013800", "+1 415 555 0100", "13800138000;1"])
def test_a_text_message_goes_to_a_mobile_number_only(web, send, judge, phone):
    judge.phone = phone
    with pytest.raises(Undeliverable, match="11 位大陆手机号码") as refused:
        send("sms", address=web.address, template={"to": "{phone}"})
    assert refused.value.lasting
    assert web.asked == []


# --- the one door ------------------------------------------------------------------------------------------------
def test_nothing_leaves_to_a_host_that_is_not_listed(web, send, settings):
    settings.ALERT_HOSTS = ["qyapi.weixin.qq.com"]
    with pytest.raises(
        Undeliverable, match=r"不在允许的外发地址之列；允许的有：qyapi\.weixin\.qq\.com"
    ) as refused:
        send("wecom", address=web.address)
    settings.ALERT_HOSTS = []
    with pytest.raises(Undeliverable, match="尚未允许任何外发地址"):
        send("wecom", address=web.address)
    assert refused.value.lasting
    assert web.asked == []


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://hooks.court.cn/a", True),
        ("https://HOOKS.court.cn:443/a", True),
        ("http://hooks.court.cn/a", False),
        ("https://hooks.court.cn:8443/a", False),
        ("https://sub.hooks.court.cn/a", False),
        ("https://hooks.court.cn.evil.com/a", False),
        ("https://hooks.court.cn@evil.com/a", False),
        ("https://user:pw@hooks.court.cn/a", False),
        ("https://evil.com\\@hooks.court.cn/a", False),
        ("https://evil.com#@hooks.court.cn/a", False),
        ("http://10.1.2.3:8080/gate", True),
        ("https://10.1.2.3:8080/gate", False),
        ("http://10.1.2.3/gate", False),
        ("ftp://hooks.court.cn/a", False),
        ("hooks.court.cn/a", False),
        ("https://:443", False),
        ("", False),
    ],
)
def test_an_address_is_allowed_by_scheme_host_and_port(settings, address, allowed):
    settings.ALERT_HOSTS = ["hooks.court.cn", "http://10.1.2.3:8080"]
    assert (refusal(address) == "") is allowed


def test_a_redirect_is_not_followed(web, send):
    web.answers = says(b"", 302, Location=f"{web.address}/elsewhere")
    with pytest.raises(Undeliverable, match=r"302.*不予跟随") as refused:
        send("wecom", address=f"{web.address}/hook")
    assert [asked.path for asked in web.asked] == ["/hook"]
    assert refused.value.lasting


def test_a_proxy_of_the_environment_is_not_asked(web, send, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert send("wecom", address=web.address) == "0 ok"


def test_an_endless_answer_is_not_read_to_its_end(web, send):
    web.answers = says(b" " * 200_000 + b'{"errcode": 0}')
    with pytest.raises(Undeliverable, match="不是群机器人的应答"):
        send("wecom", address=web.address)


def test_a_failing_server_may_recover_and_a_missing_one_is_unreachable(web, send):
    web.answers = says(b"", 503)
    with pytest.raises(Undeliverable, match="应答 503") as failing:
        send("wecom", address=f"{web.address}/hook?key=verysecret")
    web.stop()
    with pytest.raises(Unreachable, match="无法连接") as missing:
        send("wecom", address=f"{web.address}/hook?key=verysecret")
    for refused in (failing.value, missing.value):
        assert not refused.lasting
        assert "verysecret" not in refused.problem


# --- secrets at rest -----------------------------------------------------------------------------------------
def test_a_secret_is_not_kept_in_clear_and_survives_a_new_key(settings):
    locked = lock("geheim")
    assert b"geheim" not in locked
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-" + "y" * 50
    with pytest.raises(Unreadable):
        unlock(locked)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unlock(memoryview(locked)) == "geheim"
    assert unlock(b"") == ""


def test_a_secret_no_longer_readable_says_what_to_do(web, send, settings):
    send("wecom", address=web.address, secret="x")
    settings.SECRET_KEY = "another-" + "y" * 50
    with pytest.raises(Undeliverable, match="重新填写密钥"):
        CHANNELS["wecom"].send(MESSAGE, Delivery.objects.get())


WORKER = """
import logging
import sys
import django
django.setup()
from alerts.outgoing import post
from config.celery import app

app.log.setup("INFO", redirect_stdouts=False)
assert logging.getLogger().getEffectiveLevel() == logging.INFO
post(sys.argv[1] + "?access_token=geheim-7&sign=abc", b"{}", {})
logging.getLogger("alerts").info("done")
"""


def test_the_log_of_a_worker_holds_no_address_and_no_key(web):
    own = {"DJANGO_SETTINGS_MODULE": "config.settings", "ALERT_HOSTS": web.address}
    done = subprocess.run(
        [sys.executable, "-c", WORKER, f"{web.address}/send"], cwd=house.BASE_DIR, env=os.environ | own, timeout=60,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert web.asked and "done" in said, said
    assert "geheim-7" not in said and "access_token" not in said
