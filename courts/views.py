"""Login, passwords and the account page."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit import trail
from courts import services
from courts.address import address_of
from courts.forms import LanguageForm, LoginForm, ResetForm, SavedViewForm, TokenForm
from courts.models import User


class LoginView(auth_views.LoginView):
    """Logs in by username and password; success and failure both leave an entry, never what was typed."""

    template_name = "courts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    @transaction.atomic
    def form_valid(self, form: LoginForm) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        trail.record("courts.login", on=user, by=user, at=timezone.now())
        return response

    @transaction.atomic
    def form_invalid(self, form: LoginForm) -> HttpResponse:
        # A name nobody has is not kept: people type their password into the wrong field.
        named = User.objects.filter(username=form.cleaned_data.get("username", "")).first()
        address = {"address": address_of(self.request)}
        because = "用户名或密码不正确"
        trail.record(
            "courts.login", on=named, at=timezone.now(), because=because, after=address, outcome="refused"
        )
        return super().form_invalid(form)


class LogoutView(auth_views.LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            with transaction.atomic():
                trail.record("courts.logout", on=request.user, by=request.user, at=timezone.now())
        return super().post(request, *args, **kwargs)


class PasswordView(auth_views.PasswordChangeView):
    template_name = "courts/password.html"
    success_url = reverse_lazy("courts:account")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        trail.record("courts.change_password", on=self.request.user, by=self.request.user, at=timezone.now())
        messages.success(self.request, _("密码已修改。"))
        return super().form_valid(form)


class ResetView(auth_views.PasswordResetView):
    """Sends a link; the answer is the same whether the address is known or not."""

    form_class = ResetForm
    template_name = "courts/reset.html"
    email_template_name = "courts/reset_mail.txt"
    subject_template_name = "courts/reset_mail_subject.txt"
    success_url = reverse_lazy("courts:reset-sent")


class ResetConfirmView(auth_views.PasswordResetConfirmView):
    template_name = "courts/reset_confirm.html"
    success_url = reverse_lazy("courts:reset-done")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        trail.record("courts.reset_password", on=self.user, by=self.user, at=timezone.now())
        return super().form_valid(form)


@require_GET
def reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "courts/reset_sent.html")


@require_GET
def reset_done(request: HttpRequest) -> HttpResponse:
    return render(request, "courts/reset_done.html")


@never_cache
@login_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    return render(request, "courts/account.html", account_page(request.user))


def account_page(user: User, **more: Any) -> dict[str, Any]:
    return {
        "seats": user.seats,
        "language_form": LanguageForm(initial={"language": user.language}),
        "token_form": TokenForm(),
        "tokens": user.tokens.order_by("-created_at"),
        "views": user.saved_views.order_by("page", "name"),
        "now": timezone.now(),
    } | more


@login_required
@require_POST
def change_language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return render(
            request, "courts/account.html", account_page(request.user, language_form=form), status=400
        )
    services.change_language(user=request.user, at=timezone.now(), **form.cleaned_data)
    return redirect("courts:account")


@never_cache
@login_required
@require_POST
def issue_token(request: HttpRequest) -> HttpResponse:
    """Shows the secret in this one answer and nowhere else."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return render(request, "courts/account.html", account_page(request.user, token_form=form), status=400)
    token, secret = services.issue_token(
        user=request.user, by=request.user, at=timezone.now(), **form.cleaned_data
    )
    return render(request, "courts/account.html", account_page(request.user, issued=token, secret=secret))


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(request.user.tokens, pk=pk)
    services.revoke_token(token=token, by=request.user, at=timezone.now())
    messages.success(request, _("令牌已撤销，立即失效。"))
    return redirect("courts:account")


@login_required
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keeps the filters of the page the form stands on, and goes back to it."""
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("视图没有保存：请填写 60 字以内的名称。"))
        return redirect("courts:account")
    services.save_view(owner=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("视图已保存。"))
    return redirect(f"{form.cleaned_data['page']}?{form.cleaned_data['query']}")


@login_required
@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(request.user.saved_views, pk=pk)
    services.delete_view(view=view, by=request.user, at=timezone.now())
    return redirect("courts:account")


@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin has no door of its own: those outside log in on our page, those inside lack the post."""
    after = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(after, {request.get_host()}, request.is_secure()):
        after = reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(after)
    if request.user.is_staff:
        return redirect(after)
    raise trail.Refused("您的职务不能打开管理目录。", act="courts.open_admin", by=request.user)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page has been open too long: say so instead of a bare 403."""
    return render(request, "courts/stale.html", status=403)
