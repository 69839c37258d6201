"""The forms of sending: an endpoint, and what to look for among the deliveries."""

from __future__ import annotations

from json import JSONDecodeError, dumps, loads
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from alerts.channels import filled
from alerts.endpoints import SECRET_AGAIN, is_for_another_host
from alerts.models import Delivery, Endpoint
from alerts.outgoing import refusal
from courts.models import Court, User
from courts.roles import Permission

EXAMPLE = '{"mobile": "{phone}", "params": ["{count}", "{link}"]}'
NOT_A_CHOICE = _("请从列出的选项中选择")


class EndpointForm(forms.Form):
    """Where messages go. Of an endpoint that stands, an empty address or secret means the one it has."""

    court = forms.ModelChoiceField(
        Court.objects.none(), label=_("法院"), empty_label=None,
        error_messages={"required": _("请选择法院"), "invalid_choice": NOT_A_CHOICE},
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=_("通道"), choices=Endpoint._meta.get_field("channel").choices,
        error_messages={"required": _("请选择通道"), "invalid_choice": NOT_A_CHOICE},
    )  # fmt: skip
    name = forms.CharField(
        label=_("名称"), max_length=60, help_text=_("例如：审管办工作群"),
        error_messages={"required": _("请填写名称"), "max_length": _("名称请在 60 字以内")},
    )  # fmt: skip
    address = forms.CharField(
        label=_("地址"), max_length=500, widget=forms.TextInput({"autocomplete": "off", "inputmode": "url"}),
        help_text=_("完整网址，主机须在允许的外发地址之列。机器人地址含密钥，保存后只显示主机。"),
        error_messages={"required": _("请填写地址"), "max_length": _("地址请在 500 字以内")},
    )  # fmt: skip
    secret = forms.CharField(
        label=_("密钥"), max_length=200, required=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("签名回调必填；钉钉为“加签”密钥，飞书为“签名校验”密钥，短信网关为访问令牌。加密保存，不再显示。"),
    )  # fmt: skip
    template = forms.CharField(
        label=_("短信网关请求体"), required=False, max_length=4000, widget=forms.Textarea({"rows": 4}),
        help_text=_("仅短信：JSON，{phone} {count} {link} 为占位。例如：") + EXAMPLE,
    )  # fmt: skip

    def __init__(self, data: Any = None, *, user: User, endpoint: Endpoint | None = None) -> None:
        super().__init__(data, initial=shown(endpoint) if endpoint else None)
        self.endpoint = endpoint
        mine = Court.objects.filter(pk__in=user.courts_where(Permission.MANAGE_SENDING))
        self.fields["court"].queryset = mine
        if endpoint is None:
            return
        for fixed in ("court", "channel"):
            del self.fields[fixed]
        for kept in ("address", "secret"):
            self.fields[kept].required = False
            self.fields[kept].widget.attrs["placeholder"] = _("留空则不变")
        if endpoint.channel != "sms":
            del self.fields["template"]

    def clean_address(self) -> str:
        address = self.cleaned_data["address"].strip()
        if address and (problem := refusal(address)):
            raise ValidationError(problem)
        return address

    def clean_secret(self) -> str:
        secret = self.cleaned_data["secret"].strip()
        if not (secret.isascii() and secret.isprintable()):
            raise ValidationError(_("密钥只能由英文字母、数字和符号组成。"))
        return secret

    def clean_template(self) -> dict[str, Any]:
        text = self.cleaned_data["template"].strip()
        try:
            template = loads(text or "{}")
        except (JSONDecodeError, RecursionError):
            raise ValidationError(_("请求体不是正确的 JSON。")) from None
        if not isinstance(template, dict):
            raise ValidationError(_("请求体应为一个 JSON 对象，以 { 开头。"))
        return template

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        endpoint = self.endpoint
        channel = endpoint.channel if endpoint else said.get("channel")
        court = endpoint.court if endpoint else said.get("court")
        if (
            channel == "sms"
            and "template" in said
            and filled(said["template"], {"{phone}": ""}) == said["template"]
        ):
            self.add_error("template", _("请求体中应有 {phone}，网关才知道发给谁。"))
        if (
            channel == "webhook"
            and "secret" in said
            and not said["secret"]
            and not (endpoint and endpoint.secret)
        ):
            self.add_error("secret", _("签名回调须有密钥，接收方据此核对发送人。"))
        if endpoint and said.get("secret") == "" and is_for_another_host(endpoint, said.get("address", "")):
            self.add_error("secret", SECRET_AGAIN)
        others = Endpoint.objects.filter(court=court, name=said.get("name", ""))
        if others.exclude(pk=endpoint.pk if endpoint else None).exists():
            self.add_error("name", _("本院已有同名的发送端点，请换一个名称。"))
        return said


def shown(endpoint: Endpoint) -> dict[str, Any]:
    """What may be shown again: never the secret, nor the address that may hold one."""
    return {"name": endpoint.name, "template": dumps(endpoint.template, ensure_ascii=False)}


class DeliveryFilter(forms.Form):
    """What to look for; everything is optional."""

    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *Delivery.STATES],
        error_messages={"invalid_choice": NOT_A_CHOICE},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("类别"), required=False, choices=[("", _("全部")), *Delivery.KINDS],
        error_messages={"invalid_choice": NOT_A_CHOICE},
    )  # fmt: skip
    day = forms.DateField(
        label=_("排队日期"), required=False, widget=forms.DateInput({"type": "date"}),
        error_messages={"invalid": _("日期应写成 2026-06-30 的样子")},
    )  # fmt: skip
