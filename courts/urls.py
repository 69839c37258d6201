"""Addresses of this room."""

from django.urls import path
from django.views.generic import RedirectView

from courts import views

app_name = "courts"
urlpatterns = [
    path("login/", views.LoginView.as_view(), name="login"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("account/", views.account, name="account"),
    path("account/language/", views.change_language, name="change-language"),
    path("account/tokens/", views.issue_token, name="issue-token"),
    path("account/tokens/<int:pk>/revoke/", views.revoke_token, name="revoke-token"),
    path("account/views/", views.save_view, name="save-view"),
    path("account/views/<int:pk>/delete/", views.delete_view, name="delete-view"),
    path("password/", views.PasswordView.as_view(), name="password"),
    path("password/reset/", views.ResetView.as_view(), name="reset"),
    path("password/reset/sent/", views.reset_sent, name="reset-sent"),
    path("password/reset/done/", views.reset_done, name="reset-done"),
    path("password/reset/<uidb64>/<token>/", views.ResetConfirmView.as_view(), name="reset-confirm"),
    # The admin's own doors lead here, before its addresses are reached.
    path("admin/login/", views.admin_login, name="admin-login"),
    path("admin/logout/", RedirectView.as_view(pattern_name="courts:account")),
    path("admin/password_change/", RedirectView.as_view(pattern_name="courts:password")),
]
