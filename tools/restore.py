"""Fill an EMPTY database from a file that backup.py wrote: restore.py FILE

Of the embedded server (`tools/stack.py wipe` empties it), or the one DATABASE_OWNER_URL names, in which
docker/postgres-init.sh has introduced the two roles. All or nothing. Run `manage.py verify_trail` afterwards.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import psycopg2
from archives import call, owner_url, target_words
from places import Refusal, explain
from postgres_server import APPLICATION, SQL

HOLDS_TABLES = (
    "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema'))"
)
KNOWS_ROLE = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)"
# The archive names each table's rights in full: what new tables grant of their own accord must not add to them.
GRANT_NOTHING = [
    f"ALTER DEFAULT PRIVILEGES REVOKE ALL ON {kind} FROM {APPLICATION}"
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS")
]
MAGIC = b"PGDMP"


def make_ready(words: dict[str, str]) -> None:
    """Refuse a database that holds anything; else let the archive alone decide who may do what."""
    try:
        connection = psycopg2.connect(**words)
    except psycopg2.OperationalError as problem:
        raise Refusal(f"the database cannot be reached: {' '.join(str(problem).split())}") from None
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(HOLDS_TABLES)
        if cursor.fetchone()[0]:
            raise Refusal(f"the database {words['dbname']} is not empty; restore into an empty one")
        cursor.execute(KNOWS_ROLE, [APPLICATION])
        if not cursor.fetchone()[0]:
            raise Refusal(f"the server has no role {APPLICATION}; run docker/postgres-init.sh on it first")
        for statement in ("CREATE EXTENSION IF NOT EXISTS pg_trgm", *GRANT_NOTHING):
            cursor.execute(statement)
        connection.commit()


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise Refusal("name the file to read: restore.py FILE")
    source = Path(arguments[0])
    if not source.is_file():
        raise Refusal(f"there is no file {source}; name one that backup.py wrote")
    with source.open("rb") as handle:
        if handle.read(len(MAGIC)) != MAGIC:
            raise Refusal(f"{source} is not a backup; name a file that backup.py wrote")
    words = target_words(owner_url())
    make_ready(words)
    options = ("--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={words['dbname']}")
    try:
        call("pg_restore", *options, str(source), words=words)
    finally:
        call("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(SQL / "privileges.sql"), words=words)
    call("psql", "-X", "-q", "-c", "ANALYZE", words=words)
    print(f"{source} is restored; check it with `manage.py verify_trail`")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        sys.exit(explain(refusal))
