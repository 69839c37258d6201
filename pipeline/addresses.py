"""Whether the addresses that are told when the system does not run are e-mail addresses at all (告警邮箱)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def check_alarm_addresses(app_configs: object = None, **options: Any) -> list[checks.CheckMessage]:
    """A system check; a warning, for a mistyped address is no reason to refuse all other commands."""
    sentence = (
        'ALARM_TO: "%s" is no e-mail address and will not be told; '
        "write name@host.domain, several separated by commas or semicolons."
    )
    wrong = [each for each in settings.ALARM_TO if not is_address(each)]
    return [checks.Warning(sentence % each, id="pipeline.W001") for each in wrong]
