from django.apps import AppConfig


class PrecedentsConfig(AppConfig):
    name = "precedents"
    verbose_name = "类案"
