"""The forms about a letter: to whom, its words, an answer. What was typed survives every error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.entries import speak_plainly, text_field
from cases.models import Case
from supervision.letter_drafts import LENGTHS
from supervision.letter_people import Addressee
from supervision.letter_steps import WORDS
from supervision.letter_texts import Text

LONG = forms.Textarea


class NewLetterForm(forms.Form):
    """To whom, and about which of the cases offered."""

    to = forms.TypedChoiceField(label=_("主送"), coerce=int)
    cases = forms.TypedMultipleChoiceField(
        label=_("涉及案件"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, data: Any = None, *, offered: Sequence[Addressee], cases: Sequence[Case], fixed: bool
    ) -> None:
        super().__init__(data, initial={"to": 0, "cases": [case.pk for case in cases]})
        speak_plainly(self)
        self.offered, self.known = offered, {case.pk: case for case in cases}
        self.fields["to"].choices = [(place, str(each)) for place, each in enumerate(offered)]
        self.fields["cases"].choices = [
            (case.pk, f"{case.number} {case.cause} {case.judge or ''}") for case in cases
        ]
        self.fields["cases"].required = bool(cases)
        if not cases or fixed:
            del self.fields["cases"]

    @property
    def addressee(self) -> Addressee:
        return self.offered[self.cleaned_data["to"]]

    def chosen(self) -> tuple[Case, ...]:
        """The cases chosen; all of them where they could not be chosen from."""
        wanted = self.cleaned_data.get("cases", list(self.known))
        return tuple(self.known[pk] for pk in wanted)


class TextForm(forms.Form):
    """The words of a draft."""

    title = text_field(_("标题"), length=LENGTHS["title"])
    body = text_field(_("正文"), length=LENGTHS["body"], widget=LONG(attrs={"rows": 14}))
    basis = text_field(_("依据"), length=LENGTHS["basis"], widget=LONG(attrs={"rows": 3}))
    required = text_field(_("要求"), length=LENGTHS["required"], widget=LONG(attrs={"rows": 5}))

    @property
    def text(self) -> Text:
        return Text(**self.cleaned_data)


#: What each act with words asks for.
ASKS = {
    "take_back": _("退回原因"), "reply": _("回复内容"), "accept": _("评价"), "reject": _("退回理由"),
}  # fmt: skip


class WordsForm(forms.Form):
    """What must be written with an act: an answer, a reason, an evaluation."""

    words = text_field("", length=WORDS, widget=LONG(attrs={"rows": 4}))

    def __init__(self, data: Any = None, *, act: str) -> None:
        super().__init__(data, auto_id=f"{act}_%s")
        self.act = act
        self.fields["words"].label = ASKS[act]
