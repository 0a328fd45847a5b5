"""CSL-JSON as processors do not expect it, and items that are no JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.libraries import ids, reasons

from digest.errors import LibraryError
from digest.sources.library import Format, read

ITEM: dict[str, Any] = {"id": "x", "type": "article", "title": "A Title"}
PLACES: dict[str, dict[str, Any]] = {
    "number": {"number": "arXiv:2403.00001", "publisher": "arXiv"},
    "a bare number of arXiv": {"number": "2403.00001", "publisher": "arXiv"},
    "DOI": {"DOI": "10.48550/arXiv.2403.00001"},
    "small letters": {"doi": "10.48550/ARXIV.2403.00001"},
    "URL": {"URL": "http://arxiv.org/abs/2403.00001v2"},
    "note": {"note": "arXiv:2403.00001 [cs]\nComment: text overlap with arXiv:2301.00001"},
    "the extra field": {"note": "eprint: 2403.00001\neprinttype: arxiv"},
    "archive": {"archive": "arXiv", "archive_location": "2403.00001"},
    "source": {"source": "arXiv.org", "archive_location": "2403.00001 [cs.LG]"},
    "journal": {"container-title": "arXiv preprint arXiv:2403.00001"},
    "volume": {"container-title": ["CoRR"], "volume": "abs/2403.00001"},
    "page": {"container-title": "arXiv e-prints", "page": "arXiv:2403.00001"},
}
YEARS: list[tuple[Any, int | None]] = [
    ({"date-parts": [[2024, 1]]}, 2024),
    ({"date-parts": [["2024"]]}, 2024),
    ({"date-parts": [[None]]}, None),
    ({"date-parts": [[]]}, None),
    ({"date-parts": []}, None),
    ({"date-parts": None, "raw": "2024-01-03"}, 2024),
    ({"literal": "in press"}, None),
    ("2024", 2024),
    (None, None),
]
NAMES: list[tuple[Any, tuple[str, ...]]] = [
    ([{"family": "Doe", "given": "Jane"}], ("Jane Doe",)),
    ([{"family": "Doe", "given": "J.", "non-dropping-particle": "van"}], ("J. van Doe",)),
    ([{"literal": "The Team"}, {"name": "The Other Team"}], ("The Team", "The Other Team")),
    (["Jane Doe"], ("Jane Doe",)),
    ({"family": "Doe"}, ("Doe",)),
    ([None, 3, {}], ()),
    (None, ()),
]

if TYPE_CHECKING:
    from pathlib import Path


def read_items(*items: object) -> Any:
    return read(json.dumps(items).encode(), Format.CSL_JSON)


@pytest.mark.parametrize("place", PLACES)
def test_an_id_is_found_in_every_place_that_has_one(place: str) -> None:
    assert ids(read_items(ITEM | PLACES[place])) == ["2403.00001"]


@pytest.mark.parametrize(("issued", "year"), YEARS)
def test_a_date_may_be_anything(issued: Any, year: int | None) -> None:
    assert read_items(ITEM | {"issued": issued}).seeds[0].year == year


@pytest.mark.parametrize(("author", "names"), NAMES)
def test_a_name_may_be_anything(author: Any, names: tuple[str, ...]) -> None:
    assert read_items(ITEM | {"author": author}).seeds[0].authors == names


def test_an_id_that_is_a_number_and_a_title_in_a_list_are_read() -> None:
    seed = read_items({"id": 7, "title": ["A Title"], "abstract": "<jats:p>Text.</jats:p>"}).seeds[
        0
    ]

    assert (seed.title, seed.abstract, seed.where) == ("A Title", "Text.", "line 1, item 1, id 7")


def test_one_item_and_a_list_with_a_name_are_libraries_too() -> None:
    assert len(read(json.dumps(ITEM).encode()).seeds) == 1
    assert len(read(json.dumps({"items": [ITEM]}).encode()).seeds) == 1
    assert len(read(json.dumps({"x": ITEM, "y": ITEM | {"title": "B"}}).encode()).seeds) == 2


def test_items_on_lines_without_a_list_are_read() -> None:
    assert ids(read(b'{"DOI": "10.1000/a"}\n{"DOI": "10.1000/b"}\n')) == ["10.1000/a", "10.1000/b"]


def test_a_faulty_item_costs_itself_alone_and_is_named() -> None:
    text = '[\n{"title": "A"},\n{"title": "B" "id": 2},\n{"title": "C"},\n3,\n{"title": "D"},\n]'

    library = read(text.encode())

    assert [seed.title for seed in library.seeds] == ["A", "C", "D"]
    assert reasons(library) == [
        ("line 3, item 2, id 2", "it is no JSON: Expecting ',' delimiter"),
        ("line 5, item 4", "it is no item, which is an object: {…}"),
    ]


def test_a_file_that_ends_early_keeps_what_is_whole() -> None:
    library = read(b'[{"title": "A"}, {"title": "B"}, {"tit')

    assert [seed.title for seed in library.seeds] == ["A", "B"]
    assert [one.where for one in library.rejected] == ["line 1, item 3"]


def test_what_is_no_list_of_items_is_refused() -> None:
    with pytest.raises(LibraryError, match="it is no CSL-JSON, which is a list of items"):
        read(b"TY  - JOUR", Format.CSL_JSON)


def test_every_item_of_the_evaluation_is_read(real_data: Path) -> None:
    library = read((real_data / "imports" / "csl.json").read_bytes())

    assert ids(library) == [
        "2401.00001",
        "10.64898/2026.01.02.000001",
        "2401.00002",
        "2401.00003",
        "hep-th/9901001",
    ]
    assert library.rejected == ()
