"""Requests another person decides (提请入额、退出) and what people object (本人异议)."""

import courts.numbered
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courts", "0003_availability"),
        ("quota", "0004_lots_told_less"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=courts.numbered.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="异议")),
                ("made_at", models.DateTimeField(verbose_name="异议时间")),
                ("answer", models.CharField(blank=True, default="", max_length=500, verbose_name="答复")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
                (
                    "candidate",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="objection",
                        to="quota.candidate",
                        verbose_name="遴选记录",
                    ),
                ),
                (
                    "term",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objection",
                        to="quota.quotajudge",
                        verbose_name="员额记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "员额异议",
                "verbose_name_plural": "员额异议",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("candidate__isnull", False), ("term", None)),
                            models.Q(("candidate", None), ("term__isnull", False)),
                            _connector="OR",
                        ),
                        name="objection_is_about_one_thing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TermRequest",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=courts.numbered.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("enter", "入额"), ("leave", "退出员额")], max_length=5, verbose_name="事项"
                    ),
                ),
                ("on", models.DateField(verbose_name="入额日或者退出日")),
                ("trigger", models.CharField(blank=True, default="", max_length=30, verbose_name="退出情形")),
                ("basis", models.CharField(max_length=300, verbose_name="依据和说明")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待批准"), ("approved", "已批准"), ("refused", "未批准")],
                        default="waiting",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="提请时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="批准时间")),
                (
                    "answer",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="未批准的理由"),
                ),
                (
                    "court",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="term_requests",
                        to="courts.court",
                        verbose_name="法院",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="term_requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提请人",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="quota.quotajudge",
                        verbose_name="员额记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "员额提请",
                "verbose_name_plural": "员额提请",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("person"),
                        condition=models.Q(("state", "waiting")),
                        name="one_request_waits_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            ("proposed_by", None),
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="request_is_approved_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "enter"), ("trigger", "")),
                            models.Q(
                                ("kind", "leave"),
                                ("term__isnull", False),
                                models.Q(("trigger", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="exit_has_a_term_and_a_trigger",
                    ),
                ],
            },
        ),
    ]
