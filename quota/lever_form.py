"""The sliders and tables of a scenario (情景调节): what was moved becomes levers, what was left alone does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly
from quota.allocation import METHODS
from quota.levers import ALL

#: What teams of one judge, two assistants and two clerks (1+2+2) try.
FAST = ("civ_sum", "cri_sum")
NUMBER = {"invalid": _("请填写数字"), "min_value": _("应不小于 %(limit_value)s"), "max_value": _("应不大于 %(limit_value)s")}  # fmt: skip


@dataclass(frozen=True)
class Slider:
    """One lever that is a single number: between which ends it moves, and what it is when nobody moved it."""

    name: str
    label: Any
    least: float
    most: float
    step: float
    rest: float
    help: Any = ""


SLIDERS = (
    Slider("leave", _("法官请假、借调占工作时间（%）"), 0, 60, 1, 0),
    Slider("surge", _("全部收案增减（%）"), -50, 150, 1, 0),
    Slider("track_share", _("简案交快审团队（1+2+2）的比例（%）"), 0, 100, 1, 0),
    Slider("track_ratio", _("快审团队用时为原来的（%）"), 20, 100, 1, 100),
)
#: Setting of the inputs, lever, label, most, and whether it is shown in per cent.
SETTINGS = (
    ("court_floor", "floor", _("每院最少员额（名）"), 50, False),
    ("ceiling_ratio", "ceiling", _("每院员额占编制最高（%）"), 100, True),
    ("reserve_ratio", "reserve", _("预留机动员额（%）"), 50, True),
    ("change_limit", "change_limit", _("每年调整不超过上年员额的（%）"), 100, True),
)


class LeverForm(forms.Form):
    """Bound to a query; ``levers()`` is what the calculation reads."""

    def __init__(self, inputs: Mapping[str, Any], kinds: Mapping[str, str], data: Any = None) -> None:
        super().__init__(data)
        self.inputs = inputs
        known = [code for code in kinds if code in inputs["hours"]]
        self.kinds = {code: kinds.get(code, code) for code in dict.fromkeys([*known, *inputs["hours"]])}
        self.courts = {court["code"]: court["name"] for court in inputs["courts"]}
        first = initial_of(inputs)
        for name, field in self._all_fields():
            field.initial = first.get(name)
            field.error_messages |= NUMBER
            self.fields[name] = field
        speak_plainly(self)

    def _all_fields(self) -> Iterator[tuple[str, forms.Field]]:
        for slider in SLIDERS:
            yield slider.name, number(slider.label, slider.least, slider.most, slider.step)
        for code, name in self.kinds.items():
            yield f"surge_{code}", number(name, -90, 500, 1)
            yield f"hours_{code}", number(name, 0, 500, 0.1)
        yield "seats", number(_("员额总数（名，含预留；不填按需求）"), 0, 1_000_000, 1)
        for _code, lever, label, most, percent in SETTINGS:
            yield lever, number(label, 0, most, 0.1 if percent else 1)
        yield "change_step", number(_("调整幅度不足一名时可动（名）"), 0, 10, 1)
        yield "method", forms.ChoiceField(label=_("分配方法"), choices=list(METHODS.items()), required=False)
        yield "levels", forms.ChoiceField(label=_("分配层级"), choices=[("1", _("全域一次分配")), ("2", _("先分到地级、再分到各院"))], required=False)  # fmt: skip
        for code, name in self.courts.items():
            yield f"leave_{code}", number(name, 0, 95, 1)
            yield f"judges_{code}", number(name, 0, 1000, 1)

    # --- for the page ------------------------------------------------------------------------------------------------
    def sliders(self) -> list[tuple[BoundField, Slider]]:
        return [(self[slider.name], slider) for slider in SLIDERS]

    def by_kind(self) -> list[tuple[str, BoundField, BoundField]]:
        """Name of the kind, its surge, its hours."""
        return [(name, self[f"surge_{code}"], self[f"hours_{code}"]) for code, name in self.kinds.items()]

    def rules(self) -> list[BoundField]:
        return [
            self[name]
            for name in ("seats", *(each[1] for each in SETTINGS), "change_step", "method", "levels")
        ]

    def by_court(self) -> list[tuple[str, BoundField, BoundField]]:
        """Name of the court, the share on leave, new judges."""
        return [(name, self[f"leave_{code}"], self[f"judges_{code}"]) for code, name in self.courts.items()]

    # --- for the calculation -----------------------------------------------------------------------------------------
    def levers(self) -> dict[str, Any]:
        """Only what differs from the inputs as they were gathered."""
        found = {
            "leave": self._leave(),
            "new_judges": {code: n for code in self.courts if (n := self._whole(f"judges_{code}"))},
            "surge": self._surge(),
            "weights": self._weights(),
            "fast_track": self._track(),
        }
        return {name: value for name, value in found.items() if value} | self._rules()

    def _given(self, name: str) -> float | None:
        value: float | None = self.cleaned_data.get(name)
        return value

    def _whole(self, name: str) -> int | None:
        value = self._given(name)
        return None if value is None else round(value)

    def _leave(self) -> dict[str, float]:
        named = {code: self._given(f"leave_{code}") for code in self.courts}
        found = {code: percent / 100 for code, percent in named.items() if percent is not None}
        everywhere = self._given("leave")
        return ({ALL: everywhere / 100} if everywhere else {}) | found

    def _surge(self) -> list[dict[str, Any]]:
        kinds = {ALL: self._given("surge"), **{code: self._given(f"surge_{code}") for code in self.kinds}}
        return [{"type": code, "ratio": percent / 100} for code, percent in kinds.items() if percent]

    def _weights(self) -> dict[str, float]:
        given = {code: self._given(f"hours_{code}") for code in self.kinds}
        return {code: n for code, n in given.items() if n is not None and n != self.inputs["hours"][code]}

    def _track(self) -> dict[str, Any]:
        share, ratio = self._given("track_share"), self._given("track_ratio")
        if not share or ratio is None or ratio == 100:
            return {}
        types = [code for code in FAST if code in self.kinds]
        return {"share": share / 100, "hours_ratio": ratio / 100, "types": types}

    def _rules(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for code, lever, _label, _most, percent in SETTINGS:
            given = self._given(lever)
            value = None if given is None else round(given / 100, 6) if percent else round(given)
            if value is not None and value != self.inputs["settings"][code]:
                found[lever] = value
        for name in ("seats", "change_step"):
            if (whole := self._whole(name)) is not None:
                found[name] = whole
        if (method := self.cleaned_data.get("method")) and method != self.inputs["method"]:
            found["method"] = method
        if (levels := self.cleaned_data.get("levels")) and int(levels) != self.inputs["levels"]:
            found["levels"] = int(levels)
        return found


def number(label: Any, least: float, most: float, step: float) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": step})
    return forms.FloatField(label=label, min_value=least, max_value=most, required=False, widget=widget)


def initial_of(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows for the levers the inputs already carry."""
    levers = inputs.get("levers") or {}
    settings = inputs["settings"]
    found: dict[str, Any] = {slider.name: slider.rest for slider in SLIDERS}
    found |= {
        f"hours_{code}": hours for code, hours in {**inputs["hours"], **levers.get("weights", {})}.items()
    }
    for code, lever, _label, _most, percent in SETTINGS:
        value = levers.get(lever, settings[code])
        found[lever] = shown_percent(value) if percent else value
    found |= {
        "method": levers.get("method", inputs["method"]),
        "levels": str(levers.get("levels", inputs["levels"])),
    }
    found |= {name: levers[name] for name in ("seats", "change_step") if name in levers}
    return found | moved(levers)


def moved(levers: Mapping[str, Any]) -> dict[str, Any]:
    leave = levers.get("leave", {})
    found = {"leave" if code == ALL else f"leave_{code}": shown_percent(n) for code, n in leave.items()}
    for each in levers.get("surge", []):
        found["surge" if each["type"] == ALL else f"surge_{each['type']}"] = shown_percent(each["ratio"])
    found |= {f"judges_{code}": n for code, n in levers.get("new_judges", {}).items()}
    if track := levers.get("fast_track"):
        found |= {
            "track_share": shown_percent(track["share"]),
            "track_ratio": shown_percent(track["hours_ratio"]),
        }
    return found


def shown_percent(share: float) -> float:
    """0.07 is 7 per cent, not 7.000000000000001."""
    percent = round(share * 100, 4)
    return int(percent) if percent == int(percent) else percent
