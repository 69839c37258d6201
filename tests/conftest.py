"""The people, the court and the database of every test."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from datetime import date
from time import sleep

import environ
import hypothesis
import psycopg2
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from cases.models import Case
from catalogues.selectors import VERSION, Shelf
from config.celery import app
from courts.models import Court, Division, Posting, User
from supervision.rulebook import VERSION as RULES
from supervision.rulebook import RuleShelf

TODAY = date(2026, 6, 30)

# What differs from production in every test: plain http, plain file names, and hashes that take no time.
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
settings.SECRET_KEY = os.environ["SECRET_KEY"]
settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
settings.STORAGES = settings.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
settings.ALLOWED_HOSTS = ["*"]
os.makedirs(settings.STATIC_ROOT, exist_ok=True)

# How long an example takes says how busy the machine is, never whether a rule holds.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

#: Which of several processes that share the tests this is (``gw0``, …): each has a database, a cache and a queue of its own.
PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "")


def use_own_queue(number: int) -> None:
    """Two numbered databases of the embedded Valkey: the first two are everybody's."""
    cache_url = re.sub(r"db=\d+$", f"db={2 + 2 * number}", os.environ["REDIS_URL"])
    broker_url = re.sub(
        r"virtual_host=\d+$", f"virtual_host={3 + 2 * number}", os.environ["CELERY_BROKER_URL"]
    )
    os.environ |= {"REDIS_URL": cache_url, "CELERY_BROKER_URL": broker_url}
    settings.REDIS_URL = settings.CACHES["default"]["LOCATION"] = cache_url
    settings.CELERY_BROKER_URL = app.conf.broker_url = broker_url


if PROCESS:
    use_own_queue(int(PROCESS.removeprefix("gw")))


# --- a database owned by one role and used as another, as in production ----------------------------
@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Copy a migrated database that holds the published law, and connect to it as the application."""
    as_app = dict(connection.settings_dict)
    name = f"test_mingjing_{os.environ.get('TEST_DB_SUFFIX', 'main')}{PROCESS}"
    with django_db_blocker.unblock():
        template = template_database(as_app)
        connection.close()
        drop_database(name)
        run_as_owner(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
        yield
        connection.close()
        drop_database(name)


def drop_database(name: str) -> None:
    """Drop it however long autovacuum looks at it, and end what a killed worker may have left behind."""
    for patience in range(10):
        try:
            run_as_owner(f"DROP DATABASE IF EXISTS {name}")
        except psycopg2.errors.ObjectInUse:
            for url in (settings.DATABASE_OWNER_URL, os.environ["DATABASE_URL"]):
                run_as(
                    url,
                    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND usename = user",
                )
            sleep(0.2 * patience)
        else:
            return


def template_database(as_app: dict) -> str:
    """The name of a database with today's schema and catalogues; made once, and again when either changes."""
    sources = sorted(path for room in SHAPERS for path in settings.BASE_DIR.glob(room) if path.is_file())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    template, making = f"template_mingjing_{digest}", f"making_mingjing_{digest}_{os.getpid()}"
    if run_as_owner(f"SELECT 1 FROM pg_database WHERE datname = '{template}'"):
        return template
    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    connection.settings_dict.update(USER=owner["USER"], PASSWORD=owner["PASSWORD"], NAME=making)
    run_as_owner(f"CREATE DATABASE {making}")
    call_command("migrate", verbosity=0)
    call_command("publish_catalogues", verbosity=0)
    call_command("publish_rules", verbosity=0)
    with connection.cursor() as cursor:  # every test begins with an empty trail
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_entry")
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    connection.close()
    connection.settings_dict.update(USER=as_app["USER"], PASSWORD=as_app["PASSWORD"])
    with contextlib.suppress(psycopg2.errors.DuplicateDatabase):  # somebody else was as quick
        run_as_owner(f"ALTER DATABASE {making} RENAME TO {template}")
    run_as_owner(f"DROP DATABASE IF EXISTS {making}")
    return template


SHAPERS = [
    "tests/conftest.py",
    "*/migrations/*.py",
    "catalogues/data/**/*",
    "catalogues/services.py",
    "catalogues/library.py",
]
SHAPERS += ["supervision/rule_seed.py", "supervision/rule_content.py"]


def run_as_owner(*statements: str) -> list[tuple]:
    return run_as(settings.DATABASE_OWNER_URL, *statements)


def run_as(url: str, *statements: str) -> list[tuple]:
    """Statements outside any transaction, in the database the role is at home in; the rows of the last one."""
    with contextlib.closing(connection_to(url)) as link, link.cursor() as cursor:
        link.autocommit = True
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def what_is_rolled_back_is_forgotten():
    """Who published an edition has rolled it back since: what the process remembers of it is wrong."""
    before, rules_before = Shelf.forgotten, RuleShelf.forgotten
    yield
    if Shelf.forgotten != before:
        Shelf.law = None
        cache.delete(VERSION)
    if RuleShelf.forgotten != rules_before:
        RuleShelf.versions = None
        cache.delete(RULES)


@pytest.fixture(autouse=True)
def law_is_read_anew_after_a_test():
    with what_is_rolled_back_is_forgotten():
        yield


@pytest.fixture(autouse=True, scope="module")
def law_is_read_anew_after_a_module():
    """For what a fixture of a whole module published, before the first of its tests began."""
    with what_is_rolled_back_is_forgotten():
        yield


@pytest.fixture(autouse=True)
def the_next_reader_reads_chinese():
    """A request leaves its reader's language active in the thread."""
    yield
    translation.deactivate()


#: The published law stays from test to test; everything else a committed test filled is emptied.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "courts_court", "catalogues_edition"}
KEPT |= {"catalogues_item", "supervision_rule", "supervision_ruleversion"}
#: A rule as it shipped: its first version in force, with no trace of what a test made of it.
AS_SHIPPED = """
    DELETE FROM supervision_ruleversion WHERE number > 1 OR origin = 'court';
    DELETE FROM supervision_rule WHERE id NOT IN (SELECT rule_id FROM supervision_ruleversion);
    UPDATE supervision_ruleversion SET status = 'in_force', difference = NULL, retired_by_id = NULL, retired_at = NULL,
        retired_because = '', released_by_id = NULL WHERE (status, retired_by_id, released_by_id) IS DISTINCT FROM ('in_force', NULL, NULL);
"""


def empty_tables_as_owner(self) -> None:
    """After a test that commits: empty what it may have filled, which the application itself may not."""
    with owner_connection() as link, link.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        guarded = [name for name in tables if name.startswith(("audit_", "catalogues_", "supervision_"))]
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "DELETE FROM catalogues_item USING catalogues_edition e WHERE e.id = edition_id AND e.origin = 'court'"
        )
        cursor.execute("DELETE FROM catalogues_edition WHERE origin = 'court'")
        cursor.execute("UPDATE catalogues_edition SET status = 'published' WHERE origin = 'git'")
        referred = [
            "courts_posting",
            "courts_division",
            "courts_user",
        ]  # kept tables refer to these: no TRUNCATE
        cursor.execute("TRUNCATE " + ", ".join(set(tables) - KEPT - set(referred)) + " RESTART IDENTITY")
        cursor.execute(AS_SHIPPED)
        for table in referred:
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("DELETE FROM courts_court WHERE name LIKE '未识别法院%'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table with checks still to come can be altered
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    link.close()


def owner_connection() -> psycopg2.extensions.connection:
    """A connection to the test database as the role that owns its tables."""
    return connection_to(settings.DATABASE_OWNER_URL, database=connection.settings_dict["NAME"])


def connection_to(url: str, database: str = "") -> psycopg2.extensions.connection:
    words = environ.Env.db_url_config(url)
    return psycopg2.connect(
        dbname=database or words["NAME"],
        user=words["USER"],
        password=words["PASSWORD"],
        host=words["HOST"],
        port=words["PORT"] or None,
    )


TransactionTestCase._fixture_teardown = empty_tables_as_owner


# --- the people --------------------------------------------------------------------------------------
@pytest.fixture
def court(db) -> Court:
    """翠屏区人民法院."""
    return Court.objects.get(code="川1502")


@pytest.fixture
def upper_court(db) -> Court:
    """宜宾市中级人民法院."""
    return Court.objects.get(code="川15")


@pytest.fixture
def division(court) -> Division:
    return Division.objects.create(court=court, name="民事审判第一庭", kind="民事", position=1)


@pytest.fixture
def post(court):
    """``post("judge", "承办法官甲")``: a person with one posting; ``division=`` and ``court=`` as needed."""

    def create(role: str, name: str = "", *, at: Court = court, division: Division | None = None) -> User:
        number = User.objects.count() + 1
        user = User.objects.create_user(f"{role}{number}", name or f"{role}{number}", "a-Long-passw0rd")
        Posting.objects.create(user=user, court=at, division=division, role=role, starts_on=date(2020, 1, 1))
        return user

    return create


@pytest.fixture
def judge(post, division) -> User:
    return post("judge", "周法官", division=division)


@pytest.fixture
def division_head(post, division) -> User:
    return post("division_head", "吴庭长", division=division)


@pytest.fixture
def president(post) -> User:
    return post("president", "郑院长")


@pytest.fixture
def trial_office(post) -> User:
    return post("trial_office", "审管办王")


@pytest.fixture
def outsider(post) -> User:
    """A president of another court."""
    return post("president", "外院院长", at=Court.objects.get(code="川1503"))


# --- the cases ---------------------------------------------------------------------------------------
@pytest.fixture
def file_case(court, division, judge):
    """``file_case(filed_on=…)``: one civil first-instance case of the judge; fields may be overridden."""

    def create(**fields) -> Case:
        serial = Case.objects.count() + 1
        values = {
            "number": f"（2026）川1502民初{serial}号",
            "court": court,
            "division": division,
            "judge": judge,
            "year": 2026,
            "type_code": "民初",
            "category": "民事",
            "serial": serial,
            "cause": "民间借贷纠纷",
            "procedure": "ordinary",
            "filed_on": date(2026, 3, 2),
        }
        return Case.objects.create(**(values | fields))

    return create


@pytest.fixture
def file_cases(file_case):
    """``file_cases(20)``: that many more cases."""
    return lambda n, **fields: [file_case(**fields) for _ in range(n)]


@pytest.fixture
def costs_the_same():
    """``costs_the_same(visit, grow=…)``: the page needs as many queries after growing as before."""

    def check(visit, *, grow) -> None:
        visit()  # whatever is read once per process
        with CaptureQueriesContext(connection) as before:
            visit()
        grow()
        with CaptureQueriesContext(connection) as after:
            visit()
        extra = "\n".join(query["sql"] for query in after.captured_queries)
        assert len(after) == len(before), extra

    return check


@pytest.fixture
def now():
    return timezone.now()
