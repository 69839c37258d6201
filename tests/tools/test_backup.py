"""A backup brings everything back into an empty server, privileges included, and never writes over anything."""

from __future__ import annotations

import stat

import psycopg2
import pytest

TRAIL = """
CREATE TABLE entry (id serial PRIMARY KEY, act text);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'entries stay'; END $$;
CREATE TRIGGER entries_stay BEFORE DELETE OR UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION refuse();
INSERT INTO entry (act) SELECT '立案 ' || n FROM generate_series(1, 1000) n;
REVOKE UPDATE, DELETE ON entry FROM mingjing_app;
CREATE INDEX search ON entry USING gin (act gin_trgm_ops);
"""


@pytest.fixture(scope="module")
def backup(stack, tmp_path_factory):
    with stack.connect("DATABASE_OWNER_URL").cursor() as owner:
        owner.execute(TRAIL)
    target = tmp_path_factory.mktemp("backup") / "mingjing.backup"
    code, said, complained = stack.call("backup.py", str(target))
    assert code == 0, complained
    assert said.startswith(f"{target}: ")
    return target


@pytest.fixture(scope="module")
def restored(backup, new_stack):
    """An empty server on which the backup was restored."""
    another = new_stack()
    code, _, complained = another.call("restore.py", str(backup))
    assert code == 0, complained
    return another


def test_every_row_comes_back_and_numbers_go_on_where_they_stopped(restored):
    with restored.connect().cursor() as application:
        application.execute("SELECT count(*), max(id) FROM entry")
        assert application.fetchone() == (1000, 1000)
        application.execute("INSERT INTO entry (act) VALUES ('结案') RETURNING id")
        assert application.fetchone() == (1001,)


def test_what_the_application_could_not_do_before_it_cannot_do_after(restored):
    with restored.connect().cursor() as application:
        for act in ("UPDATE entry SET act = ''", "DELETE FROM entry", "TRUNCATE entry"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                application.execute(act)


def test_the_owner_owns_what_was_restored_and_its_triggers_guard_it(restored):
    with restored.connect("DATABASE_OWNER_URL").cursor() as owner:
        with pytest.raises(psycopg2.errors.RaiseException, match="entries stay"):
            owner.execute("DELETE FROM entry")
        owner.execute("ALTER TABLE entry ADD COLUMN sealed bool")


def test_a_table_made_after_the_restore_is_open_to_the_application_too(restored):
    with restored.connect("DATABASE_OWNER_URL").cursor() as owner:
        owner.execute("CREATE TABLE later (id int)")
    with restored.connect().cursor() as application:
        application.execute("INSERT INTO later VALUES (1)")


def test_a_database_with_tables_is_not_restored_into(stack, backup):
    code, said, complained = stack.call("restore.py", str(backup))
    assert (code, said) == (1, "")
    assert complained == "the database mingjing is not empty; restore into an empty one\n"


def test_a_server_elsewhere_is_saved_through_its_address(stack, new_stack, tmp_path):
    address = stack.addresses()["DATABASE_OWNER_URL"]
    target = tmp_path / "elsewhere.backup"
    idle = new_stack()
    code, _, complained = idle.call("backup.py", str(target), DATABASE_OWNER_URL=address)
    assert code == 0, complained
    assert target.stat().st_size > 1000
    assert idle.call("stack.py", "status")[0] == 1


def test_a_backup_is_readable_by_its_owner_alone(backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_backup_never_overwrites_another(stack, backup):
    before = backup.read_bytes()
    code, _, complained = stack.call("backup.py", str(backup))
    assert code == 1
    assert complained == f"{backup} exists; a backup never overwrites another: name a new file\n"
    assert backup.read_bytes() == before


@pytest.mark.parametrize("tool", ["backup.py", "restore.py"])
def test_without_a_file_one_sentence_says_how(stack, tool):
    code, _, complained = stack.call(tool)
    assert code == 1
    assert complained.count("\n") == 1 and f"{tool} FILE" in complained


def test_a_file_that_is_no_backup_is_refused_in_one_sentence(new_stack, tmp_path):
    stray = tmp_path / "notes.txt"
    stray.write_text("not a backup")
    code, _, complained = new_stack().call("restore.py", str(stray))
    assert (code, complained) == (1, f"{stray} is not a backup; name a file that backup.py wrote\n")


def test_a_damaged_backup_leaves_the_database_empty(backup, new_stack, tmp_path):
    damaged = tmp_path / "damaged.backup"
    damaged.write_bytes(backup.read_bytes()[: backup.stat().st_size * 3 // 5])
    another = new_stack()
    code, _, complained = another.call("restore.py", str(damaged))
    assert code == 1
    assert complained.startswith("pg_restore failed: ") and complained.count("\n") == 1
    with another.connect().cursor() as application:
        application.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert application.fetchone() == (0,)
