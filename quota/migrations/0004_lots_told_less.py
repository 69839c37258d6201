"""The record of lots tells less of people and more of the day; recusals have a second person."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

DRAWN = (
    "case_id", "day_id", "sequence", "label", "turn", "because", "tickets", "excluded", "left_out", "rule", "total", "drawn",
    "picked_id", "salt", "receipt", "drawn_by_id", "drawn_at",
)  # fmt: skip
COMMITTED = ("court_id", "on", "commitment", "locked_seed", "committed_at", "reveals_on", "veil")


def changed(names):
    return " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in names)


def guard(drawn, committed):
    return f"""
CREATE OR REPLACE FUNCTION quota_guard_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {changed(drawn)} THEN
        RAISE EXCEPTION 'a lot stays as it was drawn' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION quota_guard_draw_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {changed(committed)} OR (OLD.seed <> '' AND OLD.seed IS DISTINCT FROM NEW.seed) THEN
        RAISE EXCEPTION 'a seed stays as it was committed to' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""


#: What another recorded was not said by the person: it counts as before.
CONFIRM = """
UPDATE quota_standingrecusal SET confirmed_by_id = recorded_by_id, confirmed_at = recorded_at
WHERE recorded_by_id <> person_id
"""


def person(name):
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL,
        verbose_name=name,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("quota", "0003_draw_receipts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            "drawday", "veil", models.CharField("代号密钥", max_length=64, blank=True, default="")
        ),
        migrations.AddField("drawday", "counts", models.JSONField("当日件数", default=dict)),
        migrations.AddField("draw", "left_out", models.JSONField("未列入者与详细理由", default=list)),
        migrations.AddField("draw", "rule", models.JSONField("抽签规则", default=dict)),
        migrations.AddField("recusal", "withdrawn_by", person("撤销人")),
        migrations.AddField("standingrecusal", "confirmed_by", person("确认人")),
        migrations.AddField("standingrecusal", "confirmed_at", models.DateTimeField("确认时间", null=True)),
        migrations.RunSQL(
            guard(DRAWN, COMMITTED),
            guard([name for name in DRAWN if name not in ("left_out", "rule")], COMMITTED[:-1]),
        ),
        migrations.RunSQL(CONFIRM, migrations.RunSQL.noop),
    ]
