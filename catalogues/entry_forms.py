"""A form for one entry of any catalogue, made from the fields of its kind; what was typed is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogues.fields import Field
from catalogues.kinds import KINDS

JOIN = "__"
LONG = {"note", "basis"}
SHORT, SPARE_LINES = 3, 8  # a year has some eight holidays, each a short line: room for all of them at once


class EntryForm(forms.Form):
    """``body()`` gives the entry back. Each list of items ends with empty ones, to be filled or left."""

    code = forms.CharField(label=_("代码"), max_length=60)

    def __init__(self, kind: str, *, code: str = "", body: Mapping[str, Any] | None = None, data: Any = None):
        super().__init__(data=data, initial={"code": code})
        self.kind = KINDS[kind]
        if code:
            self.fields["code"].disabled = True
        for path, field, value, group in flatten(self.kind.fields, body or {}, posted=data):
            name = JOIN.join(path)
            self.fields[name] = widget_for(field)
            self.fields[name].group = group
            self.initial[name] = as_typed(field, value)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the heading of the item they belong to."""
        found: dict[str, list[forms.BoundField]] = {}
        for bound in self:
            found.setdefault(getattr(bound.field, "group", ""), []).append(bound)
        return list(found.items())

    def body(self) -> dict[str, Any]:
        return gathered(self.kind.fields, self.cleaned_data, ())


def flatten(
    fields: tuple[Field, ...],
    body: Mapping[str, Any],
    *,
    posted: Any,
    path: tuple[str, ...] = (),
    group: str = "",
) -> Iterator[tuple[tuple[str, ...], Field, Any, str]]:
    """Every leaf field with its path, its value and the heading it stands under."""
    for field in fields:
        here = (*path, field.name)
        if field.type != "items":
            yield here, field, body.get(field.name), group
    for field in fields:
        if field.type != "items":
            continue
        here = (*path, field.name)
        items = list(body.get(field.name) or [])
        spare = SPARE_LINES if len(field.fields) <= SHORT else 1
        for place in range(max(len(items) + spare, places_posted(posted, here))):
            item = items[place] if place < len(items) else {}
            heading = f"{group} {field.label} {place + 1}".strip()
            yield from flatten(field.fields, item, posted=posted, path=(*here, str(place)), group=heading)


def places_posted(posted: Any, path: tuple[str, ...]) -> int:
    prefix = JOIN.join(path) + JOIN
    places = {name.removeprefix(prefix).split(JOIN)[0] for name in posted or () if name.startswith(prefix)}
    return max((int(place) + 1 for place in places if place.isdecimal()), default=0)


def widget_for(field: Field) -> forms.Field:
    if field.type in ("texts", "dates"):
        if field.choices:
            widget = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(
                label=field.label, required=False, choices=list(field.choices.items()), widget=widget
            )
        return forms.CharField(label=field.label, required=False, help_text=_("多项以顿号或逗号分开"))
    if field.choices:
        return forms.ChoiceField(
            label=field.label, required=False, choices=[("", "—"), *field.choices.items()]
        )
    if field.type == "number":
        return forms.IntegerField(label=field.label, required=False, min_value=0)
    if field.type == "decimal":
        return forms.FloatField(label=field.label, required=False, min_value=0)
    if field.type == "date":
        return forms.DateField(
            label=field.label, required=False, widget=forms.DateInput(attrs={"type": "date"})
        )
    widget = forms.Textarea(attrs={"rows": 2}) if field.name in LONG else forms.TextInput()
    return forms.CharField(label=field.label, required=False, widget=widget)


def as_typed(field: Field, value: Any) -> Any:
    if field.choices and field.type == "texts":
        return value or []
    return "、".join(value) if isinstance(value, list) else value


def gathered(fields: tuple[Field, ...], cleaned: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """The entry as the catalogue keeps it: no empty values, dates as text, empty items left out."""
    body: dict[str, Any] = {}
    for field in fields:
        here = (*path, field.name)
        value = (
            items_of(field, cleaned, here)
            if field.type == "items"
            else as_kept(field, cleaned.get(JOIN.join(here)))
        )
        if value not in (None, "", [], {}):
            body[field.name] = value
    return body


def items_of(field: Field, cleaned: Mapping[str, Any], path: tuple[str, ...]) -> list[dict[str, Any]]:
    count = places_posted(cleaned, path)
    items = [gathered(field.fields, cleaned, (*path, str(place))) for place in range(count)]
    return [item for item in items if item]


def as_kept(field: Field, value: Any) -> Any:
    if field.type in ("texts", "dates") and isinstance(value, str):
        return [
            part.strip() for part in value.replace(",", "、").replace("，", "、").split("、") if part.strip()
        ]
    if field.type == "decimal" and value is not None:
        return int(value) if value.is_integer() else value  # 12 typed is 12 kept
    return value.isoformat() if field.type == "date" and value else value
