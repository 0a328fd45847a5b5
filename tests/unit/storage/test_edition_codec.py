"""An edition as bytes: what is loaded is what was dumped."""

from __future__ import annotations

import copy
import json
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON, edition_of, issue, paper, pick

from digest.models.issue import Coverage, Edition, SourceCoverage
from digest.models.paper import Links, Paper, Signals
from digest.models.picks import Pick, Reason
from digest.models.source import Channel
from digest.storage.edition_codec import dump, load
from subscribers.models import Topic

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
listed = st.lists(words, max_size=3).map(tuple)
numbers = st.floats(0, 1e9, allow_nan=False)
moments = st.none() | st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 (the bounds are without a zone)
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
counts = st.none() | st.integers(0, 10**6)
addresses = st.none() | words
papers = st.builds(
    Paper,
    id=st.text("0123456789.:v", min_size=1, max_size=6),
    title=words,
    abstract=words,
    authors=listed,
    author_count=counts,
    categories=listed,
    keywords=listed,
    published_at=moments,
    day=st.dates(),
    featured_at=moments,
    links=st.builds(Links, abs=addresses, pdf=addresses, code=addresses, page=addresses),
    signals=st.builds(Signals, upvotes=counts, comments=counts, stars=counts),
    observed_at=moments,
    sources=listed,
)
topics = st.builds(
    Topic,
    slug=st.text("abc-", min_size=1, max_size=4),
    name=words,
    words_in=listed,
    words_out=listed,
    categories=listed,
    authors=listed,
    trending=st.booleans(),
)
reasons = st.lists(st.builds(Reason, kind=words, text=words), max_size=2).map(tuple)
coverages = st.builds(
    Coverage,
    day=st.dates(),
    sources=st.lists(
        st.builds(
            SourceCoverage,
            source=words,
            papers=st.integers(0, 99),
            channels=st.lists(
                st.builds(Channel, name=words, parsed=st.integers(0, 9), declared=st.none()),
                max_size=2,
            ).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    missing=listed,
    to_be_retried=listed,
    partial=listed,
    stale=listed,
    excused=listed,
    late=st.lists(st.tuples(st.dates(), st.integers(1, 99)), max_size=2).map(tuple),
    overdue=st.lists(st.tuples(words, st.dates()), max_size=2).map(tuple),
    considered=st.integers(0, 99),
)


@st.composite
def stored_editions(draw: st.DrawFn) -> Edition:
    """Editions with everything that they can have."""
    featured = draw(st.lists(papers, max_size=4, unique_by=lambda it: it.id))
    named = draw(st.lists(topics, max_size=2, unique_by=lambda it: it.slug))
    some = st.lists(st.sampled_from(featured), max_size=3) if featured else st.just([])

    def picked(slug: str) -> tuple[Pick, ...]:
        return tuple(
            Pick(
                paper=it,
                topic=slug,
                relevance=draw(numbers),
                trend=draw(numbers),
                score=draw(numbers),
                reasons=draw(reasons),
            )
            for it in draw(some)
        )

    return Edition(
        coverage=draw(coverages),
        papers=featured,
        topics={it.slug: it for it in named},
        ranked={it.slug: picked(it.slug) for it in named},
        similar={it.id: frozenset(o.id for o in draw(some) if o is not it) for it in draw(some)},
        per_topic=draw(st.integers(1, 99)),
        max_papers=draw(st.integers(1, 99)),
        trend_weight=draw(numbers),
        explore=draw(numbers),
        rival=draw(words),
        rival_ranked={it.slug: picked(it.slug) for it in named},
    )


def ids(edition: Edition) -> list[str]:
    return [it.id for it in edition.papers]


@given(stored_editions())
def test_what_is_loaded_is_what_was_dumped(edition: Edition) -> None:
    assert load(dump(edition), ids(edition)) == edition


@given(stored_editions())
def test_equal_editions_give_equal_bytes(edition: Edition) -> None:
    other = copy.deepcopy(edition)
    similar = dict(reversed(other.similar.items()))

    assert dump(other) == dump(edition)
    assert dump(Edition(**{**vars(other), "similar": similar})) == dump(edition)
    assert dump(load(dump(edition), ids(edition))) == dump(edition)


@given(stored_editions(), st.integers(0, 3))
def test_a_paper_that_took_another_id_has_it_everywhere(edition: Edition, changed_at: int) -> None:
    before = ids(edition)
    after = [f"new {it}" if at == changed_at else it for at, it in enumerate(before)]
    new = dict(zip(before, after, strict=True))

    loaded = load(dump(edition), after)

    assert ids(loaded) == after
    assert {slug: [p.paper.id for p in ps] for slug, ps in loaded.ranked.items()} == {
        slug: [new[p.paper.id] for p in ps] for slug, ps in edition.ranked.items()
    }
    assert loaded.similar == {
        new[one]: frozenset(new[other] for other in others)
        for one, others in edition.similar.items()
    }


@given(stored_editions())
def test_a_paper_s_id_is_not_in_the_bytes(edition: Edition) -> None:
    renamed = [f"new {it}" for it in ids(edition)]

    assert dump(load(dump(edition), renamed)) == dump(edition)


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Another title"},
        {"abstract": "All new."},
        {"keywords": ("fog",)},
        {"signals": Signals(upvotes=1)},
        {"links": Links(pdf="https://example.org/1.pdf")},
        {"observed_at": NOON + timedelta(microseconds=1)},
        {"day": date(2026, 2, 1)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_differs_in_a_paper_differs_in_the_bytes(changed: dict[str, Any]) -> None:
    before: dict[str, Any] = {"observed_at": NOON}
    one, other = (edition_of(issue(pick(paper("1", **it)))) for it in (before, before | changed))

    assert dump(one) != dump(other)


@pytest.mark.parametrize(
    "details",
    [
        {"per_topic": 1},
        {"max_papers": 1},
        {"trend_weight": 0.1 + 0.2},
        {"coverage": Coverage(day=DAY, considered=41)},
        {"similar": {"2602.00001": frozenset({"2602.00001"})}},
        {"ranked": {"agents": (pick(score=0.3),)}},
        {"topics": {}},
        {"explore": 0.1},
        {"rival": "bm25"},
        {"rival_ranked": {"agents": (pick(),)}},
    ],
    ids=lambda details: next(iter(details)),
)
def test_whatever_differs_in_an_edition_differs_in_the_bytes(details: dict[str, Any]) -> None:
    assert dump(edition_of(issue(), **details)) != dump(edition_of(issue()))


def test_a_stored_edition_is_a_fraction_of_its_papers_size() -> None:
    many = [pick(paper(str(n), abstract=f"We study thing {n}. " * 60)) for n in range(50)]

    assert len(dump(edition_of(issue(*many)))) < 50 * 1200 / 4


@pytest.mark.parametrize(
    ("stored", "source"),
    [
        (["arXiv", 40], SourceCoverage(source="arXiv", papers=40)),
        (
            {"source": "arXiv", "papers": 40, "channels": [], "so_far": True},
            SourceCoverage(source="arXiv", papers=40, is_early=True),
        ),
    ],
    ids=["a pair", "old names"],
)
def test_an_edition_of_an_older_version_is_read_under_todays_names(
    stored: object, source: SourceCoverage
) -> None:
    record = json.loads(zlib.decompress(dump(edition_of(issue()))))
    record["edition"] = {
        "day": "2026-02-02",
        "covered": [stored],
        "missing": ["page"],
        "read_again": ["page"],
        "cut_off": ["arXiv"],
        "quiet": ["it is Sunday"],
        "owed": [["page", "2026-02-01"]],
    }
    del record["coverage"], record["withdrawn"]
    del record["explore"], record["rival"], record["rival_ranked"]
    del record["papers"][0]["venue"], record["papers"][0]["keywords"]

    edition = load(zlib.compress(json.dumps(record).encode()), ["2602.00001"])

    assert edition.withdrawn == ()
    assert (edition.explore, edition.rival, edition.rival_ranked) == (0.0, "", {})
    assert edition.papers == [paper()]
    assert edition.coverage == Coverage(
        day=DAY,
        sources=(source,),
        missing=("page",),
        to_be_retried=("page",),
        partial=("arXiv",),
        excused=("it is Sunday",),
        overdue=(("page", date(2026, 2, 1)),),
    )


def test_sentence_vectors_are_kept_and_cost_nothing_where_there_are_none() -> None:
    one, other = paper(), paper("2602.00002", title="Whales")
    without = edition_of(issue(pick(one), pick(other)))
    vectors = {other.id: bytes(range(256))}

    content = dump(replace(without, vectors=vectors))

    assert load(content, [one.id, other.id]).vectors == vectors
    assert load(dump(without), [one.id, other.id]).vectors == {}
    assert b'"vectors"' not in zlib.decompress(dump(without))
