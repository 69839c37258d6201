"""The trail takes entries and gives none back: not to the application, and not by accident to the owner."""

from django.conf import settings
from django.db import migrations

TABLES = ["audit_entry", "audit_link", "audit_seal"]

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
""" + "\n".join(
    f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();"
    for table in TABLES
)

ALLOW = "DROP FUNCTION audit_refuse() CASCADE;"


def take_rights_away(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        if cursor.fetchone():
            for table in TABLES:
                cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM "{settings.DATABASE_APP_ROLE}"')


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE, ALLOW),
        migrations.RunPython(take_rights_away, migrations.RunPython.noop),
    ]
