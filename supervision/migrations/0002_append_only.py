"""What was said and done in supervision stays as it was written: no update and no delete, not even by accident."""

from django.conf import settings
from django.db import migrations

TABLES = ["supervision_logentry", "supervision_step", "supervision_reply", "supervision_opinion", "supervision_letterstep"]

REFUSE = """
CREATE FUNCTION supervision_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record of supervision is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
""" + "\n".join(
    f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION supervision_refuse();"
    for table in TABLES
)

ALLOW = "DROP FUNCTION supervision_refuse() CASCADE;"


def take_rights_away(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        if cursor.fetchone():
            for table in TABLES:
                cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM "{settings.DATABASE_APP_ROLE}"')


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE, ALLOW),
        migrations.RunPython(take_rights_away, migrations.RunPython.noop),
    ]
