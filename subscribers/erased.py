"""The addresses that were erased: keyed hashes that recognise an address and do not reveal it.

An address is hashed as it was given and as its mailbox. So an import finds an erased reader in
another spelling of the same mailbox too.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import sqlalchemy as sa

from subscribers import addresses
from subscribers.queries import batches
from subscribers.tables import suppressions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class ErasedAddresses:
    """The hashes in the database of an open connection."""

    def __init__(self, pepper: str) -> None:
        """Use `pepper` as the key of the hashes; with another one no address is recognised."""
        # Copied for each address; to begin with the key each time takes twice as long.
        self._keyed = hmac.new(pepper.encode(), digestmod=hashlib.sha256)

    def add(
        self, db: sa.Connection, key: str, *, for_ever: bool, at: datetime, channel: str
    ) -> None:
        """Keep the hashes of an address; `for_ever` ignores even its owner's own sign-up."""
        self.remove(db, key)
        rows = [
            {"key_hash": key_hash, "for_ever": for_ever, "at": at, "channel": channel}
            for key_hash in self._hashes(key)
        ]
        db.execute(suppressions.insert(), rows)

    def remove(self, db: sa.Connection, key: str) -> None:
        """Delete the hashes of an address, whose owner has confirmed again."""
        db.execute(suppressions.delete().where(suppressions.c.key_hash.in_(self._hashes(key))))

    def find(self, db: sa.Connection, keys: Iterable[str]) -> dict[str, bool]:
        """Return which of these addresses were erased, each with whether it is for ever."""
        if db.execute(sa.select(suppressions.c.key_hash).limit(1)).first() is None:
            return {}  # hashes of a long list take time
        keys_of: dict[str, list[str]] = {}
        for key in keys:
            for key_hash in self._hashes(key):
                keys_of.setdefault(key_hash, []).append(key)
        found: dict[str, bool] = {}
        for some in batches(keys_of):
            query = sa.select(suppressions.c.key_hash, suppressions.c.for_ever).where(
                suppressions.c.key_hash.in_(some)
            )
            for key_hash, for_ever in db.execute(query):
                for key in keys_of[key_hash]:
                    found[key] = found.get(key, False) or for_ever
        return found

    def _hashes(self, key: str) -> list[str]:
        return [self._hash(text) for text in dict.fromkeys((key, addresses.mailbox(key)))]

    def _hash(self, text: str) -> str:
        keyed = self._keyed.copy()
        keyed.update(text.encode())
        return keyed.hexdigest()
