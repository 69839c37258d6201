"""What was said and done in supervision cannot be emptied either, and the minutes of a meeting stay as they were taken."""

from django.conf import settings
from django.db import migrations

MINUTES = "supervision_meeting"
TABLES = [
    *("supervision_logentry", "supervision_step", "supervision_reply", "supervision_opinion"),
    *("supervision_letterstep", MINUTES),
]

REFUSE = [
    f"CREATE TRIGGER {MINUTES}_is_append_only BEFORE UPDATE OR DELETE ON {MINUTES} "
    "FOR EACH STATEMENT EXECUTE FUNCTION supervision_refuse();",
    *(
        f"CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION supervision_refuse();"
        for table in TABLES
    ),
]
ALLOW = [
    f"DROP TRIGGER {MINUTES}_is_append_only ON {MINUTES};",
    *(f"DROP TRIGGER {table}_is_never_emptied ON {table};" for table in TABLES),
]


def take_rights_away(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
        if cursor.fetchone():
            cursor.execute(
                f'REVOKE UPDATE, DELETE, TRUNCATE ON {MINUTES} FROM "{settings.DATABASE_APP_ROLE}"'
            )


class Migration(migrations.Migration):
    dependencies = [("supervision", "0009_log_newest_first")]
    operations = [
        migrations.RunSQL("\n".join(REFUSE), "\n".join(ALLOW)),
        migrations.RunPython(take_rights_away, migrations.RunPython.noop),
    ]
