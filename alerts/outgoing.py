"""The one door to other machines (外发): hosts on the allow-list alone, no redirects, no proxies, little time and memory.

An address is shown by its host alone, everywhere: what follows the host (a robot's key) is as good as a password.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from time import monotonic

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from alerts.messages import Undeliverable

TIMEOUT = httpx.Timeout(10)  # for each step
SECONDS = 30  # for the whole answer
BYTES = 64 * 1024
PORTS = {"https": 443, "http": 80}


class Unreachable(Undeliverable):
    """The other machine itself does not answer: nothing else need be tried there just now."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def post(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Hand over the bytes and return the answer; anything but 2xx is an ``Undeliverable``."""
    if problem := refusal(address):
        raise Undeliverable(problem, lasting=True)
    try:
        answer = ask(address, body, headers)
    except httpx.HTTPError as error:
        raise Unreachable(f"{host_of(address)} 无法连接（{type(error).__name__}）") from None
    if 300 <= answer.status < 400:
        problem = f"{host_of(address)} 要求转到别处（{answer.status}），不予跟随；请改填最终地址"
        raise Undeliverable(problem, lasting=True)
    if not 200 <= answer.status < 300:
        raise Undeliverable(f"{host_of(address)} 应答 {answer.status}")
    return answer


def ask(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """What came back; of a long answer the beginning."""
    ends, said = monotonic() + SECONDS, b""
    plain = {"Content-Type": "application/json; charset=utf-8", "Accept-Encoding": "identity"}
    # Neither proxies nor credentials from the environment: what leaves goes where it was told to.
    with (
        httpx.Client(trust_env=False, follow_redirects=False, timeout=TIMEOUT, verify=authorities()) as http,
        http.stream("POST", address, content=body, headers=plain | dict(headers)) as answer,
    ):
        for piece in answer.iter_raw():
            said += piece
            if len(said) >= BYTES:
                break
            if monotonic() > ends:
                raise httpx.ReadTimeout("the answer takes too long")
    return Answer(answer.status_code, said)


@cache
def authorities() -> ssl.SSLContext:
    """The certificate authorities the machine trusts: a court's network may have one of its own."""
    return ssl.create_default_context()


# --- where messages may go ------------------------------------------------------------------------------
Place = tuple[str, str, int]


def refusal(address: str) -> str:
    """Why nothing may be sent there, in one sentence; empty where it may."""
    place = place_of(address)
    if place is None:
        return _("地址应为 https:// 开头的完整网址，不含用户名和密码。")
    if place in allowed_places():
        return ""
    if not settings.ALERT_HOSTS:
        return _("尚未允许任何外发地址，请系统管理员在 ALERT_HOSTS 中列出主机。")
    return _("%(host)s 不在允许的外发地址之列；允许的有：%(hosts)s。") % {
        "host": shown(place), "hosts": "、".join(settings.ALERT_HOSTS),
    }  # fmt: skip


def allowed_places() -> set[Place]:
    """``ALERT_HOSTS``: a bare ``host[:port]`` means https; plain http must be named as such."""
    listed = (entry if "://" in entry else f"https://{entry}" for entry in settings.ALERT_HOSTS)
    return {place for place in map(place_of, listed) if place}


def place_of(address: str) -> Place | None:
    """Scheme, host and port, read by the same parser that sends; None where that is no address of ours."""
    try:
        url = httpx.URL(address.strip())
    except httpx.InvalidURL:
        return None
    if url.scheme not in PORTS or not url.host or url.userinfo:
        return None
    return url.scheme, url.host.lower(), url.port or PORTS[url.scheme]


def host_of(address: str) -> str:
    """The part of an address that may be shown: its host."""
    place = place_of(address)
    return shown(place) if place else "?"


def shown(place: Place) -> str:
    scheme, host, port = place
    name = host if port == PORTS[scheme] else f"{host}:{port}"
    return name if scheme == "https" else f"{scheme}://{name}"
