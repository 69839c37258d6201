from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("supervision", "0005_way_of_supervision")]
    operations = [
        migrations.AddConstraint(
            model_name="circular",
            constraint=models.UniqueConstraint(
                "court", "number", condition=~Q(number=""), name="circular_number_is_given_once"
            ),
        )
    ]
