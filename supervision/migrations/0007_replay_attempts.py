from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0006_circular_numbers")]
    operations = [
        migrations.AddField(
            model_name="replay",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="次数"),
        ),
        migrations.AddField(
            model_name="replay",
            name="basis",
            field=models.CharField(blank=True, max_length=64, verbose_name="所据规则与参数的摘要"),
        ),
    ]
