"""The forms of measures, replies, answers, meetings and delegations. What was typed survives every error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from cases.forms import day_field
from cases.models import Case
from cases.selectors import divisions_of, judges_of
from catalogues.supervision_law import MeasureRule
from courts.models import Division, User
from supervision.measure_files import KINDS, LARGEST, MEGABYTE
from supervision.measure_rules import LONGEST, REASSIGN, problem_of_wording, wants_reply
from supervision.measures import REPLY_LENGTH

OUTCOMES = {
    "settle": _("办结"),
    "again": _("要求补充"),
    "continue": _("继续定期报告"),
}
OPINION_ROWS, MOST_ROWS = 5, 30


def lines_field(label: Any, length: int, *, rows: int = 3, **options: Any) -> forms.CharField:
    return text_field(label, length=length, widget=forms.Textarea(attrs={"rows": rows}), **options)


class WatchedForm(forms.Form):
    """A form whose words are watched: what only may be an opinion is pointed out once, then stands if the person says so."""

    watched: tuple[str, ...] = ()
    sure = forms.BooleanField(label=_("我已看过提示，仍要保存"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        speak_plainly(self)
        self.asks_if_sure = bool(self.data.get("sure"))

    def clean(self) -> dict[str, Any]:
        texts = [self.cleaned_data.get(name) or "" for name in self.watched]
        problem = problem_of_wording(texts, sure=bool(self.cleaned_data.get("sure")))
        if problem:
            self.asks_if_sure = problem_of_wording(texts, sure=True) is None
            self.add_error(None, problem)
        return self.cleaned_data

    def shown(self) -> list[forms.BoundField]:
        """The fields, the question whether one is sure only where something was pointed out."""
        return [field for field in self if field.name != "sure" or self.asks_if_sure]


class MeasureForm(WatchedForm):
    """What a measure takes, by its rule in the catalogue."""

    watched = ("content", "basis", "reason")
    judge = forms.ModelChoiceField(label=_("新承办人"), queryset=User.objects.none(), empty_label=_("请选择"))
    division = forms.ModelChoiceField(
        label=_("承办部门"), queryset=Division.objects.none(), required=False, empty_label=_("不变")
    )
    parties_told_on = day_field(_("告知当事人日期"))
    content = lines_field(_("内容"), LONGEST["content"], rows=4)
    basis = text_field(_("依据"), length=LONGEST["basis"])
    reason = lines_field(_("理由"), LONGEST["reason"])
    reply_by = day_field(_("答复期限"), required=False)

    def __init__(
        self, data: Any = None, *, rule: MeasureRule, case: Case, proposes: bool, usual_day: Any
    ) -> None:
        super().__init__(data, initial={"basis": rule.basis})
        self.fields["reason"].required = rule.needs_reason
        self.fields["judge"].queryset = judges_of(case.court_id)
        self.fields["division"].queryset = divisions_of(case.court_id)
        self.fields["reply_by"].help_text = _("不填为 %s，按本院工作日计算") % usual_day
        self.fields["content"].help_text = HELP.get(rule.code) or HELP.get(rule.mode, HELP[""])
        dropped = set() if rule.code == REASSIGN else {"judge", "division"}
        dropped |= set() if rule.notify_parties else {"parties_told_on"}
        dropped |= {"reply_by"} if proposes or not wants_reply(rule.code) else set()
        for name in dropped:
            del self.fields[name]
        self.order_fields([*(name for name in self.fields if name != "sure"), "sure"])


#: What to write, by measure or else by way of supervision.
HELP = {
    "M04": _("阅核只提示问题，由合议庭回应；不修改文书，也不影响裁判的作出"),
    "": _("写明要求报告或者办理什么。对案件实体处理的意见，只能在专业法官会议、审判委员会上发表"),
    "meeting": _("写明提交讨论的问题，不写倾向性意见；意见在会议记录里按人记载"),
}


class ReplyForm(forms.Form):
    content = lines_field(_("答复"), REPLY_LENGTH, rows=5)
    attachment = forms.FileField(
        label=_("附件"),
        required=False,
        help_text=_("可附一个文件：%(kinds)s，不超过 %(size)d MB")
        % {"kinds": "、".join(KINDS), "size": LARGEST // MEGABYTE},
        error_messages={"empty": _("文件是空的，请重新选择"), "max_length": _("文件名太长，请改短")},
    )


RESPONSE = _("对答复是否清楚、是否按期作出回应。对案件实体处理的意见，只能在专业法官会议、审判委员会上发表")


class AnswerForm(WatchedForm):
    watched = ("content",)
    outcome = forms.ChoiceField(label=_("处理"), widget=forms.RadioSelect)
    content = lines_field(_("回应"), REPLY_LENGTH, rows=4, help_text=RESPONSE)

    def __init__(self, data: Any = None, *, outcomes: tuple[str, ...]) -> None:
        super().__init__(data, initial={"outcome": outcomes[0]})
        self.fields["outcome"].choices = [(code, OUTCOMES[code]) for code in outcomes]
        self.order_fields(["outcome", "content", "sure"])


class DecideForm(WatchedForm):
    watched = ("reason",)
    agree = forms.TypedChoiceField(
        label=_("决定"),
        choices=[("yes", _("同意")), ("no", _("不同意"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    reason = lines_field(_("理由"), 500)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.order_fields(["agree", "reason", "sure"])


class WithdrawForm(WatchedForm):
    watched = ("reason",)
    reason = lines_field(_("撤回理由"), 500, rows=2)


class MeetingForm(forms.Form):
    """A meeting and what each person said there; as many rows for opinions as asked for."""

    held_on = day_field(_("召开日期"))
    attendees = text_field(_("出席人"), length=400, help_text=_("用顿号隔开，如：张某、李某、王某"))
    minutes = lines_field(_("会议记录"), 20_000, rows=6)

    def __init__(self, data: Any = None, *, rows: int = OPINION_ROWS) -> None:
        super().__init__(data)
        self.rows = rows
        for place in range(1, rows + 1):
            self.fields[f"speaker_{place}"] = text_field(_("发言人 %d") % place, length=40, required=False)
            self.fields[f"text_{place}"] = lines_field(_("意见 %d") % place, 20_000, rows=2, required=False)

    def opinion_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"speaker_{place}"], self[f"text_{place}"]) for place in range(1, self.rows + 1)]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        names = said["attendees"].replace("，", "、").replace(",", "、").replace(" ", "、")
        pairs = [(said[f"speaker_{place}"], said[f"text_{place}"]) for place in range(1, self.rows + 1)]
        return {
            "held_on": said["held_on"],
            "minutes": said["minutes"],
            "attendees": names.split("、"),
            "opinions": pairs,
        }


class DelegationForm(WatchedForm):
    watched = ("reason",)
    person = forms.ModelChoiceField(
        label=_("受委托人"), queryset=User.objects.none(), empty_label=_("请选择")
    )
    reason = lines_field(_("委托事由"), 300, rows=2)

    def __init__(self, data: Any = None, *, people: Any) -> None:
        super().__init__(data)
        self.fields["person"].queryset = people
