"""The forms of drafts, reasons and contests. What was typed survives every error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from cases.forms import NOT_A_CHOICE
from cases.models import Case, Party
from catalogues.selectors import Law
from catalogues.sentencing_law import DeviationModel, Factor, Guideline, Offence
from deviation import contests, frames, notices
from deviation.drafts import MEASURES, measures_of
from deviation.guideline import circumstances_of
from deviation.models import Contest, Notice

RATIO = "ratio-"
HUNDRED = Decimal(100)
HELPS = {
    "months": _("有期徒刑、拘役的月数；数罪并罚、无期徒刑以上和免予刑事处罚的不填"),
    "fine": _("元；没有罚金的不填"),
    "awarded_share": _("拟支持的金额占请求金额的百分比"),
    "probation": "",
}


def number_field(label: Any, *, most: float, places: int = 1, help_text: Any = "") -> forms.DecimalField:
    errors = {
        "invalid": _("请填写数字"), "min_value": _("应不小于 0"), "max_value": _("最多 %(limit_value)s，请核对"),
        "max_decimal_places": _("小数最多 %(max)s 位"), "max_digits": _("数字过长，请核对"),
        "max_whole_digits": _("数字过长，请核对"),
    }  # fmt: skip
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=Decimal(f"{most:g}"), max_digits=20, decimal_places=places,
        error_messages=errors, help_text=help_text,
    )  # fmt: skip


class DraftForm(forms.Form):
    """A drafted outcome, and for a term the judge's own steps under the guideline (量刑步骤)."""

    def __init__(
        self, data: Any = None, *, case: Case, party: Party | None, law: Law, day: date, initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.measures = measures_of(case, law, day)
        for code, model in self.measures.items():
            self.fields[code] = measure_field(code, model)
        guideline = law.guideline(case.court_id, day)
        self.offence = guideline.offence_of(case.cause) if "months" in self.measures else None
        self.present = self.present_in(case, party, law, day) if self.offence else frozenset()
        if self.offence:
            self.add_steps(self.offence, guideline)
        speak_plainly(self)

    def present_in(self, case: Case, party: Party | None, law: Law, day: date) -> frozenset[str]:
        said = frames.said_of(frames.elements_of([case.pk]).get(case.pk, {}), party.pk if party else None)
        return circumstances_of(said, law.case_elements(case.court_id, day)).present

    def add_steps(self, offence: Offence, guideline: Guideline) -> None:
        bands = [
            (band.when, f"{band.when}（{term_said(*band.law, life=band.life)}）") for band in offence.bands
        ]
        self.fields["band"] = forms.ChoiceField(
            label=_("量刑幅度"), required=False, choices=[("", _("不核对")), *bands],
            help_text=_("只核对拟判，不提出量刑意见"),
        )  # fmt: skip
        self.fields["start"] = number_field(_("量刑起点（月）"), most=300)
        self.fields["increments"] = number_field(_("增加刑罚量（月）"), most=300)
        ordered = sorted(guideline.factors.values(), key=lambda factor: factor.name not in self.present)
        for factor in ordered:
            self.fields[RATIO + factor.name] = number_field(
                factor.label or factor.name, most=100, help_text=self.range_of(factor)
            )

    def range_of(self, factor: Factor) -> str:
        low, high = sorted((abs(factor.low), abs(factor.high)))
        said = f"{'减少' if factor.lenient else '增加'} {100 * low:g}% 至 {100 * high:g}%"
        return said + ("；本案登记有此情节" if factor.name in self.present else "")

    # --- for the template ---
    def outcome_fields(self) -> list[forms.BoundField]:
        return [self[code] for code in self.measures]

    def step_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("band", "start", "increments") if name in self.fields]

    def ratio_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(RATIO)]

    def steps_typed(self) -> bool:
        """Whether the steps are to be open on the page: something was typed there, or is wrong."""
        names = ("band", "start", "increments", *(name for name in self.fields if name.startswith(RATIO)))
        return any(self[name].value() or self[name].errors for name in names if name in self.fields)

    # --- what was said ---
    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors and not self.values():
            self.add_error(None, _("请至少填写一项拟判结果"))
        if self.steps_without_band():
            self.add_error("band", _("填写了量刑步骤的，请选择量刑幅度"))
        if given.get("increments") and given.get("start") is None and "start" not in self.errors:
            self.add_error("start", _("填写了增加刑罚量的，请同时填写量刑起点"))
        return given

    def steps_without_band(self) -> bool:
        typed = given_numbers(self.cleaned_data, ("start", "increments")) or self.ratios()
        return "band" in self.fields and "band" not in self.errors and bool(typed) and not self.cleaned_data.get("band")  # fmt: skip

    def values(self) -> dict[str, float]:
        """The drafted outcomes by measure, as scores count them."""
        found: dict[str, float] = {}
        for code in self.measures:
            given = self.cleaned_data.get(code)
            if given not in (None, ""):
                found[code] = float(given) / 100 if code == "awarded_share" else float(given)
        return found

    def ratios(self) -> dict[str, float]:
        """The ratios by circumstance; what lessens is negative."""
        found: dict[str, float] = {}
        for name, given in self.cleaned_data.items():
            if name.startswith(RATIO) and given is not None:
                lessens = "减少" in str(self.fields[name].help_text)
                found[name.removeprefix(RATIO)] = float((-given if lessens else given) / HUNDRED)
        return found

    def guideline(self) -> dict[str, Any]:
        """The judge's steps as a draft keeps them; empty where no band was chosen."""
        given = self.cleaned_data
        if not given.get("band"):
            return {}
        start, more = given.get("start"), given.get("increments") or Decimal(0)
        return {
            "band": given["band"],
            "start": None if start is None else float(start),
            "increments": float(more),
            "base": None if start is None else float(start + more),
            "applied": self.ratios(),
        }


def given_numbers(given: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return any(given.get(name) is not None for name in names)


def measure_field(code: str, model: DeviationModel) -> forms.Field:
    if code == "probation":
        choices = [("", _("不核对")), ("0", _("不宣告缓刑")), ("1", _("宣告缓刑"))]
        return forms.ChoiceField(
            label=model.name, required=False, choices=choices, error_messages=NOT_A_CHOICE
        )
    most = 100.0 if code == "awarded_share" else MEASURES[code]
    unit = "%" if code == "awarded_share" else model.unit
    return number_field(
        f"{model.name}（{unit}）", most=most, places=2 if code == "fine" else 1, help_text=HELPS[code]
    )


def term_said(low: float, high: float, *, life: bool) -> str:
    return f"法定刑 {low:g} 至 {high:g} 个月" + ("，可以判处无期徒刑" if life else "")


def initial_of(values: Mapping[str, float], guideline: Mapping[str, Any]) -> dict[str, Any]:
    """What the form begins with: the last draft as it was typed."""
    first: dict[str, Any] = {
        code: f"{value * 100 if code == 'awarded_share' else value:.2f}".rstrip("0").rstrip(".")
        for code, value in values.items()
    }
    first |= {name: guideline.get(name) for name in ("band", "start", "increments") if guideline.get(name)}
    ratios = guideline.get("applied") or {}
    return first | {RATIO + name: f"{abs(ratio) * 100:g}" for name, ratio in ratios.items()}


# --- answers -----------------------------------------------------------------------------------------------------
class ExplainForm(forms.Form):
    """A coded reason, and words where it asks for them."""

    reason_code = forms.ChoiceField(label=_("理由"))
    reason = text_field(
        _("具体情况"), required=False, length=notices.LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, notice: Notice, day: date) -> None:
        super().__init__(
            data, prefix="explain", initial={"reason_code": notice.reason_code, "reason": notice.reason}
        )
        self.notice, self.day = notice, day
        known = notices.reasons_for(notice.case, day).values()
        choices = [(one.code, f"{one.name}{'（须写明）' if one.need_note else ''}") for one in known]
        self.fields["reason_code"].choices = [("", _("请选择")), *choices]
        speak_plainly(self)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if {"reason_code", "reason"} <= given.keys():
            problem = notices.problem_of_reason(
                given["reason_code"], given["reason"], self.notice.case, self.day
            )
            if problem:
                self.add_error("reason", problem)
        return given


class ContestForm(forms.Form):
    """A ground and words; during the private days also that one knows who will see it."""

    ground = forms.ChoiceField(label=_("异议的理由"), choices=[("", _("请选择")), *Contest.GROUNDS])
    text = text_field(_("具体说明"), length=contests.LONGEST, widget=forms.Textarea(attrs={"rows": 4}))
    knowing = forms.BooleanField(
        label=_("我知道：提出异议后，决定异议的人员和本院有权的院庭长可以看到这一提示"), required=False
    )

    def __init__(self, data: Any = None, *, notice: Notice) -> None:
        super().__init__(data, prefix="contest")
        if notice.disclosed_at is not None:
            del self.fields["knowing"]
        speak_plainly(self)

    def clean_knowing(self) -> bool:
        if not self.cleaned_data["knowing"]:
            raise forms.ValidationError(contests.KNOWINGLY)
        return True


class DecideForm(forms.Form):
    """Whether a contest is right, why, and who was heard."""

    upheld = forms.ChoiceField(
        label=_("决定"), widget=forms.RadioSelect, choices=[("yes", _("异议成立，撤回提示")), ("no", _("异议不成立"))]
    )  # fmt: skip
    heard = text_field(
        _("听取了谁的意见"), length=contests.LONGEST_HEARD, help_text=_("如承办法官、专业法官会议成员")
    )
    reason = text_field(_("决定的理由"), length=contests.LONGEST, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="decide")
        speak_plainly(self)


class CloseForm(forms.Form):
    """Why nothing further is needed."""

    reason = text_field(
        _("了结的理由"), length=notices.LONGEST, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("只写对提示的处理，不写对裁判结果的意见"),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="close")
