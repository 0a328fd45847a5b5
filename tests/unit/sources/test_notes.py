"""What of a JSON Lines file was not understood, in two sentences at most."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.notes import KEYS, LINKS, SIGNALS, Notes


def warnings(*records: dict[str, object]) -> tuple[str, ...]:
    notes = Notes(where="a.jsonl")
    for record in records:
        notes.see_keys(record)
    return notes.warnings


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("summary", "abstract"),
        ("Abstract", "abstract"),
        ("abstracts", "abstract"),
        ("description", "abstract"),
        ("arxiv_id", "id"),
        ("doi", "id"),
        ("url", "links.abs"),
        ("pdf_url", "links.pdf"),
        ("github", "links.code"),
        ("upvotes", "signals.upvotes"),
        ("votes", "signals.upvotes"),
        ("stars", "signals.stars"),
        ("author", "authors"),
        ("publishedAt", "published_at"),
        ("published", "published_at"),
        ("date", "day"),
        ("Primary Category", "categories"),
        ("tags", "categories"),
        ("ai_keywords", "keywords"),
        ("Keyword", "keywords"),
    ],
)
def test_a_key_of_other_programs_gets_a_hint(key: str, meant: str) -> None:
    assert warnings({key: "x"}) == (
        f"a.jsonl: unknown keys: {key} (1 record; did you mean {meant}?)",
    )


def test_a_key_like_no_other_gets_none() -> None:
    assert warnings({"qqq": 1}) == ("a.jsonl: unknown keys: qqq (1 record)",)


def test_keys_within_signals_and_links_are_looked_at_too() -> None:
    (warning,) = warnings({"signals": {"likes": 3}, "links": {"github": "x"}})

    assert warning == (
        "a.jsonl: unknown keys: links.github (1 record; did you mean links.code?);"
        " signals.likes (1 record; did you mean signals.upvotes?)"
    )


def test_of_many_keys_and_long_ones_a_sentence_names_few() -> None:
    (sentence,) = warnings({f"q{'z' * 1000}{number}": 1 for number in range(300)})

    assert len(sentence) < 400
    assert sentence.endswith("; and 295 more")


@given(
    st.dictionaries(
        st.text(max_size=20), st.none() | st.dictionaries(st.text(max_size=9), st.integers())
    )
)
def test_every_record_is_looked_at_and_known_keys_are_never_named(
    record: dict[str, object],
) -> None:
    known: dict[str, object] = dict.fromkeys(KEYS)
    nested = {"signals": dict.fromkeys(SIGNALS), "links": dict.fromkeys(LINKS)}

    assert warnings(known | nested) == ()
    assert len(warnings(record)) <= 1


def test_an_id_is_named_without_what_a_terminal_obeys() -> None:
    notes = Notes(where="a.jsonl")
    notes.see_ids(["x\x1b]0;owned\x07\x00"])

    assert notes.warnings == ("a.jsonl: 1 id not understood: “x�]0;owned��”",)
