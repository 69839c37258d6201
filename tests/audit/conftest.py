"""The owner of the tables, who could forge: the tests see whether it is found out."""

import environ
import psycopg2
import pytest
from django.conf import settings
from django.db import connection, transaction

from audit import trail
from audit.services import seal_trail


@pytest.fixture
def as_owner(transactional_db):
    """``as_owner("UPDATE …")``: as the role that owns the tables."""
    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    link = psycopg2.connect(
        dbname=connection.settings_dict["NAME"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        host=owner["HOST"],
        port=owner["PORT"] or None,
    )
    link.autocommit = True
    yield lambda *statements: [link.cursor().execute(statement) for statement in statements]
    link.close()


@pytest.fixture
def forge(as_owner):
    """``forge("UPDATE …")``: as an owner who switches the guards off for a moment."""
    tables = ["audit_entry", "audit_link", "audit_seal"]

    def run(*statements: str) -> None:
        as_owner(
            *[f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables],
            *statements,
            *[f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables],
        )

    return run


@pytest.fixture
def empty_trail(forge, settings, tmp_path):
    """A trail that begins with the test (setting up has left entries of its own) and anchors in a folder of the test."""
    settings.ANCHOR_DIR = str(tmp_path / "anchors")
    forge("TRUNCATE audit_entry, audit_link, audit_seal RESTART IDENTITY")


@pytest.fixture
def sealed_trail(empty_trail, now):
    """Ten entries, linked in two seals of five, ids and sequences from 1 to 10."""
    with transaction.atomic():
        for number in range(10):
            trail.record(
                "cases.record_event", at=now, because=f"第{number + 1}条", after={"n": number, "日": "一"}
            )
    seal_trail(at=now, batch=5)
    return now
