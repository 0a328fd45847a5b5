"""What an entry of words asks for: phrases, operators and free text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.ranking.query import (
    Example,
    Query,
    QueryError,
    Term,
    Text,
    examples_of,
    parse,
    parse_leniently,
)
from digest.ranking.terms import excluding_phrase, phrase


def fits(query: Query, *words: str) -> bool:
    """Whether a paper with these phrases, and no other, fits."""
    return query.evaluate(
        lambda asked: asked in {*map(phrase, words), *map(excluding_phrase, words)}
    )


@pytest.mark.parametrize(
    "entry",
    ["language model", '"language model"', "“language model”", "reinforcement learning (RL)"],
)
def test_an_entry_without_operators_is_one_phrase(entry: str) -> None:
    assert parse(entry).phrases() == (phrase(entry),)


@pytest.mark.parametrize(
    ("entry", "present", "fits_it"),
    [
        ("a AND b", "a", False),
        ("a AND b", "a b", True),
        ("a OR b", "b", True),
        ("a OR b", "c", False),
        ("a AND NOT b", "a", True),
        ("a AND NOT b", "a b", False),
        ("a NOT b", "a b", False),
        ("a OR b AND c", "a", True),
        ("a OR b AND c", "b", False),
        ("(a OR b) AND c", "a", False),
        ("(a OR b) AND c", "b c", True),
        ("a AND NOT (b OR c)", "a c", False),
        ("a AND NOT (b AND c)", "a c", True),
        ("a AND NOT NOT b", "a", False),
        ("(a OR NOT b) AND c", "c", True),
        ("(a OR NOT b) AND c", "b c", False),
    ],
)
def test_operators_mean_what_they_say(entry: str, present: str, *, fits_it: bool) -> None:
    assert fits(parse(entry), *present.split()) == fits_it


def test_words_between_operators_are_a_phrase() -> None:
    query = parse('reward model OR "search AND rescue"')

    assert query.phrases() == (phrase("reward model"), phrase("search and rescue"))


def test_what_follows_not_excludes_and_is_compared_in_the_singular() -> None:
    query = parse("agent AND NOT (games OR NOT robot)")

    assert query.phrases() == (phrase("agent"), phrase("robot"))
    assert query.excluded() == (excluding_phrase("game"),)


@pytest.mark.parametrize("entry", ["and or not", "Sound and vision", "not safe for work"])
def test_operators_are_written_in_capitals(entry: str) -> None:
    assert parse(entry).phrases() == (phrase(entry),)


@pytest.mark.parametrize(
    "entry", ["How do models learn to plan?", "the ways in which models learn to plan"]
)
def test_a_question_or_a_sentence_is_free_text(entry: str) -> None:
    query = parse(entry)

    assert isinstance(query, Text)
    assert [found.stems for found in query.phrases()][-3:] == [("model",), ("learn",), ("plan",)]
    assert fits(query, "plan")
    assert not fits(query, "how")


def test_a_quoted_sentence_stays_a_phrase() -> None:
    assert parse('"attention is all you need for this"').phrases() == (
        phrase("attention is all you need for this"),
    )


def test_the_words_that_ask_for_papers_are_no_part_of_a_subject() -> None:
    query = parse("Please find me recent papers about multi-agent planning, especially surveys")

    assert query.phrases() == tuple(map(phrase, ("multi-agent", "planning", "surveys")))


def test_free_text_of_function_words_alone_keeps_them() -> None:
    assert parse("What is it about?").phrases() == tuple(map(phrase, ("what", "is", "it", "about")))


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("", "has no word in it"),
        ("— ?", "has no word in it"),
        ("(a AND b", "has a ( at character 1 that no ) closes"),
        ("a AND b)", "has a ) at character 8 that no ( opens"),
        ("a  AND  b)", "has a ) at character 10 that no ( opens"),
        ("a AND", "must have a word after AND at character 3"),
        ("a AND OR b", "must have a word after AND at character 3"),
        ("OR a", "must have a word before OR at character 1"),
        ("a AND ()", "must have a word before ) at character 8"),
        ("a AND —", "must have a word at character 7"),
        ("a AND (b) c", "must have AND, OR or NOT before c at character 11"),
        ('a AND "b', 'has a " at character 7 without its other'),
        ("a AND " + "(" * 21, "is nested deeper than 20 at character 27"),
        ("NOT a", "must not rest on NOT alone"),
        ("a OR NOT b", "must not rest on NOT alone"),
        ("NOT", "must have a word after NOT at character 1"),
    ],
)
def test_what_is_wrong_with_an_entry_is_named_with_its_place(entry: str, fault: str) -> None:
    with pytest.raises(QueryError, match=re.escape(fault)):
        parse(entry)


def test_what_cannot_be_asked_about_is_a_phrase() -> None:
    assert parse_leniently("(tool AND").phrases() == (phrase("tool and"),)


SYMBOLS = ["AND", "OR", "NOT", "(", ")", '"', "“", "agent", "tool use", "games", "?", "—"]
ENTRIES = st.lists(st.sampled_from(SYMBOLS), max_size=12).map(" ".join) | st.text(max_size=40)


@given(ENTRIES)
def test_any_entry_is_read_or_refused(entry: str) -> None:
    try:
        query = parse(entry)
    except QueryError:
        return
    assert query.phrases()
    assert parse(str(query)) == query


@given(ENTRIES)
def test_a_lenient_reading_never_fails(entry: str) -> None:
    query = parse_leniently(entry)

    assert not query.evaluate(lambda _: False)


@given(ENTRIES, st.sets(st.sampled_from(["agent", "tool use", "games"])))
def test_not_never_brings_in_a_paper(entry: str, present: set[str]) -> None:
    query = parse_leniently(entry)
    wanted = set(map(phrase, present))
    excluded = set(map(excluding_phrase, present))

    assert not query.evaluate(excluded.__contains__)
    if query.evaluate((wanted | excluded).__contains__):
        assert query.evaluate(wanted.__contains__)


@pytest.mark.parametrize(
    ("entry", "paper_id"),
    [
        ("arXiv:2401.00001", "2401.00001"),
        ("2401.00001v3", "2401.00001"),
        ("https://arxiv.org/abs/2401.00001v2", "2401.00001"),
        ("math.GT/0309136", "math/0309136"),
        ("https://doi.org/10.1101/2024.01.02.573871", "10.1101/2024.01.02.573871"),
    ],
)
def test_a_paper_s_id_or_address_is_an_example(entry: str, paper_id: str) -> None:
    query = parse(entry)

    assert query == Example(paper_id)
    assert parse(str(query)) == query
    assert query.phrases() == query.excluded() == ()
    assert not query.evaluate(lambda _: True)


@pytest.mark.parametrize("entry", ['"2401.00001"', "2613.00001", "GPT-4", "see 2401.00001"])
def test_what_may_be_anything_else_is_no_example(entry: str) -> None:
    assert isinstance(parse(entry), Term)


def test_each_example_counts_once() -> None:
    entries = ("arXiv:2401.00002", "agent", "2401.00001v2", "2401.00001", "a OR", "")

    assert examples_of(entries) == ("2401.00002", "2401.00001")
