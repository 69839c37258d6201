"""PostgreSQL's own client programs, called with an address that the environment or the embedded server gives."""

from __future__ import annotations

import os
import subprocess

import stack
from places import Refusal
from postgres_server import find_binaries

# libpq's words for an address, as the client programs read them from their environment.
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}


def owner_url() -> str:
    """DATABASE_OWNER_URL, or the embedded server's, started if need be."""
    return os.environ.get("DATABASE_OWNER_URL") or stack.embedded_database().url("mingjing_owner")


def target_words(url: str) -> dict[str, str]:
    words = stack.connection_words(url)
    if "dbname" not in words:
        raise Refusal("DATABASE_OWNER_URL names no database; write postgres://USER:PASSWORD@HOST/DATABASE")
    return words


def call(program: str, *arguments: str, words: dict[str, str]) -> None:
    """Run to the end; the password travels in the environment, where other accounts cannot read it."""
    address = {VARIABLES.get(word, f"PG{word.upper()}"): value for word, value in words.items()}
    ran = subprocess.run(
        [find_binaries() / program, *arguments],
        env=os.environ | address,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise Refusal(f"{program} failed: {' '.join(ran.stderr.split())}")
