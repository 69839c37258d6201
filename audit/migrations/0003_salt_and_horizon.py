import django.contrib.postgres.functions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.AddField(
            model_name="entry",
            name="salt",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, verbose_name="随机盐"
            ),
        ),
        migrations.AddField(
            model_name="seal",
            name="highest_entry",
            field=models.BigIntegerField(default=0, verbose_name="最大记录编号"),
        ),
    ]
