"""The embedded servers of this checkout: PostgreSQL and Valkey, real ones, on unix sockets, for one machine.

    stack.py up                        start both (again and again, from two shells at once, after kill -9)
    stack.py down                      stop both; the data stay
    stack.py status                    one line a server; exit 0 when both run
    stack.py run [--owner] -- CMD...   start both and run CMD with DATABASE_URL, REDIS_URL, ... in its environment
    stack.py wipe                      stop both and delete their data

A DATABASE_URL or REDIS_URL that is already set points to a server of your own: nothing is started in its place.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TextIO
from urllib.parse import parse_qsl, unquote, urlsplit

from places import Home, Refusal, explain, find_home
from postgres_server import APPLICATION, OWNER, PostgresServer
from valkey_server import ValkeyServer


def servers_of(home: Home) -> tuple[PostgresServer, ValkeyServer]:
    return PostgresServer(home), ValkeyServer(home)


def up() -> int:
    home = find_home()
    with home.locked():
        for server in servers_of(home):
            server.start()
    return 0


def down() -> int:
    home = find_home()
    with home.locked():
        for server in servers_of(home):
            server.stop()
    return 0


def are_running() -> bool:
    return all(server.is_running() for server in servers_of(find_home()))


def status() -> int:
    servers = servers_of(find_home())
    running = [server.is_running() for server in servers]
    for server, runs in zip(servers, running, strict=True):
        said = ("running", server.version()) if runs else ("stopped", "-")
        print(server.name, *said, f"socket={server.home.sockets}", f"data={server.data}", sep="\t")
    return 0 if all(running) else 1


def wipe() -> int:
    home = find_home()
    with home.locked():
        for server in servers_of(home):
            server.stop()
        shutil.rmtree(home.sockets, ignore_errors=True)
        shutil.rmtree(home.folder)
    return 0


def use(home: Home) -> TextIO:
    """Held while somebody works with the servers, so that nobody else's end stops them."""
    handle = (home.folder / "users").open("w")
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


@contextmanager
def lease(*, stop: bool = False) -> Iterator[None]:
    """Work with the servers; at the end they stop if they did not run before (or ``stop``) and nobody else uses them."""
    with use(find_home()) as handle:
        stop = stop or not are_running()
        try:
            yield
        finally:
            if stop:
                with suppress(BlockingIOError):
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    down()


def run(command: Sequence[str], *, as_owner: bool) -> int:
    """Replace this process by the command; the servers stay up behind it."""
    handle = use(find_home())
    os.set_inheritable(handle.fileno(), True)
    environment = environment_with_servers(as_owner=as_owner)
    try:
        os.execvpe(command[0], list(command), environment)
    except FileNotFoundError:
        raise Refusal(f"there is no command {command[0]!r}") from None


def environment_with_servers(*, as_owner: bool = False) -> dict[str, str]:
    """This process's environment plus the addresses of the servers, started where none is named yet."""
    found = dict(os.environ)
    if not (found.get("DATABASE_URL") and found.get("REDIS_URL")):
        home = find_home()
        with home.locked():
            if not found.get("DATABASE_URL"):
                database = PostgresServer(home)
                database.start()
                found |= {
                    "DATABASE_URL": database.url(APPLICATION),
                    "DATABASE_OWNER_URL": database.url(OWNER),
                }
            if not found.get("REDIS_URL"):
                broker = ValkeyServer(home)
                broker.start()
                found |= {"REDIS_URL": broker.cache_url, "CELERY_BROKER_URL": broker.broker_url}
    found.setdefault("DATABASE_OWNER_URL", found["DATABASE_URL"])
    found.setdefault("CELERY_BROKER_URL", broker_url_from(found["REDIS_URL"]))
    if as_owner:
        found["DATABASE_URL"] = found["DATABASE_OWNER_URL"]
    return found


def embedded_database() -> PostgresServer:
    """The embedded PostgreSQL, running."""
    home = find_home()
    server = PostgresServer(home)
    with home.locked():
        server.start()
    return server


def connection_words(url: str) -> dict[str, str]:
    """The address of a database in libpq's words; a socket's folder stands before the name, as in ``url``."""
    parts = urlsplit(url)
    folder, _, name = parts.path[1:].rpartition("/")
    found = {
        "host": folder or unquote(parts.hostname or ""),
        "port": str(parts.port or ""),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(name),
    }
    return {word: value for word, value in found.items() if value} | dict(parse_qsl(parts.query))


def broker_url_from(redis_url: str) -> str:
    """Celery writes the address of a unix socket its own way."""
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    if not redis_url.startswith("unix://"):
        return redis_url
    return f"redis+socket://{path}" + (f"?{query.replace('db=', 'virtual_host=')}" if query else "")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="up|down|status|run|wipe")
    plain = {"up": up, "down": down, "status": status, "wipe": wipe}
    for name in plain:
        acts.add_parser(name)
    runner = acts.add_parser("run")
    runner.add_argument("--owner", action="store_true", help="DATABASE_URL of the role that owns the tables")
    runner.add_argument("command", nargs=argparse.REMAINDER, metavar="-- CMD")
    asked = parser.parse_args(arguments)
    if asked.act in plain:
        return plain[asked.act]()
    command = asked.command[1:] if asked.command[:1] == ["--"] else asked.command
    if not command:
        parser.error("run needs a command: stack.py run -- CMD...")
    return run(command, as_owner=asked.owner)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        sys.exit(explain(refusal))
