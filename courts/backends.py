"""Who may log in, and what the admin lets them do: everything follows from postings."""

from typing import Any

from django.contrib.auth.backends import ModelBackend


class PostedUserBackend(ModelBackend):
    """Password login for people in use; permissions come from the role table alone."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False
