"""Texts of papers that readers and topics name and nobody has: arXiv's API is asked for them.

The papers are stored without a day, so that they are in no edition. A failure costs nothing: the
next fetch asks again. No id is logged, since ids say what a reader likes.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from digest.errors import ConfigError, SourceError
from digest.models.identity import arxiv_id
from digest.models.paper import Paper
from digest.ranking.query import examples_of
from digest.sources import FetchRequest, Source, allowed_hosts, get_kind, join_batches
from digest.sources.redaction import without_login

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from digest.app.services import App
    from digest.models.source import Batch

log = logging.getLogger(__name__)

#: the kind that is asked, and those that come from the same service
_KIND = "arxiv-api"
_OF_ARXIV = ("arxiv", _KIND)
#: ids in one run: five requests, of which arXiv wants one in three seconds
MOST = 500


def is_possible(app: App) -> bool:
    """Whether the next fetch asks arXiv: not where all sources are files."""
    return _source(app) is not None


def wanted_ids(app: App) -> set[str]:
    """Return the arXiv ids of papers of which readers or topics need a text that nobody has."""
    named = (id_ for topic in app.topics for id_ in examples_of(topic.words_in))
    examples = {id_ for id_ in named if arxiv_id(id_)}
    unknown = {found for one in app.feedback.unknown() if (found := arxiv_id(one))}
    return unknown | (examples - app.papers.known(examples))


def look_up(app: App, *, day: date, now: datetime) -> int:
    """Ask arXiv for the texts that are wanted, and return how many papers it knew.

    Nothing is asked where all sources are files.
    """
    source = _source(app)
    wanted = wanted_ids(app)
    due = sorted(app.lookups.due(wanted, now=now))[:MOST]
    if source is None or not due:
        return 0
    kind = get_kind(_KIND)
    request = FetchRequest(
        day=day,
        now=now,
        web=app.client_for(source),
        papers=lambda: [Paper(id=it, title="", abstract="", day=day) for it in due],
    )
    try:
        documents = list(kind.read(source, request))
        batch = join_batches([kind.parse(one, day=day, now=now) for one in documents])
    except (SourceError, ConfigError) as error:
        _warn(str(error))
        return 0
    asked = _asked_for(batch, due)
    app.papers.save(
        asked,
        source=source.name,
        authority=kind.authority,
        may_join=False,
        is_featured=False,
        now=now,
    )
    found = {paper.id for paper in asked}
    if batch.trouble:  # some were not asked for, and nobody knows which
        _warn(batch.trouble)
        missing: set[str] = set()
    else:
        missing = set(due) - found
    app.lookups.record(missing, wanted=wanted - found, now=now)
    log.info("texts looked up", extra={"asked": len(due), "found": len(found)})
    return len(found)


def _warn(error: str) -> None:
    """Log why nothing was found, without the ids that an address may hold."""
    reason = re.sub(r"\?\S*", "", without_login(error))
    log.warning("texts not looked up", extra={"error": reason})


def _source(app: App) -> Source | None:
    """Return the API of arXiv, at the address of a configured source of arXiv if one has any.

    None if no source is read from the network: such an installation asks nobody anything.
    """
    online = [one for one in app.sources if one.path is None]
    if not online:
        return None
    own = [one for one in online if one.kind == _KIND]
    of_arxiv = [one for one in online if one.kind in _OF_ARXIV]
    url = next((one.url for one in (*own, *of_arxiv) if one.url), None)
    source = Source(name="arxiv", kind=_KIND, url=url)
    return source if allowed_hosts(source) else None


def _asked_for(batch: Batch, ids: Collection[str]) -> list[Paper]:
    return [paper for paper in (*batch.papers, *batch.updates) if paper.id in ids]
