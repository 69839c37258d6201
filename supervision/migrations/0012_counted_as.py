"""What a case was counted as when its facts were last computed (series, first of its cause): once that changes, the cases that
stood beside it are looked at again.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0011_secret_rules_stay_secret")]
    operations = [
        migrations.AddField(model_name="casefacts", name="category", field=models.TextField(null=True)),
        migrations.AddField(model_name="casefacts", name="cause", field=models.TextField(null=True)),
        migrations.AddField(model_name="casefacts", name="filed_on", field=models.DateField(null=True)),
        migrations.AddField(model_name="casefacts", name="counted", field=models.BooleanField(null=True)),
    ]
