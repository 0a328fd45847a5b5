"""Telling words, quoted once."""

from __future__ import annotations

from functools import partial

from support.builders import paper

from digest.ranking.index import PaperIndex
from digest.ranking.quotes import first_quotes, quote

INDEX = PaperIndex(
    [paper("1", title="Graph Networks", abstract="The graph networks of lamps and whales.")]
)
LOOK_UP = partial(quote, INDEX)


def test_a_term_is_quoted_from_the_abstract_as_it_is_spelled() -> None:
    found = LOOK_UP(("graph", "network"), 0)

    assert found is not None
    assert found.text == "graph networks"
    assert found.stems == {"graph", "network"}
    assert LOOK_UP(("robot",), 0) is None


def test_no_quote_repeats_another_or_what_was_said() -> None:
    terms = [(it, 0) for it in (("the",), ("graph", "network"), ("graph",), ("lamp",), ("whale",))]

    assert first_quotes(terms, LOOK_UP, most=3) == ("graph networks", "lamps", "whales")
    assert first_quotes(terms, LOOK_UP, most=1, said={"graph"}) == ("lamps",)
