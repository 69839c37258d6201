"""Where a request comes from: what the lockout counts by and the trail notes."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The network address of whoever asks.

    Behind a proxy that is the last address of ``X-Forwarded-For``, the one the proxy itself saw; what stands
    before it the asker may have made up. Without a proxy the whole header is the asker's word and is not read.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.BEHIND_PROXY:
        return direct
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return seen if is_address(seen) else direct


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
