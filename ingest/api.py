"""Imports in the programming interface: send a file, read what it would change, let it in, fetch the refused rows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from courts.interface import Interface, OneOf, Strict
from courts.models import Court
from ingest import services, tasks
from ingest.models import BATCH_KINDS, Batch, RowError

NOT_FOUND = "没有这一导入批次，或者它不在您的职责范围内"
BATCH = OpenApiParameter("import", int, OpenApiParameter.PATH, description="导入批次的 id")


class BatchColumns(serializers.Serializer[Any]):
    """A file on its way in: uploaded → previewed → queued → running → done, or failed with a sentence."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(BATCH_KINDS)
    court = serializers.CharField(source="court.code", allow_null=True, help_text="法院代字")
    filename = serializers.CharField()
    size = serializers.IntegerField(help_text="字节")
    sha256 = serializers.CharField()
    format = serializers.CharField()
    encoding = serializers.CharField()
    unknown_headers = serializers.ListField(
        child=serializers.CharField(), help_text="未识别的表头，其列不导入"
    )
    state = serializers.ChoiceField(Batch.STATES)
    position = serializers.IntegerField(help_text="已处理行")
    total = serializers.IntegerField(allow_null=True, help_text="总行数")
    counts = serializers.DictField(help_text="预览或结果：rows created updated unchanged rejected 等")
    problem = serializers.CharField(help_text="失败的原因")
    uploaded_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class Upload(Strict):
    file = serializers.FileField(help_text="CSV（UTF-8、GB18030）、XLSX 或 JSONL")
    kind = OneOf(BATCH_KINDS, default="cases", help_text="内容")
    court = serializers.CharField(max_length=12, help_text="法院代字，如 川1502")

    def validate_court(self, code: str) -> Court:
        found = Court.objects.filter(code=code).first()
        if found is None:
            raise serializers.ValidationError(f"没有“{code}”这一法院代字，应如 川1502")
        return found


class RejectedColumns(serializers.Serializer[Any]):
    """A refused row, whole, with its line number and the reason."""

    line = serializers.IntegerField(help_text="行号")
    reason = serializers.CharField()
    row = serializers.JSONField(help_text="原行")


class ImportInterface(ViewSetMixin, Interface):
    required_scopes = {"GET": "imports:write", "POST": "imports:write"}
    queryset = Batch.objects.none()
    serializer_class = BatchColumns
    lookup_url_kwarg = "import"
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Batch]:
        return services.batches_of(self.request.user)

    def get_object(self) -> Batch:
        found = self.get_queryset().filter(pk=int(self.kwargs["import"])).first()
        if found is None:
            raise NotFound(NOT_FOUND)
        return found


@extend_schema(tags=["imports"])
@extend_schema_view(
    list=extend_schema(summary="导入批次", operation_id="imports_list"),
    retrieve=extend_schema(summary="一个批次的状态、预览或结果", parameters=[BATCH]),
)
class BatchViewSet(ListModelMixin, RetrieveModelMixin, ImportInterface):
    """Batches of the courts where the caller may import."""

    parser_classes = [MultiPartParser]

    @extend_schema(summary="上传一个文件，随后自动预览", request=Upload, responses={201: BatchColumns})
    def create(self, request: Request) -> Response:
        given = Upload(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        batch = services.receive_file(
            upload=wanted["file"],
            kind=wanted["kind"],
            court=wanted["court"],
            by=request.user,
            at=timezone.now(),
        )
        tasks.preview_batch.delay_on_commit(batch.pk)
        return Response(BatchColumns(batch).data, status=201)

    @extend_schema(summary="确认导入", request=None, parameters=[BATCH], responses={200: BatchColumns})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, **kwargs: str) -> Response:
        batch = self.get_object()
        confirmed = services.confirm_batch(batch=batch, by=request.user, at=timezone.now())
        tasks.commit_batch.delay_on_commit(confirmed.pk)
        return Response(BatchColumns(confirmed).data)


@extend_schema_view(
    list=extend_schema(
        tags=["imports"], summary="被拒的行及原因", operation_id="imports_rejected", parameters=[BATCH]
    )
)
class RejectedViewSet(ListModelMixin, ImportInterface):
    """The refused rows of a batch."""

    serializer_class = RejectedColumns

    def get_queryset(self) -> QuerySet[Any]:
        seen = super().get_queryset().filter(pk=int(self.kwargs["import"]))
        if not seen.exists():
            raise NotFound(NOT_FOUND)
        return RowError.objects.filter(batch__in=seen)
