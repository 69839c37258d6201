"""The search for similar cases in the programming interface: to read, within what one may see."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from audit.trail import Refused
from cases.forms import id_in
from cases.models import Case
from courts.interface import DAY, Interface, OneOf, Strict
from courts.roles import Permission
from precedents.models import Document
from precedents.search import LEVELS, MOST, TOP, Question, find, question_of
from precedents.views import NOT_YOURS, SEARCH

LONGEST = 2000
NO_CASE = "没有这一案件，或者它不在您的职责范围内；请核对编号"
WRONG_DAY = {"invalid": DAY}
NOTHING_ASKED = "请给出 q，或者给出有要素的案件 case"


class Asked(Strict):
    """The parameters of a search."""

    q = serializers.CharField(
        required=False, default="", max_length=LONGEST, help_text="检索用词：基本事实和争议焦点"
    )
    case = serializers.CharField(
        required=False, default="", help_text="为哪一案件检索（案件的 id），其要素一并比较"
    )
    cause = serializers.CharField(required=False, default="", max_length=120, help_text="案由")
    source = OneOf(Document.SOURCES, required=False, default="", help_text="来源")
    level = OneOf(list(LEVELS.items()), required=False, default="", help_text="法院层级")
    since = serializers.DateField(
        required=False, default=None, error_messages=WRONG_DAY, help_text="裁判日期自"
    )
    until = serializers.DateField(
        required=False, default=None, error_messages=WRONG_DAY, help_text="裁判日期至"
    )
    effective = serializers.BooleanField(required=False, default=True, help_text="只看已经生效的，默认 true")
    top = serializers.IntegerField(
        required=False, default=TOP, min_value=1, max_value=MOST, help_text="最多几件，默认 10"
    )


class FoundColumns(serializers.Serializer[Any]):
    """A precedent that is alike, and why."""

    id = serializers.IntegerField(source="document.pk")
    case_id = serializers.IntegerField(
        source="document.case_id", allow_null=True, help_text="本系统案件的 id"
    )
    source = serializers.ChoiceField(Document.SOURCES, source="document.source", help_text="来源")
    number = serializers.CharField(source="document.number", help_text="案号或者编号")
    title = serializers.CharField(source="document.title")
    court = serializers.CharField(source="document.court_name", help_text="法院")
    cause = serializers.CharField(source="document.cause", help_text="案由")
    decided_on = serializers.DateField(source="document.decided_on", allow_null=True)
    effective_on = serializers.DateField(source="document.effective_on", allow_null=True)
    result = serializers.CharField(source="document.result", help_text="处理结果，空为未注明")
    holding = serializers.CharField(source="document.holding", help_text="裁判要旨")
    score = serializers.FloatField(help_text="相似度，0 至 1")
    because = serializers.ListField(child=serializers.CharField(), help_text="理由")


class Answer(serializers.Serializer[Any]):
    results = FoundColumns(many=True)


@extend_schema(tags=["precedents"])
class PrecedentViewSet(ViewSetMixin, Interface):
    """Similar cases out of the collection, best first. The interface only reads; it keeps nothing of what was asked."""

    required_scopes = {"GET": "cases:read"}
    serializer_class = Answer
    queryset = Document.objects.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.may(Permission.SEARCH_PRECEDENTS):
            raise Refused(NOT_YOURS, act=SEARCH, by=request.user)

    def parameters(self) -> set[str]:
        return set(Asked().fields)

    @extend_schema(
        summary="类案检索", operation_id="precedents_list", parameters=[Asked], responses={200: Answer}
    )
    def list(self, request: Request) -> Response:
        asked = Asked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        found = find(self.question(given), request.user, top=given["top"])
        return Response(Answer({"results": found}).data)

    def question(self, given: dict[str, Any]) -> Question:
        case = self.case_asked(given["case"])
        own = question_of(case) if case else Question()
        text = given["q"] or own.text
        if not text and not own.facts:
            raise ValidationError({"q": [NOTHING_ASKED]})
        return Question(
            text=text, facts=own.facts, cause=given["cause"], sources=(given["source"],) if given["source"] else (),
            level=given["level"], since=given["since"], until=given["until"], effective=given["effective"], case=case,
        )  # fmt: skip

    def case_asked(self, text: str) -> Case | None:
        if not text:
            return None
        found = Case.objects.visible_to(self.request.user).filter(pk=id_in(text) or 0).first()
        if found is None:
            raise NotFound(NO_CASE)
        return found
