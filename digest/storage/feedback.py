"""What readers say of papers, as it is stored.

Whatever changes a reader's feedback removes their profile, in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.feedback import Feedback, Verdict
from digest.storage import aliases
from digest.storage.in_lists import pieces, rows_where_in
from digest.storage.schema import feedback, papers, profiles
from subscribers.tables import truncate_log

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class FeedbackStore:
    """Readers' feedback in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        # Asks for the write lock at once: SQLite cannot wait for it in mid-transaction.
        self._writer = engine.execution_options(writes=True)

    def give(self, subscriber_id: int, given: Iterable[Feedback]) -> int:
        """Store feedback; return how many verdicts are new or have changed.

        The last verdict on a paper counts, except that a like of a saved paper keeps it saved. To
        repeat it changes nothing.
        """
        with self._writer.begin() as db:
            wanted = _under_known_ids(db, given)
            mine = feedback.c.subscriber_id == subscriber_id
            before = {row.paper_id: row for row in db.execute(sa.select(feedback).where(mine))}
            described = _texts(db, wanted)
            changed: list[dict[str, Any]] = []
            for paper_id, one in wanted.items():
                verdict, known = one.verdict, before.get(paper_id)
                if known and verdict is Verdict.LIKE and known.verdict == Verdict.SAVE:
                    verdict = Verdict.SAVE
                if known and known.verdict == verdict:
                    continue
                is_described = paper_id in described
                changed.append(
                    {
                        "subscriber_id": subscriber_id,
                        "paper_id": paper_id,
                        "verdict": verdict,
                        "at": one.at,
                        "channel": one.channel,
                        "day": one.day,
                        "title": "" if is_described else one.title,
                        "abstract": "" if is_described else one.abstract,
                    }
                )
            if changed:
                _remove(db, subscriber_id, {row["paper_id"] for row in changed})
                db.execute(feedback.insert(), changed)
        return len(changed)

    def withdraw(self, subscriber_id: int, paper_ids: Collection[str]) -> int:
        """Take feedback on some papers back; return how many verdicts that were."""
        with self._writer.begin() as db:
            known = aliases.find(db, paper_ids)
            return _remove(db, subscriber_id, {known.get(it, it) for it in paper_ids})

    def forget(self, subscriber_id: int) -> int:
        """Remove all feedback of a reader, to the last byte; return how many verdicts that were."""
        with self._writer.begin() as db:
            db.execute(profiles.delete().where(profiles.c.subscriber_id == subscriber_id))
            theirs = feedback.delete().where(feedback.c.subscriber_id == subscriber_id)
            removed = db.execute(theirs).rowcount
        truncate_log(self._engine)
        return removed

    def verdict(self, subscriber_id: int, paper_id: str) -> Verdict | None:
        """Return what a reader said of one paper."""
        with self._engine.connect() as db:
            known = aliases.find(db, [paper_id]).get(paper_id, paper_id)
            query = sa.select(feedback.c.verdict).where(
                feedback.c.subscriber_id == subscriber_id, feedback.c.paper_id == known
            )
            found = db.execute(query).scalar()
        return None if found is None else Verdict(found)

    def of(self, subscriber_ids: Iterable[int]) -> dict[int, list[Feedback]]:
        """Return the feedback of readers, the newest first; who gave none is left out.

        Titles and abstracts are those of today where the store knows the paper.
        """
        with self._engine.connect() as db:
            query = sa.select(feedback)
            rows = list(rows_where_in(db, query, feedback.c.subscriber_id, subscriber_ids))
            ids = aliases.find(db, {row.paper_id for row in rows})
            texts = _texts(db, ids.values())
        found: dict[int, dict[str, Feedback]] = {}
        for row in sorted(rows, key=lambda row: (row.at, row.paper_id), reverse=True):
            paper_id = ids.get(row.paper_id, row.paper_id)
            title, abstract = texts.get(paper_id, (row.title, row.abstract))
            one = Feedback(
                paper_id=paper_id,
                verdict=Verdict(row.verdict),
                at=row.at,
                channel=row.channel,
                day=row.day,
                title=title,
                abstract=abstract,
            )
            # Two ids may have become one paper's since.
            found.setdefault(row.subscriber_id, {}).setdefault(paper_id, one)
        return {subscriber_id: list(of_one.values()) for subscriber_id, of_one in found.items()}

    def judged(self, subscriber_id: int, paper_ids: Collection[str]) -> set[str]:
        """Return on which of some papers, by any id, a reader has given a verdict."""
        query = sa.select(feedback.c.paper_id).where(feedback.c.subscriber_id == subscriber_id)
        with self._engine.connect() as db:
            mine = set(db.execute(query).scalars())
            known = aliases.find(db, {*paper_ids, *mine})
        judged = {known.get(paper_id, paper_id) for paper_id in mine}
        return {paper_id for paper_id in paper_ids if known.get(paper_id, paper_id) in judged}

    def unknown(self) -> set[str]:
        """Return the ids of papers of which neither the store nor a library has an abstract."""
        query = sa.select(feedback.c.paper_id).where(feedback.c.abstract == "").distinct()
        with self._engine.connect() as db:
            ids = set(db.execute(query).scalars())
            return ids - aliases.find(db, ids).keys()


def _under_known_ids(db: sa.Connection, given: Iterable[Feedback]) -> dict[str, Feedback]:
    """Return the last feedback on each paper, by the id under which the store knows it."""
    listed = list(given)
    known = aliases.find(db, {one.paper_id for one in listed})
    return {known.get(one.paper_id, one.paper_id): one for one in listed}


def _texts(db: sa.Connection, paper_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    query = sa.select(papers.c.id, papers.c.title, papers.c.abstract)
    return {
        row.id: (row.title, row.abstract)
        for row in rows_where_in(db, query, papers.c.id, paper_ids)
    }


def _remove(db: sa.Connection, subscriber_id: int, paper_ids: Collection[str]) -> int:
    """Remove feedback on some papers, and the profile that was learned from it."""
    db.execute(profiles.delete().where(profiles.c.subscriber_id == subscriber_id))
    theirs = feedback.delete().where(feedback.c.subscriber_id == subscriber_id)
    named = (theirs.where(feedback.c.paper_id.in_(some)) for some in pieces(paper_ids))
    return sum(db.execute(one).rowcount for one in named)
