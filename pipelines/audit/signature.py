"""Signing the audit log's head with a key that whoever could alter the home does not have."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.audit.entry import broken
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.settings import Settings

SHORTEST_KEY = 16
"""Characters: a shorter one could be guessed."""

_GIVE = "set CONJOIN_AUDIT_KEY or CONJOIN_AUDIT_KEY_FILE"


@dataclass(frozen=True)
class Signer:
    """Signs and checks with a key, where there is one.

    Attributes:
        key: the key; None without one.
        unchecked: whether signatures are let pass, as where entries are only shown.
    """

    key: bytes | None = field(default=None, repr=False)
    unchecked: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Signer:
        """Return what signs with the key that the settings give.

        Raises:
            ConfigurationError: its file cannot be read, or holds no key.
        """
        if settings.audit_key:
            return cls(settings.audit_key.get_secret_value().encode())
        if settings.audit_key_file is None:
            return cls()
        try:
            key = settings.audit_key_file.read_bytes().strip()
        except OSError as error:
            raise ConfigurationError(
                f"The key of the audit log cannot be read ({error.strerror}); correct CONJOIN_AUDIT_KEY_FILE."
            ) from None
        if len(key) < SHORTEST_KEY:
            raise ConfigurationError(
                f"The file that CONJOIN_AUDIT_KEY_FILE names holds no key of {SHORTEST_KEY} characters or more; put one"
                " there."
            )
        return cls(key)

    @property
    def name(self) -> str | None:
        """What tells the key from another without telling the key."""
        return self.sign(b"which key")[:16] if self.key else None

    def sign(self, content: bytes) -> str:
        """Return the signature of a content."""
        return hmac.new(self.key or b"", content, hashlib.sha256).hexdigest()

    def check(self, name: str | None, signature: object, content: bytes, where: str) -> None:
        """Raise unless a signature is that of the content under the key, or there is neither.

        Args:
            name: which key it was made with; None without one.
            signature: the signature; None without one.
            content: what is signed.
            where: the file it stands in.

        Raises:
            ConfigurationError: it was made with a key that is not given.
            ConjoinError: it is not what the key gives.
        """
        if self.unchecked or (name is None and signature is None):
            return
        if self.key is None:
            raise ConfigurationError(f"The audit log is signed with a key that is not given; {_GIVE}.")
        if name != self.name:
            raise ConfigurationError(f"The audit log is signed with another key than the one given; {_GIVE} to that.")
        if not isinstance(signature, str) or not hmac.compare_digest(signature, self.sign(content)):
            raise broken(f"the signature in its `{where}` is not what the key gives")
