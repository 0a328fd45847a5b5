"""Who is logged in, by a signed cookie; nothing is stored.

The key of the signature is made of the secret and of the hash of the password. So a new password
ends every session, and so does a new secret.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, Signer

if TYPE_CHECKING:
    from collections.abc import Sequence

COOKIE = "digest_admin"
#: A session ends when it was not used for so long, and in any case after so long.
IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
#: The cookie is written anew once it says that it was used so long ago.
_RENEWED = timedelta(minutes=5)
_LATEST = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session of whoever knows the password."""

    #: random, so that no two sessions have the same form token
    name: str
    began_at: datetime
    used_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether the cookie is to be written anew."""
        return now - self.used_at >= _RENEWED


@dataclass(frozen=True)
class Sessions:
    """Signs sessions with the keys of a site and the hash of its password."""

    #: the current key first
    secrets: Sequence[str]
    password_hash: str

    def begin(self, now: datetime) -> Session:
        """Return a new session."""
        return Session(name=secrets.token_urlsafe(16), began_at=now, used_at=now)

    def cookie(self, session: Session, now: datetime) -> str:
        """Return the value of the cookie, used now."""
        used = replace(session, used_at=now)
        times = (f"{it.timestamp():.0f}" for it in (used.began_at, used.used_at))
        return self._signer("session").sign(".".join((used.name, *times))).decode("ascii")

    def read(self, cookie: str, now: datetime) -> Session | None:
        """Return the session of a cookie; None if it is forged or has ended."""
        try:
            text = self._signer("session").unsign(cookie).decode("ascii")
        except (BadSignature, UnicodeError):
            return None
        name, began, used = text.split(".")
        found = Session(name=name, began_at=_moment(began), used_at=_moment(used))
        is_over = now - found.used_at >= IDLE or now - found.began_at >= LONGEST
        return None if is_over or found.used_at > now + _LATEST else found

    def token(self, session: Session) -> str:
        """Return what the forms of a session hold, so that no other site can send them."""
        return self._signer("form").get_signature(session.name.encode()).decode("ascii")

    def is_token(self, session: Session, token: str) -> bool:
        """Whether a form is of a session."""
        return self._signer("form").verify_signature(
            session.name.encode(), token.encode("ascii", "replace")
        )

    def _signer(self, purpose: str) -> Signer:
        of_password = hashlib.sha256(self.password_hash.encode()).hexdigest()
        # itsdangerous signs with the last key and accepts all.
        keys = list(reversed(self.secrets))
        return Signer(
            keys, salt=f"digest.admin.{purpose}.{of_password}", digest_method=hashlib.sha256
        )


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(int(text), UTC)
