"""Which records are one paper, and which source counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import ids, paper
from support.growth import grows_evenly

from digest.models.identity import canonical_id
from digest.models.merge import (
    MergeBatch,
    MergedPaper,
    Origin,
    SourceAuthority,
    fill_missing,
    merge,
)
from digest.models.paper import Links, Paper, Signals


def authority(source: str, rank: int, **knows: int) -> SourceAuthority:
    """A source with a rank, and a higher one on the fields that it knows."""
    return SourceAuthority(source, lambda name: knows.get(name, rank))


CAPTURE, HUGGINGFACE, JSONL = authority("capture", 10), authority("HF", 40), authority("jsonl", 90)
ARXIV = authority("arXiv", 80)


def merged(known: Paper, by: SourceAuthority) -> MergedPaper:
    """A paper as it is known from one source."""
    (found,) = known_after(([known], by)).values()
    return found


def titled(title: str = "Lamps in Fog", *authors: str) -> Paper:
    """A record that has a title and no better id."""
    author = authors[0] if authors else ""
    return paper(canonical_id(None, title, author), title=title, authors=authors, links=Links())


def lamps(id: str = "2602.00001", *authors: str) -> Paper:  # noqa: A002
    return paper(id, title="Lamps in Fog", authors=authors)


def known_after(*batches: tuple[list[Paper], SourceAuthority]) -> dict[str, MergedPaper]:
    """What is known after some batches, as a store would keep it."""
    known: dict[str, MergedPaper] = {}
    for batch, by in batches:
        merging = MergeBatch(known.values())
        merging.merge_all(batch, by)
        for former in (*merging.reidentified, *merging.absorbed):
            known.pop(former)
        known |= {found.paper.id: found for found in [*merging.new, *merging.changed]}
    return known


def test_a_record_with_an_id_nobody_knew_is_new() -> None:
    merging = MergeBatch([])

    found = merging.merge_all([lamps()], HUGGINGFACE)

    assert ids(found) == ["2602.00001"]
    assert merging.new == [merged(lamps(), HUGGINGFACE)]
    assert (merging.changed, merging.reidentified) == ([], {})


def test_a_title_belongs_to_the_known_paper_of_that_title() -> None:
    merging = MergeBatch([merged(lamps(), HUGGINGFACE)])

    found = merging.merge_all([titled("LAMPS in fog.")], CAPTURE)

    assert ids(found) == ["2602.00001"]
    assert (merging.new, merging.changed, merging.reidentified) == ([], [], {})


def test_a_title_alone_gives_way_to_the_id_that_comes_later() -> None:
    weak = titled()
    merging = MergeBatch([merged(weak, CAPTURE)])

    found = merging.merge_all([lamps()], HUGGINGFACE)

    assert ids(found) == ["2602.00001"]
    assert merging.reidentified == {weak.id: "2602.00001"}
    assert merging.new == []
    assert ids([it.paper for it in merging.changed]) == ["2602.00001"]


@pytest.mark.parametrize("batch", [[titled(), lamps()], [lamps(), titled()]], ids=["title", "id"])
def test_a_title_and_an_id_in_one_batch_are_one_paper(batch: list[Paper]) -> None:
    merging = MergeBatch([])

    found = merging.merge_all(batch, JSONL)

    assert ids(found) == ["2602.00001", "2602.00001"]
    assert ids([it.paper for it in merging.new]) == ["2602.00001"]


def test_titles_of_different_first_authors_stay_apart() -> None:
    merging = MergeBatch([merged(lamps("2602.00001", "Ada Moor"), HUGGINGFACE)])

    found = merging.merge_all([titled("Lamps in Fog", "Bo Fen")], JSONL)

    assert ids([it.paper for it in merging.new]) == ids(found)
    assert ids(found) == [titled("Lamps in Fog", "Bo Fen").id]


def test_an_id_does_not_take_over_a_title_of_another_first_author() -> None:
    merging = MergeBatch([merged(titled("Lamps in Fog", "Bo Fen"), JSONL)])

    merging.merge_all([lamps("2602.00001", "Ada Moor")], HUGGINGFACE)

    assert merging.reidentified == {}
    assert ids([it.paper for it in merging.new]) == ["2602.00001"]


def test_an_id_that_is_known_by_another_title_takes_over_nothing() -> None:
    merging = MergeBatch(
        [merged(paper("1", title="Lamps"), HUGGINGFACE), merged(titled(), CAPTURE)]
    )

    merging.merge_all([lamps("1")], JSONL)

    assert merging.reidentified == {}
    assert [(it.paper.id, it.paper.title) for it in merging.changed] == [("1", "Lamps in Fog")]


def test_the_second_author_does_not_tell_papers_apart() -> None:
    merging = MergeBatch([merged(lamps("2602.00001", "Ada Moor", "Bo Fen"), HUGGINGFACE)])

    found = merging.merge_all([titled("Lamps in Fog", "ADA MOOR")], JSONL)

    assert ids(found) == ["2602.00001"]


def test_two_ids_of_one_title_are_two_papers() -> None:
    merging = MergeBatch([merged(lamps("2602.00001"), HUGGINGFACE)])

    merging.merge_all([lamps("2602.00002")], HUGGINGFACE)

    assert ids([it.paper for it in merging.new]) == ["2602.00002"]


def test_a_title_that_two_ids_share_is_always_the_same_one_of_them() -> None:
    known = [merged(lamps("2602.00002"), HUGGINGFACE), merged(lamps("2602.00001"), HUGGINGFACE)]

    assert ids(MergeBatch(known).merge_all([titled()], CAPTURE)) == ["2602.00001"]
    assert ids(MergeBatch(reversed(known)).merge_all([titled()], CAPTURE)) == ["2602.00001"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(("capture's", CAPTURE), ("theirs", HUGGINGFACE), id="weaker first"),
        pytest.param(("theirs", HUGGINGFACE), ("capture's", CAPTURE), id="stronger first"),
        pytest.param(("older", HUGGINGFACE), ("theirs", HUGGINGFACE), id="same source again"),
    ],
)
def test_the_source_that_counts_more_describes_the_paper(
    first: tuple[str, SourceAuthority], second: tuple[str, SourceAuthority]
) -> None:
    known = known_after(
        ([paper("1", abstract=first[0])], first[1]), ([paper("1", abstract=second[0])], second[1])
    )

    assert known["1"].paper.abstract == "theirs"
    assert known["1"].origins["abstract"] == Origin("HF", 40)


def test_a_field_that_the_better_source_lacks_comes_from_the_other() -> None:
    published = datetime(2026, 1, 29, tzinfo=UTC)
    lesser = paper("1", abstract="", author_count=3, published_at=published, links=Links(abs="a"))
    better = paper("1", authors=("Ada Moor",), categories=("cs.CL",), links=Links(code="c"))

    joined = merge(merged(lesser, CAPTURE), better, HUGGINGFACE).paper

    assert (joined.abstract, joined.authors) == (better.abstract, ("Ada Moor",))
    assert (joined.author_count, joined.published_at) == (3, published)
    assert (joined.categories, joined.links) == (("cs.CL",), Links(abs="a", code="c"))


def test_keywords_come_late_and_those_of_the_authors_count_more() -> None:
    known = merged(paper("1"), ARXIV)
    generated = paper("1", keywords=("lamps", "counting"))

    joined = merge(known, generated, HUGGINGFACE)
    later = merge(merge(joined, paper("1"), ARXIV), paper("1", keywords=("fog",)), JSONL)

    assert joined.paper.keywords == ("lamps", "counting")
    assert joined.origins["keywords"] == Origin("HF", 40)
    assert merge(later, generated, HUGGINGFACE).paper.keywords == ("fog",)


def test_joining_leaves_the_day_and_the_signals_to_each_sighting() -> None:
    known = merged(paper("1", votes=3), HUGGINGFACE)
    other = paper("1", votes=9)

    assert merge(known, other, HUGGINGFACE) == known


def test_no_authors_at_all_are_a_number_too() -> None:
    known, other = merged(paper("1", author_count=4), CAPTURE), paper("1", author_count=0)

    assert merge(known, other, CAPTURE).paper.author_count == 0


def test_each_field_comes_from_the_source_that_counts_most_on_it() -> None:
    scholar = authority("S2", 20, venue=100)
    told = paper("1", title="Lamps, as indexed", venue="ICLR 2025 poster")
    known = merged(paper("1", title="Lamps in Fog", venue="to appear"), ARXIV)

    joined = merge(known, told, scholar)

    assert (joined.paper.title, joined.paper.venue) == ("Lamps in Fog", "ICLR 2025 poster")
    assert joined.origins["title"] == Origin("arXiv", 80)
    assert joined.origins["venue"] == Origin("S2", 100)


def test_a_field_without_an_origin_is_replaced_by_any_source() -> None:
    inherited = MergedPaper(paper("1", title="An old title"), {})

    assert merge(inherited, paper("1", title="Lamps in Fog"), CAPTURE).paper.title == "Lamps in Fog"


def test_an_older_version_that_comes_later_replaces_nothing() -> None:
    known = merged(paper("1", title="Lamps in Fog, revised", version=2), ARXIV)
    first = paper("1", title="Lamps in Fog", version=1, comment="9 pages")

    joined = merge(known, first, ARXIV).paper

    assert (joined.title, joined.version, joined.comment) == ("Lamps in Fog, revised", 2, "9 pages")


def test_a_new_version_replaces_the_one_before() -> None:
    known = merged(paper("1", title="Lamps in Fog", version=1), ARXIV)

    joined = merge(known, paper("1", title="Lamps in Fog, revised", version=2), ARXIV).paper

    assert (joined.title, joined.version) == ("Lamps in Fog, revised", 2)


def test_an_update_says_more_of_a_known_paper_and_makes_no_new_one() -> None:
    merging = MergeBatch([merged(lamps(), HUGGINGFACE)])
    more = [paper("2602.00001", title="", venue="ICLR 2025"), paper("2602.00009", title="Unknown")]

    found = merging.update_all(more, ARXIV)

    assert ids(found) == ["2602.00001"]
    assert merging.new == []
    assert [(it.paper.title, it.paper.venue) for it in merging.changed] == [
        ("Lamps in Fog", "ICLR 2025")
    ]


def test_an_update_finds_a_paper_that_is_known_by_its_title_alone() -> None:
    weak = titled()
    merging = MergeBatch([merged(weak, CAPTURE)])

    found = merging.update_all([lamps()], ARXIV)

    assert (ids(found), merging.reidentified) == (["2602.00001"], {weak.id: "2602.00001"})


@pytest.mark.parametrize("alias", ["10.1145/773", "10.1145/774", "s2:2"])
def test_an_update_that_may_not_join_makes_no_two_known_papers_one(alias: str) -> None:
    first, second = paper("10.1145/771"), paper("10.1145/773", aliases=("10.1145/774", "s2:2"))
    merging = MergeBatch([merged(first, CAPTURE), merged(second, CAPTURE)])
    update = paper("10.1145/771", title="", aliases=(alias, "s2:1"))

    found = merging.update_all([update], ARXIV, may_join=False)

    assert (ids(found), merging.absorbed) == (["10.1145/771"], {})
    assert merging.changed[0].paper.aliases == ("s2:1",)
    assert merging.known_as(alias) == "10.1145/773"


def test_an_unknown_value_replaces_nothing() -> None:
    below, above = Signals(upvotes=3, comments=1), Signals(upvotes=0)

    assert fill_missing(below, above) == Signals(upvotes=0, comments=1)


#: Two titles are shared by two papers each, and one of those pairs has different first authors.
IDENTIFIED = st.lists(
    st.sampled_from(
        [
            paper("1", title="Lamps", authors=("Ada Moor",)),
            paper("2", title="LAMPS!", authors=("Bo Fen",)),
            paper("3", title="Kilns"),
            paper("4", title="Kilns"),
            paper("5", title="Moss", abstract=""),
        ]
    )
)
TITLED = st.lists(st.sampled_from([titled(it) for it in ("lamps", "Kilns", "MOSS", "Tides", "")]))


@given(TITLED, IDENTIFIED)
def test_the_papers_do_not_depend_on_which_source_comes_first(
    titles: list[Paper], identified: list[Paper]
) -> None:
    captured, listed = (titles, CAPTURE), (identified, HUGGINGFACE)

    assert known_after(captured, listed) == known_after(listed, captured)


@given(TITLED, IDENTIFIED, st.sampled_from([CAPTURE, HUGGINGFACE, JSONL]))
def test_a_batch_that_is_repeated_changes_nothing(
    titles: list[Paper], identified: list[Paper], by: SourceAuthority
) -> None:
    batch = ([*titles, *identified], by)

    assert known_after(batch, batch) == known_after(batch)


@given(st.permutations([titled(), lamps("1", "Ada Moor"), lamps("2", "Bo Fen"), titled("Moss")]))
def test_the_order_within_a_batch_decides_no_ids(batch: list[Paper]) -> None:
    assert set(known_after((batch, JSONL))) == {"1", "2", titled("Moss").id}


def test_papers_take_their_real_ids_in_a_time_that_grows_evenly() -> None:
    def take_ids(size: int) -> None:
        known = known_after(([titled(f"Lamp {i}") for i in range(size)], CAPTURE))
        batch = MergeBatch(known.values())
        batch.merge_all([paper(str(i), title=f"Lamp {i}") for i in range(size)], ARXIV)
        assert len(batch.reidentified) == size

    assert grows_evenly(take_ids, 2_000)
