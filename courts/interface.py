"""What every endpoint of the programming interface shares: strict questions, and refusals that are one sentence.

A misspelt parameter or field is refused and not ignored: a filter that silently does nothing answers another question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, NoReturn

from django import forms
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django_filters import rest_framework as filters
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from audit import trail

AWARE = re.compile(r"(Z|[+-][0-9]{2}:?[0-9]{2})$", re.IGNORECASE)
PAGING = {"cursor", "page_size"}
DAY = "应为 YYYY-MM-DD 格式的日期，如 2026-03-02"


# --- refusals ----------------------------------------------------------------------------------------
def explain_refusal(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as ``{"detail": sentence}``; a question that cannot be read also has its ``errors`` by field.

    What a service refused leaves a trace of its own.
    """
    if isinstance(exception, trail.Refused):
        trail.record_refusal(exception, by=person_of(context), at=timezone.now())
        return Response({"detail": exception.sentence}, status=exception.status)
    response = exception_handler(exception, context)
    if response is not None and isinstance(exception, ValidationError):
        errors = {field: list(sentences) for field, sentences in by_field(exception.detail)}
        response.data = {"detail": "；".join(worded(errors)), "errors": errors}
    elif response is not None and isinstance(exception, ParseError):
        response.data = {
            "detail": f"请求正文无法读取，请按 Content-Type 所称的格式书写（{exception.detail}）"
        }
    return response


def person_of(context: dict[str, Any]) -> Any:
    user = context["request"].user
    return user if user.is_authenticated else None


def worded(errors: dict[str, list[str]]) -> Iterator[str]:
    for field, sentences in errors.items():
        sentence = "，".join(text.rstrip("。") for text in sentences)
        yield f"{field}：{sentence}" if field else sentence


def by_field(detail: Any, field: str = "") -> Iterator[tuple[str, list[str]]]:
    """The leaves of DRF's nested errors: the path of each field and its sentences."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from by_field(
                inner, field if name == "non_field_errors" else ".".join(filter(None, (field, str(name))))
            )
    elif any(isinstance(each, (dict, list)) for each in detail):
        for number, inner in enumerate(detail):
            yield from by_field(inner, f"{field}[{number}]")
    elif detail:
        yield field, [str(each) for each in detail]


@csrf_exempt
def nothing_here(request: HttpRequest) -> JsonResponse:
    """An address that the interface does not have, told in its own manner and not as a page."""
    sentence = "接口没有这一地址，请对照 /api/v1/docs/ 所列的地址（均以 / 结尾）"
    return JsonResponse({"detail": sentence}, status=404, json_dumps_params={"ensure_ascii": False})


def unknown(names: Iterable[str], known: Iterable[str]) -> dict[str, list[str]]:
    """A sentence for every name that is not known, with the nearest one that is."""
    there_are = sorted(known)
    return {name: [not_known(name, there_are)] for name in names if name not in there_are}


def not_known(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"没有这一项，是否为 {near[0]}？" if near else f"没有这一项，可用：{'、'.join(known)}"


class Problem(serializers.Serializer[Any]):
    """Why a request was refused, in one sentence."""

    detail = serializers.CharField(help_text="一句话：哪里不对，怎样才对")
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="按字段列出（仅 400）",
    )


# --- questions ---------------------------------------------------------------------------------------
class Strict(serializers.Serializer[Any]):
    """A body whose unknown fields are refused."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (wrong := unknown(data, self.fields)):
            raise ValidationError(wrong)
        return super().to_internal_value(data)


class OneOf(serializers.ChoiceField):
    """A choice whose refusal lists what there is."""

    def __init__(self, choices: Sequence[tuple[str, Any]], **options: Any) -> None:
        there_are = "、".join(
            f"{value}（{label}）" if value != label else value for value, label in choices if value
        )
        options.setdefault("error_messages", {"invalid_choice": "“{input}”不是可选值，可选：" + there_are})
        super().__init__(choices, **options)


class TrueOrFalse(forms.Field):
    """``true`` or ``false``; anything else is refused, where Django would take it for unset."""

    def to_python(self, value: Any) -> bool | None:
        match str(value or "").lower():
            case "":
                return None
            case "true":
                return True
            case "false":
                return False
        raise forms.ValidationError("应为 true 或 false")


class Flag(filters.BooleanFilter):
    field_class = TrueOrFalse

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, widget=forms.TextInput, **options)


class Day(filters.DateFilter):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, input_formats=["%Y-%m-%d"], error_messages={"invalid": DAY}, **options)


class AwareMoment(forms.Field):
    """An instant with its offset; one without would mean another hour to whoever asks from elsewhere."""

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        try:
            return (
                datetime.fromisoformat(value.strip()).astimezone(UTC)
                if AWARE.search(value)
                else self.refuse()
            )
        except (ValueError, OverflowError):
            return self.refuse()

    def refuse(self) -> NoReturn:
        raise forms.ValidationError("应为带时区的时刻，如 2026-03-02T09:00:00+08:00（地址中的加号须转义）")


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(filters.Filter):
    field_class = AwareMoment


@extend_schema_field(OpenApiTypes.INT)
class Id(filters.NumberFilter):
    field_class = forms.IntegerField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, min_value=1, error_messages={"invalid": "应为正整数编号"}, **options)

    def get_max_validator(self) -> None:
        """Whole numbers of any size are fine: none but the real ones are found."""


class Pick(filters.ChoiceFilter):
    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **options: Any) -> None:
        there_are = "、".join(
            f"{value}（{label}）" if value != label else value for value, label in choices if value
        )
        wrong = {"invalid_choice": "“%(value)s”不是可选值，可选：" + there_are}
        super().__init__(
            *args, choices=[each for each in choices if each[0]], error_messages=wrong, **options
        )


# --- views -------------------------------------------------------------------------------------------
class Described(AutoSchema):
    """The OpenAPI description with the refusals every endpoint may answer."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for code in self.refusals():
            bodies.setdefault(code, self._get_response_for_code(Problem, code, direction=direction))
        return bodies

    def refusals(self) -> list[str]:
        codes = ["401", "403"]
        if self.method != "GET" or self._is_list_view():
            codes.append("400")
        if self.method != "GET":
            codes.append("409")
        if "{" in self.path or self._is_list_view():  # a cursor that leads nowhere
            codes.append("404")
        return codes


class Interface(GenericAPIView):
    """The ground every endpoint stands on."""

    schema = Described()
    parser_classes = [JSONParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if wrong := unknown(request.query_params, self.parameters()):
            raise ValidationError(wrong)

    def parameters(self) -> set[str]:
        """The query parameters this endpoint understands."""
        if not self.is_list():
            return set()
        chosen = getattr(self, "filterset_class", None)
        return PAGING | set(chosen.base_filters if chosen else ())

    def is_list(self) -> bool:
        return getattr(self, "action", "") == "list"
