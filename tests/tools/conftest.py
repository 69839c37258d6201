"""A set of servers of its own, in a temporary folder, for tests that kill and wipe it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import environ
import psycopg2
import pytest
import redis

TOOLS = Path(__file__).resolve().parents[2] / "tools"
ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CELERY_BROKER_URL")


@dataclass(frozen=True)
class Stack:
    """One ``var`` folder and the tools called on it, none of the addresses of the servers outside."""

    var: Path

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in ADDRESSES}
        return inherited | {"MINGJING_VAR": str(self.var)}

    def begin(self, tool: str, *words: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(TOOLS / tool), *words],
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, tool: str, *words: str, **more: str) -> tuple[int, str, str]:
        process = self.begin(tool, *words, **more)
        said, complained = process.communicate(timeout=120)
        return process.returncode, said, complained

    def up(self) -> None:
        assert self.call("stack.py", "up") == (0, "", "")

    def addresses(self, **more: str) -> dict[str, str]:
        code, said, complained = self.call("stack.py", "run", "--", "env", **more)
        assert code == 0, complained
        return dict(line.split("=", 1) for line in said.splitlines() if line.split("=", 1)[0] in ADDRESSES)

    def connect(self, address: str = "DATABASE_URL", name: str = "") -> psycopg2.extensions.connection:
        """As the application's settings read the address; to another database of the server if one is named."""
        words = environ.Env.db_url_config(self.addresses()[address])
        connection = psycopg2.connect(
            dbname=name or words["NAME"], user=words["USER"], password=words["PASSWORD"], host=words["HOST"]
        )
        connection.autocommit = True
        return connection

    def queue(self) -> redis.Redis:
        return redis.from_url(self.addresses()["REDIS_URL"])

    def data(self) -> list[Path]:
        _, said, _ = self.call("stack.py", "status")
        return [Path(line.rpartition("data=")[2]) for line in said.splitlines()]


@pytest.fixture(scope="module")
def new_stack(tmp_path_factory):
    """``new_stack()``: another empty set of servers, wiped in the end."""
    made: list[Stack] = []

    def make(folder: str = "var") -> Stack:
        made.append(Stack(tmp_path_factory.mktemp("stack") / folder))
        return made[-1]

    yield make
    for each in made:
        each.call("stack.py", "wipe")


@pytest.fixture(scope="module")
def stack(new_stack) -> Stack:
    """One set of running servers that the tests of a module share."""
    made = new_stack()
    made.up()
    return made
