"""What was approved stays as it was approved: the content of a rule version changes in drafts alone, and no version that
once left the draft disappears.
"""

from django.db import migrations

CONTENT = (
    "rule_id", "number", "name", "stage", "mode", "severity", "secret", "condition", "examples", "basis_kind", "basis",
    "local_approval", "note", "origin", "content_hash", "effective_from",
)  # fmt: skip
#: From where to where a version may go; another content only on the way back to the draft.
MOVES = (
    ("draft", "submitted"), ("submitted", "draft"), ("submitted", "approved"), ("approved", "draft"),
    ("approved", "in_force"), ("in_force", "superseded"), ("in_force", "retired"),
)  # fmt: skip

GUARD = f"""
CREATE FUNCTION supervision_guard_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION 'a rule version that is % is never deleted', OLD.status USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN ({", ".join(map(str, MOVES))}) THEN
        RAISE EXCEPTION 'a rule version that is % does not become %', OLD.status, NEW.status USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.status <> 'draft' AND ({" OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in CONTENT)}) THEN
        RAISE EXCEPTION 'the content of a rule version changes in a draft alone; this one is %', NEW.status
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rule_version_keeps_its_content BEFORE UPDATE OR DELETE ON supervision_ruleversion
    FOR EACH ROW EXECUTE FUNCTION supervision_guard_rule();
"""

RELEASE = "DROP FUNCTION supervision_guard_rule() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("supervision", "0003_delegations")]
    operations = [migrations.RunSQL(GUARD, RELEASE)]
