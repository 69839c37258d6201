"""Start Mingjing with its demo court on this machine: servers, migrations, catalogues, data, web, worker, beat,
a watch over them, and a mail server that files what the court sends under var/mail.

Prints the address and one login per role, and stops everything on Ctrl-C. Reachable from this machine only.
"""

from __future__ import annotations

import ctypes
import fcntl
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn, TextIO

import psycopg2
import stack
from places import CHECKOUT, Refusal, explain, find_var, read_or_make

BIN = Path(sys.executable).parent
COURT = "川15"
PORTS = range(8000, 8100)
MAIL_PORTS = range(8025, 8125)
GRACE = 20.0
MAIL = "mail"
LOGINS = "demo-logins.txt"  # the passwords last as long as the demo court
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Steps:
    """Runs the preparations one by one, says which one is under way and for how long."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.begun = time.monotonic()

    def call(self, title: str, act: Callable[[], object]) -> None:
        with self._timed(title):
            act()

    def manage(self, title: str, *words: str, environment: Mapping[str, str]) -> str:
        """Run a management command; returns what it printed."""
        with self._timed(title) as tick, self.log.open("ab") as errors:
            command = [sys.executable, "manage.py", *words]
            process = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
            try:
                while True:
                    try:
                        said, _ = process.communicate(timeout=1)
                        break
                    except subprocess.TimeoutExpired:
                        tick()
            finally:
                process.kill()
        if process.returncode:
            end = "\n".join((self.log.read_text(errors="replace") + said).strip().splitlines()[-15:])
            raise Refusal(f"{end}\n`manage.py {' '.join(words)}` failed; all it said is in {self.log}")
        return said

    @contextmanager
    def _timed(self, title: str) -> Iterator[Callable[[], None]]:
        begun = time.monotonic()

        def show(end: str = "") -> None:
            if end or sys.stdout.isatty():
                start = "\r" if sys.stdout.isatty() else ""
                print(f"{start}{title:<40}{time.monotonic() - begun:7.1f} s", end=end, flush=True)

        show()
        yield show
        show("\n")


def settings(var: Path) -> dict[str, str]:
    """What the demo needs beyond the servers' addresses; whatever is set already stands."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "1",
        "DEMO": "1",
        "SECRET_KEY": read_or_make(var / "secret_key", lambda: secrets.token_urlsafe(50)),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
        "VAR_DIR": str(var),
    }
    return ours | {name: value for name, value in os.environ.items() if name in ours}


def mail_settings(var: Path) -> dict[str, str]:
    """Our own mail server, unless the environment names another one (or a way without any)."""
    if os.environ.get("EMAIL_HOST") or os.environ.get("EMAIL_BACKEND"):
        return {}
    (var / MAIL).mkdir(exist_ok=True)
    return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(free_port(MAIL_PORTS)), "EMAIL_USE_TLS": "0"}


def prepare(steps: Steps, var: Path) -> tuple[dict[str, str], str]:
    """Everything up to the first request; returns the environment of the processes and the logins."""
    environment: dict[str, str] = {}
    steps.call("starting PostgreSQL and Valkey", lambda: environment.update(stack.environment_with_servers()))
    environment |= settings(var)
    owner = environment | {"DATABASE_URL": environment["DATABASE_OWNER_URL"]}
    steps.manage("migrating the database", "migrate", "--noinput", environment=owner)
    steps.manage("publishing the catalogues", "publish_catalogues", environment=environment)
    steps.manage("putting the rules in force", "publish_rules", environment=environment)
    if not has_cases(environment["DATABASE_URL"]):
        steps.manage("making the demo court", "synthesize", "--court", COURT, environment=environment)
        (var / LOGINS).unlink(missing_ok=True)
    if not (var / LOGINS).exists():
        keep(
            var / LOGINS, steps.manage("preparing one login per role", "demo_logins", environment=environment)
        )
    steps.manage("sweeping the demo court", "demo_morning", environment=environment)
    return environment, (var / LOGINS).read_text(encoding="utf-8")


def keep(path: Path, text: str) -> None:
    """Write a file that only this account can read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def has_cases(url: str) -> bool:
    with psycopg2.connect(**stack.connection_words(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM cases_case)")
        return bool(cursor.fetchone()[0])


def free_port(ports: range) -> int:
    for port in ports:
        with socket.socket() as probe:
            # As gunicorn binds: the remains of an earlier run's connections do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise Refusal(f"no free port from {ports[0]} to {ports[-1]}; stop another program, then try again")


def commands(port: int, var: Path, mail_port: str) -> dict[str, Sequence[str | Path]]:
    """The processes in the order of their start; the mail server only where it is ours."""
    celery = [BIN / "celery", "-A", "config.celery"]
    postbox = [sys.executable, "tools/postbox.py", "--port", mail_port, "--folder", var / MAIL]
    return ({"postbox": postbox} if mail_port else {}) | {
        "web": [
            *(BIN / "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
            *("--timeout", "120", "--graceful-timeout", "5"),
        ],
        "worker": [*celery, "worker", "-Q", "default,slow", "--concurrency", "3", "--loglevel", "INFO"],
        "beat": [*celery, "beat", "--schedule", var / "beat-schedule", "--pidfile", "", "--loglevel", "INFO"],
        "watch": [sys.executable, "manage.py", "watch"],
    }


def end_with_parent() -> None:
    """In the child: should this program be killed outright, its children go too (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Children:
    """The processes, each with its own log, out of reach of the terminal's Ctrl-C."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self.logs, self.environment = logs, environment
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        with (self.logs / f"{name}.log").open("wb") as output:
            self.running[name] = subprocess.Popen(
                [str(word) for word in command],
                cwd=CHECKOUT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def refuse_if_one_ended(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                log = self.logs / f"{name}.log"
                end = "\n".join(log.read_text(errors="replace").strip().splitlines()[-10:])
                raise Refusal(f"{end}\n{name} ended by itself (code {process.returncode}); see {log}")

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def wait_for_first_page(port: int, children: Children) -> None:
    while True:
        children.refuse_if_one_ended()
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            line.request("GET", "/")
            status = line.getresponse().status
        except ConnectionError:
            time.sleep(0.1)
            continue
        finally:
            line.close()
        if status >= 500:
            raise Refusal(f"the first page answers with status {status}; see {children.logs / 'web.log'}")
        return


def only_run(var: Path) -> TextIO:
    """Held while this program lives: two of them would run two schedules on one database."""
    handle = (var / "run.lock").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        raise Refusal(
            f"Mingjing already runs from this folder: {handle.read() or 'it is starting'}"
        ) from None
    handle.truncate(0)
    return handle


def asked_to_stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def refuse_to_be_hurried() -> None:
    """A second Ctrl-C must not leave half of it running."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def serve(var: Path, held: TextIO) -> NoReturn:
    logs = var / "log"
    logs.mkdir(exist_ok=True)
    (logs / "setup.log").write_bytes(b"")
    steps = Steps(logs / "setup.log")
    environment, logins = prepare(steps, var)
    port, mail = free_port(PORTS), mail_settings(var)
    address = f"http://127.0.0.1:{port}/"
    children = Children(logs, {"SITE_ADDRESS": address.rstrip("/")} | environment | mail)
    try:
        for name, command in commands(port, var, mail.get("EMAIL_PORT", "")).items():
            children.start(name, command)
        steps.call("starting web, worker, beat and watch", lambda: wait_for_first_page(port, children))
        held.write(address)
        held.flush()
        print(
            f"\n{logins.strip()}\n\nMingjing 明镜 is ready after {time.monotonic() - steps.begun:.0f} s: {address}"
        )
        if mail:
            print(f"Mail of the demo court: {var / MAIL} (nothing leaves this machine)")
        print("Ctrl-C stops it; a second `make run` finds its data again.", flush=True)
        while True:
            children.refuse_if_one_ended()
            time.sleep(0.5)
    finally:
        refuse_to_be_hurried()
        print("\nstopping web, worker, beat and watch", flush=True)
        children.stop()


def main() -> int:
    for number in STOP_SIGNALS:
        signal.signal(number, asked_to_stop)
    var = find_var()
    with only_run(var) as held, stack.lease(stop=True):
        try:
            serve(var, held)
        except KeyboardInterrupt:
            return 0
        finally:
            refuse_to_be_hurried()
            print("stopping PostgreSQL and Valkey", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refusal as refusal:
        sys.exit(explain(refusal))
