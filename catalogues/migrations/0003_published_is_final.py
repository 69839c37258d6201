"""A published edition is never edited, only superseded: the database holds to it too."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION catalogues_refuse_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint;
BEGIN
    touched := CASE WHEN TG_OP = 'DELETE' THEN OLD.edition_id ELSE NEW.edition_id END;
    IF EXISTS (SELECT 1 FROM catalogues_edition WHERE id = touched AND status <> 'draft')
       OR (TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM catalogues_edition WHERE id = OLD.edition_id AND status <> 'draft')) THEN
        RAISE EXCEPTION 'edition % is published: draft a new one instead', touched USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER catalogues_item_is_final BEFORE INSERT OR UPDATE OR DELETE ON catalogues_item
    FOR EACH ROW EXECUTE FUNCTION catalogues_refuse_item();

CREATE FUNCTION catalogues_refuse_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (TG_OP = 'DELETE' OR NEW.status = 'draft' OR NEW.content_hash <> OLD.content_hash
       OR NEW.kind <> OLD.kind OR NEW.number <> OLD.number OR NEW.effective_from IS DISTINCT FROM OLD.effective_from) THEN
        RAISE EXCEPTION 'edition % is published: draft a new one instead', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER catalogues_edition_is_final BEFORE UPDATE OR DELETE ON catalogues_edition
    FOR EACH ROW EXECUTE FUNCTION catalogues_refuse_edition();
"""
ALLOW = "DROP FUNCTION catalogues_refuse_item() CASCADE; DROP FUNCTION catalogues_refuse_edition() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("catalogues", "0002_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
