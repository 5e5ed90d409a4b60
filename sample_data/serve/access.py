"""Who may ask the web server: clients with a token (OAuth 2 client credentials), an API key, or a name and password."""

import base64
import binascii
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Literal
from urllib.parse import unquote_plus

Auth = Literal["oauth2", "api_key", "basic", "none"]
"""How a collection is protected."""

API_KEY_HEADER = "X-Api-Key"


def same(given: str, expected: str) -> bool:
    """Compare secrets in a time that does not depend on where they differ."""
    return secrets.compare_digest(given.encode(), expected.encode())


def read_basic(header: str) -> tuple[str, str] | None:
    """Read a name and a password from an `Authorization` header of the Basic scheme (RFC 7617)."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if colon else None


class Tokens:
    """The bearer tokens that were issued, and until when they are valid.

    Attributes:
        lifetime: seconds that a token handed out from now on is good for.
    """

    def __init__(self, lifetime: float) -> None:
        self.lifetime = lifetime
        self._lock = threading.Lock()
        self._good_until: dict[str, float] = {}

    def issue(self) -> str:
        """Hand out a new token."""
        token = secrets.token_urlsafe()
        with self._lock:
            self._good_until[token] = time.monotonic() + self.lifetime
        return token

    def good(self, token: str) -> bool:
        """Return whether a token was handed out and has neither expired nor been revoked."""
        with self._lock:
            return time.monotonic() < self._good_until.get(token, 0.0)

    def revoke(self) -> None:
        """Let every token go."""
        with self._lock:
            self._good_until.clear()


def client_of(header: str, form: Mapping[str, str]) -> tuple[str, str]:
    """Read a client's id and secret from a token request (RFC 6749, section 2.3.1): its Basic header, or its body."""
    found = read_basic(header)
    if found:
        return unquote_plus(found[0]), unquote_plus(found[1])
    return form.get("client_id", ""), form.get("client_secret", "")
