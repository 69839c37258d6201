"""Forms of the account pages."""

from collections.abc import Iterator

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm, UsernameField
from django.utils.translation import gettext_lazy as _

from courts.backends import may_log_in
from courts.models import User
from courts.roles import SCOPES

DAYS = [(30, _("30 天")), (90, _("90 天")), (180, _("180 天")), (365, _("一年"))]


class LoginForm(AuthenticationForm):
    """Says the same whether the name, the password or the account is wrong."""

    username = UsernameField(max_length=User._meta.get_field("username").max_length)

    error_messages = {
        "invalid_login": _("用户名或密码不正确，请核对后重新输入。"),
        "inactive": _("用户名或密码不正确，请核对后重新输入。"),
    }


class ResetForm(PasswordResetForm):
    """Also people who never had a password: new staff set their first one this way."""

    def get_users(self, email: str) -> Iterator[User]:
        return (user for user in User.objects.filter(email__iexact=email) if may_log_in(user))


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("语言"), choices=settings.LANGUAGES)


class TokenForm(forms.Form):
    name = forms.CharField(label=_("用途"), max_length=60, help_text=_("例如：每日台账接入"))
    scopes = forms.MultipleChoiceField(
        label=_("范围"),
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只勾选确实需要的范围"),
    )
    days = forms.TypedChoiceField(label=_("有效期"), choices=DAYS, coerce=int, initial=90)


class SavedViewForm(forms.Form):
    """A page with its filters; ``page`` is a path of this site and ``query`` what stands after the ``?``."""

    page = forms.RegexField(r"\A/(?!/)[\w./-]*\Z", max_length=60)
    name = forms.CharField(label=_("名称"), max_length=60)
    query = forms.CharField(max_length=2000, required=False)
    shared = forms.BooleanField(label=_("本院共享"), required=False)
