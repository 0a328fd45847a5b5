"""The items of a JSON list: what a fault in one of them costs, which is that one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digest.sources.library import Format, Library, read

#: with what JSON itself is made of; whole ends of items in a text are another matter
TEXTS = st.text('abé "\\:,[]', max_size=12) | st.sampled_from(["{x}", '"id": 3', "a\nb"])
NAMES = st.lists(st.fixed_dictionaries({"family": TEXTS, "given": TEXTS}), max_size=3)
INDENTS = st.sampled_from([None, 0, 1, 4, "\t"])


@st.composite
def items(draw: st.DrawFn, number: int) -> dict[str, Any]:
    fields = {
        "id": draw(st.sampled_from([number, f"key{number}"])),
        "type": "article",
        "title": f"Paper {number} {draw(TEXTS)}",
        "author": draw(NAMES),
        "issued": {"date-parts": [[2024, 1]]},
        "abstract": draw(TEXTS),
        "URL": f"https://arxiv.org/abs/2401.{number:05d}",
    }
    return {name: fields[name] for name in draw(st.permutations(list(fields)))}


@st.composite
def libraries(draw: st.DrawFn) -> list[str]:
    indent = draw(INDENTS)
    count = draw(st.integers(min_value=2, max_value=5))
    return [json.dumps(draw(items(number)), indent=indent) for number in range(1, count + 1)]


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """A text that somebody's editor, program or disk has damaged, and that is no JSON any more."""
    start = draw(st.integers(min_value=0, max_value=len(text) - 1))
    end = draw(st.integers(min_value=start + 1, max_value=len(text)))
    found = draw(
        st.sampled_from(
            [
                text[:start] + text[start + 1 :],
                text[:start] + text[end:],
                text[: start + 1],
                text[:start] + "nul " + text[start:],
                *(text[:start] + mark + text[start:] for mark in '{}[]",:\\'),
            ]
        )
    )
    assume(found.strip(" \n\t,[]"))
    assume(not is_json(found))
    return found


def is_json(text: str) -> bool:
    try:
        json.loads(text, strict=False)
    except ValueError:
        return False
    return True


def taken(library: Library) -> set[str]:
    return {seed.paper_id for seed in library.seeds}


@given(texts=libraries(), data=st.data())
def test_a_damaged_item_costs_no_other(texts: list[str], data: st.DataObject) -> None:
    hurt = data.draw(st.integers(min_value=0, max_value=len(texts) - 1))
    others = {f"2401.{at + 1:05d}" for at in range(len(texts)) if at != hurt}
    texts[hurt] = data.draw(damaged(texts[hurt]))
    separator = data.draw(st.sampled_from([",", ",\n", " , "]))

    library = read(f"[\n{separator.join(texts)}\n]".encode(), Format.CSL_JSON)

    assert others <= taken(library)
    assert len(library.rejected) <= 3


@given(texts=libraries(), data=st.data())
def test_a_damaged_character_names_its_item_by_position(
    texts: list[str], data: st.DataObject
) -> None:
    hurt = data.draw(st.integers(min_value=0, max_value=len(texts) - 1))
    text = texts[hurt]
    at = data.draw(st.integers(min_value=1, max_value=len(text) - 2))
    texts[hurt] = text[:at] + data.draw(st.sampled_from(["nul ", "\x01\x02 x"])) + text[at:]
    assume(not is_json(texts[hurt]))

    library = read(f"[{', '.join(texts)}]".encode(), Format.CSL_JSON)

    assert [f"item {hurt + 1}" in one.where.split(", ") for one in library.rejected] == [True]


def test_items_with_lists_of_authors_are_found_behind_a_faulty_one() -> None:
    authors = [{"family": "A"}, {"family": "B"}]
    whole = [json.dumps({"id": n, "title": f"Paper {n}", "author": authors}) for n in range(5)]
    whole[1] = whole[1].replace('"title":', '"title"')

    library = read(f"[{', '.join(whole)}]".encode())

    assert [seed.title for seed in library.seeds] == ["Paper 0", "Paper 2", "Paper 3", "Paper 4"]
    assert [one.where for one in library.rejected] == ["line 1, item 2, id 1"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[{"title": "A" "B"}, {"title": "C"}]', "line 1, item 1, title A"),
        ('[{"citation-key": "k", title: 1}, {"title": "C"}]', "line 1, item 1, id k"),
        ('[{"id": 1, "title": "C"}, "id": 2, "title": "D"}]', "line 1, item 2, id 2"),
        ('[{"title": "C"}},\n{"title": "D"}]', "line 1, item 1, title C"),
    ],
)
def test_a_faulty_item_is_named_by_what_it_says_of_itself(text: str, where: str) -> None:
    assert read(text.encode()).rejected[0].where == where


@pytest.mark.parametrize("piece", ["{", '{"', '{"a":[1,', '{"a":', "[", "]", '{"a":{}}}', '"'])
def test_what_is_no_library_is_given_up(piece: str) -> None:
    library = read(f'[{{"title": "A"}}, {piece * 20_000}'.encode())

    assert [seed.title for seed in library.seeds] == ["A"]
    assert len(library.rejected) <= 1001
