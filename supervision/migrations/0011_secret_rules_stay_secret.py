"""A rule is secret in all of its versions or in none, and a flag follows the hits of its own secrecy alone: else what a
secret version found would be written on an open flag, where the panel reads it.
"""

from django.db import migrations, models
from django.db.models import Q

OPEN = ["PROPOSED", "DISPUTED", "EXPIRED", "CONFIRMED", "MEASURES_ON"]
NAME = "flag_is_open_once_per_case_and_rule"

GUARD = """
CREATE FUNCTION supervision_guard_secrecy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM supervision_ruleversion o
                WHERE o.rule_id = NEW.rule_id AND o.id IS DISTINCT FROM NEW.id AND o.secret <> NEW.secret) THEN
        RAISE EXCEPTION 'a rule is secret in all of its versions or in none' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rule_keeps_its_secrecy BEFORE INSERT OR UPDATE OF secret, rule_id ON supervision_ruleversion
    FOR EACH ROW EXECUTE FUNCTION supervision_guard_secrecy();
"""

RELEASE = "DROP FUNCTION supervision_guard_secrecy() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("supervision", "0010_never_emptied")]
    operations = [
        migrations.RemoveConstraint(model_name="flag", name=NAME),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.UniqueConstraint(
                "case", "rule", "born_secret", condition=Q(state__in=OPEN), name=NAME
            ),
        ),
        migrations.RunSQL(GUARD, RELEASE),
    ]
