"""The catalogues in the programming interface: published editions and their entries, as dated, sourced data."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import ViewSetMixin

from catalogues.models import KINDS, STATUSES, Edition, Item
from courts.interface import Interface, Pick

ISSUED = [each for each in STATUSES if each[0] != "draft"]


class EditionColumns(serializers.Serializer[Any]):
    """One edition of one catalogue; never edited once published, only superseded."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(KINDS, help_text="目录")
    court = serializers.CharField(
        source="court_code", allow_null=True, help_text="空：全国；否则为该法院的本地补充"
    )
    number = serializers.IntegerField(help_text="版次")
    title = serializers.CharField()
    status = serializers.ChoiceField(ISSUED)
    effective_from = serializers.DateField(allow_null=True, help_text="施行日")
    effective_to = serializers.DateField(allow_null=True)
    content_hash = serializers.CharField(help_text="内容摘要")
    note = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)


class EntryColumns(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    position = serializers.IntegerField(help_text="次序")
    body = serializers.JSONField(help_text="条目内容：各版本及其依据")


class EditionFilters(filters.FilterSet):
    kind = Pick(choices=KINDS, label="目录")
    status = Pick(choices=ISSUED, label="状态")
    court = filters.CharFilter(field_name="court__code", label="本地补充所属法院的代字")

    class Meta:
        model = Edition
        fields: list[str] = []


class EntryFilters(filters.FilterSet):
    code = filters.CharFilter(label="代码")
    name = filters.CharFilter(lookup_expr="contains", label="名称包含")

    class Meta:
        model = Item
        fields: list[str] = []


@extend_schema(tags=["catalogues"])
@extend_schema_view(list=extend_schema(summary="目录的各版", operation_id="catalogue_editions"))
class EditionViewSet(ViewSetMixin, ListModelMixin, Interface):
    """Editions that were published; drafts are their authors' own."""

    required_scopes = {"GET": "catalogues:read"}
    serializer_class = EditionColumns
    filterset_class = EditionFilters
    queryset = Edition.objects.exclude(status="draft").annotate(court_code=F("court__code"))


@extend_schema_view(
    list=extend_schema(
        tags=["catalogues"],
        summary="一版目录的条目",
        operation_id="catalogue_entries",
        parameters=[OpenApiParameter("edition", int, OpenApiParameter.PATH, description="目录版本的 id")],
    )
)
class EntryViewSet(ViewSetMixin, ListModelMixin, Interface):
    """Entries of a published edition."""

    required_scopes = {"GET": "catalogues:read"}
    serializer_class = EntryColumns
    filterset_class = EntryFilters
    queryset = Item.objects.none()

    def get_queryset(self) -> QuerySet[Item]:
        edition = Edition.objects.exclude(status="draft").filter(pk=self.kwargs["edition"]).first()
        if edition is None:
            raise NotFound("没有这一目录版本，请从 catalogues/editions/ 查询其 id")
        return edition.items.all()
