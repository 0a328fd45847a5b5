"""Old papers and votes: what keeps a paper from being shown twice stays, whatever is pruned."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import DAY, NOON, paper
from support.database import new_database
from support.examples import share
from support.ledger_steps import ADA, BO, LedgerSteps

from digest.models.delivery import DeliveryState
from digest.models.feedback import Feedback, Verdict
from digest.models.paper import Signals
from digest.sources import get_kind
from digest.storage.feedback import FeedbackStore
from digest.storage.paper_pruning import PaperPruning
from digest.storage.papers import PaperStore
from digest.storage.pruning import Pruning
from digest.storage.schema import metadata
from digest.storage.votes import VoteHistory

if TYPE_CHECKING:
    from digest.models.paper import Paper

YEARS = NOON + timedelta(days=1000)
LATER = DAY + timedelta(days=1000)
AUTHORITY = get_kind("huggingface").authority


def save(engine: sa.Engine, *papers: Paper, source: str = "hf") -> None:
    PaperStore(engine).save(papers, source=source, authority=AUTHORITY)


def prune(engine: sa.Engine, *, spared: tuple[str, ...] = (), before: date = LATER) -> list[int]:
    pruning = PaperPruning(engine)
    days = pruning.days(before=before)
    if not days:
        return [0, 0]
    span = (days[0], days[-1])
    old = pruning.old(*span, before=before, spared=spared)
    assert pruning.prune(*span, before=before, spared=spared) == old
    return [len(old.unused), len(old.to_shorten)]


def rows_naming(engine: sa.Engine, paper_id: str) -> list[str]:
    """The tables that have a row of a paper."""
    with engine.connect() as db:
        return [
            table.name
            for table in metadata.sorted_tables
            for name in ("paper_id", "id")
            if name in table.c
            and isinstance(table.c[name].type, sa.String)
            and db.execute(sa.select(sa.exists().where(table.c[name] == paper_id))).scalar()
        ]


def test_a_paper_that_no_edition_has_leaves_nothing(engine: sa.Engine) -> None:
    signals = Signals(upvotes=3)
    save(engine, paper("1", aliases=("doi:10.1/a",), signals=signals, observed_at=NOON))

    assert prune(engine) == [1, 0]

    assert rows_naming(engine, "1") == []
    assert PaperStore(engine).known(["doi:10.1/a"]) == set()


def test_a_paper_of_an_edition_keeps_what_it_is_known_by_and_loses_its_texts(
    engine: sa.Engine,
) -> None:
    steps = LedgerSteps(engine)
    one = paper("1", title="Lamps in Fog", abstract="About lamps.", tldr="Lamps.")
    save(engine, one)
    steps.finish(DeliveryState.SENT, one)
    before = PaperStore(engine).paper("1")

    unused, shortened = prune(engine)

    assert (unused, shortened) == (3, 1)  # the others that the steps bring
    after = PaperStore(engine).paper("1")
    assert before is not None
    assert after is not None
    assert (after.title, after.authors, after.day) == (before.title, before.authors, before.day)
    assert (after.abstract, after.tldr) == ("", "")
    assert prune(engine) == [0, 0]
    save(engine, one)
    found = PaperStore(engine).paper("1")
    assert found is not None
    assert found.abstract == "About lamps."


@pytest.mark.parametrize("why", ["young", "featured again", "judged", "an example"])
def test_a_paper_that_is_needed_stays_as_it_is(engine: sa.Engine, why: str) -> None:
    save(engine, paper("1", abstract="About lamps."))
    spared: tuple[str, ...] = ()
    before = LATER
    if why == "young":
        before = DAY
    elif why == "featured again":
        save(engine, paper("1", day=LATER), source="another")
    elif why == "judged":
        LedgerSteps(engine)
        like = Feedback(paper_id="1", verdict=Verdict.LIKE, at=NOON, channel="web")
        FeedbackStore(engine).give(ADA, [like])
    else:
        spared = ("1",)

    known = PaperStore(engine).paper("1")

    prune(engine, spared=spared, before=before)

    assert PaperStore(engine).paper("1") == known


@given(
    shown=st.dictionaries(
        st.tuples(st.integers(0, 3), st.sampled_from([ADA, BO])),
        st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True),
        max_size=6,
    ),
    deliveries_too=st.booleans(),
    again=st.lists(st.integers(0, 5), unique=True),
)
@settings(max_examples=share(25))
def test_what_a_reader_has_seen_is_the_same_whatever_is_pruned_and_read_again(
    shown: dict[tuple[int, int], list[int]], *, deliveries_too: bool, again: list[int]
) -> None:
    papers = [paper(str(n), title=f"Title {n}", aliases=(f"doi:10.1/{n}",)) for n in range(6)]
    with TemporaryDirectory() as folder:
        engine = new_database(Path(folder))
        steps = LedgerSteps(engine)
        save(engine, *papers)
        for (number, reader), some in shown.items():
            day = DAY + timedelta(days=number)
            mail = [papers[n] for n in some]
            steps.bring_to(DeliveryState.SENT, *mail, subscriber=reader, day=day)
        for day in {DAY + timedelta(days=number) for number, _ in shown}:
            steps.ledger.close(day, now=NOON)
        ids = [one.id for one in papers]
        before = steps.history.seen([ADA, BO], ids, apart_from=LATER)
        totals = steps.totals()

        if deliveries_too:
            limits = {"before": LATER, "closed_before": YEARS}
            for one in Pruning(engine).days(**limits):
                while Pruning(engine).prune(one.day, limit=2, now=YEARS, **limits):
                    pass
        prune(engine)
        save(engine, *(papers[n] for n in again), source="another")

        assert steps.history.seen([ADA, BO], ids, apart_from=LATER) == before
        assert steps.totals() == totals
        engine.dispose()


@given(counts=st.lists(st.integers(0, 9), min_size=1, max_size=7), old=st.integers(0, 8))
@settings(max_examples=share(25))
def test_votes_since_a_time_and_the_first_are_the_same(counts: list[int], old: int) -> None:
    with TemporaryDirectory() as folder:
        engine = new_database(Path(folder))
        for number, votes in enumerate(counts):
            at = NOON + timedelta(hours=number)
            save(engine, paper("1", signals=Signals(upvotes=votes), observed_at=at))
        cutoff = NOON + timedelta(hours=old)
        moments = [cutoff + timedelta(hours=hours) for hours in range(-1 if old else 0, 9)]
        votes_of = VoteHistory(engine)
        before = [votes_of.at({"1": moment}) for moment in moments[bool(old) :]]
        first = PaperStore(engine).observations("1")[0]
        pruning = PaperPruning(engine)

        expected = pruning.old_votes(DAY, DAY, before=cutoff)
        assert pruning.prune_votes(DAY, DAY, before=cutoff) == expected

        assert [votes_of.at({"1": moment}) for moment in moments[bool(old) :]] == before
        left = PaperStore(engine).observations("1")
        assert left[0] == first
        assert sum(one.at < cutoff for one in left) <= 2
        engine.dispose()
