"""The embedded servers: started by anybody at any time, one pair only, and nothing is ever lost."""

from __future__ import annotations

import os
import signal
import stat

import psycopg2
import pytest
from celery import Celery


def test_two_starts_at_once_make_one_pair_of_servers(new_stack):
    stack = new_stack()
    starts = [stack.begin("stack.py", "up") for _ in range(3)]
    assert [(*start.communicate(timeout=120), start.returncode) for start in starts] == [("", "", 0)] * 3
    code, said, _ = stack.call("stack.py", "status")
    assert code == 0
    assert [line.split("\t")[1] for line in said.splitlines()] == ["running", "running"]
    stack.queue().set("kept", "1")
    stack.up()
    assert stack.queue().get("kept") == b"1"


def test_data_outlive_a_kill_and_a_full_stop(stack):
    with stack.connect("DATABASE_OWNER_URL").cursor() as cursor:
        cursor.execute("CREATE TABLE ledger (number text)")
        cursor.execute("INSERT INTO ledger VALUES ('（2026）川1502民初1号')")
    queue = stack.queue()
    queue.rpush("tasks", "one")
    postmaster = int((stack.data()[0] / "postmaster.pid").read_text().splitlines()[0])
    for process in (postmaster, queue.info("server")["process_id"]):
        os.kill(process, signal.SIGKILL)
    stack.up()
    assert survivors(stack) == ([("（2026）川1502民初1号",)], [b"one"])
    assert stack.call("stack.py", "down") == (0, "", "")
    assert stack.call("stack.py", "status")[0] == 1
    stack.up()
    assert survivors(stack) == ([("（2026）川1502民初1号",)], [b"one"])


def survivors(stack):
    with stack.connect().cursor() as cursor:
        cursor.execute("SELECT number FROM ledger")
        return cursor.fetchall(), stack.queue().lrange("tasks", 0, -1)


def test_the_application_fills_the_owners_tables_but_cannot_alter_or_truncate_them(stack):
    with stack.connect("DATABASE_OWNER_URL").cursor() as owner:
        owner.execute("CREATE TABLE entry (id serial PRIMARY KEY, act text)")
    with stack.connect().cursor() as application:
        application.execute("INSERT INTO entry (act) VALUES ('filed')")
        application.execute("UPDATE entry SET act = 'closed'")
        application.execute("CREATE TEMP TABLE staging (act text)")
        for act in (
            "CREATE TABLE mine (id int)",
            "TRUNCATE entry",
            "ALTER TABLE entry ADD x int",
            "DROP TABLE entry",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                application.execute(act)
        for act in ("CREATE DATABASE mine", "CREATE ROLE mine", "ALTER TABLE entry DISABLE TRIGGER USER"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                application.execute(act)


def test_a_database_made_for_tests_grants_and_refuses_the_same(stack):
    with stack.connect("DATABASE_OWNER_URL").cursor() as owner:
        owner.execute("CREATE DATABASE test_copy")
    with stack.connect("DATABASE_OWNER_URL", "test_copy").cursor() as owner:
        owner.execute("CREATE TABLE entry (id serial PRIMARY KEY, act text)")
    with stack.connect("DATABASE_URL", "test_copy").cursor() as application:
        application.execute("INSERT INTO entry (act) VALUES ('filed')")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            application.execute("TRUNCATE entry")


def test_chinese_text_has_trigrams(stack):
    with stack.connect().cursor() as cursor:
        cursor.execute("SELECT similarity('买卖合同纠纷', '买卖合同')")
        assert cursor.fetchone()[0] > 0.4


def test_the_broker_answers_at_the_address_celery_is_given(stack):
    broker = Celery(broker=stack.addresses()["CELERY_BROKER_URL"], set_as_current=False).connection()
    broker.ensure_connection(max_retries=1)
    broker.release()


def test_the_queue_refuses_rather_than_forgets_and_is_written_down(stack):
    queue = stack.queue()
    assert queue.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert queue.config_get("appendonly") == {"appendonly": "yes"}


def test_the_owners_address_is_given_only_on_request(stack):
    plain = stack.addresses()
    _, as_owner, _ = stack.call("stack.py", "run", "--owner", "--", "printenv", "DATABASE_URL")
    assert "//mingjing_app:" in plain["DATABASE_URL"]
    assert as_owner.strip() == plain["DATABASE_OWNER_URL"]


def test_servers_named_by_the_environment_are_used_and_nothing_is_started(new_stack):
    stack = new_stack()
    addresses = stack.addresses(
        DATABASE_URL="postgres://u:p@db.example/mingjing", REDIS_URL="redis://q.example:6379/0"
    )
    assert (
        addresses["DATABASE_OWNER_URL"] == addresses["DATABASE_URL"] == "postgres://u:p@db.example/mingjing"
    )
    assert addresses["CELERY_BROKER_URL"] == "redis://q.example:6379/0"
    assert stack.call("stack.py", "status")[0] == 1


def test_a_deep_checkout_still_has_a_socket(new_stack):
    stack = new_stack("a folder/" + "/".join(["deeper"] * 20))
    stack.up()
    with stack.connect().cursor() as cursor:
        cursor.execute("SELECT 1")


def test_passwords_are_readable_by_their_owner_alone(stack):
    assert stat.S_IMODE((stack.var / "servers.json").stat().st_mode) == 0o600


def test_the_exit_code_of_the_command_is_handed_on(stack):
    assert stack.call("stack.py", "run", "--", "sh", "-c", "exit 7")[0] == 7
    code, _, complained = stack.call("stack.py", "run", "--", "no-such-command")
    assert (code, complained) == (1, "there is no command 'no-such-command'\n")


def test_tests_stop_the_servers_they_started_unless_somebody_else_uses_them(new_stack):
    stack = new_stack()
    assert stack.call("test.py", "--version")[0] == 0
    assert stack.call("stack.py", "status")[0] == 1
    tests = stack.begin("test.py", "--version")
    somebody = stack.begin("stack.py", "run", "--", "sleep", "8")
    assert tests.wait(60) == 0 and somebody.poll() is None
    assert stack.call("stack.py", "status")[0] == 0
    somebody.kill()


def test_a_wiped_stack_forgets_everything(new_stack):
    stack = new_stack()
    stack.up()
    stack.queue().set("kept", "1")
    folders = stack.data()
    assert stack.call("stack.py", "wipe") == (0, "", "")
    assert not any(folder.exists() for folder in folders)
