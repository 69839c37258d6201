from django.apps import AppConfig


class CataloguesConfig(AppConfig):
    name = "catalogues"
    verbose_name = "管理目录"
