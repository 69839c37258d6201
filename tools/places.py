"""Where the embedded servers keep their binaries, data, sockets and passwords; shared by the tools of this folder."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import re
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
# The kernel allows 107 bytes for the path of a unix socket; the longest file name we put behind the folder has 19.
LONGEST_SOCKET_FOLDER = 80


class Refusal(Exception):
    """One sentence for the person at the command line: what is wrong and what would be right."""


@dataclass(frozen=True)
class Account:
    """The plain account that runs the servers, or nobody in particular (``uid`` None) when we are one already."""

    uid: int | None = None
    gid: int | None = None

    def owns(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def run(self, command: Sequence[str | Path], *, cwd: Path, log: Path) -> int:
        """Run to the end as this account with all three standard streams away from ours.

        A daemon that keeps our standard error open would hang every pipe we are part of.
        """
        as_account = {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(cwd), "TZ": "Asia/Shanghai"}
        with log.open("ab") as output:
            self.owns(log)
            return subprocess.run(
                [str(part) for part in command],
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                check=False,
                **as_account,
            ).returncode


@dataclass(frozen=True)
class Home:
    """One set of servers: where it lives, who runs it, and its passwords."""

    folder: Path
    sockets: Path
    account: Account
    passwords: Mapping[str, str]

    def own_folder(self, name: str) -> Path:
        """A folder below the home that only the servers' account can enter."""
        return make_private(self.folder / name, self.account)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold everybody else back: two starts at once would replace each other's socket."""
        with (self.folder / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def find_var(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of everything made while running, ``var`` in the checkout unless ``MINGJING_VAR`` names another."""
    var = Path(environment.get("MINGJING_VAR") or CHECKOUT / "var").resolve()
    var.mkdir(parents=True, exist_ok=True)
    return var


def find_home(environment: Mapping[str, str] = os.environ) -> Home:
    """The home of this checkout's servers, made on first use."""
    var = find_var(environment)
    known = read_or_make_secrets(var / "servers.json")
    key = hashlib.sha256(f"{known['token']}:{var}".encode()).hexdigest()[:12]
    account, folder = (
        (plain_account(), root_folder(key)) if os.geteuid() == 0 else (Account(), var / "servers")
    )
    make_private(folder, account)
    return Home(folder, make_private(socket_folder(folder, key), account), account, known)


def read_or_make_secrets(path: Path) -> dict[str, str]:
    names = ("token", "postgres", "mingjing_owner", "mingjing_app")
    return json.loads(
        read_or_make(path, lambda: json.dumps({name: secrets.token_hex(20) for name in names}, indent=1))
    )


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """What the file says; written once, readable by its owner alone. Whoever comes second reads the first's."""
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    try:
        return path.read_text()
    except PermissionError:
        raise Refusal(f"{path} belongs to another account; run this as the account that made it") from None


def plain_account() -> Account:
    """PostgreSQL refuses to run as root, so root lends it an account that owns nothing else."""
    name = os.environ.get("MINGJING_ACCOUNT", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Refusal(f"there is no account {name!r}; set MINGJING_ACCOUNT to a plain account") from None
    return Account(entry.pw_uid, entry.pw_gid)


def root_folder(key: str) -> Path:
    """A folder that a plain account can reach: a checkout below /root is closed to it."""
    for base in (Path("/var/lib/mingjing"), Path("/var/tmp/mingjing")):
        try:
            base.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        if base.stat().st_uid == 0 and os.access(base, os.W_OK):
            return base / key
    raise Refusal("neither /var/lib nor /var/tmp can be written; run as a plain account instead")


def socket_folder(home: Path, key: str) -> Path:
    """Beside the data, unless the path is too long for a socket or would need quoting in a URL."""
    beside = home / "run"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER and re.fullmatch(r"[\w./-]+", str(beside), re.ASCII):
        return beside
    return Path(f"/tmp/mingjing-{os.geteuid()}-{key}")


def make_private(folder: Path, account: Account) -> Path:
    if folder.is_symlink():
        raise Refusal(f"{folder} is a symbolic link; remove it, then try again")
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid == os.geteuid():  # made just now, by us or by a start beside us
        account.owns(folder)
    if folder.stat().st_uid != (os.geteuid() if account.uid is None else account.uid):
        raise Refusal(
            f"{folder} belongs to another account; remove it, or run this as the account that made it"
        )
    return folder


def explain(refusal: Refusal) -> int:
    """Say the one sentence on standard error; the exit code for ``sys.exit``."""
    print(refusal, file=sys.stderr)
    return 1
