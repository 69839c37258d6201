"""Fair measuring: ours, the floor and the peers take turns in every round, and the median of the rounds counts."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit, urlunsplit

import django
import django.core.management
import django.db
import environ
import psycopg2

ROUNDS = 5
Work = Callable[[], object]


@dataclass(frozen=True)
class Peer:
    """Another way to do it; ``rows`` is what one turn does, less than ours where it would take too long."""

    rows: int
    work: Work


def measure(
    name: str,
    *,
    rows: int,
    ours: Work,
    floor: str,
    floor_work: Work,
    peers: Mapping[str, Peer],
    mismatches: int,
    rounds: int = ROUNDS,
) -> dict[str, object]:
    """One measure as the contract of ``bench`` states it, printed as one JSON line."""
    works = {"": ours, floor: floor_work, **{peer: given.work for peer, given in peers.items()}}
    taken: dict[str, list[float]] = {key: [] for key in works}
    for work in works.values():
        work()  # whatever is read or compiled once
    for _ in range(max(rounds, ROUNDS)):
        for key, work in works.items():
            begun = perf_counter()
            work()
            taken[key].append(perf_counter() - begun)
    seconds = {key: median(times) for key, times in taken.items()}
    result: dict[str, object] = {
        "bench": name,
        "rows": rows,
        "ours_s": round(seconds[""], 6),
        "floor": floor,
        "floor_s": round(seconds[floor], 6),
        "ratio_to_floor": round(seconds[""] / seconds[floor], 2),
        "peers": {
            peer: _beside(seconds[peer], given.rows, seconds[""], rows) for peer, given in peers.items()
        },
        "mismatches": mismatches,
    }
    print(json.dumps(result, ensure_ascii=False), flush=True)
    return result


def _beside(seconds: float, peer_rows: int, ours: float, rows: int) -> dict[str, object]:
    times = (seconds / peer_rows) / (ours / rows)
    return {"rows": peer_rows, "s": round(seconds, 4), "times_slower_than_ours": round(times, 1)}


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """A database of our own with the real schema and the published catalogues, gone afterwards.

    Settings read the environment once: enter this before anything imports Django's models.
    """
    owner_url = os.environ.get("DATABASE_OWNER_URL")
    if not owner_url:
        sys.exit("DATABASE_OWNER_URL is not set; run it as tools/stack.py run -- python -m bench ...")
    database = f"bench_{name}_{os.getpid()}"
    _as_owner(owner_url, f"CREATE DATABASE {database}")
    os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"] = _renamed(owner_url, database)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
        _fill_schema()
        yield
    finally:
        _close()
        _drop(owner_url, database)


def _drop(owner_url: str, database: str) -> None:
    """Plain first, because FORCE may not end autovacuum; then by force, because a killed worker may still hold on."""
    try:
        _as_owner(owner_url, f"DROP DATABASE IF EXISTS {database}")
    except psycopg2.errors.ObjectInUse:
        _as_owner(owner_url, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def _fill_schema() -> None:
    django.core.management.call_command("migrate", verbosity=0)
    django.core.management.call_command("publish_catalogues", verbosity=0)


def _close() -> None:
    django.db.connections.close_all()


def _renamed(url: str, database: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rpartition("/")[0] + "/" + database))


def _as_owner(url: str, statement: str) -> None:
    given = environ.Env.db_url_config(url)
    link = psycopg2.connect(
        dbname=given["NAME"],
        user=given["USER"],
        password=given["PASSWORD"],
        host=given["HOST"],
        port=given["PORT"] or None,
    )
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(statement)
    link.close()
