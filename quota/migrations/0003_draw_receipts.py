"""A lot stays as it was drawn, and a seed as it was committed to: what may change is what became of them."""

from django.db import migrations, models

DRAWN = (
    "case_id", "day_id", "sequence", "label", "turn", "because", "tickets", "excluded", "total", "drawn", "picked_id",
    "salt", "receipt", "drawn_by_id", "drawn_at",
)  # fmt: skip
COMMITTED = ("court_id", "on", "commitment", "locked_seed", "committed_at", "reveals_on")


def changed(names):
    return " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in names)


GUARD = f"""
CREATE FUNCTION quota_guard_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {changed(DRAWN)} THEN
        RAISE EXCEPTION 'a lot stays as it was drawn' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lot_stays_as_drawn BEFORE UPDATE ON quota_draw FOR EACH ROW EXECUTE FUNCTION quota_guard_draw();
CREATE FUNCTION quota_guard_draw_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {changed(COMMITTED)} OR (OLD.seed <> '' AND OLD.seed IS DISTINCT FROM NEW.seed) THEN
        RAISE EXCEPTION 'a seed stays as it was committed to' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seed_stays_as_committed BEFORE UPDATE ON quota_drawday
    FOR EACH ROW EXECUTE FUNCTION quota_guard_draw_day();
"""
RELEASE = "DROP FUNCTION quota_guard_draw() CASCADE; DROP FUNCTION quota_guard_draw_day() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("quota", "0002_duty_notes")]
    operations = [
        migrations.AddField("draw", "turn", models.PositiveSmallIntegerField("本案第几次抽签", default=1)),
        migrations.AddField("draw", "because", models.CharField("再次抽签的理由", blank=True, max_length=300, default="")),
        migrations.AddField("draw", "salt", models.CharField("回执盐值", blank=True, max_length=32, default="")),
        migrations.AddField("draw", "receipt", models.CharField("回执", blank=True, max_length=64, default="")),
        migrations.RunSQL(GUARD, RELEASE),
    ]
