from django.apps import AppConfig
from django.core import checks

from pipeline.addresses import check_alarm_addresses


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "重算"

    def ready(self) -> None:
        checks.register(check_alarm_addresses)
