"""Addresses of this room: runs, notices, groups."""

from deviation import group_urls, notice_urls, run_urls

app_name = "deviation"
urlpatterns = [*notice_urls.urlpatterns, *run_urls.urlpatterns, *group_urls.urlpatterns]
