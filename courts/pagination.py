"""Pages of the API go by cursor: stable while rows arrive."""

from rest_framework.pagination import CursorPagination


class ByCursor(CursorPagination):
    ordering = "pk"
    page_size_query_param = "page_size"
    max_page_size = 1000
