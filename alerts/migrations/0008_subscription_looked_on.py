import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0007_sweep_key'),
    ]

    operations = [
        migrations.AddField(
            model_name='subscription',
            name='looked_on',
            field=models.DateField(default=django.utils.timezone.now, help_text='此日（含）以前的已经查看，有内容的已发送', verbose_name='最近查看'),
            preserve_default=False,
        ),
        # The last look anybody knows of is the last sending; what was never sent is looked at from its first day on.
        migrations.RunSQL(
            """UPDATE alerts_subscription
                  SET looked_on = COALESCE(sent_on, (created_at AT TIME ZONE 'Asia/Shanghai')::date - 1)""",
            migrations.RunSQL.noop,
        ),
    ]
