"""What became of a notice stays as it was written: no update and no delete, not even by accident."""

from django.conf import settings
from django.db import migrations

REFUSE = """
CREATE FUNCTION deviation_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the steps of a notice are append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER deviation_noticestep_is_append_only BEFORE UPDATE OR DELETE ON deviation_noticestep
    FOR EACH STATEMENT EXECUTE FUNCTION deviation_refuse();
"""

ALLOW = "DROP FUNCTION deviation_refuse() CASCADE;"


def take_rights_away(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        if cursor.fetchone():
            cursor.execute(
                f'REVOKE UPDATE, DELETE, TRUNCATE ON deviation_noticestep FROM "{settings.DATABASE_APP_ROLE}"'
            )


class Migration(migrations.Migration):
    dependencies = [("deviation", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE, ALLOW),
        migrations.RunPython(take_rights_away, migrations.RunPython.noop),
    ]
