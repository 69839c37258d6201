"""How many cases of a mean nobody timed, and hours that only compare kinds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quota", "0005_requests_and_objections")]

    operations = [
        migrations.AddField(
            model_name="cellhours",
            name="said",
            field=models.PositiveIntegerField(default=0, verbose_name="其中推算"),
        ),
        migrations.AlterField(
            model_name="cellhours",
            name="level",
            field=models.CharField(
                choices=[
                    ("cell", "本类"),
                    ("group", "上级类"),
                    ("type", "案件类别"),
                    ("relative", "只比轻重"),
                    ("default", "缺省值"),
                ],
                max_length=8,
                verbose_name="依据",
            ),
        ),
    ]
