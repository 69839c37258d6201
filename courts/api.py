"""Courts and the caller in the programming interface."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from courts.interface import Flag, Interface, Pick
from courts.models import LEVELS, Court, User
from courts.roles import SCOPES


class CourtColumns(serializers.Serializer[Any]):
    """A court; ``code`` is its prefix in case numbers (法院代字)."""

    code = serializers.CharField(help_text="法院代字")
    name = serializers.CharField()
    level = serializers.IntegerField(help_text="1 最高 2 高级 3 中级 4 基层")
    parent = serializers.CharField(source="parent_code", allow_null=True, help_text="上级法院的代字")
    province = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True, help_text="此日起不再使用")


class CourtFilters(filters.FilterSet):
    code = filters.CharFilter(label="法院代字")
    parent = filters.CharFilter(field_name="parent__code", label="上级法院的代字")
    name = filters.CharFilter(lookup_expr="contains", label="名称包含")
    level = Pick(choices=[(str(number), name) for number, name in LEVELS], label="级别")
    in_use = Flag(field_name="valid_to", lookup_expr="isnull", label="true 在用，false 已停用")

    class Meta:
        model = Court
        fields: list[str] = []


@extend_schema(tags=["courts"])
@extend_schema_view(list=extend_schema(summary="法院名录", operation_id="courts_list"))
class CourtViewSet(ViewSetMixin, ListModelMixin, Interface):
    """All courts known by a prefix, whether or not one sees their cases."""

    required_scopes = {"GET": "catalogues:read"}
    serializer_class = CourtColumns
    filterset_class = CourtFilters
    queryset = Court.objects.exclude(code=None).annotate(parent_code=F("parent__code"))


class SeatColumns(serializers.Serializer[Any]):
    role = serializers.CharField()
    title = serializers.CharField(source="get_role_display", help_text="职务")
    court = serializers.CharField(source="court.code", allow_null=True)
    division = serializers.CharField(allow_null=True)


class TokenColumns(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="用途")
    scopes = serializers.ListField(child=serializers.ChoiceField(SCOPES))
    expires_at = serializers.DateTimeField()


class Me(serializers.Serializer[Any]):
    """Who asks, with which posts and by which token."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    posts = SeatColumns(source="seats", many=True)
    token = TokenColumns(allow_null=True, help_text="空：由页面的会话访问")


class MeViewSet(ViewSetMixin, Interface):
    """The caller."""

    permission_classes = [IsAuthenticated]
    serializer_class = Me
    pagination_class = None
    filter_backends: list[Any] = []

    queryset = User.objects.none()

    @extend_schema(tags=["me"], summary="本人、职务与令牌", operation_id="me", responses=Me)
    def retrieve(self, request: Request) -> Response:
        user = request.user
        said = {
            "id": user.pk,
            "username": user.username,
            "name": user.name,
            "seats": user.seats,
            "token": request.auth,
        }
        return Response(Me(said).data)
