"""An edition remembers which one it replaced, so that withdrawing it gives the place back to that one."""

import django.db.models.deletion
from django.db import migrations, models

FINAL = """
CREATE OR REPLACE FUNCTION catalogues_refuse_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (TG_OP = 'DELETE' OR NEW.status = 'draft' OR NEW.content_hash <> OLD.content_hash
       OR NEW.kind <> OLD.kind OR NEW.number <> OLD.number OR NEW.effective_from IS DISTINCT FROM OLD.effective_from{more}) THEN
        RAISE EXCEPTION 'edition % is published: draft a new one instead', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
KNOWN = """
UPDATE catalogues_edition AS e SET replaces_id = e.based_on_id FROM catalogues_edition AS former
 WHERE former.id = e.based_on_id AND e.status <> 'draft' AND former.status = 'superseded';
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
NEW, OLD = FINAL.replace("{more}", "\n       OR NEW.replaces_id IS DISTINCT FROM OLD.replaces_id"), FINAL.replace("{more}", "")


class Migration(migrations.Migration):
    dependencies = [("catalogues", "0003_published_is_final")]
    operations = [
        migrations.AddField(
            model_name="edition",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                help_text="发布时在用的那一版；撤回时恢复它",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogues.edition",
                verbose_name="取代",
            ),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.RunSQL(NEW, OLD),
    ]
