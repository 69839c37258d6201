"""Who may log in. What they may do follows from their postings, also in the admin."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend


def may_log_in(user: Any) -> bool:
    """People in use; those of the demo court only where debugging is on."""
    return user.is_active and (settings.DEBUG or not user.is_demo)


class PostedUserBackend(ModelBackend):
    """Password login. It is asked again on every request, so a closed account is out at once."""

    def user_can_authenticate(self, user: Any) -> bool:
        return may_log_in(user)

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return user_obj.has_perm(perm, obj)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()
