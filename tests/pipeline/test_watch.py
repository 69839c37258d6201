"""The administrators hear of what does not run by a path that needs none of it: once, daily while it lasts, and once more."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from select import select
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.utils import timezone

from alerts.models import Notice
from pipeline.checks import Check
from pipeline.models import Run
from pipeline.watching import Problem, follow, keep, look, news_of, recall

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
LATE = Check("job:seal", "封存留痕", ok=False, sentence="尚未完成过", would_be_right="应每 20 秒完成一次")
SEALED = Check("job:seal", "封存留痕", ok=True, sentence="上次完成于 06-30 17:00")
AT_ONCE = timedelta()
HOUR = timedelta(hours=1)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / "watch.json"


@pytest.fixture
def keeper(post):
    keeper = post("itadmin", "系统管理员甲")
    keeper.email = "keeper@court.invalid"
    keeper.save()
    return keeper


@pytest.fixture
def told(mail_goes_to, path):
    """``told(checks, hours)``: how many mails came of a look so many hours later."""

    def look_later(checks, hours=0.0, patience=AT_ONCE):
        before = len(mail_goes_to.mails())
        look(checks, at=NOW + hours * HOUR, path=path, patience=patience)
        return len(mail_goes_to.mails()) - before

    return look_later


# --- what is new -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_problem_is_told_when_it_begins_daily_while_it_lasts_and_once_when_it_is_over(told, keeper):
    assert told([LATE]) == 1
    assert told([LATE], 1) == told([LATE], 23) == 0
    assert told([LATE], 24) == 1
    assert told([LATE], 25) == 0
    assert told([SEALED], 26) == 1
    assert told([SEALED], 27) == 0
    assert told([LATE], 28) == 1


@pytest.mark.django_db
def test_the_mail_says_in_chinese_what_is_wrong_what_would_be_right_and_since_when(told, keeper, postbox):
    told([LATE])
    told([SEALED], 1)
    begun, over = postbox.mails()
    assert begun["Subject"].strip() == "【明镜】运行异常 1 项：封存留痕"
    assert begun["To"] == "keeper@court.invalid"
    assert "封存留痕：尚未完成过。应每 20 秒完成一次。发现于 06-30 17:00" in begun.get_content()
    assert over["Subject"].strip() == "【明镜】运行恢复：封存留痕"
    assert "尚未完成过" not in over.get_content()


@pytest.mark.django_db
def test_between_two_looks_a_hiccup_is_not_worth_a_mail(told, keeper):
    minute = timedelta(minutes=1)
    assert told([LATE], 0, minute) == told([SEALED], 1 / 60, minute) == 0
    assert told([LATE], 2 / 60, minute) == 0
    assert told([LATE], 3 / 60, minute) == 1


def test_what_cannot_be_seen_while_a_server_is_silent_is_not_over():
    known = {"job:seal": Problem("job:seal", "封存留痕", "", "", NOW, NOW)}
    silent = Check("database", "数据库", ok=False, sentence="无法访问")
    standing, over = follow(known, [silent], NOW)
    assert set(standing) == {"job:seal", "database"} and not over
    standing, over = follow(known, [Check("database", "数据库", ok=True, sentence="")], NOW)
    assert not standing and set(over) == {"job:seal"}


def test_what_was_never_told_is_over_without_a_word():
    over = {"job:seal": Problem("job:seal", "封存留痕", "", "", NOW)}
    assert not news_of({}, over, NOW, AT_ONCE)


def test_the_memory_survives_and_a_broken_one_is_an_empty_one(path):
    assert recall(path).problems == {}
    standing, _ = follow({}, [LATE], NOW)
    keep(path, recall(path).__class__(standing, ("a@court.invalid",)))
    assert recall(path).problems == standing and recall(path).addresses == ("a@court.invalid",)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for broken in ("", "{", "[]", '{"problems": [{}], "addresses": []}', '{"problems": 7, "addresses": 7}'):
        path.write_text(broken)
        assert recall(path).problems == {}


# --- by which path -----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_only_administrators_and_the_named_addresses_are_told(told, keeper, president, postbox, settings):
    president.email = "president@court.invalid"
    president.save()
    settings.ALARM_TO = ["duty@court.invalid"]
    told([LATE])
    assert postbox.mails()[0]["To"] == "duty@court.invalid, keeper@court.invalid"
    keeper.postings.update(ends_on=timezone.localdate() - timedelta(days=1))
    told([SEALED], 1)
    assert postbox.mails()[1]["To"] == "duty@court.invalid"


@pytest.mark.django_db
def test_when_mail_fails_the_inbox_is_written_instead(told, keeper, postbox):
    postbox.stop()
    assert told([LATE]) == 0
    notice = Notice.objects.get(person=keeper, kind="system")
    assert notice.subject == "【明镜】运行异常 1 项：封存留痕" and notice.address == "/running/"
    assert told([LATE], 1) == 0 and Notice.objects.count() == 1
    postbox.start()
    assert told([SEALED], 2) == 1 and Notice.objects.count() == 1


@pytest.mark.django_db
def test_an_administrator_without_an_address_reads_it_in_the_inbox(told, keeper, post):
    other = post("itadmin", "系统管理员乙")
    assert told([LATE]) == 1
    assert list(Notice.objects.values_list("person", flat=True)) == [other.pk]


@pytest.mark.django_db
def test_what_reached_nobody_is_told_at_the_next_look(told, postbox, settings):
    assert told([LATE]) == 0
    settings.ALARM_TO = ["duty@court.invalid"]
    assert told([LATE], 1 / 60) == 1
    settings.ALARM_TO = []
    assert told([SEALED], 1) == 0
    settings.ALARM_TO = ["duty@court.invalid"]
    assert told([SEALED], 1 + 1 / 60) == 1
    assert told([SEALED], 2) == 0


class Receiver(BaseHTTPRequestHandler):
    bodies: list[bytes] = []

    def do_POST(self):
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def webhook():
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    Receiver.bodies.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
def test_when_mail_fails_the_webhook_is_called_if_its_host_is_allowed(told, postbox, webhook, settings):
    postbox.stop()
    settings.ALARM_WEBHOOK, settings.ALERT_HOSTS = f"{webhook}/alarm", []
    told([LATE])
    assert Receiver.bodies == []
    settings.ALERT_HOSTS = [webhook]
    told([LATE], 1)
    assert len(Receiver.bodies) == 1 and "封存留痕".encode() in Receiver.bodies[0]
    told([LATE], 2)
    assert len(Receiver.bodies) == 1


@pytest.mark.django_db
def test_a_mistyped_address_keeps_the_mail_from_nobody_else(told, keeper, post, postbox, settings, caplog):
    settings.ALARM_TO = ["ops@court.cn it@court.cn", "duty@court.invalid"]
    other = post("itadmin", "系统管理员乙")
    other.email = "other@"
    other.save()
    assert told([LATE]) == 1
    assert postbox.mails()[0]["To"] == "duty@court.invalid, keeper@court.invalid"
    assert '"ops@court.cn it@court.cn" is no e-mail address' in caplog.text
    assert list(Notice.objects.values_list("person", flat=True)) == [other.pk]


@pytest.mark.django_db
def test_a_mail_that_cannot_even_be_written_still_leads_to_inbox_and_webhook(told, keeper, webhook, settings):
    settings.DEFAULT_FROM_EMAIL = "the court; mingjing"
    settings.ALARM_WEBHOOK, settings.ALERT_HOSTS = f"{webhook}/alarm", [webhook]
    assert told([LATE]) == 0
    assert Notice.objects.filter(person=keeper).count() == len(Receiver.bodies) == 1


def test_the_system_check_names_a_mistyped_address_and_no_other(settings):
    settings.ALARM_TO = ["duty@court.invalid", "ops@court"]
    (found,) = [each for each in run_checks() if each.id == "pipeline.W001"]
    assert found.msg.startswith('ALARM_TO: "ops@court" is no e-mail address') and "\n" not in found.msg
    settings.ALARM_TO = ["duty@court.invalid"]
    assert not [each for each in run_checks() if each.id == "pipeline.W001"]


@pytest.mark.parametrize("between", [",", ";", "; ", "，", "；", " ;\n"])
def test_addresses_are_separated_by_commas_or_semicolons(between):
    read = "from config.settings import ALARM_TO; print(*ALARM_TO, sep='|')"
    given = os.environ | {"ALARM_TO": between.join(["ops@court.cn", "it@court.cn"]) + between}
    said = subprocess.run([sys.executable, "-c", read], env=given, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "ops@court.cn|it@court.cn"


# --- the process -------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_queue_that_hangs_and_a_job_that_stopped_are_told_by_a_process_that_needs_neither(
    start, queue, keeper, postbox, tmp_path, now
):
    Run.objects.create(name="audit.tasks.seal_trail", expected_at=now - timedelta(days=9))
    os.kill(queue.process.pid, signal.SIGSTOP)  # it takes connections and never answers
    try:
        watch = start(
            ["python", "manage.py", "watch", "--once", "--limit", "3"], log="watch.log", **postbox.environment
        )
        assert watch.wait(40) == 1, (tmp_path / "watch.log").read_text()
    finally:
        os.kill(queue.process.pid, signal.SIGCONT)
    (mail,) = postbox.mails()
    assert {"任务队列", "封存留痕"} <= set(mail["Subject"].partition("：")[2].split("、"))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_down_is_told_to_the_named_addresses(start, postbox, tmp_path):
    gone = "postgres://nobody:x@127.0.0.1:9/mingjing"
    more = postbox.environment | {"ALARM_TO": "duty@court.invalid", "DATABASE_URL": gone}
    watch = start(["python", "manage.py", "watch", "--once", "--limit", "3"], log="watch.log", **more)
    assert watch.wait(60) == 1, (tmp_path / "watch.log").read_text()
    (mail,) = postbox.mails()
    assert mail["To"] == "duty@court.invalid" and "数据库" in mail["Subject"]
    assert "Traceback" not in (tmp_path / "watch.log").read_text()


class Doorway(BaseRequestHandler):
    """One connection to PostgreSQL through ``Freezing``."""

    def handle(self):
        given = connection.settings_dict
        with socket.socket(socket.AF_UNIX) as behind, suppress(OSError):
            behind.connect(f"{given['HOST']}/.s.PGSQL.{given['PORT'] or 5432}")
            other = {self.request: behind, behind: self.request}
            while not self.server.over.is_set():
                for side in select(list(other), [], [], 0.1)[0]:
                    piece = side.recv(65536)
                    if not piece or self.server.holds(piece):
                        return
                    other[side].sendall(piece)


class Freezing(ThreadingTCPServer):
    """PostgreSQL as a stopped process or a cut line shows it: it takes connections and bytes, and never answers again.

    It freezes when told to, or at the first bytes that hold ``trigger``.
    """

    daemon_threads = True
    trigger: bytes | None = None

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Doorway)
        self.frozen, self.over = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, args=[0.1], daemon=True).start()

    @property
    def environment(self):
        given = connection.settings_dict
        place = f"127.0.0.1:{self.server_address[1]}"
        return {"DATABASE_URL": f"postgres://{given['USER']}:{given['PASSWORD']}@{place}/{given['NAME']}"}

    def holds(self, piece):
        """Whether these bytes stay here; then until the end of the test."""
        if self.trigger and self.trigger in piece:
            self.frozen.set()
        return self.frozen.is_set() and self.over.wait()


@pytest.fixture
def freezing(transactional_db):
    made = Freezing()
    yield made
    made.over.set()
    made.shutdown()
    made.server_close()


@pytest.mark.slow
def test_a_database_that_freezes_between_two_looks_is_told_to_the_named_addresses(
    start, freezing, postbox, tmp_path, wait_until
):
    more = postbox.environment | freezing.environment | {"ALARM_TO": "duty@court.invalid; it@court.invalid"}
    watch = start(["python", "manage.py", "watch", "--every", "1", "--limit", "2"], log="watch.log", **more)
    wait_until((tmp_path / "watch.json").exists)
    freezing.frozen.set()
    wait_until(lambda: any("数据库" in mail["Subject"] for mail in postbox.mails()), 40)
    assert postbox.mails()[-1]["To"] == "duty@court.invalid, it@court.invalid"
    assert watch.poll() is None and "Traceback" not in (tmp_path / "watch.log").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("trigger", [b"user", b'"courts_posting"', b'INSERT INTO "alerts_notice"'])
def test_wherever_the_database_freezes_the_watch_speaks_and_ends(
    start, freezing, keeper, post, postbox, tmp_path, trigger
):
    """At the first byte, when it is asked for the administrators, when their inbox is written."""
    freezing.trigger = trigger
    post("itadmin", "系统管理员乙")  # has no address: is told in the inbox
    more = postbox.environment | freezing.environment | {"ALARM_TO": "duty@court.invalid"}
    watch = start(["python", "manage.py", "watch", "--once", "--limit", "2"], log="watch.log", **more)
    assert watch.wait(60) == 1, (tmp_path / "watch.log").read_text()
    assert freezing.frozen.is_set() and "duty@court.invalid" in postbox.mails()[0]["To"]
    assert recall(tmp_path / "watch.json").problems
    assert "Traceback" not in (tmp_path / "watch.log").read_text()
