"""Pages of the API go by cursor: stable while rows arrive."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

LONGEST = 18  # digits of a row's number


class ByCursor(CursorPagination):
    ordering = "pk"
    page_size_query_param = "page_size"
    max_page_size = 1000
    page_size_query_description = "每页行数，1 至 1000，默认 100"
    cursor_query_description = "上一答复的 next 或 previous 所含的位置"
    invalid_cursor_message = _("cursor 不是本接口给出的位置，请使用上一答复中的 next 或 previous")

    def decode_cursor(self, request: Request) -> Cursor | None:
        cursor = super().decode_cursor(request)
        if cursor is not None and not leads_somewhere(cursor):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_page_size(self, request: Request) -> int | None:
        asked = request.query_params.get(self.page_size_query_param)
        if asked is not None and not (
            asked.isdecimal() and asked.isascii() and 1 <= int(asked[:9]) <= self.max_page_size
        ):
            raise ValidationError({self.page_size_query_param: [f"应为 1 至 {self.max_page_size} 的整数"]})
        return super().get_page_size(request)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                }
        return parameters


def leads_somewhere(cursor: Cursor) -> bool:
    """Whether it is a position of ours: the number of a row, or an offset from the first."""
    position = cursor.position
    if position is None:
        return cursor.offset > 0
    return position.isdecimal() and position.isascii() and len(position) <= LONGEST
