"""The forms of the rule workshop: the head of a rule, an example by hand, a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from predicates.language import Fact
from supervision.models import RuleVersion
from supervision.models.rules import CATEGORIES, MODES, SEVERITIES, STAGES
from supervision.rule_examples import facts_asked
from supervision.rule_guard import answers_for
from supervision.rulebook import facts
from supervision.workshop import courts_of
from supervision.workshop_rows import typed_fact

NATIONAL = "national"
UNKNOWN = ("", _("没有记录"))


class HeadForm(forms.Form):
    """What a rule says of itself beside its condition."""

    name = forms.CharField(label=_("情形名称"), max_length=120)
    stage = forms.ChoiceField(label=_("识别阶段"), choices=STAGES)
    mode = forms.ChoiceField(
        label=_("识别方式"),
        choices=MODES,
        help_text=_("自动识别由系统提出、由人确认；辅助识别只作提示；人工标识只由人提出。沉默不等于确认。"),
    )
    severity = forms.ChoiceField(label=_("程度"), choices=SEVERITIES)
    basis_kind = forms.ChoiceField(label=_("依据种类"), choices=RuleVersion.BASES, widget=forms.RadioSelect)
    basis = forms.CharField(
        label=_("依据"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("法律、司法解释、规范性文件的名称和条款，或者本院规定的名称和文号。提交批准时必须写明。"),
    )
    local_approval = forms.CharField(
        label=_("本院规定由谁、何时批准"),
        max_length=120,
        required=False,
        help_text=_("如：本院审判委员会2026年第3次会议。依据为本院规定时必须写明。"),
    )
    effective_from = forms.DateField(
        label=_("施行日"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("批准并核对差异后，自这一日起可以施行。"),
    )
    note = forms.CharField(
        label=_("说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    secret_facts = forms.BooleanField(
        label=_("可选涉密事实（投诉、举报、督察发现一类）"),
        required=False,
        help_text=_(
            "选用了涉密事实的规则，连同它的标识，核实以前对承办人和本工坊保密：不显示命中数量，不做回放。"
        ),
    )

    def said(self) -> dict[str, Any]:
        """What goes into the version."""
        return {name: value for name, value in self.cleaned_data.items() if name in SAID}


SAID = (
    "name",
    "stage",
    "mode",
    "severity",
    "basis_kind",
    "basis",
    "local_approval",
    "effective_from",
    "note",
)


class NewRuleForm(HeadForm):
    """The head of a rule that does not exist yet: whose it is, and its code."""

    scope = forms.ChoiceField(label=_("适用范围"))
    category = forms.ChoiceField(label=_("类别"), choices=CATEGORIES)
    code = forms.CharField(
        label=_("编号"),
        max_length=20,
        help_text=_("以类别字母开头。本院规则如 B-01，全国规则如 B16。"),
    )
    field_order = ("scope", "category", "code", *HeadForm.base_fields)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = scopes_of(user)

    def court(self) -> Court | None:
        scope = self.cleaned_data["scope"]
        return None if scope == NATIONAL else Court.objects.get(pk=scope)


def scopes_of(user: User) -> list[tuple[str, str]]:
    """For which courts the person may make rules."""
    own = [
        (str(court.pk), str(court))
        for court in courts_of(user)
        if answers_for(user, Permission.EDIT_RULES, court.pk)
    ]
    return own + (
        [(NATIONAL, str(_("各法院（全国规则）")))] if answers_for(user, Permission.EDIT_RULES, None) else []
    )


def head_of(version: RuleVersion) -> dict[str, Any]:
    """The head of a version as the form shows it; a day that was not named yet is today."""
    said = {name: getattr(version, name) for name in SAID}
    return said | {"effective_from": version.effective_from or today(), "secret_facts": version.secret}


class ExampleForm(forms.Form):
    """An example by hand: one field for each fact the rule reads."""

    hit = forms.ChoiceField(
        label=_("预期"),
        choices=[("yes", _("必中：这样的案件应当命中")), ("no", _("必不中：这样的案件不应命中"))],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("如：原告恰好十人。"))

    def __init__(self, *args: Any, version: RuleVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [facts()[name] for name in facts_asked(version)]
        for fact in self.asked:
            self.fields[f"fact_{fact.name}"] = field_for(fact)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.known: dict[str, Any] = {}
        for fact in self.asked:
            value, problem = typed_fact(fact, cleaned.get(f"fact_{fact.name}"))
            if problem:
                self.add_error(f"fact_{fact.name}", problem)
            elif value is not None:
                self.known[fact.name] = value
        return cleaned


def field_for(fact: Fact) -> forms.Field:
    label = f"{fact.label}（{fact.unit}）" if fact.unit else fact.label
    if fact.type == "bool":
        choices = [UNKNOWN, ("yes", _("是")), ("no", _("否"))]
        return forms.ChoiceField(label=label, choices=choices, required=False, help_text=fact.meaning)
    if fact.choices and fact.type == "list":
        return forms.MultipleChoiceField(
            label=label, choices=fact.choices, required=False, widget=forms.CheckboxSelectMultiple
        )
    if fact.choices:
        choices = [UNKNOWN, *fact.choices]
        return forms.ChoiceField(label=label, choices=choices, required=False, help_text=fact.meaning)
    return forms.CharField(label=label, required=False, max_length=200, help_text=fact.meaning)


class CaseExampleForm(forms.Form):
    """A real case as an example, by its number."""

    number = forms.CharField(label=_("案号"), max_length=60)
    hit = forms.ChoiceField(
        label=_("预期"), choices=[("yes", _("必中")), ("no", _("必不中"))], widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(
            *args, auto_id="number_%s", **kwargs
        )  # its page has another form with a field of this name
        self.user = user

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip().replace("(", "（").replace(")", "）")
        self.case = Case.objects.visible_to(self.user).filter(number=number, sealed="").first()
        if self.case is None:
            raise forms.ValidationError(
                _("没有找到这一案件，请核对案号；封存案件和您不能查看的案件不能取作样例。")
            )
        return number


class RetireForm(forms.Form):
    reason = forms.CharField(
        label=_("停用原因"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("立即生效，留痕。已确认的标识不因停用而撤销。"),
    )
