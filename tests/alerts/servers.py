"""A real mail server and a real web server on this machine, which keep what they are given."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps, loads
from typing import Any

from aiosmtpd.controller import Controller


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MailServer:
    """Takes mail, except for addresses it was told to refuse: ``refuses["gone@court.cn"] = "550 no such user"``."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[bytes] = []
        self.refuses: dict[str, str] = {}
        self.refuses_words = ""
        self.controller: Controller | None = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuses_words:
            return self.refuses_words
        self.taken.append(envelope.content)
        return f"250 2.0.0 queued as {len(self.taken)}"

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(words, policy=policy.default) for words in self.taken]

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        if self.controller:
            self.controller.stop()
            self.controller = None


@contextmanager
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A running server that the settings point to."""
    server = MailServer()
    settings.EMAIL_BACKEND = "alerts.post.AnsweringBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.DEFAULT_FROM_EMAIL = "明镜 <mingjing@court.example>"
    server.start()
    yield server
    server.stop()


class Asked:
    """One request as it came in."""

    def __init__(self, path: str, headers: Any, body: bytes) -> None:
        self.path, self.headers, self.body = path, headers, body

    @property
    def json(self) -> Any:
        return loads(self.body)


class WebServer:
    """Answers every POST as ``answers`` says: status, headers, body."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: Callable[[Asked], tuple[int, dict[str, str], bytes]] = says(
            {"errcode": 0, "errmsg": "ok"}
        )
        kept = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                kept.asked.append(Asked(self.path, self.headers, body))
                status, headers, said = kept.answers(kept.asked[-1])
                self.send_response(status)
                for name, value in {"Content-Length": str(len(said)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


def says(
    body: Any, status: int = 200, **headers: str
) -> Callable[[Asked], tuple[int, dict[str, str], bytes]]:
    return lambda asked: (status, headers, body if isinstance(body, bytes) else dumps(body).encode())


@contextmanager
def web_server(settings: Any) -> Iterator[WebServer]:
    """A running server that is on the allow-list."""
    server = WebServer()
    settings.ALERT_HOSTS = [server.address]
    threading.Thread(target=server.http.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.stop()
