"""The forms of an import: the upload, and what unknown headers mean."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from ingest.mapping import FIELDS
from ingest.models import BATCH_KINDS, Batch
from ingest.services import permission_for

NOT_A_CHOICE = _("请从列出的选项中选择")


class UploadForm(forms.Form):
    """A file, what it holds and whose it is; only kinds and courts open to the person are offered."""

    kind = forms.ChoiceField(
        label=_("内容"), error_messages={"required": _("请选择文件内容"), "invalid_choice": NOT_A_CHOICE}
    )
    court = forms.ModelChoiceField(
        Court.objects.none(), label=_("法院"), empty_label=None,
        error_messages={"required": _("请选择法院"), "invalid_choice": NOT_A_CHOICE},
    )  # fmt: skip
    file = forms.FileField(
        label=_("文件"), max_length=200, help_text=_("CSV（UTF-8 或 GB18030）、XLSX 或 JSON Lines；表头次序不限"),
        error_messages={"required": _("请选择要上传的文件"), "empty": _("文件是空的，请选择有内容的文件"),
                        "max_length": _("文件名过长，请改短后再上传"), "invalid": _("没有收到文件，请重新选择")},
    )  # fmt: skip

    def __init__(self, data: Any = None, files: Any = None, *, user: User) -> None:
        super().__init__(data, files)
        open_to = {kind: user.courts_where(permission_for(kind)) for kind, _label in BATCH_KINDS}
        self.fields["kind"].choices = [(kind, label) for kind, label in BATCH_KINDS if open_to[kind]]
        self.fields["court"].queryset = Court.objects.filter(pk__in=set().union(*open_to.values()))
        self.fields["file"].widget.attrs["accept"] = ".csv,.txt,.xlsx,.jsonl"


class MappingForm(forms.Form):
    """One choice for each header that was not recognised."""

    def __init__(self, data: Any = None, *, batch: Batch) -> None:
        super().__init__(data)
        choices = [("", _("不导入"))] + [(field.name, field.header) for field in FIELDS[batch.kind]]
        headers = list(dict.fromkeys([*batch.mapping, *batch.unknown_headers]))[:80]
        self.headers = headers
        for place, header in enumerate(headers):
            self.fields[f"header{place}"] = forms.ChoiceField(
                label=header, choices=choices, required=False, initial=batch.mapping.get(header, ""),
                error_messages={"invalid_choice": NOT_A_CHOICE},
            )  # fmt: skip

    def mapping(self) -> dict[str, str]:
        """Headers to fields; a header that was mapped and no longer is maps to nothing."""
        said = {header: self.cleaned_data[f"header{place}"] for place, header in enumerate(self.headers)}
        return {header: field for header, field in said.items() if field}
