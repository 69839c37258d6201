"""Secrets of endpoints at rest (密钥加密保存): encrypted under a key drawn from SECRET_KEY.

While SECRET_KEY is replaced, SECRET_KEY_FALLBACKS still opens what the earlier one locked.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"mingjing: secrets of endpoints"


class Unreadable(Exception):
    """The secret was locked under a key that is no longer known."""


def lock(secret: str) -> bytes:
    return ciphers().encrypt(secret.encode()) if secret else b""


def unlock(locked: bytes | memoryview) -> str:
    try:
        return ciphers().decrypt(bytes(locked)).decode() if locked else ""
    except InvalidToken:
        raise Unreadable("locked under another SECRET_KEY") from None


def ciphers() -> MultiFernet:
    return MultiFernet([cipher_of(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


@cache
def cipher_of(key: str) -> Fernet:
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return Fernet(urlsafe_b64encode(drawn))
