from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogues', '0006_alter_edition_kind'),
    ]

    operations = [
        migrations.AlterField(
            model_name='edition',
            name='kind',
            field=models.CharField(choices=[('time_limits', '审限'), ('exclusion_grounds', '扣除、中止、重算事由'), ('nodes', '流程节点'), ('case_types', '案件类型代字'), ('causes_civil', '民事案由'), ('causes_criminal', '刑事案由'), ('causes_administrative', '行政案由'), ('courts', '法院'), ('calendar', '节假日与调休'), ('alert_ladders', '预警阶梯'), ('alert_settings', '预警参数'), ('monitored_nodes', '监控节点'), ('rule_parameters', '规则参数'), ('rule_profiles', '识别方案'), ('supervision_settings', '监督参数'), ('supervision_measures', '监督措施'), ('letter_kinds', '函件种类'), ('risk_points', '风险点')], max_length=30, verbose_name='目录'),
        ),
    ]
