from django.apps import AppConfig


class DeviationConfig(AppConfig):
    name = "deviation"
    verbose_name = "办案偏离度"
