"""Readers' profiles as they are stored: compressed JSON."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.profile import Interest, Profile
from digest.storage.in_lists import rows_where_in
from digest.storage.schema import feedback, profiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


class ProfileStore:
    """What readers' feedback taught, in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def save(self, learned: Mapping[int, Profile], *, at: datetime, model: str = "") -> None:
        """Store profiles by their subscribers' ids, in place of former ones.

        `model` is what made their sentence vectors; "" if they have none.
        """
        if not learned:
            return
        rows = [
            {
                "subscriber_id": subscriber_id,
                "learned_at": at,
                "likes": profile.likes,
                "content": dump(profile),
                "model": model,
            }
            for subscriber_id, profile in learned.items()
        ]
        with self._writer.begin() as db:
            for row in rows:
                this = profiles.c.subscriber_id == row["subscriber_id"]
                db.execute(profiles.delete().where(this))
            db.execute(profiles.insert(), rows)

    def of(self, subscriber_ids: Iterable[int]) -> dict[int, Profile]:
        """Return the profiles of readers; who has none is left out."""
        query = sa.select(profiles.c.subscriber_id, profiles.c.likes, profiles.c.content)
        with self._engine.connect() as db:
            return {
                row.subscriber_id: load(row.content, likes=row.likes)
                for row in rows_where_in(db, query, profiles.c.subscriber_id, subscriber_ids)
            }

    def missing(self, *, learned_before: datetime, model: str = "") -> list[int]:
        """Return the ids of readers whose feedback is not learned.

        What was learned before a time, or has no sentence vectors of a model if one is named, is to
        be learned again.
        """
        is_alike = profiles.c.model == model if model else sa.true()
        recent = sa.exists().where(
            profiles.c.subscriber_id == feedback.c.subscriber_id,
            profiles.c.learned_at >= learned_before,
            is_alike,
        )
        query = (
            sa.select(feedback.c.subscriber_id)
            .where(~recent)
            .distinct()
            .order_by(feedback.c.subscriber_id)
        )
        with self._engine.connect() as db:
            return list(db.execute(query).scalars())


def dump(profile: Profile) -> bytes:
    """Return a profile's interests as bytes."""
    whole = _stored(profile.whole) if profile.whole else None
    content = [profile.less, [*map(_stored, profile.interests)], whole]
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def load(content: bytes, *, likes: int) -> Profile:
    """Return the profile whose interests `dump` wrote."""
    # Earlier builds stored no whole, and terms as pairs.
    less, interests, whole = (*json.loads(zlib.decompress(content)), None)[:3]
    return Profile(
        interests=tuple(map(_restored, interests)),
        whole=_restored(whole) if whole else None,
        likes=likes,
        less=less,
    )


def _stored(interest: Interest) -> list[Any]:
    return [interest.likes, interest.words, dict(interest.terms), interest.vector]


def _restored(stored: list[Any]) -> Interest:
    likes, words, terms, vector = stored
    return Interest(likes=likes, words=tuple(words), terms=dict(terms), vector=tuple(vector))
