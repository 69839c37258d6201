"""Group robots (群机器人) of WeCom 企业微信, DingTalk 钉钉 and Feishu 飞书: a count and a link, never words of a case.

Each speaks its maker's documented protocol; a robot answers 200 also when it refuses, and says so in its own code.
"""

from __future__ import annotations

import hmac
import time
from base64 import b64encode
from hashlib import sha256
from json import JSONDecodeError, dumps, loads
from typing import Any

import httpx

from alerts.messages import Message, Undeliverable
from alerts.models import Delivery, Endpoint
from alerts.outgoing import host_of, post
from courts.ciphers import Unreadable, unlock


def as_json(value: Any) -> bytes:
    return dumps(value, ensure_ascii=False).encode()


def signed(key: str, words: str) -> str:
    """HMAC-SHA256 in base64, as the robots take it."""
    return b64encode(hmac.new(key.encode(), words.encode(), sha256).digest()).decode()


def secret_of(endpoint: Endpoint) -> str:
    try:
        return unlock(endpoint.secret)
    except Unreadable:
        raise Undeliverable("端点的密钥无法解密（SECRET_KEY 已更换），请重新填写密钥", lasting=True) from None


def words_of(message: Message) -> str:
    """All a group may read: how many, and where to look."""
    if not message.count:
        return f"〔明镜〕测试消息：通道可用。{message.link}"
    return f"〔明镜〕现有 {message.count} 项需要处理，登录后查看：{message.link}"


class Robot:
    """``code`` names the field of the answer in which the robot says 0 when it took the message."""

    codes = ("errcode",)
    words = "errmsg"

    def send(self, message: Message, delivery: Delivery) -> str:
        """Hand over; the proof is the robot's own answer."""
        endpoint = delivery.endpoint
        address, asked = self.request(words_of(message), endpoint.address, secret_of(endpoint))
        return self.proof(post(address, as_json(asked), {}).body, endpoint)

    def request(self, words: str, address: str, secret: str) -> tuple[str, dict[str, Any]]:
        """Where to post, and what."""
        raise NotImplementedError

    def proof(self, body: bytes, endpoint: Endpoint) -> str:
        try:
            said = loads(body)
            code = next(said[name] for name in self.codes if name in said)
        except (JSONDecodeError, UnicodeDecodeError, TypeError, StopIteration):
            raise Undeliverable(f"{host_of(endpoint.address)} 的应答不是群机器人的应答") from None
        if code != 0:
            raise Undeliverable(f"群机器人拒收：{code} {str(said.get(self.words, ''))[:120]}")
        return f"{code} {str(said.get(self.words, ''))[:120]}".strip()


class WeCom(Robot):
    """企业微信: the key stands in the address, there is no signature."""

    def request(self, words: str, address: str, secret: str) -> tuple[str, dict[str, Any]]:
        return address, {"msgtype": "text", "text": {"content": words}}


class DingTalk(Robot):
    """钉钉, 加签: milliseconds and a signature by the secret, both in the address."""

    def request(self, words: str, address: str, secret: str) -> tuple[str, dict[str, Any]]:
        if secret:
            moment = str(round(time.time() * 1000))
            proof = {"timestamp": moment, "sign": signed(secret, f"{moment}\n{secret}")}
            address = str(httpx.URL(address).copy_merge_params(proof))
        return address, {"msgtype": "text", "text": {"content": words}}


class Feishu(Robot):
    """飞书, 签名校验: seconds and a signature in the body; moment and secret are the key, nothing is signed."""

    codes = ("code", "StatusCode")
    words = "msg"

    def request(self, words: str, address: str, secret: str) -> tuple[str, dict[str, Any]]:
        asked: dict[str, Any] = {"msg_type": "text", "content": {"text": words}}
        if secret:
            moment = str(int(time.time()))
            asked |= {"timestamp": moment, "sign": signed(f"{moment}\n{secret}", "")}
        return address, asked
