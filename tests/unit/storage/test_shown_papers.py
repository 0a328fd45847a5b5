"""The papers of a pruned mail as bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.builders import issue, paper, pick

from digest.models.issue import Seen
from digest.storage import contents, shown_papers
from digest.storage.contents import list_items
from digest.storage.shown_papers import ShownPapers

POSITIONS = st.lists(st.integers(0, 100_000), max_size=40).map(tuple)


@given(POSITIONS, POSITIONS)
def test_what_is_written_is_read_again(papers: tuple[int, ...], told: tuple[int, ...]) -> None:
    shown = ShownPapers(papers, told)

    assert shown_papers.load(shown_papers.dump(shown)) == shown


def test_a_mail_of_twenty_papers_takes_thirty_bytes_or_so() -> None:
    shown = ShownPapers(tuple(range(0, 300, 15)))

    assert len(shown_papers.dump(shown)) == 31


@given(st.sets(st.sampled_from("abcdefg")))
def test_the_same_papers_were_seen_as_in_the_mail_in_full(asked: set[str]) -> None:
    papers = {name: paper(name) for name in "abcdefg"}
    mail = issue(
        pick(papers["c"], similar=(papers["a"],)),
        pick(papers["b"]),
        withdrawn=(papers["e"], papers["f"]),
    )
    positions = {name: number for number, name in enumerate(papers)}
    ids = {number: name for name, number in positions.items() if name in asked}
    text = contents.dump(list_items(mail), positions)

    seen = shown_papers.seen(shown_papers.dump(shown_papers.of_contents(text)), ids)

    assert seen == contents.seen(text, ids)
    assert seen == Seen(
        papers=frozenset(asked & set("abc")), withdrawals=frozenset(asked & set("ef"))
    )
