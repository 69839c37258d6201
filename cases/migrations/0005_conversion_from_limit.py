from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_index_diet")]

    operations = [
        migrations.AddField(
            model_name="conversion",
            name="from_limit",
            field=models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="原注明的审限规则"),
        ),
    ]
