"""Secrets at rest (加密保存): encrypted under keys drawn from SECRET_KEY, one for each purpose.

While SECRET_KEY is replaced, SECRET_KEY_FALLBACKS still opens what the earlier one locked.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

ENDPOINTS = b"mingjing: secrets of endpoints"
INQUIRIES = b"mingjing: entries under the three provisions"


class Unreadable(Exception):
    """The secret was locked under a key that is no longer known."""


def lock(secret: str, purpose: bytes = ENDPOINTS) -> bytes:
    return ciphers(purpose).encrypt(secret.encode()) if secret else b""


def unlock(locked: bytes | memoryview, purpose: bytes = ENDPOINTS) -> str:
    try:
        return ciphers(purpose).decrypt(bytes(locked)).decode() if locked else ""
    except InvalidToken:
        raise Unreadable("locked under another SECRET_KEY") from None


def ciphers(purpose: bytes) -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([cipher_of(key, purpose) for key in keys])


@cache
def cipher_of(key: str, purpose: bytes) -> Fernet:
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key.encode())
    return Fernet(urlsafe_b64encode(drawn))
