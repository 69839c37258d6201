"""The set-based clocks read the calendars as layouts of bytes (``cases.layouts``): no table of days any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogues", "0004_edition_replaces")]
    operations = [migrations.DeleteModel(name="WorkDay")]
