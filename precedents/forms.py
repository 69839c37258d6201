"""The forms of this room: a search, a judgment, a file of them, a report's hits, a decision on a pair."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from cases.forms import ANY, day_field
from cases.models import CATEGORIES, Case
from cases.numbers import normalize
from courts.models import User
from precedents.conflicts import AFTER, CONFIRM, DISMISS, SETTLE
from precedents.documents import LONGEST, NOT_YOUR_CASE, SEALED, Judgment
from precedents.fact_lines import Misread, facts_in, lines_of_facts
from precedents.models import Conflict, Document
from precedents.reading import Unreadable, clean, text_of
from precedents.report_checks import VERDICTS
from precedents.reports import OURS
from precedents.search import LEVELS, Question, question_of
from precedents.weighing import elements

EARLIEST = 1949
ACTS = {CONFIRM: _("确认存在分歧"), DISMISS: _("不构成分歧"), SETTLE: _("已经统一")}


def long_field(label: Any, *, rows: int = 3, length: int = 4000, **options: Any) -> forms.CharField:
    return text_field(label, widget=forms.Textarea(attrs={"rows": rows}), length=length, **options)


class Plain(forms.Form):
    """A form whose refusals are Chinese sentences."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        speak_plainly(self)


def year_field(label: Any) -> forms.IntegerField:
    wrong = _("年份应写作 2024 这样的四位数")
    errors = {"invalid": wrong, "min_value": wrong, "max_value": wrong}
    return forms.IntegerField(
        label=label, min_value=EARLIEST, max_value=2100, required=False, error_messages=errors
    )


class SearchForm(Plain):
    """What to search for. The elements of the case are asked too, and are not typed."""

    text = long_field(
        _("基本事实和争议焦点"), rows=4, required=False,
        help_text=_("写明关键事实、争议问题和请求；不需要姓名和案号"),
    )  # fmt: skip
    cause = text_field(_("案由"), length=120, required=False)
    sources = forms.MultipleChoiceField(
        label=_("来源"), choices=Document.SOURCES, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("不选为全部来源"),
    )  # fmt: skip
    level = forms.ChoiceField(label=_("法院层级"), choices=[ANY, *LEVELS.items()], required=False)
    year_from = year_field(_("裁判年份自"))
    year_to = year_field(_("裁判年份至"))
    effective = forms.BooleanField(label=_("只看已经生效的"), required=False)

    def __init__(self, *args: Any, case: Case | None = None, **options: Any) -> None:
        self.case = case
        super().__init__(*args, **options)

    def question(self) -> Question:
        """The search as typed, with what the case itself says."""
        given = self.cleaned_data
        own = question_of(self.case) if self.case else Question()
        since, until = given.get("year_from"), given.get("year_to")
        return Question(
            text=given["text"] or own.text, facts=own.facts, cause=given["cause"], sources=tuple(given["sources"]),
            level=given["level"], since=date(since, 1, 1) if since else None, until=date(until, 12, 31) if until else None,
            effective=given["effective"], case=self.case,
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            question = self.question()
            if not question.text and not question.facts:
                self.add_error("text", _("请写明基本事实或者争议焦点，否则无从比较"))
        return self.cleaned_data


def first_search(case: Case | None) -> dict[str, Any]:
    return {"cause": case.cause if case else "", "effective": True}


# --- judgments -------------------------------------------------------------------------------------------------
class DocumentForm(Plain):
    """A judgment by hand, its text typed or out of a DOCX or text file."""

    source = forms.ChoiceField(label=_("来源"), choices=Document.SOURCES)
    case = text_field(
        _("本院案号"),
        length=60,
        required=False,
        help_text=_("本院案件的裁判填写案号，法院、案由由系统带出；其他裁判留空"),
    )
    number = text_field(_("案号或者编号"), length=80, required=False)
    title = text_field(_("名称"), length=200, required=False)
    court_name = text_field(_("法院"), length=80, required=False)
    cause = text_field(_("案由"), length=120, required=False)
    category = forms.ChoiceField(label=_("案件类别"), choices=[ANY, *CATEGORIES], required=False)
    decided_on = day_field(_("裁判日期"), required=False)
    effective_on = day_field(_("生效日期"), required=False, help_text=_("未生效的留空"))
    result = forms.ChoiceField(
        label=_("处理结果"), choices=[("", _("未注明")), *Document.RESULTS], required=False
    )
    holding = long_field(_("裁判要旨"), required=False)
    issue = long_field(_("争议焦点"), rows=2, required=False)
    facts = long_field(_("要素"), required=False, help_text=_("每行一项，如：自首=是"))
    text = long_field(_("事实与理由"), rows=10, length=LONGEST, required=False)
    file = forms.FileField(label=_("或者上传文书"), required=False, help_text=_("DOCX 或者 TXT，20 MB 以内"))

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        self.user = user
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        case = self.case_named(given.get("case", ""))
        if given.get("source") == "own" and not given.get("case") and not given.get("court_name"):
            self.add_error("case", _("本院及下级法院的裁判请填写案号，或者写明法院"))
        if not given.get("case") and not given.get("number"):
            self.add_error("number", _("请填写案号或者编号"))
        if given.get("source") == "superior" and not given.get("court_name"):
            self.add_error("court_name", _("上级法院的裁判请写明法院"))
        return given | {"case": case, "text": self.text_given(), "facts": self.facts_given()}

    def case_named(self, number: str) -> Case | None:
        if not number:
            return None
        seen = Case.objects.visible_to(self.user).select_related("court")
        found = seen.filter(number=normalize(number)).first()
        if found is None:
            self.add_error("case", NOT_YOUR_CASE)
        elif found.sealed:
            self.add_error("case", SEALED)
        return found

    def text_given(self) -> str:
        """The text of the file, else what was typed."""
        file = self.cleaned_data.get("file")
        if "text" in self.errors:
            return ""
        try:
            return text_of(file.name, file.read()) if file else clean(self.cleaned_data.get("text", ""))
        except Unreadable as problem:
            self.add_error(
                "file" if file else "text", problem.chinese if file else _("请填写事实与理由，或者上传文书")
            )
            return ""

    def facts_given(self) -> dict[str, Any]:
        try:
            return facts_in(self.cleaned_data.get("facts", ""), elements())
        except Misread as problem:
            self.add_error("facts", str(problem))
            return {}

    def judgment(self) -> Judgment:
        return Judgment(**{name: value for name, value in self.cleaned_data.items() if name != "file"})


def first_values(document: Document) -> dict[str, Any]:
    """A held judgment as its form begins."""
    names = [name for name in DocumentForm.base_fields if name not in ("case", "facts", "file")]
    first = {name: getattr(document, name) for name in names}
    return first | {
        "case": document.number if document.case_id else "",
        "facts": lines_of_facts(document.facts, elements()),
    }


class UploadForm(Plain):
    file = forms.FileField(
        label=_("JSON Lines 文件"),
        error_messages={"required": _("请选择文件"), "empty": _("文件是空的")},
        help_text=_(
            "每行一份裁判：source、number、court、cause、decided_on、effective_on、result、holding、issue、text、facts"
        ),
    )


class WithdrawForm(Plain):
    reason = long_field(_("撤下的理由"), length=300)


# --- a report -----------------------------------------------------------------------------------------------------
class HitForm(Plain):
    """What the writer says of one hit."""

    verdict = forms.ChoiceField(label=_("是否类案"), choices=[("", _("尚未认定")), *VERDICTS], required=False)
    holding = long_field(_("裁判要旨"), required=False)
    differences = long_field(_("与本案的不同"), rows=2, required=False, help_text=_("没有的写“无”"))
    reason = long_field(_("参照或者不参照的理由"), rows=2, required=False)


class WordsForm(Plain):
    """What the writer says of the whole."""

    platforms = text_field(
        _("检索平台"), length=200, required=False, initial=OURS, help_text=_("在本系统以外检索过的，一并写明")
    )
    issue = long_field(_("本案争议焦点"), rows=2, required=False)
    opinion = long_field(_("检索结果的运用情况"), rows=4, required=False)
    proposed = forms.ChoiceField(
        label=_("本案拟处理结果"), choices=[("", _("不填")), *Document.RESULTS], required=False,
        help_text=_("可不填。填写后用于统计处理不同的占比，并随报告由能看到本案的人看到该占比"),
    )  # fmt: skip


# --- a pair ---------------------------------------------------------------------------------------------------------
class DecideForm(Plain):
    act = forms.ChoiceField(label=_("甄别意见"), widget=forms.RadioSelect)
    reason = long_field(_("理由"), length=1000)

    def __init__(self, *args: Any, conflict: Conflict, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["act"].choices = [(act, ACTS[act]) for state, act in AFTER if state == conflict.state]
